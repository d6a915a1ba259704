//! `GET /v1/account/shared-with`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::actions;
use crate::identity::actors::Holder;
use crate::kernel::ids::{Id, Share};
use crate::platform::trust::{ShareRecord, recipients};
use crate::platform::web::call::Call;
use crate::platform::web::cursor::PageQuery;
use crate::platform::web::posted::Query;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, List, Operation};
use crate::platform::web::reply;

const ID: &str = "list_shares";
const PATH: &str = "/v1/account/shared-with";

pub(super) fn operation() -> Operation {
    Operation::new(ID, Method::GET, PATH, || web::get().to(handle))
        .summary("Who received which of the holder's data, when and on which ground; newest first")
        .access(Access::Holder)
        .query(PageQuery::DOCUMENTED)
        .reply::<List<ShareBody>>(200)
}

/// One sharing.
#[derive(Serialize, ToSchema)]
#[schema(as = Share)]
struct ShareBody {
    /// `shr_…`
    id: String,
    /// Key of the recipient.
    recipient: String,
    /// Its name.
    recipient_name: String,
    /// Fields of the data map that went.
    fields: Vec<String>,
    /// `consent`, `on_our_behalf`, `law`, `terms`, `fraud` or `harm`.
    ground: String,
    /// The consent it rests on.
    consent: Option<String>,
    /// What it was about: the kind of a mail, the id of an invoice.
    about: String,
    /// RFC 3339.
    at: String,
}

async fn handle(call: Call<Holder>, Query(query): Query<PageQuery>) -> Result<HttpResponse, Problem> {
    let (after, window) = query.open::<Id<Share>>(&call.env.keys, ID)?;
    let shares =
        call.read(move |conn, context| actions::shares(conn, &context.actor, after.as_ref(), window.rows())).await?;
    let (shares, next) = window.cut(&call.env.keys, shares, |last| last.id.clone());
    Ok(reply::list(PATH, window.limit, &List { data: shares.into_iter().map(ShareBody::from).collect(), next }))
}

impl From<ShareRecord> for ShareBody {
    fn from(share: ShareRecord) -> Self {
        let name = recipients::find(&share.recipient).map_or(share.recipient.as_str(), |known| known.name).to_owned();
        Self {
            id: share.id.as_str().to_owned(),
            recipient: share.recipient,
            recipient_name: name,
            fields: share.fields.split_whitespace().map(str::to_owned).collect(),
            ground: share.ground,
            consent: share.consent_id.map(|id| id.as_str().to_owned()),
            about: share.about,
            at: share.at.to_string(),
        }
    }
}
