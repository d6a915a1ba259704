//! Signed cursors of keyset pages: a client can neither make one up nor use one of another list.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use serde::de::DeserializeOwned;
use subtle::ConstantTimeEq;

use super::codes::MALFORMED;
use super::problem::Problem;
use crate::env::{KeyRing, Purpose};
use crate::kernel::public_error::FieldError;

/// Rows on a page when the client does not say.
pub const DEFAULT_LIMIT: usize = 25;
/// Rows on a page at most.
pub const MAX_LIMIT: usize = 100;
const MAC: usize = 16;

/// Makes the cursor of a position in the list named `list` (the operation's id).
///
/// # Panics
/// When the position cannot be written as JSON, which its types exclude.
pub fn seal<P: Serialize>(keys: &KeyRing, list: &str, position: &P) -> String {
    let mut bytes = serde_json::to_vec(position).expect("positions are plain data");
    let mac = keys.current_mac(Purpose::Cursor, &signed(list, &bytes));
    bytes.extend_from_slice(&mac[..MAC]);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The position in a cursor of this list.
///
/// # Errors
/// 400 for anything that was not sealed for this list.
pub fn open<P: DeserializeOwned>(keys: &KeyRing, list: &str, cursor: &str) -> Result<P, Problem> {
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
pub fn limit(asked: Option<usize>) -> Result<usize, Problem> {
    match asked {
        None => Ok(DEFAULT_LIMIT),
        Some(limit @ 1..=MAX_LIMIT) => Ok(limit),
        Some(_) => Err(Problem::new(&MALFORMED).fields(vec![FieldError::new("/limit", "Takes 1 to 100.")])),
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
        fn any_text_is_answered(text in ".{0,60}") {
            prop_assert!(open::<i64>(&KeyRing::ephemeral(), "x", &text).is_err());
        }
    }
}
