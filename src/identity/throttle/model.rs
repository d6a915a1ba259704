//! The limits and their arithmetic.

use chrono::Duration;

use crate::kernel::time::Timestamp;

/// How often something may be tried.
#[derive(Debug, PartialEq, Eq)]
pub struct Policy {
    /// Keeps the buckets of one policy apart from another's; also its name in `RateLimit-Policy`.
    pub name: &'static str,
    /// Tries in a window.
    pub limit: i32,
    /// Length of the window.
    pub window: Duration,
    /// What happens beyond the limit; without it one waits for the window's end.
    pub penalty: Option<Penalty>,
}

/// Waits that grow with every further try.
#[derive(Debug, PartialEq, Eq)]
pub struct Penalty {
    /// The first wait; each further one is twice as long.
    pub first: Duration,
    /// The longest wait; after as long without a try the count starts anew.
    pub longest: Duration,
    /// Tries without success after which nothing helps but a password reset by mail.
    pub stop_at: i32,
}

/// Guesses without success after which an account's bucket stays shut (SP 800-63B, 3.2.2).
pub const STOP_AT: i32 = 100;

const GUESSING: Penalty = Penalty { first: Duration::seconds(30), longest: Duration::hours(1), stop_at: STOP_AT };

const fn guessing(name: &'static str) -> Policy {
    Policy { name, limit: 5, window: Duration::minutes(5), penalty: Some(GUESSING) }
}

const fn window(name: &'static str, limit: i32, window: Duration) -> Policy {
    Policy { name, limit, window, penalty: None }
}

/// Passwords for one address, existing or not.
pub static ACCOUNT: Policy = guessing("account");
/// The same from a device that the owner has signed in from, so that strangers cannot lock the owner out.
pub static DEVICE: Policy = guessing("device");
/// One-time codes of one account.
pub static FACTOR: Policy = guessing("factor");
/// Passwords given again within a session: its thief cannot use up the owner's tries of codes, or the reverse.
pub static PASSWORD_AGAIN: Policy = guessing("password-again");
/// Challenges of passkeys for one network address.
pub static PASSKEY_BY_IP: Policy = window("passkey-ip", 30, Duration::minutes(1));
/// Sign-ins from one network address.
pub static IP_ATTEMPTS: Policy = window("ip-attempts", 30, Duration::minutes(1));
/// Failed sign-ins from one network address.
pub static IP_FAILURES: Policy = window("ip-failures", 10, Duration::minutes(1));
/// Different accounts tried in vain from one network address: more is credential stuffing.
pub static IP_ACCOUNTS: Policy = window("ip-accounts", 15, Duration::hours(1));
/// Notes that an address tried an account, to count each once; never refuses.
pub static IP_ACCOUNT_SEEN: Policy = window("ip-account-seen", i32::MAX, Duration::hours(1));
/// Sign-ups from one network address.
pub static SIGN_UP: Policy = window("sign-up", 20, Duration::hours(1));
/// Requests for a mail (reset, verification) from one network address.
pub static MAIL_BY_IP: Policy = window("mail-ip", 5, Duration::minutes(1));
/// Requests for a mail to one address.
pub static MAIL_WISHES: Policy = window("mail-wishes", 3, Duration::hours(1));
/// Mails with a link to one address whose sign-up waits for proof.
pub static MAIL_BY_ADDRESS: Policy = window("mail-address", 3, Duration::hours(1));
/// Notices "somebody signed up with your address".
pub static KNOWN_ADDRESS_NOTICE: Policy = window("known-address-notice", 1, Duration::hours(1));
/// Mails about sign-ins of one account.
pub static SIGN_IN_NOTICE: Policy = window("sign-in-notice", 5, Duration::hours(24));
/// Codes sent to one XMPP address, whoever asks for them: it may be a stranger's.
pub static XMPP_CODES: Policy = window("xmpp-codes", 3, Duration::hours(1));
/// Codes that one account asks for, to whichever XMPP addresses.
pub static XMPP_CODES_BY_ACCOUNT: Policy = window("xmpp-codes-account", 5, Duration::hours(1));
/// Tries of links from one network address.
pub static TOKEN_BY_IP: Policy = window("token-ip", 30, Duration::minutes(1));

/// A bucket's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    /// When the window began.
    pub window_start: Timestamp,
    /// Tries in the window.
    pub used: i32,
    /// Tries since the last success.
    pub strikes: i32,
    /// Until when nothing may be tried.
    pub blocked_until: Option<Timestamp>,
}

/// A refusal: wait this long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limited {
    /// The limit that is reached.
    pub policy: &'static Policy,
    /// How long to wait.
    pub wait: Duration,
}

impl Limited {
    /// Whole seconds to wait, at least one.
    #[must_use]
    pub fn seconds(&self) -> u32 {
        let rounded_up = (self.wait + Duration::milliseconds(999)).num_seconds().max(1);
        u32::try_from(rounded_up).unwrap_or(u32::MAX)
    }

    /// What to do, in words.
    #[must_use]
    pub fn advice(&self) -> String {
        let span = match self.seconds() {
            0..=1 => "a second".to_owned(),
            seconds @ 2..=90 => format!("{seconds} seconds"),
            seconds => format!("{} minutes", seconds.div_ceil(60)),
        };
        let of_factor = self.policy == &FACTOR;
        match &self.policy.penalty {
            Some(penalty) if of_factor && self.wait >= penalty.longest => {
                format!("Too many tries. Wait {span}. If that does not help, set a new password by mail first.")
            }
            Some(_) if !of_factor => {
                format!("Too many tries. Wait {span}. Setting a new password by mail works at once.")
            }
            _ => format!("Too many tries. Wait {span}."),
        }
    }
}

