//! What mailed links do, for the API and for the pages: counted like every link, then spent.

use super::actions;
use super::error::ReportError;
use crate::env::Env;
use crate::identity::throttle::actions as throttle;
use crate::identity::throttle::model::TOKEN_BY_IP;
use crate::kernel::secret_token::SecretToken;
use crate::platform::web::request::RequestInfo;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkFor {
    /// "That wasn't me".
    Report,
    /// Ending one session.
    Close,
}

/// Follows a link.
///
/// # Errors
/// See [`ReportError`].
pub async fn follow(env: &Env, info: &RequestInfo, what: LinkFor, token: &str) -> Result<(), ReportError> {
    let (own, from) = (env.clone(), info.address_group().to_string());
    let counted = env.db.write::<_, ReportError, _>(move |conn| Ok(throttle::take(conn, &own, &TOKEN_BY_IP, &from)?));
    counted.await?.map_err(ReportError::Limited)?;
    let (own, token) = (env.clone(), SecretToken::parse("", token).ok_or(ReportError::LinkSpent)?);
    env.db
        .write(move |conn| match what {
            LinkFor::Report => actions::report_by_link(conn, &own, &token),
            LinkFor::Close => actions::close_by_link(conn, &own, &token),
        })
        .await
}
