//! Rows of `accounts`.

use diesel::prelude::*;

use super::model::{FieldDates, Preferences, Profile};
use crate::db::schema::{accounts, mail_bounces, principals, shares};
use crate::db::statements::{UpdateById, run_together};
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::kernel::contact::ContactInput;
use crate::kernel::ids::{self, Id};
use crate::kernel::im_id::ImIdInput;
use crate::kernel::personal::Personal;
use crate::kernel::postal_address::PostalAddressInput;
use crate::kernel::time::Timestamp;
use crate::platform::audit;
use crate::platform::changes::{self, History};
use crate::platform::mail::bounces::Bounce;
use crate::platform::trust::recipients;

/// An account: the profile and what stands around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id, which is its principal's too.
    pub id: Id<ids::Account>,
    /// What the holder tells.
    pub profile: Profile,
    /// Version of the whole aggregate.
    pub version: i64,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When something in it last changed.
    pub updated_at: Timestamp,
    /// When the holder last said that all is right.
    pub confirmed_at: Timestamp,
    /// When single fields were given since.
    pub dates: FieldDates,
}

/// The address of an account, and when it was proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// As its owner wrote it.
    pub email: Personal<String>,
    /// When a link sent there came back.
    pub verified_at: Timestamp,
    /// Mail that came back from an address of this account, perhaps an earlier one.
    pub bounce: Option<Bounce>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = accounts)]
struct Row {
    id: Id<ids::Account>,
    name: Personal<String>,
    phone: Option<Personal<String>>,
    address: Option<Personal<String>>,
    website: Option<Personal<String>>,
    im_ids: Personal<String>,
    locale: String,
    time_zone: String,
    preferences: String,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
    confirmed_at: Timestamp,
    contacts: Personal<String>,
    field_dates: String,
}

/// The profile's columns. A missing value is stored as NULL, not left as it was.
#[derive(AsChangeset, Insertable)]
#[diesel(table_name = accounts, treat_none_as_null = true)]
struct Columns<'a> {
    name: &'a Personal<String>,
    phone: Option<&'a Personal<String>>,
    address: Option<String>,
    website: Option<&'a Personal<String>>,
    im_ids: String,
    contacts: String,
    locale: &'a str,
    time_zone: &'a str,
    preferences: String,
}

impl<'a> Columns<'a> {
    fn of(profile: &'a Profile) -> Result<Self, DbError> {
        Ok(Self {
            name: &profile.name,
            phone: profile.phone.as_ref(),
            address: profile.address.as_ref().map(|address| to_json(address.reveal())).transpose()?,
            website: profile.website.as_ref(),
            im_ids: to_json(profile.im_ids.reveal())?,
            contacts: to_json(profile.contacts.reveal())?,
            locale: &profile.locale,
            time_zone: &profile.time_zone,
            preferences: to_json(&profile.preferences)?,
        })
    }
}

impl TryFrom<Row> for Account {
    type Error = DbError;
    fn try_from(row: Row) -> Result<Self, DbError> {
        let address: Option<PostalAddressInput> =
            row.address.as_ref().map(|text| from_json("address", text.reveal())).transpose()?;
        let im_ids: Vec<ImIdInput> = from_json("im_ids", row.im_ids.reveal())?;
        let contacts: Vec<ContactInput> = from_json("contacts", row.contacts.reveal())?;
        let dates: FieldDates = from_json("field_dates", &row.field_dates)?;
        let preferences: Preferences = from_json("preferences", &row.preferences)?;
        let profile = Profile {
            name: row.name,
            phone: row.phone,
            address: address.map(Personal::new),
            website: row.website,
            im_ids: Personal::new(im_ids),
            contacts: Personal::new(contacts),
            locale: row.locale,
            time_zone: row.time_zone,
            preferences,
        };
        Ok(Self {
            id: row.id,
            profile,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            confirmed_at: row.confirmed_at,
            dates,
        })
    }
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|error| DbError::Other(error.to_string()))
}

/// The error names the column only: what stands in it is personal.
fn from_json<T: serde::de::DeserializeOwned>(column: &str, text: &str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(|_| DbError::Other(format!("accounts.{column} holds something unreadable")))
}

/// An account with its e-mail address and whether mail came back, in one statement.
///
/// # Errors
/// [`DbError::NotFound`]; the database failed.
pub fn find(conn: &mut DbConnection, id: &Id<ids::Account>) -> Result<(Account, Mailbox), DbError> {
    // Straight to the backend: every request for the account comes by here, and the other way writes the SQL anew.
    let found: (Row, Personal<String>, Timestamp, Option<Bounce>) =
        crate::each_backend!(conn, |inner| accounts::table
            .inner_join(principals::table)
            .left_join(mail_bounces::table)
            .filter(accounts::id.eq(id))
            .select((Row::as_select(), principals::email, principals::verified_at, Option::<Bounce>::as_select()))
            .first(inner))?;
    let (row, email, verified_at, bounce) = found;
    Ok((row.try_into()?, Mailbox { email, verified_at, bounce }))
}

