//! What all these tests begin with: a place where documents, marks and dead letters are kept in memory, and a host that reads a hub into it.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use event_hub_broker::Broker;
use host_sim_live::Secret;
use host_sim_live::config::{Azure, Checkpoints, ConnectionString, EventHub, HubAccess, HubTransport, Start};
use host_sim_live::event_hub::{Condition, EventHubSource, HubError, Link, Reading, SignIn, Status, Tell};
use host_sim_runtime::contract::{Decoded, Document, Message, Timestamp};
use host_sim_runtime::flow::{Bounds, BoxedError, DeadLetters, Fate, Flow, FlowError, Item, Lane, Letter, Mark, Sink, SinkError, State, StopSignal};
use host_sim_runtime::{Clock, Decoder, Stop};

/// Nothing that is waited for takes longer.
const WITHIN: Duration = Duration::from_secs(25);

/// Waits until something is so.
#[track_caller]
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < WITHIN, "in vain: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// One document a message, whose id is where that stood. It traps on messages that say so.
#[derive(Clone)]
pub(crate) struct Plain;

impl Decoder for Plain {
    fn decode(&mut self, _now: Timestamp, _dataset: u32, messages: &[Message]) -> Result<Decoded, Stop> {
        let mut decoded = Decoded::default();
        for (source, message) in (0..).zip(messages) {
            if message.body == b"trap" {
                return Err(Stop::Trapped("because".into()));
            }
            let position = message.position.as_ref().expect("it has one");
            let id = format!("{}/{}", position.partition, position.sequence_number);
            decoded.documents.push(Document { dataset: 0, id, body: message.body.clone(), source: Some(source) });
        }
        Ok(decoded)
    }

    fn restart(&mut self) -> Result<(), Stop> {
        Ok(())
    }

    fn sibling(&self) -> Result<Self, Stop> {
        Ok(Self)
    }
}

/// What outlives a host.
#[derive(Default)]
pub(crate) struct World {
    /// How often each document was stored.
    stored: Mutex<BTreeMap<String, usize>>,
    bodies: Mutex<BTreeMap<String, Vec<u8>>>,
    order: Mutex<Vec<String>>,
    letters: Mutex<BTreeSet<String>>,
    marks: Mutex<BTreeMap<String, Mark>>,
    /// Whether the sink takes nothing.
    pub(crate) is_busy: AtomicBool,
    /// Random numbers, if it takes only some.
    random: Mutex<Option<u64>>,
    /// Documents that it does not take yet.
    held: Mutex<BTreeSet<String>>,
}

impl World {
    pub(crate) fn moody(seed: u64) -> Self {
        Self { random: Mutex::new(Some(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)), ..Self::default() }
    }

    pub(crate) fn throw(&self, sides: u64) -> u64 {
        let mut random = lock(&self.random);
        let Some(random) = random.as_mut() else { return 1 };
        *random ^= *random << 13;
        *random ^= *random >> 7;
        *random ^= *random << 17;
        *random % sides
    }

    /// Takes a document only when it is let go.
    pub(crate) fn hold(&self, id: &str) {
        lock(&self.held).insert(id.to_owned());
    }

    pub(crate) fn let_go(&self) {
        lock(&self.held).clear();
    }

    /// How many documents are stored, each counted once.
    pub(crate) fn count(&self) -> usize {
        lock(&self.stored).len()
    }

    /// How often documents were stored again.
    pub(crate) fn repeats(&self) -> usize {
        lock(&self.stored).values().map(|times| times - 1).sum()
    }

    pub(crate) fn ids(&self) -> BTreeSet<String> {
        lock(&self.stored).keys().cloned().collect()
    }

    pub(crate) fn bodies(&self) -> BTreeMap<String, Vec<u8>> {
        lock(&self.bodies).clone()
    }

    /// In the order in which they were stored.
    pub(crate) fn order(&self) -> Vec<String> {
        lock(&self.order).clone()
    }

    pub(crate) fn letters(&self) -> BTreeSet<String> {
        lock(&self.letters).clone()
    }

    /// The numbers of the marks, by lane.
    pub(crate) fn marks(&self) -> BTreeMap<String, i64> {
        let number = |mark: &Mark| match mark {
            Mark::Position { sequence_number, .. } => *sequence_number,
            other => panic!("{other:?}"),
        };
        lock(&self.marks).iter().map(|(lane, mark)| (lane.clone(), number(mark))).collect()
    }

