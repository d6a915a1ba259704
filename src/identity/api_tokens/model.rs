//! What a token is made of.

use chrono::Duration;

use crate::kernel::label;
use crate::kernel::public_error::FieldError;
use crate::kernel::scope::{SCOPES, Scope};
use crate::kernel::time::Timestamp;

/// Tokens of one account at once.
pub const MAX_LIVE: i64 = 50;
/// Days that a token lives at most, and when nothing is said.
pub const MAX_DAYS: i64 = 365;
/// See [`MAX_DAYS`].
pub const DEFAULT_DAYS: i64 = 90;
/// What a form offers.
pub const OFFERED_DAYS: [i64; 4] = [7, 30, DEFAULT_DAYS, MAX_DAYS];

/// A token that somebody wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    name: String,
    scopes: Vec<Scope>,
    days: i64,
}

impl Wanted {
    /// Reads what was asked for; without `days` it is [`DEFAULT_DAYS`].
    ///
    /// # Errors
    /// Each field at fault, with the way out.
    pub fn parse(name: &str, scopes: &[String], days: Option<i64>) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let name = match label::parse(name) {
            Ok(Some(name)) => name,
            Ok(None) => {
                errors.push(FieldError::new("/name", "Give it a name by which you will know it again."));
                String::new()
            }
            Err(wrong) => {
                errors.push(FieldError::new("/name", wrong));
                String::new()
            }
        };
        let mut read = Vec::new();
        for (at, text) in scopes.iter().enumerate() {
            match text.parse() {
                Ok(scope) => read.push(scope),
                Err(()) => {
                    errors.push(FieldError::new(format!("/scopes/{at}"), format!("Use one of {}.", names(&SCOPES))))
                }
            }
        }
        if scopes.is_empty() {
            errors.push(FieldError::new("/scopes", "Choose at least one thing that it may do."));
        }
        read.sort_unstable();
        read.dedup();
        let days = days.unwrap_or(DEFAULT_DAYS);
        if !(1..=MAX_DAYS).contains(&days) {
            errors.push(FieldError::new("/expires_in_days", format!("Choose 1 to {MAX_DAYS} days.")));
        }
        if errors.is_empty() { Ok(Self { name, scopes: read, days }) } else { Err(errors) }
    }

    /// What its owner calls it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it may do, as stored.
    #[must_use]
    pub fn scopes(&self) -> String {
        join(&self.scopes, " ")
    }

    /// When it ends, if it is made now.
    #[must_use]
    pub fn expires_at(&self, now: Timestamp) -> Timestamp {
        now + Duration::days(self.days)
    }
}

/// The scopes of a stored text; what is none any more opens nothing.
pub fn read_scopes(stored: &str) -> impl Iterator<Item = Scope> + '_ {
    stored.split(' ').filter_map(|name| name.parse().ok())
}

fn names(scopes: &[Scope]) -> String {
    join(scopes, ", ")
}

fn join(scopes: &[Scope], between: &str) -> String {
    scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(between)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pointers(name: &str, scopes: &[&str], days: Option<i64>) -> Vec<String> {
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let errors = Wanted::parse(name, &scopes, days).expect_err("refused");
        errors.into_iter().map(|error| error.pointer).collect()
    }

    #[test]
    fn every_field_at_fault_is_named_at_once() {
        assert_eq!(pointers(" ", &[], Some(0)), ["/name", "/scopes", "/expires_in_days"]);
        assert_eq!(
            pointers(&"x".repeat(61), &["billing:read", "everything"], Some(366)),
            ["/name", "/scopes/1", "/expires_in_days"]
        );
    }

    proptest! {
        #[test]
        fn stored_scopes_are_those_asked_for_each_once(chosen in prop::collection::vec(prop::sample::select(SCOPES.to_vec()), 1..12)) {
            let texts: Vec<String> = chosen.iter().map(ToString::to_string).collect();
            let wanted = Wanted::parse("nightly export", &texts, None).expect("good");
            let mut expected = chosen;
            expected.sort_unstable();
            expected.dedup();
            prop_assert_eq!(read_scopes(&wanted.scopes()).collect::<Vec<_>>(), expected);
        }
    }
}
