//! Requests from other sites over HTTP: Origin × Sec-Fetch-Site × method × content type × credential, each cell by the
//! rule of 3-rules.md, "CSRF".

use reqwest::Method;
use serde_json::json;

use crate::support::{Backend, Call, Client, Person, Reply, SignIn, TestApp};

const CONSENT: &str = "/v1/account/consents/card-payments";
const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const TEXT: &str = "text/plain";

/// What is asked, with which body. `None` has none.
const REQUESTS: &[(&str, &str, Option<&str>)] = &[
    ("GET", "/v1/account", None),
    ("PUT", CONSENT, Some(JSON)),
    ("PUT", CONSENT, Some(FORM)),
    ("PUT", CONSENT, Some(TEXT)),
    ("DELETE", CONSENT, None),
    ("POST", "/account/security/sessions/end-others", Some(JSON)),
    ("POST", "/account/security/sessions/end-others", Some(FORM)),
    ("POST", "/account/security/sessions/end-others", Some(TEXT)),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Credential {
    Nobody,
    Cookie,
    CookieAndToken,
    CookieAndTokenOfAnotherSession,
    Bearer,
    ApiToken,
    /// Any Authorization header, even a broken one, makes cookies count for nothing.
    CookieBesideBrokenHeader,
}

const CREDENTIALS: [Credential; 7] = [
    Credential::Nobody,
    Credential::Cookie,
    Credential::CookieAndToken,
    Credential::CookieAndTokenOfAnotherSession,
    Credential::Bearer,
    Credential::ApiToken,
    Credential::CookieBesideBrokenHeader,
];

/// Whether the rule lets a request through to its handler.
fn passes(method: &str, site: Option<&str>, origin: Option<bool>, kind: Option<&str>, credential: Credential) -> bool {
    let by_header =
        matches!(credential, Credential::Bearer | Credential::ApiToken | Credential::CookieBesideBrokenHeader);
    if method == "GET" || by_header {
        return true;
    }
    match (site, origin) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(own)) => own,
        (None, None) => match credential {
            Credential::Nobody => kind.is_none_or(|kind| kind == JSON),
            Credential::CookieAndToken => true,
            _ => false,
        },
    }
}

struct Session {
    cookie: String,
    form_token: String,
}

async fn session(app: &TestApp, person: &Person) -> Session {
    let client = app.sign_in(person).await;
    let page = client.get("/account/security").expect(200).await.text;
    let at = page.split_once("name=\"csrf\" value=\"").expect("a form's token").1;
    let form_token = at.split_once('"').expect("its end").0.to_owned();
    let cookie = format!("__Host-session={}", client.cookie("__Host-session").expect("signed in"));
    Session { cookie, form_token }
}

/// What the credentials are made of.
struct Means {
    mine: Session,
    other: Session,
    bearer: String,
    token: String,
}

impl Means {
    fn show(&self, call: Call, credential: Credential) -> Call {
        match credential {
            Credential::Nobody => call,
            Credential::Bearer => call.header("Authorization", &self.bearer),
            Credential::ApiToken => call.header("Authorization", &self.token),
            Credential::CookieBesideBrokenHeader => {
                call.header("Cookie", &self.mine.cookie).header("Authorization", "Bearer stws_broken")
            }
            _ => call.header("Cookie", &self.mine.cookie),
        }
    }

    fn form_token(&self, credential: Credential) -> Option<&str> {
        match credential {
            Credential::CookieAndToken => Some(&self.mine.form_token),
            Credential::CookieAndTokenOfAnotherSession => Some(&self.other.form_token),
            _ => None,
        }
    }
}

#[tokio::test]
async fn matrix() {
    let app = TestApp::start(Backend::Sqlite).await;
    let (ada, eve) = (app.person("Ada Lovelace").await, app.person("Eve").await);
    let bearer = app.visitor().post("/v1/sessions", &SignIn::BEARER.body(&ada.email, &ada.password)).expect(201).await;
    let wish = json!({ "name": "matrix", "scopes": ["privacy:write"] });
    let token = app.sign_in(&ada).await.post("/v1/account/tokens", &wish).expect(201).await;
    let bearer_of = |reply: &Reply| format!("Bearer {}", reply.text_at("/token"));
    let (mine, other) = (session(&app, &ada).await, session(&app, &eve).await);
    let mut means = Means { mine, other, bearer: bearer_of(&bearer), token: bearer_of(&token) };
    let (mut passed, mut stopped) = (0, 0);
    for &request in REQUESTS {
        for credential in CREDENTIALS {
            // The handler may end other sessions: each row begins with its own.
            means.mine = session(&app, &ada).await;
            for (site, origin) in sites_and_origins(&app.base) {
                if try_one(&app, &means, request, (site, origin), credential).await {
                    passed += 1;
                } else {
                    stopped += 1;
                }
            }
        }
    }
    assert!(passed > 300 && stopped > 250, "{passed} passed, {stopped} were stopped");
}

/// What browsers say of where a request comes from.
type Whence<'a> = (Option<&'a str>, Option<&'a str>);

fn sites_and_origins(own: &str) -> Vec<Whence<'_>> {
    let sites = [None, Some("same-origin"), Some("none"), Some("same-site"), Some("cross-site")];
    let origins = [None, Some(own), Some("https://evil.example"), Some("null")];
    sites.into_iter().flat_map(|site| origins.map(|origin| (site, origin))).collect()
}

/// Sends one request and compares; answers whether the rule lets it through.
async fn try_one(
    app: &TestApp,
    means: &Means,
    (method, path, kind): (&str, &str, Option<&str>),
    (site, origin): Whence<'_>,
    credential: Credential,
) -> bool {
    let call = Client::new(&app.base).call(Method::from_bytes(method.as_bytes()).expect("a method"), path);
    let call = with_body(means.show(call, credential), kind, means.form_token(credential));
    let call = site.into_iter().fold(call, |call, site| call.header("Sec-Fetch-Site", site));
    let call = origin.into_iter().fold(call, |call, origin| call.header("Origin", origin));
    let reply = call.send().await;
    let expected = passes(method, site, origin.map(|origin| origin == app.base), kind, credential);
    let refused = reply.status == 403 && reply.text.contains("another site");
    let what = format!("{method} {path} {kind:?} {site:?} {origin:?} {credential:?}: {reply}");
    if expected {
        assert!(!refused && reply.status < 500, "{what}");
    } else {
        // A wrong kind of body may be told before the token is looked for.
        assert!(refused || reply.status == 415, "{what}");
    }
    if matches!(credential, Credential::Nobody | Credential::CookieBesideBrokenHeader) {
        assert!(reply.status >= 400, "{what}");
    }
    expected
}

/// The body of this kind, with the token where a client puts it: in the form, or in the header.
fn with_body(call: Call, kind: Option<&str>, token: Option<&str>) -> Call {
    let by_header = |call: Call| token.into_iter().fold(call, |call, token| call.header("X-CSRF-Token", token));
    match kind {
        None => by_header(call),
        Some(FORM) => call.body(FORM, token.map_or_else(String::new, |token| format!("csrf={token}"))),
        Some(kind) => by_header(call.body(kind, r#"{"consent":true}"#)),
    }
}
