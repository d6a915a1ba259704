//! `/sign-in`: the form with the remembered address and the three radios, and the check that the cookie came back.

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::factor;
use super::sign_out::PUBLIC_EXPIRED;
use crate::db::DbError;
use crate::identity::actors::Anyone;
use crate::identity::frame;
use crate::identity::refusal;
use crate::identity::sessions::actions::{self, begin::Begun};
use crate::identity::sessions::browser;
use crate::identity::sessions::error::SignInError;
use crate::identity::sessions::model::{Choice, Computer, SessionKind, Transport};
use crate::identity::sessions::sign_in::{self, Credentials};
use crate::identity::views::{CookiesDeclined, SignIn};
use crate::kernel::email_address::EmailAddress;
use crate::kernel::public_error::PublicError;
use crate::platform::web::call::Call;
use crate::platform::web::cookies;
use crate::platform::web::form::Errors;
use crate::platform::web::page::{Page, Section, Tone};
use crate::platform::web::posted::{Posted, Query};
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;
use crate::platform::web::request::Claim;

pub(super) fn pages() -> Vec<PageRoute> {
    let visitor = Access::Visitor;
    vec![
        PageRoute::new(Method::GET, "/sign-in", visitor, || web::get().to(form)),
        PageRoute::new(Method::POST, "/sign-in", visitor, || web::post().to(post)),
        PageRoute::new(Method::POST, "/sign-in/passkey", visitor, || web::post().to(passkey)),
        PageRoute::new(Method::POST, "/sign-in/forget", visitor, || web::post().to(forget)),
        PageRoute::new(Method::GET, "/sign-in/done", visitor, || web::get().to(done)),
    ]
}

#[derive(Deserialize)]
struct Arrival {
    #[serde(default)]
    next: String,
    #[serde(default)]
    notice: String,
}

/// The posted form.
#[derive(Default, Deserialize)]
#[serde(default)]
struct SignInForm {
    email: String,
    password: String,
    computer: String,
    keep_signed_in: String,
    next: String,
    challenge: String,
    credential: String,
}

impl SignInForm {
    fn choice(&self) -> Choice {
        match self.computer.as_str() {
            "public" => Choice::new(Computer::Public, false, false),
            radio => Choice::new(Computer::Own, radio == "own-remember", self.keep_signed_in == "yes"),
        }
    }
}

async fn form(request: HttpRequest, call: Call<Anyone>, query: Query<Arrival>) -> Result<HttpResponse, Problem> {
    if ended_in_public(&call).await? {
        let mut response = reply::see_other(PUBLIC_EXPIRED);
        browser::farewell(&mut response, &call.claim, Some(SessionKind::Public));
        return Ok(response);
    }
    let mut page = frame::page(&call, "Sign in", Section::SignIn).await?;
    page = match query.0.notice.as_str() {
        "confirmed" => {
            page.notice(Tone::Good, "Your address is confirmed and your account is open. Sign in to use it.")
        }
        "password" | "password-tokens" => page.notice(Tone::Good, "Your new password is set. Sign in with it."),
        "undone" => page.notice(
            Tone::Good,
            "The change of the e-mail address is undone. Sign in with the earlier address, then set a new password.",
        ),
        "expired" => page.notice(Tone::Warn, "That took longer than five minutes. Begin again with your password."),
        _ => page,
    };
    let form = SignInForm { computer: "own".into(), next: query.0.next, ..SignInForm::default() };
    let has_tokens = query.0.notice == "password-tokens";
    let (_, view) = draw(&request, &call, page, form)?;
    Ok(reply::with_script(reply::page(&SignIn { has_tokens, ..view })?))
}

/// The form as a view; also tells the remembered address, which the form then does not ask for.
fn draw(
    request: &HttpRequest,
    call: &Call<Anyone>,
    page: Page,
    form: SignInForm,
) -> Result<(Option<EmailAddress>, SignIn), Problem> {
    let remembered = remembered(request, call).filter(|_| form.email.is_empty());
    let view = SignIn {
        page,
        email: form.email,
        remembered: remembered.as_ref().map(EmailAddress::masked),
        computer: if form.computer.is_empty() { "own".into() } else { form.computer },
        keep_signed_in: form.keep_signed_in == "yes",
        next: own_path(&form.next).unwrap_or_default(),
        has_tokens: false,
    };
    Ok((remembered, view))
}

