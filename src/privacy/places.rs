//! The places of clause 2.1 in words.

use crate::platform::trust::places::{Place, Role, THIS_SERVER, Transfer};

/// What people call it.
#[must_use]
pub fn name(place: &Place) -> String {
    match place.recipient {
        Some(recipient) => recipient.name.to_owned(),
        None if place.key == THIS_SERVER => "This server".to_owned(),
        None => place.key.clone(),
    }
}

/// What is done there, as a sentence.
#[must_use]
pub fn purpose(place: &Place) -> &'static str {
    match (place.role, place.recipient) {
        (Role::Recipient, Some(recipient)) => recipient.purpose,
        (Role::Database, _) => "It keeps the database, on our instructions only.",
        _ => "It serves these pages and does what follows from them.",
    }
}

/// On what ground it may be there.
#[must_use]
pub fn transfer(place: &Place) -> &'static str {
    match place.transfer {
        Transfer::None => "stays where this server is",
        Transfer::Adequacy => "that country protects it just as well, as the authority has found",
        Transfer::Clauses => "a contract that obliges to the same protection",
        Transfer::Consent => "your consent",
    }
}
