//! Bringing the catalogue to what a file says. A price that was ever offered is never edited: what the file prices
//! anew is archived and replaced, and running subscriptions keep what they were sold.

use std::collections::HashSet;

use super::actions::{NewPlan, NewPrice};
use super::model::{CatalogError, Plan, Price};
use super::store;
use crate::db::{DbConnection, DbError, TxError};
use crate::env::Env;
use crate::kernel::actor::Actor;
use crate::kernel::ids::{self, Id};
use crate::platform::audit;

/// The audit action of a plan that a file changed.
pub const LOAD: &str = "catalog.load";

const LONGEST_CODE: usize = 40;
const LONGEST_NAME: usize = 60;
const LONGEST_DESCRIPTION: usize = 300;

/// What loading did, in the order of the file; nothing of it when everything was as the file says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Loaded {
    /// One sentence a change.
    pub changes: Vec<String>,
    /// Plans that the file does not name. They stay as they are.
    pub not_in_file: Vec<String>,
}

/// Why a file is not loaded. Nothing of it is then.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A value that cannot be used; the place is a JSON pointer into the file.
    #[error("{at}: {why}")]
    Invalid {
        /// Where in the file.
        at: String,
        /// What is wrong and what is allowed.
        why: String,
    },
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl TxError for LoadError {
    /// A key that is taken was taken by somebody who loads at the same moment: the next try finds their row.
    fn is_contention(&self) -> bool {
        matches!(self, Self::Db(error) if error.is_contention() || matches!(error, DbError::Duplicate(_)))
    }
}

/// Reads a file: a list of plans with their prices.
///
/// # Errors
/// It is no JSON of that shape; the text names the field and the line.
pub fn parse(text: &str) -> Result<Vec<NewPlan>, LoadError> {
    let plans: Vec<NewPlan> = serde_json::from_str(text)
        .map_err(|error| LoadError::Invalid { at: "/".to_owned(), why: error.to_string() })?;
    check(&plans)?;
    Ok(plans)
}

fn check(plans: &[NewPlan]) -> Result<(), LoadError> {
    let refuse = |at: String, why: &str| Err(LoadError::Invalid { at, why: why.to_owned() });
    if plans.is_empty() {
        return refuse("/".to_owned(), "names no plan");
    }
    let mut codes = HashSet::new();
    for (number, plan) in plans.iter().enumerate() {
        let at = |field: &str| format!("/{number}/{field}");
        let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if plan.code.is_empty() || plan.code.len() > LONGEST_CODE || !plan.code.bytes().all(is_word) {
            return refuse(at("code"), "must be 1 to 40 lower-case letters, digits and hyphens");
        }
        if !codes.insert(&plan.code) {
            return refuse(at("code"), "names a plan that the file has already");
        }
        if !is_text(&plan.name, LONGEST_NAME) {
            return refuse(at("name"), "must be 1 to 60 characters on one line");
        }
        if !is_text(&plan.description, LONGEST_DESCRIPTION) {
            return refuse(at("description"), "must be 1 to 300 characters on one line");
        }
        check_prices(number, &plan.prices)?;
    }
    Ok(())
}

fn is_text(text: &str, longest: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= longest && !text.chars().any(char::is_control)
}

fn check_prices(number: usize, prices: &[NewPrice]) -> Result<(), LoadError> {
    let mut offered = HashSet::new();
    for (place, price) in prices.iter().enumerate() {
        let invalid =
            |field: &str, why: String| LoadError::Invalid { at: format!("/{number}/prices/{place}{field}"), why };
        if !offered.insert((price.interval, price.per_seat.currency())) {
            return Err(invalid("", "prices an interval in a currency that the plan has already".to_owned()));
        }
        let id = uuid::Uuid::nil();
        match made(price, Id::from_uuid(id), Id::from_uuid(id)).check() {
            Ok(()) => {}
            Err(CatalogError::Amount(why)) => return Err(invalid("/per_seat", why.to_string())),
            Err(why) => return Err(invalid("", why.to_string())),
        }
    }
    Ok(())
}

