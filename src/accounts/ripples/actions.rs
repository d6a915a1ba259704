//! Opening tasks with the change that makes them necessary, and ending them.

use chrono::Months;

use super::jobs::TELL_PROCESSOR;
use super::model::{State, Why, beginning, stored_as};
use super::store;
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::env::clock::business_now;
use crate::kernel::actor::Actor;
use crate::kernel::ids::{Account, Change, Id, RippleTask, Share, StaffMember};
use crate::kernel::time::Timestamp;
use crate::platform::audit::{self, Event};
use crate::platform::jobs::{self, NewJob};
use crate::platform::trust::recipients::PAYMENT_PROCESSOR;
use crate::platform::trust::{self, FieldName};

pub use super::store::Task;

/// The audit action of a task that a person has done.
pub const DONE: &str = "ripple.done";

/// How far back recipients are looked for.
const REACH: Months = Months::new(12);

/// Opens a task for each recipient that has an old value, in the transaction of the change. `changed` names field and
/// change; `version` is the account's after it. Answers whether a job is on its way to tell somebody.
///
/// # Errors
/// The database failed.
pub fn open(
    conn: &mut DbConnection,
    env: &Env,
    (account, version): (&Id<Account>, i64),
    changed: &[(&str, Id<Change>)],
) -> Result<bool, DbError> {
    let since = env.now().utc().checked_sub_months(REACH).map_or_else(|| env.now(), Timestamp::new);
    let mut is_ours = false;
    for (field, change) in changed {
        let Some(stored) = stored_as(field) else { continue };
        for recipient in trust::recipients_of(conn, account, FieldName(stored), since)? {
            let Some((state, why)) = beginning(recipient) else { continue };
            is_ours |= state == State::Open;
            let task = Task {
                id: env.id(),
                account_id: account.clone(),
                change_id: change.clone(),
                field: (*field).to_owned(),
                recipient: recipient.key.to_owned(),
                version,
                state,
                why,
                share_id: None,
                settled_by: None,
                opened_at: env.now(),
                settled_at: None,
            };
            store::insert(conn, &task)?;
        }
    }
    if is_ours {
        jobs::enqueue(conn, env, NewJob::new(TELL_PROCESSOR, account))?;
    }
    Ok(is_ours)
}

/// Has the processor told what it could not be told while a value was contested.
///
/// # Errors
/// The database failed.
pub fn resume(conn: &mut DbConnection, env: &Env, account: &Id<Account>) -> Result<(), DbError> {
    if store::list_open(conn, account, PAYMENT_PROCESSOR.key)?.is_empty() {
        return Ok(());
    }
    jobs::enqueue(conn, env, NewJob::new(TELL_PROCESSOR, account))?;
    Ok(())
}

/// Tasks about the processor that a job has to do.
///
/// # Errors
/// The database failed.
pub fn owed(conn: &mut DbConnection, account: &Id<Account>) -> Result<Vec<Id<RippleTask>>, DbError> {
    let tasks = store::list_open(conn, account, PAYMENT_PROCESSOR.key)?;
    Ok(tasks.into_iter().map(|task| task.id).collect())
}

/// Notes by which sharing the new value goes, before it does.
///
/// # Errors
/// The database failed.
pub fn sending(conn: &mut DbConnection, tasks: &[Id<RippleTask>], share: &Id<Share>) -> Result<(), DbError> {
    store::set_share(conn, tasks, share)
}

/// The recipient has the new value.
///
/// # Errors
/// The database failed.
pub fn settled(conn: &mut DbConnection, env: &Env, tasks: &[Id<RippleTask>]) -> Result<(), DbError> {
    store::settle(conn, tasks, env.now())
}

/// Tasks of all accounts that wait for a person, oldest first.
///
/// # Errors
/// The database failed.
pub fn waiting(conn: &mut DbConnection, after: Option<&Id<RippleTask>>, limit: i64) -> Result<Vec<Task>, DbError> {
    store::list_by_person(conn, after, limit)
}

/// Leaves tasks to a person, in the transaction of the job that could not do them.
///
/// # Errors
/// The database failed.
pub fn hand_over(conn: &mut DbConnection, tasks: &[Id<RippleTask>], why: Why) -> Result<(), DbError> {
    store::hand_over(conn, tasks, why)
}

