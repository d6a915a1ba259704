//! Guessing and enumeration: no storm of guesses exceeds a limit, every refusal says when to come back, and what an
//! answer costs does not tell who has an account. Cost is counted in hashes, not in time.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Backend, Client, Person, Reply, SignIn, TestApp, eventually};

const NEW_PASSWORD: &str = "nine calm otters float";

#[rstest]
#[tokio::test]
async fn of_sixty_four_guesses_at_once_five_are_judged(
    #[values(true, false)] exists: bool,
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::with(backend, &[]).await;
    let ada = app.person("Ada Lovelace").await;
    let email = if exists { ada.email.as_str() } else { "nobody.at.all@example.org" };
    let before = app.env.hasher.operations();
    let guesser = app.visitor();
    let calls: Vec<_> = (0..64)
        .map(|number| {
            let guess = SignIn::OWN.body(email, &format!("wrong guess number {number}"));
            tokio::spawn(guesser.post("/v1/sessions", &guess).send())
        })
        .collect();
    let (mut judged, mut limited) = (0, 0);
    for call in calls {
        let reply = call.await.expect("no panic");
        match reply.status {
            401 => judged += 1,
            429 => {
                assert_limited(&reply);
                limited += 1;
            }
            // More at once than the database threads have places for: not judged either.
            503 => assert!(!reply.header("retry-after").is_empty(), "{reply}"),
            _ => panic!("{reply}"),
        }
    }
    assert!((1..=5).contains(&judged) && limited > 0, "{judged} guesses were judged, {limited} limited");
    assert_eq!(
        app.env.hasher.operations() - before,
        2 * judged,
        "each judged guess costs two hashes, and no other any"
    );
}

/// 429 with everything that a client needs to know.
fn assert_limited(reply: &Reply) {
    let seconds: u32 = reply.header("retry-after").parse().unwrap_or_else(|_| panic!("{reply}"));
    assert!(seconds > 0 && reply.code() == "too-many-requests", "{reply}");
    let (policy, state) = (reply.header("ratelimit-policy"), reply.header("ratelimit"));
    let name = policy.split(';').next().unwrap_or_default();
    assert!(["\"account\"", "\"ip-attempts\"", "\"ip-failures\""].contains(&name), "{policy}");
    assert!(policy.contains(";q=") && policy.contains(";w="), "{policy}");
    assert_eq!(state, format!("{name};r=0;t={seconds}"));
}

#[rstest]
#[tokio::test]
async fn of_sixty_four_step_ups_at_once_five_are_judged(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::with(backend, &[]).await;
    let client = app.signed_in("Ada Lovelace").await;
    let before = app.env.hasher.operations();
    let calls: Vec<_> = (0..64)
        .map(|number| {
            let guess = json!({ "password": format!("wrong guess number {number}") });
            tokio::spawn(client.post("/v1/session/step-up", &guess).send())
        })
        .collect();
    let mut judged = 0;
    for call in calls {
        let reply = call.await.expect("no panic");
        assert!(reply.status >= 400 && (reply.status < 500 || reply.status == 503), "{reply}");
        judged += u64::from(reply.status < 429);
    }
    assert!((1..=5).contains(&judged), "{judged} guesses were judged");
    assert_eq!(app.env.hasher.operations() - before, judged);
    client.get("/v1/account").expect(200).await;
}

/// Somebody whose sign-up waits for its proof.
async fn unproved(app: &TestApp) -> Person {
    let person = Person::new("Una");
    app.sign_up(&person).await;
    person
}

/// Somebody who cannot sign in though the password is right: the account is frozen, or wants a new password.
async fn barred(app: &TestApp, how: &str) -> Person {
    let person = app.person("Bar").await;
    let client = app.sign_in(&person).await;
    let entry = client.get("/v1/account/sign-ins").expect(200).await.text_at("/data/0/id");
    let path =
        if how == "frozen" { "/v1/account/freeze".to_owned() } else { format!("/v1/account/sign-ins/{entry}/report") };
    client.post(&path, &json!({})).expect(204).await;
    person
}

struct Counter<'a> {
    app: &'a TestApp,
}

