//! `GET /account`, `POST /account/confirmations` and `POST /account/fields/{field}/empty`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::super::actions::{self, Saved, Update};
use super::super::author::Author;
use super::super::corrections::actions::{self as corrections, Correction};
use super::super::corrections::model::{self as contest, Subject};
use super::super::error::AccountError;
use super::super::fields::purpose;
use super::super::form::ProfileForm;
use super::super::model::{Field, Profile};
use super::super::patch::ProfilePatch;
use super::super::reader::Reader;
use super::super::store::{Account, Mailbox};
use super::super::{views, words};
use super::edit;
use crate::db::DbError;
use crate::identity::actors::Holder;
use crate::identity::xmpp_notices::actions::{self as xmpp_notices, Standing};
use crate::identity::xmpp_notices::model::State;
use crate::kernel::lang::Lang;
use crate::kernel::personal::Personal;
use crate::platform::web::call::Call;
use crate::platform::web::codes::{NOT_FOUND, PRECONDITION_REQUIRED};
use crate::platform::web::etag::IfMatch;
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
        PageRoute::new(Method::POST, "/account/fields/{field}/empty", Access::Holder, || web::post().to(empty)),
    ]
}

/// What has just happened, from the redirect after a form.
#[derive(Deserialize)]
struct Done {
    done: Option<String>,
}

async fn show(call: Call<Holder>, Query(Done { done }): Query<Done>) -> Result<HttpResponse, Problem> {
    let (account, mailbox, asked, xmpp) = call
        .read::<_, DbError, _>(|conn, context| {
            let own = &context.actor.account;
            let (account, mailbox) = actions::get(conn, &context.env, own)?;
            let xmpp = xmpp_notices::standing(conn, &context.env, own)?;
            Ok((account, mailbox, corrections::list(conn, &context.env, own)?, xmpp))
        })
        .await?;
    let reader = Reader::of(&account.profile, &call.env, &call.info);
    let page = reader.page(&call.env, &call.claim, "Your profile", Section::Profile);
    let page = match done.as_deref() {
        Some("saved") => page.notice(Tone::Good, "Saved. What stood there before is in your history."),
        Some("restored") => page.notice(Tone::Good, "The earlier value holds again."),
        Some("confirmed") => page.notice(Tone::Good, "Noted. Thank you for looking."),
        Some("mailed") => page.notice(Tone::Good, "On its way: all of your profile, with a link that confirms it."),
        Some("mailed-enough") => {
            page.notice(Tone::Warn, "Several mails have gone out already. Look there, or try again in an hour.")
        }
        Some("changed") => {
            let text = "Something was changed since you opened the page, so nothing was confirmed. Please look again.";
            page.notice(Tone::Warn, text)
        }
        _ => page,
    };
    let mut view = view(page, (&account, mailbox), &reader, &asked);
    if let Some(Standing { address: Some(address), state: State::On(at) }) = xmpp {
        let proved = (address.as_str().to_owned(), reader.dates.day(at));
        let ids = view.fields.iter_mut().filter(|row| row.name == Field::ImIds.as_str());
        ids.for_each(|row| row.proved = Some(proved.clone()));
    }
    reply::page(&view)
}

/// The version that a form of the page is about.
#[derive(Deserialize)]
pub(super) struct Seen {
    #[serde(default)]
    pub version: Option<i64>,
}

impl Seen {
    /// The version, or the complaint that the form lacks it.
    pub(super) fn required(&self) -> Result<i64, Problem> {
        self.version.filter(|version| *version >= 1).ok_or_else(|| {
            Problem::new(&PRECONDITION_REQUIRED)
                .detail("The form lacks the version it was filled in at. Open it again.")
        })
    }
}

