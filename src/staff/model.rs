//! What each role is shown of an account.

use crate::kernel::email_address::EmailAddress;
use crate::kernel::permission::{Permission, Role};

/// A field of an account that staff may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The name.
    Name,
    /// The e-mail address, whole.
    Email,
    /// The e-mail address, masked.
    MaskedEmail,
    /// The postal address that invoices carry.
    PostalAddress,
    /// Subscriptions, invoices and cards.
    Billing,
    /// The state of the account.
    Status,
    /// What its holder says is wrong, with both values.
    Correction,
}

impl Shown {
    /// The word in the look's row.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Email => "email",
            Self::MaskedEmail => "masked_email",
            Self::PostalAddress => "address",
            Self::Billing => "billing",
            Self::Status => "status",
            Self::Correction => "correction",
        }
    }
}

/// What a role is shown of an account: never IM ids, never logs.
#[must_use]
pub fn mask(role: Role) -> Vec<Shown> {
    let email = if role.may(Permission::ViewContacts) { Shown::Email } else { Shown::MaskedEmail };
    vec![Shown::Name, email, Shown::PostalAddress, Shown::Billing]
}

/// The e-mail address as this role sees it.
#[must_use]
pub fn shown_email(role: Role, email: &str) -> String {
    if role.may(Permission::ViewContacts) {
        return email.to_owned();
    }
    EmailAddress::parse(email).map_or_else(|_| "…".to_owned(), |address| address.masked())
}

/// A case number as typed: short, or none.
#[must_use]
pub fn case_ref(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(|text| text.chars().take(64).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_sees_what_the_table_says() {
        let table = [
            (Role::Billing, Shown::MaskedEmail),
            (Role::Auditor, Shown::MaskedEmail),
            (Role::Support, Shown::Email),
            (Role::Admin, Shown::Email),
        ];
        for (role, email) in table {
            assert_eq!(mask(role), [Shown::Name, email, Shown::PostalAddress, Shown::Billing], "{role:?}");
        }
        assert!(!shown_email(Role::Billing, "ada.lovelace@example.org").contains("lovelace"));
        assert_eq!(shown_email(Role::Support, "ada@example.org"), "ada@example.org");
    }
}
