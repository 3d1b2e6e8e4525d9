//! Documents between a source and a sink, in their order. It is bounded in bytes: a sink that is slow stops the source, not the memory.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::bounds::Bounds;
use super::ledger::Ticket;
use super::parcel::Item;

/// Shared by one who puts and some who take.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    items: VecDeque<(Item, Arc<Ticket>)>,
    bytes: usize,
    closed: bool,
}

/// Documents that are given to a sink together.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) items: Vec<Item>,
    /// Of each item.
    pub(super) tickets: Vec<Arc<Ticket>>,
}

impl Queue {
    /// Puts the documents of a parcel in once there is room for them; one that has room nowhere goes in alone. Gives whether they are in: nothing is
    /// once the queue is closed.
    pub(super) fn put(&self, items: Vec<Item>, ticket: &Arc<Ticket>, bounds: &Bounds) -> bool {
        let bytes: usize = items.iter().map(size).sum();
        let full = |waiting: &mut Waiting| !waiting.closed && waiting.bytes > 0 && waiting.bytes.saturating_add(bytes) > bounds.queue_bytes;
        let mut waiting = self.changed.wait_while(self.lock(), full).unwrap_or_else(PoisonError::into_inner);
        if waiting.closed {
            return false;
        }
        waiting.bytes += bytes;
        waiting.items.extend(items.into_iter().map(|item| (item, Arc::clone(ticket))));
        drop(waiting);
        self.changed.notify_all();
        true
    }

    /// Waits for documents, and takes as many as make a batch; `None` once the queue is closed and empty.
    pub(super) fn take(&self, bounds: &Bounds) -> Option<Batch> {
        let empty = |waiting: &mut Waiting| !waiting.closed && waiting.items.is_empty();
        let mut waiting = self.changed.wait_while(self.lock(), empty).unwrap_or_else(PoisonError::into_inner);
        let (mut batch, mut bytes) = (Batch::default(), 0_usize);
        let fits = |bytes: usize, count: usize, item: &Item| count == 0 || (count < bounds.batch_documents && bytes + size(item) <= bounds.batch_bytes);
        while let Some((item, ticket)) = waiting.items.pop_front_if(|(item, _)| fits(bytes, batch.items.len(), item)) {
            bytes += size(&item);
            batch.items.push(item);
            batch.tickets.push(ticket);
        }
        waiting.bytes -= bytes;
        drop(waiting);
        self.changed.notify_all();
        Some(batch).filter(|batch| !batch.items.is_empty())
    }

    /// Nothing more is put in; what is in is taken still.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// Whether nothing more is put in.
    pub(super) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// Nothing is taken any more, either.
    pub(super) fn abandon(&self) {
        let mut waiting = self.lock();
        waiting.items.clear();
        waiting.bytes = 0;
        waiting.closed = true;
        drop(waiting);
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Batch {
    /// The second half, taken off.
    pub(super) fn halve(&mut self) -> Self {
        let half = self.items.len() / 2;
        Self { items: self.items.split_off(half), tickets: self.tickets.split_off(half) }
    }
}

/// What a document costs while it waits.
fn size(item: &Item) -> usize {
    item.document.body.len().max(1)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Bounds, Item, Queue};
    use crate::contract::Document;
    use crate::flow::ledger::Ledger;
    use crate::flow::parcel::Lane;

    const BOUNDS: Bounds = Bounds { queue_bytes: 100, batch_bytes: 30, batch_documents: 4, ..Bounds::DEFAULT };

    fn items(sizes: &[usize]) -> Vec<Item> {
        let item = |size: &usize| Item { document: Document { dataset: 0, id: "i".into(), body: vec![b' '; *size], source: None }, number: None };
        sizes.iter().map(item).collect()
    }

    #[test]
    fn a_batch_is_bounded_by_number_and_bytes_and_keeps_the_order() {
        let (queue, ticket) = (Queue::default(), Arc::new(Ledger::default().enter(&Lane::new("a"), 8, None)));
        assert!(queue.put(items(&[10, 20, 1, 1, 1, 1]), &ticket, &BOUNDS));
        assert!(queue.put(items(&[1, 40]), &ticket, &BOUNDS));
        queue.close();
        assert!(!queue.put(items(&[1]), &ticket, &BOUNDS));
        let sizes = || queue.take(&BOUNDS).map(|batch| batch.items.iter().map(|item| item.document.body.len()).collect::<Vec<_>>());
        assert_eq!(std::iter::from_fn(sizes).collect::<Vec<_>>(), [vec![10, 20], vec![1, 1, 1, 1], vec![1], vec![40]]);
    }

    #[test]
    fn who_puts_waits_for_room_and_what_is_too_large_for_it_goes_in_alone() {
        let (queue, ticket) = (Queue::default(), Arc::new(Ledger::default().enter(&Lane::new("a"), 8, None)));
        let most = std::thread::scope(|scope| {
            scope.spawn(|| {
                for _ in 0..50 {
                    assert!(queue.put(items(&[30, 30]), &ticket, &BOUNDS));
                }
                assert!(queue.put(items(&[500]), &ticket, &BOUNDS));
                queue.close();
            });
            let mut most = 0;
            loop {
                let waiting = queue.lock();
                assert!(waiting.bytes <= 100 || waiting.items.len() == 1);
                most = most.max(waiting.bytes);
                drop(waiting);
                if queue.take(&BOUNDS).is_none() {
                    break most;
                }
            }
        });
        assert!(most > 0);
    }
}
