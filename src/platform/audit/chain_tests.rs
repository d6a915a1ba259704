use std::io::Write;
use std::sync::{Arc, Mutex};

use diesel::connection::SimpleConnection;

use super::*;
use crate::env::testing::{Bench, on_each_database};
use crate::kernel::actor::Actor;
use crate::platform::audit::{self, Event};

fn record(bench: &mut Bench, subject: &str) {
    let actor = Actor::System("test");
    let event = Event {
        actor: &actor,
        action: "test.done",
        subject,
        fields: &["name"],
        refs: &[("session", "ses_1")],
        commits_to: b"content",
    };
    audit::record(&mut bench.conn, &bench.env, &event).expect("recorded");
}

fn seal_all(bench: &mut Bench) {
    while seal(&mut bench.conn, &bench.env).expect("sealed") > 0 {}
}

#[test]
fn entries_are_numbered_in_batches_and_verify() {
    on_each_database(|mut bench| {
        for number in 0..BATCH + 5 {
            record(&mut bench, &number.to_string());
        }
        assert_eq!(seal(&mut bench.conn, &bench.env), Ok(BATCH));
        assert_eq!(seal(&mut bench.conn, &bench.env), Ok(5));
        assert_eq!(seal(&mut bench.conn, &bench.env), Ok(0));
        let verified = verify(&mut bench.conn, &bench.env).expect("verified");
        assert_eq!(verified, Verified { entries: BATCH as u64 + 5, findings: vec![] });
        assert_eq!(head(&mut bench.conn).expect("read").expect("a head").sequence, BATCH as i64 + 5);
    });
}

#[test]
fn the_database_refuses_to_edit_a_sealed_entry() {
    on_each_database(|mut bench| {
        record(&mut bench, "acct_1");
        seal_all(&mut bench);
        let edit = bench.conn.batch_execute("UPDATE audit_entries SET subject = 'acct_2'");
        assert!(edit.is_err(), "edited");
    });
}

#[test]
fn what_was_taken_out_behind_the_products_back_is_found() {
    on_each_database(|mut bench| {
        for number in 0..5 {
            record(&mut bench, &number.to_string());
        }
        seal_all(&mut bench);
        let cut = |bench: &mut Bench, which: &str| {
            bench.conn.batch_execute(&format!("DELETE FROM audit_entries WHERE sequence = {which}")).expect("deleted");
            verify(&mut bench.conn, &bench.env).expect("verified").findings
        };
        assert_eq!(cut(&mut bench, "2"), [Finding::Missing { from: 2, to: 2 }]);
        assert_eq!(cut(&mut bench, "5"), [Finding::Missing { from: 2, to: 2 }, Finding::Missing { from: 5, to: 5 }]);
    });
}

#[test]
fn an_altered_entry_is_found() {
    on_each_database(|mut bench| {
        for number in 0..3 {
            record(&mut bench, &number.to_string());
        }
        seal_all(&mut bench);
        // Somebody with the rights to drop a trigger.
        let drop = match bench.conn.backend() {
            db::Backend::Sqlite => "DROP TRIGGER audit_entries_immutable",
            db::Backend::Postgresql => "DROP TRIGGER audit_entries_immutable ON audit_entries",
        };
        bench.conn.batch_execute(drop).expect("dropped");
        bench.conn.batch_execute("UPDATE audit_entries SET actor_id = 'x' WHERE sequence = 2").expect("altered");
        let findings = verify(&mut bench.conn, &bench.env).expect("verified").findings;
        assert_eq!(findings, [Finding::Altered { sequence: 2 }]);
    });
}

#[test]
fn an_entry_that_nobody_seals_is_found() {
    on_each_database(|mut bench| {
        record(&mut bench, "acct_1");
        assert_eq!(verify(&mut bench.conn, &bench.env).expect("verified").findings, []);
        bench.pass(Duration::minutes(6));
        let findings = verify(&mut bench.conn, &bench.env).expect("verified").findings;
        assert!(matches!(findings.as_slice(), [Finding::Unsealed { .. }]), "{findings:?}");
    });
}

#[test]
fn sealers_that_race_make_one_chain() {
    on_each_database(|mut bench| {
        for number in 0..150 {
            record(&mut bench, &number.to_string());
        }
        let env = &bench.env;
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let mut conn = DbConnection::open(env.db.url(), db::Role::Writer).expect("a connection of its own");
                    while store::has_unsealed(&mut conn).expect("read") {
                        seal(&mut conn, env).expect("sealed or lost the race");
                    }
                });
            }
        });
        let verified = verify(&mut bench.conn, &bench.env).expect("verified");
        assert_eq!(verified, Verified { entries: 150, findings: vec![] });
    });
}

#[test]
fn an_entry_commits_to_its_content_and_nothing_else() {
    on_each_database(|mut bench| {
        record(&mut bench, "acct_1");
        let id = store::list_unsealed(&mut bench.conn, 1).expect("read").remove(0).id;
        let mut commits = |content: &[u8]| audit::commits_to(&mut bench.conn, &bench.env, &id, content);
        assert_eq!(commits(b"content"), Ok(true));
        assert_eq!(commits(b"other"), Ok(false));
    });
}

/// What a log writes into.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("not poisoned").extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_head_is_told_to_the_log_of_the_process() {
    on_each_database(|mut bench| {
        record(&mut bench, "1");
        seal_all(&mut bench);
        let kept = Kept::default();
        let own = kept.clone();
        let subscriber = tracing_subscriber::fmt().json().with_writer(move || own.clone()).finish();
        tracing::subscriber::with_default(subscriber, || log_head(&mut bench.conn)).expect("told");
        let told = String::from_utf8(kept.0.lock().expect("not poisoned").clone()).expect("UTF-8");
        let head = head(&mut bench.conn).expect("read").expect("a head");
        assert!(told.contains(&format!("\"chain\":\"{}\"", head.chain)) && told.contains("\"sequence\":1"), "{told}");
    });
}
