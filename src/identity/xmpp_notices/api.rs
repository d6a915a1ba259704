//! `/v1/account/xmpp-address`: where security notices by XMPP go, and the code that proves that it is the holder's.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::actions::{self, Standing};
use super::codes::{self, CONFIRM, SEND};
use super::error::ProofError;
use super::model::State;
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::identity::actors::{Holder, SteppedUp};
use crate::identity::refusal;
use crate::kernel::ids::{Account, Id};
use crate::kernel::time::Timestamp;
use crate::platform::web::call::Call;
use crate::platform::web::json::{Json, JsonOrEmpty};
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, Operation};
use crate::platform::web::reply;

const PATH: &str = "/v1/account/xmpp-address";

/// The operations.
#[must_use]
pub fn operations() -> Vec<Operation> {
    vec![
        Operation::new("get_xmpp_address", Method::GET, PATH, || web::get().to(get))
            .summary("Where security notices by XMPP go, and whether that address is confirmed.")
            .access(Access::Holder)
            .reply::<XmppAddress>(200),
        Operation::new("create_xmpp_code", Method::POST, "/v1/account/xmpp-address/codes", || web::post().to(send))
            .summary("Send a code to the XMPP address of the profile; it replaces the one before. A few an hour.")
            .access(Access::Holder)
            .audit(SEND)
            .json::<SendCode>()
            .reply::<XmppAddress>(202)
            .shows_stored(),
        Operation::new("confirm_xmpp_address", Method::PUT, "/v1/account/xmpp-address/proof", || {
            web::put().to(confirm)
        })
        .summary("Confirm the XMPP address by its code: from now on security notices go there too. Needs a step-up.")
        .access(Access::Holder)
        .audit(CONFIRM)
        .json::<ConfirmXmppAddress>()
        .reply::<XmppAddress>(200),
    ]
}

/// Where security notices by XMPP go.
#[derive(Serialize, ToSchema)]
pub struct XmppAddress {
    /// The first XMPP address of the profile; null when it has none.
    address: Option<String>,
    /// `off`: not agreed to; `unproved`: agreed, and no code waits; `waiting`: a code is on its way; `on`: confirmed.
    status: &'static str,
    /// When the address was confirmed.
    #[schema(value_type = Option<String>, format = DateTime)]
    proved_at: Option<Timestamp>,
    /// The code that waits.
    code: Option<WaitingCode>,
}

/// A code that waits to be given.
#[derive(Serialize, ToSchema)]
pub struct WaitingCode {
    /// When it was sent.
    #[schema(value_type = String, format = DateTime)]
    sent_at: Timestamp,
    /// When it holds no more.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Tries that are left.
    tries_left: i32,
}

impl From<Standing> for XmppAddress {
    fn from(Standing { address, state }: Standing) -> Self {
        let proved_at = if let State::On(at) = state { Some(at) } else { None };
        let code = if let State::Waiting(waiting) = state {
            let (sent_at, expires_at) = (waiting.sent_at, waiting.expires_at);
            Some(WaitingCode { sent_at, expires_at, tries_left: waiting.tries_left })
        } else {
            None
        };
        Self { address: address.map(|id| id.as_str().to_owned()), status: state.as_str(), proved_at, code }
    }
}

fn view(conn: &mut DbConnection, env: &Env, account: &Id<Account>) -> Result<XmppAddress, ProofError> {
    Ok(actions::standing(conn, env, account)?.ok_or(ProofError::NotOffered)?.into())
}

async fn get(call: Call<Holder>) -> Result<HttpResponse, Problem> {
    let view = call.read(|conn, context| view(conn, &context.env, &context.actor.account)).await?;
    Ok(reply::json(200, &view))
}

/// Nothing: the address is the profile's.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendCode {}

async fn send(call: Call<Holder>, _: JsonOrEmpty<SendCode>) -> Result<HttpResponse, Problem> {
    let sent = call
        .write::<_, DbError, _>(|conn, context| {
            let sent = codes::send(conn, &context.env, &context.actor);
            match sent.and_then(|()| view(conn, &context.env, &context.actor.account)) {
                Err(ProofError::Db(error)) => Err(error),
                sent => Ok((sent, context.actor.session.may_read)),
            }
        })
        .await?;
    Ok(match sent {
        (Ok(_), false) => reply::unread(None),
        (Ok(view), true) => reply::json(202, &view),
        (Err(error), _) => refused(&error),
    })
}

/// What was received.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmXmppAddress {
    /// The eight digits; spaces and hyphens make no difference.
    code: String,
}

async fn confirm(call: Call<SteppedUp>, body: Json<ConfirmXmppAddress>) -> Result<HttpResponse, Problem> {
    let code = Zeroizing::new(body.0.code);
    let confirmed = call
        .write::<_, DbError, _>(move |conn, context| {
            let holder = &context.actor.holder;
            match codes::confirm(conn, &context.env, holder, &code)? {
                Ok(()) => match view(conn, &context.env, &holder.account) {
                    Err(ProofError::Db(error)) => Err(error),
                    view => Ok(view),
                },
                Err(error) => Ok(Err(error)),
            }
        })
        .await?;
    Ok(confirmed.map_or_else(|error| refused(&error), |view| reply::json(200, &view)))
}

fn refused(error: &ProofError) -> HttpResponse {
    let limited = if let ProofError::Limited(limited) = error { Some(*limited) } else { None };
    refusal::answer(&Problem::from(error.clone()), limited.as_ref())
}
