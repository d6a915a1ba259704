//! A sign-in whose password was right and whose factor is still to come. It is handed to the client sealed, so that
//! nothing is kept for somebody who never comes back, and the password need not be given or shown again.

use serde::{Deserialize, Serialize};

use super::model::{Choice, PENDING, Transport};
use crate::db::DbError;
use crate::env::Env;
use crate::identity::principals::model::PrincipalId;
use crate::identity::throttle::actions::Reservation;
use crate::kernel::email_address::EmailAddress;
use crate::kernel::secret_token::TokenDigest;
use crate::kernel::time::Timestamp;

const PLACE: &str = "pending sign-in";

/// What was chosen for a session, and for whom.
#[derive(Clone)]
pub struct Wish {
    /// The address as it was typed; what may be remembered.
    pub email: EmailAddress,
    /// What may stay on the computer.
    pub choice: Choice,
    /// How the session is to be carried.
    pub transport: Transport,
    /// Whether a valid pre-fill cookie for this very address came along.
    pub known_device: bool,
}

/// A sign-in that waits for its factor.
pub struct Pending {
    /// Who.
    pub principal: PrincipalId,
    /// Digest of the password's hash as it was: with another one since, this is void.
    pub password: String,
    /// What was counted for the try.
    pub reservation: Reservation,
    /// What was chosen.
    pub wish: Wish,
    /// Digest of the sealed text that it came in, by which it is used once; empty until it is sealed.
    pub digest: String,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    principal: String,
    password: String,
    reservation: Reservation,
    email: String,
    choice: Choice,
    transport: Transport,
    known_device: bool,
    until: Timestamp,
}

impl Pending {
    /// The sealed text for the client; good for five minutes.
    ///
    /// # Errors
    /// It cannot be written as JSON, which nothing of it cannot.
    pub fn seal(&self, env: &Env) -> Result<String, DbError> {
        let sealed = Sealed {
            principal: self.principal.as_str().to_owned(),
            password: self.password.clone(),
            reservation: self.reservation.clone(),
            email: self.wish.email.as_str().to_owned(),
            choice: self.wish.choice,
            transport: self.wish.transport,
            known_device: self.wish.known_device,
            until: env.now() + PENDING,
        };
        let text = serde_json::to_vec(&sealed).map_err(|error| DbError::Other(error.to_string()))?;
        Ok(env.keys.cookies().seal(&text, PLACE))
    }

    /// Opens a text that a client sent; `None` for anything that we did not seal within the last five minutes.
    #[must_use]
    pub fn open(env: &Env, text: &str) -> Option<Self> {
        let sealed: Sealed = serde_json::from_slice(&env.keys.cookies().open(text, PLACE)?).ok()?;
        if sealed.until <= env.now() {
            return None;
        }
        let wish = Wish {
            email: EmailAddress::parse(&sealed.email).ok()?,
            choice: sealed.choice,
            transport: sealed.transport,
            known_device: sealed.known_device,
        };
        let principal = sealed.principal.parse().ok()?;
        let digest = TokenDigest::of(text.as_bytes()).as_str().to_owned();
        Some(Self { principal, password: sealed.password, reservation: sealed.reservation, wish, digest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::testing::on_sqlite;
    use crate::identity::sessions::model::Computer;

    #[test]
    fn what_is_sealed_comes_back_for_five_minutes_and_nothing_else_does() {
        let bench = on_sqlite();
        let env = &bench.env;
        let wish = Wish {
            email: "Ada@example.org".parse().expect("an address"),
            choice: Choice::new(Computer::Own, true, false),
            transport: Transport::Cookie,
            known_device: false,
        };
        let principal = PrincipalId::Holder(env.id());
        let reservation = Reservation::default();
        let (password, digest) = ("digest".to_owned(), String::new());
        let pending = Pending { principal: principal.clone(), password, reservation, wish, digest };
        let sealed = pending.seal(env).expect("sealed");
        assert!(!sealed.contains("Ada"));
        let opened = Pending::open(env, &sealed).expect("ours");
        assert_eq!((opened.principal, opened.password.as_str()), (principal, "digest"));
        assert_eq!((opened.wish.email.as_str(), opened.wish.choice), ("Ada@example.org", pending.wish.choice));
        for text in ["", "AAAA", &sealed[1..], &format!("{sealed}A")] {
            assert!(Pending::open(env, text).is_none(), "{text}");
        }
        bench.pass(PENDING);
        assert!(Pending::open(env, &sealed).is_none());
    }
}
