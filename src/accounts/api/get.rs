//! `GET /v1/account`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};

use super::super::actions;
use super::body::AccountBody;
use crate::identity::actors::Holder;
use crate::platform::web::call::Call;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, Operation};
use crate::platform::web::reply;

pub(super) fn operation() -> Operation {
    Operation::new("get_account", Method::GET, "/v1/account", || web::get().to(handle))
        .summary("The holder's account, with an ETag to change it by")
        .access(Access::Holder)
        .reply::<AccountBody>(200)
}

async fn handle(call: Call<Holder>) -> Result<HttpResponse, Problem> {
    let (account, mailbox) =
        call.read(|conn, context| actions::get(conn, &context.env, &context.actor.account)).await?;
    let version = account.version;
    Ok(reply::versioned(200, &AccountBody::new((account, mailbox)), version))
}
