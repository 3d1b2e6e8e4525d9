//! Samples, taken so that the noise of a busy machine hits all sides alike.

use std::time::Duration;

/// One of the things that are compared.
pub(crate) struct Side<'a> {
    name: &'static str,
    work: Box<dyn FnMut() -> anyhow::Result<()> + 'a>,
}

impl<'a> Side<'a> {
    pub(crate) fn new(name: &'static str, work: impl FnMut() -> anyhow::Result<()> + 'a) -> Self {
        Self { name, work: Box::new(work) }
    }
}

/// Seconds that each side took in each round.
#[derive(Debug)]
pub(crate) struct Rounds(Vec<(&'static str, Vec<f64>)>);

/// Lets each side work `passes` times in every round, after one time that does not count. Each round begins with another side.
pub(crate) fn compare(rounds: usize, passes: usize, mut sides: Vec<Side<'_>>) -> anyhow::Result<Rounds> {
    let mut taken: Vec<(&'static str, Vec<f64>)> = sides.iter().map(|side| (side.name, Vec::with_capacity(rounds))).collect();
    for side in &mut sides {
        (side.work)()?;
    }
    for round in 0..rounds {
        for place in 0..sides.len() {
            let at = (round + place) % sides.len();
            let (Some(side), Some((_, times))) = (sides.get_mut(at), taken.get_mut(at)) else { continue };
            let before = thread_time()?;
            for _ in 0..passes {
                (side.work)()?;
            }
            times.push((thread_time()? - before).as_secs_f64());
        }
    }
    Ok(Rounds(taken))
}

impl Rounds {
    /// The median time of a side in seconds.
    pub(crate) fn seconds(&self, side: &str) -> f64 {
        median(self.times(side).to_vec())
    }

    /// The median of how many times as long one side took as another one in the same round.
    pub(crate) fn ratio(&self, side: &str, other: &str) -> f64 {
        median(self.times(side).iter().zip(self.times(other)).map(|(one, other)| one / other).collect())
    }

    fn times(&self, side: &str) -> &[f64] {
        self.0.iter().find(|(name, _)| *name == side).map_or(&[], |(_, times)| times)
    }
}

/// The middle one; not a number if there is none.
pub(crate) fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples.get(samples.len() / 2).copied().unwrap_or(f64::NAN)
}

/// How long this thread has run on a processor.
fn thread_time() -> anyhow::Result<Duration> {
    // The kernel brings the count up to date when the thread gives way; otherwise it may be a few milliseconds old.
    std::thread::yield_now();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")
        .map_err(|error| anyhow::anyhow!("cannot read how long this thread has run, which needs Linux: {error}"))?;
    let nanoseconds = text.split_ascii_whitespace().next().unwrap_or_default().parse()?;
    Ok(Duration::from_nanos(nanoseconds))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::{Rounds, Side, compare, median};

    #[test]
    fn the_middle_one() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert!(median(Vec::new()).is_nan());
    }

    #[test]
    fn a_ratio_is_of_times_of_the_same_round() {
        // The machine was slow in the second round, for both.
        let rounds = Rounds(vec![("one", vec![1.0, 10.0, 2.0]), ("other", vec![2.0, 20.0, 4.0])]);
        assert_eq!((rounds.ratio("other", "one"), rounds.seconds("one")), (2.0, 2.0));
        assert!(rounds.seconds("none").is_nan());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn every_side_works_in_every_round_and_once_before() {
        let calls = [Cell::new(0), Cell::new(0)];
        let count = |at: usize| {
            calls[at].set(calls[at].get() + 1);
            Ok(())
        };
        let rounds = compare(5, 3, vec![Side::new("one", || count(0)), Side::new("other", || count(1))]).expect("it is Linux");
        assert_eq!(calls.map(Cell::into_inner), [1 + 5 * 3; 2]);
        assert_eq!((rounds.times("one").len(), rounds.times("other").len()), (5, 5));
    }
}
