//! The pages about changes of the address. No rules here.

use askama::Template;

use crate::platform::web::form::Field;
use crate::platform::web::page::Page;

/// `GET /account/email`. Posts `email` and `password` there.
#[derive(Template)]
#[template(path = "identity/email_change.html")]
pub(super) struct EmailChange {
    pub page: Page,
    pub present: String,
    pub email: String,
    /// The address that waits to be confirmed.
    pub wanted: Option<String>,
    /// Until when, in words.
    pub until: String,
}

/// `GET /account/email/confirm?token=…`. Posts `token` there. Send `Referrer-Policy: no-referrer`.
#[derive(Template)]
#[template(path = "identity/email_change_confirm.html")]
pub(super) struct Confirm {
    pub page: Page,
    pub token: String,
}

/// `GET /email/undo?token=…`. Posts `token` there, then `token` and `password` to `/email/undo/password`.
#[derive(Template)]
#[template(path = "identity/email_change_undo.html")]
pub(super) struct Undo {
    pub page: Page,
    pub token: String,
    pub frozen: bool,
}
