//! Beginning and ending sessions, on both databases.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use chrono::Duration;
use zeroize::Zeroizing;

use super::actions::begin::Begun;
use super::error::SignInError;
use super::model::{Choice, Computer, End, SessionKind, Transport};
use super::sign_in::{Credentials, sign_in, step_up};
use super::store::{resolve, write};
use super::{actions, store};
use crate::env::Env;
use crate::env::testing::{Bench, on_each_database_async};
use crate::identity::factors::model::Answer;
use crate::identity::factors::totp::TotpSecret;
use crate::identity::principals::model::{PrincipalId, Status};
use crate::identity::principals::store::{self as principals, NewPrincipal};
use crate::identity::staff_accounts::{self, NewStaffMember};
use crate::kernel::ids::{Account, Id};
use crate::kernel::permission::Role;
use crate::kernel::secret_token::SecretToken;
use crate::platform::web::cookies::open_session;
use crate::platform::web::request::{BEARER_SESSION, Claim, RequestInfo};

const PASSWORD: &str = "violet tram under Tuesday";

async fn ada(bench: &mut Bench) -> PrincipalId {
    let id = PrincipalId::Holder(bench.env.id::<Account>());
    let phc = bench.env.hasher.hash(PASSWORD).await.expect("hashed");
    let now = bench.env.now();
    let new = NewPrincipal {
        id: &id,
        kind: "holder",
        email: "Ada@example.org",
        email_key: "ada@example.org",
        password_phc: &phc,
        status: Status::Active,
        created_at: now,
        verified_at: now,
    };
    principals::insert(&mut bench.conn, &new).expect("inserted");
    id
}

fn given(email: &str, password: &str, transport: Transport) -> Credentials {
    Credentials {
        email: email.parse().expect("an address"),
        password: Zeroizing::new(password.to_owned()),
        factor: None,
        choice: Choice::new(Computer::Own, false, false),
        transport,
        device: None,
    }
}

fn info() -> Arc<RequestInfo> {
    let ip = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    Arc::new(RequestInfo { id: "req_1".into(), ip, user_agent: "test".into(), language: "en".into(), asked: None })
}

async fn try_in(env: &Env, password: &str) -> Result<Begun, SignInError> {
    sign_in(env, info(), given("ada@example.org", password, Transport::Cookie)).await
}

async fn signed_in(env: &Env) -> Begun {
    try_in(env, PASSWORD).await.unwrap_or_else(|error| panic!("{error:?}"))
}

fn claim(env: &Env, begun: &Begun) -> Claim {
    Claim::Cookie(open_session(&env.keys, &begun.secret).expect("our own cookie"))
}

#[test]
fn the_cookie_is_the_key_of_its_row_and_two_in_one_microsecond_differ() {
    on_each_database_async(|mut bench| async move {
        let id = ada(&mut bench).await;
        // The clock stands still: both sign-ins fall into the same microsecond.
        let (one, two) = (signed_in(&bench.env).await, signed_in(&bench.env).await);
        assert_eq!(two.signed_in_at - one.signed_in_at, Duration::microseconds(1));
        let claim = claim(&bench.env, &one);
        let live = resolve(&mut bench.conn, &bench.env, &claim).expect("asked").expect("live");
        assert_eq!((live.principal.as_str(), live.signed_in_at), (id.as_str(), one.signed_in_at));
        actions::sign_out(&mut bench.conn, &bench.env, &live).expect("ended");
        assert!(resolve(&mut bench.conn, &bench.env, &claim).expect("asked").is_none(), "a replayed cookie");
        assert_eq!(actions::list(&mut bench.conn, &bench.env, &live).expect("listed").len(), 1);
    });
}

#[test]
fn bearer_and_cookie_do_not_stand_for_each_other() {
    on_each_database_async(|mut bench| async move {
        ada(&mut bench).await;
        let given = given("ada@example.org", PASSWORD, Transport::Bearer);
        let begun = sign_in(&bench.env, info(), given).await.unwrap_or_else(|error| panic!("{error:?}"));
        let token = SecretToken::parse(BEARER_SESSION, &begun.secret).expect("a bearer token");
        let claim = Claim::Bearer(token.digest());
        assert!(resolve(&mut bench.conn, &bench.env, &claim).expect("asked").is_some());
        let cookie = signed_in(&bench.env).await;
        let Claim::Cookie(opened) = self::claim(&bench.env, &cookie) else { panic!("a cookie") };
        assert!(resolve(&mut bench.conn, &bench.env, &Claim::Bearer(opened.digest)).expect("asked").is_none());
    });
}

#[test]
fn the_sixty_first_session_ends_the_oldest() {
    on_each_database_async(|mut bench| async move {
        let id = ada(&mut bench).await;
        let first = signed_in(&bench.env).await;
        let most = bench.env.settings.sessions.max_live;
        for _ in 0..most {
            // Limits count each address's attempts by the minute.
            bench.pass(Duration::seconds(3));
            signed_in(&bench.env).await;
        }
        assert_eq!(write::list(&mut bench.conn, &id).expect("listed").len(), most);
        let claim = claim(&bench.env, &first);
        assert!(resolve(&mut bench.conn, &bench.env, &claim).expect("asked").is_none());
    });
}

