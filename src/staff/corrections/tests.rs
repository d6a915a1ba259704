//! Staff look before they decide, and tell recipients in person, on both databases.

use diesel::prelude::*;
use serde_json::json;

use super::actions::{decide, open, told};
use crate::accounts::corrections::actions::{Ask, ask};
use crate::accounts::corrections::deciding::Decision;
use crate::accounts::corrections::model::Event;
use crate::accounts::ripples::model::{State, Why};
use crate::accounts::ripples::store::{self as tasks, Task};
use crate::accounts::testing::{author, holder, open as open_account};
use crate::db::schema::staff_looks;
use crate::db::{self, DbConnection};
use crate::env::testing::on_each_database_async;
use crate::identity::actors::StaffSession;
use crate::identity::staff_accounts::{self, NewStaffMember};
use crate::kernel::permission::Role;
use crate::privacy::looks::model::Purpose;
use crate::staff::error::StaffError;

#[test]
fn a_look_needs_a_purpose_and_a_decision_is_one() {
    on_each_database_async(|mut bench| async move {
        let own = open_account(&mut bench, "Ada");
        let env = bench.env.clone();
        let new = NewStaffMember {
            email: "robin@example.com",
            name: "Robin",
            role: Role::Privacy,
            language: None,
            password: "violet tram under Tuesday",
            totp_secret: None,
        };
        let id = staff_accounts::create(&env, &new).await.unwrap_or_else(|error| panic!("{error}")).id;
        let session = holder(&env, own.account.clone()).session;
        let member = StaffSession { id, name: "Robin".into(), role: Role::Privacy, session };
        let wanted = Ask::Profile(json!({ "name": "Ada B." }).as_object().expect("an object").clone());
        let (by, conn): (_, &mut DbConnection) = (author(&own), &mut bench.conn);
        let asked = db::write(conn, |conn| ask(conn, &env, &by, (&wanted, "The passport shows it."))).expect("asked");
        let blind = db::write(conn, |conn| open(conn, &env, &member, (&asked.id, None, None)));
        assert!(matches!(blind, Err(StaffError::PurposeRequired)));
        let looks = |conn: &mut DbConnection| -> Vec<String> {
            staff_looks::table.select(staff_looks::shown).load(conn).expect("listed")
        };
        assert!(looks(conn).is_empty());
        let purpose = Some(Purpose::DataRequest);
        db::write(conn, |conn| open(conn, &env, &member, (&asked.id, purpose, None))).expect("opened");
        let decision = Decision { event: Event::Accept, reason: "We saw the passport.".into() };
        db::write(conn, |conn| decide(conn, &env, &member, (&asked.id, &decision))).expect("decided");
        assert_eq!(looks(conn), ["correction", "correction"]);

        let task = Task {
            id: env.id(),
            account_id: own.account.clone(),
            change_id: env.id(),
            field: "name".into(),
            recipient: "payment_processor".into(),
            version: 2,
            state: State::ByPerson,
            why: Some(Why::NoConsent),
            share_id: None,
            settled_by: None,
            opened_at: env.now(),
            settled_at: None,
        };
        tasks::insert(conn, &task).expect("a task");
        assert!(db::write(conn, |conn| told(conn, &env, &member, &task.id)).expect("noted"));
        assert!(!db::write(conn, |conn| told(conn, &env, &member, &task.id)).expect("noted already"));
        let unknown = db::write(conn, |conn| told(conn, &env, &member, &env.id()));
        assert!(matches!(unknown, Err(StaffError::NotFound)));
    });
}
