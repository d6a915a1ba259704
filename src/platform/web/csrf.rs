//! Cross-site requests (3-rules "CSRF"): decided from the browser's own words first, from a session-bound token last.

use actix_web::http::Method;
use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, ORIGIN};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use subtle::ConstantTimeEq;

use crate::env::{KeyRing, Purpose};
use crate::kernel::secret_token::TokenDigest;

/// The field of a form that carries the token, and the header that API clients with a cookie may send instead.
pub const FIELD: &str = "csrf";
/// See [`FIELD`].
pub const HEADER: HeaderName = HeaderName::from_static("x-csrf-token");

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What is to happen with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Ours, or harmless.
    Allow,
    /// From another site.
    Refuse,
    /// Cannot be told from the headers: the session's token decides.
    NeedsToken,
}

/// Decides by method and headers. `own_origins` are the addresses that people use; `cookie` says whether a session
/// cookie came along.
#[must_use]
pub fn decide(method: &Method, headers: &HeaderMap, own_origins: &[String], cookie: bool) -> Decision {
    if method.is_safe() || headers.contains_key(AUTHORIZATION) {
        return Decision::Allow;
    }
    if let Some(site) = headers.get(SEC_FETCH_SITE) {
        return if site == "same-origin" || site == "none" { Decision::Allow } else { Decision::Refuse };
    }
    if let Some(origin) = headers.get(ORIGIN) {
        let own = origin.to_str().is_ok_and(|text| own_origins.iter().any(|own| own == text));
        return if own { Decision::Allow } else { Decision::Refuse };
    }
    let form = headers.get(CONTENT_TYPE).is_some_and(|kind| !is_json(kind.as_bytes()));
    match (cookie, form) {
        (true, _) => Decision::NeedsToken,
        (false, true) => Decision::Refuse,
        (false, false) => Decision::Allow,
    }
}

/// Whether a content type is JSON of any kind: browsers cannot send it across sites without asking first.
fn is_json(kind: &[u8]) -> bool {
    let essence = kind.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    essence.eq_ignore_ascii_case(b"application/json") || essence.to_ascii_lowercase().ends_with(b"+json")
}

/// The token of a session, for its forms.
#[must_use]
pub fn token(keys: &KeyRing, session: &TokenDigest) -> String {
    URL_SAFE_NO_PAD.encode(keys.current_mac(Purpose::Csrf, session.as_str().as_bytes()))
}

/// Whether `given` is the session's token, under any live key.
#[must_use]
pub fn token_matches(keys: &KeyRing, session: &TokenDigest, given: &str) -> bool {
    let Ok(given) = URL_SAFE_NO_PAD.decode(given) else { return false };
    keys.macs(Purpose::Csrf, session.as_str().as_bytes()).any(|own| bool::from(own.ct_eq(given.as_slice())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    const OWN: &str = "https://accounts.example.com";

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                let name = HeaderName::from_bytes(name.as_bytes()).expect("a header");
                (name, HeaderValue::from_str(value).expect("a value"))
            })
            .collect()
    }

    /// Origin × Sec-Fetch-Site × content type × credential, each cell computed from the rule's own order.
    #[test]
    fn matrix() {
        let own = vec![OWN.to_owned()];
        for method in [Method::GET, Method::POST, Method::PATCH, Method::DELETE] {
            for site in [None, Some("same-origin"), Some("none"), Some("same-site"), Some("cross-site"), Some("x")] {
                for origin in [None, Some(OWN), Some("https://evil.example"), Some("null")] {
                    for kind in
                        [None, Some("application/json"), Some("application/merge-patch+json"), Some("text/plain")]
                    {
                        for (cookie, bearer) in [(false, false), (true, false), (false, true), (true, true)] {
                            let mut pairs = Vec::new();
                            pairs.extend(site.map(|value| ("sec-fetch-site", value)));
                            pairs.extend(origin.map(|value| ("origin", value)));
                            pairs.extend(kind.map(|value| ("content-type", value)));
                            pairs.extend(bearer.then_some(("authorization", "Bearer x")));
                            let expected = if method == Method::GET || bearer {
                                Decision::Allow
                            } else if let Some(site) = site {
                                if ["same-origin", "none"].contains(&site) { Decision::Allow } else { Decision::Refuse }
                            } else if let Some(origin) = origin {
                                if origin == OWN { Decision::Allow } else { Decision::Refuse }
                            } else if cookie {
                                Decision::NeedsToken
                            } else if kind == Some("text/plain") {
                                Decision::Refuse
                            } else {
                                Decision::Allow
                            };
                            let got = decide(&method, &headers(&pairs), &own, cookie);
                            assert_eq!(got, expected, "{method} {pairs:?} cookie {cookie}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn tokens_belong_to_one_session() {
        let keys = KeyRing::ephemeral();
        let (one, other) = (TokenDigest::of(b"one"), TokenDigest::of(b"other"));
        let issued = token(&keys, &one);
        assert!(token_matches(&keys, &one, &issued));
        assert!(!token_matches(&keys, &other, &issued));
        assert!(!token_matches(&keys, &one, ""));
    }
}
