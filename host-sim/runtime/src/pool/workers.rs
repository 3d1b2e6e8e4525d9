//! Works side by side, and gives the results in the order in which the work came. What is in hand is bounded, and no thread outlives it.

use std::io;
use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread::{self, JoinHandle};

/// Pieces of work that one worker may have in hand, results that wait for those of others among them: enough not to wait for each other.
pub(super) const IN_HAND: usize = 4;

/// Threads that take turns, so that which one gets which piece of work depends on nothing but their number.
#[derive(Debug)]
pub(super) struct Workers<T, U> {
    most: NonZeroUsize,
    all: Vec<Worker<T, U>>,
    given: usize,
    taken: usize,
    /// Whether one is missing, so that nothing can be relied on any more.
    panicked: bool,
}

#[derive(Debug)]
struct Worker<T, U> {
    work: SyncSender<T>,
    results: Receiver<U>,
    thread: JoinHandle<()>,
}

impl<T: Send + 'static, U: Send + 'static> Workers<T, U> {
    /// At most so many, and none yet.
    pub(super) fn new(most: NonZeroUsize) -> Self {
        Self { most, all: Vec::new(), given: 0, taken: 0, panicked: false }
    }

    /// How many there are.
    pub(super) fn number(&self) -> usize {
        self.all.len()
    }

    /// Whether the turn is on a worker that is not there yet.
    pub(super) fn are_short(&self) -> bool {
        self.all.len() <= self.given && self.all.len() < self.most.get()
    }

    /// Takes on a worker, who does this with each piece.
    pub(super) fn hire(&mut self, mut work: impl FnMut(T) -> U + Send + 'static) -> io::Result<()> {
        let (work_sender, work_receiver) = sync_channel(IN_HAND);
        let (result_sender, results) = sync_channel(IN_HAND);
        let run = move || {
            for piece in work_receiver {
                if result_sender.send(work(piece)).is_err() {
                    return;
                }
            }
        };
        let thread = thread::Builder::new().name("worker".into()).spawn(run)?;
        self.all.push(Worker { work: work_sender, results, thread });
        Ok(())
    }

    /// There will be no more of them.
    pub(super) fn hire_no_more(&mut self) {
        self.most = NonZeroUsize::new(self.all.len()).unwrap_or(self.most);
    }

    /// Whether no more work is to be given before a result is taken.
    pub(super) fn are_full(&self) -> bool {
        self.given - self.taken >= self.most.get().saturating_mul(IN_HAND)
    }

    /// Gives work to the worker whose turn it is.
    pub(super) fn give(&mut self, work: T) {
        self.assert_whole();
        let at = self.given % self.most;
        let worker = self.all.get(at).expect("a worker was hired for the turn");
        if worker.work.send(work).is_err() {
            self.panicked(at);
        }
        self.given += 1;
    }

    /// The next result, waited for; `None` if nothing is in hand.
    pub(super) fn next(&mut self) -> Option<U> {
        self.result(|results| results.recv().map_err(|_| TryRecvError::Disconnected))
    }

    /// The next result, if it is there.
    pub(super) fn ready(&mut self) -> Option<U> {
        self.result(Receiver::try_recv)
    }

    fn result(&mut self, receive: impl FnOnce(&Receiver<U>) -> Result<U, TryRecvError>) -> Option<U> {
        self.assert_whole();
        if self.taken == self.given {
            return None;
        }
        let at = self.taken % self.most;
        match receive(&self.all.get(at).expect("whoever has work in hand is there").results) {
            Ok(result) => {
                self.taken += 1;
                Some(result)
            }
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => self.panicked(at),
        }
    }

    /// For a caller who caught the panic of a worker and goes on.
    fn assert_whole(&self) {
        assert!(!self.panicked, "a worker panicked, and with it what it had in hand is gone");
    }

    /// Goes on with the panic that ended a worker.
    fn panicked(&mut self, at: usize) -> ! {
        self.panicked = true;
        let ended = self.all.swap_remove(at).thread.join();
        resume_unwind(ended.err().unwrap_or_else(|| Box::new("a worker ends before its work only by a panic")))
    }
}

