//! `/v1/account/factor-reset`: what an operator has ordered for somebody who lost every factor.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::actions::{self, STOP};
use super::error::ResetError;
use super::model::End;
use super::store::Waiting;
use crate::db::DbError;
use crate::identity::actors::Holder;
use crate::kernel::deed::Deed;
use crate::kernel::time::Timestamp;
use crate::platform::web::call::Call;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, Operation};
use crate::platform::web::reply;

/// The operations.
#[must_use]
pub fn operations() -> Vec<Operation> {
    vec![
        Operation::new("get_factor_reset", Method::GET, "/v1/account/factor-reset", || web::get().to(get))
            .summary(
                "Whether your second factors are about to be removed, because we were told that you lost them all.",
            )
            .access(Access::Holder)
            .needs(Deed::Read)
            .reply::<FactorReset>(200),
        Operation::new("stop_factor_reset", Method::DELETE, "/v1/account/factor-reset", || web::delete().to(stop))
            .summary("Stop it: they stay.")
            .access(Access::Holder)
            .needs(Deed::Credentials)
            .audit(STOP)
            .empty(204),
    ]
}

/// All null when nothing waits.
#[derive(Serialize, ToSchema)]
pub struct FactorReset {
    /// The operator's name of your case.
    case: Option<String>,
    /// When it was ordered.
    #[schema(value_type = Option<String>)]
    requested_at: Option<Timestamp>,
    /// When every factor, recovery code and session goes.
    #[schema(value_type = Option<String>)]
    takes_effect_at: Option<Timestamp>,
}

async fn get(call: Call<Holder>) -> Result<HttpResponse, Problem> {
    let waiting = call.read::<_, DbError, _>(|conn, context| actions::waiting(conn, &context.actor.account)).await?;
    Ok(reply::json(200, &FactorReset::of(waiting)))
}

impl FactorReset {
    fn of(waiting: Option<Waiting>) -> Self {
        let (requested_at, takes_effect_at) =
            waiting.as_ref().map(|waiting| (waiting.requested_at, waiting.due_at)).unzip();
        Self { case: waiting.map(|waiting| waiting.case_ref), requested_at, takes_effect_at }
    }
}

async fn stop(call: Call<Holder>) -> Result<HttpResponse, Problem> {
    call.write::<_, ResetError, _>(|conn, context| {
        let holder = &context.actor;
        let stopped = actions::stop(conn, &context.env, &holder.account, End::Holder, &holder.actor())?;
        if stopped { Ok(()) } else { Err(ResetError::NotWaiting) }
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
