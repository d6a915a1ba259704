//! What was issued here and comes back cut, grown or changed: cookies, bearer tokens, links and cursors, at every operation
//! that takes them. They open nothing, change no row of any table, and are told apart from what is missing.

use rstest::rstest;
use serde_json::json;
use steward::platform::web::registry::Access;

use super::nonsense::{Asked, assert_names};
use super::successes::{Prepared, prepare};
use crate::support::billing::subscribe;
use crate::support::operations::Covered;
use crate::support::{Backend, Client, TestApp};
use crate::surface::assert_problem;

/// A text cut, grown and with one character turned into another.
fn spoilt(text: &str) -> Vec<String> {
    let turned = |place: usize| {
        let mut bytes = text.as_bytes().to_vec();
        bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
        String::from_utf8(bytes).expect("ASCII")
    };
    let cut = |length: usize| text[..length].to_owned();
    let length = text.len();
    vec![
        cut(1),
        cut(length / 2),
        cut(length - 1),
        turned(0),
        turned(length / 3),
        turned(length / 2),
        turned(length - 2),
        format!("{text}{text}"),
        format!("{text}A"),
        format!("A{text}"),
        "A".repeat(4_000),
        "..%2f".to_owned(),
    ]
}

#[rstest]
#[tokio::test]
async fn spoilt_cookies_and_tokens_open_nothing(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let asked = Asked::new(backend).await;
    let app = &asked.world.app;
    let own = asked.world.owner.client.cookie("__Host-session").expect("signed in");
    let other = asked.world.other.client.cookie("__Host-session").expect("signed in");
    let sign_in = crate::support::SignIn::BEARER.body(&asked.world.owner.person.email, crate::support::PASSWORD);
    let token = app.visitor().post("/v1/sessions", &sign_in).expect(201).await.text_at("/token");
    let half = own.len() / 2;
    let mut cookies = spoilt(&own);
    cookies.extend([format!("{}{}", &own[..half], &other[half..]), format!("{own},{other}"), token.clone()]);
    let jar = |cookie: &str| {
        let browser = app.browser();
        browser.set_cookie("__Host-session", cookie);
        browser
    };
    let mut tokens = spoilt(&token);
    tokens.extend([own.clone(), token.to_uppercase(), token.replacen("stws_", "stw_", 1)]);
    let mut strangers: Vec<Client> = cookies.iter().map(|cookie| jar(cookie)).collect();
    // With an Authorization header, however wrong, the right cookie counts for nothing.
    strangers.extend(tokens.iter().map(|token| jar(&own).with_bearer(token)));
    strangers.extend(tokens.iter().map(|token| app.visitor().with_bearer(token)));
    let before = app.contents().await;
    let mut seen = 0;
    for operation in app.operations() {
        if !matches!(operation.access, Access::Holder | Access::Session | Access::Staff(_)) {
            continue;
        }
        for stranger in &strangers {
            let path = asked.path(&operation);
            let reply = operation.call_at(stranger, &path, operation.sample()).send().await;
            assert_problem(operation.id, &reply);
            assert_eq!(reply.status, 401, "{}: {reply}", operation.id);
            seen += 1;
        }
    }
    assert_eq!(app.contents().await, before, "something was changed");
    assert!(seen > 500, "only {seen} requests were tried");
    app.visitor().with_bearer(&token).get("/v1/account").expect(200).await;
}

#[rstest]
#[tokio::test]
async fn spoilt_links_do_nothing_and_the_right_one_still_holds(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    app.offer_plans();
    let mut seen = 0;
    for operation in app.operations().iter().filter(|operation| operation.texts().contains(&"/token".to_owned())) {
        let Prepared { client, path, body, .. } = prepare(&app, operation.id).await;
        let (body, path) = (body.expect("a body"), path.unwrap_or_else(|| operation.path.to_owned()));
        let right = body["token"].as_str().expect("a token").to_owned();
        let before = app.contents().await;
        for wrong in spoilt(&right).into_iter().chain(["".into(), " ".into(), "токен".into(), format!("stws_{right}")])
        {
            let mut body = body.clone();
            body["token"] = json!(wrong);
            let reply = operation.call_at(&client, &path, Some(body)).send().await;
            let what = format!("{} with {wrong}", operation.id);
            assert_problem(&what, &reply);
            assert!(!reply.fields().is_empty() || reply.json()["detail"].is_string(), "{what}: no way out: {reply}");
            seen += 1;
        }
        assert_eq!(app.contents().await, before, "{}: something was changed", operation.id);
        let reply = operation.call_at(&client, &path, Some(body)).send().await;
        assert_eq!(reply.status, operation.success, "{}: {reply}", operation.id);
    }
    assert!(seen > 60, "only {seen} links were tried");
}

#[rstest]
#[tokio::test]
async fn spoilt_cursors_and_parameters_are_named(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let asked = Asked::new(backend).await;
    let (app, owner) = (&asked.world.app, &asked.world.owner);
    let order = json!({ "price": app.price("basic", "month", "USD").await, "quantity": 1 });
    subscribe(&owner.client, &order, "a-second-one").await;
    let before = app.contents().await;
    let lists: Vec<Covered> = app.operations().into_iter().filter(|one| one.query.contains(&"cursor")).collect();
    let mut cursors = Vec::new();
    for operation in &lists {
        let first = asked.by(operation).get(&format!("{}?limit=1", asked.path(operation))).expect(200).await;
        let Some(next) = first.at("/next").as_str().map(str::to_owned) else { continue };
        assert!(first.header("link").contains(&format!("limit=1&cursor={next}")), "{}: {first}", operation.id);
        let second = format!("{}?limit=1&cursor={next}", asked.path(operation));
        asked.by(operation).get(&second).expect(200).await;
        cursors.push((operation.id, next));
    }
    assert!(cursors.len() >= 4, "only {} lists have a second page", cursors.len());
    let mut seen = 0;
    for operation in &lists {
        let mut wrong: Vec<(&str, String)> =
            ["0", "-1", "101", "1e400", "1.5", "9223372036854775808", "99999999999999999999999999", "ten", "%0a"]
                .map(|limit| ("limit", limit.to_owned()))
                .to_vec();
        wrong.extend(["%00", "%ff", "%1b", "null"].map(|cursor| ("cursor", cursor.to_owned())));
        for (id, cursor) in &cursors {
            if *id == operation.id {
                wrong.extend(spoilt(cursor).into_iter().map(|cursor| ("cursor", cursor)));
            } else {
                wrong.push(("cursor", cursor.clone()));
            }
        }
        for (name, value) in wrong {
            let path = format!("{}?{name}={value}", asked.path(operation));
            let reply = asked.by(operation).get(&path).send().await;
            if value == "%ff" {
                assert_problem(&path, &reply);
            } else {
                assert_names(&path, &format!("/{name}"), &reply);
            }
            seen += 1;
        }
    }
    assert_eq!(app.contents().await, before, "something was changed");
    assert!(seen > 100, "only {seen} requests were tried");
}
