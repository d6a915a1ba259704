//! Entries leave after twelve months, oldest first and in whole batches. What leaves is always the beginning of the chain,
//! and the anchor keeps the number and the chain value of the last that left: the rest verifies from there.

use chrono::Months;

use super::store::{self, AnchorRow};
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::kernel::time::Timestamp;
use crate::platform::jobs::{BATCH, Handlers, Kind};

const PURGE: Kind<()> = Kind::new("audit.purge");
const DAILY: i64 = 86_400;
/// As the field registry says.
const KEPT: Months = Months::new(12);

/// Adds the job that lets old entries go.
pub(super) fn handlers(handlers: &mut Handlers) {
    handlers.every(DAILY, PURGE, |context| async move {
        let env = context.env.clone();
        context.in_batches(move |conn| purge(conn, &env)).await
    });
}

/// Entries made before this have to leave; `None` where the calendar ends.
pub(super) fn leaves_before(now: Timestamp) -> Option<Timestamp> {
    now.utc().checked_sub_months(KEPT).map(Timestamp::new)
}

/// Lets one batch go, in the caller's transaction; answers how many left.
///
/// # Errors
/// The database failed.
pub fn purge(conn: &mut DbConnection, env: &Env) -> Result<usize, DbError> {
    let Some(before) = leaves_before(env.now()) else { return Ok(0) };
    let from = store::find_anchor(conn)?.map(|anchor| anchor.sequence);
    let oldest = store::list_sealed(conn, from.unwrap_or(0), BATCH)?;
    // The beginning of the chain only: an entry behind a younger one waits for it.
    let leaving = oldest.into_iter().take_while(|entry| entry.at < before);
    let Some(last) = leaving.last() else { return Ok(0) };
    let (Some(sequence), Some(chain)) = (last.sequence, last.chain) else { return Ok(0) };
    let to = AnchorRow { sequence, chain, last_at: last.at };
    if !store::move_anchor(conn, from, &to)? {
        return Ok(0);
    }
    store::delete_sealed(conn, to.sequence)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::Duration;
    use diesel::connection::SimpleConnection;

    use super::*;
    use crate::db::write;
    use crate::env::testing::{Bench, on_each_database, on_each_database_async};
    use crate::kernel::actor::Actor;
    use crate::platform::audit::{self, Event, Finding, Verified};
    use crate::platform::jobs::run_until_idle;

    fn record(bench: &mut Bench, count: usize) {
        let actor = Actor::System("test");
        for number in 0..count {
            let subject = number.to_string();
            let event = Event {
                actor: &actor,
                action: "test.done",
                subject: &subject,
                fields: &[],
                refs: &[],
                commits_to: b"",
            };
            audit::record(&mut bench.conn, &bench.env, &event).expect("recorded");
        }
        while audit::seal(&mut bench.conn, &bench.env).expect("sealed") > 0 {}
    }

    fn verified(bench: &mut Bench) -> Verified {
        audit::verify(&mut bench.conn, &bench.env).expect("verified")
    }

    #[test]
    fn entries_leave_after_twelve_months_and_the_rest_still_verifies() {
        on_each_database_async(|mut bench| async move {
            let many = usize::try_from(BATCH).expect("small") * 2 + 30;
            record(&mut bench, many);
            bench.pass(Duration::days(200));
            record(&mut bench, 5);
            let mut all = Handlers::new();
            handlers(&mut all);
            let all = Arc::new(all);
            for (days, left) in [(164, many + 5), (2, 5), (200, 0)] {
                bench.pass(Duration::days(days));
                run_until_idle(all.clone(), &bench.env).await.expect("ran");
                assert_eq!(
                    verified(&mut bench),
                    Verified { entries: left as u64, findings: vec![] },
                    "{days} more days"
                );
            }
            record(&mut bench, 3);
            assert_eq!(verified(&mut bench), Verified { entries: 3, findings: vec![] }, "the chain goes on");
            let head = audit::head(&mut bench.conn).expect("read").expect("a head");
            assert_eq!(head.sequence, i64::try_from(many + 8).expect("small"));
        });
    }

    #[test]
    fn an_anchor_hides_nothing_that_was_taken_out() {
        on_each_database(|mut bench| {
            record(&mut bench, 6);
            let forge = "INSERT INTO audit_anchor SELECT 1, sequence, chain, at FROM audit_entries WHERE sequence = 4; \
                         DELETE FROM audit_entries WHERE sequence <= 4";
            bench.conn.batch_execute(forge).expect("forged");
            assert_eq!(verified(&mut bench).findings, [Finding::Missing { from: 1, to: 4 }], "they were too young");
            bench.pass(Duration::days(367));
            bench.conn.batch_execute("DELETE FROM audit_entries WHERE sequence = 5").expect("deleted");
            assert_eq!(verified(&mut bench).findings, [Finding::Missing { from: 5, to: 5 }]);
        });
    }

    #[test]
    fn purgers_that_meet_let_each_entry_go_once() {
        on_each_database(|mut bench| {
            record(&mut bench, 150);
            bench.pass(Duration::days(367));
            let env = &bench.env;
            let gone: usize = std::thread::scope(|scope| {
                let purgers: Vec<_> = (0..4)
                    .map(|_| {
                        scope.spawn(|| {
                            let mut conn =
                                DbConnection::open(env.db.url(), crate::db::Role::Writer).expect("a connection");
                            (0..4).map(|_| write(&mut conn, |conn| purge(conn, env)).expect("purged")).sum::<usize>()
                        })
                    })
                    .collect();
                purgers.into_iter().map(|purger| purger.join().expect("no panic")).sum()
            });
            assert_eq!(gone, 150);
            assert_eq!(verified(&mut bench), Verified::default());
        });
    }
}
