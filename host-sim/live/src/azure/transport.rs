//! Carries the requests of a walk to Azure: an asynchronous runtime in a thread of its own, so many requests at once, and a walk that waits for what comes.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender as OutcomeSender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use host_sim_runtime::contract::{Failure, Outcome, Request};
use host_sim_runtime::flow::StopSignal;
use host_sim_runtime::transport::{Received, Transport};
use tokio::runtime::Builder;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::{Id, JoinSet};
use url::Url;

use super::client::{self, ClientError};
use super::credential::SignIn;
use super::gate::Gate;
use super::pace::Pace;
use super::patience::Patience;
use super::recorder::Recorder;
use super::sender::Sender;
use super::trace::Trace;
use super::watch::RequestWatch;
use crate::config::{Azure, Poll};
use crate::redactor::Redactor;

/// How often it is looked whether to stop, while nothing comes.
const TICK: Duration = Duration::from_millis(50);

/// What an input asks Azure with.
#[derive(Debug)]
pub struct Link<'a> {
    /// The input, after which the thread is named.
    pub input: &'a str,
    /// How it signs in.
    pub azure: &'a Azure,
    /// The setting `url` of its component.
    pub url: Option<&'a Url>,
    /// What it may ask for, and how fast.
    pub poll: &'a Poll,
    /// How often it tries.
    pub patience: Patience,
    /// Knows the secrets.
    pub redactor: Arc<Redactor>,
    /// A log of requests.
    pub trace: Option<Trace>,
    /// A recording of what is answered.
    pub recorder: Option<Recorder>,
    /// Who wants to know of requests.
    pub watch: Option<Arc<dyn RequestWatch>>,
    /// Ends the waiting.
    pub stop: StopSignal,
}

/// Why nothing can be asked.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Mend the configuration.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The system has no threads left.
    #[error("cannot start a thread for requests")]
    Thread(#[source] io::Error),
}

/// Sends requests to Azure.
#[derive(Debug)]
pub struct AzureTransport {
    /// Gone when it ends, which ends the thread.
    commands: Option<UnboundedSender<Command>>,
    outcomes: Receiver<Done>,
    waiting: usize,
    /// Since when requests are waited for: what was sent before a rewind is not.
    round: u64,
    stop: StopSignal,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
enum Command {
    Send { round: u64, requests: Vec<Request> },
    Forget,
}

#[derive(Debug)]
struct Done {
    round: u64,
    outcome: Outcome,
}

impl AzureTransport {
    /// Starts the thread. Nothing is sent yet.
    pub fn start(link: Link<'_>) -> Result<Self, StartError> {
        let Link { input, azure, url, poll, patience, redactor, trace, recorder, watch, stop } = link;
        let sender = Sender {
            client: client::for_requests(azure, poll)?,
            gate: Gate::new(url, poll),
            sign_in: SignIn::new(azure, url, patience, redactor.clone())?,
            pace: Pace::new(poll.requests_per_second, poll.burst),
            patience,
            timeout: poll.timeout,
            most: poll.max_response,
            redactor,
            trace,
            recorder,
            watch,
        };
        let runtime = Builder::new_current_thread().enable_all().max_blocking_threads(4).build().map_err(StartError::Thread)?;
        let (commands, received) = unbounded_channel();
        let (done, outcomes) = channel();
        let at_once = poll.at_once;
        let thread = thread::Builder::new().name(format!("{input}-http")).spawn(move || {
            runtime.block_on(carry(Arc::new(sender), received, &done, at_once));
            // A name that is being resolved is not waited for.
            runtime.shutdown_background();
        });
        let thread = thread.map_err(StartError::Thread)?;
        Ok(Self { commands: Some(commands), outcomes, waiting: 0, round: 0, stop, thread: Some(thread) })
    }
}

impl Transport for AzureTransport {
    fn send(&mut self, requests: Vec<Request>) {
        self.waiting += requests.len();
        let command = Command::Send { round: self.round, requests };
        // Where the thread is gone, it is found when its outcomes are waited for.
        let _ = self.commands.as_ref().map(|commands| commands.send(command));
    }

    fn receive(&mut self) -> Received {
        let mut outcomes = Vec::new();
        while self.waiting > 0 && outcomes.is_empty() {
            if self.stop.is_stopped() {
                return Received::Stopped;
            }
            match self.outcomes.recv_timeout(TICK) {
                Ok(done) => self.take(done, &mut outcomes),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Received::Idle,
            }
        }
        while let Ok(done) = self.outcomes.try_recv() {
            self.take(done, &mut outcomes);
        }
        if outcomes.is_empty() { Received::Idle } else { Received::Outcomes(outcomes) }
    }

    fn rewind(&mut self) {
        self.round += 1;
        self.waiting = 0;
        let _ = self.commands.as_ref().map(|commands| commands.send(Command::Forget));
    }
}

impl AzureTransport {
    fn take(&mut self, done: Done, outcomes: &mut Vec<Outcome>) {
        if done.round == self.round {
            self.waiting = self.waiting.saturating_sub(1);
            outcomes.push(done.outcome);
        }
    }
}

impl Drop for AzureTransport {
    fn drop(&mut self) {
        self.commands = None;
        if let Some(thread) = self.thread.take() {
            // It has nothing to say that was not said.
            let _ = thread.join();
        }
    }
}

/// Sends requests until nobody gives any more.
async fn carry(sender: Arc<Sender>, mut commands: UnboundedReceiver<Command>, done: &OutcomeSender<Done>, at_once: usize) {
    let room = Arc::new(Semaphore::new(at_once));
    let mut tasks: JoinSet<Outcome> = JoinSet::new();
    let mut under_way: HashMap<Id, (u64, u64)> = HashMap::new();
    loop {
        tokio::select! {
            command = commands.recv() => match command {
                None => return,
                Some(Command::Forget) => {
                    tasks.abort_all();
                    under_way.clear();
                }
                Some(Command::Send { round, requests }) => {
                    for request in requests {
                        let (id, sender, room) = (request.id, sender.clone(), room.clone());
                        let task = tasks.spawn(async move {
                            // Those who came first go first. The semaphore is never closed.
                            let _room = room.acquire().await;
                            Outcome { id: request.id, answer: sender.answer(&request).await }
                        });
                        under_way.insert(task.id(), (round, id));
                    }
                }
            },
            Some(ended) = tasks.join_next_with_id(), if !tasks.is_empty() => {
                let (task, outcome) = match ended {
                    Ok((task, outcome)) => (task, Some(outcome)),
                    Err(error) => (error.id(), None),
                };
                // What was forgotten is not waited for.
                let Some((round, id)) = under_way.remove(&task) else { continue };
                let lost = || Outcome { id, answer: Err(Failure::Unreachable("the host failed while it sent this request".into())) };
                if done.send(Done { round, outcome: outcome.unwrap_or_else(lost) }).is_err() {
                    return;
                }
            }
        }
    }
}
