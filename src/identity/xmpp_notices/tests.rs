//! Who gets notices by XMPP, what a code takes to be right, and sixteen at once, on both databases.

use std::sync::Arc;

use chrono::Duration;
use diesel::prelude::*;

use super::actions::{address, end, follow_profile, purge, record_consent, standing, withdraw_since, wording};
use super::codes;
use super::error::{ProofError, Spent};
use super::model::{State, TRIES};
use crate::accounts::testing::open;
use crate::db::schema::{accounts, im_messages, mails, shares, xmpp_proofs};
use crate::db::{self, DbConnection, Role};
use crate::env::Env;
use crate::env::testing::{Bench, on_each_database};
use crate::identity::actors::Holder;
use crate::identity::notices::{Notice, tell};
use crate::identity::principals::model::PrincipalId;
use crate::identity::principals::store as principals;
use crate::kernel::lang::Lang;
use crate::platform::trust::consents::{self, Purpose};
use crate::platform::trust::policy::{Operator, publish_shipped};

/// The same installation with an account of its operator's.
fn with_account(bench: &Bench) -> Env {
    let mut env = bench.env.clone();
    let settings = Arc::make_mut(&mut env.settings);
    settings.xmpp.jid = "notices@example.com".to_owned();
    settings.xmpp.server = "localhost:5222".to_owned();
    env
}

/// A holder with these instant-messaging ids.
fn holder(bench: &mut Bench, im_ids: &str) -> Holder {
    let operator = Operator { name: "Harbour", contact: "privacy@example.org" };
    publish_shipped(&mut bench.conn, operator, bench.env.now()).expect("published");
    let holder = open(bench, "Ada");
    give_ids(bench, &holder, im_ids);
    holder
}

fn give_ids(bench: &mut Bench, holder: &Holder, im_ids: &str) {
    let row = diesel::update(accounts::table.find(&holder.account));
    row.set(accounts::im_ids.eq(im_ids)).execute(&mut bench.conn).expect("updated");
}

/// The ids are others from now on, as after a change of the profile.
fn change_ids(bench: &mut Bench, env: &Env, holder: &Holder, im_ids: &str) {
    give_ids(bench, holder, im_ids);
    db::write(&mut bench.conn, |conn| follow_profile(conn, env, &holder.account)).expect("followed");
}

/// Mails and messages that a notice leaves.
fn told(bench: &mut Bench, env: &Env, holder: &Holder) -> (usize, usize) {
    let id = PrincipalId::Holder(holder.account.clone());
    let principal = principals::find(&mut bench.conn, &id).expect("read").expect("there");
    let before = (mailed(bench, "password_changed"), messages(bench, "password_changed").len());
    db::write(&mut bench.conn, |conn| tell(conn, env, &principal, Notice::PasswordChanged)).expect("told");
    (mailed(bench, "password_changed") - before.0, messages(bench, "password_changed").len() - before.1)
}

/// Mails of a kind. The clock stands still, so their ids are in no order.
fn mailed(bench: &mut Bench, kind: &str) -> usize {
    let all: Vec<String> = mails::table.select(mails::kind).load(&mut bench.conn).expect("listed");
    all.iter().filter(|one| *one == kind).count()
}

/// The state of every message of a kind, in no order.
fn messages(bench: &mut Bench, kind: &str) -> Vec<String> {
    let all = im_messages::table.filter(im_messages::kind.eq(kind)).select(im_messages::state);
    all.load(&mut bench.conn).expect("listed")
}

fn waiting(bench: &mut Bench) -> i64 {
    let queued = im_messages::table.filter(im_messages::state.eq("queued"));
    queued.count().get_result(&mut bench.conn).expect("counted")
}

/// Agrees, and asks for a code; answers the code, as it lies sealed in the outbox.
fn code(bench: &mut Bench, env: &Env, holder: &Holder) -> String {
    db::write(&mut bench.conn, |conn| record_consent(conn, env, &holder.account, Lang::En)).expect("given");
    db::write(&mut bench.conn, |conn| codes::send(conn, env, holder)).expect("sent");
    newest_code(bench, env)
}

fn newest_code(bench: &mut Bench, env: &Env) -> String {
    let codes = im_messages::table.filter(im_messages::kind.eq("xmpp_code").and(im_messages::state.eq("queued")));
    let (id, sealed): (String, Option<String>) = codes
        .order(im_messages::id.desc())
        .select((im_messages::id, im_messages::sealed))
        .first(&mut bench.conn)
        .expect("a message");
    let plain = env.keys.columns().open(&sealed.expect("it waits"), &format!("im_messages.sealed|{id}"));
    let text = String::from_utf8(plain.expect("sealed by this ring").to_vec()).expect("text");
    let (_, rest) = text.split_once("confirms the address: ").expect("the code");
    rest[..9].to_owned()
}

