//! Quotes bind for a quarter of an hour and leave after a day of the business clock: what was agreed to stands on the
//! invoice.

use chrono::Duration;

use super::store;
use crate::db::DbConnection;
use crate::env::clock::business_now;
use crate::platform::jobs::{Handlers, Kind};

const PURGE: Kind<()> = Kind::new("billing.quote_purge");
const HOUR: i64 = 3_600;
/// As the field registry says.
const KEPT: Duration = Duration::days(1);

/// Adds the job that forgets quotes.
pub fn handlers(handlers: &mut Handlers) {
    handlers.every(HOUR, PURGE, |context| async move {
        let clock = context.env.clock.clone();
        let batch = move |conn: &mut DbConnection| {
            let before = business_now(conn, &clock)? - KEPT;
            store::delete_quotes(conn, before)
        };
        context.in_batches(batch).await
    });
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use diesel::prelude::*;

    use super::*;
    use crate::accounts::testing as accounts;
    use crate::billing::catalog::actions::{demo_catalogue, list, seed};
    use crate::billing::subscriptions::quotes::{Order, preview};
    use crate::db::schema::quotes;
    use crate::env::testing::on_each_database_async;
    use crate::platform::jobs::run_until_idle;

    #[test]
    fn quotes_are_kept_for_a_day_and_no_longer() {
        on_each_database_async(|mut bench| async move {
            let account = accounts::open(&mut bench, "Ada").account;
            let env = bench.env.clone();
            seed(&mut bench.conn, &env, &demo_catalogue()).expect("seeded");
            let plans = list(&mut bench.conn).expect("listed");
            let price = plans.first().and_then(|(_, prices)| prices.first()).expect("a price").id.clone();
            preview(&mut bench.conn, &env, &account, &Order { price, quantity: 1 })
                .unwrap_or_else(|error| panic!("{error}"));
            let mut all = Handlers::new();
            handlers(&mut all);
            let all = Arc::new(all);
            for (hours, left) in [(23, 1), (2, 0)] {
                bench.pass(Duration::hours(hours));
                run_until_idle(all.clone(), &env).await.expect("ran");
                let kept: i64 = quotes::table.count().get_result(&mut bench.conn).expect("counted");
                assert_eq!(kept, left, "after {hours} hours more");
            }
        });
    }
}
