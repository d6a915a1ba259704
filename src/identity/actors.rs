//! The actors. A closure that asks for a [`Holder`] runs for the holder of an account and nobody else.

use std::marker::PhantomData;

use crate::db::DbConnection;
use crate::env::Env;
use crate::kernel::actor::Actor;
use crate::kernel::deed::Deed;
use crate::kernel::ids::{Account, Id, StaffMember};
use crate::kernel::permission::{Permission, Role};
use crate::kernel::public_error::Code;
use crate::platform::web::call::{Afterwards, Authenticate};
use crate::platform::web::codes::{FORBIDDEN, NOT_SIGNED_IN, STEP_UP_REQUIRED};
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::Access;
use crate::platform::web::request::Claim;

use super::api_tokens::actions as api_tokens;
use super::api_tokens::error::TOKEN_REFUSED;
use super::principals::model::Status;
use super::sessions::error::{ACCOUNT_CLOSING, ACCOUNT_FROZEN};
use super::sessions::model::STEP_UP_HOLDS;
use super::sessions::store::{self as sessions, LiveSession};

/// Whether the state of the account behind a session allows what a route does.
fn admit(session: &LiveSession, deed: Deed) -> Result<(), Problem> {
    let refused = |code: &'static Code| Problem::new(code).detail(code.help);
    match session.status {
        status if status.allows(deed) => Ok(()),
        Status::Closing => Err(refused(&ACCOUNT_CLOSING)),
        _ => Err(refused(&ACCOUNT_FROZEN)),
    }
}

/// The session of a claim, or why there is none: a freeze is told to whoever was signed in until it came. An API token
/// stands for a session where the operation takes one.
fn session(conn: &mut DbConnection, env: &Env, claim: &Claim) -> Result<LiveSession, Problem> {
    if let Claim::ApiToken(digest, need) = claim {
        return Ok(api_tokens::authenticate(conn, env, digest, *need)?);
    }
    match sessions::resolve(conn, env, claim)? {
        Some(session) => Ok(session),
        None if sessions::is_frozen(conn, claim)? => Err(Problem::new(&ACCOUNT_FROZEN).detail(ACCOUNT_FROZEN.help)),
        None => Err(Problem::new(&NOT_SIGNED_IN)),
    }
}

/// Anyone; whatever a request claims is not looked at.
pub struct Visitor;

impl Authenticate for Visitor {
    const ACCESS: Access = Access::Visitor;

    fn authenticate(_: &mut DbConnection, _: &Env, _: &Claim) -> Result<Self, Problem> {
        Ok(Self)
    }

    fn admit(&self, _: Deed) -> Result<(), Problem> {
        Ok(())
    }
}

/// Whoever is there: a page that visitors and signed-in people see, with their own navigation.
pub enum Anyone {
    /// Nobody signed in, or a session that is over.
    Visitor,
    /// A customer.
    Holder(Holder),
    /// A member of staff.
    Staff(StaffSession),
}

impl Authenticate for Anyone {
    const ACCESS: Access = Access::Visitor;

    fn authenticate(conn: &mut DbConnection, env: &Env, claim: &Claim) -> Result<Self, Problem> {
        let Some(session) = sessions::resolve(conn, env, claim)? else { return Ok(Self::Visitor) };
        match session.principal.parse::<Id<Account>>() {
            Ok(account) => Ok(Self::Holder(Holder { account, session })),
            Err(_) => StaffSession::load(conn, session).map(Self::Staff),
        }
    }

    fn admit(&self, deed: Deed) -> Result<(), Problem> {
        match self {
            Self::Holder(holder) => holder.admit(deed),
            Self::Visitor | Self::Staff(_) => Ok(()),
        }
    }

    fn afterwards(&self, env: &Env) -> Option<Afterwards> {
        match self {
            Self::Visitor => None,
            Self::Holder(holder) => holder.afterwards(env),
            Self::Staff(staff) => staff.session.afterwards(env),
        }
    }
}

/// Whoever is signed in, customer or staff: for their own session.
pub struct SignedIn {
    /// The session in use.
    pub session: LiveSession,
}

impl Authenticate for SignedIn {
    const ACCESS: Access = Access::Session;

    fn authenticate(conn: &mut DbConnection, env: &Env, claim: &Claim) -> Result<Self, Problem> {
        let session = session(conn, env, claim)?;
        Ok(Self { session })
    }

    fn admit(&self, deed: Deed) -> Result<(), Problem> {
        admit(&self.session, deed)
    }

    fn afterwards(&self, env: &Env) -> Option<Afterwards> {
        self.session.afterwards(env)
    }
}

/// The holder of an account, signed in, or a program with an API token of theirs. Staff sessions are refused.
pub struct Holder {
    /// Whose account; every action of a holder is about this one.
    pub account: Id<Account>,
    /// The session in use.
    pub session: LiveSession,
}

impl Holder {
    /// As history and audit name them.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::Holder(self.account.clone())
    }

    /// Through what the request came, as history and audit refer to it: the session, or the API token.
    #[must_use]
    pub fn through(&self) -> (&'static str, &str) {
        match &self.session.token {
            Some(token) => ("api_token", token.as_str()),
            None => ("session", self.session.id.as_str()),
        }
    }
}

impl Authenticate for Holder {
    const ACCESS: Access = Access::Holder;

