//! Documents that are under way: how many bytes, and since when.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use host_sim_runtime::contract::Document;

/// Documents in the order in which they came. With several senders they are settled in about that order, so the oldest may be a batch older than it is said.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    /// When parcels came, and how many of their documents are open.
    open: VecDeque<(Instant, usize)>,
    bytes: u64,
}

impl Backlog {
    pub(super) fn add(&mut self, documents: &[Document]) {
        if !documents.is_empty() {
            self.open.push_back((Instant::now(), documents.len()));
            self.bytes += documents.iter().map(|document| document.body.len() as u64).sum::<u64>();
        }
    }

    /// Takes documents of these sizes off, and gives how many.
    pub(super) fn settle(&mut self, sizes: impl Iterator<Item = usize>) -> u64 {
        let (mut count, mut rest) = (0_u64, 0_usize);
        for size in sizes {
            self.bytes = self.bytes.saturating_sub(size as u64);
            count += 1;
            rest += 1;
        }
        while let Some((_, open)) = self.open.front_mut().filter(|_| rest > 0) {
            let taken = rest.min(*open);
            *open -= taken;
            rest -= taken;
            if *open == 0 {
                self.open.pop_front();
            }
        }
        count
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Bytes, and the age of the oldest.
    pub(super) fn measured(&self) -> (u64, Duration) {
        (self.bytes, self.open.front().map(|(since, _)| since.elapsed()).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use host_sim_runtime::contract::Document;

    use super::Backlog;

    #[test]
    fn what_is_settled_is_taken_off_from_the_oldest() {
        let documents = |count: usize| vec![Document { dataset: 0, id: String::new(), body: vec![b' '; 10], source: None }; count];
        let mut backlog = Backlog::default();
        backlog.add(&documents(2));
        backlog.add(&[]);
        backlog.add(&documents(3));
        assert_eq!((backlog.bytes, backlog.open.len()), (50, 2));
        assert_eq!(backlog.settle([10, 10, 10].into_iter()), 3);
        assert_eq!((backlog.bytes, backlog.open.len(), backlog.open[0].1), (20, 1, 2));
        assert_eq!(backlog.settle([10; 9].into_iter()), 9);
        assert!(backlog.is_empty() && backlog.measured().0 == 0);
    }
}
