//! Pages about the API.

use askama::Template;

use crate::kernel::public_error::Code;
use crate::platform::web::page::Page;

/// `GET /docs/errors`: where the `type` of every problem leads.
#[derive(Template)]
#[template(path = "layouts/errors.html")]
pub(super) struct ErrorCodes {
    /// The frame.
    pub page: Page,
    /// Every documented failure, by name.
    pub codes: Vec<&'static Code>,
}
