//! `GET /account` and `POST /account/confirmations`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::super::actions;
use super::super::reader::Reader;
use super::super::store::Account;
use super::super::views::Profile;
use super::super::words;
use crate::identity::actors::Holder;
use crate::kernel::personal::Personal;
use crate::platform::web::call::Call;
use crate::platform::web::page::{Page, Section, Tone};
use crate::platform::web::posted::{Posted, Query};
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;

/// The page's address.
pub(super) const PATH: &str = "/account";

pub(super) fn routes() -> Vec<PageRoute> {
    vec![
        PageRoute::new(Method::GET, PATH, Access::Holder, || web::get().to(show)),
        PageRoute::new(Method::POST, "/account/confirmations", Access::Holder, || web::post().to(confirm)),
    ]
}

/// What has just happened, from the redirect after a form.
#[derive(Deserialize)]
struct Done {
    done: Option<String>,
}

async fn show(call: Call<Holder>, Query(Done { done }): Query<Done>) -> Result<HttpResponse, Problem> {
    let (account, email) = call.read(|conn, context| actions::get(conn, &context.actor)).await?;
    let reader = Reader::of(&account.profile);
    let page = reader.page(&call.env, &call.claim, "Your profile", Section::Profile);
    let page = match done.as_deref() {
        Some("saved") => page.notice(Tone::Good, "Saved. What stood there before is in your history."),
        Some("confirmed") => page.notice(Tone::Good, "Noted. Thank you for looking."),
        _ => page,
    };
    reply::page(&view(page, account, email, &reader))
}

async fn confirm(call: Call<Holder>, _form: Posted<Vec<(String, String)>>) -> Result<HttpResponse, Problem> {
    call.write(|conn, context| actions::confirm(conn, &context.env, &context.actor)).await?;
    Ok(reply::see_other("/account?done=confirmed"))
}

fn view(page: Page, account: Account, email: Personal<String>, reader: &Reader) -> Profile {
    let changed = account.updated_at > account.created_at;
    let profile = account.profile;
    let im_ids = profile.im_ids.into_revealed().into_iter();
    Profile {
        page,
        name: profile.name.into_revealed(),
        email: email.into_revealed(),
        phone: profile.phone.map_or_else(String::new, |phone| words::phone(phone.reveal())),
        address: profile.address.map_or_else(Vec::new, |address| words::address_lines(address.reveal())),
        website: profile.website.map(Personal::into_revealed).unwrap_or_default(),
        im_ids: im_ids.map(|id| (words::network(&id.network), id.handle)).collect(),
        language: words::language(&profile.locale),
        time_zone: profile.time_zone,
        date_format: words::example(profile.preferences.date_format),
        last_changed: changed.then(|| reader.dates.moment(account.updated_at)),
        confirmed_on: reader.dates.day(account.confirmed_at),
    }
}
