use std::sync::{Arc, Mutex};

use diesel::prelude::*;

use super::*;
use crate::db::schema::{im_messages, shares};
use crate::env::testing::{Bench, on_each_database, on_each_database_async};
use crate::kernel::im_id::ImIdInput;
use crate::platform::jobs::{Handlers, run_until_idle, stats};
use crate::platform::mail::Letterhead;
use crate::platform::trust::consents::{self, NewConsent, Purpose};
use crate::platform::trust::policy::{Operator, publish_shipped};

type Answer = Result<Vec<Outcome>, LinkError>;

/// Answers as told, then delivers; keeps what it was given.
#[derive(Default)]
struct Moody {
    answers: Mutex<Vec<Answer>>,
    given: Mutex<Vec<Vec<(String, String)>>>,
}

impl Moody {
    fn with(answers: Vec<Answer>) -> Arc<Self> {
        Arc::new(Self { answers: Mutex::new(answers), given: Mutex::default() })
    }
}

impl Transport for Moody {
    fn deliver<'a>(&'a self, messages: &'a [Shared<Message>]) -> Delivery<'a> {
        let told = messages.iter().map(|message| message.value());
        let told = told.map(|message| (message.to.reveal().clone(), message.text.reveal().clone())).collect();
        self.given.lock().expect("no panic").push(told);
        let next = self.answers.lock().expect("no panic").pop();
        Box::pin(std::future::ready(next.unwrap_or_else(|| Ok(vec![Outcome::Delivered; messages.len()]))))
    }
}

fn through(transport: &Arc<Moody>) -> Arc<Handlers> {
    let mut all = Handlers::new();
    handlers(&mut all, Some(transport.clone()));
    Arc::new(all)
}

fn letter(subject: &str) -> Letter {
    Letter {
        subject: subject.to_owned(),
        greeting: "Hello,".to_owned(),
        body: vec!["canary \u{1}text".to_owned()],
        action: None,
        closing: vec![],
        why: "You are a test.".to_owned(),
        head: Letterhead {
            product: "Steward".to_owned(),
            base_url: "http://localhost".to_owned(),
            lang: crate::kernel::lang::Lang::En,
        },
    }
}

fn ada() -> ImId {
    ImId::parse(&ImIdInput { network: "xmpp".into(), handle: "ada@example.org".into() }).expect("an address")
}

/// An account that agrees.
fn agreeing(bench: &mut Bench) -> Id<Account> {
    let operator = Operator { name: "Harbour", contact: "privacy@example.org" };
    publish_shipped(&mut bench.conn, operator, bench.env.now()).expect("published");
    let account: Id<Account> = bench.env.id();
    let consent =
        NewConsent { account: &account, purpose: Purpose::XmppNotices, wording: "I agree.", policy_version: 1 };
    consents::give(&mut bench.conn, &bench.env, &consent).expect("given");
    account
}

fn write(bench: &mut Bench, account: &Id<Account>, subject: &str) -> Id<Im> {
    let to = share_address(&mut bench.conn, &bench.env, account, "test", ada()).expect("shared");
    let letter = letter(subject);
    enqueue(&mut bench.conn, &bench.env, &Outgoing { to, account, kind: "test", letter: &letter }).expect("enqueued")
}

fn states(bench: &mut Bench) -> Vec<(String, bool)> {
    let rows: Vec<(String, Option<String>)> = im_messages::table
        .order(im_messages::id)
        .select((im_messages::state, im_messages::sealed))
        .load(&mut bench.conn)
        .expect("read");
    rows.into_iter().map(|(state, sealed)| (state, sealed.is_some())).collect()
}

fn state(word: &str) -> (String, bool) {
    (word.to_owned(), word == store::QUEUED)
}

#[test]
fn without_a_consent_nothing_is_shared_and_nothing_written() {
    on_each_database(|mut bench| {
        let account: Id<Account> = bench.env.id();
        let refused = share_address(&mut bench.conn, &bench.env, &account, "test", ada());
        assert!(matches!(refused, Err(ShareError::NoConsent(_))), "{refused:?}");
        let rows: i64 = shares::table.count().get_result(&mut bench.conn).expect("counted");
        assert_eq!(rows, 0);
    });
}

#[test]
fn what_waits_goes_on_one_connection_and_its_text_is_wiped() {
    on_each_database_async(|mut bench| async move {
        let account = agreeing(&mut bench);
        let transport = Moody::with(vec![]);
        let all = through(&transport);
        let id = write(&mut bench, &account, "canary one");
        write(&mut bench, &account, "two");
        let sealed: Option<String> =
            im_messages::table.find(&id).select(im_messages::sealed).first(&mut bench.conn).expect("there");
        let sealed = sealed.expect("sealed");
        assert!(!sealed.contains("canary") && !sealed.contains("example"));
        assert!(bench.env.keys.columns().open(&sealed, "im_messages.sealed|other").is_none());
        run_until_idle(all.clone(), &bench.env).await.expect("ran");
        run_until_idle(all, &bench.env).await.expect("ran");
        let given = transport.given.lock().expect("no panic").clone();
        assert_eq!(given.len(), 1, "one connection");
        assert!(given[0].len() == 2 && given[0].iter().all(|(to, _)| to == "ada@example.org"), "{given:?}");
        let one = given[0].iter().find(|(_, text)| text.starts_with("canary one\n\nHello,\n\ncanary text\n\n"));
        assert!(one.is_some(), "subject and text, without what XML cannot hold: {given:?}");
        assert_eq!(states(&mut bench), [state("sent"), state("sent")]);
    });
}

