//! History values leave after 13 months of the business clock.

use chrono::Months;

use super::purge;
use crate::db::{DbConnection, DbError};
use crate::env::clock::business_now;
use crate::kernel::time::Timestamp;
use crate::platform::jobs::{Handlers, JobContext, JobError, Kind};

const PURGE: Kind<()> = Kind::new("changes.purge");
const DAILY: i64 = 86_400;
/// As the field registry says.
const KEPT: Months = Months::new(13);
const BATCH: i64 = 100;

/// Adds the job that drops old history.
pub fn handlers(handlers: &mut Handlers) {
    handlers.every(DAILY, PURGE, run);
}

async fn run(context: JobContext) -> Result<(), JobError> {
    loop {
        let clock = context.env.clock.clone();
        let batch = move |conn: &mut DbConnection| -> Result<usize, DbError> {
            match business_now(conn, &clock)?.utc().checked_sub_months(KEPT) {
                Some(before) => purge(conn, Timestamp::new(before), BATCH),
                None => Ok(0),
            }
        };
        if context.env.db.write(batch).await? < BATCH as usize {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::env::testing::on_each_database_async;
    use crate::kernel::actor::Actor;
    use crate::kernel::ids::{Account, Id};
    use crate::platform::changes::{Change, Origin, Place, create_key, list, record};
    use crate::platform::jobs::run_until_idle;

    #[test]
    fn history_is_kept_for_thirteen_months_and_no_longer() {
        on_each_database_async(|mut bench| async move {
            let account: Id<Account> = bench.env.id();
            create_key(&mut bench.conn, &bench.env, &account).expect("a key");
            let actor = Actor::System("test");
            let (place, restores) = (&Place::default(), None);
            let origin = Origin { actor: &actor, account: &account, overwrite: false, version: 2, place, restores };
            let change = Change { field: "name", before: None, after: Some("Ada") };
            record(&mut bench.conn, &bench.env, origin, &[change]).expect("recorded");
            let mut all = Handlers::new();
            handlers(&mut all);
            let all = Arc::new(all);
            for (days, left) in [(395, 1), (1, 0)] {
                bench.pass(chrono::Duration::days(days) + chrono::Duration::seconds(1));
                run_until_idle(all.clone(), &bench.env).await.expect("ran");
                let kept = list(&mut bench.conn, &bench.env, &account, None, 9).expect("listed").len();
                assert_eq!(kept, left, "after {days} days more");
            }
        });
    }
}