impl Counter<'_> {
    /// How many hashes a request costs.
    async fn cost(&self, method: &str, path: &str, body: Value) -> (u16, u64) {
        let before = self.app.env.hasher.operations();
        let visitor = self.app.visitor();
        let call = if method == "PUT" { visitor.put(path, &body) } else { visitor.post(path, &body) };
        let status = call.send().await.status;
        (status, self.app.env.hasher.operations() - before)
    }
}

#[tokio::test]
async fn every_refusal_of_a_password_costs_two_hashes_and_a_right_one_one() {
    let app = TestApp::start(Backend::Sqlite).await;
    let (ada, una) = (app.person("Ada Lovelace").await, unproved(&app).await);
    let (frozen, reported) = (barred(&app, "frozen").await, barred(&app, "reported").await);
    let staff = app.staff_member(steward::kernel::permission::Role::Billing).await;
    let (wrong, endless) = ("seven quiet herons wait", "x".repeat(10_000));
    let counter = Counter { app: &app };
    for (email, password, status) in [
        (ada.email.as_str(), ada.password.as_str(), 201),
        (ada.email.as_str(), wrong, 401),
        (ada.email.as_str(), endless.as_str(), 401),
        ("nobody.at.all@example.org", wrong, 401),
        ("nobody.at.all@example.org", endless.as_str(), 401),
        (una.email.as_str(), una.password.as_str(), 403),
        (una.email.as_str(), wrong, 401),
        (frozen.email.as_str(), frozen.password.as_str(), 403),
        (frozen.email.as_str(), wrong, 401),
        (reported.email.as_str(), reported.password.as_str(), 403),
        (reported.email.as_str(), wrong, 401),
        (staff.as_str(), wrong, 401),
    ] {
        let cost = counter.cost("POST", "/v1/sessions", SignIn::OWN.body(email, password)).await;
        // A password that is right for a sign-up only is found by the second hash.
        let expected = if status == 401 || email == una.email { 2 } else { 1 };
        assert_eq!(cost, (status, expected), "{email} with {password:.30}");
    }
}

#[tokio::test]
async fn signing_up_and_asking_for_mails_cost_the_same_for_every_address() {
    let app = TestApp::start(Backend::Sqlite).await;
    let (ada, una) = (app.person("Ada Lovelace").await, unproved(&app).await);
    let (frozen, reported) = (barred(&app, "frozen").await, barred(&app, "reported").await);
    let counter = Counter { app: &app };
    let known = [&ada, &una, &frozen, &reported].map(|person| person.email.as_str());
    for email in known.into_iter().chain(["free@example.org"]) {
        let person = Person { email: email.to_owned(), ..Person::new("Eve") };
        assert_eq!(counter.cost("POST", "/v1/accounts", app.sign_up_body(&person)).await, (202, 1), "{email}");
        for path in ["/v1/accounts/resend", "/v1/password-resets", "/v1/unfreezes"] {
            assert_eq!(counter.cost("POST", path, json!({ "email": email })).await, (202, 0), "{path} {email}");
        }
    }
}

#[tokio::test]
async fn a_change_costs_the_same_whether_the_present_password_is_right_and_so_does_a_link() {
    let app = TestApp::start(Backend::Sqlite).await;
    let ada = app.person("Ada Lovelace").await;
    let client = app.sign_in(&ada).await;
    let mut costs = Vec::new();
    for (present, status) in [("seven quiet herons wait", 403), (ada.password.as_str(), 204)] {
        let before = app.env.hasher.operations();
        let body = json!({ "current_password": present, "password": NEW_PASSWORD });
        client.put("/v1/account/password", &body).expect(status).await;
        costs.push(app.env.hasher.operations() - before);
    }
    assert_eq!(costs, [2, 2]);
    app.visitor().post("/v1/password-resets", &json!({ "email": ada.email })).expect(202).await;
    // A notice of the change is under way to the same mailbox.
    let found =
        async || app.mails().to(&ada.email).into_iter().find(|mail| mail.subject.contains("A new password for"));
    let token = eventually("the link", found).await.token();
    let counter = Counter { app: &app };
    let with = |token: &str| json!({ "token": token, "password": "eight green llamas hum" });
    // One hash to see that it is not the present password, one to set it.
    assert_eq!(counter.cost("PUT", "/v1/password-resets", with(&token)).await, (204, 2));
    // A link that opens nothing names no account, so there is none to hide.
    assert_eq!(counter.cost("PUT", "/v1/password-resets", with(&token)).await, (410, 0));
}

