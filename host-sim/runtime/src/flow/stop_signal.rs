//! Tells a flow to stop.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Said once, heard by everybody who has a clone of it.
#[derive(Debug, Clone, Default)]
pub struct StopSignal(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    phase: Mutex<Phase>,
    changed: Condvar,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    #[default]
    Running,
    Stopping,
    CutOff,
}

impl StopSignal {
    /// Sources end; what they have given is delivered still.
    pub fn stop(&self) {
        self.enter(Phase::Stopping);
    }

    /// Delivery ends as well. What is not stored is not settled.
    pub fn cut_off(&self) {
        self.enter(Phase::CutOff);
    }

    /// Whether sources are to end.
    pub fn is_stopped(&self) -> bool {
        self.phase() >= Phase::Stopping
    }

    /// Whether delivery is to end.
    pub fn is_cut_off(&self) -> bool {
        self.phase() == Phase::CutOff
    }

    /// Waits for so long, unless sources are to end; gives whether they are.
    pub fn wait(&self, time: Duration) -> bool {
        let phase = self.0.phase.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.0.changed.wait_timeout_while(phase, time, |phase| *phase < Phase::Stopping);
        let (phase, _) = waited.unwrap_or_else(PoisonError::into_inner);
        *phase >= Phase::Stopping
    }

    /// Waits for so long, unless delivery is to end.
    pub(super) fn pause(&self, time: Duration) {
        let phase = self.0.phase.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.0.changed.wait_timeout_while(phase, time, |phase| *phase < Phase::CutOff));
    }

    fn enter(&self, phase: Phase) {
        let mut now = self.0.phase.lock().unwrap_or_else(PoisonError::into_inner);
        *now = phase.max(*now);
        self.0.changed.notify_all();
    }

    fn phase(&self) -> Phase {
        *self.0.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::StopSignal;

    #[test]
    fn it_is_heard_by_all_and_not_taken_back() {
        let signal = StopSignal::default();
        let other = signal.clone();
        assert!(!other.is_stopped());
        signal.stop();
        assert!(other.is_stopped() && !other.is_cut_off());
        signal.cut_off();
        signal.stop();
        assert!(other.is_stopped() && other.is_cut_off());
    }

    #[test]
    fn a_pause_ends_when_delivery_is_to_end() {
        let (signal, started) = (StopSignal::default(), Instant::now());
        let other = signal.clone();
        let thread = std::thread::spawn(move || other.pause(Duration::from_secs(3600)));
        assert!(!signal.wait(Duration::ZERO));
        signal.cut_off();
        assert!(signal.wait(Duration::from_secs(3600)));
        thread.join().expect("it ends");
        assert!(started.elapsed() < Duration::from_secs(60));
    }
}
