//! Composes the features into one HTTP server. Routing, the OpenAPI document and the error reference derive from what
//! the features declare.

mod documents;
mod health;
mod mailbox;
mod routes;
mod run;
mod services;
mod views;

pub use documents::{error_codes, errors_markdown, openapi_json};
pub use health::install_metrics;
pub use routes::{operations, pages};
pub use run::{RunningServer, start};
pub use services::{Services, Working};
