//! Who somebody is: principals, sign-ups, passwords, sessions, recovery, and the actors that every closure asks for.
//!
//! - A sign-up is a registration until its own link proves the address; only then a principal exists.
//! - A session is a row; the cookie is its key and nothing more. What ends the row ends the session on the next request.
//! - Whether an address is known shows nowhere: not in answers, not in timing, not in limits.

pub mod actors;
pub mod frame;
pub mod letters;
pub mod ports;
pub mod sessions;
pub mod throttle;
pub mod views;
