//! A server that speaks the part of Stripe's wire protocol that the product uses: the processor of `steward demo` and the
//! fake of the tests. It shares nothing with the product but the network, so that it can prove the product wrong.
//!
//! | file | holds |
//! |---|---|
//! | `server`, `service`, `pages`, `control` | the network side: API, hosted pages, control API |
//! | `engine` | a request's way: key, limits, faults, parameters, idempotency, work, journal line |
//! | `routes`, `flows`, `objects` | endpoints; what happens to objects; their fields and JSON |
//! | `state`, `transaction`, `journal` | tables, changed by records only; records are the journal's lines |
//! | `webhooks` | deliveries, their signature, and the rules that hold, lose or double them |
//! | `form`, `params`, `expand`, `pagination`, `idempotency`, `errors` | the protocol's conventions |
//! | `cards`, `currency`, `clock`, `ids`, `settings`, `faults` | the rest of its world |
//!
//! What it does not have is refused, never ignored: unknown parameters are 400, unknown endpoints 404.

mod cards;
mod clock;
mod control;
mod currency;
mod engine;
mod errors;
mod expand;
mod faults;
mod flows;
mod form;
mod idempotency;
mod ids;
mod journal;
mod objects;
mod pages;
mod pagination;
mod params;
mod routes;
mod server;
mod service;
mod settings;
mod state;
mod transaction;
mod webhooks;

pub use server::{RunningSandbox, SandboxConfig, start};
