//! What time a component is told.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::contract::Timestamp;

/// Where the time that a component is told comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// Always this time, so that a run can be repeated to the byte.
    Fixed(Timestamp),
}

impl Clock {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn now(self) -> Timestamp {
        match self {
            Self::Fixed(time) => time,
            Self::System => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Timestamp::try_from(since.as_millis()).unwrap_or(Timestamp::MAX)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Clock;

    #[test]
    fn a_fixed_clock_stands_still_and_the_machines_does_not_stand_in_1970() {
        assert_eq!(Clock::Fixed(7).now(), 7);
        assert!(Clock::System.now() > 1_700_000_000_000);
    }
}
