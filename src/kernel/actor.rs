//! Who does something: what history, audit and idempotency record.

use super::ids::{Account, Id, StaffMember};

/// The acting party of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Nobody signed in.
    Visitor,
    /// The holder of an account, acting on that account.
    Holder(Id<Account>),
    /// A member of staff.
    Staff(Id<StaffMember>),
    /// The product itself: a job, a run, the command line; the text names which.
    System(&'static str),
}

impl Actor {
    /// `visitor`, `holder`, `staff` or `system`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Visitor => "visitor",
            Self::Holder(_) => "holder",
            Self::Staff(_) => "staff",
            Self::System(_) => "system",
        }
    }

    /// The id, or the part of the system that acts; empty for a visitor.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Visitor => "",
            Self::Holder(id) => id.as_str(),
            Self::Staff(id) => id.as_str(),
            Self::System(part) => part,
        }
    }
}
