//! `process.*`: the process that an alert is about, which is not always the first.

use std::collections::BTreeSet;

use super::graph::{Graph, NodeId};
use super::properties::Properties;
use super::texts::{day, first, is_path, joined, last_part, number, or_null, pid, said};
use super::{Alert, account, hashes};
use crate::defender::node::{Kind, NODE, Position};
use crate::defender::property::{Key, keys};
use crate::ecs::{EVENT, Slot};
use crate::json::tree::Value;
use crate::mapping::record::{Reader, Record, Rule, rules};

rules! { EVENT;
    PID "process.pid" = "profile extended: `ProcessId` of the process that the alert is about, else property `processid`, `suspiciousprocessid` or `pid`";
    NAME "process.name" = "profile extended: the name of its image, else by properties";
    EXECUTABLE "process.executable" = "profile extended: `Directory` and `Name` of its image, else the first property of a process that is a path";
    COMMAND_LINE "process.command_line" = "profile extended: its `CommandLine`, else property `commandline`, `suspiciouscommandline`, `command` or `fullcommand`";
    START "process.start" = "profile extended: its `CreationTimeUtc`";
    PARENT_PID "process.parent.pid" = "profile extended: `ProcessId` of its `ParentProcess`, else property `parentprocessid`";
    PARENT_NAME "process.parent.name" = "profile extended: the name of the image of its `ParentProcess`, else property `parentprocess`";
    PARENT_EXECUTABLE "process.parent.executable" = "profile extended: the image of its `ParentProcess`, else property `parentprocess` if that is a path";
    PARENT_COMMAND_LINE "process.parent.command_line" = "profile extended: `CommandLine` of its `ParentProcess`";
    PARENT_START "process.parent.start" = "profile extended: `CreationTimeUtc` of its `ParentProcess`";
    USER_NAME "process.user.name" = "profile extended: `Name` of its `Account`";
    USER_ID "process.user.id" = "profile extended: `AadUserId`, else `Sid`, else `ObjectGuid` of its `Account`";
}

/// What says that there is a process.
pub(super) const MAIN: [Slot; 4] = [PID.slot, NAME.slot, EXECUTABLE.slot, COMMAND_LINE.slot];

const PIDS: &[Key] = keys![processid suspiciousprocessid pid];
const IMAGES: &[Key] = keys![processname processpath suspiciousprocess suspiciousprocessname suspiciousscript];
const COMMANDS: &[Key] = keys![commandline suspiciouscommandline command fullcommand];

/// The rules for one process.
struct Rules {
    pid: &'static Rule,
    name: &'static Rule,
    executable: &'static Rule,
    command_line: &'static Rule,
    start: &'static Rule,
    hashes: &'static hashes::Rules,
}

const OWN: Rules = Rules { pid: &PID, name: &NAME, executable: &EXECUTABLE, command_line: &COMMAND_LINE, start: &START, hashes: &hashes::OF_PROCESS };
const PARENT: Rules = Rules {
    pid: &PARENT_PID,
    name: &PARENT_NAME,
    executable: &PARENT_EXECUTABLE,
    command_line: &PARENT_COMMAND_LINE,
    start: &PARENT_START,
    hashes: &hashes::OF_PARENT,
};

/// The process that an alert is about.
pub(super) fn of<'a>(graph: &Graph<'a>, properties: &Properties<'a>) -> Option<NodeId> {
    let text = |node: NodeId, source: crate::defender::part::Source| said(graph.object(node).get(source.name));
    let has_image = |node: NodeId| graph.one(node, Position::ImageFile).is_some_and(|image| text(image, NODE.name).is_some());
    let candidates: Vec<NodeId> = graph
        .of_kind(Kind::Process)
        .filter(|&node| text(node, NODE.process_id).is_some() || text(node, NODE.command_line).is_some() || has_image(node))
        .collect();
    if candidates.len() < 2 {
        return candidates.first().copied();
    }
    let mut is_parent = vec![false; graph.len()];
    for &node in &candidates {
        for parent in graph.each(node, Position::ParentProcess).filter(|parent| *parent != node) {
            is_parent[parent] = true;
        }
    }
    let suspicious: BTreeSet<i64> = properties.each(PIDS).filter_map(|text| pid(Value::Text(text))).collect();
    let rank = |node: NodeId| {
        let own = pid(graph.object(node).get(NODE.process_id.name));
        let is_suspicious = own.is_some_and(|own| suspicious.contains(&own));
        (
            is_suspicious,
            graph.one(node, Position::ParentProcess).is_some(),
            text(node, NODE.command_line).is_some(),
            graph.one(node, Position::ImageFile).is_some(),
        )
    };
    let all_are_parents = candidates.iter().all(|node| is_parent[*node]);
    let mut best = None;
    for node in candidates.into_iter().filter(|node| all_are_parents || !is_parent[*node]) {
        let rank = rank(node);
        if best.is_none_or(|(best, _)| rank > best) {
            best = Some((rank, node));
        }
    }
    best.map(|(_, node)| node)
}

