//! What the processor tells: webhooks and the poll of its event list, both into one inbox, each event once. The answer
//! to a webhook says that the event is kept, not that it was worked on; work follows as a job. An event is only a hint
//! that something happened: what is recorded is always read from the processor's own object.

pub mod actions;
pub mod api;
pub mod jobs;
pub mod store;

pub use api::operations;
pub use jobs::handlers;
