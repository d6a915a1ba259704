//! The pages of billing: what a holder has, chooses, owes and has paid. They call the same actions as the API; what
//! is due, allowed or open is decided there.

mod choice;
mod invoice;
mod outcome;
mod overview;
mod pay;
mod subscribe;
pub mod words;

use serde::Deserialize;

pub use invoice::{annotations, document};

use crate::accounts::reader::Reader;
use crate::identity::actors::Holder;
use crate::identity::frame;
use crate::platform::web::call::Call;
use crate::platform::web::page::{Page, Section, Tone};
use crate::platform::web::registry::PageRoute;

/// The routes.
#[must_use]
pub fn pages() -> Vec<PageRoute> {
    let mut all = overview::routes();
    all.extend(subscribe::routes());
    all.extend(outcome::routes());
    all.extend(invoice::routes());
    all.extend(pay::routes());
    all
}

/// A form of buttons alone.
#[derive(Deserialize)]
struct Button {}

/// The frame for its reader, with what the step before has brought about (`?done=…`).
fn framed(call: &Call<Holder>, reader: &Reader, title: &str, done: &str) -> Page {
    let page = reader.page(&call.env, &call.claim, title, Section::Billing).idempotency_key(frame::fresh_key());
    match done {
        "card" => page.notice(Tone::Good, "Your card is added. It is the one that payments use from now on."),
        "default" => page.notice(Tone::Good, "Renewals use this card from now on."),
        "removed" => page.notice(Tone::Good, "The card is removed, here and at the processor."),
        "no-card" => page.notice(Tone::Info, "No card was added. Nothing was charged."),
        "canceled" => page.notice(Tone::Good, "The plan is canceled."),
        "kept" => page.notice(Tone::Good, "The plan goes on as before."),
        _ => page,
    }
}
