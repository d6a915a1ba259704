//! One operation of the kind that every feature has (an idempotency key, a change with its audit entry, a mail, jobs),
//! carried out by a process that dies at its first step, then by one that dies at its second, and so on until one
//! lives through. After each death another process goes on, and in the end each operation has happened exactly once.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};
use std::sync::Arc;

use diesel::prelude::*;

use crate::db::failpoint::DIE_AT;
use crate::db::schema::{audit_entries, idempotency_keys, jobs as queue, mails};
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::env::testing::{Bench, on_each_database};
use crate::kernel::actor::Actor;
use crate::kernel::email_address::EmailAddress;
use crate::platform::idempotency::{self, Claim, Claimed, Key};
use crate::platform::jobs::{Handlers, run_until_idle};
use crate::platform::mail::{self, FileTransport, Letter, Letterhead, Outgoing};
use crate::platform::{audit, trust::ShareError};

const ACTOR: Actor = Actor::System("crash test");
/// Tells the test that it is the child, and which operation it carries out where.
const OPERATION: &str = "STEWARD_TEST_OPERATION";
const PLACE: &str = "STEWARD_TEST_PLACE";
/// Far more steps than the operation has.
const ENOUGH: u64 = 300;

#[test]
fn whatever_step_a_process_dies_at_each_operation_happens_once() {
    if let (Ok(operation), Ok(place)) = (std::env::var(OPERATION), std::env::var(PLACE)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        return runtime.block_on(carry_out(&Bench::reopen(&place), &operation));
    }
    on_each_database(|mut bench| {
        let lived = (1..ENOUGH).find(|step| {
            let operation = format!("operation-{step}");
            let first = child(&bench, &operation, Some(*step));
            assert!(first.success() || first.signal().is_some(), "the child failed otherwise: {first}");
            // Leases of the dead run out, and the next process goes on.
            bench.pass(chrono::Duration::minutes(2));
            assert!(child(&bench, &operation, None).success(), "the heir failed after death at step {step}");
            check(&mut bench, *step);
            first.success()
        });
        let steps = lived.expect("the operation ends");
        assert!(steps > 30, "only {steps} steps: the failpoints are not reached");
    });
}

fn child(bench: &Bench, operation: &str, die_at: Option<u64>) -> ExitStatus {
    let name = "platform::crash_tests::whatever_step_a_process_dies_at_each_operation_happens_once";
    let mut command = Command::new(std::env::current_exe().expect("this test"));
    command.args(["--exact", name]).env(OPERATION, operation).env(PLACE, bench.place()).env_remove(DIE_AT);
    if let Some(step) = die_at {
        command.env(DIE_AT, step.to_string());
    }
    command.output().expect("the child runs").status
}

/// What a process does: the same whether it is the first or an heir.
async fn carry_out(bench: &Bench, operation: &str) {
    let env = &bench.env;
    let (there, key) = (env.clone(), Key::parse(operation).expect("a key"));
    let claim = move |conn: &mut DbConnection| {
        let request = idempotency::Request { actor: &ACTOR, key: &key, operation: "crash_test", payload: b"{}" };
        idempotency::claim(conn, &there, &request)
    };
    match env.db.write(claim).await.expect("claimed") {
        Claimed::Fresh(claim) => {
            change(env, &claim, operation).await;
            complete(env, claim).await;
        }
        Claimed::Resume { claim, .. } => complete(env, claim).await,
        Claimed::Replay(_) => {}
        other => panic!("{other:?}"),
    }
    let mut handlers = Handlers::new();
    mail::handlers(&mut handlers, Arc::new(FileTransport::new(env.settings.mail_directory())));
    audit::handlers(&mut handlers);
    let handlers = Arc::new(handlers);
    run_until_idle(handlers, env).await.expect("ran");
}

async fn change(env: &Env, claim: &Claim, operation: &str) {
    let (there, claim, operation) = (env.clone(), claim.clone(), operation.to_owned());
    let change = move |conn: &mut DbConnection| -> Result<(), ShareError> {
        let event = audit::Event {
            actor: &ACTOR,
            action: "crash.test",
            subject: &operation,
            fields: &[],
            refs: &[],
            commits_to: b"",
        };
        audit::record(conn, &there, &event)?;
        let address = EmailAddress::parse("ada@example.org").expect("an address");
        let to = mail::share_address(conn, &there, None, "crash_test", address)?;
        let head = Letterhead {
            product: "Steward".to_owned(),
            base_url: "http://localhost".to_owned(),
            lang: crate::kernel::lang::Lang::En,
        };
        let letter = Letter {
            subject: operation.clone(),
            greeting: "Hello,".to_owned(),
            body: vec![],
            action: None,
            closing: vec![],
            why: "You are a test.".to_owned(),
            head,
        };
        mail::enqueue(conn, &there, &Outgoing { to, account: None, kind: "crash_test", letter: &letter })?;
        Ok(idempotency::bind(conn, &claim, &operation)?)
    };
    env.db.write(change).await.expect("changed");
}

async fn complete(env: &Env, claim: Claim) {
    let there = env.clone();
    let complete = move |conn: &mut DbConnection| idempotency::complete(conn, &there, &claim, 201, Some("{}"));
    env.db.write::<(), DbError, _>(complete).await.expect("completed");
}

/// After so many operations.
fn check(bench: &mut Bench, operations: u64) {
    let expected = i64::try_from(operations).expect("few");
    let conn = &mut bench.conn;
    let count = |found: QueryResult<i64>| found.expect("counted");
    assert_eq!(count(audit_entries::table.count().get_result(conn)), expected, "audit entries");
    assert_eq!(count(mails::table.filter(mails::state.eq("sent")).count().get_result(conn)), expected, "mails sent");
    assert_eq!(count(mails::table.filter(mails::sealed.is_not_null()).count().get_result(conn)), 0, "texts kept");
    assert_eq!(count(queue::table.count().get_result(conn)), 0, "jobs left");
    let answered = idempotency_keys::table.filter(idempotency_keys::status.eq(201));
    assert_eq!(count(answered.count().get_result(conn)), expected, "answers");
    let verified = audit::verify(conn, &bench.env).expect("verified");
    assert_eq!((verified.entries, verified.findings), (operations, vec![]));
    assert_eq!(subjects(bench).len(), usize::try_from(operations).expect("few"), "letters of one operation each");
}

/// The subjects of all letters; two letters of one operation fail.
fn subjects(bench: &Bench) -> std::collections::BTreeSet<String> {
    let mut subjects = std::collections::BTreeSet::new();
    for entry in std::fs::read_dir(bench.env.settings.mail_directory()).expect("the mail directory") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "eml") {
            let text = std::fs::read_to_string(path).expect("a letter");
            let subject = text.lines().find_map(|line| line.strip_prefix("Subject: ")).expect("a subject");
            assert!(subjects.insert(subject.to_owned()), "{subject} was sent twice");
        }
    }
    subjects
}
