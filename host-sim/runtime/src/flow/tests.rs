//! Flows whose ends are random, in a process that is killed at every step.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::{
    Bounds, BoxedError, DeadLetters, DeliveryError, Fate, Flow, FlowError, Item, Lane, Letter, Mark, Parcel, Sink, SinkError, Source, State, StopSignal,
    Walking,
};
use crate::clock::Clock;
use crate::contract::{Document, Message, Outcome, Request, Response, Step, Timestamp, Totals};
use crate::host::Stop;
use crate::recovery::DeadLetter;
use crate::transport::one_by_one;
use crate::walk::{Poller, Walk};

/// What outlives the process, and how long the process lives.
#[derive(Debug)]
struct World {
    steps: AtomicUsize,
    /// Nothing happens from this step on.
    killed_at: usize,
    random: Mutex<u64>,
    stored: Mutex<BTreeSet<String>>,
    set_aside: Mutex<BTreeSet<String>>,
    mark: Mutex<Option<Mark>>,
}

#[derive(Debug, thiserror::Error)]
#[error("the process is killed")]
struct Killed;

impl World {
    fn new(seed: u64, killed_at: usize) -> Self {
        let random = Mutex::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        Self { steps: AtomicUsize::new(0), killed_at, random, stored: Mutex::default(), set_aside: Mutex::default(), mark: Mutex::default() }
    }

    /// The same world, in which a new process lives for ever.
    fn restarted(self) -> Self {
        Self { steps: AtomicUsize::new(0), killed_at: usize::MAX, ..self }
    }

    fn step(&self) -> Result<(), Killed> {
        if self.steps.fetch_add(1, Ordering::SeqCst) < self.killed_at { Ok(()) } else { Err(Killed) }
    }

    fn throw(&self, sides: u64) -> u64 {
        let mut random = self.random.lock().expect("nobody panics");
        *random ^= *random << 13;
        *random ^= *random >> 7;
        *random ^= *random << 17;
        *random % sides
    }

    fn has(&self, id: &str) -> bool {
        self.stored.lock().expect("nobody panics").contains(id) || self.set_aside.lock().expect("nobody panics").contains(id)
    }

    fn flow(&self, senders: usize) -> Flow<'_> {
        let bounds = Bounds {
            queue_bytes: 12,
            batch_documents: 3,
            senders: NonZeroUsize::new(senders).expect("above zero"),
            first_pause: Duration::ZERO,
            longest_pause: Duration::ZERO,
            ..Bounds::DEFAULT
        };
        Flow { sink: self, state: self, dead_letters: self, bounds, stop: StopSignal::default() }
    }
}

impl Sink for World {
    fn put(&self, items: &[Item]) -> Result<Vec<Fate>, SinkError> {
        if items.iter().any(|item| item.document.id.ends_with('4')) && (items.len() > 1 || self.throw(2) == 0) {
            return Err(SinkError::TooLarge);
        }
        if self.throw(8) == 0 {
            return Err(SinkError::Busy { after: Some(Duration::ZERO).filter(|_| self.throw(2) == 0) });
        }
        let mut fates = Vec::new();
        for item in items {
            self.step().map_err(|killed| SinkError::Closed(killed.into()))?;
            fates.push(match self.throw(8) {
                0 => Fate::Busy,
                1 => Fate::Refused("because".into()),
                _ => {
                    self.stored.lock().expect("nobody panics").insert(item.document.id.clone());
                    Fate::Stored
                }
            });
        }
        if self.throw(8) == 0 {
            // An answer that was cut off: of the last one nobody knows.
            fates.pop();
        }
        self.step().map_err(|killed| SinkError::Closed(killed.into()))?;
        Ok(fates)
    }
}

impl State for World {
    fn mark(&self, _lane: &Lane) -> Result<Option<Mark>, BoxedError> {
        Ok(self.mark.lock().expect("nobody panics").clone())
    }

    fn keep(&self, _lane: &Lane, mark: &Mark) -> Result<(), BoxedError> {
        self.step()?;
        *self.mark.lock().expect("nobody panics") = Some(mark.clone());
        Ok(())
    }
}

impl DeadLetters for World {
    fn keep(&self, _lane: &Lane, letter: Letter<'_>) -> Result<(), BoxedError> {
        self.step()?;
        let id = match letter {
            Letter::Message { letter, .. } => String::from_utf8(letter.message.body.clone())?,
            Letter::Unread { unread, .. } => String::from_utf8(unread.message.body.clone())?,
            Letter::Document { item, .. } => item.document.id.clone(),
        };
        self.set_aside.lock().expect("nobody panics").insert(id);
        Ok(())
    }
}

fn document(id: String) -> Document {
    Document { dataset: 0, id, body: b"{}".to_vec(), source: None }
}

