//! The pages around a set-up: the opt-in, the step to the processor, and the return.

use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::actions::Begin;
use super::error::SetupError;
use super::flow::{self, Gateway, Onward};
use super::model::{Flow, wording};
use super::store;
use crate::billing::views::AddCard;
use crate::db::DbError;
use crate::identity::actors::Holder;
use crate::identity::frame;
use crate::kernel::deed::Deed;
use crate::kernel::ids::{Id, PaymentSetup};
use crate::platform::trust::recipients::PAYMENT_PROCESSOR;
use crate::platform::web::call::Call;
use crate::platform::web::form::Errors;
use crate::platform::web::page::{Page, Section};
use crate::platform::web::posted::{Posted, Query};
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;
use crate::platform::web::views::OffSite;

/// The routes.
#[must_use]
pub fn pages() -> Vec<PageRoute> {
    vec![
        PageRoute::new(Method::GET, "/billing/cards/new", Access::Holder, || web::get().to(ask)).needs(Deed::Pay),
        PageRoute::new(Method::POST, "/billing/cards/new", Access::Holder, || web::post().to(begin)).needs(Deed::Pay),
        PageRoute::new(Method::GET, "/billing/cards/added", Access::Holder, || web::get().to(added)),
        PageRoute::new(Method::GET, "/billing/cards/not-added", Access::Holder, || web::get().to(not_added)),
    ]
}

#[derive(Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
struct OptIn {
    #[serde(default)]
    consent: String,
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
struct Return {
    #[serde(default)]
    setup: String,
}

async fn ask(call: Call<Holder>, query: Query<Next>) -> Result<HttpResponse, Problem> {
    let page = frame::page(&call, "Add a card", Section::Billing).await?;
    reply::page(&view(&call, page, query.0.next))
}

fn view(call: &Call<Holder>, page: Page, next: String) -> AddCard {
    AddCard {
        processor: PAYMENT_PROCESSOR.name.to_owned(),
        country: PAYMENT_PROCESSOR.country.to_owned(),
        shared: PAYMENT_PROCESSOR.receives.iter().map(ToString::to_string).collect(),
        wording: wording(&call.env.settings.product.operator, PAYMENT_PROCESSOR.name, page.lang),
        page,
        next,
    }
}

async fn begin(call: Call<Holder>, gateway: web::Data<Gateway>, form: Posted<OptIn>) -> Result<HttpResponse, Problem> {
    let page = frame::page(&call, "Add a card", Section::Billing).await?;
    if form.0.consent != "yes" {
        let errors = Errors::default()
            .on("consent", "Tick the box to go on. Without it nothing is shared, and no card is added.");
        return reply::page_with(422, &view(&call, page.errors(errors), form.0.next));
    }
    let return_url = if form.0.next.is_empty() { "/billing".to_owned() } else { form.0.next };
    let command = Begin { consent: true, lang: page.lang, flow: Flow::Hosted, return_url };
    let begun = call
        .write::<_, SetupError, _>(move |conn, context| {
            flow::begin(conn, &context.env, &context.actor.account, &command)
        })
        .await?;
    match flow::open(&call.env, &gateway, Flow::Hosted, begun).await? {
        Onward::Redirect(url) => off_site(page, url),
        Onward::ClientSecret(_) => Ok(reply::see_other("/billing")),
    }
}

/// Browsers apply `form-action 'self'` to redirects after a POST, so a page of ours with a plain link and a Refresh
/// header stands between the form and the processor.
fn off_site(page: Page, url: String) -> Result<HttpResponse, Problem> {
    let host = url::Url::parse(&url).ok().and_then(|url| url.host_str().map(ToOwned::to_owned)).unwrap_or_default();
    let refresh = HeaderValue::from_str(&format!("0; url={url}"));
    let view =
        OffSite { page, url, host, name: PAYMENT_PROCESSOR.name.to_owned(), purpose: "enter your card".to_owned() };
    let mut response = reply::page(&view)?;
    if let Ok(refresh) = refresh {
        response.headers_mut().insert(HeaderName::from_static("refresh"), refresh);
    }
    Ok(response)
}

async fn added(call: Call<Holder>, gateway: web::Data<Gateway>, query: Query<Return>) -> Result<HttpResponse, Problem> {
    let id: Id<PaymentSetup> = query.0.setup.parse().map_err(|_| SetupError::NotFound)?;
    let wanted = id.clone();
    let row = call
        .read::<_, SetupError, _>(move |conn, context| {
            let row = store::find(conn, &wanted)?.ok_or(SetupError::NotFound)?;
            if row.account_id == context.actor.account { Ok(row) } else { Err(SetupError::NotFound) }
        })
        .await?;
    // If the processor cannot be asked right now, the webhook, the poll or the sweep records the card a little later.
    if let Err(error) = flow::settle(&call.env, &gateway, &id).await {
        tracing::warn!(target: "steward::payments", setup = %id, error = %error, "set-up not settled on return");
    }
    let separator = if row.return_url.contains('?') { '&' } else { '?' };
    Ok(reply::see_other(&format!("{}{separator}done=card", row.return_url)))
}

async fn not_added(call: Call<Holder>) -> Result<HttpResponse, Problem> {
    call.read::<_, DbError, _>(|_, _| Ok(())).await?;
    Ok(reply::see_other("/billing?done=no-card"))
}
