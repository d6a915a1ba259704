//! Staff freeze an account and lift that, each with a reason that the holder reads; each is a look at its state, recorded
//! like every other.

pub mod actions;
mod api;
mod pages;

#[cfg(test)]
mod tests;

pub use api::operations;
pub use pages::routes;
