//! Value objects used by two features or more. Pure: no I/O crate, no clock, no randomness of its own.
//!
//! A value object about a person is made by `parse`, cannot be wrong afterwards, and hides its content from `Debug`;
//! the features keep it in [`personal::Personal`]. The error of a `parse` is a sentence for people: what is wrong and
//! the way out, fit to stand beside the form field.

mod text;

pub mod actor;
pub mod calendar;
pub mod card_guard;
pub mod contact;
pub mod country;
pub mod currency;
pub mod date_format;
pub mod deed;
pub mod email_address;
pub mod field_registry;
pub mod ids;
pub mod im_id;
pub mod label;
pub mod lang;
pub mod locale_tag;
pub mod money;
pub mod permission;
pub mod person_name;
pub mod personal;
pub mod phone;
pub mod postal_address;
mod postal_rules;
pub mod public_error;
pub mod ratio;
pub mod scope;
pub mod secret_token;
pub mod time;
pub mod time_zone;
pub mod website;