async fn confirm(call: Call<Holder>, form: Posted<Seen>) -> Result<HttpResponse, Problem> {
    let seen = Some(IfMatch::Version(form.0.required()?));
    let confirmed = call
        .write(move |conn, context| {
            let author = Author::holder(&context.actor, context.info.ip);
            match actions::confirm(conn, &context.env, &author, seen) {
                Ok(_) => Ok(true),
                Err(AccountError::Stale(_)) => Ok(false),
                Err(error) => Err(error),
            }
        })
        .await?;
    Ok(reply::see_other(if confirmed { "/account?done=confirmed" } else { "/account?done=changed" }))
}

async fn empty(call: Call<Holder>, field: web::Path<String>, form: Posted<Seen>) -> Result<HttpResponse, Problem> {
    let field = field.parse::<Field>().ok().filter(|field| field.is_optional());
    let field = field.ok_or_else(|| Problem::new(&NOT_FOUND))?;
    let seen = form.0.required()?;
    let update =
        Update::new(IfMatch::Version(seen), ProfilePatch::of_value(field, None).map_err(AccountError::Invalid)?);
    let saved = call
        .write(move |conn, context| {
            let author = Author::holder(&context.actor, context.info.ip);
            actions::save(conn, &context.env, &author, seen, &update)
        })
        .await?;
    match saved {
        Saved::Done => Ok(reply::see_other("/account?done=saved")),
        Saved::Conflict(conflict) => edit::ask(&call, &ProfileForm::emptying(field), *conflict).await,
    }
}

fn view(page: Page, (account, mailbox): (&Account, Mailbox), reader: &Reader, asked: &[Correction]) -> views::Profile {
    let changed = account.updated_at > account.created_at;
    let row = |field: Field| {
        let lines = lines(field, &account.profile, reader.dates.lang);
        views::FieldRow {
            name: field.as_str().to_owned(),
            label: words::label(field).to_owned(),
            why: purpose(field).to_owned(),
            removable: field.is_optional() && !lines.is_empty(),
            contested: contested(field, &account.profile, asked, reader),
            lines,
            proved: None,
            confirmed_on: reader.dates.day(account.dates.confirmed_at(field, account.confirmed_at)),
        }
    };
    views::Profile {
        page,
        version: account.version.to_string(),
        email: mailbox.email.into_revealed(),
        email_proved: reader.dates.day(mailbox.verified_at),
        email_returned: mailbox.bounce.map(|bounce| reader.dates.day(bounce.last_at)),
        fields: Field::ALL.into_iter().map(row).collect(),
        last_changed: changed.then(|| reader.dates.moment(account.updated_at)),
        confirmed_on: reader.dates.day(account.confirmed_at),
    }
}

/// What its holder says against the value that stands there: while it is decided, and after it was refused.
fn contested(field: Field, profile: &Profile, asked: &[Correction], reader: &Reader) -> Option<String> {
    let last =
        asked.iter().find(|one| one.subject == Subject::Profile(field) && one.state != contest::State::Withdrawn)?;
    let held = profile.value(field).map(Personal::into_revealed);
    match last.state {
        contest::State::Open => Some(format!(
            "You ask for a correction; it is decided by {}. Until then this goes to nobody who would keep it.",
            reader.dates.day(last.due_at)
        )),
        contest::State::Refused if last.claim.as_ref().is_some_and(|claim| claim.held == held) => Some(format!(
            "You asked for another value on {}; it was refused: {}",
            reader.dates.day(last.opened_at),
            last.reason.as_deref().unwrap_or_default()
        )),
        _ => None,
    }
}

/// A field's value, a line for each part of it.
fn lines(field: Field, profile: &Profile, lang: Lang) -> Vec<String> {
    match field {
        Field::Address => {
            profile.address.as_ref().map(|address| words::address_lines(address.reveal(), lang)).unwrap_or_default()
        }
        Field::ImIds => {
            let ids = profile.im_ids.reveal().iter();
            ids.map(|id| lang.with_more(&id.handle, words::network(&id.network))).collect()
        }
        Field::Contacts => profile.contacts.reveal().iter().map(|one| words::contact(one, lang)).collect(),
        _ => {
            let value = profile.value(field).map(Personal::into_revealed);
            value.map(|value| words::value(field, &value, lang)).into_iter().collect()
        }
    }
}
