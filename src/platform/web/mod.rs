//! The HTTP kit: everything between a socket and a feature's handler. Features declare routes in the [`registry`],
//! take a [`call::Call`] of their actor, and answer with [`reply`] or any [`crate::kernel::public_error::PublicError`].

pub mod answer;
pub mod assets;
pub mod audience;
pub mod call;
pub mod codes;
pub mod contact_fields;
pub mod cookies;
pub mod csrf;
pub mod cursor;
pub mod etag;
pub mod form;
pub mod guard;
pub mod json;
pub mod kit;
pub mod limits;
pub mod once;
pub mod openapi;
pub mod page;
pub mod posted;
pub mod problem;
pub mod real_ip;
pub mod registry;
pub mod reply;
pub mod request;
pub mod token_access;
pub mod views;