#[test]
fn known_and_unknown_cost_two_hashes_each_and_say_the_same() {
    on_each_database_async(|mut bench| async move {
        ada(&mut bench).await;
        let before = bench.env.hasher.operations();
        for email in ["ada@example.org", "nobody@example.org"] {
            let refused = sign_in(&bench.env, info(), given(email, "another password", Transport::Cookie)).await;
            assert!(matches!(refused, Err(SignInError::WrongCredentials)));
        }
        assert_eq!(bench.env.hasher.operations() - before, 4);
    });
}

#[test]
fn a_password_that_changed_meanwhile_signs_nobody_in() {
    on_each_database_async(|mut bench| async move {
        let id = ada(&mut bench).await;
        let begun = signed_in(&bench.env).await;
        let stored = principals::find(&mut bench.conn, &id).expect("asked").expect("there").password_phc;
        principals::set_password(&mut bench.conn, &id, "another").expect("set");
        let late = principals::replace_password(&mut bench.conn, &id, &stored, &stored).expect("asked");
        assert_eq!(late, None);
        assert_eq!(
            write::end_all(&mut bench.conn, &id, None, End::PasswordReset, begun.signed_in_at).expect("ended"),
            1
        );
    });
}

#[test]
fn step_up_wants_the_password_and_counts_guesses() {
    on_each_database_async(|mut bench| async move {
        ada(&mut bench).await;
        let begun = signed_in(&bench.env).await;
        let claim = claim(&bench.env, &begun);
        let live = resolve(&mut bench.conn, &bench.env, &claim).expect("asked").expect("live");
        bench.pass(Duration::minutes(10));
        assert!(matches!(step_up(&bench.env, live.clone(), "wrong").await, Err(SignInError::WrongCredentials)));
        step_up(&bench.env, live, PASSWORD).await.unwrap_or_else(|error| panic!("{error:?}"));
        let live = resolve(&mut bench.conn, &bench.env, &claim).expect("asked").expect("live");
        assert_eq!(live.stepped_up_at, bench.env.now());
    });
}

#[test]
fn staff_need_a_code_that_nobody_has_used() {
    on_each_database_async(|bench| async move {
        let bench = bench; // whole: its folder must outlive the test
        let env = &bench.env;
        let bytes = [7; 20];
        let new = NewStaffMember {
            email: "ines@example.org",
            name: "Ines Moreau",
            role: Role::Billing,
            language: None,
            password: PASSWORD,
            totp_secret: Some(bytes),
        };
        staff_accounts::create(env, &new).await.unwrap_or_else(|error| panic!("{error}"));
        let try_with = |factor: Option<String>| {
            let factor = factor.map(|text| Answer::Typed(Zeroizing::new(text)));
            let given = Credentials { factor, ..given("ines@example.org", PASSWORD, Transport::Cookie) };
            sign_in(env, info(), given)
        };
        assert!(matches!(try_with(None).await, Err(SignInError::FactorRequired(_))));
        assert!(matches!(try_with(Some("000000".into())).await, Err(SignInError::WrongFactor)));
        let code = TotpSecret::from_bytes(bytes).code_at(env.now());
        let begun = try_with(Some(code.clone())).await.unwrap_or_else(|error| panic!("{error:?}"));
        assert_eq!(begun.kind, SessionKind::Staff);
        assert!(matches!(try_with(Some(code)).await, Err(SignInError::WrongFactor)), "a code works once");
        let bearer = sign_in(env, info(), given("ines@example.org", PASSWORD, Transport::Bearer)).await;
        assert!(matches!(bearer, Err(SignInError::StaffNeedCookies)));
    });
}

#[test]
fn time_ends_sessions_then_drops_addresses_then_rows() {
    on_each_database_async(|mut bench| async move {
        let id = ada(&mut bench).await;
        signed_in(&bench.env).await;
        bench.pass(Duration::minutes(31));
        assert_eq!(faded(&mut bench, &actions::FADING[1..]), 0, "nothing but its own kind ends a session");
        assert_eq!(faded(&mut bench, &actions::FADING), 1);
        assert_eq!(write::list(&mut bench.conn, &id).expect("listed").len(), 0);
        assert_eq!(addresses(&mut bench), [Some("192.0.2.1".to_owned())]);
        bench.pass(Duration::days(91));
        assert_eq!(faded(&mut bench, &actions::FADING), 1);
        assert_eq!(addresses(&mut bench), [None]);
        bench.pass(Duration::days(300));
        assert_eq!(faded(&mut bench, &actions::FADING), 1);
        assert_eq!(addresses(&mut bench), []);
        assert_eq!(store::lifetime(&bench.env.settings.sessions, SessionKind::Staff).idle, Duration::minutes(15));
    });
}

/// Lets time do these things; answers to how many rows.
fn faded(bench: &mut Bench, what: &[actions::Fading]) -> usize {
    what.iter().map(|what| actions::purge(&mut bench.conn, &bench.env, *what).expect("purged")).sum()
}

fn addresses(bench: &mut Bench) -> Vec<Option<String>> {
    use crate::db::schema::sessions;
    use diesel::prelude::*;
    sessions::table.select(sessions::ip).load(&mut bench.conn).expect("read")
}

/// A session of somebody else is not there.
#[test]
fn nobody_ends_the_sessions_of_others() {
    on_each_database_async(|mut bench| async move {
        ada(&mut bench).await;
        let begun = signed_in(&bench.env).await;
        let stranger = PrincipalId::Holder(Id::<Account>::from_uuid(uuid::Uuid::from_u128(1)));
        let ended = write::end(&mut bench.conn, &stranger, &begun.id, End::Revoked, begun.signed_in_at);
        assert!(!ended.expect("asked"));
    });
}