#[test]
fn a_server_that_is_away_is_tried_again_and_a_refusal_concerns_one_message() {
    on_each_database_async(|mut bench| async move {
        let account = agreeing(&mut bench);
        let refused = Outcome::Refused("ServiceUnavailable".to_owned());
        let later = Outcome::Later("RemoteServerTimeout".to_owned());
        let away = Err(LinkError("the XMPP server cannot be reached".to_owned()));
        let transport = Moody::with(vec![Ok(vec![refused, Outcome::Delivered, later]), away]);
        let all = through(&transport);
        for subject in ["one", "two", "three"] {
            write(&mut bench, &account, subject);
        }
        run_until_idle(all.clone(), &bench.env).await.expect("ran");
        assert_eq!(states(&mut bench), vec![state("queued"); 3], "kept for the next try");
        bench.pass(chrono::Duration::minutes(1));
        run_until_idle(all.clone(), &bench.env).await.expect("ran");
        assert_eq!(states(&mut bench), [state("refused"), state("sent"), state("queued")]);
        bench.pass(chrono::Duration::minutes(1));
        run_until_idle(all, &bench.env).await.expect("ran");
        assert_eq!(states(&mut bench), [state("refused"), state("sent"), state("sent")]);
        let left = stats(&mut bench.conn, bench.env.now()).expect("stats");
        assert_eq!((left.due, left.dead), (0, 0));
    });
}

#[test]
fn a_consent_that_is_withdrawn_meanwhile_keeps_the_message_here() {
    on_each_database_async(|mut bench| async move {
        let account = agreeing(&mut bench);
        let transport = Moody::with(vec![]);
        write(&mut bench, &account, "too late");
        consents::withdraw(&mut bench.conn, &bench.env, &account, Purpose::XmppNotices).expect("withdrawn");
        run_until_idle(through(&transport), &bench.env).await.expect("ran");
        assert!(transport.given.lock().expect("no panic").is_empty());
        assert_eq!(states(&mut bench), [state("refused")]);
    });
}

#[test]
fn a_process_that_dies_behind_the_sending_sends_the_same_once_more() {
    on_each_database_async(|mut bench| async move {
        let account = agreeing(&mut bench);
        let transport = Moody::with(vec![]);
        write(&mut bench, &account, "twice at most");
        // What a process leaves that died between the server's answer and the commit.
        let waiting = jobs::waiting(&mut bench.conn, &bench.env).expect("read");
        transport.deliver(&waiting).await.expect("sent");
        run_until_idle(through(&transport), &bench.env).await.expect("ran");
        run_until_idle(through(&transport), &bench.env).await.expect("ran");
        let given = transport.given.lock().expect("no panic").clone();
        assert_eq!(given.len(), 2);
        assert_eq!(given[0], given[1], "word for word");
        assert_eq!(states(&mut bench), [state("sent")]);
    });
}

#[test]
fn what_cannot_be_sent_for_two_days_is_given_up_and_rows_leave_after_ninety() {
    on_each_database_async(|mut bench| async move {
        let account = agreeing(&mut bench);
        let away = || Err(LinkError("the XMPP server cannot be reached".to_owned()));
        let transport = Moody::with((0..60).map(|_| away()).collect());
        let all = through(&transport);
        write(&mut bench, &account, "stale");
        bench.pass(chrono::Duration::hours(47));
        run_until_idle(all.clone(), &bench.env).await.expect("ran");
        assert_eq!(states(&mut bench), [state("queued")]);
        bench.pass(chrono::Duration::hours(2));
        run_until_idle(all.clone(), &bench.env).await.expect("ran");
        assert_eq!(states(&mut bench), [state("expired")]);
        let tries = transport.given.lock().expect("no panic").len();
        bench.pass(chrono::Duration::hours(2));
        run_until_idle(all.clone(), &bench.env).await.expect("ran");
        assert_eq!(transport.given.lock().expect("no panic").len(), tries, "nothing left to try");
        bench.pass(chrono::Duration::days(90));
        run_until_idle(all, &bench.env).await.expect("ran");
        assert!(states(&mut bench).is_empty());
    });
}

#[test]
fn without_an_account_of_the_operators_what_still_waits_is_refused() {
    on_each_database_async(|mut bench| async move {
        let account = agreeing(&mut bench);
        write(&mut bench, &account, "nobody to carry it");
        let mut all = Handlers::new();
        handlers(&mut all, None);
        run_until_idle(Arc::new(all), &bench.env).await.expect("ran");
        assert_eq!(states(&mut bench), [state("refused")]);
    });
}
