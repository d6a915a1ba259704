//! The two cookies (policy clause 1.2.1), sealed here because the cookie crate's private jar wants text.
//!
//! The session cookie's plaintext is exactly 16 bytes of principal id and 8 bytes of sign-in time; the other holds an
//! e-mail address and never authenticates anybody.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use uuid::Uuid;

use crate::env::KeyRing;
use crate::kernel::secret_token::TokenDigest;
use crate::kernel::time::Timestamp;
use crate::platform::trust::cookies as registry;

/// The session cookie's name, also its associated data.
pub const SESSION: &str = registry::SESSION.name;
/// The pre-fill cookie's name, also its associated data.
pub const REMEMBERED_EMAIL: &str = registry::REMEMBERED_EMAIL.name;

/// Days that the e-mail stays remembered.
const REMEMBERED_DAYS: i64 = 180;

/// What an opened session cookie says. The session's row decides whether it is still worth anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionCookie {
    /// The 16 bytes of the principal's id.
    pub principal: Uuid,
    /// When the person signed in.
    pub signed_in_at: Timestamp,
    /// Digest of the issued value, which the row must hold too.
    pub digest: TokenDigest,
}

/// Seals a session cookie's value; answers it with its digest.
#[must_use]
pub fn seal_session(keys: &KeyRing, principal: Uuid, signed_in_at: Timestamp) -> (String, TokenDigest) {
    let mut plain = [0; 24];
    plain[..16].copy_from_slice(principal.as_bytes());
    plain[16..].copy_from_slice(&signed_in_at.micros().to_be_bytes());
    let value = keys.cookies().seal(&plain, SESSION);
    let digest = TokenDigest::of(value.as_bytes());
    (value, digest)
}

/// Opens a session cookie's value; `None` for anything that we did not seal.
#[must_use]
pub fn open_session(keys: &KeyRing, value: &str) -> Option<SessionCookie> {
    let plain: [u8; 24] = keys.cookies().open(value, SESSION)?.try_into().ok()?;
    let (id, time) = plain.split_at(16);
    Some(SessionCookie {
        principal: Uuid::from_slice(id).ok()?,
        signed_in_at: Timestamp::from_micros(i64::from_be_bytes(time.try_into().ok()?))?,
        digest: TokenDigest::of(value.as_bytes()),
    })
}

/// The remembered e-mail of a request, with the digest that names its throttle bucket.
#[must_use]
pub fn remembered_email(keys: &KeyRing, request: &HttpRequest) -> Option<(String, TokenDigest)> {
    let cookie = request.cookie(REMEMBERED_EMAIL)?;
    let plain = keys.cookies().open(cookie.value(), REMEMBERED_EMAIL)?;
    Some((String::from_utf8(plain).ok()?, TokenDigest::of(cookie.value().as_bytes())))
}

/// The session cookie to set; without `max_age_seconds` it ends with the browser.
#[must_use]
pub fn session_cookie(value: String, max_age_seconds: Option<i64>) -> Cookie<'static> {
    let mut cookie = host_cookie(SESSION, value);
    cookie.set_max_age(max_age_seconds.map(Duration::seconds));
    cookie
}

/// The pre-fill cookie to set.
#[must_use]
pub fn remember(keys: &KeyRing, email: &str) -> Cookie<'static> {
    let mut cookie = host_cookie(REMEMBERED_EMAIL, keys.cookies().seal(email.as_bytes(), REMEMBERED_EMAIL));
    cookie.set_max_age(Duration::days(REMEMBERED_DAYS));
    cookie
}

/// Deletes a cookie by name.
#[must_use]
pub fn expired(name: &'static str) -> Cookie<'static> {
    let mut cookie = host_cookie(name, String::new());
    cookie.set_max_age(Duration::ZERO);
    cookie
}

fn host_cookie(name: &'static str, value: String) -> Cookie<'static> {
    Cookie::build(name, value).secure(true).http_only(true).same_site(SameSite::Lax).path("/").finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn plaintext_is_exactly_id_and_time(id: u128, micros in 0_i64..4_000_000_000_000_000) {
            let keys = KeyRing::ephemeral();
            let (id, at) = (Uuid::from_u128(id), Timestamp::from_micros(micros).expect("in range"));
            let (value, digest) = seal_session(&keys, id, at);
            prop_assert_eq!(keys.cookies().open(&value, SESSION).map(|plain| plain.len()), Some(24));
            prop_assert_eq!(open_session(&keys, &value), Some(SessionCookie { principal: id, signed_in_at: at, digest }));
            // The e-mail cookie's name is other associated data: neither cookie can stand for the other.
            prop_assert_eq!(keys.cookies().open(&value, REMEMBERED_EMAIL), None);
        }

        #[test]
        fn any_text_is_answered(text in ".{0,120}") {
            prop_assert_eq!(open_session(&KeyRing::ephemeral(), &text), None);
        }
    }

    #[test]
    fn attributes() {
        let kept = session_cookie("v".into(), Some(60)).to_string();
        assert_eq!(kept, "__Host-session=v; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=60");
        assert!(!session_cookie("v".into(), None).to_string().contains("Max-Age"));
        assert!(expired(SESSION).to_string().contains("Max-Age=0"));
    }
}