/// The display name; `None` for an account that does not exist.
///
/// # Errors
/// The database failed.
pub fn find_name(conn: &mut DbConnection, id: &Id<ids::Account>) -> Result<Option<String>, DbError> {
    Ok(accounts::table.find(id).select(accounts::name).first(conn).optional()?)
}

/// What a change starts from.
pub struct Ground {
    /// The account as it is.
    pub account: Account,
    /// Its address.
    pub mailbox: Mailbox,
    /// Its history, open for writing.
    pub history: History,
    /// Whether anybody but the mail relay, which keeps nothing, has ever got something of it.
    pub was_shared: bool,
}

/// The same as it is stored.
type Found = (Row, Personal<String>, Timestamp, Option<Bounce>, Option<String>, bool);

/// What a change starts from, inside a write transaction, with the account's row locked until its end: nobody else
/// changes it meanwhile.
///
/// # Errors
/// [`DbError::NotFound`], also when the account's key was destroyed; the database failed.
pub fn lock_ground(conn: &mut DbConnection, env: &Env, id: &Id<ids::Account>) -> Result<Ground, DbError> {
    let shared = shares::table
        .filter(shares::account_id.eq(accounts::id.nullable()))
        .filter(shares::recipient.ne(recipients::MAIL_RELAY.key));
    let rows: Vec<Found> = crate::load_locked!(
        conn,
        "accounts",
        accounts::table
            .inner_join(principals::table)
            .left_join(mail_bounces::table)
            .filter(accounts::id.eq(id))
            .select((
                Row::as_select(),
                principals::email,
                principals::verified_at,
                Option::<Bounce>::as_select(),
                changes::wrapped_key(),
                diesel::dsl::exists(shared),
            ))
    )?;
    let (row, email, verified_at, bounce, key, was_shared) = rows.into_iter().next().ok_or(DbError::NotFound)?;
    let account: Account = row.try_into()?;
    let history = History::open(env, &account.id, &key.ok_or(DbError::NotFound)?)?;
    Ok(Ground { account, mailbox: Mailbox { email, verified_at, bounce }, history, was_shared })
}

/// Writes the profile of an account that this transaction has locked, with the history and the audit entries of all the
/// changes that led to it.
///
/// # Errors
/// The database failed.
pub fn update_profile(
    conn: &mut DbConnection,
    account: &Account,
    history: &changes::Rows,
    entries: &[audit::Entry],
) -> Result<(), DbError> {
    /// The columns of the statement below.
    enum ProfileColumns {}
    let values = (
        Columns::of(&account.profile)?,
        accounts::field_dates.eq(to_json(&account.dates)?),
        accounts::version.eq(account.version),
        accounts::updated_at.eq(account.updated_at),
    );
    let update = UpdateById::<ProfileColumns, _>::new("accounts", account.id.as_str(), values);
    if let (Some(change), [entry]) = (history.as_statement(), entries) {
        return run_together(conn, update, change, entry.as_statement());
    }
    crate::each_backend!(conn, |inner| inner.execute_returning_count(&update))?;
    history.insert(conn)?;
    audit::insert(conn, entries)
}

/// Notes in an account that this transaction has locked that the holder has looked and found all right.
///
/// # Errors
/// The database failed.
pub fn update_confirmed(conn: &mut DbConnection, id: &Id<ids::Account>, now: Timestamp) -> Result<(), DbError> {
    diesel::update(accounts::table.filter(accounts::id.eq(id)))
        .set((
            accounts::field_dates.eq("{}"),
            accounts::confirmed_at.eq(now),
            accounts::version.eq(accounts::version + 1),
        ))
        .execute(conn)?;
    Ok(())
}

/// Opens an account, at version 1.
///
/// # Errors
/// [`DbError::Duplicate`]; the database failed.
pub fn insert(
    conn: &mut DbConnection,
    id: &Id<ids::Account>,
    profile: &Profile,
    now: Timestamp,
) -> Result<(), DbError> {
    diesel::insert_into(accounts::table)
        .values((
            accounts::id.eq(id),
            Columns::of(profile)?,
            accounts::version.eq(1),
            accounts::created_at.eq(now),
            accounts::updated_at.eq(now),
            accounts::confirmed_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}
