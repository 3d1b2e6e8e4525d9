//! `embedding COMPONENT FOLDER NOW`: what a component makes of a recording, one document a line.

mod recording;

use std::io::{self, Write};
use std::process::ExitCode;
use std::{env, error::Error, thread::available_parallelism};

use host_sim_runtime::contract::{Document, Problem, SettingProblem, Severity};
use host_sim_runtime::{Cache, Clock, Component, ConfigureError, Engine, Limits, Pool, Salvage, Walk, transport};

// Exit status 0 is "done".
const FAILED: u8 = 1;
const WRONG_USAGE: u8 = 2;
const DONE_WITH_PROBLEMS: u8 = 3;

fn main() -> ExitCode {
    let status = run().unwrap_or_else(|error| {
        eprintln!("error: {error}");
        FAILED
    });
    ExitCode::from(status)
}

fn run() -> Result<u8, Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [component, folder, now] = arguments.as_slice() else {
        eprintln!("usage: embedding COMPONENT FOLDER NOW");
        return Ok(WRONG_USAGE);
    };
    let clock = Clock::Fixed(now.parse()?);

    let engine = Engine::new(Limits::default(), Cache::of_user())?;
    let mut instance = Component::load(&engine, component)?.start()?;
    match instance.configure(&recording::text(&format!("{folder}/settings.json"))?) {
        Ok(warnings) => tell_of_settings(&warnings),
        Err(ConfigureError::Refused(problems)) => {
            tell_of_settings(&problems);
            return Ok(WRONG_USAGE);
        }
        Err(ConfigureError::Stopped(stop)) => return Err(stop.into()),
    }

    let mut status = 0;
    let mut exchanges = recording::Exchanges::read(&format!("{folder}/exchanges.json"))?;
    let mut transport = transport::one_by_one(|request| exchanges.get(&request.url));
    let mut walk = Walk::new(&mut instance, &mut transport, clock, None);
    while let Some(stride) = walk.next_step()? {
        write(&stride.step.documents)?;
        let complete = stride.step.finished.is_none_or(|totals| totals.complete);
        status = status.max(tell(&stride.step.problems)).max(if complete { 0 } else { DONE_WITH_PROBLEMS });
    }

    // Decodes on as many instances as there are cores; what a message stops is found and set aside.
    let event = instance.description().position("event").ok_or("the component has no events")?;
    let mut pool = Pool::new(instance, available_parallelism()?, event, clock);
    for batch in recording::messages(&format!("{folder}/messages.ndjson"))?.chunks(64) {
        while pool.is_full() {
            pool.take().map_or(Ok(()), |(_, salvage)| deliver(salvage, &mut status))?;
        }
        pool.give(batch.to_vec())?;
    }
    while let Some((_, salvage)) = pool.take() {
        deliver(salvage, &mut status)?;
    }
    Ok(if exchanges.missed() { FAILED } else { status })
}

/// Writes what a batch gave. A message that stopped the component is among the problems; `salvage.dead` has the whole of it.
fn deliver(salvage: Salvage, status: &mut u8) -> Result<(), Box<dyn Error>> {
    write(&salvage.decoded.documents)?;
    *status = tell(&salvage.decoded.problems).max(*status);
    salvage.gave_up.map_or(Ok(()), |(_, stop)| Err(stop.into()))
}

fn write(documents: &[Document]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    documents.iter().try_for_each(|document| writeln!(stdout, "{}", document.text()))
}

/// Says what the component reports. Something is missing only after an error.
fn tell(problems: &[Problem]) -> u8 {
    for Problem { severity, code, message, .. } in problems {
        eprintln!("{}: {code}: {message}", severity.name());
    }
    if problems.iter().any(|problem| problem.severity == Severity::Error) { DONE_WITH_PROBLEMS } else { 0 }
}

fn tell_of_settings(problems: &[SettingProblem]) {
    for SettingProblem { severity, pointer, message } in problems {
        eprintln!("{}: setting `{pointer}`: {message}", severity.name());
    }
}
