//! `/v1/staff/me`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::settings::{self, SettingsError};
use super::store::Settings;
use crate::identity::actors::{OwnSettings, Staff};
use crate::kernel::lang::Lang;
use crate::kernel::permission::Permission;
use crate::kernel::public_error::FieldError;
use crate::platform::web::call::Call;
use crate::platform::web::codes::MALFORMED;
use crate::platform::web::etag::IfMatch;
use crate::platform::web::json::MergePatch;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, Operation};
use crate::platform::web::reply;

const OWN: Access = Access::Staff(Permission::OwnSettings);

/// The operations.
#[must_use]
pub fn operations() -> Vec<Operation> {
    vec![
        Operation::new("get_own_staff_account", Method::GET, "/v1/staff/me", || web::get().to(get))
            .summary("Who the member of staff is that calls, and the language of their pages and mails")
            .access(OWN)
            .reply::<OwnStaffAccount>(200),
        Operation::new("update_own_staff_account", Method::PATCH, "/v1/staff/me", || web::patch().to(update))
            .summary("Chooses that language: null goes by the browser, and mails by the installation")
            .access(OWN)
            .audit(settings::UPDATE)
            .merge_patch::<OwnSettingsPatch>()
            .reply::<OwnStaffAccount>(200),
    ]
}

/// The member of staff who calls.
#[derive(Serialize, ToSchema)]
struct OwnStaffAccount {
    /// `staff_…`
    id: String,
    /// What colleagues call them.
    name: String,
    /// `billing`, `support`, `privacy`, `counsel`, `approver`, `auditor` or `admin`.
    role: &'static str,
    /// `en`, `de` or `zh-Hans`; null when they have chosen none.
    language: Option<&'static str>,
}

/// What can be changed.
#[derive(ToSchema)]
#[allow(dead_code)]
struct OwnSettingsPatch {
    /// `en`, `de` or `zh-Hans`; null to go by the browser.
    language: Option<String>,
}

impl From<Settings> for OwnStaffAccount {
    fn from(settings: Settings) -> Self {
        Self {
            id: settings.id.to_string(),
            name: settings.name,
            role: settings.role.as_str(),
            language: settings.language.map(Lang::as_str),
        }
    }
}

async fn get(call: Call<Staff<OwnSettings>>) -> Result<HttpResponse, Problem> {
    let own = call.read(|conn, context| settings::get(conn, &context.actor.member.id)).await?;
    let version = own.version;
    Ok(reply::versioned(200, &OwnStaffAccount::from(own), version))
}

async fn update(
    call: Call<Staff<OwnSettings>>,
    seen: IfMatch,
    MergePatch(document): MergePatch<Map<String, Value>>,
) -> Result<HttpResponse, Problem> {
    if seen == IfMatch::Any {
        return Err(Problem::new(&MALFORMED).detail("If-Match takes the ETag of your last GET, in quotes."));
    }
    let wish = read(&document)?;
    let own = call
        .write(move |conn, context| {
            let id = &context.actor.member.id;
            match wish {
                Some(language) => settings::choose_language(conn, &context.env, id, (seen, language)),
                None => settings::get(conn, id),
            }
        })
        .await?;
    let version = own.version;
    Ok(reply::versioned(200, &OwnStaffAccount::from(own), version))
}

/// The wish for a language, which may be for none; `None` where the patch does not speak of it.
fn read(document: &Map<String, Value>) -> Result<Option<Option<Lang>>, SettingsError> {
    let complain = |pointer: String, message: &str| SettingsError::Invalid(vec![FieldError::new(pointer, message)]);
    if let Some(other) = document.keys().find(|name| *name != "language") {
        return Err(complain(format!("/{other}"), "There is no such field."));
    }
    let language = match document.get("language") {
        None => return Ok(None),
        Some(Value::Null) => return Ok(Some(None)),
        Some(Value::String(tag)) => tag.parse().ok(),
        Some(_) => None,
    };
    match language {
        Some(language) => Ok(Some(Some(language))),
        None => Err(complain("/language".to_owned(), "Choose one of en, de and zh-Hans, or null.")),
    }
}