    fn authenticate(conn: &mut DbConnection, env: &Env, claim: &Claim) -> Result<Self, Problem> {
        let session = session(conn, env, claim)?;
        let Ok(account) = session.principal.parse() else {
            let text = "You are signed in as staff. Sign in with a customer account for this.";
            return Err(Problem::new(&FORBIDDEN).detail(text));
        };
        Ok(Self { account, session })
    }

    fn admit(&self, deed: Deed) -> Result<(), Problem> {
        admit(&self.session, deed)
    }

    fn afterwards(&self, env: &Env) -> Option<Afterwards> {
        self.session.afterwards(env)
    }
}

/// The holder of an account who has given a factor, or the password where there is none, within the last five minutes
/// (3-rules "Step-up"): for what would let a thief of the session keep the account.
pub struct SteppedUp {
    /// Who.
    pub holder: Holder,
}

impl Authenticate for SteppedUp {
    const ACCESS: Access = Access::Holder;

    fn authenticate(conn: &mut DbConnection, env: &Env, claim: &Claim) -> Result<Self, Problem> {
        let holder = Holder::authenticate(conn, env, claim)?;
        if holder.session.token.is_some() {
            return Err(Problem::new(&TOKEN_REFUSED));
        }
        if env.now() - holder.session.stepped_up_at >= STEP_UP_HOLDS {
            return Err(Problem::new(&STEP_UP_REQUIRED));
        }
        Ok(Self { holder })
    }

    fn admit(&self, deed: Deed) -> Result<(), Problem> {
        self.holder.admit(deed)
    }

    fn afterwards(&self, env: &Env) -> Option<Afterwards> {
        self.holder.afterwards(env)
    }
}

/// Whoever is signed in, customer or staff, and has given a factor, or the password where there is none, within the last
/// five minutes: for their own factors and recovery codes.
pub struct Proved {
    /// The session in use.
    pub session: LiveSession,
}

impl Authenticate for Proved {
    const ACCESS: Access = Access::Session;

    fn authenticate(conn: &mut DbConnection, env: &Env, claim: &Claim) -> Result<Self, Problem> {
        let SignedIn { session } = SignedIn::authenticate(conn, env, claim)?;
        if env.now() - session.stepped_up_at >= STEP_UP_HOLDS {
            return Err(Problem::new(&STEP_UP_REQUIRED));
        }
        Ok(Self { session })
    }

    fn admit(&self, deed: Deed) -> Result<(), Problem> {
        admit(&self.session, deed)
    }

    fn afterwards(&self, env: &Env) -> Option<Afterwards> {
        self.session.afterwards(env)
    }
}

/// A member of staff, signed in by cookie with a second factor.
pub struct StaffSession {
    /// Who.
    pub id: Id<StaffMember>,
    /// Display name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The session in use.
    pub session: LiveSession,
}

impl StaffSession {
    fn load(conn: &mut DbConnection, session: LiveSession) -> Result<Self, Problem> {
        let id: Id<StaffMember> = session.principal.parse().map_err(|_| Problem::new(&FORBIDDEN))?;
        let (name, role) = sessions::staff_member(conn, &id)?.ok_or_else(|| Problem::new(&FORBIDDEN))?;
        Ok(Self { id, name, role, session })
    }
}

/// A permission as a type, so that [`Staff`] can carry it.
pub trait Requires: Send + Sync + 'static {
    /// The permission.
    const PERMISSION: Permission;
}

/// [`Permission::ReviewSubscriptions`]
pub enum ReviewSubscriptions {}
impl Requires for ReviewSubscriptions {
    const PERMISSION: Permission = Permission::ReviewSubscriptions;
}

/// [`Permission::OwnSettings`]
pub enum OwnSettings {}
impl Requires for OwnSettings {
    const PERMISSION: Permission = Permission::OwnSettings;
}

/// [`Permission::ReadAudit`]
pub enum ReadAudit {}
impl Requires for ReadAudit {
    const PERMISSION: Permission = Permission::ReadAudit;
}

/// [`Permission::FreezeAccounts`]
pub enum FreezeAccounts {}
impl Requires for FreezeAccounts {
    const PERMISSION: Permission = Permission::FreezeAccounts;
}

/// [`Permission::DecideCorrections`]
pub enum DecideCorrections {}
impl Requires for DecideCorrections {
    const PERMISSION: Permission = Permission::DecideCorrections;
}

/// A member of staff whose role carries the permission `P`.
pub struct Staff<P> {
    /// Who.
    pub member: StaffSession,
    permission: PhantomData<fn() -> P>,
}

impl<P> Staff<P> {
    /// As audit names them.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::Staff(self.member.id.clone())
    }
}

impl<P: Requires> Authenticate for Staff<P> {
    const ACCESS: Access = Access::Staff(P::PERMISSION);

    fn authenticate(conn: &mut DbConnection, env: &Env, claim: &Claim) -> Result<Self, Problem> {
        let session = session(conn, env, claim)?;
        if session.principal.parse::<Id<StaffMember>>().is_err() {
            let text = "This is for staff; you are signed in with a customer account.";
            return Err(Problem::new(&FORBIDDEN).detail(text));
        }
        let member = StaffSession::load(conn, session)?;
        if !member.role.may(P::PERMISSION) {
            let text = format!("The role {} does not include this.", member.role.as_str());
            return Err(Problem::new(&FORBIDDEN).detail(text));
        }
        Ok(Self { member, permission: PhantomData })
    }

    fn admit(&self, _: Deed) -> Result<(), Problem> {
        Ok(())
    }

    fn afterwards(&self, env: &Env) -> Option<Afterwards> {
        self.member.session.afterwards(env)
    }
}
