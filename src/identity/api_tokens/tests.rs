//! API tokens, on both databases.

use chrono::Duration;
use diesel::prelude::*;

use super::actions;
use super::error::TokenError;
use super::model::{MAX_LIVE, Wanted};
use super::store;
use crate::accounts::testing::{holder, open};
use crate::db::schema::mails;
use crate::db::{self, DbConnection, Role};
use crate::env::testing::{Bench, on_each_database};
use crate::identity::actors::Holder;
use crate::identity::freezing::actions::freeze;
use crate::identity::freezing::model::Cause;
use crate::kernel::ids::{ApiToken, Id};
use crate::kernel::scope::{SCOPES, Scope, TokenNeed};
use crate::kernel::secret_token::{SecretToken, TokenDigest};

fn wanted(scopes: &[Scope]) -> Wanted {
    let texts: Vec<String> = scopes.iter().map(ToString::to_string).collect();
    Wanted::parse("nightly export", &texts, Some(30)).expect("good")
}

fn make(bench: &mut Bench, holder: &Holder, scopes: &[Scope]) -> (Id<ApiToken>, SecretToken) {
    let env = bench.env.clone();
    let made = db::write(&mut bench.conn, |conn| actions::create(conn, &env, holder, &wanted(scopes)));
    let (token, secret) = made.unwrap_or_else(|error| panic!("{error:?}"));
    (token.id, secret)
}

/// The code of what a token is answered with, or none where it opens.
fn answer(bench: &mut Bench, secret: &TokenDigest, need: TokenNeed) -> Option<&'static str> {
    let env = bench.env.clone();
    match actions::authenticate(&mut bench.conn, &env, secret, need) {
        Ok(session) => {
            assert!(session.token.is_some(), "a token never passes for a session");
            None
        }
        Err(TokenError::NotSignedIn) => Some("not signed in"),
        Err(TokenError::Lacks(_)) => Some("lacks"),
        Err(TokenError::Refused) => Some("refused"),
        Err(error) => panic!("{error:?}"),
    }
}

#[test]
fn a_token_opens_its_scopes_and_nothing_else() {
    on_each_database(|mut bench| {
        let ada = open(&mut bench, "Ada");
        let (_, secret) = make(&mut bench, &ada, &[Scope::ReadBilling, Scope::WriteProfile]);
        assert!(secret.reveal().starts_with("stw_"));
        for scope in SCOPES {
            let opens = matches!(scope, Scope::ReadBilling | Scope::WriteProfile);
            let expected = if opens { None } else { Some("lacks") };
            assert_eq!(answer(&mut bench, &secret.digest(), TokenNeed::Scope(scope)), expected, "{scope}");
        }
        assert_eq!(answer(&mut bench, &secret.digest(), TokenNeed::Person), Some("refused"));
        let made_up = TokenDigest::of(b"stw_made up");
        assert_eq!(answer(&mut bench, &made_up, TokenNeed::Person), Some("not signed in"));
        let told: Vec<String> = mails::table.select(mails::kind).load(&mut bench.conn).expect("listed");
        assert_eq!(told, ["api_token_created"]);
    });
}

#[test]
fn revoked_expired_and_frozen_tokens_are_nobody() {
    on_each_database(|mut bench| {
        let ada = open(&mut bench, "Ada");
        let need = TokenNeed::Scope(Scope::ReadProfile);
        let [revoked, expires, frozen] = [0; 3].map(|_| make(&mut bench, &ada, &[Scope::ReadProfile]));
        let env = bench.env.clone();
        let revoke = |conn: &mut DbConnection| actions::revoke(conn, &env, &ada, &revoked.0);
        db::write(&mut bench.conn, revoke).unwrap_or_else(|error| panic!("{error:?}"));
        assert!(matches!(db::write(&mut bench.conn, revoke), Err(TokenError::NoSuchToken)));
        assert_eq!(answer(&mut bench, &revoked.1.digest(), need), Some("not signed in"));
        assert_eq!(answer(&mut bench, &frozen.1.digest(), need), None);

        let stop = |conn: &mut DbConnection| freeze(conn, &env, &ada.account, &Cause::Holder, &ada.actor());
        assert!(db::write(&mut bench.conn, stop).expect("frozen"));
        assert_eq!(answer(&mut bench, &frozen.1.digest(), need), Some("not signed in"));
        assert_eq!(answer(&mut bench, &expires.1.digest(), need), Some("not signed in"));
        assert_eq!(store::count(&mut bench.conn, &ada.account, env.now()).expect("counted"), 0, "a freeze ends them");
    });
}

