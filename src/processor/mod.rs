//! Card processors: the adapter that implements the processor port, and a local server that speaks its protocol.

pub mod sandbox;
pub mod stripe;
