//! Which marks are earned. It neither stores anything nor asks for the time, and so can be tried with every order of events.

use std::collections::{HashMap, VecDeque};

use super::parcel::{Lane, Mark};

/// What is open, lane by lane. What nobody settles stays open: forgetting is no success.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    lanes: HashMap<Lane, Entries>,
    entered: u64,
}

#[derive(Debug, Default)]
struct Entries {
    /// In the order in which they were entered.
    open: VecDeque<Entry>,
    /// The newest mark with nothing open before it, until somebody takes it.
    earned: Option<Mark>,
}

#[derive(Debug)]
struct Entry {
    number: u64,
    /// How many documents are not settled.
    documents: usize,
    mark: Option<Mark>,
}

/// Stands for a parcel that was entered.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ticket {
    pub(super) lane: Lane,
    number: u64,
}

impl Ledger {
    /// Enters so many documents of a lane, and the mark that they lead to.
    pub(super) fn enter(&mut self, lane: &Lane, documents: usize, mark: Option<Mark>) -> Ticket {
        let number = self.entered;
        self.entered += 1;
        let entries = self.lanes.entry(lane.clone()).or_default();
        entries.open.push_back(Entry { number, documents, mark });
        entries.close();
        Ticket { lane: lane.clone(), number }
    }

    /// Notes that a document is stored, or in the dead-letter file.
    pub(super) fn settle(&mut self, ticket: &Ticket) {
        let Some(entries) = self.lanes.get_mut(&ticket.lane) else { return };
        let Ok(at) = entries.open.binary_search_by_key(&ticket.number, |entry| entry.number) else { return };
        if let Some(entry) = entries.open.get_mut(at) {
            entry.documents = entry.documents.saturating_sub(1);
        }
        entries.close();
    }

    /// Forgets what is open in a lane, and with it the marks that it leads to: tickets of before settle nothing any more.
    pub(super) fn forget(&mut self, lane: &Lane) {
        self.lanes.remove(lane);
    }

    /// Whether nothing of a lane is open.
    pub(super) fn is_settled(&self, lane: &Lane) -> bool {
        self.lanes.get(lane).is_none_or(|entries| entries.open.is_empty())
    }

    /// A mark that is earned and was not taken yet; of several of a lane, the newest.
    pub(super) fn earned(&mut self) -> Option<(Lane, Mark)> {
        self.lanes.iter_mut().find_map(|(lane, entries)| Some((lane.clone(), entries.earned.take()?)))
    }
}

impl Entries {
    /// Closes what is settled and has nothing open before it.
    fn close(&mut self) {
        while let Some(entry) = self.open.pop_front_if(|entry| entry.documents == 0) {
            self.earned = entry.mark.or(self.earned.take());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Lane, Ledger, Mark};

    fn mark(number: u8) -> Option<Mark> {
        Some(Mark::Cursor(vec![number]))
    }

    #[test]
    fn a_mark_is_earned_when_everything_before_it_is_settled() {
        let (mut ledger, lane) = (Ledger::default(), Lane::new("a"));
        let first = ledger.enter(&lane, 2, mark(1));
        let second = ledger.enter(&lane, 1, None);
        let third = ledger.enter(&lane, 1, mark(3));
        ledger.settle(&third);
        ledger.settle(&first);
        assert_eq!((ledger.earned(), ledger.is_settled(&lane)), (None, false));
        ledger.settle(&first);
        assert_eq!(ledger.earned(), Some((lane.clone(), Mark::Cursor(vec![1]))));
        assert_eq!(ledger.earned(), None, "it is taken");
        ledger.settle(&second);
        assert!(ledger.is_settled(&lane));
        assert_eq!(ledger.earned(), Some((lane, Mark::Cursor(vec![3]))));
    }

    #[test]
    fn of_several_marks_the_newest_counts() {
        let (mut ledger, lane) = (Ledger::default(), Lane::new("a"));
        let tickets = [1, 2, 3].map(|number| ledger.enter(&lane, 1, mark(number)));
        let _open = ledger.enter(&lane, 1, mark(4));
        tickets.iter().for_each(|ticket| ledger.settle(ticket));
        assert_eq!(ledger.earned(), Some((lane, Mark::Cursor(vec![3]))));
    }

    #[test]
    fn nothing_to_store_is_settled_at_once_unless_something_is_before_it() {
        let (mut ledger, lane) = (Ledger::default(), Lane::new("a"));
        ledger.enter(&lane, 0, mark(1));
        assert_eq!(ledger.earned(), Some((lane.clone(), Mark::Cursor(vec![1]))));
        let open = ledger.enter(&lane, 1, None);
        ledger.enter(&lane, 0, mark(2));
        assert_eq!(ledger.earned(), None);
        ledger.settle(&open);
        assert_eq!(ledger.earned(), Some((lane, Mark::Cursor(vec![2]))));
    }

    #[test]
    fn what_is_forgotten_earns_nothing_and_is_in_nobodys_way() {
        let (mut ledger, lane, other) = (Ledger::default(), Lane::new("a"), Lane::new("b"));
        let [earned, old, beside] = [(&lane, 1), (&lane, 2), (&other, 3)].map(|(lane, number)| ledger.enter(lane, 1, mark(number)));
        ledger.settle(&earned);
        ledger.forget(&lane);
        assert_eq!(ledger.earned(), None, "not even what nobody has taken");
        let new = ledger.enter(&lane, 1, mark(4));
        ledger.settle(&old);
        assert_eq!(ledger.earned(), None);
        ledger.settle(&new);
        assert_eq!(ledger.earned(), Some((lane, Mark::Cursor(vec![4]))));
        ledger.settle(&beside);
        assert_eq!(ledger.earned(), Some((other, Mark::Cursor(vec![3]))));
    }

    #[test]
    fn lanes_do_not_wait_for_each_other() {
        let (mut ledger, one, other) = (Ledger::default(), Lane::new("a"), Lane::new("b"));
        ledger.enter(&one, 1, mark(1));
        let ticket = ledger.enter(&other, 1, mark(2));
        ledger.settle(&ticket);
        assert_eq!(ledger.earned(), Some((other, Mark::Cursor(vec![2]))));
        assert_eq!(ledger.earned(), None);
    }
}
