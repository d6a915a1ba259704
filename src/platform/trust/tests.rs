use diesel::connection::SimpleConnection;

use super::consents::{NewConsent, Purpose};
use super::recipients::{MAIL_RELAY, PAYMENT_PROCESSOR};
use super::*;
use crate::db::{self, DbError};
use crate::env::testing::{Bench, on_each_database};
use crate::kernel::ids::{Account, Id};
use crate::kernel::lang::Lang;

fn publish(bench: &mut Bench) {
    let operator = policy::Operator { name: "Harbour Chat", contact: "privacy@harbour-chat.example" };
    policy::publish_shipped(&mut bench.conn, operator, bench.env.now()).expect("published");
}

fn give(bench: &mut Bench, account: &Id<Account>) {
    let consent = NewConsent { account, purpose: Purpose::CardPayments, wording: "Share it.", policy_version: 1 };
    consents::give(&mut bench.conn, &bench.env, &consent).expect("given");
}

fn with_processor<'a>(account: &'a Id<Account>) -> ShareRequest<'a> {
    ShareRequest {
        account: Some(account),
        recipient: &PAYMENT_PROCESSOR,
        fields: &[FieldName("accounts.name"), FieldName("principals.email")],
        ground: Ground::Consent,
        about: "test",
    }
}

#[test]
fn the_shipped_policy_is_published_once_and_names_the_operator() {
    on_each_database(|mut bench| {
        assert_eq!(policy::current(&mut bench.conn), Err(DbError::NotFound));
        publish(&mut bench);
        let first = policy::current(&mut bench.conn).expect("published");
        bench.pass(chrono::Duration::days(1));
        publish(&mut bench);
        assert_eq!(policy::current(&mut bench.conn), Ok(first.clone()));
        assert!(first.markdown.contains("Harbour Chat"));
        assert!(!first.markdown.contains("{operator}") && !first.markdown.contains("{contact}"));
        let edited = bench.conn.batch_execute("UPDATE policy_versions SET markdown = 'other'");
        assert!(edited.is_err());
        assert!(bench.conn.batch_execute("DELETE FROM policy_versions").is_err());
    });
}

#[test]
fn translations_are_published_once_and_stay_as_they_were_read() {
    on_each_database(|mut bench| {
        publish(&mut bench);
        let found = |bench: &mut Bench, lang| policy::translations::find(&mut bench.conn, 1, lang).expect("asked");
        let first = found(&mut bench, Lang::De).expect("published");
        assert!(first.markdown.contains("Harbour Chat") && !first.markdown.contains("{operator}"));
        assert_eq!((first.revision, found(&mut bench, Lang::En)), (1, None));
        bench.pass(chrono::Duration::days(1));
        publish(&mut bench);
        assert_eq!(found(&mut bench, Lang::De), Some(first));
        for edit in ["UPDATE policy_translations SET markdown = 'other'", "DELETE FROM policy_translations"] {
            assert!(bench.conn.batch_execute(edit).is_err(), "{edit}");
        }
        // A mistake is mended by a further revision.
        let mended = "INSERT INTO policy_translations (version, language, revision, published_at, markdown) \
                      SELECT version, language, 2, published_at, 'better' FROM policy_translations WHERE language = 'de'";
        bench.conn.batch_execute(mended).expect("another revision");
        assert_eq!(found(&mut bench, Lang::De).map(|one| (one.revision, one.markdown)), Some((2, "better".to_owned())));
        assert_eq!(policy::translations::languages(&mut bench.conn, 1), Ok(vec![Lang::De, Lang::ZhHans]));
    });
}

#[test]
fn every_clause_that_the_product_keeps_has_its_id() {
    on_each_database(|mut bench| {
        publish(&mut bench);
        let text = policy::current(&mut bench.conn).expect("published").markdown;
        for clause in
            ["1.1", "1.2", "1.2.1", "1.2.2", "1.3", "1.4", "2.1", "2.2", "2.2.1", "2.2.2", "2.3", "2.4", "3", "4"]
        {
            assert_eq!(text.matches(&format!("{{#{clause}}}\n")).count(), 1, "{clause}");
        }
    });
}

