//! What must hold in both databases, tried against both.

#[path = "../support/mod.rs"]
mod support;

mod migrations;
