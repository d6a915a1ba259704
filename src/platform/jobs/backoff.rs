//! How long a failed job waits.

use chrono::Duration;

/// Attempts before a job is given up: with the waits below, after about half a day.
pub const MAX_ATTEMPTS: i32 = 20;
const FIRST_SECONDS: i64 = 2;
const LONGEST_SECONDS: i64 = 3_600;

/// Two seconds, doubling to an hour, each between half and one and a half of that: failed together, not retried together.
#[must_use]
pub fn wait(attempts: i32, random: [u8; 2]) -> Duration {
    let doublings = u32::try_from(attempts.clamp(1, 20) - 1).unwrap_or(0);
    let seconds = (FIRST_SECONDS << doublings).min(LONGEST_SECONDS);
    let share = 500 + i64::from(u16::from_be_bytes(random)) * 1_000 / 65_535;
    Duration::milliseconds(seconds * share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn waits_grow_and_stay_bounded(attempts in i32::MIN..i32::MAX, random: [u8; 2]) {
            let wait = wait(attempts, random);
            prop_assert!(wait >= Duration::seconds(1) && wait <= Duration::seconds(5_400));
        }
    }

    #[test]
    fn the_middle_doubles() {
        let middle = [0x7f, 0xff];
        let seconds: Vec<i64> =
            [1, 2, 3, 11, 12, 20].iter().map(|n| wait(*n, middle).num_milliseconds() / 999).collect();
        assert_eq!(seconds, [2, 4, 8, 2_048, 3_600, 3_600]);
    }
}
