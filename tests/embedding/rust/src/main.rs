//! `embedding COMPONENT FOLDER NOW`: what a component makes of a recording, one document a line.

use std::io::{BufReader, Write};
use std::{env, error::Error, fs, thread::available_parallelism};

use host_sim_runtime::{Cache, Clock, Component, Engine, Limits, Walk};
use host_sim_workbench::decode::Decoding;
use host_sim_workbench::recording::{Format, Lines, read_exchanges};
use host_sim_workbench::replay::Replay;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [component, folder, now] = arguments.as_slice() else { return Err("usage: embedding COMPONENT FOLDER NOW".into()) };
    let clock = Clock::Fixed(now.parse()?);
    let mut documents = std::io::stdout().lock();

    let engine = Engine::new(Limits::default(), Cache::of_user())?;
    let mut instance = Component::load(&engine, component)?.start()?;
    instance.configure(&fs::read_to_string(format!("{folder}/settings.json"))?)?;

    let mut transport = Replay::new(read_exchanges(&fs::read_to_string(format!("{folder}/exchanges.json"))?)?);
    let mut walk = Walk::new(&mut instance, &mut transport, clock, None);
    while let Some(stride) = walk.next_step()? {
        stride.step.documents.iter().try_for_each(|document| writeln!(documents, "{}", document.text()))?;
    }

    let event = instance.description().position("event").ok_or("the component has no events")?;
    let messages = BufReader::new(fs::File::open(format!("{folder}/messages.ndjson"))?);
    let mut decoding = Decoding::new(instance, available_parallelism()?, event, clock, Lines::new(messages, Format::Recorded));
    while let Some(batch) = decoding.next_batch()? {
        batch.decoded.documents.iter().try_for_each(|document| writeln!(documents, "{}", document.text()))?;
    }
    Ok(())
}
