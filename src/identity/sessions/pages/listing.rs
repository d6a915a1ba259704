//! The list of sessions as pages show it, to customers and to staff, and what follows when one of them ends.

use actix_web::HttpResponse;

use super::sign_out::signed_out;
use crate::identity::security_views::{SessionList, SessionRow};
use crate::identity::sessions::actions::OwnSession;
use crate::identity::sessions::browser;
use crate::identity::sessions::device::describe;
use crate::identity::sessions::model::SessionKind;
use crate::identity::sign_ins::model::network;
use crate::kernel::date_format::Dates;
use crate::kernel::ids::{Id, Session};
use crate::platform::web::page::{Badge, Tone};
use crate::platform::web::reply;
use crate::platform::web::request::Claim;

/// Where the forms of the list post to, for customers.
pub const OF_HOLDERS: &str = "/account/security/sessions";
/// The same for staff.
pub const OF_STAFF: &str = "/staff/settings/sessions";

/// The list of whoever uses `current`.
#[must_use]
pub fn list(at: &'static str, rows: Vec<OwnSession>, current: &Id<Session>, dates: Dates) -> SessionList {
    SessionList { at, rows: rows.into_iter().map(|own| row(own, current, dates)).collect() }
}

fn row(own: OwnSession, current: &Id<Session>, dates: Dates) -> SessionRow {
    let (tone, kind) = match own.kind {
        SessionKind::Own => (Tone::Quiet, "Own computer"),
        SessionKind::Kept => (Tone::Quiet, "Own computer, kept signed in"),
        SessionKind::Public => (Tone::Warn, "Public computer"),
        SessionKind::Staff => (Tone::Quiet, "Staff"),
    };
    SessionRow {
        current: own.id == *current,
        id: own.id.to_string(),
        device: describe(&own.user_agent),
        network: match own.ip.and_then(|text| text.parse().ok()) {
            Some(address) => format!("network {}", network(address)),
            None => "network no longer kept".to_owned(),
        },
        language: own.language,
        signed_in: dates.moment(own.signed_in_at),
        last_seen: dates.moment(own.last_seen_at),
        kind: Badge::new(tone, kind),
    }
}

/// Answers whoever has ended a session: back to the list, or out where it was the one in use, of this kind.
pub(super) fn ended(claim: &Claim, own: Option<SessionKind>, list: &str) -> HttpResponse {
    if own.is_none() {
        return reply::see_other(list);
    }
    let mut response = reply::see_other(signed_out(own));
    browser::farewell(&mut response, claim, own);
    response
}