fn remembered(request: &HttpRequest, call: &Call<Anyone>) -> Option<EmailAddress> {
    let (email, _) = cookies::remembered_email(&call.env.keys, request)?;
    EmailAddress::parse(&email).ok()
}

/// Whether the browser comes with the cookie of a session on a public computer that is over.
async fn ended_in_public(call: &Call<Anyone>) -> Result<bool, Problem> {
    let claim = call.claim.clone();
    if !matches!(claim, Claim::Cookie(_)) {
        return Ok(false);
    }
    call.read::<_, DbError, _>(move |conn, context| actions::was_public(conn, &context.env, &claim)).await
}

async fn post(request: HttpRequest, call: Call<Anyone>, posted: Posted<SignInForm>) -> Result<HttpResponse, Problem> {
    let mut form = posted.0;
    let (choice, password) = (form.choice(), Zeroizing::new(std::mem::take(&mut form.password)));
    let email = if form.email.is_empty() { remembered(&request, &call) } else { None };
    let email = match email.map_or_else(|| EmailAddress::parse(&form.email), Ok) {
        Ok(email) => email,
        Err(error) => {
            let errors = Errors::default().on("email", error.to_string());
            return again(&request, &call, form, (errors, 422), choice).await;
        }
    };
    let given = Credentials {
        device: browser::known_device(&call.env, &request, &email),
        email: email.clone(),
        password,
        factor: None,
        choice,
        transport: Transport::Cookie,
    };
    match sign_in::sign_in(&call.env, call.info.clone(), given).await {
        Ok(begun) => entered(&request, &call, &begun, &form.next).await,
        Err(SignInError::FactorRequired(waiting)) => {
            let mut response =
                factor::ask(&call, &waiting.pending, &form.next, waiting.ways.contains(&"passkey")).await?;
            browser::turn_away(&request, &mut response, choice);
            Ok(response)
        }
        Err(error) => refused(&request, &call, form, &error).await,
    }
}

/// Signed in: the cookies, and on to the page that sees whether they came back.
///
/// # Errors
/// The database failed.
pub async fn entered(
    request: &HttpRequest,
    call: &Call<Anyone>,
    begun: &Begun,
    next: &str,
) -> Result<HttpResponse, Problem> {
    sign_in::take_over(&call.env, &call.claim, begun).await?;
    let next = own_path(next).unwrap_or_default();
    let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    let mut response = reply::see_other(&format!("/sign-in/done?next={next}"));
    browser::welcome(&call.env, request, &mut response, begun);
    Ok(response)
}

async fn refused(
    request: &HttpRequest,
    call: &Call<Anyone>,
    form: SignInForm,
    error: &SignInError,
) -> Result<HttpResponse, Problem> {
    let (told, choice) = ((complaint(error)?, error.code().status), form.choice());
    let mut response = again(request, call, form, told, choice).await?;
    if let SignInError::Limited(limited) = error {
        refusal::add_fields(&mut response, limited);
    }
    Ok(response)
}

/// Signs in with a passkey alone; what was said about the computer comes along.
async fn passkey(
    request: HttpRequest,
    call: Call<Anyone>,
    posted: Posted<SignInForm>,
) -> Result<HttpResponse, Problem> {
    let mut form = posted.0;
    form.password.clear();
    let (challenge, credential) = (std::mem::take(&mut form.challenge), std::mem::take(&mut form.credential));
    let wish = (form.choice(), Transport::Cookie);
    let outcome = match serde_json::from_str(&credential) {
        Ok(credential) => sign_in::by_passkey(&call.env, call.info.clone(), (challenge, credential), wish).await,
        Err(_) => Err(SignInError::WrongPasskey),
    };
    match outcome {
        Ok(begun) => entered(&request, &call, &begun, &form.next).await,
        Err(error) => refused(&request, &call, form, &error).await,
    }
}

