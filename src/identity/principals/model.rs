//! Kinds and states of principals.

use std::str::FromStr;

use uuid::Uuid;

use crate::kernel::actor::Actor;
use crate::kernel::ids::{Account, Id, StaffMember};

/// The id of a principal: an account's or a staff member's, told apart by the prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrincipalId {
    /// A customer.
    Holder(Id<Account>),
    /// A member of staff.
    Staff(Id<StaffMember>),
}

impl PrincipalId {
    /// The id's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Holder(id) => id.as_str(),
            Self::Staff(id) => id.as_str(),
        }
    }

    /// The 16 bytes that the session cookie holds.
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        match self {
            Self::Holder(id) => id.uuid(),
            Self::Staff(id) => id.uuid(),
        }
    }

    /// As history and audit name them.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match self {
            Self::Holder(id) => Actor::Holder(id.clone()),
            Self::Staff(id) => Actor::Staff(id.clone()),
        }
    }

    /// The account, of a holder.
    #[must_use]
    pub fn account(&self) -> Option<&Id<Account>> {
        match self {
            Self::Holder(id) => Some(id),
            Self::Staff(_) => None,
        }
    }
}

impl FromStr for PrincipalId {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let staff = |_| text.parse().map(Self::Staff);
        text.parse().map(Self::Holder).or_else(staff).map_err(|_: crate::kernel::ids::NotAnId| ())
    }
}

/// The state of an account; [`super::states`] says what follows on what, and what each allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// A sign-up whose address is not proved: a registration, and no row of `principals` yet.
    Unverified,
    /// In use.
    Active,
    /// Stopped until it is clear who the owner is.
    Frozen,
    /// Its holder has asked for its end, and can still take that back.
    Closing,
    /// Over, for good.
    Closed,
}

impl Status {
    /// The word stored.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Unverified => "unverified",
            Self::Active => "active",
            Self::Frozen => "frozen",
            Self::Closing => "closing",
            Self::Closed => "closed",
        }
    }
}

impl FromStr for Status {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        super::states::ALL.into_iter().find(|status| status.as_str() == text).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_tells_holder_from_staff() {
        let bytes = Uuid::from_u128(7);
        let account = Id::<Account>::from_uuid(bytes);
        let member = Id::<StaffMember>::from_uuid(bytes);
        assert_eq!(account.as_str().parse(), Ok(PrincipalId::Holder(account.clone())));
        assert_eq!(member.as_str().parse(), Ok(PrincipalId::Staff(member.clone())));
        assert_eq!("reg_00000000000000000000000000000007".parse::<PrincipalId>(), Err(()));
        assert_eq!(PrincipalId::Holder(account).uuid(), bytes);
    }
}
