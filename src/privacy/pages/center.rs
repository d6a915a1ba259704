//! `GET /account/privacy`: what the holder agreed to, and who received or looked at what.

use std::collections::HashMap;

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::super::actions::LookRow;
use super::super::actions::{self, Decision};
use super::super::error::PrivacyError;
use super::super::views::{self, Center, ConsentRow, ShareRow};
use crate::accounts::reader::Reader;
use crate::db::DbError;
use crate::env::Env;
use crate::identity::actors::Holder;
use crate::identity::xmpp_notices::views::{XmppLine, XmppOffer};
use crate::kernel::date_format::Dates;
use crate::kernel::deed::Deed;
use crate::kernel::lang::Lang;
use crate::platform::trust::consents::Purpose;
use crate::platform::trust::{ShareRecord, recipients};
use crate::platform::web::call::Call;
use crate::platform::web::form::Errors;
use crate::platform::web::page::{Badge, Section, Tone};
use crate::platform::web::posted::{Posted, Query};
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;
use crate::platform::web::views::Link;

/// The page's address.
pub(super) const PATH: &str = "/account/privacy";
/// Sharings and looks on the page; the API lists all of them.
const SHOWN: i64 = 50;

pub(super) fn routes() -> Vec<PageRoute> {
    vec![
        PageRoute::new(Method::GET, PATH, Access::Holder, || web::get().to(show)),
        PageRoute::new(Method::POST, "/account/privacy/consents/{purpose}/withdraw", Access::Holder, || {
            web::post().to(withdraw)
        })
        .needs(Deed::Lessen),
        PageRoute::new(Method::POST, "/account/privacy/consents/{purpose}/give", Access::Holder, || {
            web::post().to(give)
        }),
    ]
}

#[derive(Deserialize)]
struct Arrival {
    #[serde(default)]
    notice: String,
}

async fn show(call: Call<Holder>, query: Query<Arrival>) -> Result<HttpResponse, Problem> {
    draw(&call, &query.0.notice, (Errors::default(), 200)).await
}

/// The page, with what has happened or what was wrong.
pub(super) async fn draw(
    call: &Call<Holder>,
    notice: &str,
    (errors, status): (Errors, u16),
) -> Result<HttpResponse, Problem> {
    let (reader, accepted, (decisions, xmpp), (shares, numbers), looks) = call
        .read(|conn, context| {
            let holder = &context.actor;
            Ok::<_, DbError>((
                Reader::find(conn, context)?,
                actions::accepted(conn, holder)?,
                (actions::decisions(conn, holder)?, actions::xmpp_notices(conn, &context.env, holder)?),
                actions::shares_with_invoices(conn, holder, SHOWN)?,
                actions::looks(conn, holder, None, SHOWN)?,
            ))
        })
        .await?;
    let dates = reader.dates;
    let page = reader.page(&call.env, &call.claim, "Privacy", Section::Privacy).errors(errors);
    let page = match notice {
        "code" => page.notice(Tone::Good, "A code is on its way to your XMPP address."),
        "proved" => {
            page.notice(Tone::Good, "Your XMPP address is confirmed: security notices go there too from now on.")
        }
        _ => page,
    };
    let view = Center {
        page,
        accepted_version: accepted.map_or_else(String::new, |(version, _)| version.to_string()),
        accepted_on: accepted.map_or_else(String::new, |(_, at)| dates.day(at)),
        consents: decisions.into_iter().filter_map(|decision| consent_row(decision, &call.env, dates)).collect(),
        xmpp: xmpp.map(|notices| offer(notices, dates)),
        shared: shares.into_iter().map(|share| share_row(share, &numbers, dates)).collect(),
        looks: looks.into_iter().map(|look| look_row(&look, dates)).collect(),
    };
    reply::page_with(status, &view)
}

/// The answer of a box.
#[derive(Deserialize)]
struct Agreement {
    #[serde(default)]
    consent: String,
}

async fn give(
    call: Call<Holder>,
    purpose: web::Path<String>,
    form: Posted<Agreement>,
) -> Result<HttpResponse, Problem> {
    let agreed = form.0.consent == "yes";
    // Notices by XMPP go on with a code, which is asked for further down.
    let to = if *purpose == Purpose::XmppNotices.as_str() { "/account/privacy#xmpp-notices" } else { PATH };
    call.write(move |conn, context| {
        let purpose: Purpose = purpose.parse().map_err(|_| PrivacyError::NoSuchPurpose)?;
        if !agreed {
            return Err(PrivacyError::NotAgreed);
        }
        let lang = Reader::find(conn, context)?.dates.lang;
        actions::give(conn, &context.env, &context.actor, purpose, lang)
    })
    .await?;
    Ok(reply::see_other(to))
}

fn offer(notices: actions::XmppNotices, dates: Dates) -> XmppOffer {
    let actions::XmppNotices { standing, wording, needs_password } = notices;
    let XmppLine { address, standing } = XmppLine::of(standing, dates);
    XmppOffer { address, wording, standing, needs_password }
}

async fn withdraw(
    call: Call<Holder>,
    purpose: web::Path<String>,
    _form: Posted<Vec<(String, String)>>,
) -> Result<HttpResponse, Problem> {
    call.write(move |conn, context| {
        let purpose: Purpose = purpose.parse().map_err(|_| PrivacyError::NoSuchPurpose)?;
        Ok::<_, PrivacyError>(actions::withdraw(conn, &context.env, &context.actor, purpose)?)
    })
    .await?;
    Ok(reply::see_other(PATH))
}