/// A member of staff has told the recipient; `false` when the task waits for nobody.
///
/// # Errors
/// [`DbError::NotFound`] when there is no such task; the database failed.
pub fn done(conn: &mut DbConnection, env: &Env, task: &Id<RippleTask>, by: &Id<StaffMember>) -> Result<bool, DbError> {
    let Some(task) = store::settle_by(conn, task, by, env.now())? else {
        return if store::exists(conn, task)? { Ok(false) } else { Err(DbError::NotFound) };
    };
    let actor = Actor::Staff(by.clone());
    let refs = [("task", task.id.as_str()), ("recipient", task.recipient.as_str())];
    let (subject, fields) = (task.account_id.as_str(), &[task.field.as_str()][..]);
    audit::record(conn, env, &Event { actor: &actor, action: DONE, subject, fields, refs: &refs, commits_to: &[] })?;
    Ok(true)
}

/// Tasks that were done 13 months ago leave with the history that they belong to; answers how many left.
///
/// # Errors
/// The database failed.
pub fn purge(conn: &mut DbConnection, env: &Env, limit: i64) -> Result<usize, DbError> {
    match business_now(conn, &env.clock)?.utc().checked_sub_months(Months::new(13)) {
        Some(before) => store::delete_done(conn, Timestamp::new(before), limit),
        None => Ok(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::actions::{Update, update};
    use crate::accounts::patch::ProfilePatch;
    use crate::accounts::testing::{author, open};
    use crate::db;
    use crate::env::testing::{Bench, on_each_database};
    use crate::identity::actors::Holder;
    use crate::platform::trust::consents::{self, NewConsent, Purpose};
    use crate::platform::trust::recipients::MAIL_RELAY;
    use crate::platform::trust::{Ground, Recipient, ShareRequest, policy, share};
    use crate::platform::web::etag::IfMatch;
    use serde_json::json;

    fn share_name(bench: &mut Bench, holder: &Holder, recipient: &'static Recipient, ground: Ground) {
        let fields = &[FieldName("accounts.name")][..];
        let request = ShareRequest { account: Some(&holder.account), recipient, fields, ground, about: "test" };
        share(&mut bench.conn, &bench.env, request, ()).expect("shared");
    }

    fn agree(bench: &mut Bench, holder: &Holder) {
        let policy_version = policy::current_number(&mut bench.conn).expect("a policy");
        let account = &holder.account;
        let consent = NewConsent { account, purpose: Purpose::CardPayments, wording: "I agree.", policy_version };
        consents::give(&mut bench.conn, &bench.env, &consent).expect("given");
    }

    fn change(bench: &mut Bench, holder: &Holder, patch: serde_json::Value) {
        let patch = ProfilePatch::parse(patch.as_object().expect("an object")).expect("well formed");
        let (env, by, command) = (bench.env.clone(), author(holder), Update::new(IfMatch::Any, patch));
        db::write(&mut bench.conn, |conn| update(conn, &env, &by, &command)).expect("changed");
    }

    #[test]
    fn whoever_got_the_old_value_within_a_year_gets_a_task() {
        on_each_database(|mut bench| {
            let operator = policy::Operator { name: "Harbour Chat", contact: "privacy@harbour-chat.example" };
            policy::publish_shipped(&mut bench.conn, operator, bench.env.now()).expect("published");
            let ada = open(&mut bench, "Ada");
            change(&mut bench, &ada, json!({ "name": "Ada B." }));
            assert_eq!(store::list(&mut bench.conn, &ada.account, 9), Ok(vec![]), "nobody got it");
            agree(&mut bench, &ada);
            share_name(&mut bench, &ada, &PAYMENT_PROCESSOR, Ground::Consent);
            share_name(&mut bench, &ada, &MAIL_RELAY, Ground::OnOurBehalf);
            change(&mut bench, &ada, json!({ "name": "Ada C.", "phone": "+6561234567" }));
            let tasks = store::list(&mut bench.conn, &ada.account, 9).expect("listed");
            let [task] = tasks.as_slice() else { panic!("one task: {tasks:?}") };
            assert_eq!((task.field.as_str(), task.recipient.as_str()), ("name", "payment_processor"));
            assert_eq!((task.state, task.version), (State::Open, 3));
            bench.pass(chrono::Duration::days(366));
            change(&mut bench, &ada, json!({ "name": "Ada D." }));
            assert_eq!(store::list(&mut bench.conn, &ada.account, 9).expect("listed").len(), 1, "too long ago");
        });
    }
}
