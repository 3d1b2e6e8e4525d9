//! Problems that come again and again: the first of a code are told, the rest are counted.

use std::collections::BTreeMap;

use host_sim_runtime::contract::Problem;

use super::console::{Console, LONGEST_CODE, beginning};

/// Problems of a code that are told one by one.
pub(super) const MOST_TOLD: u64 = 5;

/// Codes that are kept apart. A component has a few dozen; one that makes them up does not fill the memory.
const MOST_CODES: usize = 1000;

/// How many problems there were of each code.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    counts: BTreeMap<String, u64>,
}

impl Repeats {
    /// Tells a problem, if there were not yet enough of its code.
    pub(super) fn tell(&mut self, problem: &Problem, source: Option<u64>, console: &Console) {
        if self.is_news(problem.severity.name(), &problem.code) {
            console.problem(problem, source);
        }
    }

    fn is_news(&mut self, severity: &str, code: &str) -> bool {
        let mut kind = format!("{severity}: {}", beginning(code, LONGEST_CODE));
        if self.counts.len() >= MOST_CODES && !self.counts.contains_key(&kind) {
            kind = format!("{severity}: other problems");
        }
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        *count <= MOST_TOLD
    }

    /// Says how many were not told.
    pub(super) fn finish(&self, console: &Console) {
        self.rest().for_each(|line| console.say_on_one_line(&line));
    }

    fn rest(&self) -> impl Iterator<Item = String> {
        let more = self.counts.iter().filter(|(_, count)| **count > MOST_TOLD);
        more.map(|(kind, count)| format!("{kind}: and {} more", count - MOST_TOLD))
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_CODES, Repeats};

    #[test]
    fn the_first_five_of_a_code_are_told_and_the_rest_are_counted() {
        let mut repeats = Repeats::default();
        let told: Vec<bool> = (0..7).map(|_| repeats.is_news("warning", "a")).collect();
        assert_eq!(told, [true, true, true, true, true, false, false]);
        assert!((0..5).all(|_| repeats.is_news("error", "a")), "an error is not lost among warnings");
        assert_eq!(repeats.rest().collect::<Vec<_>>(), ["warning: a: and 2 more"]);
        for code in 0..2 * MOST_CODES {
            repeats.is_news("info", &code.to_string());
        }
        assert_eq!(repeats.counts.len(), MOST_CODES + 1);
    }
}
