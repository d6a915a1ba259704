//! `PATCH /v1/account`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::super::actions::{self, Update};
use super::super::author::Author;
use super::super::error::AccountError;
use super::super::patch::ProfilePatch;
use super::super::together;
use super::body::{AccountBody, ContactBody, ImIdBody};
use crate::identity::actors::Holder;
use crate::platform::web::call::Call;
use crate::platform::web::etag::IfMatch;
use crate::platform::web::json::MergePatch;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, Operation};
use crate::platform::web::reply;

pub(super) fn operation() -> Operation {
    Operation::new("update_account", Method::PATCH, "/v1/account", || web::patch().to(handle))
        .summary("Corrects the profile: absent members stay, null empties an optional one (RFC 7396)")
        .access(Access::Holder)
        .audit(actions::UPDATE)
        .merge_patch::<PatchDocument>()
        .reply::<AccountBody>(200)
        .shows_stored()
}

async fn handle(
    call: Call<Holder>,
    seen: IfMatch,
    MergePatch(document): MergePatch<Map<String, Value>>,
) -> Result<HttpResponse, Problem> {
    let patch = ProfilePatch::parse(&document).map_err(AccountError::Invalid)?;
    let update = Update::new(seen, patch);
    let (author, may_read) = call
        .read::<_, AccountError, _>(|_, context| {
            Ok((Author::holder(&context.actor, context.info.ip), context.actor.session.may_read))
        })
        .await?;
    let outcome = together::update_together(&call.env, author, update).await;
    if !may_read {
        let (account, _) = outcome.map_err(AccountError::unread)?;
        return Ok(reply::unread(Some(account.version)));
    }
    let changed = outcome?;
    let version = changed.0.version;
    Ok(reply::versioned(200, &AccountBody::new(changed), version))
}

/// A patch of the profile. Read as a map, since an absent member and a null one mean different things; this is how the
/// API document describes it.
#[derive(ToSchema)]
#[schema(as = ProfilePatch)]
#[allow(dead_code)]
pub struct PatchDocument {
    /// 1 to 200 characters.
    name: Option<String>,
    /// With country code, e.g. `+65 6123 4567`.
    phone: Option<String>,
    /// Merged part by part; checked by the country's rules.
    address: Option<AddressPatch>,
    /// `https` is assumed.
    website: Option<String>,
    /// Replaces the whole list; at most 20.
    im_ids: Option<Vec<ImIdBody>>,
    /// Replaces the whole list; at most 20.
    contacts: Option<Vec<ContactBody>>,
    /// BCP 47 tag.
    locale: Option<String>,
    /// IANA name.
    time_zone: Option<String>,
    /// Merged member by member.
    preferences: Option<PreferencesPatch>,
}

/// Parts of an address to change; null empties one.
#[derive(ToSchema)]
#[allow(dead_code)]
struct AddressPatch {
    line1: Option<String>,
    line2: Option<String>,
    city: Option<String>,
    region: Option<String>,
    postcode: Option<String>,
    country: Option<String>,
}

/// Preferences to change; null resets one to its default.
#[derive(ToSchema)]
#[allow(dead_code)]
struct PreferencesPatch {
    /// `day-month-year`, `month-day-year` or `iso`.
    date_format: Option<String>,
}
