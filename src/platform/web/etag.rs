//! Versions of resources: strong ETags that are row versions, and the If-Match that every change names one in.

use actix_web::dev::Payload;
use actix_web::http::header::IF_MATCH;
use actix_web::{FromRequest, HttpRequest};
use std::future::{Ready, ready};

use super::codes::{MALFORMED, PRECONDITION_REQUIRED};
use super::problem::Problem;

/// The ETag of a row version.
#[must_use]
pub fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

/// Which version a change was made against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfMatch {
    /// The version that the client last saw.
    Version(i64),
    /// Whatever is there: taken on the account only, and flagged in the history.
    Any,
}

impl IfMatch {
    /// Reads the header's value; `None` for what is neither one of our tags nor `*`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text == "*" {
            return Some(Self::Any);
        }
        // Proxies that compress weaken a tag; a row version stays unambiguous all the same.
        let tag = text.strip_prefix("W/").unwrap_or(text).strip_prefix('"')?.strip_suffix('"')?;
        let digits = tag.strip_suffix("-gzip").unwrap_or(tag);
        digits.parse().ok().filter(|version| *version >= 1).map(Self::Version)
    }

    /// Whether the current version is the one meant.
    #[must_use]
    pub fn allows(self, current: i64) -> bool {
        match self {
            Self::Version(version) => version == current,
            Self::Any => true,
        }
    }
}

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    /// Absent: 428. Not one of our tags: 400 when it is no tag at all.
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let given = request.headers().get(IF_MATCH);
        ready(match given.map(|value| value.to_str().ok().and_then(Self::parse)) {
            Some(Some(parsed)) => Ok(parsed),
            Some(None) => Err(Problem::new(&MALFORMED).detail("If-Match takes the ETag of your last GET, in quotes.")),
            None => Err(Problem::new(&PRECONDITION_REQUIRED)),
        })
    }
}

/// An If-Match that need not be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MaybeIfMatch(pub Option<IfMatch>);

impl FromRequest for MaybeIfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    /// What is sent and is no tag of ours: 400.
    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if !request.headers().contains_key(IF_MATCH) {
            return ready(Ok(Self(None)));
        }
        ready(IfMatch::from_request(request, payload).into_inner().map(|seen| Self(Some(seen))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn own_tags_parse_strong_and_weak(version in 1_i64..) {
            prop_assert_eq!(IfMatch::parse(&etag(version)), Some(IfMatch::Version(version)));
            prop_assert_eq!(IfMatch::parse(&format!("W/{}", etag(version))), Some(IfMatch::Version(version)));
        }

        #[test]
        fn any_text_is_answered(text in ".{0,40}") {
            if let Some(IfMatch::Version(version)) = IfMatch::parse(&text) {
                prop_assert!(version >= 1);
            }
        }
    }
}
