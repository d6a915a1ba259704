//! `/staff/settings`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::settings::{self, SettingsError};
use super::store::Settings;
use crate::db::DbError;
use crate::identity::actors::{OwnSettings, Staff};
use crate::identity::frame;
use crate::identity::security_views::SessionList;
use crate::identity::sessions::actions as sessions;
use crate::identity::sessions::pages::listing;
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

/// `GET /staff/settings`. Posts to it: `language`, empty for none, and the `version` that was seen; and to what ends
/// sessions.
#[derive(Template)]
#[template(path = "identity/staff_settings.html")]
struct View {
    page: Page,
    name: String,
    role: &'static str,
    version: String,
    language: String,
    languages: Vec<Choice>,
    sessions: SessionList,
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
    let page = match query.0.notice.as_str() {
        "saved" => page.notice(Tone::Good, "Your settings are saved."),
        "ended" => page.notice(Tone::Good, "The session has ended."),
        "others-ended" => page.notice(Tone::Good, "All your other sessions have ended."),
        _ => page,
    };
    draw(&call, page, own, 200).await
}

async fn draw(
    call: &Call<Staff<OwnSettings>>,
    page: Page,
    own: Settings,
    status: u16,
) -> Result<HttpResponse, Problem> {
    let (rows, current) = call
        .read::<_, DbError, _>(|conn, context| {
            let session = &context.actor.member.session;
            Ok((sessions::list(conn, &context.env, session)?, session.id.clone()))
        })
        .await?;
    let dates = page.dates;
    let languages = Lang::ALL.into_iter().map(|lang| Choice::new(lang.as_str(), lang.own_name()));
    let view = View {
        page,
        name: own.name,
        role: own.role.as_str(),
        version: own.version.to_string(),
        language: own.language.map_or_else(String::new, |lang| lang.as_str().to_owned()),
        languages: std::iter::once(Choice::new("", "As my browser asks")).chain(languages).collect(),
        sessions: listing::list(listing::OF_STAFF, rows, &current, dates),
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
    let Ok(version) = version.parse() else {
        let own = call.read(|conn, context| settings::get(conn, &context.actor.member.id)).await?;
        let text = "This form was incomplete: it did not say which settings it was filled in for. Choose again.";
        let page = frame::page(&call, "Settings", Section::StaffSettings).await?.errors(Errors::default().whole(text));
        return draw(&call, page, own, INVALID.status).await;
    };
    let seen = IfMatch::Version(version);
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
    let page = frame::page(&call, "Settings", Section::StaffSettings).await?.errors(errors);
    draw(&call, page, own, code.status).await
}
