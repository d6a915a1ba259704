//! Purposes of looks, and what each role is shown.

use std::str::FromStr;

use crate::kernel::email_address::EmailAddress;
use crate::kernel::permission::{Permission, Role};

/// Why somebody looks at a person's data (policy clause 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The customer asked about an amount or an invoice.
    BillingQuestion,
    /// A payment failed or is unclear.
    PaymentProblem,
    /// A charge is disputed.
    Dispute,
    /// Signs of fraud.
    FraudCheck,
    /// A request of the person about their own data.
    DataRequest,
}

/// All purposes, in the order of the form.
pub const PURPOSES: [Purpose; 5] =
    [Purpose::BillingQuestion, Purpose::PaymentProblem, Purpose::Dispute, Purpose::FraudCheck, Purpose::DataRequest];

impl Purpose {
    /// The word in addresses and rows.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::BillingQuestion => "billing_question",
            Self::PaymentProblem => "payment_problem",
            Self::Dispute => "dispute",
            Self::FraudCheck => "fraud_check",
            Self::DataRequest => "data_request",
        }
    }

    /// In words, as staff and holders read it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::BillingQuestion => "A question about billing",
            Self::PaymentProblem => "A payment that failed or is unclear",
            Self::Dispute => "A disputed charge",
            Self::FraudCheck => "A check for fraud",
            Self::DataRequest => "A request of the person about their own data",
        }
    }
}

impl FromStr for Purpose {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        PURPOSES.into_iter().find(|purpose| purpose.as_str() == text).ok_or(())
    }
}

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

    #[test]
    fn purposes_read_back() {
        for purpose in PURPOSES {
            assert_eq!(purpose.as_str().parse(), Ok(purpose));
        }
        assert_eq!("curiosity".parse::<Purpose>(), Err(()));
    }
}
