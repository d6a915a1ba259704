//! Accounts for tests of what stands on them.

use diesel::prelude::*;

use super::author::Author;
use super::model::Profile;
use super::store;
use crate::db::schema::{accounts, audit_entries, field_changes, principals};
use crate::env::Env;
use crate::env::testing::Bench;
use crate::identity::actors::Holder;
use crate::identity::principals::model::Status;
use crate::identity::sessions::model::SessionKind;
use crate::identity::sessions::store::LiveSession;
use crate::kernel::ids::{Account, Id};
use crate::platform::changes;

/// Somebody signed in to this account.
pub fn holder(env: &Env, account: Id<Account>) -> Holder {
    let now = env.now();
    let session = LiveSession {
        principal: account.as_str().to_owned(),
        id: env.id(),
        signed_in_at: now,
        kind: SessionKind::Own,
        stepped_up_at: now,
        expires_at: now + chrono::Duration::hours(1),
        last_seen_at: now,
        status: Status::Active,
        token: None,
        may_read: true,
    };
    Holder { account, session }
}

/// Its holder as an author, from a made-up network.
pub fn author(holder: &Holder) -> Author {
    Author::holder(holder, std::net::Ipv4Addr::new(192, 0, 2, 7).into())
}

/// A principal with the address `ada@example.org`, without account yet.
pub fn principal(bench: &mut Bench) -> Id<Account> {
    let (id, now): (Id<Account>, _) = (bench.env.id(), bench.env.now());
    diesel::insert_into(principals::table)
        .values((
            principals::id.eq(&id),
            principals::kind.eq("holder"),
            principals::email.eq("ada@example.org"),
            principals::email_key.eq("ada@example.org"),
            principals::status.eq("active"),
            principals::password_phc.eq("none"),
            principals::version.eq(1),
            principals::created_at.eq(now),
            principals::verified_at.eq(now),
        ))
        .execute(&mut bench.conn)
        .expect("a principal");
    id
}

/// Opens an account for this name, and signs its holder in.
pub fn open(bench: &mut Bench, name: &str) -> Holder {
    let (env, now) = (bench.env.clone(), bench.env.now());
    let id = principal(bench);
    store::insert(&mut bench.conn, &id, &Profile::named(name), now).expect("an account");
    changes::create_key(&mut bench.conn, &env, &id).expect("a key");
    holder(&env, id)
}

/// What actions leave behind.
pub struct Tables {
    /// Rows of the history.
    pub history: i64,
    /// Action and fields of each audit entry.
    pub audit: Vec<(String, String)>,
    /// Version of the only account.
    pub version: i64,
}

impl Tables {
    /// Looks.
    pub fn count(bench: &mut Bench) -> Self {
        let conn = &mut bench.conn;
        Self {
            history: field_changes::table.count().get_result(conn).expect("counted"),
            audit: audit_entries::table
                .order(audit_entries::id)
                .select((audit_entries::action, audit_entries::fields))
                .load(conn)
                .expect("listed"),
            version: accounts::table.select(accounts::version).first(conn).expect("one account"),
        }
    }
}