fn consent_row(decision: Decision, env: &Env, dates: Dates) -> Option<ConsentRow> {
    let given = decision.given?;
    let wording = |lang| actions::wording(env, decision.purpose, lang);
    let (spoken, translation) = translated(&given.wording, wording, dates.lang);
    let (title, effect) = match decision.purpose {
        Purpose::CardPayments => (
            "Paying by card",
            "Your cards are removed at the processor and here. Your plan runs to the end of what is paid.",
        ),
        Purpose::XmppNotices => {
            ("Security notices by XMPP", "Security notices come by mail only. What waits is not sent.")
        }
    };
    let lang = dates.lang;
    let since = match decision.withdrawn_at {
        Some(at) => lang.fill("consent-withdrawn-at").with("withdrawn", dates.moment(at)),
        None => lang.fill("consent-given-at"),
    };
    let live = decision.withdrawn_at.is_none();
    Some(ConsentRow {
        purpose: decision.purpose.as_str().to_owned(),
        title: title.to_owned(),
        wording: given.wording,
        lang: spoken,
        translation,
        since: since.with("given", dates.moment(given.at)).text(),
        status: if live { Badge::new(Tone::Good, "Given") } else { Badge::new(Tone::Quiet, "Withdrawn") },
        withdraw: live.then(|| effect.to_owned()),
    })
}

/// The language of the words that were agreed to, and what they mean in the reader's where that is another one. Words
/// that are not asked with any more, such as those of an operator who has changed the name, are quoted only.
fn translated(agreed: &str, wording: impl Fn(Lang) -> String, reader: Lang) -> (Lang, Option<String>) {
    let begins_like = |lang: &Lang| agreed.chars().take(3).eq(wording(*lang).chars().take(3));
    let exact = Lang::ALL.into_iter().find(|lang| wording(*lang) == agreed);
    let spoken = exact.or_else(|| Lang::ALL.into_iter().find(begins_like)).unwrap_or_default();
    (spoken, exact.filter(|lang| *lang != reader).map(|_| wording(reader)))
}

fn look_row(look: &LookRow, dates: Dates) -> views::LookRow {
    let mut role = dates.lang.tell(&look.role).into_owned();
    if let Some(first) = role.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    views::LookRow { when: dates.moment(look.at), role, purpose: look.purpose.words().to_owned() }
}

fn share_row(share: ShareRecord, numbers: &HashMap<String, String>, dates: Dates) -> ShareRow {
    let ground = match share.ground.as_str() {
        "consent" => "your consent",
        "on_our_behalf" => "acts on our instructions only",
        "law" => "required by law",
        "terms" => "to enforce the terms",
        "fraud" => "against fraud or a danger to security",
        _ => "to prevent imminent harm",
    };
    let recipient = recipients::find(&share.recipient).map_or(share.recipient.clone(), |known| known.name.to_owned());
    let fields = share.fields.split_whitespace().map(|field| field_words(field).to_owned()).collect();
    let invoice = numbers
        .get(&share.about)
        .map(|number| Link { href: format!("/billing/invoices/{}", share.about), label: format!("Invoice {number}") });
    ShareRow { when: dates.moment(share.at), recipient, fields, invoice, ground: ground.to_owned() }
}

/// A field of the data map in words.
fn field_words(field: &str) -> &str {
    match field.rsplit_once('.').map_or(field, |(_, column)| column) {
        "email" | "old_email" | "new_email" => "e-mail address",
        "name" => "name",
        "id" | "account_id" => "account number",
        "number" => "invoice number",
        "sealed" => "text of the message",
        "phone" => "telephone number",
        "address" => "postal address",
        "im_ids" => "instant messaging",
        "contacts" => "further contacts",
        "locale" => "language",
        "time_zone" => "time zone",
        "preferences" => "preferences",
        "amount" | "total" => "amount to be paid",
        "reference" => "number at the processor",
        "at" => "time of a sign-in",
        "network" => "network of a sign-in",
        "device" => "device of a sign-in",
        column => column,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::registry::tables;

    #[test]
    fn whatever_may_be_shared_is_named_in_words() {
        let shared = tables().flat_map(|table| table.personal).filter(|field| !field.recipients.is_empty());
        let mut seen = 0;
        for field in shared {
            let words = field_words(field.column);
            assert_ne!(Lang::ZhHans.tell(words), words, "{} has no words of its own", field.column);
            seen += 1;
        }
        assert!(seen > 10, "{seen}");
    }

    #[test]
    fn what_was_agreed_to_is_quoted_as_it_was_and_explained_beside_it() {
        let wording = |lang: Lang| match lang {
            Lang::En => "I agree.".to_owned(),
            Lang::De => "Ich willige ein.".to_owned(),
            Lang::ZhHans => "我同意。".to_owned(),
        };
        assert_eq!(translated("I agree.", wording, Lang::En), (Lang::En, None));
        assert_eq!(translated("I agree.", wording, Lang::De), (Lang::En, Some("Ich willige ein.".to_owned())));
        assert_eq!(translated("Ich willige ein.", wording, Lang::En), (Lang::De, Some("I agree.".to_owned())));
        assert_eq!(translated("Ich willige in anderes ein.", wording, Lang::ZhHans), (Lang::De, None));
    }
}
