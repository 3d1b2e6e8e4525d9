//! Figures of `decode`: the plugin linked natively, and the component, over the yardstick.

use std::hint::black_box;

use anyhow::ensure;
use host_sim_runtime::contract::Message;
use host_sim_runtime::{Cache, Component, Engine, Instance, Limits};
use microsoft_defender_cloud::contract;
use microsoft_defender_cloud::plugin::Plugin;
use tests::component;

use crate::effort::Effort;
use crate::inputs::{self, ELASTIC, EXTENDED, Inputs, SAMPLE};
use crate::report::Report;
use crate::sampling::{Side, compare};
use crate::{recommendation, yardstick};

/// Messages of a call where nothing else is said.
const BATCH: usize = 64;

/// CVEs of an individual recommendation, and how many such are decoded for one sample.
const CVES: usize = 100;
const RECORDS: usize = 8;

const NOW: u64 = 1_767_225_600_000;

/// Measures one data set.
pub(crate) fn measure(inputs: &Inputs, cache: &Cache, effort: &Effort, report: &mut Report) -> anyhow::Result<()> {
    let messages = inputs.sample();
    let limits = Limits::default();
    let mut native = Native::new(inputs.dataset, &messages)?;
    let start = |limits, settings| Guest::start(limits, cache, inputs.dataset, settings);
    let mut shipped = start(limits, ELASTIC)?;
    let mut single = start(limits, ELASTIC)?;
    let mut whole = start(limits, ELASTIC)?;
    let mut unlimited = start(Limits { call: None, ..limits }, ELASTIC)?;
    let mut extended = start(limits, EXTENDED)?;
    check_same(&mut native, &mut shipped, &messages)?;

    let (messages, passes) = (messages.as_slice(), effort.passes);
    let sides = vec![
        Side::new("yardstick", || yardstick::pass(messages)),
        Side::new("native", || native.pass(BATCH)),
        Side::new("component", || shipped.pass(messages, BATCH)),
        Side::new("component_1", || single.pass(messages, 1)),
        Side::new("component_512", || whole.pass(messages, SAMPLE)),
        Side::new("no_epoch", || unlimited.pass(messages, BATCH)),
        Side::new("extended", || extended.pass(messages, BATCH)),
    ];
    let rounds = compare(effort.rounds, passes, sides)?;

    let mut add = |name: &str, figure: f64| report.add(format!("{}.{name}", inputs.dataset), figure);
    add("yardstick_us", rounds.seconds("yardstick") * 1e6 / (passes * SAMPLE) as f64);
    add("native_ratio", rounds.ratio("native", "yardstick"));
    add("component_ratio", rounds.ratio("component", "yardstick"));
    add("component_ratio_1", rounds.ratio("component_1", "yardstick"));
    add("component_ratio_512", rounds.ratio("component_512", "yardstick"));
    add("component_over_native", rounds.ratio("component", "native"));
    add("component_over_native_no_epoch", rounds.ratio("no_epoch", "native"));
    add("extended_over_elastic", rounds.ratio("extended", "component"));
    Ok(())
}

/// Measures an individual recommendation, which has a document for each of its CVEs.
pub(crate) fn measure_split(cache: &Cache, effort: &Effort, report: &mut Report) -> anyhow::Result<()> {
    let message = Message::from(recommendation::of_cves(CVES).as_str());
    let records = vec![message; RECORDS];
    let mut guest = Guest::start(Limits::default(), cache, "assessment", EXTENDED)?;
    let documents = guest.instance.decode(NOW, guest.dataset, &records)?.documents.len();
    ensure!(documents == CVES * RECORDS, "{documents} documents of {RECORDS} recommendations of {CVES} CVEs");
    let rounds = compare(effort.rounds, effort.passes, vec![Side::new("split", || guest.pass(&records, 1))])?;
    report.add(format!("assessment.cves_{CVES}.documents_per_s"), (documents * effort.passes) as f64 / rounds.seconds("split"));
    Ok(())
}

/// What is compared must be the same work.
fn check_same(native: &mut Native, guest: &mut Guest, messages: &[Message]) -> anyhow::Result<()> {
    let ours = native.plugin.decode(NOW, native.dataset, &native.messages).documents;
    let theirs = guest.instance.decode(NOW, guest.dataset, messages)?.documents;
    let same = ours.len() == theirs.len() && ours.iter().zip(&theirs).all(|(one, other)| one.id == other.id && one.body == other.body);
    ensure!(same, "the component in `dist/` gives other documents than this source; `make build` makes it anew");
    Ok(())
}

/// The plugin linked into this program.
struct Native {
    plugin: Plugin,
    dataset: contract::Dataset,
    messages: Vec<contract::Message>,
}

impl Native {
    fn new(dataset: &str, messages: &[Message]) -> anyhow::Result<Self> {
        let mut plugin = Plugin::default();
        ensure!(plugin.configure(ELASTIC).is_ok(), "the plugin refuses `{ELASTIC}`");
        let dataset = if dataset == "event" { contract::Dataset::Event } else { contract::Dataset::Assessment };
        Ok(Self { plugin, dataset, messages: messages.iter().map(native_message).collect() })
    }

    fn pass(&mut self, batch: usize) -> anyhow::Result<()> {
        for messages in self.messages.chunks(batch) {
            black_box(self.plugin.decode(NOW, self.dataset, black_box(messages)));
        }
        Ok(())
    }
}

fn native_message(message: &Message) -> contract::Message {
    let position = message.position.as_ref().map(|position| contract::Position {
        partition: position.partition.clone(),
        sequence_number: position.sequence_number,
        offset: position.offset.clone(),
        enqueued: position.enqueued,
        partition_key: position.partition_key.clone(),
    });
    contract::Message { body: message.body.clone(), position }
}

/// The component as host-sim runs it.
struct Guest {
    instance: Instance,
    dataset: u32,
}

impl Guest {
    fn start(limits: Limits, cache: &Cache, dataset: &str, settings: &str) -> anyhow::Result<Self> {
        let mut instance = Component::load(&Engine::new(limits, cache.clone())?, component())?.start()?;
        instance.configure(settings)?;
        let dataset = inputs::dataset(&instance, dataset)?;
        Ok(Self { instance, dataset })
    }

    fn pass(&mut self, messages: &[Message], batch: usize) -> anyhow::Result<()> {
        for messages in messages.chunks(batch) {
            black_box(self.instance.decode(NOW, self.dataset, black_box(messages))?);
        }
        Ok(())
    }
}
