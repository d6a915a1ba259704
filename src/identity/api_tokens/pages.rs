//! `/account/security/tokens`: the holder's API tokens. A new one needs the password, unless it was just given.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::actions::{self, OwnToken};
use super::error::TokenError;
use super::model::{DEFAULT_DAYS, OFFERED_DAYS, Wanted, read_scopes};
use crate::db::DbError;
use crate::identity::actors::{Holder, SteppedUp};
use crate::identity::frame;
use crate::identity::refusal;
use crate::identity::security_views::{ApiTokens, ScopeChoice, TokenRow};
use crate::identity::sessions::actions::step_up::needs_factor;
use crate::identity::sessions::error::SignInError;
use crate::identity::sessions::model::is_stepped_up;
use crate::identity::sessions::sign_in;
use crate::identity::throttle::model::Limited;
use crate::kernel::date_format::Dates;
use crate::kernel::deed::Deed;
use crate::kernel::ids::{ApiToken, Id};
use crate::kernel::public_error::PublicError;
use crate::kernel::scope::{SCOPES, Scope};
use crate::platform::web::call::Call;
use crate::platform::web::codes::NOT_FOUND;
use crate::platform::web::form::{Choice, Errors};
use crate::platform::web::page::{Page, Section, Tone};
use crate::platform::web::posted::{Nothing, Posted, Query};
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;

const PATH: &str = "/account/security/tokens";

/// The routes.
#[must_use]
pub fn pages() -> Vec<PageRoute> {
    vec![
        PageRoute::new(Method::GET, PATH, Access::Holder, || web::get().to(show)),
        PageRoute::new(Method::POST, PATH, Access::Holder, || web::post().to(create)).needs(Deed::Credentials),
        PageRoute::new(Method::POST, "/account/security/tokens/{id}/revoke", Access::Holder, || web::post().to(revoke))
            .needs(Deed::Credentials),
    ]
}

#[derive(Deserialize)]
struct Arrival {
    #[serde(default)]
    notice: String,
}

/// The form as typed; the scopes are boxes of their own names.
#[derive(Default)]
struct TokenForm {
    name: String,
    days: String,
    scopes: Vec<String>,
    password: Zeroizing<String>,
}

impl TokenForm {
    fn read(pairs: Vec<(String, String)>) -> Self {
        let mut form = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "name" => form.name = value,
                "expires_in_days" => form.days = value,
                "password" => form.password = Zeroizing::new(value),
                box_name => form.scopes.extend(scope_of(box_name).map(|scope| scope.to_string())),
            }
        }
        form
    }
}

/// `billing:read` is the box `scope_billing_read`.
fn box_of(scope: Scope) -> String {
    format!("scope_{}", scope.as_str().replace(':', "_"))
}

fn scope_of(box_name: &str) -> Option<Scope> {
    SCOPES.into_iter().find(|scope| box_of(*scope) == box_name)
}

async fn show(call: Call<Holder>, query: Query<Arrival>) -> Result<HttpResponse, Problem> {
    let page = frame::page(&call, "API tokens", Section::Security).await?;
    let page = match query.0.notice.as_str() {
        "revoked" => page.notice(Tone::Good, "The token is revoked. The next request that it carries is refused."),
        _ => page,
    };
    draw(&call, page, TokenForm::default(), None).await
}

async fn draw(call: &Call<Holder>, page: Page, form: TokenForm, made: Option<String>) -> Result<HttpResponse, Problem> {
    let (rows, needs_password) = call
        .read::<_, DbError, _>(|conn, context| {
            let session = &context.actor.session;
            let proved = is_stepped_up(session.stepped_up_at, context.env.now()) || needs_factor(conn, session)?;
            Ok((actions::list(conn, &context.env, &context.actor)?, !proved))
        })
        .await?;
    let days = if form.days.is_empty() { DEFAULT_DAYS.to_string() } else { form.days };
    let is_made = made.is_some();
    let dates = page.dates;
    let view = ApiTokens {
        page,
        made,
        tokens: rows.into_iter().map(|token| row(token, dates)).collect(),
        name: form.name,
        lifetimes: OFFERED_DAYS.iter().map(|days| Choice::new(days.to_string(), format!("{days} days"))).collect(),
        days,
        scopes: SCOPES
            .into_iter()
            .map(|scope| ScopeChoice {
                name: box_of(scope),
                label: words(scope).to_owned(),
                note: scope.to_string(),
                chosen: !is_made && form.scopes.iter().any(|chosen| chosen == scope.as_str()),
            })
            .collect(),
        needs_password,
    };
    reply::page(&view)
}

