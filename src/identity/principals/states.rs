//! The one state machine of accounts: what follows on what, and what each state allows. The database refuses every
//! other move by a trigger (`migrations/*/00000000000080_lifecycle`).

use super::model::Status;
use crate::kernel::deed::Deed;

/// Every state.
pub const ALL: [Status; 5] = [Status::Unverified, Status::Active, Status::Frozen, Status::Closing, Status::Closed];

/// What can happen to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The address of a sign-up is proved.
    Verify,
    /// Its holder or staff stop everything.
    Freeze,
    /// It is clear who the owner is.
    Unfreeze,
    /// Its holder asks for its end.
    Close,
    /// Its holder takes that back.
    Reopen,
    /// The days to take it back are over.
    Expire,
}

impl Event {
    /// Every event.
    pub const ALL: [Self; 6] = [Self::Verify, Self::Freeze, Self::Unfreeze, Self::Close, Self::Reopen, Self::Expire];
}

impl Status {
    /// The state that an event leads to; `None` where it is refused. A freeze stops a closure too: whoever asked for it
    /// may not have been the owner, so it has to be asked for again.
    #[must_use]
    pub const fn next(self, event: Event) -> Option<Self> {
        match (self, event) {
            (Self::Unverified, Event::Verify) | (Self::Frozen, Event::Unfreeze) | (Self::Closing, Event::Reopen) => {
                Some(Self::Active)
            }
            (Self::Active | Self::Closing, Event::Freeze) => Some(Self::Frozen),
            (Self::Active, Event::Close) => Some(Self::Closing),
            (Self::Closing, Event::Expire) => Some(Self::Closed),
            _ => None,
        }
    }

    /// Whether this state allows a kind of operation. Written out: nothing is implied.
    #[must_use]
    pub const fn allows(self, deed: Deed) -> bool {
        match self {
            Self::Unverified | Self::Closed => matches!(deed, Deed::None),
            Self::Active => !matches!(deed, Deed::Unfreeze | Deed::Reopen),
            // Nobody is signed in: what is owed is paid, and the freeze lifted, by links that were mailed.
            Self::Frozen => matches!(deed, Deed::None | Deed::Pay | Deed::Unfreeze),
            Self::Closing => matches!(
                deed,
                Deed::None
                    | Deed::Read
                    | Deed::Export
                    | Deed::Credentials
                    | Deed::Pay
                    | Deed::Lessen
                    | Deed::SignIn
                    | Deed::Session
                    | Deed::Reset
                    | Deed::Freeze
                    | Deed::Reopen
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn state_by_event() {
        use Status::{Active, Closed, Closing, Frozen, Unverified};
        let table = [
            // Verify, Freeze, Unfreeze, Close, Reopen, Expire
            (Unverified, [Some(Active), None, None, None, None, None]),
            (Active, [None, Some(Frozen), None, Some(Closing), None, None]),
            (Frozen, [None, None, Some(Active), None, None, None]),
            (Closing, [None, Some(Frozen), None, None, Some(Active), Some(Closed)]),
            (Closed, [None; 6]),
        ];
        for (state, row) in table {
            for (event, to) in Event::ALL.into_iter().zip(row) {
                assert_eq!(state.next(event), to, "{state:?} {event:?}");
            }
            assert_eq!(state.as_str().parse(), Ok(state));
        }
    }

    #[test]
    fn deed_by_state() {
        use Status::{Active, Closed, Closing, Frozen, Unverified};
        for deed in Deed::ALL {
            let allowed: &[Status] = match deed {
                Deed::None => &ALL,
                Deed::Pay => &[Active, Frozen, Closing],
                Deed::Unfreeze => &[Frozen],
                Deed::Reopen => &[Closing],
                Deed::Change | Deed::Order | Deed::Close => &[Active],
                Deed::Read
                | Deed::Export
                | Deed::Credentials
                | Deed::Lessen
                | Deed::SignIn
                | Deed::Session
                | Deed::Reset
                | Deed::Freeze => &[Active, Closing],
            };
            for state in ALL {
                assert_eq!(state.allows(deed), allowed.contains(&state), "{state:?} {deed:?}");
            }
        }
        assert!(!Unverified.allows(Deed::SignIn) && !Closed.allows(Deed::Read));
    }

    proptest! {
        #[test]
        fn no_history_brings_an_account_back_from_its_end(
            events in proptest::collection::vec(proptest::sample::select(Event::ALL.to_vec()), 0..40),
        ) {
            let mut state = Status::Unverified;
            for event in events {
                let Some(next) = state.next(event) else { continue };
                prop_assert_ne!(state, Status::Closed);
                prop_assert_ne!(next, Status::Unverified);
                prop_assert_ne!(state, next);
                // Only the owner's own days run out into the end, and no freeze is left but by its lifting.
                prop_assert!(next != Status::Closed || (state == Status::Closing && event == Event::Expire));
                prop_assert!(state != Status::Frozen || event == Event::Unfreeze);
                state = next;
            }
        }
    }
}
