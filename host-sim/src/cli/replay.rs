//! `host-sim replay`: a recorded API and a recorded Event Hub in, documents out.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use host_sim_workbench::decode::Decoding;
use host_sim_workbench::files::Output;
use host_sim_workbench::recording::{Format, Lines};
use host_sim_workbench::replay::Unexpected;

use super::console::Console;
use super::dataset::dataset;
use super::dead_letters::{DeadLetterOption, DeadLetters};
use super::end::End;
use super::offline::{self, Run};
use super::options::RunOptions;
use super::{input, recorded, settings, signals};

const EXAMPLE: &str = r#"Example:
  host-sim replay plugin.wasm fixtures/tenant --out out

The folder holds `exchanges.json`, `messages.ndjson` or both, and may hold `settings.json`. The first two may be packed by gzip or zstd, also
under the names that these give them, such as `messages.ndjson.gz`. The body of a response is JSON, text or, as
`body_base64`, bytes. The API is walked first, then the messages are
decoded as events. A request is matched by method, path and query, whatever the order of the query's pairs, and URLs that RFC 3986 calls equivalent
are the same; several recordings of one request answer in their order, each once. A request without a recorded answer is refused, and the replay fails once it is at its end.
With `--envelope`, `source` is the number of the exchange or of the line, from 0; it is null for what no single one led to."#;

/// Requests without a recording that are told one by one.
const MOST_UNEXPECTED: usize = 5;

/// Walk a recorded API and decode recorded messages
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Replay {
    /// The component
    #[arg(value_name = "COMPONENT")]
    component: PathBuf,
    /// The recording
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    /// Write the documents of each data set to a file of its own in this folder, instead of stdout
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    #[command(flatten)]
    dead_letters: DeadLetterOption,
    #[command(flatten)]
    run: RunOptions,
}

impl Replay {
    pub(super) fn run(&self) -> anyhow::Result<End> {
        let replay = recorded::exchanges(&self.folder)?.map(host_sim_workbench::replay::Replay::new);
        let messages = recorded::messages(&self.folder)?;
        if replay.is_none() && messages.is_none() {
            anyhow::bail!("cannot replay `{}`: it holds neither `exchanges.json` nor `messages.ndjson`", self.folder.display());
        }
        let mut instance = self.run.start(&self.component)?;
        let console = offline::console(self.run.quiet, self.out.is_none());
        let dead_letters = self.dead_letters(&console)?;
        let description = instance.description().clone();
        let text = settings::text(self.run.settings.as_deref(), Some(&self.folder.join("settings.json")))?;
        settings::apply(&mut instance, &text, &console)?;

        let id_field = self.run.id_field(&mut instance)?;
        let output = match &self.out {
            Some(folder) => Output::to_folder(folder, &description, self.run.shape()).with_context(|| format!("cannot write to `{}`", folder.display()))?,
            None => offline::to_stdout(&description, self.run.shape()),
        }
        .with_ids(id_field);
        signals::remove_on_signal(output.partial_files());
        let mut component = self.run.checked(instance);
        let mut run = Run::new(output, dead_letters, &description, &console, &self.run);
        let mut missed = false;
        if let Some(mut replay) = replay {
            let walked = run.walk(&mut component, &mut replay, self.run.clock());
            missed = !replay.unexpected().is_empty();
            say_unexpected(replay.unexpected(), &console);
            walked?;
            say_unused(&replay, &console);
        }
        if let Some(messages) = messages {
            let event = dataset(&description, "event")?;
            let lines = Lines::new(messages.input, Format::Recorded);
            let mut decoding = Decoding::new(component, self.run.jobs(), event, self.run.clock(), lines)?;
            run.decode(&mut decoding, messages.length).map_err(|error| input::named(error, &messages.path))?;
        }
        let end = run.finish()?;
        Ok(if missed { End::Failed } else { end })
    }

    fn dead_letters<'a>(&self, console: &'a Console) -> anyhow::Result<DeadLetters<'a>> {
        let settings = self.folder.join("settings.json");
        let inputs = recorded::all_names().map(|name| self.folder.join(name));
        let mut others = vec![("the component", self.component.as_path())];
        others.extend(inputs.iter().map(|input| ("the input", input.as_path())));
        others.extend([Some(settings.as_path()), self.run.settings_file()].into_iter().flatten().map(|file| ("the file of settings", file)));
        if let Some(out) = &self.out {
            self.dead_letters.refuse_in("the folder of the documents", out)?;
            others.push(("the folder of the documents", out));
        }
        self.dead_letters.open(&others, console)
    }
}

fn say_unexpected(unexpected: &[Unexpected], console: &Console) {
    for Unexpected { error, nearest } in unexpected.iter().take(MOST_UNEXPECTED) {
        console.error(error);
        nearest.iter().for_each(|nearest| console.hint(nearest));
    }
    match unexpected.len().saturating_sub(MOST_UNEXPECTED) {
        0 => {}
        1 => console.error("and 1 more request that is not recorded"),
        more => console.error(&format!("and {more} more requests that are not recorded")),
    }
}

fn say_unused(replay: &host_sim_workbench::replay::Replay, console: &Console) {
    for (number, target) in replay.unused() {
        console.warning(&format!("exchange {number} is unused: `{target}`"));
    }
}