fn give(bench: &mut Bench, env: &Env, holder: &Holder, code: &str) -> Result<(), ProofError> {
    db::write(&mut bench.conn, |conn| codes::confirm(conn, env, holder, code)).expect("judged")
}

fn prove(bench: &mut Bench, env: &Env, holder: &Holder) {
    let code = code(bench, env, holder);
    give(bench, env, holder, &code).expect("right");
}

fn state(bench: &mut Bench, env: &Env, holder: &Holder) -> State {
    standing(&mut bench.conn, env, &holder.account).expect("read").expect("offered").state
}

/// Another code than this one.
fn wrong(code: &str) -> String {
    let (first, rest) = code.split_at(1);
    format!("{}{rest}", if first == "1" { "2" } else { "1" })
}

/// The answers to sixteen who give these codes at once.
fn race(env: &Env, holder: &Holder, given: impl Fn(usize) -> String) -> Vec<Result<(), ProofError>> {
    let url = env.db.url().to_owned();
    let given: Vec<String> = (0..16).map(given).collect();
    std::thread::scope(|scope| {
        let racers: Vec<_> = given
            .iter()
            .map(|code| {
                let url = url.clone();
                scope.spawn(move || {
                    let mut conn = DbConnection::open(&url, Role::Writer).expect("a connection");
                    db::write(&mut conn, |conn| codes::confirm(conn, env, holder, code)).expect("judged")
                })
            })
            .collect();
        racers.into_iter().map(|racer| racer.join().expect("no panic")).collect()
    })
}

const TWO: &str = r#"[{"network":"irc","handle":"ada"},{"network":"xmpp","handle":"ada@example.org"},
                      {"network":"xmpp","handle":"other@example.org"}]"#;

const OTHER: &str = r#"[{"network":"xmpp","handle":"other@example.org"}]"#;

#[test]
fn a_notice_goes_both_ways_only_with_consent_proof_and_account() {
    on_each_database(|mut bench| {
        let (ada, env) = (holder(&mut bench, TWO), with_account(&bench));
        assert_eq!((told(&mut bench, &env, &ada), state(&mut bench, &env, &ada)), ((1, 0), State::Off));
        record_consent(&mut bench.conn, &env, &ada.account, Lang::En).expect("given");
        assert_eq!((told(&mut bench, &env, &ada), state(&mut bench, &env, &ada)), ((1, 0), State::Unproved));
        let code = code(&mut bench, &env, &ada);
        assert!(matches!(state(&mut bench, &env, &ada), State::Waiting(_)));
        assert_eq!(told(&mut bench, &env, &ada), (1, 0), "a code that waits proves nothing");
        assert_eq!(give(&mut bench, &env, &ada, &code), Ok(()));
        assert_eq!((messages(&mut bench, "xmpp_notices_on").len(), mailed(&mut bench, "xmpp_notices_on")), (1, 1));
        assert_eq!(told(&mut bench, &env, &ada), (1, 1));
        let plain = bench.env.clone();
        assert_eq!(told(&mut bench, &plain, &ada), (1, 0), "the operator has no account any more");
        consents::withdraw(&mut bench.conn, &env, &ada.account, Purpose::XmppNotices).expect("withdrawn");
        assert_eq!(told(&mut bench, &env, &ada), (1, 0));
        end(&mut bench.conn, &env, &ada.account).expect("ended");
        assert_eq!((messages(&mut bench, "xmpp_notices_off").len(), mailed(&mut bench, "xmpp_notices_off")), (0, 1));
        let left: i64 = xmpp_proofs::table.count().get_result(&mut bench.conn).expect("counted");
        let by_xmpp: i64 = shares::table
            .filter(shares::recipient.eq("xmpp_server"))
            .count()
            .get_result(&mut bench.conn)
            .expect("counted");
        assert_eq!((left, by_xmpp), (0, 3), "a row for what left, and for nothing else");
    });
}