/// Parcels of a script, after which a process goes on behind the mark that it finds.
struct Script<'w> {
    world: &'w World,
    next: u8,
}

/// So many parcels has a script.
const PARCELS: u8 = 12;

impl<'w> Script<'w> {
    fn of(world: &'w World) -> Self {
        let next = match world.mark(&Lane::new("script")).expect("it is there") {
            None => 0,
            Some(Mark::Cursor(cursor)) => cursor.first().expect("a number") + 1,
            Some(Mark::Ended) => PARCELS,
            Some(other) => panic!("{other:?}"),
        };
        Self { world, next }
    }

    /// The ids of all documents and messages of a parcel.
    fn ids(number: u8) -> (Vec<String>, Vec<String>) {
        let documents = (0..number * 7 % 5).map(|place| format!("{number}-{place}")).collect();
        let messages = (0..u8::from(number % 4 == 1)).map(|place| format!("{number}-message-{place}")).collect();
        (documents, messages)
    }
}

impl Source for Script<'_> {
    type Error = Killed;

    fn next_parcel(&mut self, _stop: &StopSignal) -> Result<Option<Parcel>, Killed> {
        self.world.step()?;
        if self.next >= PARCELS {
            return Ok(None);
        }
        let number = self.next;
        self.next += 1;
        let (documents, messages) = Self::ids(number);
        let dead = |body: String| DeadLetter { source: 0, message: Message::from(body.as_str()), stop: Stop::Cancelled };
        let mark = match number {
            _ if self.next == PARCELS => Some(Mark::Ended),
            _ if number % 3 == 2 => None,
            _ => Some(Mark::Cursor(vec![number])),
        };
        let parcel = Parcel::empty(Lane::new("script"));
        let finished = (self.next == PARCELS).then(Totals::default);
        Ok(Some(Parcel { documents: documents.into_iter().map(document).collect(), dead: messages.into_iter().map(dead).collect(), mark, finished, ..parcel }))
    }
}

/// Everything up to this mark is stored or set aside.
#[track_caller]
fn nothing_is_lost(world: &World) {
    let passed = match world.mark.lock().expect("nobody panics").clone() {
        None => 0,
        Some(Mark::Cursor(cursor)) => cursor.first().expect("a number") + 1,
        Some(Mark::Ended) => PARCELS,
        Some(other) => panic!("{other:?}"),
    };
    for number in 0..passed {
        let (documents, messages) = Script::ids(number);
        for id in documents.iter().chain(&messages) {
            assert!(world.has(id), "the mark is behind parcel {passed}, and `{id}` is neither stored nor set aside: {world:?}");
        }
    }
    // The last document of a run tells of all the others.
    let mut told: Vec<String> = (0..PARCELS).flat_map(|number| Script::ids(number).0).collect();
    if told.pop().is_some_and(|last| world.has(&last)) {
        for id in told {
            assert!(world.has(&id), "the end is told, and `{id}` is neither stored nor set aside: {world:?}");
        }
    }
}

#[test]
fn no_kept_mark_passes_what_is_neither_stored_nor_set_aside_wherever_the_process_is_killed() {
    for (senders, seed) in [1, 3].into_iter().flat_map(|senders| (0..20).map(move |seed| (senders, seed))) {
        for killed_at in 0.. {
            let world = World::new(seed, killed_at);
            let end = world.flow(senders).run(&mut Script::of(&world), |_, _| ());
            nothing_is_lost(&world);
            let world = world.restarted();
            world.flow(senders).run(&mut Script::of(&world), |_, _| ()).expect("it comes to its end");
            nothing_is_lost(&world);
            assert_eq!(*world.mark.lock().expect("nobody panics"), Some(Mark::Ended));
            if end.is_ok() {
                assert!(killed_at > 20, "there is something to be killed in");
                break;
            }
        }
    }
}

/// A walk of three pages, two documents each. Ids are made of the start of the run.
#[derive(Default)]
struct Pages {
    start: Timestamp,
    page: u8,
}

impl Pages {
    fn ask(&self) -> Step {
        let request = Request { id: self.page.into(), url: format!("page/{}", self.page), token_scopes: Vec::new() };
        let cursor = [self.start.to_be_bytes().as_slice(), &[self.page]].concat();
        Step { requests: vec![request], cursor: Some(cursor), ..Step::default() }
    }
}

impl Poller for Pages {
    fn begin(&mut self, now: Timestamp, cursor: Option<&[u8]>) -> Result<Step, Stop> {
        (self.start, self.page) = match cursor.and_then(<[u8]>::split_last) {
            Some((page, start)) => (Timestamp::from_be_bytes(start.try_into().expect("eight bytes")), *page),
            None => (now, 0),
        };
        Ok(self.ask())
    }

