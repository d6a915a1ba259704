//! What an API token may do: one area of the account, to look or to change.

use std::fmt;
use std::str::FromStr;

/// One thing that the holder of an account lets a token do. None implies another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Look at the profile and its history.
    ReadProfile,
    /// Change the profile.
    WriteProfile,
    /// Look at plans taken, cards, invoices and payments.
    ReadBilling,
    /// Order, change and cancel plans, pay, add and remove cards.
    WriteBilling,
    /// Look at consents, sharings and looks of staff.
    ReadPrivacy,
    /// Give and withdraw consents, accept terms.
    WritePrivacy,
    /// Look at sessions and at the history of sign-ins.
    ReadSecurity,
    /// End sessions, report a sign-in, freeze the account.
    WriteSecurity,
}

/// Every scope, in the order of forms and documents.
pub const SCOPES: [Scope; 8] = [
    Scope::ReadProfile,
    Scope::WriteProfile,
    Scope::ReadBilling,
    Scope::WriteBilling,
    Scope::ReadPrivacy,
    Scope::WritePrivacy,
    Scope::ReadSecurity,
    Scope::WriteSecurity,
];

/// A part of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// Who the holder is and how to reach them.
    Profile,
    /// What they bought, owe and paid.
    Billing,
    /// What they agreed to, and what was done with their data.
    Privacy,
    /// Who is signed in.
    Security,
}

/// What an operation asks of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenNeed {
    /// This scope.
    Scope(Scope),
    /// No token may: it needs somebody who is there, or is nobody's in particular.
    Person,
}

impl Area {
    /// The scope that opens the area.
    #[must_use]
    pub const fn scope(self, writes: bool) -> Scope {
        match (self, writes) {
            (Self::Profile, false) => Scope::ReadProfile,
            (Self::Profile, true) => Scope::WriteProfile,
            (Self::Billing, false) => Scope::ReadBilling,
            (Self::Billing, true) => Scope::WriteBilling,
            (Self::Privacy, false) => Scope::ReadPrivacy,
            (Self::Privacy, true) => Scope::WritePrivacy,
            (Self::Security, false) => Scope::ReadSecurity,
            (Self::Security, true) => Scope::WriteSecurity,
        }
    }
}

impl Scope {
    /// The one that lets look at the same area.
    #[must_use]
    pub const fn to_read(self) -> Self {
        match self {
            Self::ReadProfile | Self::WriteProfile => Self::ReadProfile,
            Self::ReadBilling | Self::WriteBilling => Self::ReadBilling,
            Self::ReadPrivacy | Self::WritePrivacy => Self::ReadPrivacy,
            Self::ReadSecurity | Self::WriteSecurity => Self::ReadSecurity,
        }
    }

    /// The name in the API and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadProfile => "profile:read",
            Self::WriteProfile => "profile:write",
            Self::ReadBilling => "billing:read",
            Self::WriteBilling => "billing:write",
            Self::ReadPrivacy => "privacy:read",
            Self::WritePrivacy => "privacy:write",
            Self::ReadSecurity => "security:read",
            Self::WriteSecurity => "security:write",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        SCOPES.into_iter().find(|scope| scope.as_str() == text).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_each_area_has_its_own_two() {
        for scope in SCOPES {
            assert_eq!(scope.as_str().parse(), Ok(scope));
        }
        assert_eq!("profile".parse::<Scope>(), Err(()));
        let areas = [Area::Profile, Area::Billing, Area::Privacy, Area::Security];
        let all: Vec<Scope> = areas.into_iter().flat_map(|area| [area.scope(false), area.scope(true)]).collect();
        assert_eq!(all, SCOPES);
        for area in areas {
            assert!([false, true].into_iter().all(|writes| area.scope(writes).to_read() == area.scope(false)));
        }
    }
}