#[test]
fn a_token_ends_at_its_end_and_then_leaves() {
    on_each_database(|mut bench| {
        let ada = open(&mut bench, "Ada");
        let (_, secret) = make(&mut bench, &ada, &[Scope::ReadProfile]);
        let need = TokenNeed::Scope(Scope::ReadProfile);
        bench.pass(Duration::days(30) - Duration::seconds(1));
        assert_eq!(answer(&mut bench, &secret.digest(), need), None);
        assert_eq!(actions::purge(&mut bench.conn, &bench.env).expect("purged"), 0);
        bench.pass(Duration::seconds(1));
        assert_eq!(answer(&mut bench, &secret.digest(), need), Some("not signed in"));
        assert_eq!(actions::purge(&mut bench.conn, &bench.env).expect("purged"), 1);
    });
}

#[test]
fn use_is_noted_once_a_minute_and_belongs_to_the_token() {
    on_each_database(|mut bench| {
        let ada = open(&mut bench, "Ada");
        let (id, secret) = make(&mut bench, &ada, &[Scope::ReadProfile]);
        let env = bench.env.clone();
        let need = TokenNeed::Scope(Scope::ReadProfile);
        let used = |bench: &mut Bench| {
            let session = actions::authenticate(&mut bench.conn, &env, &secret.digest(), need);
            let session = session.unwrap_or_else(|error| panic!("{error:?}"));
            let note = session.afterwards(&env);
            let due = note.is_some();
            if let Some(note) = note {
                note(&mut bench.conn).expect("noted");
            }
            due
        };
        assert!(used(&mut bench));
        assert!(!used(&mut bench));
        bench.pass(Duration::seconds(61));
        assert!(used(&mut bench));
        let listed = actions::list(&mut bench.conn, &env, &ada).expect("listed");
        assert_eq!((&listed[0].id, listed[0].last_used_at), (&id, Some(env.now())));
    });
}

#[test]
fn nobody_sees_or_revokes_the_tokens_of_others() {
    on_each_database(|mut bench| {
        let ada = open(&mut bench, "Ada");
        let (id, _) = make(&mut bench, &ada, &[Scope::ReadProfile]);
        let eve = holder(&bench.env, bench.env.id());
        let env = bench.env.clone();
        let theft = db::write(&mut bench.conn, |conn| actions::revoke(conn, &env, &eve, &id));
        assert!(matches!(theft, Err(TokenError::NoSuchToken)));
        assert_eq!(actions::list(&mut bench.conn, &env, &eve).expect("listed").len(), 0);
        assert_eq!(actions::list(&mut bench.conn, &env, &ada).expect("listed").len(), 1);
    });
}

#[test]
fn of_sixteen_at_the_limit_one_is_made() {
    on_each_database(|mut bench| {
        let ada = open(&mut bench, "Ada");
        for _ in 1..MAX_LIVE {
            make(&mut bench, &ada, &[Scope::ReadProfile]);
        }
        let (env, url, ada) = (&bench.env, bench.env.db.url(), &ada);
        let made = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..16)
                .map(|_| {
                    scope.spawn(move || {
                        let mut conn = DbConnection::open(url, Role::Writer).expect("a connection");
                        let wanted = wanted(&[Scope::ReadProfile]);
                        match db::write(&mut conn, |conn| actions::create(conn, env, ada, &wanted)) {
                            Ok(_) => true,
                            Err(TokenError::TooMany) => false,
                            Err(error) => panic!("{error:?}"),
                        }
                    })
                })
                .collect();
            racers.into_iter().map(|racer| racer.join().expect("no panic")).filter(|made| *made).count()
        });
        assert_eq!(made, 1);
    });
}