/// The form once more, with what was wrong; a public computer forgets the address even so.
async fn again(
    request: &HttpRequest,
    call: &Call<Anyone>,
    form: SignInForm,
    told: (Errors, u16),
    choice: Choice,
) -> Result<HttpResponse, Problem> {
    let page = frame::page(call, "Sign in", Section::SignIn).await?.errors(told.0);
    let (remembered, mut view) = draw(request, call, page, form)?;
    if choice.is_public()
        && let Some(address) = remembered
    {
        // Its cookie goes with this answer, so the form must ask for it.
        view.email = address.as_str().to_owned();
        view.remembered = None;
    }
    let mut response = reply::with_script(reply::page_with(told.1, &view)?);
    browser::turn_away(request, &mut response, choice);
    Ok(response)
}

/// What a refused sign-in says on its form.
///
/// # Errors
/// The problem to answer instead of the form, when it was not the form's fault.
pub fn complaint(error: &SignInError) -> Result<Errors, Problem> {
    let errors = Errors::default();
    Ok(match error {
        SignInError::WrongFactor => {
            errors.on("factor", "This code is wrong or was used before. Wait for the next one.")
        }
        SignInError::WrongPasskey => errors.whole("This passkey does not sign in here. Use your password instead."),
        SignInError::Expired => errors.whole("That took longer than five minutes. Begin again with your password."),
        SignInError::EmailUnverified => {
            errors.whole("Your address is not confirmed yet. Open the link in our mail, or have it sent again.")
        }
        SignInError::Frozen => {
            errors.whole("This account is frozen. How to lift that stands at /unfreeze; or write to us.")
        }
        SignInError::ResetRequired => errors.whole(
            "Somebody said that a sign-in to this account was not theirs, so this password opens nothing any more. \
             Choose a new one: “Forgotten your password?” below sends a link to your address.",
        ),
        SignInError::WrongCredentials => errors.whole("This address and this password do not belong together."),
        SignInError::Limited(limited) => errors.whole(limited.advice()),
        SignInError::Hash(_) => return Err(Problem::new(error.code()).retry_after(2)),
        SignInError::Db(db) => return Err(Problem::new(db.code())),
        _ => errors.whole(format!("{}.", error.code().title)),
    })
}

async fn forget(request: HttpRequest, _: Call<Anyone>, _: Posted<SignInForm>) -> HttpResponse {
    let mut response = reply::see_other("/sign-in");
    browser::forget_email(&request, &mut response);
    response
}

/// Where sign-in leads. A browser that did not keep the cookie is told so here, once, instead of being sent round.
async fn done(call: Call<Anyone>, query: Query<Arrival>) -> Result<HttpResponse, Problem> {
    let home = call
        .read::<_, DbError, _>(|_, context| {
            Ok(match &context.actor {
                Anyone::Visitor => None,
                Anyone::Holder(_) => Some("/account"),
                Anyone::Staff(_) => Some("/staff/subscriptions"),
            })
        })
        .await?;
    match home {
        Some(home) => Ok(reply::see_other(&own_path(&query.0.next).unwrap_or_else(|| home.to_owned()))),
        None => {
            let page = frame::page(&call, "Signing in needs a cookie", Section::SignIn).await?;
            reply::page(&CookiesDeclined { page })
        }
    }
}

/// The path, if it is one of ours: `//evil.example` and `/\evil.example` lead elsewhere.
#[must_use]
pub fn own_path(next: &str) -> Option<String> {
    let elsewhere = next.starts_with("//") || next.contains('\\') || next.chars().any(char::is_control);
    let circular = ["/sign-in", "/sign-out", "/staff/sign-in"].iter().any(|path| next.starts_with(path));
    (next.starts_with('/') && !elsewhere && !circular && next.is_ascii()).then(|| next.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_paths_are_gone_to() {
        for path in ["/account", "/billing?x=1#y", "/staff/subscriptions"] {
            assert_eq!(own_path(path).as_deref(), Some(path));
        }
        for path in
            ["", "account", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nb", "/sign-in", "/ü"]
        {
            assert_eq!(own_path(path), None, "{path}");
        }
    }

    #[test]
    fn three_radios_make_three_choices() {
        let choice = |computer: &str| {
            SignInForm { computer: computer.into(), keep_signed_in: "yes".into(), ..SignInForm::default() }.choice()
        };
        assert_eq!(choice("own-remember"), Choice::new(Computer::Own, true, true));
        assert_eq!(choice("own"), Choice::new(Computer::Own, false, true));
        assert_eq!(choice(""), Choice::new(Computer::Own, false, true));
        assert_eq!(choice("public"), Choice::new(Computer::Public, false, false));
    }
}
