//! Rows of single-use tokens.

use diesel::prelude::*;

use super::model::Purpose;
use crate::db::schema::one_time_tokens;
use crate::db::{DbConnection, DbError};
use crate::env::random;
use crate::kernel::secret_token::SecretToken;
use crate::kernel::time::Timestamp;
use crate::platform::jobs::BATCH;

/// Issues a link's token.
///
/// # Errors
/// The database failed.
pub fn issue(conn: &mut DbConnection, purpose: Purpose, subject: &str, now: Timestamp) -> Result<SecretToken, DbError> {
    let token = random::token("");
    diesel::insert_into(one_time_tokens::table)
        .values((
            one_time_tokens::digest.eq(token.digest().as_str()),
            one_time_tokens::purpose.eq(purpose.as_str()),
            one_time_tokens::subject.eq(subject),
            one_time_tokens::created_at.eq(now),
            one_time_tokens::expires_at.eq(now + purpose.lifetime()),
        ))
        .execute(conn)?;
    Ok(token)
}

/// Spends a token: of any number at once exactly one gets the subject, the others `None`.
///
/// # Errors
/// The database failed.
pub fn spend(
    conn: &mut DbConnection,
    purpose: Purpose,
    token: &SecretToken,
    now: Timestamp,
) -> Result<Option<String>, DbError> {
    let digest = token.digest();
    let good = one_time_tokens::table
        .find(digest.as_str())
        .filter(one_time_tokens::purpose.eq(purpose.as_str()))
        .filter(one_time_tokens::expires_at.gt(now));
    Ok(diesel::delete(good).returning(one_time_tokens::subject).get_result(conn).optional()?)
}

/// Whose token this is, without spending it.
///
/// # Errors
/// The database failed.
pub fn find_subject(
    conn: &mut DbConnection,
    purpose: Purpose,
    token: &SecretToken,
    now: Timestamp,
) -> Result<Option<String>, DbError> {
    let digest = token.digest();
    Ok(one_time_tokens::table
        .find(digest.as_str())
        .filter(one_time_tokens::purpose.eq(purpose.as_str()))
        .filter(one_time_tokens::expires_at.gt(now))
        .select(one_time_tokens::subject)
        .first(conn)
        .optional()?)
}

/// Deletes every token of these subjects.
///
/// # Errors
/// The database failed.
pub fn delete_of(conn: &mut DbConnection, purpose: Purpose, subjects: &[&str]) -> Result<(), DbError> {
    let theirs = one_time_tokens::table
        .filter(one_time_tokens::subject.eq_any(subjects))
        .filter(one_time_tokens::purpose.eq(purpose.as_str()));
    diesel::delete(theirs).execute(conn)?;
    Ok(())
}

/// Deletes a batch of what has expired.
///
/// # Errors
/// The database failed.
pub fn delete_expired(conn: &mut DbConnection, now: Timestamp) -> Result<usize, DbError> {
    let old: Vec<String> = one_time_tokens::table
        .filter(one_time_tokens::expires_at.le(now))
        .limit(BATCH)
        .select(one_time_tokens::digest)
        .load(conn)?;
    Ok(diesel::delete(one_time_tokens::table.filter(one_time_tokens::digest.eq_any(old))).execute(conn)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{Role, write};
    use crate::env::testing::on_each_database;

    #[test]
    fn of_sixteen_at_once_exactly_one_spends_a_token() {
        on_each_database(|mut bench| {
            let now = bench.env.now();
            let token = issue(&mut bench.conn, Purpose::ResetPassword, "acct_x", now).expect("issued");
            let url = bench.env.db.url().to_owned();
            let winners = std::thread::scope(|scope| {
                let racers: Vec<_> = (0..16)
                    .map(|_| {
                        let (url, token) = (url.clone(), token.clone());
                        scope.spawn(move || {
                            let mut conn = DbConnection::open(&url, Role::Writer).expect("a connection");
                            write(&mut conn, |conn| spend(conn, Purpose::ResetPassword, &token, now)).expect("spent")
                        })
                    })
                    .collect();
                racers.into_iter().filter_map(|racer| racer.join().expect("no panic")).count()
            });
            assert_eq!(winners, 1);
        });
    }

    #[test]
    fn a_token_is_good_for_its_purpose_and_time_only() {
        on_each_database(|mut bench| {
            let (conn, now) = (&mut bench.conn, bench.env.now());
            let token = issue(conn, Purpose::ResetPassword, "acct_x", now).expect("issued");
            let end = now + Purpose::ResetPassword.lifetime();
            assert_eq!(spend(conn, Purpose::VerifyRegistration, &token, now).expect("asked"), None);
            assert_eq!(spend(conn, Purpose::ResetPassword, &token, end).expect("asked"), None);
            let subject = Some("acct_x".to_owned());
            assert_eq!(find_subject(conn, Purpose::ResetPassword, &token, now).expect("asked"), subject);
            assert_eq!(spend(conn, Purpose::ResetPassword, &token, now).expect("asked"), subject);
            assert_eq!(delete_expired(conn, end).expect("deleted"), 0);
        });
    }
}
