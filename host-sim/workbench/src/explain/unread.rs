//! The members that no rule read in a whole file, each counted once a message.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use host_sim_runtime::contract::{Explanation, Timestamp};
use host_sim_runtime::{Instance, Stop};
use serde::Serialize;

use crate::recording::MessageLine;

/// Members that are kept apart: one whose name is never the same twice does not fill the memory.
const MOST: usize = 10_000;

/// Members that no rule read, in all messages that were looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Unread {
    messages: u64,
    documents: u64,
    /// By their paths, in which the place of an element is left out.
    unused: BTreeMap<String, Member>,
    /// How often there were more than are kept apart.
    others: u64,
    /// Messages that stopped the component.
    stopped: u64,
    /// The line of the first of them, from 1.
    first_stopped: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Member {
    /// How many messages have it.
    messages: u64,
    /// The line of the first, from 1.
    first_line: u64,
}

impl Unread {
    /// Looks at a message. One that stops the component is counted, and a fresh instance takes over.
    pub fn add(&mut self, instance: &mut Instance, now: Timestamp, dataset: u32, line: &MessageLine) -> Result<(), Stop> {
        match instance.explain(now, dataset, &line.message) {
            Ok(explanations) => self.count(line.line + 1, &explanations),
            Err(_) => {
                self.messages += 1;
                self.stopped += 1;
                self.first_stopped.get_or_insert(line.line + 1);
                instance.restart()?;
            }
        }
        Ok(())
    }

    fn count(&mut self, line: u64, explanations: &[Explanation]) {
        self.messages += 1;
        self.documents += u64::try_from(explanations.len()).unwrap_or(u64::MAX);
        let members: BTreeSet<String> = explanations.iter().flat_map(|explanation| &explanation.unused).map(|path| folded(path)).collect();
        for member in members {
            let is_full = self.unused.len() >= MOST;
            match self.unused.get_mut(&member) {
                Some(member) => member.messages += 1,
                None if is_full => self.others += 1,
                None => drop(self.unused.insert(member, Member { messages: 1, first_line: line })),
            }
        }
    }

    /// Whether every message could be looked at.
    pub fn is_whole(&self) -> bool {
        self.stopped == 0
    }
}

/// A path without the places of elements.
fn folded(path: &str) -> String {
    let mut folded = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('[') {
        folded.push_str(before);
        folded.push('[');
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        rest = if after.as_bytes().get(digits) == Some(&b']') { after.get(digits..).unwrap_or_default() } else { after };
    }
    folded + rest
}

impl fmt::Display for Unread {
    /// The members that most messages have come first.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "messages: {}, documents: {}", self.messages, self.documents)?;
        let mut members: Vec<(&String, &Member)> = self.unused.iter().collect();
        members.sort_by_key(|(_, member)| std::cmp::Reverse(member.messages));
        if !members.is_empty() {
            writeln!(formatter, "\nnot used")?;
        }
        for (path, Member { messages, first_line }) in members {
            writeln!(formatter, "  {path}: {messages}, first in line {first_line}")?;
        }
        if self.others > 0 {
            writeln!(formatter, "  others: {}", self.others)?;
        }
        if let Some(line) = self.first_stopped {
            writeln!(formatter, "\nstopped the component: {}, first in line {line}", self.stopped)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use host_sim_runtime::contract::Explanation;

    use super::{MOST, Unread, folded};

    fn explanation(unused: &[&str]) -> Explanation {
        Explanation { traces: Vec::new(), unused: unused.iter().map(|path| (*path).to_owned()).collect() }
    }

    #[test]
    fn a_member_counts_once_a_message_wherever_in_it_it_stands() {
        let mut unread = Unread::default();
        unread.count(1, &[explanation(&["A", "B[0].c", "B[17].c"]), explanation(&["A"])]);
        unread.count(4, &[explanation(&["B[2].c"])]);
        unread.count(5, &[explanation(&[])]);
        assert_eq!(unread.to_string(), "messages: 3, documents: 4\n\nnot used\n  B[].c: 2, first in line 1\n  A: 1, first in line 1\n");
        let json = r#"{"messages":3,"documents":4,"unused":{"A":{"messages":1,"first_line":1},"B[].c":{"messages":2,"first_line":1}},"others":0,"stopped":0,"first_stopped":null}"#;
        assert_eq!(serde_json::to_string(&unread).expect("JSON"), json);
    }

    #[test]
    fn names_that_are_never_the_same_do_not_fill_the_memory() {
        let mut unread = Unread::default();
        for number in 0..MOST + 3 {
            unread.count(1, &[explanation(&[&format!("m{number}")])]);
        }
        assert_eq!((unread.unused.len(), unread.others), (MOST, 3));
        assert!(unread.to_string().ends_with("\n  others: 3\n"));
    }

    #[test]
    fn the_place_of_an_element_is_left_out() {
        for (path, expected) in [("a", "a"), ("a[1].b[22][3]", "a[].b[][]"), ("a[x].b[1", "a[x].b[1"), ("[0]", "[]")] {
            assert_eq!(folded(path), expected);
        }
    }
}
