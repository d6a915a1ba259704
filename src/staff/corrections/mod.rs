//! Staff decide corrections that holders ask for, and tell in person whoever cannot be told by a program. The lists name
//! nobody; opening a request is a look, recorded like every other, and so is deciding it.

pub mod actions;
mod api;
mod pages;
mod views;

#[cfg(test)]
mod tests;

pub use api::{WaitingView, operations};
pub use pages::routes;