#[test]
fn the_first_xmpp_address_of_the_profile_counts_and_agreeing_again_changes_nothing() {
    on_each_database(|mut bench| {
        let (ada, env) = (holder(&mut bench, TWO), with_account(&bench));
        let account = &ada.account;
        let found = address(&mut bench.conn, account).expect("read").expect("there");
        assert_eq!(found.as_str(), "ada@example.org");
        let first = record_consent(&mut bench.conn, &env, account, Lang::En).expect("given");
        assert_eq!(record_consent(&mut bench.conn, &env, account, Lang::De).expect("given"), first);
        let entry = consents::live(&mut bench.conn, account, Purpose::XmppNotices).expect("read").expect("live");
        assert!(entry.wording == wording(&env, Lang::En) && entry.wording.contains("XMPP server example.com"));
        assert!(!entry.wording.contains("ada@"), "the ledger outlives the address");
        prove(&mut bench, &env, &ada);
        // The ledger is read in the order of its ids, which the clock gives.
        bench.pass(Duration::seconds(1));
        let mut moved = with_account(&bench);
        Arc::make_mut(&mut moved.settings).xmpp.jid = "notices@elsewhere.example".to_owned();
        assert_eq!(told(&mut bench, &moved, &ada), (1, 0), "they agreed to another server");
        assert_ne!(
            record_consent(&mut bench.conn, &moved, account, Lang::En).expect("given"),
            first,
            "other words, asked anew"
        );
        assert_eq!(told(&mut bench, &moved, &ada), (1, 1), "whose the address is was proved already");
    });
}

#[test]
fn a_code_is_for_one_address_one_account_a_quarter_of_an_hour_and_five_tries() {
    on_each_database(|mut bench| {
        let (ada, env) = (holder(&mut bench, TWO), with_account(&bench));
        assert_eq!(give(&mut bench, &env, &ada, "1234 5678"), Err(ProofError::NotAgreed));
        let code = code(&mut bench, &env, &ada);
        assert_eq!(give(&mut bench, &env, &ada, "1234"), Err(ProofError::Unreadable));
        for left in (0..TRIES).rev() {
            assert_eq!(give(&mut bench, &env, &ada, &wrong(&code)), Err(ProofError::Wrong(left)));
        }
        assert_eq!(give(&mut bench, &env, &ada, &code), Err(ProofError::Spent(Spent::UsedUp)));
        assert_eq!(state(&mut bench, &env, &ada), State::Unproved);

        db::write(&mut bench.conn, |conn| codes::send(conn, &env, &ada)).expect("sent");
        let second = newest_code(&mut bench, &env);
        let refused = messages(&mut bench, "xmpp_code").iter().filter(|state| *state == "refused").count();
        assert_eq!((refused, waiting(&mut bench)), (1, 1), "the one before does not leave any more");
        assert_eq!(give(&mut bench, &env, &ada, &code), Err(ProofError::Wrong(4)), "the newest counts");
        bench.pass(Duration::minutes(15));
        let env = with_account(&bench);
        assert_eq!(give(&mut bench, &env, &ada, &second), Err(ProofError::Spent(Spent::Expired)));
        assert_eq!(purge(&mut bench.conn, &env), Ok(1));
        assert_eq!(give(&mut bench, &env, &ada, &second), Err(ProofError::Spent(Spent::Gone)));

        db::write(&mut bench.conn, |conn| codes::send(conn, &env, &ada)).expect("sent");
        let third = newest_code(&mut bench, &env);
        give_ids(&mut bench, &ada, OTHER);
        assert_eq!(give(&mut bench, &env, &ada, &third), Err(ProofError::Spent(Spent::Gone)), "of another address");
        give_ids(&mut bench, &ada, TWO);
        assert_eq!(give(&mut bench, &env, &ada, &third), Ok(()));
        assert_eq!(give(&mut bench, &env, &ada, &third), Err(ProofError::Proved));
        let again = db::write(&mut bench.conn, |conn| codes::send(conn, &env, &ada));
        assert_eq!(again, Err(ProofError::Proved));
        bench.pass(Duration::days(400));
        let env = with_account(&bench);
        assert_eq!(purge(&mut bench.conn, &env), Ok(0), "what is proved stays");
        let moved = diesel::update(xmpp_proofs::table).set(xmpp_proofs::address_digest.eq("another"));
        assert!(moved.execute(&mut bench.conn).is_err(), "a proof is of one address");
    });
}