#[test]
fn an_account_accepts_published_versions_only() {
    on_each_database(|mut bench| {
        publish(&mut bench);
        let (account, now) = (bench.env.id(), bench.env.now());
        policy::accept(&mut bench.conn, &account, 1, now).expect("accepted");
        bench.pass(chrono::Duration::days(1));
        policy::accept(&mut bench.conn, &account, 1, bench.env.now()).expect("once more");
        assert_eq!(policy::accepted(&mut bench.conn, &account), Ok((1, now)));
        let unknown = policy::accept(&mut bench.conn, &account, 2, now);
        assert!(matches!(unknown, Err(DbError::Refused(_))), "{unknown:?}");
    });
}

#[test]
fn nothing_is_shared_on_consent_before_it_is_given_or_after_it_is_withdrawn() {
    on_each_database(|mut bench| {
        publish(&mut bench);
        let account = bench.env.id();
        let purpose = Purpose::CardPayments;
        let refused = share(&mut bench.conn, &bench.env, with_processor(&account), ());
        assert!(matches!(refused, Err(ShareError::NoConsent(_))));
        give(&mut bench, &account);
        give(&mut bench, &account);
        let shared = share(&mut bench.conn, &bench.env, with_processor(&account), ()).expect("shared");
        assert!(reopen(&mut bench.conn, shared.share(), &PAYMENT_PROCESSOR, ()).is_ok());
        assert_eq!(consents::withdraw(&mut bench.conn, &bench.env, &account, purpose), Ok(true));
        assert_eq!(consents::withdraw(&mut bench.conn, &bench.env, &account, purpose), Ok(false));
        assert_eq!(consents::live(&mut bench.conn, &account, purpose), Ok(None));
        let refused = share(&mut bench.conn, &bench.env, with_processor(&account), ());
        assert!(matches!(refused, Err(ShareError::NoConsent(_))));
        let late = reopen(&mut bench.conn, shared.share(), &PAYMENT_PROCESSOR, ());
        assert!(matches!(late, Err(ShareError::NoConsent(_))), "withdrawn between the row and the sending");
        assert_eq!(consents::list(&mut bench.conn, &account).expect("listed").len(), 4, "nothing is overwritten");
    });
}

#[test]
fn one_account_never_shares_on_anothers_consent() {
    on_each_database(|mut bench| {
        publish(&mut bench);
        let (giver, other) = (bench.env.id(), bench.env.id());
        give(&mut bench, &giver);
        assert!(matches!(
            share(&mut bench.conn, &bench.env, with_processor(&other), ()),
            Err(ShareError::NoConsent(_))
        ));
        let consent = consents::live(&mut bench.conn, &giver, Purpose::CardPayments).expect("read").expect("live");
        let forged = bench.conn.batch_execute(&format!(
            "INSERT INTO shares (id, account_id, recipient, fields, ground, consent_id, about, at) \
             VALUES ('shr_x', '{other}', 'payment_processor', '', 'consent', '{}', '', '2026-01-01 00:00:00')",
            consent.id
        ));
        assert!(forged.is_err(), "the database checks it too");
    });
}

#[test]
fn a_recipient_gets_data_on_its_own_ground_only_and_a_row_serves_one_recipient() {
    on_each_database(|mut bench| {
        publish(&mut bench);
        let account = bench.env.id();
        let mut request = with_processor(&account);
        request.ground = Ground::OnOurBehalf;
        assert!(matches!(share(&mut bench.conn, &bench.env, request, ()), Err(ShareError::NotAllowed(_))));
        request.recipient = &MAIL_RELAY;
        let shared = share(&mut bench.conn, &bench.env, request, ()).expect("shared");
        let other = reopen(&mut bench.conn, shared.share(), &PAYMENT_PROCESSOR, ());
        assert!(matches!(other, Err(ShareError::NotAllowed(_))));
        let seen = list_shares(&mut bench.conn, &account, None, 10).expect("listed");
        assert_eq!(
            (seen[0].recipient.as_str(), seen[0].fields.as_str()),
            ("mail_relay", "accounts.name principals.email")
        );
    });
}

#[test]
fn a_share_row_is_gone_with_the_transaction_that_wrote_it() {
    on_each_database(|mut bench| {
        let (account, env) = (bench.env.id(), bench.env.clone());
        let undone: Result<(), ShareError> = db::write(&mut bench.conn, |conn| {
            let request =
                ShareRequest { recipient: &MAIL_RELAY, ground: Ground::OnOurBehalf, ..with_processor(&account) };
            share(conn, &env, request, ())?;
            Err(DbError::Busy.into())
        });
        assert!(undone.is_err());
        assert_eq!(list_shares(&mut bench.conn, &account, None, 10), Ok(vec![]));
    });
}