#[rstest]
#[tokio::test]
async fn old_hashes_are_renewed_wherever_a_password_is_given(
    #[values("sign_in", "step_up", "undo")] way: &str,
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let client = app.sign_in(&ada).await;
    app.weaken_hash(&ada.email, &ada.password);
    let undo = if way == "undo" { moved(&app, &client, &ada).await } else { String::new() };
    let before = app.env.hasher.operations();
    let password = json!({ "password": ada.password });
    match way {
        "sign_in" => drop(app.sign_in(&ada).await),
        "step_up" => assert!(client.post("/v1/session/step-up", &password).send().await.status < 300),
        _ => {
            let body = json!({ "token": undo, "password": ada.password });
            app.visitor().post("/v1/account/email-changes/undo", &body).expect(200).await;
        }
    }
    assert_eq!(app.env.hasher.operations() - before, 2, "judged by the old settings, hashed anew by the present ones");
    let hash = app.hash_of(&ada.email);
    assert!(hash.contains("$m=19456,t=2,p=1$"), "{hash}");
    app.sign_in(&ada).await;
    assert_eq!(app.env.hasher.operations() - before, 3, "once");
}

/// Moves the account to another address; answers the token that takes it back.
async fn moved(app: &TestApp, client: &Client, person: &Person) -> String {
    let token = async |to: &str, subject: &str| {
        let found = async || app.mails().to(to).into_iter().find(|mail| mail.subject.contains(subject));
        eventually(subject, found).await.token()
    };
    let new = "somewhere.else@example.org";
    client.post("/v1/account/email-changes", &json!({ "email": new })).expect(202).await;
    let confirm = json!({ "token": token(new, "Confirm your new address").await });
    client.post("/v1/account/email-changes/confirm", &confirm).expect(204).await;
    token(&person.email, "was changed").await
}

/// A password that every other rule allows, and a list that holds it.
const BREACHED: &str = "plum kettle orbit seventeen";

fn breached_list() -> tempfile::NamedTempFile {
    use sha1::{Digest, Sha1};
    let digests = [BREACHED, "password", "letmein"].map(|text| Sha1::digest(text.as_bytes()));
    let hex = |digest: &[u8]| digest.iter().map(|byte| format!("{byte:02X}")).collect::<String>();
    let mut lines: Vec<String> = digests.iter().map(|digest| format!("{}:3\r\n", hex(digest))).collect();
    lines.sort();
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), lines.concat()).expect("written");
    file
}

#[rstest]
#[tokio::test]
async fn the_rules_of_passwords_hold_wherever_one_is_chosen(
    #[values("sign_up", "reset", "change", "unfreeze")] way: &str,
) {
    let list = breached_list();
    let path = list.path().to_str().expect("a path in UTF-8").to_owned();
    let app = TestApp::with(Backend::Sqlite, &[("limits.enabled", "false"), ("passwords.breached_list", &path)]).await;
    let ada = app.person("Ada Lovelace").await;
    let client = app.sign_in(&ada).await;
    let long = "x7 ".repeat(86);
    let refused = ["short but odd?", "passwordpassword", "Ada.Lovelace.Ada", long.as_str(), BREACHED];
    if way == "unfreeze" {
        client.post("/v1/account/freeze", &json!({})).expect(204).await;
    }
    let link = match way {
        "reset" => Some(("/v1/password-resets", "A new password for")),
        "unfreeze" => Some(("/v1/unfreezes", "Lift the freeze")),
        _ => None,
    };
    let mut token = String::new();
    if let Some((path, subject)) = link {
        app.visitor().post(path, &json!({ "email": ada.email })).expect(202).await;
        let mail = eventually(subject, async || {
            app.mails().to(&ada.email).into_iter().find(|mail| mail.subject.contains(subject))
        });
        token = mail.await.token();
    }
    let choose = |password: &str| match way {
        "sign_up" => {
            let person = Person { password: password.to_owned(), ..Person::new("Ada Lovelace") };
            app.visitor().post("/v1/accounts", &app.sign_up_body(&person))
        }
        "reset" => app.visitor().put("/v1/password-resets", &json!({ "token": token, "password": password })),
        "change" => {
            client.put("/v1/account/password", &json!({ "current_password": ada.password, "password": password }))
        }
        _ => {
            let body = json!({ "token": token, "password": ada.password, "new_password": password });
            app.visitor().put("/v1/unfreezes", &body)
        }
    };
    for password in refused {
        let before = app.env.hasher.operations();
        let reply = choose(password).expect(422).await;
        let field = if way == "unfreeze" { "/new_password" } else { "/password" };
        assert_eq!(reply.fields(), [field], "{password}: {reply}");
        assert!(!reply.text.contains(password), "it is never repeated: {reply}");
        assert_eq!(app.env.hasher.operations() - before, 0, "{password}: nothing is hashed for it");
    }
    // The link, and the password that stands, are as good as before.
    let done = choose(NEW_PASSWORD).send().await;
    assert!((200..300).contains(&done.status), "{done}");
}