#[test]
fn a_few_codes_an_hour_to_one_address_and_by_one_account() {
    on_each_database(|mut bench| {
        let (ada, env) = (holder(&mut bench, TWO), with_account(&bench));
        for _ in 0..3 {
            code(&mut bench, &env, &ada);
        }
        let mut ask = |ids: &str| {
            give_ids(&mut bench, &ada, ids);
            db::write(&mut bench.conn, |conn| codes::send(conn, &env, &ada))
        };
        assert!(matches!(ask(TWO), Err(ProofError::Limited(limited)) if limited.policy.name == "xmpp-codes"));
        for number in 0..2 {
            let ids = format!(r#"[{{"network":"xmpp","handle":"other{number}@example.org"}}]"#);
            assert_eq!(ask(&ids), Ok(()), "{ids}");
        }
        assert!(matches!(ask(OTHER), Err(ProofError::Limited(limited)) if limited.policy.name == "xmpp-codes-account"));
    });
}

#[test]
fn another_address_in_the_profile_ends_it_for_good_and_is_told() {
    on_each_database(|mut bench| {
        let (ada, env) = (holder(&mut bench, TWO), with_account(&bench));
        prove(&mut bench, &env, &ada);
        let reordered = r#"[{"network":"xmpp","handle":"ada@example.org"},{"network":"irc","handle":"countess"}]"#;
        change_ids(&mut bench, &env, &ada, reordered);
        assert_eq!(told(&mut bench, &env, &ada), (1, 1), "the address is the same");
        change_ids(&mut bench, &env, &ada, OTHER);
        assert_eq!((mailed(&mut bench, "xmpp_notices_off"), messages(&mut bench, "xmpp_notices_off").len()), (1, 0));
        assert_eq!(waiting(&mut bench), 0, "what waits does not leave");
        assert_eq!((told(&mut bench, &env, &ada), state(&mut bench, &env, &ada)), ((1, 0), State::Unproved));
        change_ids(&mut bench, &env, &ada, TWO);
        assert_eq!((told(&mut bench, &env, &ada), state(&mut bench, &env, &ada)), ((1, 0), State::Unproved));
        prove(&mut bench, &env, &ada);
        change_ids(&mut bench, &env, &ada, "[]");
        assert_eq!(told(&mut bench, &env, &ada), (1, 0), "no address");
    });
}

#[test]
fn what_was_proved_since_a_change_of_the_mailbox_goes_with_it() {
    on_each_database(|mut bench| {
        let (ada, env) = (holder(&mut bench, TWO), with_account(&bench));
        prove(&mut bench, &env, &ada);
        let since = env.now() + Duration::seconds(1);
        withdraw_since(&mut bench.conn, &ada.account, since).expect("nothing to do");
        assert!(matches!(state(&mut bench, &env, &ada), State::On(_)), "proved before");
        withdraw_since(&mut bench.conn, &ada.account, env.now()).expect("withdrawn");
        assert_eq!(state(&mut bench, &env, &ada), State::Unproved);
    });
}

#[test]
fn of_sixteen_with_one_code_one_proves_and_is_told_once() {
    on_each_database(|mut bench| {
        let (ada, env) = (holder(&mut bench, TWO), with_account(&bench));
        let code = code(&mut bench, &env, &ada);
        let answers = race(&env, &ada, |_| code.clone());
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
        let known = [
            Ok(()),
            Err(ProofError::Proved),
            Err(ProofError::Spent(Spent::UsedUp)),
            Err(ProofError::Spent(Spent::Gone)),
        ];
        assert!(answers.iter().all(|answer| known.contains(answer)), "{answers:?}");
        assert_eq!(mailed(&mut bench, "xmpp_notices_on"), 1);
    });
}

#[test]
fn of_sixteen_guesses_at_once_five_are_judged() {
    on_each_database(|mut bench| {
        let (ada, env) = (holder(&mut bench, TWO), with_account(&bench));
        let code = code(&mut bench, &env, &ada);
        let answers = race(&env, &ada, |_| wrong(&code));
        let mut left: Vec<i32> = Vec::new();
        for answer in &answers {
            match answer {
                Err(ProofError::Wrong(tries)) => left.push(*tries),
                Err(ProofError::Spent(Spent::UsedUp)) => {}
                other => panic!("{other:?}"),
            }
        }
        left.sort_unstable();
        assert_eq!(left, [0, 1, 2, 3, 4]);
        assert_eq!(give(&mut bench, &env, &ada, &code), Err(ProofError::Spent(Spent::UsedUp)));
    });
}

#[test]
fn of_sixteen_wishes_for_a_code_at_once_three_are_sent_and_the_last_one_counts() {
    on_each_database(|mut bench| {
        let (ada, env) = (holder(&mut bench, TWO), with_account(&bench));
        record_consent(&mut bench.conn, &env, &ada.account, Lang::En).expect("given");
        let url = env.db.url().to_owned();
        let sent = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..16)
                .map(|_| {
                    let (url, env, ada) = (url.clone(), &env, &ada);
                    scope.spawn(move || {
                        let mut conn = DbConnection::open(&url, Role::Writer).expect("a connection");
                        // Refused by the limit, or after too many attempts beside the others.
                        db::write(&mut conn, |conn| codes::send(conn, env, ada)).is_ok()
                    })
                })
                .collect();
            racers.into_iter().map(|racer| racer.join().expect("no panic")).filter(|sent| *sent).count()
        });
        assert!((1..=3).contains(&sent), "{sent} were sent");
        assert_eq!(waiting(&mut bench), 1);
        let code = newest_code(&mut bench, &env);
        assert_eq!(give(&mut bench, &env, &ada, &code), Ok(()));
    });
}
