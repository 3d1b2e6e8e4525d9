//! When the next run of an input is due.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use host_sim_runtime::Clock;
use host_sim_runtime::contract::Timestamp;
use host_sim_runtime::flow::StopSignal;

/// How much earlier than it has to be a run may begin, so that hosts that were started together do not ask together: a twentieth of the interval, ten
/// minutes at most.
const EARLY: u32 = 20;
const MOST_EARLY: Duration = Duration::from_secs(600);

/// It is never waited longer without a look at both clocks.
const LOOK: Duration = Duration::from_secs(30);

/// Time as schedules and pauses see it.
#[derive(Debug, Clone, Copy)]
pub struct Timer {
    started: Instant,
    wall: Timestamp,
    speed: u32,
}

/// A time by both clocks: the one that only goes forward, and the one that people set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) steady: Duration,
    pub(crate) wall: Timestamp,
}

impl Timer {
    /// Time as it goes.
    pub fn real() -> Self {
        Self::sped_up(1)
    }

    /// Time that goes so many times as fast, to see in an hour what weeks do.
    pub fn sped_up(speed: u32) -> Self {
        Self { started: Instant::now(), wall: Clock::System.now(), speed: speed.max(1) }
    }

    pub(crate) fn now(&self) -> Moment {
        let steady = self.started.elapsed().saturating_mul(self.speed);
        let wall = if self.speed == 1 { Clock::System.now() } else { self.wall.saturating_add(milliseconds(steady)) };
        Moment { steady, wall }
    }

    /// Waits for so long, unless it is to stop; gives whether it is.
    pub(crate) fn wait(&self, time: Duration, stop: &StopSignal) -> bool {
        stop.wait(time / self.speed)
    }
}

/// When the runs of an input begin.
#[derive(Debug)]
pub(crate) struct Schedule {
    every: Duration,
    /// When the last run began that came to its end, and how long after that the next one is due.
    last: Option<(Moment, Duration)>,
}

impl Schedule {
    /// The first run is due at once.
    pub(crate) fn new(every: Duration) -> Self {
        Self { every, last: None }
    }

    /// A run that began then came to its end.
    pub(crate) fn ran(&mut self, began: Moment) {
        let most = (self.every / EARLY).min(MOST_EARLY);
        let random = RandomState::new().hash_one(began.wall) % 1_000;
        let early = most.saturating_mul(u32::try_from(random).unwrap_or_default()) / 1_000;
        self.last = Some((began, self.every - early));
    }

    /// How long until the next run; none once it is due. It is due as soon as one of the clocks says so: a machine that slept has missed it, and a
    /// clock that is set back holds nothing up. However many were missed, it is one run.
    pub(crate) fn left(&self, now: Moment) -> Duration {
        let Some((began, after)) = self.last else { return Duration::ZERO };
        let steady = now.steady.saturating_sub(began.steady);
        let wall = Duration::from_millis(now.wall.saturating_sub(began.wall));
        after.saturating_sub(steady.max(wall))
    }

    /// Waits until a run is due; gives whether it is to stop instead.
    pub(crate) fn wait(&self, timer: &Timer, stop: &StopSignal) -> bool {
        loop {
            let left = self.left(timer.now());
            if left.is_zero() {
                return stop.is_stopped();
            }
            if timer.wait(left.min(LOOK.saturating_mul(timer.speed)), stop) {
                return true;
            }
        }
    }

    /// When it is due by the clock that people read.
    pub(crate) fn next(&self, now: Moment) -> Timestamp {
        now.wall.saturating_add(milliseconds(self.left(now)))
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// How long to wait before an input is built again that failed so many times in a row: a second, twice as long each time, two minutes at most.
pub(crate) fn back_off(failures: u32) -> Duration {
    Duration::from_secs(2_u64.saturating_pow(failures.saturating_sub(1)).min(120))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Moment, Schedule, Timer, back_off};
    use host_sim_runtime::flow::StopSignal;

    const HOUR: Duration = Duration::from_secs(3_600);

    fn at(steady_hours: u32, wall_hours: u64) -> Moment {
        Moment { steady: HOUR * steady_hours, wall: 1_800_000_000_000 + wall_hours * 3_600_000 }
    }

    #[test]
    fn a_run_is_due_at_once_and_then_a_little_before_each_interval_ends() {
        let mut schedule = Schedule::new(HOUR * 12);
        assert_eq!(schedule.left(at(0, 0)), Duration::ZERO);
        schedule.ran(at(0, 0));
        let left = schedule.left(at(1, 1));
        assert!(left <= HOUR * 11 && left >= HOUR * 11 - Duration::from_secs(600), "{left:?}");
        assert_eq!(schedule.left(at(12, 12)), Duration::ZERO);
        assert_eq!(schedule.left(at(1_000, 1_000)), Duration::ZERO, "many are missed, and it is one run");
        let later = (0..50).map(|_| {
            schedule.ran(at(0, 0));
            schedule.left(at(0, 0))
        });
        assert!(later.collect::<std::collections::BTreeSet<_>>().len() > 1, "hosts do not ask together");
    }

    #[test]
    fn a_clock_that_jumps_neither_holds_a_run_up_nor_starts_many() {
        let mut schedule = Schedule::new(HOUR * 12);
        schedule.ran(at(10, 10));
        assert!(schedule.left(at(11, 0)) > HOUR * 10, "set back: the steady one counts");
        assert_eq!(schedule.left(at(22, 0)), Duration::ZERO);
        assert_eq!(schedule.left(at(11, 5_000)), Duration::ZERO, "the machine slept, or the clock was set forward");
        schedule.ran(at(11, 5_000));
        assert!(schedule.left(at(12, 5_001)) > HOUR * 10, "once");
    }

    #[test]
    fn time_can_be_sped_up_and_a_wait_ends_with_a_stop() {
        let (timer, stop) = (Timer::sped_up(100_000), StopSignal::default());
        let mut schedule = Schedule::new(HOUR);
        schedule.ran(timer.now());
        assert!(!schedule.wait(&timer, &stop));
        stop.stop();
        schedule.ran(timer.now());
        assert!(schedule.wait(&Timer::real(), &stop));
    }

    #[test]
    fn failures_are_waited_out_for_two_minutes_at_most() {
        let waits: Vec<u64> = [1, 2, 3, 8, 9, 1_000].into_iter().map(|failures| back_off(failures).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 120, 120, 120]);
    }
}
