//! What members of staff may do: roles, and the permissions that each has.

use std::str::FromStr;

/// One thing a member of staff may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// See and change what one chooses for oneself.
    OwnSettings,
    /// See subscriptions, amounts and payment states, and open an account's name and billing data.
    ReviewSubscriptions,
    /// See contact details other than billing data.
    ViewContacts,
    /// Freeze accounts, and lift freezes.
    FreezeAccounts,
    /// Decide corrections that holders ask for, and tell recipients in person.
    DecideCorrections,
    /// Read the audit log and verify its chain.
    ReadAudit,
    /// Everything that configures the installation.
    Administer,
}

/// The role of a member of staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Reviews subscriptions and payments.
    Billing,
    /// Answers customers.
    Support,
    /// Keeps the policy.
    Privacy,
    /// Judges demands of authorities.
    Counsel,
    /// The second person of a decision.
    Approver,
    /// Reads, changes nothing.
    Auditor,
    /// Runs the installation.
    Admin,
}

/// All roles, in the order of their documentation.
pub const ROLES: [Role; 7] =
    [Role::Billing, Role::Support, Role::Privacy, Role::Counsel, Role::Approver, Role::Auditor, Role::Admin];

impl Role {
    /// The word stored and shown.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Billing => "billing",
            Self::Support => "support",
            Self::Privacy => "privacy",
            Self::Counsel => "counsel",
            Self::Approver => "approver",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
        }
    }

    /// Whether the role carries the permission. Written out cell by cell: nothing is implied.
    #[must_use]
    pub fn may(self, permission: Permission) -> bool {
        match permission {
            Permission::OwnSettings => true,
            Permission::ReviewSubscriptions => {
                matches!(self, Self::Billing | Self::Support | Self::Auditor | Self::Admin)
            }
            Permission::ViewContacts => matches!(self, Self::Support | Self::Admin),
            Permission::FreezeAccounts => matches!(self, Self::Support | Self::Admin),
            Permission::DecideCorrections => matches!(self, Self::Support | Self::Privacy | Self::Admin),
            Permission::ReadAudit => matches!(self, Self::Privacy | Self::Auditor | Self::Admin),
            Permission::Administer => matches!(self, Self::Admin),
        }
    }
}

impl FromStr for Role {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        ROLES.into_iter().find(|role| role.as_str() == text).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_has_settings_of_their_own() {
        assert!(ROLES.into_iter().all(|role| role.may(Permission::OwnSettings)));
    }

    #[test]
    fn role_by_permission() {
        use Permission::{Administer, DecideCorrections, FreezeAccounts, ReadAudit, ReviewSubscriptions, ViewContacts};
        let table = [
            (Role::Billing, vec![ReviewSubscriptions]),
            (Role::Support, vec![ReviewSubscriptions, ViewContacts, FreezeAccounts, DecideCorrections]),
            (Role::Privacy, vec![DecideCorrections, ReadAudit]),
            (Role::Counsel, vec![]),
            (Role::Approver, vec![]),
            (Role::Auditor, vec![ReviewSubscriptions, ReadAudit]),
            (
                Role::Admin,
                vec![ReviewSubscriptions, ViewContacts, FreezeAccounts, DecideCorrections, ReadAudit, Administer],
            ),
        ];
        for (role, allowed) in table {
            let all = [ReviewSubscriptions, ViewContacts, FreezeAccounts, DecideCorrections, ReadAudit, Administer];
            for permission in all {
                assert_eq!(role.may(permission), allowed.contains(&permission), "{role:?} {permission:?}");
            }
            assert_eq!(role.as_str().parse(), Ok(role));
        }
    }
}
