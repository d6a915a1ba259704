//! `GET /account/edit` and `POST /account`: the form, its complaints, and the page that asks what shall hold.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};

use super::super::actions::{self, Clash, Conflict, Saved, Update};
use super::super::author::Author;
use super::super::error::AccountError;
use super::super::form::ProfileForm;
use super::super::patch::ProfilePatch;
use super::super::reader::Reader;
use super::super::{views, words};
use super::profile;
use crate::identity::actors::Holder;
use crate::kernel::contact::{ContactKind, ContactPurpose};
use crate::kernel::date_format::DateFormat;
use crate::kernel::lang::Lang;
use crate::kernel::personal::Personal;
use crate::kernel::time_zone::TimeZone;
use crate::platform::web::call::Call;
use crate::platform::web::codes::{PRECONDITION_REQUIRED, STALE};
use crate::platform::web::etag::IfMatch;
use crate::platform::web::form::{Choice, Errors};
use crate::platform::web::page::{Page, Section};
use crate::platform::web::posted::Posted;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;

pub(super) fn routes() -> Vec<PageRoute> {
    vec![
        PageRoute::new(Method::GET, "/account/edit", Access::Holder, || web::get().to(show)),
        PageRoute::new(Method::POST, profile::PATH, Access::Holder, || web::post().to(save)),
    ]
}

async fn show(call: Call<Holder>) -> Result<HttpResponse, Problem> {
    let (account, mailbox) =
        call.read(|conn, context| actions::get(conn, &context.env, &context.actor.account)).await?;
    let page = Reader::of(&account.profile, &call.env, &call.info).page(
        &call.env,
        &call.claim,
        "Correct your profile",
        Section::Profile,
    );
    reply::page(&view(page, &ProfileForm::of(&account.profile, account.version), mailbox.email))
}

async fn save(call: Call<Holder>, Posted(pairs): Posted<Vec<(String, String)>>) -> Result<HttpResponse, Problem> {
    let form = ProfileForm::read(pairs).map_err(AccountError::Invalid)?;
    let seen = form.version().ok_or_else(|| {
        Problem::new(&PRECONDITION_REQUIRED).detail("The form lacks the version it was filled in at. Open it again.")
    })?;
    let outcome = match ProfilePatch::parse(&form.document()) {
        Err(errors) => Err(Problem::from(AccountError::Invalid(errors))),
        Ok(patch) => {
            let update = Update::new(IfMatch::Version(seen), patch);
            call.write(move |conn, context| {
                let author = Author::holder(&context.actor, context.info.ip);
                actions::save(conn, &context.env, &author, seen, &update)
            })
            .await
        }
    };
    match outcome {
        Ok(Saved::Done) => Ok(reply::see_other("/account?done=saved")),
        Ok(Saved::Conflict(conflict)) => ask(&call, &form, *conflict).await,
        Err(problem) if problem.code.status == 422 => complain(&call, &form, &problem).await,
        Err(problem) => Err(problem),
    }
}

/// The form again, with what is wrong beside each field.
async fn complain(call: &Call<Holder>, form: &ProfileForm, problem: &Problem) -> Result<HttpResponse, Problem> {
    let (account, mailbox) =
        call.read(|conn, context| actions::get(conn, &context.env, &context.actor.account)).await?;
    let page = Reader::of(&account.profile, &call.env, &call.info).page(
        &call.env,
        &call.claim,
        "Correct your profile",
        Section::Profile,
    );
    reply::page_with(problem.code.status, &view(page.errors(Errors::of_problem(problem)), form, mailbox.email))
}

/// Both values of each field that was changed on both sides.
pub(super) async fn ask(call: &Call<Holder>, form: &ProfileForm, conflict: Conflict) -> Result<HttpResponse, Problem> {
    let reader = call.read(Reader::find).await?;
    let asked: Vec<_> = conflict.clashes.iter().map(|clash| clash.field).collect();
    let view = views::Conflict {
        page: reader.page(&call.env, &call.claim, "Changed meanwhile", Section::Profile),
        version: conflict.version.to_string(),
        changed_at: reader.dates.moment(conflict.changed_at),
        fields: conflict.clashes.into_iter().map(|clash| conflict_field(clash, reader.dates.lang)).collect(),
        kept: form.kept(&asked, &conflict.settled),
    };
    reply::page_with(STALE.status, &view)
}

fn conflict_field(clash: Clash, lang: Lang) -> views::ConflictField {
    let shown = |value: Option<Personal<serde_json::Value>>| {
        value.map_or_else(String::new, |value| words::value(clash.field, value.reveal(), lang))
    };
    views::ConflictField {
        name: clash.field.as_str().to_owned(),
        label: words::label(clash.field).to_owned(),
        yours: shown(clash.yours),
        stored: shown(clash.stored),
    }
}

fn choices(values: &[&'static str], word: impl Fn(&'static str) -> &'static str) -> Vec<Choice> {
    values.iter().map(|value| Choice::new(*value, word(value))).collect()
}

/// The ways to write dates that differ in this language; of two that do not, the chosen one stays, so that saving the form
/// changes nothing.
fn date_formats(chosen: &str, lang: Lang) -> Vec<Choice> {
    let mut offered: Vec<Choice> = Vec::new();
    for format in DateFormat::ALL {
        let choice = Choice::new(format.as_str(), words::example(format, lang));
        match offered.iter_mut().find(|other| other.label == choice.label) {
            Some(same) if choice.value == chosen => *same = choice,
            Some(_) => {}
            None => offered.push(choice),
        }
    }
    offered
}

fn view(page: Page, form: &ProfileForm, email: Personal<String>) -> views::EditProfile {
    let locale = form.text("locale");
    let mut locales = Lang::ALL.map(|lang| Choice::new(lang.as_str(), lang.own_name())).to_vec();
    if !locale.is_empty() && locales.iter().all(|choice| choice.value != locale) {
        locales.push(Choice::new(locale.as_str(), words::language(&locale, page.lang)));
    }
    let zones = TimeZone::all().map(|zone| zone.as_str()).filter(|name| name.contains('/') || *name == "UTC");
    let lang = page.lang;
    views::EditProfile {
        page,
        version: form.text("version"),
        name: form.text("name"),
        email: email.into_revealed(),
        contact: form.contact(),
        contacts: form.contacts(),
        contact_kinds: choices(&ContactKind::ALL.map(ContactKind::as_str), words::contact_kind),
        contact_purposes: choices(&ContactPurpose::ALL.map(ContactPurpose::as_str), words::contact_purpose),
        locale,
        locales,
        time_zone: form.text("time_zone"),
        time_zones: zones.map(|name| Choice::new(name, name.replace('_', " "))).collect(),
        date_formats: date_formats(&form.text("preferences_date_format"), lang),
        date_format: form.text("preferences_date_format"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_to_write_dates_that_are_the_same_are_offered_once() {
        let values = |chosen, lang| -> Vec<String> {
            date_formats(chosen, lang).into_iter().map(|choice| choice.value).collect()
        };
        assert_eq!(values("iso", Lang::En), ["day-month-year", "month-day-year", "iso"]);
        assert_eq!(values("iso", Lang::De), ["day-month-year", "iso"]);
        assert_eq!(values("month-day-year", Lang::ZhHans), ["month-day-year", "iso"]);
    }
}
