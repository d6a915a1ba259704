//! `/staff/settings`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::settings::{self, SettingsError};
use super::store::Settings;
use crate::identity::actors::{OwnSettings, Staff};
use crate::identity::frame;
use crate::kernel::lang::Lang;
use crate::kernel::permission::Permission;
use crate::platform::web::call::Call;
use crate::platform::web::codes::{INVALID, STALE};
use crate::platform::web::etag::IfMatch;
use crate::platform::web::form::{Choice, Errors, Field};
use crate::platform::web::page::{Page, Section, Tone};
use crate::platform::web::posted::{Posted, Query};
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;

const PATH: &str = "/staff/settings";
const OWN: Access = Access::Staff(Permission::OwnSettings);

/// `GET /staff/settings`. Posts to it: `language`, empty for none, and the `version` that was seen.
#[derive(Template)]
#[template(path = "identity/staff_settings.html")]
struct View {
    page: Page,
    name: String,
    role: &'static str,
    version: String,
    language: String,
    languages: Vec<Choice>,
}

/// The routes.
#[must_use]
pub fn pages() -> Vec<PageRoute> {
    vec![
        PageRoute::new(Method::GET, PATH, OWN, || web::get().to(show)),
        PageRoute::new(Method::POST, PATH, OWN, || web::post().to(save)),
    ]
}

#[derive(Deserialize)]
struct Arrival {
    #[serde(default)]
    notice: String,
}

async fn show(call: Call<Staff<OwnSettings>>, query: Query<Arrival>) -> Result<HttpResponse, Problem> {
    let own = call.read(|conn, context| settings::get(conn, &context.actor.member.id)).await?;
    let page = frame::page(&call, "Settings", Section::StaffSettings).await?;
    let page = if query.0.notice == "saved" { page.notice(Tone::Good, "Your settings are saved.") } else { page };
    draw(page, own, 200)
}

fn draw(page: Page, own: Settings, status: u16) -> Result<HttpResponse, Problem> {
    let languages = Lang::ALL.into_iter().map(|lang| Choice::new(lang.as_str(), lang.own_name()));
    let view = View {
        page,
        name: own.name,
        role: own.role.as_str(),
        version: own.version.to_string(),
        language: own.language.map_or_else(String::new, |lang| lang.as_str().to_owned()),
        languages: std::iter::once(Choice::new("", "As my browser asks")).chain(languages).collect(),
    };
    reply::page_with(status, &view)
}

/// The posted choice.
#[derive(Deserialize)]
struct Choosing {
    #[serde(default)]
    language: String,
    #[serde(default)]
    version: String,
}

async fn save(call: Call<Staff<OwnSettings>>, posted: Posted<Choosing>) -> Result<HttpResponse, Problem> {
    let Choosing { language, version } = posted.0;
    let wish = if language.is_empty() { Ok(None) } else { language.parse::<Lang>().map(Some) };
    // A form that names no version saw none.
    let seen = IfMatch::Version(version.parse().unwrap_or(0));
    let refused = call
        .write(move |conn, context| {
            let id = &context.actor.member.id;
            let Ok(wish) = wish else { return Ok(Some((settings::get(conn, id)?, &INVALID))) };
            match settings::choose_language(conn, &context.env, id, (seen, wish)) {
                Ok(_) => Ok(None),
                Err(SettingsError::Stale(now)) => Ok(Some((*now, &STALE))),
                Err(error) => Err(error),
            }
        })
        .await?;
    let Some((own, code)) = refused else { return Ok(reply::see_other("/staff/settings?notice=saved")) };
    let errors = if code == &STALE {
        Errors::default()
            .whole("This was changed in another window. Below is what holds now; choose again if you like.")
    } else {
        Errors::default().on("language", "Choose a language from the list.")
    };
    draw(frame::page(&call, "Settings", Section::StaffSettings).await?.errors(errors), own, code.status)
}