    fn advance(&mut self, _now: Timestamp, outcomes: &[Outcome]) -> Result<Step, Stop> {
        assert_eq!(outcomes.len(), 1);
        let documents = (0..2).map(|place| document(format!("{}/{}/{place}", self.start, self.page))).collect();
        self.page += 1;
        let step = if self.page < 3 { self.ask() } else { Step { finished: Some(Totals::default()), ..Step::default() } };
        Ok(Step { documents, ..step })
    }

    fn restart(&mut self) -> Result<(), Stop> {
        Ok(())
    }
}

/// Walks in a process that begins at this time; gives whether it came to its end.
fn walk(world: &World, now: Timestamp) -> bool {
    let lane = Lane::new("walk");
    let cursor = match world.mark(&lane).expect("it is there") {
        Some(Mark::Cursor(cursor)) => Some(cursor),
        _ => None,
    };
    let (mut pages, mut transport) = (Pages::default(), one_by_one(|_| Ok(Response { status: 200, headers: Vec::new(), body: Vec::new() })));
    let walk = Walk::new(&mut pages, &mut transport, Clock::Fixed(now), cursor);
    world.flow(1).run(&mut Walking::new(lane, walk, |_, request| Some(request)), |_, _| ()).is_ok()
}

#[test]
fn a_walk_that_is_killed_anywhere_goes_on_as_the_same_run() {
    for seed in 0..20 {
        for killed_at in 0.. {
            let mut world = World::new(seed, killed_at);
            let ended = walk(&world, 100);
            if !ended {
                world = world.restarted();
                assert!(walk(&world, 200));
            }
            let ids: BTreeSet<String> = world.stored.lock().expect("nobody panics").union(&world.set_aside.lock().expect("nobody panics")).cloned().collect();
            let starts: BTreeMap<&str, usize> = ids.iter().fold(BTreeMap::new(), |mut starts, id| {
                *starts.entry(id.split('/').next().expect("a start")).or_default() += 1;
                starts
            });
            assert_eq!(starts.len(), 1, "killed at {killed_at}, there are documents of several runs: {starts:?}");
            assert_eq!(ids.len(), 6);
            if ended {
                break;
            }
        }
    }
}

/// A source without an end.
struct Endless<'c> {
    given: &'c AtomicUsize,
}

impl Source for Endless<'_> {
    type Error = Killed;

    fn next_parcel(&mut self, stop: &StopSignal) -> Result<Option<Parcel>, Killed> {
        if stop.is_stopped() {
            return Ok(None);
        }
        let number = self.given.fetch_add(1, Ordering::SeqCst);
        Ok(Some(Parcel { documents: vec![document(number.to_string())], ..Parcel::empty(Lane::new("endless")) }))
    }
}

/// Does with each batch what a function does.
struct Doing<F>(F);

impl<F: Fn(&[Item]) -> Result<Vec<Fate>, SinkError> + Sync> Sink for Doing<F> {
    fn put(&self, items: &[Item]) -> Result<Vec<Fate>, SinkError> {
        (self.0)(items)
    }
}

/// Gives a document, loses its lane while that waits, and reads the lane anew from the mark that is kept.
struct Loser<'w> {
    world: &'w World,
    step: u8,
    lost: Vec<Lane>,
}

impl Source for Loser<'_> {
    type Error = Killed;

    fn next_parcel(&mut self, _stop: &StopSignal) -> Result<Option<Parcel>, Killed> {
        let lane = Lane::new("lane");
        self.step += 1;
        let position = |number: u8| Some(Mark::Position { sequence_number: number.into(), offset: number.to_string() });
        let parcel = |ids: &[&str], mark| Parcel { documents: ids.iter().map(|id| document((*id).into())).collect(), mark, ..Parcel::empty(lane.clone()) };
        Ok(Some(match self.step {
            1 => parcel(&["first"], None),
            2 => parcel(&[], position(9)),
            3 => {
                self.lost.push(lane.clone());
                parcel(&[], None)
            }
            4 => {
                assert_eq!(*self.world.mark.lock().expect("nobody panics"), None);
                parcel(&["again"], position(1))
            }
            _ => return Ok(None),
        }))
    }

    fn lost(&mut self) -> Vec<Lane> {
        std::mem::take(&mut self.lost)
    }
}

