//! `embedding COMPONENT FOLDER NOW`: what a component makes of a recording, one document a line.

mod recording;

use std::io::{self, Write};
use std::{env, error::Error, fs, thread::available_parallelism};

use host_sim_runtime::contract::Document;
use host_sim_runtime::{Cache, Clock, Component, Engine, Limits, Pool, Walk, transport};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [component, folder, now] = arguments.as_slice() else { return Err("usage: embedding COMPONENT FOLDER NOW".into()) };
    let clock = Clock::Fixed(now.parse()?);

    let engine = Engine::new(Limits::default(), Cache::of_user())?;
    let mut instance = Component::load(&engine, component)?.start()?;
    instance.configure(&fs::read_to_string(format!("{folder}/settings.json"))?)?;

    let mut exchanges = recording::Exchanges::read(&format!("{folder}/exchanges.json"))?;
    let mut transport = transport::one_by_one(|request| exchanges.get(&request.url));
    let mut walk = Walk::new(&mut instance, &mut transport, clock, None);
    while let Some(stride) = walk.next_step()? {
        write(&stride.step.documents)?;
    }

    // Decodes on as many instances as there are cores; what a message stops is found and set aside.
    let event = instance.description().position("event").ok_or("the component has no events")?;
    let mut pool = Pool::new(instance, available_parallelism()?, event, clock);
    for batch in recording::messages(&format!("{folder}/messages.ndjson"))?.chunks(64) {
        while pool.is_full() {
            pool.take().map_or(Ok(()), |(_, salvage)| write(&salvage.decoded.documents))?;
        }
        pool.give(batch.to_vec())?;
    }
    while let Some((_, salvage)) = pool.take() {
        write(&salvage.decoded.documents)?;
    }
    Ok(())
}

fn write(documents: &[Document]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    documents.iter().try_for_each(|document| writeln!(stdout, "{}", document.text()))
}
