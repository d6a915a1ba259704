//! Constructs everything that a running process needs, and refuses to start where something is off.

mod guard;
mod open;

pub use guard::check_mode;
pub use open::{Need, StartError, open};