impl<T, U> Drop for Workers<T, U> {
    /// Waits for all threads. Each ends with the piece that it is at; what else it has in hand is not wanted any more.
    fn drop(&mut self) {
        let threads: Vec<JoinHandle<()>> = self.all.drain(..).map(|worker| worker.thread).collect();
        for thread in threads {
            // A panic has been told on stderr when it happened.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::channel;
    use std::thread;

    use super::{IN_HAND, Workers};

    fn most(number: usize) -> NonZeroUsize {
        NonZeroUsize::new(number).expect("above zero")
    }

    /// Gives all pieces, as many at a time as there may be, and takes all results.
    fn run<U: Send + 'static>(workers: &mut Workers<usize, U>, pieces: usize, hire: impl Fn(&mut Workers<usize, U>)) -> Vec<U> {
        let mut results = Vec::new();
        for piece in 0..pieces {
            while workers.are_full() {
                results.extend(workers.next());
            }
            if workers.are_short() {
                hire(workers);
            }
            workers.give(piece);
        }
        results.extend(std::iter::from_fn(|| workers.next()));
        results
    }

    #[track_caller]
    fn check(number: usize, pieces: usize) {
        let (working, deepest) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let mut workers = Workers::new(most(number));
        let results = run(&mut workers, pieces, |workers| {
            let (working, deepest) = (Arc::clone(&working), Arc::clone(&deepest));
            let work = move |piece: usize| {
                deepest.fetch_max(working.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                // The later one may well be done first.
                for _ in 0..piece % 3 {
                    thread::yield_now();
                }
                working.fetch_sub(1, Ordering::SeqCst);
                piece
            };
            workers.hire(work).expect("a thread starts");
        });
        assert_eq!(results, (0..pieces).collect::<Vec<_>>());
        assert!(deepest.load(Ordering::SeqCst) <= number);
        assert_eq!(workers.all.len(), number.min(pieces), "nobody is hired in vain");
    }

    #[test]
    fn results_come_in_the_order_of_the_work() {
        for number in [1, 2, 3, 8] {
            for pieces in [0, 1, 2, 7, 200] {
                check(number, pieces);
            }
        }
    }

    #[test]
    fn which_worker_does_what_depends_on_their_number_alone() {
        let mut workers = Workers::new(most(3));
        let names = Arc::new(AtomicUsize::new(0));
        let results = run(&mut workers, 10, |workers| {
            let name = names.fetch_add(1, Ordering::SeqCst);
            workers.hire(move |_| name).expect("a thread starts");
        });
        assert_eq!(results, [0, 1, 2, 0, 1, 2, 0, 1, 2, 0]);
    }

    #[test]
    fn fewer_than_there_may_be_take_turns_as_well() {
        let mut workers = Workers::new(most(8));
        let names = Arc::new(AtomicUsize::new(0));
        let results = run(&mut workers, 7, |workers| {
            let name = names.fetch_add(1, Ordering::SeqCst);
            workers.hire(move |piece: usize| (name, piece)).expect("a thread starts");
            if name == 1 {
                workers.hire_no_more();
            }
        });
        assert_eq!(results, [0, 1, 2, 3, 4, 5, 6].map(|piece| (piece % 2, piece)));
    }

    #[test]
    fn what_is_in_hand_is_bounded_and_what_is_not_done_is_not_waited_for() {
        let (release, released) = channel::<()>();
        let mut workers = Workers::new(most(1));
        workers.hire(move |piece: usize| released.recv().map(|()| piece)).expect("a thread starts");
        for piece in 0..IN_HAND {
            assert!(!workers.are_full());
            workers.give(piece);
        }
        assert!(workers.are_full());
        assert_eq!(workers.ready(), None);
        release.send(()).expect("it is waited for");
        assert_eq!(workers.next(), Some(Ok(0)));
        assert!(!workers.are_full());
        // The worker waits for this, and would go on with what it has in hand, if anybody wanted it.
        drop(release);
    }

    #[test]
    fn a_panic_is_that_of_the_caller() {
        let mut workers = Workers::new(most(2));
        for _ in 0..2 {
            workers.hire(|piece: usize| if piece == 1 { panic!("piece {piece}") } else { piece }).expect("a thread starts");
        }
        for piece in 0..2 {
            workers.give(piece);
        }
        assert_eq!(workers.next(), Some(0));
        let panic = catch_unwind(AssertUnwindSafe(|| workers.next())).expect_err("it panics, too");
        assert_eq!(panic.downcast_ref::<String>().map(String::as_str), Some("piece 1"));
        assert!(catch_unwind(AssertUnwindSafe(|| workers.next())).is_err(), "what is lost is not taken for the end");
    }

    #[test]
    fn no_thread_outlives_it() {
        let done = Arc::new(AtomicUsize::new(0));
        let mut workers = Workers::new(most(2));
        for _ in 0..2 {
            let done = Arc::clone(&done);
            workers.hire(move |piece: usize| done.fetch_add(piece, Ordering::SeqCst)).expect("a thread starts");
        }
        (0..8).for_each(|_| workers.give(1));
        drop(workers);
        assert_eq!(Arc::strong_count(&done), 1, "whoever had it is gone");
    }
}
