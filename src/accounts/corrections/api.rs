//! `/v1/account/corrections`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::actions::{self, ASK, Ask, Correction, WITHDRAW};
use super::error::CorrectionError;
use crate::accounts::api::PatchDocument;
use crate::accounts::author::Author;
use crate::db::DbError;
use crate::identity::actors::Holder;
use crate::kernel::ids::{self, Id};
use crate::kernel::public_error::FieldError;
use crate::platform::web::call::Call;
use crate::platform::web::json::Json;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, List, Operation};
use crate::platform::web::reply;

const PATH: &str = "/v1/account/corrections";

/// The operations.
#[must_use]
pub fn operations() -> Vec<Operation> {
    vec![
        Operation::new("list_corrections", Method::GET, PATH, || web::get().to(list))
            .summary("Corrections that the holder asked for, newest first, with how each was decided and why")
            .access(Access::Holder)
            .reply::<List<CorrectionView>>(200),
        Operation::new("create_correction", Method::POST, PATH, || web::post().to(create))
            .summary("Ask for a correction that staff decide within 30 days; the value is restricted meanwhile")
            .access(Access::Holder)
            .audit(ASK)
            .json::<NewCorrection>()
            .reply::<CorrectionView>(201),
        Operation::new("withdraw_correction", Method::POST, "/v1/account/corrections/{id}/withdraw", || {
            web::post().to(withdraw)
        })
        .summary("Take a correction back that is not decided yet")
        .access(Access::Holder)
        .audit(WITHDRAW)
        .empty(204),
    ]
}

/// What is wrong. Either `wanted` or `what`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCorrection {
    /// Exactly one field of the profile, with the whole value that should stand there, as `PATCH /v1/account` takes it.
    #[serde(default)]
    #[schema(value_type = Option<PatchDocument>)]
    wanted: Option<Map<String, Value>>,
    /// What is wrong and what it should be, in words, if it is no field of the profile: 10 to 2000 characters.
    #[serde(default)]
    what: Option<String>,
    /// Why it is so: 10 to 2000 characters.
    evidence: String,
}

/// A request for a correction.
#[derive(Serialize, ToSchema)]
#[schema(as = Correction)]
pub struct CorrectionView {
    /// `cor_…`
    id: String,
    /// `profile`, `inv_…` or `other`.
    subject: String,
    /// The field.
    field: String,
    /// `open`, `accepted`, `refused` or `withdrawn`.
    state: String,
    /// What stood there when it was asked; null for nothing, and for an API token that may ask but not read.
    held: Option<Value>,
    /// What should stand there; null for nothing.
    wanted: Option<Value>,
    /// In words, if it is no field.
    what: Option<String>,
    /// Why it is so; null beside an invoice, where only the request and its outcome stand.
    evidence: Option<String>,
    /// Why it was decided so; null until then.
    reason: Option<String>,
    /// The change in the history that it led to.
    change: Option<String>,
    /// RFC 3339.
    opened_at: String,
    /// Until when it must be decided; RFC 3339.
    due_at: String,
    /// RFC 3339; null while it is open.
    decided_at: Option<String>,
}

impl CorrectionView {
    /// The answer to whoever asked: what stood there is shown to those who may read it.
    #[must_use]
    pub fn asked(correction: Correction, may_read: bool) -> Self {
        let view = Self::from(correction);
        if may_read { view } else { Self { held: None, ..view } }
    }

    /// As it stands beside what it is about. The evidence is the profile's: a program that may read invoices only is not
    /// shown it.
    #[must_use]
    pub fn beside(correction: Correction) -> Self {
        Self { evidence: None, ..Self::from(correction) }
    }
}

impl From<Correction> for CorrectionView {
    fn from(correction: Correction) -> Self {
        let (subject, field) = correction.subject.stored();
        let (subject, field) = (subject.to_owned(), field.to_owned());
        let (held, wanted, what, evidence) = match correction.claim {
            Some(claim) => (claim.held, claim.wanted, claim.what, Some(claim.evidence)),
            None => (None, None, None, None),
        };
        Self {
            id: correction.id.as_str().to_owned(),
            subject,
            field,
            state: correction.state.as_str().to_owned(),
            held,
            wanted,
            what,
            evidence,
            reason: correction.reason,
            change: correction.change.map(|id| id.as_str().to_owned()),
            opened_at: correction.opened_at.to_string(),
            due_at: correction.due_at.to_string(),
            decided_at: correction.decided_at.map(|at| at.to_string()),
        }
    }
}

async fn list(call: Call<Holder>) -> Result<HttpResponse, Problem> {
    let all =
        call.read::<_, DbError, _>(|conn, context| actions::list(conn, &context.env, &context.actor.account)).await?;
    Ok(reply::json(200, &List { data: all.into_iter().map(CorrectionView::from).collect(), next: None }))
}

async fn create(call: Call<Holder>, body: Json<NewCorrection>) -> Result<HttpResponse, Problem> {
    let NewCorrection { wanted, what, evidence } = body.0;
    let wish = match (wanted, what) {
        (Some(wanted), None) => Some(Ask::Profile(wanted)),
        (None, Some(what)) => Some(Ask::Other(what)),
        _ => None,
    };
    let (asked, may_read) = call
        .write(move |conn, context| {
            let may_read = context.actor.session.may_read;
            let author = Author::holder(&context.actor, context.info.ip);
            let text = "Send either `wanted`, with one field of the profile, or `what`, in words.";
            let neither = || CorrectionError::Invalid(vec![FieldError::new("/wanted", text)]);
            let asked = actions::ask(conn, &context.env, &author, (wish.as_ref().ok_or_else(neither)?, &evidence))?;
            Ok::<_, CorrectionError>((asked, may_read))
        })
        .await?;
    Ok(reply::json(201, &CorrectionView::asked(asked, may_read)))
}

async fn withdraw(call: Call<Holder>, path: web::Path<String>) -> Result<HttpResponse, Problem> {
    let id: Id<ids::Correction> = path.parse().map_err(|_| CorrectionError::NotFound)?;
    call.write(move |conn, context| {
        let author = Author::holder(&context.actor, context.info.ip);
        actions::withdraw(conn, &context.env, &author, &id)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
