//! Where a call finds its place.

use chrono::Duration;

use crate::kernel::time::Timestamp;

/// How far ahead batches may hold places: a person who comes behind them waits no longer than this for each call.
pub const BATCH_AHEAD: Duration = Duration::milliseconds(250);

/// A lane that is further ahead than any wait can make it comes from a clock that was wrong, and counts as free.
const BEYOND_BELIEF: Duration = Duration::minutes(1);

/// A lane as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lane {
    /// When its next call may leave.
    pub next_at: Timestamp,
    /// Time between two calls.
    pub interval: Duration,
}

impl Lane {
    /// A lane at so many calls a second.
    #[must_use]
    pub fn new(next_at: Timestamp, per_second: u32) -> Self {
        // Rounded up: a rate is kept, not approached from above.
        let micros = 1_000_000_u32.div_ceil(per_second.max(1));
        Self { next_at, interval: Duration::microseconds(i64::from(micros)) }
    }

    fn free_at(&self, now: Timestamp) -> Timestamp {
        if self.next_at > now + BEYOND_BELIEF { now } else { self.next_at.max(now) }
    }

    /// When the call behind one more may leave.
    #[must_use]
    pub fn after_one(&self, now: Timestamp) -> Timestamp {
        self.free_at(now) + self.interval
    }
}

/// What a call that asks is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// It leaves at this instant.
    At(Timestamp),
    /// It would leave at this instant, too far ahead to hold it.
    Later(Timestamp),
}

/// The place of a call that needs all these lanes and takes none more than `ahead` of now.
#[must_use]
pub fn place(lanes: &[Lane], now: Timestamp, ahead: Duration) -> Place {
    let leaves = lanes.iter().map(|lane| lane.free_at(now)).max().unwrap_or(now);
    if leaves - now <= ahead { Place::At(leaves) } else { Place::Later(leaves) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(1_700_000_000_000_000 + micros).expect("in range")
    }

    #[test]
    fn a_clock_that_was_wrong_blocks_nobody() {
        let lane = Lane::new(at(3_600_000_000), 25);
        assert_eq!(place(&[lane], at(0), Duration::zero()), Place::At(at(0)));
        assert_eq!(lane.after_one(at(0)), at(40_000));
    }

    #[test]
    fn a_rate_that_divides_badly_is_kept_from_below() {
        assert_eq!(Lane::new(at(0), 3).interval, Duration::microseconds(333_334));
    }

    proptest! {
        /// Whoever asks when, in whatever mixture of persons and batches: no second holds more calls than its rate and
        /// one, and no batch holds a place further ahead than it may.
        #[test]
        fn the_rate_is_kept(
            rate in 1_u32..200,
            asks in prop::collection::vec((0_i64..400_000, any::<bool>()), 1..300),
        ) {
            let (mut now, mut next, mut left) = (at(0), at(0), Vec::new());
            for (pause, person) in asks {
                now = now + Duration::microseconds(pause / 8);
                let lane = Lane::new(next, rate);
                let ahead = if person { Duration::seconds(5) } else { BATCH_AHEAD };
                match place(&[lane], now, ahead) {
                    Place::At(leaves) => {
                        prop_assert!(leaves >= now && leaves - now <= ahead);
                        left.push(leaves);
                        next = lane.after_one(now);
                    }
                    Place::Later(leaves) => prop_assert!(leaves - now > ahead, "asking again at once would spin"),
                }
            }
            let interval = Lane::new(next, rate).interval;
            prop_assert!(left.windows(2).all(|pair| pair[1] - pair[0] >= interval));
        }

        /// The slower of two lanes decides, and the other is not held up for calls that need only it.
        #[test]
        fn the_fullest_lane_decides(first in 0_i64..200_000, second in 0_i64..200_000) {
            let lanes = [Lane::new(at(first), 100), Lane::new(at(second), 25)];
            prop_assert_eq!(place(&lanes, at(0), Duration::seconds(1)), Place::At(at(first.max(second))));
            prop_assert_eq!(lanes[0].after_one(at(0)), at(first + 10_000));
        }
    }
}