    pub(crate) fn set_mark(&self, lane: &str, sequence_number: i64, offset: &str) {
        lock(&self.marks).insert(lane.to_owned(), Mark::Position { sequence_number, offset: offset.to_owned() });
    }

    /// No mark passes what is neither stored nor set aside.
    #[track_caller]
    pub(crate) fn nothing_is_passed(&self) {
        for (lane, number) in self.marks() {
            let partition = lane.rsplit('/').next().expect("a partition");
            for number in 0..=number {
                let id = format!("{partition}/{number}");
                assert!(lock(&self.stored).contains_key(&id) || lock(&self.letters).contains(&id), "{lane} is marked {number}, and {id} is nowhere");
            }
        }
    }
}

impl Sink for World {
    fn put(&self, items: &[Item]) -> Result<Vec<Fate>, SinkError> {
        if self.is_busy.load(Ordering::SeqCst) || self.throw(4) == 0 {
            return Err(SinkError::Busy { after: None });
        }
        let mut fates = Vec::new();
        for item in items {
            if self.throw(8) == 0 || lock(&self.held).contains(&item.document.id) {
                fates.push(Fate::Busy);
                continue;
            }
            *lock(&self.stored).entry(item.document.id.clone()).or_default() += 1;
            lock(&self.order).push(item.document.id.clone());
            lock(&self.bodies).insert(item.document.id.clone(), item.document.body.clone());
            fates.push(Fate::Stored);
        }
        Ok(fates)
    }
}

impl State for World {
    fn mark(&self, lane: &Lane) -> Result<Option<Mark>, BoxedError> {
        Ok(lock(&self.marks).get(&lane.to_string()).cloned())
    }

    fn keep(&self, lane: &Lane, mark: &Mark) -> Result<(), BoxedError> {
        lock(&self.marks).insert(lane.to_string(), mark.clone());
        Ok(())
    }
}

impl DeadLetters for World {
    fn keep(&self, _lane: &Lane, letter: Letter<'_>) -> Result<(), BoxedError> {
        let id = match letter {
            Letter::Message { letter, .. } => {
                let position = letter.message.position.as_ref().expect("it has one");
                format!("{}/{}", position.partition, position.sequence_number)
            }
            Letter::Unread { .. } => return Ok(()),
            Letter::Document { item, .. } => item.document.id.clone(),
        };
        lock(&self.letters).insert(id);
        Ok(())
    }
}

/// How a host reads a hub.
#[derive(Clone)]
pub(crate) struct Setup {
    pub(crate) hub: EventHub,
    pub(crate) azure: Option<Azure>,
    pub(crate) reading: Reading,
    pub(crate) host_id: String,
    pub(crate) bounds: Bounds,
}

impl Setup {
    pub(crate) fn of(broker: &Broker, hub: &str) -> Self {
        Self::at(broker.port(), "planted-hub-key-0001", hub)
    }

    pub(crate) fn at(port: u16, key: &str, hub: &str) -> Self {
        let secret = format!("Endpoint=sb://127.0.0.1:{port};SharedAccessKeyName=test;SharedAccessKey={key};EntityPath={hub};UseDevelopmentEmulator=true");
        let parts = ConnectionString { host: "127.0.0.1".into(), port: Some(port), entity_path: Some(hub.into()), emulator: true };
        Self::with(HubAccess::ConnectionString { secret: Secret::new(secret), parts }, hub)
    }

    pub(crate) fn with(access: HubAccess, hub: &str) -> Self {
        let hub = EventHub {
            access,
            hub: hub.to_owned(),
            consumer_group: "$Default".into(),
            transport: HubTransport::Amqp,
            start: Start::Earliest,
            receive_count: 100,
            receive_wait: Duration::from_millis(200),
            checkpoints: None,
            balance_update: Duration::from_millis(200),
            balance_expire: Duration::from_secs(1),
        };
        let bounds = Bounds { first_pause: Duration::from_millis(2), longest_pause: Duration::from_millis(20), ..Bounds::DEFAULT };
        Self { hub, azure: None, reading: Reading::OnAndOn, host_id: "0123456789abcdef0123456789abcdef".into(), bounds }
    }

    /// The same at a broker that encrypts.
    pub(crate) fn encrypted(mut self, transport: HubTransport) -> Self {
        let HubAccess::ConnectionString { secret, parts } = self.hub.access else { panic!("it has one") };
        let secret = Secret::new(secret.expose().replace("127.0.0.1", "localhost").replace(";UseDevelopmentEmulator=true", ""));
        let parts = ConnectionString { host: "localhost".into(), emulator: false, ..parts };
        self.hub.access = HubAccess::ConnectionString { secret, parts };
        self.hub.transport = transport;
        self
    }

