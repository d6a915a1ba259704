//! What the kit knows about a request before any handler: its id, where it comes from, and what it claims to be.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, USER_AGENT};

use super::cookies::{self, SessionCookie};
use super::real_ip::limit_group;
use super::token_access;
use crate::env::KeyRing;
use crate::kernel::lang::Lang;
use crate::kernel::scope::TokenNeed;
use crate::kernel::secret_token::{SecretToken, TokenDigest};

/// Prefix of bearer sessions.
pub const BEARER_SESSION: &str = "stws_";
/// Prefix of API tokens.
pub const API_TOKEN: &str = "stw_";

/// Where a request comes from.
#[derive(Debug, Clone)]
pub struct RequestInfo {
    /// Names the request in the log and in problems.
    pub id: String,
    /// The client's address, through trusted proxies.
    pub ip: IpAddr,
    /// The browser's own words, cut to 300 characters.
    pub user_agent: String,
    /// The first language the browser asks for, cut to 35 characters.
    pub language: String,
    /// The language that its reader wants most among those we speak.
    pub asked: Option<Lang>,
}

impl RequestInfo {
    /// Collects the facts of a request.
    #[must_use]
    pub fn new(id: String, ip: IpAddr, headers: &actix_web::http::header::HeaderMap) -> Self {
        let text = |name, most: usize| -> String {
            let value = headers.get(name).map(actix_web::http::header::HeaderValue::as_bytes).unwrap_or_default();
            String::from_utf8_lossy(value).chars().filter(|c| !c.is_control()).take(most).collect()
        };
        let language = text(ACCEPT_LANGUAGE, 1_000);
        let asked = Lang::of_header(&language);
        let first = language.split([',', ';']).next().unwrap_or_default().trim();
        Self { id, ip, user_agent: text(USER_AGENT, 300), language: first.chars().take(35).collect(), asked }
    }

    /// The address as limits count it: an IPv6 one counts with its /64.
    #[must_use]
    pub fn address_group(&self) -> IpAddr {
        limit_group(self.ip)
    }
}

/// What a request claims to be; the database decides whether it is true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Nothing.
    Nobody,
    /// A session cookie that opens under one of our keys.
    Cookie(SessionCookie),
    /// A bearer session.
    Bearer(TokenDigest),
    /// An API token, with what the operation that is called asks of it.
    ApiToken(TokenDigest, TokenNeed),
    /// Something that is none of ours: forged, truncated, of lost keys, or another scheme.
    Unreadable,
}

impl Claim {
    /// The claim of a request. Any Authorization header, even an invalid one, disables cookies.
    #[must_use]
    pub fn of(request: &HttpRequest, keys: &KeyRing) -> Self {
        if let Some(header) = request.headers().get(AUTHORIZATION) {
            let bearer = header.to_str().ok().and_then(|text| text.split_once(' '));
            let token =
                bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token.trim());
            let read = |prefix| token.and_then(|text| SecretToken::parse(prefix, text)).map(|token| token.digest());
            return match (read(BEARER_SESSION), read(API_TOKEN)) {
                (Some(session), _) => Self::Bearer(session),
                (None, Some(token)) => {
                    let path = request.match_pattern().unwrap_or_default();
                    Self::ApiToken(token, token_access::need(request.method(), &path))
                }
                (None, None) => Self::Unreadable,
            };
        }
        match request.cookie(cookies::SESSION) {
            None => Self::Nobody,
            Some(cookie) => cookies::open_session(keys, cookie.value()).map_or(Self::Unreadable, Self::Cookie),
        }
    }

    /// The digest that ties form tokens to the session.
    #[must_use]
    pub fn digest(&self) -> Option<&TokenDigest> {
        match self {
            Self::Cookie(cookie) => Some(&cookie.digest),
            Self::Bearer(digest) => Some(digest),
            Self::ApiToken(..) | Self::Nobody | Self::Unreadable => None,
        }
    }
}
