//! When the next request may leave: so many a second, so many at once after a pause, slower while Azure says that little is left, and not at all while it
//! says to wait.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

/// Azure refills 25 reads a second up to 250; with fewer left than this it is asked more slowly.
const LITTLE: u64 = 50;

/// The least requests a second, so that nothing comes to a standstill.
const LEAST: f64 = 1.0;

/// Lets requests leave.
#[derive(Debug)]
pub(super) struct Pace {
    /// Requests a second.
    most: f64,
    burst: f64,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Requests that may leave at once; below nothing there are so many in the queue.
    left: f64,
    since: Instant,
    /// Requests a second as things are.
    rate: f64,
    held_until: Option<Instant>,
}

impl Pace {
    pub(super) fn new(requests_per_second: u32, burst: u32) -> Self {
        let (most, burst) = (f64::from(requests_per_second.max(1)), f64::from(burst.max(1)));
        Self { most, burst, state: Mutex::new(State { left: burst, since: Instant::now(), rate: most, held_until: None }) }
    }

    /// Waits until a request may leave.
    pub(super) async fn wait(&self) {
        let wait = self.reserve();
        // Even no time at all is a millisecond to a timer.
        if !wait.is_zero() {
            sleep(wait).await;
        }
        while let Some(until) = self.held() {
            sleep_until(until).await;
        }
    }

    /// Nothing leaves for so long.
    pub(super) fn hold(&self, time: Duration) {
        let Some(until) = Instant::now().checked_add(time) else { return };
        let mut state = self.state();
        state.held_until = state.held_until.max(Some(until));
        // What was saved up would only be refused.
        state.left = state.left.min(0.0);
    }

    /// Azure says how many requests are left to it.
    pub(super) fn told(&self, remaining: u64) {
        let part = f64::from(u32::try_from(remaining.min(LITTLE)).unwrap_or_default()) / f64::from(u32::try_from(LITTLE).unwrap_or(1));
        let mut state = self.state();
        self.refill(&mut state);
        state.rate = (self.most * part).max(LEAST).min(self.most);
        if remaining < LITTLE {
            state.left = state.left.min(0.0);
        }
    }

    /// Takes a place in the queue, and says how long it is until then.
    fn reserve(&self) -> Duration {
        let mut state = self.state();
        self.refill(&mut state);
        state.left -= 1.0;
        Duration::try_from_secs_f64(-state.left / state.rate).unwrap_or_default()
    }

    fn refill(&self, state: &mut State) {
        let now = Instant::now();
        let earned = now.duration_since(state.since).as_secs_f64() * state.rate;
        state.left = (state.left + earned).min(self.burst);
        state.since = now;
    }

    fn held(&self) -> Option<Instant> {
        self.state().held_until.filter(|until| *until > Instant::now())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::Pace;

    /// Whole milliseconds until so many requests have left.
    async fn time_of(pace: &Pace, requests: u32) -> u128 {
        let start = Instant::now();
        for _ in 0..requests {
            pace.wait().await;
        }
        start.elapsed().as_millis()
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_leaves_at_once_and_the_rest_as_it_is_earned() {
        let pace = Pace::new(20, 100);
        assert_eq!(time_of(&pace, 100).await, 0);
        let time = time_of(&pace, 40).await;
        assert!((1_990..=2_060).contains(&time), "{time}");
        tokio::time::sleep(Duration::from_secs(3600)).await;
        assert_eq!(time_of(&pace, 100).await, 0, "no more than a burst is saved up");
        assert!(time_of(&pace, 1).await > 40);
    }

    #[tokio::test(start_paused = true)]
    async fn those_who_wait_side_by_side_leave_one_after_the_other() {
        let pace = std::sync::Arc::new(Pace::new(10, 1));
        let start = Instant::now();
        let tasks: Vec<_> = (0..11)
            .map(|_| {
                let pace = pace.clone();
                tokio::spawn(async move { pace.wait().await })
            })
            .collect();
        for task in tasks {
            task.await.expect("it ends");
        }
        assert!((990..=1_020).contains(&start.elapsed().as_millis()), "{:?}", start.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_leaves_while_it_is_held_and_the_longest_counts() {
        let pace = Pace::new(1_000, 1_000);
        pace.hold(Duration::from_secs(30));
        pace.hold(Duration::from_secs(10));
        let time = time_of(&pace, 1).await;
        assert!((30_000..=30_010).contains(&time), "{time}");
        pace.hold(Duration::MAX);
    }

    #[tokio::test(start_paused = true)]
    async fn it_slows_down_before_azure_refuses() {
        let pace = Pace::new(20, 100);
        pace.told(11_999);
        assert_eq!(time_of(&pace, 10).await, 0);
        pace.told(25);
        let time = time_of(&pace, 10).await;
        assert!((950..=1_050).contains(&time), "half as fast: {time}");
        pace.told(0);
        let time = time_of(&pace, 5).await;
        assert!((4_900..=5_100).contains(&time), "one a second: {time}");
        pace.told(200);
        assert!(time_of(&pace, 20).await <= 1_050);
    }
}