#[test]
fn a_lane_that_is_lost_earns_no_mark_of_before() {
    let (world, stored) = (World::new(0, usize::MAX), AtomicUsize::new(0));
    let (tell, told) = std::sync::mpsc::channel();
    let told = Mutex::new(told);
    let sink = Doing(|items: &[Item]| {
        // Nothing is stored before the source has come to its end.
        if stored.fetch_add(items.len(), Ordering::SeqCst) == 0 {
            told.lock().expect("nobody panics").recv().expect("it is told");
        }
        Ok(vec![Fate::Stored; items.len()])
    });
    let flow = Flow { sink: &sink, ..world.flow(1) };
    let mut source = Loser { world: &world, step: 0, lost: Vec::new() };
    let seen = |source: &Loser<'_>, _: &Parcel| {
        if source.step == 4 {
            tell.send(()).expect("it is awaited");
        }
    };
    flow.run(&mut source, seen).expect("it ends");
    let kept = world.mark.lock().expect("nobody panics").clone();
    assert_eq!(kept, Some(Mark::Position { sequence_number: 1, offset: "1".into() }), "mark 9 was never earned, and 1 was");
}

#[test]
fn a_slow_sink_stops_the_source_and_what_is_under_way_is_delivered() {
    let (world, given, stored) = (World::new(0, usize::MAX), AtomicUsize::new(0), AtomicUsize::new(0));
    let flow = world.flow(1);
    let sink = Doing(|items: &[Item]| {
        // Two bytes a document: six wait, three are here, one is on its way.
        let waiting = given.load(Ordering::SeqCst) - stored.load(Ordering::SeqCst);
        assert!(waiting <= 6 + 3 + 1, "{waiting}");
        std::thread::yield_now();
        if stored.fetch_add(items.len(), Ordering::SeqCst) > 1_000 {
            flow.stop.stop();
        }
        Ok(vec![Fate::Stored; items.len()])
    });
    let flow = Flow { sink: &sink, stop: flow.stop.clone(), ..world.flow(1) };
    flow.run(&mut Endless { given: &given }, |_, _| ()).expect("it ends");
    assert_eq!(given.load(Ordering::SeqCst), stored.load(Ordering::SeqCst));
}

#[test]
fn what_a_busy_sink_has_not_stored_when_delivery_is_cut_off_is_not_settled() {
    let (world, given, tried) = (World::new(0, usize::MAX), AtomicUsize::new(0), AtomicUsize::new(0));
    let stop = StopSignal::default();
    let sink = Doing(|_: &[Item]| {
        if tried.fetch_add(1, Ordering::SeqCst) > 20 {
            stop.cut_off();
        }
        Err(SinkError::Busy { after: None })
    });
    let flow = Flow { sink: &sink, stop: stop.clone(), ..world.flow(2) };
    let parcels = |source: &Endless<'_>, _: &Parcel| assert!(source.given.load(Ordering::SeqCst) <= 8 + 6);
    flow.run(&mut Endless { given: &given }, parcels).expect("it ends");
    assert_eq!(*world.mark.lock().expect("nobody panics"), None);
}

#[test]
fn a_sink_that_is_closed_ends_the_flow_and_says_why() {
    let (world, given) = (World::new(0, usize::MAX), AtomicUsize::new(0));
    let sink = Doing(|_: &[Item]| Err(SinkError::Closed("the disk is full".into())));
    let flow = Flow { sink: &sink, ..world.flow(1) };
    match flow.run(&mut Endless { given: &given }, |_, _| ()) {
        Err(FlowError::Delivery(DeliveryError::Sink(why))) => assert_eq!(why.to_string(), "the disk is full"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_source_that_gives_no_documents_hears_that_the_sink_is_closed() {
    struct Dry(usize);
    impl Source for Dry {
        type Error = Killed;
        fn next_parcel(&mut self, _stop: &StopSignal) -> Result<Option<Parcel>, Killed> {
            self.0 += 1;
            let documents = if self.0 == 1 { vec![document("1".into())] } else { Vec::new() };
            Ok(Some(Parcel { documents, ..Parcel::empty(Lane::new("dry")) }))
        }
    }
    let world = World::new(0, usize::MAX);
    let sink = Doing(|_: &[Item]| Err(SinkError::Closed("the disk is full".into())));
    let flow = Flow { sink: &sink, ..world.flow(1) };
    assert!(matches!(flow.run(&mut Dry(0), |_, _| ()), Err(FlowError::Delivery(DeliveryError::Sink(_)))));
}

#[test]
fn a_panic_on_either_side_is_one_of_the_caller() {
    let (world, given) = (World::new(0, usize::MAX), AtomicUsize::new(0));
    let sink = Doing(|_: &[Item]| panic!("in the sink"));
    let flow = Flow { sink: &sink, ..world.flow(1) };
    assert!(catch_unwind(AssertUnwindSafe(|| flow.run(&mut Endless { given: &given }, |_, _| ()))).is_err());
    assert!(catch_unwind(AssertUnwindSafe(|| world.flow(2).run(&mut Endless { given: &given }, |_, _| panic!("in the source")))).is_err());
}
