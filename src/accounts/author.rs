//! Who changes a profile, and from where: what its history and the audit log say.

use std::net::IpAddr;

use crate::identity::actors::{Holder, StaffSession};
use crate::kernel::actor::Actor;
use crate::kernel::ids::{Account, ApiToken, Id};
use crate::platform::changes::Place;

/// Somebody who changes an account's profile.
#[derive(Debug, Clone)]
pub struct Author {
    /// Whose profile.
    pub account: Id<Account>,
    /// Who changes it.
    pub actor: Actor,
    /// From where.
    pub place: Place,
}

impl Author {
    /// Its holder, from this address.
    #[must_use]
    pub fn holder(holder: &Holder, ip: IpAddr) -> Self {
        let place = Place::new(Some(holder.through().1), ip);
        Self { account: holder.account.clone(), actor: holder.actor(), place }
    }

    /// Its holder, by a link that was mailed to them.
    #[must_use]
    pub fn mailbox(account: &Id<Account>, ip: IpAddr) -> Self {
        Self { account: account.clone(), actor: Actor::Holder(account.clone()), place: Place::new(None, ip) }
    }

    /// A member of staff, who decides on what its holder asked for.
    #[must_use]
    pub fn staff(member: &StaffSession, account: &Id<Account>) -> Self {
        Self { account: account.clone(), actor: Actor::Staff(member.id.clone()), place: Place::default() }
    }

    /// Whether the holder acts: then what they give is also what they have looked at.
    #[must_use]
    pub fn is_holder(&self) -> bool {
        matches!(self.actor, Actor::Holder(_))
    }

    /// For the audit entry.
    #[must_use]
    pub fn refs(&self) -> Vec<(&'static str, &str)> {
        let role = |through: &str| if through.parse::<Id<ApiToken>>().is_ok() { "api_token" } else { "session" };
        self.place.session.iter().map(|through| (role(through), through.as_str())).collect()
    }
}