fn row(token: OwnToken, dates: Dates) -> TokenRow {
    let lang = dates.lang;
    TokenRow {
        id: token.id.to_string(),
        name: token.name,
        may: read_scopes(&token.scopes).map(|scope| lang.tell(words(scope))).collect::<Vec<_>>().join(" · "),
        created: dates.day(token.created_at),
        expires: dates.day(token.expires_at),
        last_used: token.last_used_at.map(|at| dates.moment(at)),
    }
}

fn words(scope: Scope) -> &'static str {
    match scope {
        Scope::ReadProfile => "See your profile",
        Scope::WriteProfile => "Change your profile",
        Scope::ReadBilling => "See plans, cards and invoices",
        Scope::WriteBilling => "Order, change and pay",
        Scope::ReadPrivacy => "See consents and sharings",
        Scope::WritePrivacy => "Give and withdraw consents",
        Scope::ReadSecurity => "See sessions and sign-ins",
        Scope::WriteSecurity => "End sessions, report sign-ins",
    }
}

async fn create(call: Call<Holder>, posted: Posted<Vec<(String, String)>>) -> Result<HttpResponse, Problem> {
    let form = TokenForm::read(posted.0);
    let wanted = Wanted::parse(&form.name, &form.scopes, form.days.parse().ok().or(Some(DEFAULT_DAYS)));
    let wanted = match wanted {
        Ok(wanted) => wanted,
        Err(fields) => {
            let errors = on_inputs(&Problem::from(TokenError::Fields(fields)));
            return again(&call, form, errors, (422, None)).await;
        }
    };
    let (session, asks_no_password) = call
        .read::<_, DbError, _>(|conn, context| {
            let session = context.actor.session.clone();
            // Who has a factor and has not given it lately is sent to the page that asks for it.
            let proved = is_stepped_up(session.stepped_up_at, context.env.now()) || needs_factor(conn, &session)?;
            Ok((session, proved))
        })
        .await?;
    if !asks_no_password && let Err(error) = sign_in::step_up(&call.env, session, &form.password).await {
        let (errors, limited) = match &error {
            SignInError::WrongCredentials => (Errors::default().on("password", "This is not your password."), None),
            SignInError::Limited(limited) => (Errors::default().whole(limited.advice()), Some(*limited)),
            _ => return Err(error.into()),
        };
        return again(&call, form, errors, (error.code().status, limited)).await;
    }
    let stepped_up: Call<SteppedUp> = call.acting();
    let made = stepped_up
        .write::<_, TokenError, _>(move |conn, context| {
            actions::create(conn, &context.env, &context.actor.holder, &wanted)
        })
        .await;
    match made {
        Ok((_, secret)) => {
            let page = frame::page(&call, "API tokens", Section::Security).await?;
            draw(&call, page, TokenForm::default(), Some(secret.reveal().to_owned())).await
        }
        Err(problem) if problem.code.status == 409 => {
            let errors = Errors::default().whole(problem.text());
            again(&call, form, errors, (409, None)).await
        }
        Err(problem) => Err(problem),
    }
}

fn on_inputs(problem: &Problem) -> Errors {
    let mut errors = Errors::default();
    for field in &problem.errors {
        let input = if field.pointer.starts_with("/scopes") { "scope_profile_read" } else { &field.pointer[1..] };
        errors.push(input, field.message.clone());
    }
    errors
}

/// The form once more, with what was wrong.
async fn again(
    call: &Call<Holder>,
    form: TokenForm,
    errors: Errors,
    (status, limited): (u16, Option<Limited>),
) -> Result<HttpResponse, Problem> {
    let page = frame::page(call, "API tokens", Section::Security).await?.errors(errors);
    let mut response = draw(call, page, form, None).await?;
    *response.status_mut() = actix_web::http::StatusCode::from_u16(status).unwrap_or_default();
    if let Some(limited) = &limited {
        refusal::add_fields(&mut response, limited);
    }
    Ok(response)
}

async fn revoke(call: Call<Holder>, id: web::Path<String>, _: Posted<Nothing>) -> Result<HttpResponse, Problem> {
    let id: Id<ApiToken> = id.parse().map_err(|_| Problem::new(&NOT_FOUND))?;
    call.write::<_, TokenError, _>(move |conn, context| actions::revoke(conn, &context.env, &context.actor, &id))
        .await?;
    Ok(reply::see_other("/account/security/tokens?notice=revoked"))
}