/// Fills all of them.
pub(super) fn apply<'a>(record: &mut Record<'a>, alert: &Alert<'a, '_>) {
    let Alert { graph, properties, .. } = alert;
    if let Some(node) = alert.process {
        fill(record, graph, node, &OWN);
        if let Some(parent) = record.look(|read| graph.follow(read, node, Position::ParentProcess)) {
            fill(record, graph, parent, &PARENT);
        }
        if let Some(account) = record.look(|read| graph.follow(read, node, Position::Account)) {
            record.fill(&USER_NAME, |read| or_null(account::name_of(read, graph.object(account)).0));
            record.fill(&USER_ID, |read| or_null(account::id_of(read, graph.object(account))));
        }
        let own = pid(graph.object(node).get(NODE.process_id.name));
        if own.is_some() && properties.each(PIDS).any(|text| pid(Value::Text(text)).is_some_and(|other| Some(other) != own)) {
            return;
        }
    }
    if !properties.is_empty() {
        by_properties(record, properties);
    }
}

fn fill<'a>(record: &mut Record<'a>, graph: &Graph<'a>, node: NodeId, rules: &Rules) {
    let object = graph.object(node);
    record.fill(rules.pid, |read| {
        let pid = object.member(NODE.process_id.name).and_then(|member| pid(read.take(Some(member))));
        pid.map_or(Value::Null, |pid| number(read.arena, pid))
    });
    record.fill(rules.command_line, |read| or_null(first(read, object, &[NODE.command_line])));
    record.fill(rules.start, |read| {
        let time = read.value(object, NODE.creation_time_utc.name);
        day(read.arena, time)
    });
    let Some(image) = record.look(|read| graph.follow(read, node, Position::ImageFile)) else { return };
    let mut path = None;
    record.fill(rules.name, |read| {
        let (name, full) = place_of(read, graph.object(image));
        path = full;
        or_null(name)
    });
    record.fill(rules.executable, |read| {
        if path.is_some() {
            read.field(rules.name.slot);
        }
        or_null(path)
    });
    hashes::fill(record, graph, image, rules.hashes);
}

/// A file's name, and its path if that is known.
pub(super) fn place_of<'a>(read: &mut Reader<'_, 'a>, file: Value<'a>) -> (Option<&'a str>, Option<&'a str>) {
    let Some(name) = first(read, file, &[NODE.name]) else { return (None, None) };
    match first(read, file, &[NODE.directory]) {
        Some(directory) => (Some(name), Some(joined(read.arena, directory, name))),
        None if is_path(name) => (Some(last_part(name)), Some(name)),
        None => (Some(name), None),
    }
}

/// What properties say where nothing stands yet.
fn by_properties<'a>(record: &mut Record<'a>, properties: &Properties<'a>) {
    let empty = |record: &Record<'a>, rule: &Rule| record.document.get(rule.slot).is_null();
    let path = |text: &'a str| is_path(text).then_some(text);
    if empty(record, &NAME) {
        record.fill(&NAME, |read| {
            let name = properties.find(read, IMAGES, |text| path(text).map(last_part));
            or_null(name.or_else(|| properties.find(read, IMAGES, |text| Some(text).filter(|text| !is_path(text)))).filter(|name| !name.is_empty()))
        });
    }
    if empty(record, &EXECUTABLE) {
        record.fill(&EXECUTABLE, |read| or_null(properties.find(read, IMAGES, path)));
    }
    if empty(record, &COMMAND_LINE) {
        record.fill(&COMMAND_LINE, |read| properties.value(read, COMMANDS));
    }
    for (rule, keys) in [(&PID, PIDS), (&PARENT_PID, keys![parentprocessid])] {
        if empty(record, rule) {
            record.fill(rule, |read| {
                let pid = properties.find(read, keys, |text| pid(Value::Text(text)));
                pid.map_or(Value::Null, |pid| number(read.arena, pid))
            });
        }
    }
    if empty(record, &PARENT_NAME) {
        record.fill(&PARENT_NAME, |read| or_null(properties.first(read, keys![parentprocess]).map(|text| if is_path(text) { last_part(text) } else { text })));
    }
    if empty(record, &PARENT_EXECUTABLE) {
        record.fill(&PARENT_EXECUTABLE, |read| or_null(properties.find(read, keys![parentprocess], path)));
    }
}