fn made(new: &NewPrice, id: Id<ids::Price>, plan: Id<ids::Plan>) -> Price {
    let NewPrice { interval, per_seat, largest_quantity } = *new;
    Price { id, plan, interval, per_seat, largest_quantity, is_offered: true }
}

/// Brings the catalogue to what the file says, in the caller's transaction. Loading it again changes nothing.
///
/// # Errors
/// See [`LoadError`].
pub fn load(conn: &mut DbConnection, env: &Env, file: &[NewPlan]) -> Result<Loaded, LoadError> {
    check(file)?;
    let mut loaded = Loaded::default();
    for (position, new) in (1_i32..).zip(file) {
        let known = store::find_plan_by_code(conn, &new.code)?;
        let plan = Plan {
            id: known.as_ref().map_or_else(|| env.id(), |plan| plan.id.clone()),
            code: new.code.clone(),
            name: new.name.clone(),
            description: new.description.clone(),
            position,
            unpaid_rule: new.unpaid_rule,
        };
        let mut changes = Vec::new();
        match known {
            None => {
                store::insert_plan(conn, &plan, env.now())?;
                changes.push(format!("{}: added", plan.code));
            }
            Some(known) if known != plan => {
                still(store::update_plan(conn, &known, &plan)?)?;
                changes.push(format!("{}: texts, place or rule for unpaid changed", plan.code));
            }
            Some(_) => {}
        }
        load_prices(conn, env, &plan, &new.prices, &mut changes)?;
        if !changes.is_empty() {
            record(conn, env, &plan, &changes)?;
        }
        loaded.changes.append(&mut changes);
    }
    let named: HashSet<&str> = file.iter().map(|plan| plan.code.as_str()).collect();
    let all = store::list_offered(conn)?.into_iter().map(|(plan, _)| plan.code);
    loaded.not_in_file = all.filter(|code| !named.contains(code.as_str())).collect();
    Ok(loaded)
}

fn load_prices(
    conn: &mut DbConnection,
    env: &Env,
    plan: &Plan,
    file: &[NewPrice],
    changes: &mut Vec<String>,
) -> Result<(), LoadError> {
    let offered = store::list_prices(conn, &plan.id)?;
    let is_kept = |price: &Price| file.iter().any(|new| is_same(new, price));
    // Archived first: a plan offers one price for an interval and a currency at a time.
    for price in offered.iter().filter(|price| !is_kept(price)) {
        still(store::archive_price(conn, &price.id)?)?;
        changes.push(format!("{}: {} archived", plan.code, terms(price)));
    }
    for new in file.iter().filter(|new| !offered.iter().any(|price| is_same(new, price))) {
        let price = made(new, env.id(), plan.id.clone());
        store::insert_price(conn, &price, env.now())?;
        changes.push(format!("{}: {} added", plan.code, terms(&price)));
    }
    Ok(())
}

/// What was read has changed since: somebody else loads at the same moment, so all of it is done again.
fn still(as_read: bool) -> Result<(), DbError> {
    if as_read { Ok(()) } else { Err(DbError::Busy) }
}

fn is_same(new: &NewPrice, price: &Price) -> bool {
    (new.interval, new.per_seat, new.largest_quantity) == (price.interval, price.per_seat, price.largest_quantity)
}

fn terms(price: &Price) -> String {
    format!("{} a seat and {}, up to {} seats", price.per_seat, price.interval.as_str(), price.largest_quantity)
}

fn record(conn: &mut DbConnection, env: &Env, plan: &Plan, changes: &[String]) -> Result<(), DbError> {
    let text = changes.join("\n");
    let event = audit::Event {
        actor: &Actor::System("command line"),
        action: LOAD,
        subject: plan.id.as_str(),
        fields: &[],
        refs: &[("plan", plan.code.as_str())],
        commits_to: text.as_bytes(),
    };
    audit::record(conn, env, &event)
}

#[cfg(test)]
#[path = "loading_tests.rs"]
mod tests;
