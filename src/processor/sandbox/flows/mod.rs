//! What happens to objects, whoever asks for it: the API, a hosted page or the control API.

pub mod cards;
pub mod checkout;
pub mod payment;
pub mod refund;
pub mod settlement;
pub mod setup;
