//! Signed cursors of keyset pages: a client can neither make one up nor use one of another list.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::codes::MALFORMED;
use super::problem::Problem;
use crate::env::{KeyRing, Purpose};
use crate::kernel::public_error::FieldError;

/// Rows on a page when the client does not say.
const DEFAULT_LIMIT: usize = 25;
/// Rows on a page at most.
const MAX_LIMIT: usize = 100;
const MAC: usize = 16;

/// Makes the cursor of a position in the list named `list` (the operation's id).
///
/// # Panics
/// When the position cannot be written as JSON, which its types exclude.
fn seal<P: Serialize>(keys: &KeyRing, list: &str, position: &P) -> String {
    let mut bytes = serde_json::to_vec(position).expect("positions are plain data");
    let mac = keys.current_mac(Purpose::Cursor, &signed(list, &bytes));
    bytes.extend_from_slice(&mac[..MAC]);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The position in a cursor of this list.
///
/// # Errors
/// 400 for anything that was not sealed for this list.
fn open<P: DeserializeOwned>(keys: &KeyRing, list: &str, cursor: &str) -> Result<P, Problem> {
    read(keys, list, cursor).ok_or_else(|| {
        let way_out = "Takes the `next` of an earlier page of this list; leave it out to begin anew.";
        Problem::new(&MALFORMED).fields(vec![FieldError::new("/cursor", way_out)])
    })
}

fn read<P: DeserializeOwned>(keys: &KeyRing, list: &str, cursor: &str) -> Option<P> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (body, mac) = bytes.split_at_checked(bytes.len().checked_sub(MAC)?)?;
    let ours = keys.macs(Purpose::Cursor, &signed(list, body)).any(|own| bool::from(own[..MAC].ct_eq(mac)));
    if ours { serde_json::from_slice(body).ok() } else { None }
}

fn signed(list: &str, body: &[u8]) -> Vec<u8> {
    [list.as_bytes(), b"\0", body].concat()
}

/// The `limit` that a client asked for, within bounds.
///
/// # Errors
/// 400 when it is 0 or more than [`MAX_LIMIT`].
fn limit(asked: Option<usize>) -> Result<usize, Problem> {
    match asked {
        None => Ok(DEFAULT_LIMIT),
        Some(limit @ 1..=MAX_LIMIT) => Ok(limit),
        Some(_) => Err(Problem::new(&MALFORMED).fields(vec![FieldError::new("/limit", "Takes 1 to 100.")])),
    }
}

/// The query of a list without filters.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// Rows on the page.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub cursor: Option<String>,
}

impl PageQuery {
    /// The same for the API document.
    pub const DOCUMENTED: &[(&str, &str)] =
        &[("limit", "1 to 100, default 25"), ("cursor", "`next` of the page before")];

    /// The position to go on behind, and the window to read there.
    ///
    /// # Errors
    /// 400 for a cursor of another list or a limit out of bounds.
    pub fn open<P: DeserializeOwned>(
        &self,
        keys: &KeyRing,
        list: &'static str,
    ) -> Result<(Option<P>, Window), Problem> {
        Window::open(keys, list, self.cursor.as_deref(), limit(self.limit)?)
    }
}

/// A stretch of the list with this name, so many rows long.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    list: &'static str,
    /// Rows on the page.
    pub limit: usize,
}

impl Window {
    /// A page of the usual length, for people.
    ///
    /// # Errors
    /// 400 for a cursor of another list.
    pub fn page<P: DeserializeOwned>(
        keys: &KeyRing,
        list: &'static str,
        cursor: Option<&str>,
    ) -> Result<(Option<P>, Self), Problem> {
        Self::open(keys, list, cursor, DEFAULT_LIMIT)
    }

    /// A page of a length of its own.
    ///
    /// # Errors
    /// 400 for a cursor of another list.
    pub fn open<P: DeserializeOwned>(
        keys: &KeyRing,
        list: &'static str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<(Option<P>, Self), Problem> {
        Ok((cursor.map(|text| open(keys, list, text)).transpose()?, Self { list, limit }))
    }

    /// Rows to ask the database for: one more than the page has, which tells whether there is a next.
    #[must_use]
    pub fn rows(self) -> i64 {
        i64::try_from(self.limit).unwrap_or(i64::MAX).saturating_add(1)
    }

    /// Cuts what was read to the page, and answers the cursor of the next one.
    pub fn cut<T, P: Serialize>(
        self,
        keys: &KeyRing,
        mut found: Vec<T>,
        position: impl Fn(&T) -> P,
    ) -> (Vec<T>, Option<String>) {
        let more = found.len() > self.limit;
        found.truncate(self.limit);
        let next = found.last().filter(|_| more).map(|last| seal(keys, self.list, &position(last)));
        (found, next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn only_the_same_list_opens(position: (i64, String)) {
            let keys = KeyRing::ephemeral();
            let cursor = seal(&keys, "list_invoices", &position);
            prop_assert_eq!(open::<(i64, String)>(&keys, "list_invoices", &cursor).ok(), Some(position));
            prop_assert!(open::<(i64, String)>(&keys, "list_plans", &cursor).is_err());
        }

        #[test]
        fn pages_put_together_are_the_list(length in 0_usize..40, limit in 1_usize..12) {
            let (keys, all) = (KeyRing::ephemeral(), (0..length).collect::<Vec<_>>());
            let (mut seen, mut cursor) = (Vec::new(), None);
            loop {
                let query = PageQuery { limit: Some(limit), cursor };
                let (after, window) = query.open::<usize>(&keys, "x").expect("our own");
                let rows = usize::try_from(window.rows()).expect("small");
                let found = all.iter().copied().skip(after.map_or(0, |last| last + 1)).take(rows).collect();
                let (page, next) = window.cut(&keys, found, |last| *last);
                seen.extend(page);
                if next.is_none() {
                    break;
                }
                cursor = next;
            }
            prop_assert_eq!(seen, all);
        }

        #[test]
        fn any_text_is_answered(text in ".{0,60}") {
            prop_assert!(open::<i64>(&KeyRing::ephemeral(), "x", &text).is_err());
        }
    }
}