/// Signs up with this address and a password of one's own, as a stranger would to learn whether it has an account.
async fn probe(app: &TestApp, email: &str) -> Vec<(u16, String, u64)> {
    let eve = Person { email: email.to_owned(), password: NEW_PASSWORD.to_owned(), ..Person::new("Eve") };
    app.visitor().post("/v1/accounts", &app.sign_up_body(&eve)).expect(202).await;
    app.settle();
    let mut told = Vec::new();
    for password in [NEW_PASSWORD, "seven quiet herons wait"] {
        let before = app.env.hasher.operations();
        let reply = app.visitor().post("/v1/sessions", &SignIn::OWN.body(email, password)).send().await;
        told.push((reply.status, reply.code(), app.env.hasher.operations() - before));
    }
    told
}

#[rstest]
#[tokio::test]
async fn signing_up_with_an_address_does_not_tell_whether_it_has_an_account(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let (ada, una) = (app.person("Ada Lovelace").await, unproved(&app).await);
    let own_link = app.mails().next(&una.email, 0).await.token();
    let staff = app.staff_member(steward::kernel::permission::Role::Billing).await;
    let free = probe(&app, "free@example.org").await;
    assert_eq!(free, [(403, "email-unverified".to_owned(), 2), (401, "wrong-credentials".to_owned(), 2)]);
    for email in [&ada.email, &una.email, &staff] {
        assert_eq!(probe(&app, email).await, free, "{email}");
    }
    app.visitor().post("/v1/accounts/verify", &json!({ "token": own_link })).expect(200).await;
    app.sign_in(&una).await;
    // And it never opens anything.
    app.visitor().post("/v1/accounts/resend", &json!({ "email": ada.email })).expect(202).await;
    app.settle();
    let links = app.mails().to(&ada.email).iter().filter(|mail| mail.text.contains("/verify?token=")).count();
    assert_eq!(links, 1, "her own, before");
}

#[rstest]
#[tokio::test]
async fn a_stranger_uses_up_nobodys_mails_of_another_kind(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::with(backend, &[]).await;
    let ada = app.person("Ada Lovelace").await;
    let wish = json!({ "email": ada.email });
    let ask = async |path: &str| app.visitor().post(path, &wish).send().await.status;
    while ask("/v1/accounts/resend").await == 202 {}
    // The fifth wish of this minute from this network: one more would be too many from it.
    assert_eq!(ask("/v1/password-resets").await, 202);
}

#[rstest]
#[tokio::test]
async fn a_sign_in_that_waits_for_its_factor_succeeds_once(
    #[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let ada = app.person("Ada Lovelace").await;
    let client = app.sign_in(&ada).await;
    let (_, codes) = app.add_authenticator(&client).await;
    let asked = app.visitor().post("/v1/sessions", &SignIn::OWN.body(&ada.email, &ada.password)).expect(401).await;
    let pending = asked.text_at("/pending");
    let visitor = app.visitor();
    let calls: Vec<_> = (0..16)
        .map(|number| {
            // As many right factors as there are: each is spent once, and so is the sign-in.
            let body = json!({ "pending": pending, "factor": codes[number % codes.len()] });
            tokio::spawn(visitor.post("/v1/sessions", &body).send())
        })
        .collect();
    let mut begun = 0;
    for call in calls {
        let reply = call.await.expect("no panic");
        assert!([201, 401, 503].contains(&reply.status), "{reply}");
        begun += u32::from(reply.status == 201);
    }
    assert_eq!(begun, 1);
}
