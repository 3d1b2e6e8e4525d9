//! What a cursor of a scope may say: the place before which everything is stored, and what was counted up to there.

use std::collections::VecDeque;
use std::sync::Arc;

use super::report::Counts;

/// Records between the oldest that is under way and the newest: what a run that is cut has to read again.
const WIDEST: u64 = 4096;

/// A place in a list of assessments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The page.
    pub url: Arc<str>,
    /// Records of it that lie before the place.
    pub index: usize,
    /// The hash over their keys.
    pub prefix: u128,
}

#[derive(Debug)]
struct Entry {
    number: u64,
    /// Where its record stands; none once all of it is handed over.
    place: Option<Place>,
    counts: Counts,
    /// Whether the page ends behind it.
    ends_page: bool,
}

/// Records in the order of the list, from the oldest that is not wholly handed over. What is done out of order waits here to be counted.
#[derive(Debug, Default)]
pub(super) struct Window {
    settled: Counts,
    at_page: Counts,
    entries: VecDeque<Entry>,
    number: u64,
}

impl Window {
    /// A window behind which this much was counted; `at_page` at the beginning of the page that the place is in.
    pub(super) fn resumed(settled: Counts, at_page: Counts) -> Self {
        Self { settled, at_page, ..Self::default() }
    }

    /// A record is under way from now on; the number is for [`finish`](Self::finish).
    pub(super) fn begin(&mut self, place: Place) -> u64 {
        self.number += 1;
        self.entries.push_back(Entry { number: self.number, place: Some(place), counts: Counts::default(), ends_page: false });
        self.number
    }

    /// A record that was under way is handed over.
    pub(super) fn finish(&mut self, number: u64, counts: Counts) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.number == number) {
            entry.place = None;
            entry.counts += counts;
        }
        self.settle();
    }

    /// A record was handed over at once.
    pub(super) fn done(&mut self, counts: Counts) {
        self.number += 1;
        match self.entries.back_mut() {
            Some(last) if last.place.is_none() && !last.ends_page => last.counts += counts,
            _ => self.entries.push_back(Entry { number: self.number, place: None, counts, ends_page: false }),
        }
        self.settle();
    }

    /// All records of a page have begun; the page itself counted this much.
    pub(super) fn end_page(&mut self, counts: Counts) {
        self.number += 1;
        self.entries.push_back(Entry { number: self.number, place: None, counts, ends_page: true });
        self.settle();
    }

    /// Where the oldest record stands that is under way.
    pub(super) fn oldest(&self) -> Option<&Place> {
        self.entries.front().and_then(|entry| entry.place.as_ref())
    }

    /// Whether no record is under way.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether so much lies behind the oldest record that no other should begin.
    pub(super) fn is_wide(&self) -> bool {
        self.entries.front().is_some_and(|oldest| self.number - oldest.number >= WIDEST)
    }

    /// What was counted before the oldest record that is under way.
    pub(super) fn settled(&self) -> &Counts {
        &self.settled
    }

    /// What was counted before the page of that place.
    pub(super) fn at_page(&self) -> &Counts {
        &self.at_page
    }

    /// The page is not the same any more: all of it is counted again.
    pub(super) fn back_to_page(&mut self) {
        self.settled = self.at_page.clone();
    }

    /// Everything that was counted.
    pub(super) fn total(&self) -> Counts {
        let mut total = self.settled.clone();
        for entry in &self.entries {
            total += entry.counts.clone();
        }
        total
    }

    fn settle(&mut self) {
        while let Some(entry) = self.entries.pop_front_if(|entry| entry.place.is_none()) {
            self.settled += entry.counts;
            if entry.ends_page {
                self.at_page = self.settled.clone();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(index: usize) -> Place {
        Place { url: "u".into(), index, prefix: 0 }
    }

    fn one() -> Counts {
        Counts { records: 1, ..Counts::default() }
    }

    #[test]
    fn what_is_done_out_of_order_counts_when_all_before_it_is_done() {
        let mut window = Window::default();
        window.done(one());
        let first = window.begin(place(1));
        let second = window.begin(place(2));
        window.done(one());
        window.finish(second, one());
        assert_eq!((window.settled().records, window.total().records), (1, 3));
        assert_eq!(window.oldest(), Some(&place(1)));
        window.finish(first, one());
        assert_eq!((window.settled().records, window.at_page().records, window.is_empty()), (4, 0, true));
        window.end_page(Counts { pages: 1, ..Counts::default() });
        assert_eq!((window.at_page().records, window.at_page().pages), (4, 1));
    }

    #[test]
    fn a_window_has_a_widest_extent() {
        let mut window = Window::default();
        window.begin(place(0));
        let mut begun = 0;
        while !window.is_wide() {
            window.done(one());
            begun += 1;
        }
        assert_eq!(begun, WIDEST);
        assert_eq!(window.entries.len(), 2, "what is done is kept as one");
    }
}
