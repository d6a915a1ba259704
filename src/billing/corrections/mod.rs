//! Corrections of what an invoice says of its customer. The invoice is never edited: what is asked for and how it was
//! decided stand beside it, and a credit note is the way to another document.

pub mod actions;
pub mod api;
pub mod pages;
mod views;
