//! How often a component may stop before nobody tries again.

use crate::host::Stop;

/// So many stops are put up with.
const STOPS: u32 = 256;

/// A stop that took all of its time counts as so many of the others, which take next to none.
const WEIGHT_OF_TIME: u32 = 64;

/// What is left of the patience with a component.
#[derive(Debug, Clone)]
pub(crate) struct Patience {
    left: u32,
}

impl Patience {
    /// All of it.
    pub(crate) fn new() -> Self {
        Self { left: STOPS }
    }

    /// Whether there is enough of it for this stop, too.
    pub(crate) fn bears(&mut self, stop: &Stop) -> bool {
        let weight = if matches!(stop, Stop::TimedOut(_)) { WEIGHT_OF_TIME } else { 1 };
        match self.left.checked_sub(weight) {
            Some(left) => {
                self.left = left;
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Patience;
    use crate::host::Stop;

    #[test]
    fn time_weighs_more_than_traps() {
        let stops = |stop: Stop| {
            let mut patience = Patience::new();
            (0..).take_while(|_| patience.bears(&stop)).count()
        };
        assert_eq!(stops(Stop::Trapped(String::new())), 256);
        assert_eq!(stops(Stop::TimedOut(Duration::ZERO)), 4);
    }
}
