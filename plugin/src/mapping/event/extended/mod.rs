//! Profile `extended`: what an analyst works with. An alert is read as a graph of entities and a table of properties; a finding as those of a walk.

mod account;
mod addresses;
mod alert;
mod attack;
mod container;
mod families;
mod file;
pub(in crate::mapping) mod finding;
mod graph;
mod hashes;
mod host;
mod mail;
mod process;
mod properties;
#[cfg(test)]
mod records;
mod resource;
mod sides;
pub(super) mod texts;
mod vulnerability;
mod web;

use self::families::Said;
use self::graph::{Graph, NodeId};
use self::properties::Properties;
use self::resource::Resource;
use super::Parts;
use crate::defender::hub::RECORD;
use crate::json::tree::Value;
use crate::mapping::kinds::Kind;
use crate::mapping::record::{Record, Rule};

/// What functions of its files fill.
pub(in crate::mapping) const RULES: &[&[Rule]] = &[
    alert::RULES,
    families::RULES,
    attack::RULES,
    host::RULES,
    process::RULES,
    account::RULES,
    mail::RULES,
    file::RULES,
    hashes::RULES,
    container::RULES,
    addresses::RULES,
    sides::RULES,
    web::RULES,
    resource::fields::RULES,
    finding::RULES,
    vulnerability::RULES,
];

/// No list that is added has more values.
const MOST: usize = 1000;

/// An alert as rules see it.
pub(super) struct Alert<'a, 'p> {
    parts: &'p Parts<'a>,
    graph: Graph<'a>,
    properties: Properties<'a>,
    /// Its type in short.
    t: &'p str,
    /// What that says by itself.
    said: Said,
    resource: Resource<'a>,
    /// The process that it is about.
    process: Option<NodeId>,
    /// The host that it is about.
    host: Option<NodeId>,
}

/// Adds to a document that is mapped already.
pub(super) fn apply<'a>(record: &mut Record<'a>, parts: &Parts<'a>, root: Value<'a>, kind: Kind) {
    match kind {
        Kind::Unknown => {}
        Kind::Alert | Kind::Row | Kind::ArmAlert => of_alert(record, parts, root),
        kind => finding::apply(record, parts, kind),
    }
}

fn of_alert<'a>(record: &mut Record<'a>, parts: &Parts<'a>, root: Value<'a>) {
    let alert_type = parts.member(RECORD.alert_type).and_then(|member| member.value.get().text()).unwrap_or_default();
    let t = families::short(alert_type);
    let graph = Graph::of(root.get(RECORD.entities.name));
    let properties = Properties::of(root.get(RECORD.extended_properties.name));
    let process = process::of(&graph, &properties);
    let (resource, sources, host) = record.look(|read| {
        let resource = Resource::of_alert(read, parts, &graph, &properties);
        let host = host::of(parts, &graph, &properties, process, &resource);
        let resource = resource.complete(read, &graph, &properties, host);
        (resource, read.so_far(), host)
    });
    let alert = Alert { parts, graph, properties, t: &t, said: Said::by(&t), resource, process, host };
    alert::apply(record, &alert);
    attack::of_alert(record, parts, &alert.properties);
    resource::fields::apply(record, &alert.resource, &sources, &alert.graph);
    host::apply(record, &alert);
    process::apply(record, &alert);
    account::apply(record, &alert);
    file::apply(record, &alert);
    container::apply(record, &alert);
    addresses::apply(record, &alert);
    web::apply(record, &alert);
    families::apply(record, &alert);
}