/// Counts one more try at `now`.
///
/// # Errors
/// How long to wait when there is no try left.
pub fn count(state: Option<&State>, policy: &Policy, now: Timestamp) -> Result<State, Duration> {
    let fresh = |strikes| State { window_start: now, used: 1, strikes, blocked_until: None };
    let Some(state) = state else { return Ok(penalised(fresh(1), policy, now)) };
    let (window_ends, limit) = (state.window_start + policy.window, policy.limit);
    let over = match &policy.penalty {
        None if window_ends <= now => true,
        None if state.used >= limit => return Err(window_ends - now),
        None => false,
        Some(penalty) if state.strikes >= penalty.stop_at => return Err(penalty.longest),
        Some(penalty) => match state.blocked_until {
            Some(until) if until > now => return Err(until - now),
            Some(until) => until + penalty.longest <= now,
            None => window_ends <= now,
        },
    };
    let strikes = state.strikes.saturating_add(1);
    let next = if over { fresh(strikes) } else { State { used: state.used.saturating_add(1), strikes, ..*state } };
    Ok(penalised(next, policy, now))
}

fn penalised(state: State, policy: &Policy, now: Timestamp) -> State {
    let blocked_until = policy.penalty.as_ref().filter(|_| state.used >= policy.limit).map(|penalty| {
        let doublings = u32::try_from(state.used - policy.limit).unwrap_or(0).min(16);
        now + (penalty.first * (1 << doublings)).min(penalty.longest)
    });
    State { blocked_until, ..state }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(1_000_000 + seconds).expect("in range")
    }

    /// Tries at once whenever allowed; answers the times of the tries.
    fn attack(policy: &Policy, seconds: i64) -> Vec<i64> {
        let (mut state, mut times, mut now) = (None, Vec::new(), 0);
        while now < seconds {
            match count(state.as_ref(), policy, at(now)) {
                Ok(next) => {
                    state = Some(next);
                    times.push(now);
                }
                Err(wait) => now += wait.num_seconds().max(1),
            }
            if times.len() > 200 {
                break;
            }
        }
        times
    }

    #[test]
    fn five_guesses_then_waits_that_double_to_an_hour_then_nothing() {
        let times = attack(&ACCOUNT, 2_000_000);
        assert_eq!(&times[..5], [0; 5]);
        let waits: Vec<i64> = times[4..].windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert_eq!(&waits[..9], [30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
        assert_eq!(times.len(), 100);
    }

    #[test]
    fn an_hour_of_quiet_forgives_the_waits_but_not_the_strikes() {
        let mut state = None;
        for _ in 0..5 {
            state = Some(count(state.as_ref(), &ACCOUNT, at(0)).expect("five are free"));
        }
        let later = count(state.as_ref(), &ACCOUNT, at(30 + 3_600)).expect("quiet since");
        assert_eq!((later.used, later.strikes, later.blocked_until), (1, 6, None));
    }

    #[test]
    fn a_window_refuses_until_its_end() {
        let mut state = None;
        for _ in 0..10 {
            state = Some(count(state.as_ref(), &IP_FAILURES, at(0)).expect("ten are free"));
        }
        assert_eq!(count(state.as_ref(), &IP_FAILURES, at(20)), Err(Duration::seconds(40)));
        assert_eq!(count(state.as_ref(), &IP_FAILURES, at(60)).map(|state| state.used), Ok(1));
    }

    proptest! {
        #[test]
        fn no_window_ever_holds_more_than_its_limit(gaps in prop::collection::vec(0_i64..30, 1..200)) {
            let (mut state, mut now, mut taken) = (None, 0, Vec::new());
            for gap in gaps {
                now += gap;
                if let Ok(next) = count(state.as_ref(), &IP_FAILURES, at(now)) {
                    state = Some(next);
                    taken.push((next.window_start, now));
                }
            }
            for (start, _) in &taken {
                prop_assert!(taken.iter().filter(|(other, _)| other == start).count() <= 10);
            }
        }
    }

    #[test]
    fn only_what_a_reset_by_mail_opens_is_promised_to_be_opened_by_it() {
        let advice = |policy, wait| Limited { policy, wait }.advice();
        assert!(advice(&ACCOUNT, Duration::seconds(30)).ends_with("works at once."));
        assert!(advice(&PASSWORD_AGAIN, Duration::seconds(30)).ends_with("works at once."));
        assert_eq!(advice(&FACTOR, Duration::seconds(30)), "Too many tries. Wait 30 seconds.");
        assert!(advice(&FACTOR, Duration::hours(1)).ends_with("set a new password by mail first."));
        assert_eq!(advice(&PASSKEY_BY_IP, Duration::seconds(30)), "Too many tries. Wait 30 seconds.");
    }

    #[test]
    fn waits_are_told_in_whole_seconds() {
        let limited = |millis| Limited { policy: &ACCOUNT, wait: Duration::milliseconds(millis) }.seconds();
        assert_eq!((limited(0), limited(1_000), limited(1_001)), (1, 1, 2));
    }
}
