//! The coarse limit on requests from one address; the guessing limits of sign-in are `identity`'s, in the database.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::real_ip::limit_group;
use crate::config::Limits;

/// Addresses kept before the idle ones are forgotten.
const KEEP: usize = 10_000;

/// Counts requests by address, in this process.
pub struct RequestLimit {
    limiter: Option<DefaultKeyedRateLimiter<IpAddr>>,
    clock: DefaultClock,
}

impl RequestLimit {
    /// From configuration.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        let each = NonZeroU32::new(limits.requests_per_second).filter(|_| limits.enabled);
        let limiter = each
            .zip(NonZeroU32::new(limits.burst))
            .map(|(each, burst)| RateLimiter::keyed(Quota::per_second(each).allow_burst(burst)));
        Self { limiter, clock: DefaultClock::default() }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// Seconds to wait when the address has had its share.
    pub fn take(&self, address: IpAddr) -> Result<(), u32> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        if limiter.len() > KEEP {
            limiter.retain_recent();
        }
        limiter.check_key(&limit_group(address)).map_err(|not_yet| {
            let wait = not_yet.wait_time_from(self.clock.now()).as_secs() + 1;
            u32::try_from(wait).unwrap_or(u32::MAX)
        })
    }
}
