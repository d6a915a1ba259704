use std::sync::Arc;

use diesel::prelude::*;

use super::actions::{address, record_consent, wording};
use crate::accounts::testing::open;
use crate::db::DbConnection;
use crate::db::schema::{accounts, im_messages, mails, shares};
use crate::env::Env;
use crate::env::testing::{Bench, on_each_database};
use crate::identity::notices::{Notice, tell};
use crate::identity::principals::model::PrincipalId;
use crate::identity::principals::store as principals;
use crate::kernel::ids::{Account, Id};
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
fn holder(bench: &mut Bench, im_ids: &str) -> Id<Account> {
    let operator = Operator { name: "Harbour", contact: "privacy@example.org" };
    publish_shipped(&mut bench.conn, operator, bench.env.now()).expect("published");
    let account = open(bench, "Ada").account;
    diesel::update(accounts::table.find(&account))
        .set(accounts::im_ids.eq(im_ids))
        .execute(&mut bench.conn)
        .expect("updated");
    account
}

/// Mails and messages that a notice leaves.
fn told(bench: &mut Bench, env: &Env, account: &Id<Account>) -> (i64, i64) {
    let id = PrincipalId::Holder(account.clone());
    let principal = principals::find(&mut bench.conn, &id).expect("read").expect("there");
    let count = |conn: &mut DbConnection| -> (i64, i64) {
        let mails = mails::table.count().get_result(conn).expect("counted");
        (mails, im_messages::table.count().get_result(conn).expect("counted"))
    };
    let before = count(&mut bench.conn);
    crate::db::write(&mut bench.conn, |conn| tell(conn, env, &principal, Notice::PasswordChanged)).expect("told");
    let after = count(&mut bench.conn);
    (after.0 - before.0, after.1 - before.1)
}

const TWO: &str = r#"[{"network":"irc","handle":"ada"},{"network":"xmpp","handle":"ada@example.org"},
                      {"network":"xmpp","handle":"other@example.org"}]"#;

#[test]
fn a_notice_goes_both_ways_only_with_consent_address_and_account() {
    on_each_database(|mut bench| {
        let (account, env) = (holder(&mut bench, TWO), with_account(&bench));
        assert_eq!(told(&mut bench, &env, &account), (1, 0), "nobody has agreed");
        record_consent(&mut bench.conn, &env, &account, Lang::En).expect("given");
        assert_eq!(told(&mut bench, &env, &account), (1, 1));
        let plain = bench.env.clone();
        assert_eq!(told(&mut bench, &plain, &account), (1, 0), "the operator has no account any more");
        let none = diesel::update(accounts::table.find(&account)).set(accounts::im_ids.eq("[]"));
        none.execute(&mut bench.conn).expect("emptied");
        assert_eq!(told(&mut bench, &env, &account), (1, 0), "no address");
        consents::withdraw(&mut bench.conn, &env, &account, Purpose::XmppNotices).expect("withdrawn");
        assert_eq!(told(&mut bench, &env, &account), (1, 0));
        let by_xmpp: i64 = shares::table
            .filter(shares::recipient.eq("xmpp_server"))
            .count()
            .get_result(&mut bench.conn)
            .expect("counted");
        assert_eq!(by_xmpp, 1, "a row for what left, and for nothing else");
    });
}

#[test]
fn the_first_xmpp_address_of_the_profile_counts_and_agreeing_again_changes_nothing() {
    on_each_database(|mut bench| {
        let (account, env) = (holder(&mut bench, TWO), with_account(&bench));
        let found = address(&mut bench.conn, &account).expect("read").expect("there");
        assert_eq!(found.as_str(), "ada@example.org");
        let first = record_consent(&mut bench.conn, &env, &account, Lang::En).expect("given");
        assert_eq!(record_consent(&mut bench.conn, &env, &account, Lang::En).expect("given"), first);
        let entry = consents::live(&mut bench.conn, &account, Purpose::XmppNotices).expect("read").expect("live");
        assert!(entry.wording == wording(&env, Lang::En) && entry.wording.contains("XMPP server example.com"));
        assert!(!entry.wording.contains("ada@"), "the ledger outlives the address");
        let mut moved = env;
        Arc::make_mut(&mut moved.settings).xmpp.jid = "notices@elsewhere.example".to_owned();
        assert_eq!(told(&mut bench, &moved, &account), (1, 0), "they agreed to another server");
        assert_ne!(
            record_consent(&mut bench.conn, &moved, &account, Lang::En).expect("given"),
            first,
            "other words, asked anew"
        );
    });
}
