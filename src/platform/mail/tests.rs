use std::sync::Arc;

use super::*;
use crate::env::testing::{Bench, on_each_database, on_each_database_async};
use crate::platform::jobs::{Handlers, run_until_idle};

fn mail(bench: &mut Bench, subject: &str) -> Id<Mail> {
    let address = EmailAddress::parse("Ada@Example.org").expect("an address");
    let to = share_address(&mut bench.conn, &bench.env, None, "test", address).expect("shared");
    let letter = letter(subject);
    let outgoing = Outgoing { to, account: None, kind: "test", letter: &letter };
    enqueue(&mut bench.conn, &bench.env, &outgoing).expect("enqueued")
}

fn letter(subject: &str) -> Letter {
    Letter {
        subject: subject.to_owned(),
        greeting: "Hello,".to_owned(),
        body: vec!["canary text".to_owned()],
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

fn to_files(bench: &Bench) -> Arc<Handlers> {
    let mut all = Handlers::new();
    handlers(&mut all, Arc::new(FileTransport::new(bench.env.settings.mail_directory())));
    Arc::new(all)
}

fn delivered(bench: &Bench) -> Vec<String> {
    let entries = std::fs::read_dir(bench.env.settings.mail_directory()).expect("the mail directory");
    let mut names: Vec<String> = entries.map(|entry| entry.expect("entry").path().display().to_string()).collect();
    names.retain(|name| name.ends_with(".eml"));
    names.sort();
    names.into_iter().map(|name| std::fs::read_to_string(name).expect("a letter")).collect()
}

#[test]
fn mails_arrive_in_order_once_and_their_text_is_wiped() {
    on_each_database_async(|mut bench| async move {
        let handlers = to_files(&bench);
        for number in 1..=3 {
            mail(&mut bench, &format!("number {number}"));
            run_until_idle(handlers.clone(), &bench.env).await.expect("ran");
        }
        run_until_idle(handlers, &bench.env).await.expect("ran");
        let letters = delivered(&bench);
        assert_eq!(letters.len(), 3);
        for (number, letter) in (1..).zip(&letters) {
            assert!(letter.contains(&format!("Subject: number {number}\r\n")), "{letter}");
            assert!(letter.contains("To: Ada@example.org\r\n"), "{letter}");
        }
    });
}

#[test]
fn nothing_of_a_mail_lies_in_the_clear() {
    on_each_database(|mut bench| {
        let id = mail(&mut bench, "canary subject");
        let row = store::find_queued(&mut bench.conn, &id).expect("read").expect("queued");
        let sealed = row.sealed.expect("text");
        assert!(!sealed.contains("canary") && !sealed.contains("example"));
        assert!(bench.env.keys.columns().open(&sealed, "mails.sealed|other").is_none());
        store::mark_sent(&mut bench.conn, &id, bench.env.now()).expect("sent");
        assert!(store::find_queued(&mut bench.conn, &id).expect("read").is_none());
    });
}

/// Fails as told, then delivers.
struct Moody(std::sync::Mutex<Vec<TransportError>>);

impl Transport for Moody {
    fn deliver<'a>(&'a self, _: &'a Shared<Message>, _: bool) -> Delivery<'a> {
        let answer = self.0.lock().expect("no panic").pop().map_or(Ok(()), Err);
        Box::pin(std::future::ready(answer))
    }
}

#[test]
fn a_letter_that_is_returned_marks_its_address_once_for_good() {
    on_each_database_async(|mut bench| async move {
        let moods = vec![TransportError::Returned("SMTP reply 550".to_owned())];
        let mut all = Handlers::new();
        handlers(&mut all, Arc::new(Moody(std::sync::Mutex::new(moods))));
        let account: Id<Account> = bench.env.id();
        let address = EmailAddress::parse("Ada@Example.org").expect("an address");
        let to = share_address(&mut bench.conn, &bench.env, Some(&account), "test", address).expect("shared");
        let letter = letter("hello");
        let outgoing = Outgoing { to, account: Some(&account), kind: "test", letter: &letter };
        let id = enqueue(&mut bench.conn, &bench.env, &outgoing).expect("enqueued");
        run_until_idle(Arc::new(all), &bench.env).await.expect("ran");
        assert!(store::find_queued(&mut bench.conn, &id).expect("read").is_none(), "not tried again");
        let address = crate::kernel::personal::Personal::new("ada@example.org".to_owned());
        let found = bounces::find(&mut bench.conn, &bench.env, &account, &address).expect("asked");
        assert_eq!(found.map(|bounce| bounce.first_at), Some(bench.env.now()));
    });
}

#[test]
fn a_server_that_is_away_is_tried_again_and_a_refusal_is_final() {
    on_each_database_async(|mut bench| async move {
        let moods = vec![TransportError::Refused("550".to_owned()), TransportError::Later("421".to_owned())];
        let mut all = Handlers::new();
        handlers(&mut all, Arc::new(Moody(std::sync::Mutex::new(moods))));
        let all = Arc::new(all);
        let id = mail(&mut bench, "hello");
        run_until_idle(all.clone(), &bench.env).await.expect("ran");
        assert!(store::find_queued(&mut bench.conn, &id).expect("read").is_some(), "kept for the next try");
        bench.pass(chrono::Duration::minutes(1));
        run_until_idle(all.clone(), &bench.env).await.expect("ran");
        assert!(store::find_queued(&mut bench.conn, &id).expect("read").is_none(), "refused for good");
        let left = crate::platform::jobs::stats(&mut bench.conn, bench.env.now()).expect("stats");
        assert_eq!((left.due, left.dead), (0, 0));
    });
}

#[test]
fn rows_leave_after_ninety_days_and_with_them_what_was_shared_of_nobodys_account() {
    use diesel::prelude::*;

    use crate::db::schema::{mails, shares};

    on_each_database_async(|mut bench| async move {
        let handlers = to_files(&bench);
        let account: Id<crate::kernel::ids::Account> = bench.env.id();
        mail(&mut bench, "to a stranger");
        let address = EmailAddress::parse("grace@example.org").expect("an address");
        share_address(&mut bench.conn, &bench.env, Some(&account), "test", address).expect("shared");
        for (days, left) in [(90, (1, 2)), (1, (0, 1))] {
            bench.pass(chrono::Duration::days(days));
            run_until_idle(handlers.clone(), &bench.env).await.expect("ran");
            let counted: (QueryResult<i64>, QueryResult<i64>) =
                (mails::table.count().get_result(&mut bench.conn), shares::table.count().get_result(&mut bench.conn));
            assert_eq!(counted, (Ok(left.0), Ok(left.1)), "after {days} days more");
        }
    });
}