    pub(crate) fn start(mut self, start: Start) -> Self {
        self.hub.start = start;
        self
    }

    pub(crate) fn group(mut self, group: &str) -> Self {
        group.clone_into(&mut self.hub.consumer_group);
        self
    }

    pub(crate) fn checkpoints(mut self, checkpoints: Checkpoints) -> Self {
        self.hub.checkpoints = Some(checkpoints);
        // A claim outlives a busy machine.
        self.hub.balance_expire = Duration::from_secs(5);
        self
    }

    pub(crate) fn host(mut self, digit: char) -> Self {
        self.host_id = digit.to_string().repeat(32);
        self
    }

    pub(crate) fn sign_in(&self) -> SignIn {
        SignIn { azure: self.azure.clone(), redactor: Arc::default() }
    }

    pub(crate) fn link(&self, state: Arc<dyn State + Send + Sync>, stop: StopSignal, tell: Tell) -> Link<Plain> {
        let setup = self.clone();
        Link {
            input: "alerts".into(),
            hub: setup.hub,
            sign_in: self.sign_in(),
            decoder: Plain,
            dataset: 0,
            jobs: NonZeroUsize::MIN,
            clock: Clock::Fixed(0),
            reading: setup.reading,
            state,
            host_id: setup.host_id,
            stop,
            tell,
        }
    }

    /// Starts a host that reads into a world.
    pub(crate) fn run(&self, world: &Arc<World>) -> Host {
        let (setup, world, stop) = (self.clone(), Arc::clone(world), StopSignal::default());
        let told = Arc::new(Mutex::new(Vec::new()));
        let all = Arc::clone(&told);
        let tell = Box::new(move |condition: &Condition| lock(&all).push(condition.clone()));
        let mut source = EventHubSource::start(self.link(world.clone(), stop.clone(), tell)).expect("it starts");
        let (status, signal) = (source.status(), stop.clone());
        let thread = thread::spawn(move || {
            let marks = source.marks();
            let flow = Flow { sink: &*world, state: &marks, dead_letters: &*world, bounds: setup.bounds, stop: signal };
            let end = flow.run(&mut source, |_, _| ());
            source.finish();
            end
        });
        Host { stop, status, told, thread: Some(thread) }
    }

    /// Reads to the end.
    pub(crate) fn read(&self, world: &Arc<World>) -> Result<(), FlowError<HubError>> {
        Self { reading: Reading::ToTheEnd, ..self.clone() }.run(world).join()
    }
}

/// A host that runs.
pub(crate) struct Host {
    pub(crate) stop: StopSignal,
    pub(crate) status: Status,
    told: Arc<Mutex<Vec<Condition>>>,
    thread: Option<JoinHandle<Result<(), FlowError<HubError>>>>,
}

impl Host {
    /// What it said of how it is.
    pub(crate) fn told(&self) -> Vec<Condition> {
        lock(&self.told).clone()
    }

    /// Waits until it says that it is not well, in words that hold these.
    #[track_caller]
    pub(crate) fn until_it_says(&self, words: &str) -> String {
        let said = |condition| match condition {
            Condition::Failed(why) | Condition::Degraded(why) if why.contains(words) => Some(why),
            _ => None,
        };
        let started = Instant::now();
        loop {
            if let Some(why) = self.told().into_iter().find_map(said) {
                return why;
            }
            assert!(started.elapsed() < WITHIN, "it does not say `{words}`: {:?}", self.told());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until it receives, or would.
    #[track_caller]
    pub(crate) fn until_healthy(&self) {
        until("it is healthy", || self.status.condition() == Condition::Healthy);
    }

    /// Waits for its own end.
    pub(crate) fn join(mut self) -> Result<(), FlowError<HubError>> {
        self.thread.take().expect("it was not joined").join().expect("nobody panics")
    }

    /// Stops it, and waits until all is delivered.
    pub(crate) fn stop(self) -> Result<(), FlowError<HubError>> {
        self.stop.stop();
        self.join()
    }

    /// Stops it at once, whatever is under way.
    pub(crate) fn cut_off(self) -> Result<(), FlowError<HubError>> {
        self.stop.cut_off();
        self.join()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.stop.cut_off();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
