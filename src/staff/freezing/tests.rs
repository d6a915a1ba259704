//! Staff freeze with a reason and leave a look, on both databases.

use diesel::prelude::*;

use super::actions::{Wish, decide};
use crate::accounts::testing::{holder, open};
use crate::db::schema::{audit_entries, staff_looks};
use crate::db::{self, DbConnection};
use crate::env::testing::on_each_database_async;
use crate::identity::actors::StaffSession;
use crate::identity::freezing::actions::history;
use crate::identity::staff_accounts::{self, NewStaffMember};
use crate::kernel::permission::Role;
use crate::kernel::public_error::PublicError;

#[test]
fn a_reason_a_look_and_an_audit_entry_come_with_each_freeze_and_its_end() {
    on_each_database_async(|mut bench| async move {
        let own = open(&mut bench, "Ada");
        let new = NewStaffMember {
            email: "robin@example.com",
            name: "Robin",
            role: Role::Support,
            language: None,
            password: "violet tram under Tuesday",
            totp_secret: None,
        };
        let env = bench.env.clone();
        let id = staff_accounts::create(&env, &new).await.unwrap_or_else(|error| panic!("{error}")).id;
        let session = holder(&env, own.account.clone()).session;
        let member = StaffSession { id, name: "Robin".into(), role: Role::Support, session };
        let conn: &mut DbConnection = &mut bench.conn;
        let mut go = |wish, reason: &str| {
            db::write(conn, |conn| decide(conn, &env, &member, (&own.account, wish), (reason, Some("C-7".into()))))
        };
        assert_eq!(go(Wish::Freeze, "hm").map_err(|error| error.code().name), Err("invalid"));
        go(Wish::Freeze, "Signs of a stolen card.").unwrap_or_else(|error| panic!("{error:?}"));
        let again = go(Wish::Freeze, "Signs of a stolen card.").map_err(|error| error.code().name);
        assert_eq!(again, Err("conflict"));
        go(Wish::Unfreeze, "The owner showed the card.").unwrap_or_else(|error| panic!("{error:?}"));
        assert!(go(Wish::Unfreeze, "The owner showed the card.").is_err());
        let rows = history(&mut bench.conn, &own.account).expect("listed");
        assert_eq!(rows[0].reason.as_deref(), Some("Signs of a stolen card."));
        assert_eq!(rows[0].ended_reason.as_deref(), Some("The owner showed the card."));
        let looks: Vec<String> = staff_looks::table.select(staff_looks::shown).load(&mut bench.conn).expect("listed");
        assert_eq!(looks, ["status", "status"], "a refused wish shows nothing");
        let mut audited: Vec<String> = audit_entries::table
            .filter(audit_entries::action.like("account.%freeze"))
            .select(audit_entries::action)
            .load(&mut bench.conn)
            .expect("listed");
        // The clock stands still, so their ids tell no order.
        audited.sort_unstable();
        assert_eq!(audited, ["account.freeze", "account.unfreeze"]);
    });
}
