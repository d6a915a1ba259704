//! Notices by XMPP on the pages: on the one of privacy, where everything about them is done, and in a line elsewhere.

use super::actions::Standing;
use super::model::State;
use crate::kernel::date_format::Dates;

/// Security notices by XMPP. Posts `consent` to `/account/privacy/consents/xmpp-notices/give`, nothing to
/// `/account/privacy/xmpp-address/code`, and `code` with, where it is asked for, `password` to
/// `/account/privacy/xmpp-address/proof`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XmppOffer {
    /// The address of the profile; empty when it has none.
    pub address: String,
    /// The words beside the box.
    pub wording: String,
    /// Where they stand.
    pub standing: XmppStanding,
    /// Whether the password is asked for with the code.
    pub needs_password: bool,
}

/// Where they stand, on another page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XmppLine {
    /// The address of the profile; empty when it has none.
    pub address: String,
    /// Where they stand.
    pub standing: XmppStanding,
}

/// Where security notices by XMPP stand, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum XmppStanding {
    /// Not agreed to, or there is no address.
    Off,
    /// Agreed to, and no code waits.
    Unproved,
    /// A code is on its way; it holds until this moment.
    Waiting(String),
    /// The address is confirmed since this day.
    On(String),
}

impl XmppLine {
    /// The line for a reader of these dates.
    #[must_use]
    pub fn of(standing: Standing, dates: Dates) -> Self {
        let Some(address) = standing.address else {
            return Self { address: String::new(), standing: XmppStanding::Off };
        };
        let standing = match standing.state {
            State::Off => XmppStanding::Off,
            State::Unproved => XmppStanding::Unproved,
            State::Waiting(waiting) => XmppStanding::Waiting(dates.moment(waiting.expires_at)),
            State::On(at) => XmppStanding::On(dates.day(at)),
        };
        Self { address: address.as_str().to_owned(), standing }
    }
}
