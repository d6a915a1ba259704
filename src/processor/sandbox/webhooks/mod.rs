//! Telling receivers what happened: planned with the change, sent apart from it, signed anew at every try.

pub mod delivery;
pub mod rules;
pub mod sender;
pub mod signature;
