//! Looks leave after twelve months.

use chrono::Months;

use super::store;
use crate::kernel::time::Timestamp;
use crate::platform::jobs::{Handlers, Kind};

const PURGE: Kind<()> = Kind::new("privacy.look_purge");
const DAILY: i64 = 86_400;
/// As the field registry says.
const KEPT: Months = Months::new(12);

/// Adds the job that lets old looks go.
pub fn handlers(handlers: &mut Handlers) {
    handlers.every(DAILY, PURGE, |context| async move {
        let Some(before) = context.env.now().utc().checked_sub_months(KEPT).map(Timestamp::new) else { return Ok(()) };
        context.in_batches(move |conn| store::delete_looks(conn, before)).await
    });
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::Duration;
    use diesel::prelude::*;

    use super::*;
    use crate::db::schema::staff_looks;
    use crate::env::testing::on_each_database_async;
    use crate::identity::staff_accounts::{NewStaffMember, create};
    use crate::kernel::permission::Role;
    use crate::platform::jobs::{BATCH, run_until_idle};
    use crate::privacy::looks::model::Purpose;
    use crate::privacy::looks::store::{NewLook, insert_look};

    #[test]
    fn looks_are_kept_for_twelve_months_and_no_longer() {
        on_each_database_async(|mut bench| async move {
            let member = NewStaffMember {
                email: "ines@example.org",
                name: "Ines Moreau",
                role: Role::Billing,
                language: None,
                password: "violet tram under Tuesday",
                totp_secret: None,
            };
            let staff = create(&bench.env, &member).await.unwrap_or_else(|error| panic!("{error}")).id;
            let account = crate::accounts::testing::open(&mut bench, "Ada").account;
            let many = BATCH + 1;
            for _ in 0..many {
                let look = NewLook {
                    id: &bench.env.id(),
                    staff_id: &staff,
                    account_id: &account,
                    purpose: Purpose::Dispute,
                    case_ref: None,
                    shown: "name",
                    at: bench.env.now(),
                };
                insert_look(&mut bench.conn, &look).expect("looked");
            }
            let mut all = Handlers::new();
            handlers(&mut all);
            let all = Arc::new(all);
            for (days, left) in [(365, many), (1, 0)] {
                bench.pass(Duration::days(days));
                run_until_idle(all.clone(), &bench.env).await.expect("ran");
                let kept: i64 = staff_looks::table.count().get_result(&mut bench.conn).expect("counted");
                assert_eq!(kept, left, "after {days} days more");
            }
        });
    }
}
