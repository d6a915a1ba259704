//! `GET /v1/account/staff-access`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::actions;
use super::super::actions::LookRow;
use crate::identity::actors::Holder;
use crate::kernel::ids::{Id, StaffLook};
use crate::platform::web::call::Call;
use crate::platform::web::cursor::PageQuery;
use crate::platform::web::posted::Query;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, List, Operation};
use crate::platform::web::reply;

const ID: &str = "list_staff_access";
const PATH: &str = "/v1/account/staff-access";

pub(super) fn operation() -> Operation {
    Operation::new(ID, Method::GET, PATH, || web::get().to(handle))
        .summary("Every look of staff at the holder's data: when, in which role, why, at what; newest first")
        .access(Access::Holder)
        .query(PageQuery::DOCUMENTED)
        .reply::<List<StaffAccess>>(200)
}

/// One look.
#[derive(Serialize, ToSchema)]
struct StaffAccess {
    /// `look_…`
    id: String,
    /// Role of who looked.
    role: String,
    /// `billing_question`, `payment_problem`, `dispute`, `fraud_check` or `data_request`.
    purpose: &'static str,
    /// Names of the fields shown.
    shown: Vec<String>,
    /// RFC 3339.
    at: String,
}

async fn handle(call: Call<Holder>, Query(query): Query<PageQuery>) -> Result<HttpResponse, Problem> {
    let (after, window) = query.open::<Id<StaffLook>>(&call.env.keys, ID)?;
    let looks =
        call.read(move |conn, context| actions::looks(conn, &context.actor, after.as_ref(), window.rows())).await?;
    let (looks, next) = window.cut(&call.env.keys, looks, |last| last.id.clone());
    Ok(reply::list(PATH, window.limit, &List { data: looks.into_iter().map(StaffAccess::from).collect(), next }))
}

impl From<LookRow> for StaffAccess {
    fn from(look: LookRow) -> Self {
        Self {
            id: look.id.as_str().to_owned(),
            role: look.role,
            purpose: look.purpose.as_str(),
            shown: look.shown.split_whitespace().map(str::to_owned).collect(),
            at: look.at.to_string(),
        }
    }
}
