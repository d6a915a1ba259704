//! How a task stands, and which stored field a change is about.

use std::str::FromStr;

use crate::platform::trust::recipients::{Corrected, Recipient};

/// How a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// A job of ours will tell the recipient.
    Open,
    /// A person has to.
    ByPerson,
    /// The recipient has been told.
    Done,
}

impl State {
    /// The word in the API and the database.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::ByPerson => "by_person",
            Self::Done => "done",
        }
    }
}

impl FromStr for State {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Open, Self::ByPerson, Self::Done].into_iter().find(|state| state.as_str() == text).ok_or(())
    }
}

/// Why a person has to tell the recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It cannot be told by a program.
    NoInterface,
    /// The consent on which it got data was withdrawn.
    NoConsent,
    /// It refused what a program told it.
    Refused,
}

impl Why {
    /// The word in the API and the database.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::NoInterface => "no_interface",
            Self::NoConsent => "no_consent",
            Self::Refused => "refused",
        }
    }
}

impl FromStr for Why {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::NoInterface, Self::NoConsent, Self::Refused].into_iter().find(|why| why.as_str() == text).ok_or(())
    }
}

/// The stored field behind a field of the profile.
#[must_use]
pub fn stored_as(field: &str) -> Option<&'static str> {
    Some(match field {
        "name" => "accounts.name",
        "phone" => "accounts.phone",
        "address" => "accounts.address",
        "website" => "accounts.website",
        "im_ids" => "accounts.im_ids",
        "contacts" => "accounts.contacts",
        "locale" => "accounts.locale",
        "time_zone" => "accounts.time_zone",
        "preferences" => "accounts.preferences",
        "email" => "principals.email",
        _ => return None,
    })
}

/// How a task about this recipient begins; `None` where there is nothing to correct.
#[must_use]
pub fn beginning(recipient: &Recipient) -> Option<(State, Option<Why>)> {
    match recipient.corrected {
        Corrected::KeepsNothing => None,
        Corrected::ByUs => Some((State::Open, None)),
        Corrected::ByPerson => Some((State::ByPerson, Some(Why::NoInterface))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::model::Field;
    use crate::platform::trust::recipients::{MAIL_RELAY, PAYMENT_PROCESSOR};

    #[test]
    fn every_field_of_the_profile_is_a_stored_one() {
        for field in Field::ALL {
            let (table, column) = stored_as(field.as_str()).and_then(|name| name.split_once('.')).expect("stored");
            assert!(table == "accounts" && crate::accounts::TABLES[0].columns().any(|name| name == column));
        }
        assert_eq!(stored_as("shoe_size"), None);
    }

    #[test]
    fn only_who_keeps_something_is_told() {
        assert_eq!(beginning(&MAIL_RELAY), None);
        assert_eq!(beginning(&PAYMENT_PROCESSOR), Some((State::Open, None)));
        let by_post = Recipient { corrected: Corrected::ByPerson, ..PAYMENT_PROCESSOR };
        assert_eq!(beginning(&by_post), Some((State::ByPerson, Some(Why::NoInterface))));
        for state in [State::Open, State::ByPerson, State::Done] {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
        for why in [Why::NoInterface, Why::NoConsent, Why::Refused] {
            assert_eq!(why.as_str().parse(), Ok(why));
        }
    }
}
