//! Which side an address is on: the source, the destination, or the host itself.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::NodeId;
use super::sides::{self, Chosen};
use super::texts::{address, addresses, or_null, said};
use super::{Alert, MOST};
use crate::defender::node::{Kind, NODE, Position};
use crate::defender::property::{Key, keys};
use crate::ecs::EVENT;
use crate::json::tree::{Member, Value};
use crate::mapping::distinct::Distinct;
use crate::mapping::record::{Record, rules};

rules! { EVENT;
    RELATED_IP "related.ip" = "profile extended: of these the addresses, without a scope, then those of entities at any depth, then those in properties";
    HOST_IP "host.ip" = "profile extended: `HostIpAddress` of a dns entity, addresses inside a host, properties `victimip`, `victimipaddress`, `machineip` and `hostip`";
    TRANSPORT "network.transport" = "profile extended: `Protocol` of the first network connection, else of the first entity that has one, in lower case";
    DIRECTION "network.direction" = "profile extended: inbound or outbound if `AlertType` says so";
}

const SOURCES: &[Key] = keys![
    clientipaddress clientip calleripaddress callerip sourceipaddress sourceip sourceips sourceaddress actorclientip actorip ipaddress ip source
    samplesourceipaddresses roledefinitioncreatoripaddress
];
const ATTACKERS: &[Key] = keys![attackeripaddress attackerip attackersourceip];
const OWN: &[Key] = keys![victimip victimipaddress machineip hostip];
const DESTINATIONS: &[Key] = keys![destinationipaddress destinationip destinationaddress targetip targetipaddress];

/// What an address is, in the order in which roles are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// The host's own.
    Own,
    /// Where a connection comes from.
    ConnectionSource,
    /// Where it goes.
    ConnectionDestination,
    /// What a name was resolved to.
    Resolved,
    /// By a property.
    Source,
    /// By a property; which side that is, is a matter of the family.
    Attacker,
    /// By a property.
    Destination,
    /// By the family alone.
    Loose,
}

impl Role {
    /// Its number in the order; the two sides of a connection have one.
    fn number(self) -> u8 {
        match self {
            Self::Own => 1,
            Self::ConnectionSource | Self::ConnectionDestination => 2,
            Self::Resolved => 3,
            Self::Source => 4,
            Self::Attacker => 5,
            Self::Destination => 6,
            Self::Loose => 7,
        }
    }
}

/// An address that may be on a side.
#[derive(Clone, Copy)]
pub(super) struct Candidate<'a> {
    /// The address, if it could be read and is somebody's.
    pub ip: Option<&'a str>,
    /// The node that it is of; else it is a property's.
    pub node: Option<NodeId>,
    /// The member that says it.
    pub member: Option<&'a Member<'a>>,
    /// Its place.
    pub place: Value<'a>,
    /// Its port, where a property says both.
    pub port: Option<i64>,
    role: Role,
}

/// Fills all of them.
pub(super) fn apply<'a>(record: &mut Record<'a>, alert: &Alert<'a, '_>) {
    let found = Found::of(alert);
    related(record, alert);
    let is_outgoing = super::families::has(alert.t, &["outgoing", "outbound", "communicationwith"]) || alert.said.is_dns();
    let is_node = ["vm_", "vm.", "k8s.node_", "k8s_node_"].into_iter().any(|start| alert.t.starts_with(start));
    let is_undecided = !alert.said.is_authentication() && (is_node || alert.process.is_some());
    let loose = match (is_outgoing, is_undecided) {
        (true, _) => Some(Role::Destination),
        (false, true) => None,
        (false, false) => Some(Role::Source),
    };
    let attacker = if is_outgoing { Role::Destination } else { Role::Source };
    let is_on = |candidate: &Candidate<'a>, side: Role| match candidate.role {
        Role::Own => false,
        Role::ConnectionSource | Role::Source => side == Role::Source,
        Role::ConnectionDestination | Role::Resolved | Role::Destination => side == Role::Destination,
        Role::Attacker => side == attacker,
        Role::Loose => loose == Some(side),
    };
    let best = |is_one: &dyn Fn(&Candidate<'a>) -> bool| {
        let ranked = found.candidates.iter().filter(|candidate| is_one(candidate));
        ranked.min_by_key(|candidate| (candidate.ip.is_none(), candidate.node.is_none(), candidate.role.number())).copied()
    };
    let own = best(&|candidate| candidate.role == Role::Own);
    let mut source = best(&|candidate| is_on(candidate, Role::Source));
    let mut destination = best(&|candidate| is_on(candidate, Role::Destination));
    let graph = &alert.graph;
    let has_attacker = found.candidates.iter().any(|candidate| candidate.role == Role::Attacker);
    let (is_source_empty, is_destination_empty) = (source.is_none(), destination.is_none());
    if graph.has(Kind::NetworkConnection) && is_source_empty != is_destination_empty {
        source = source.or(own);
        destination = destination.or(own);
    }
    if graph.has(Kind::Dns) && is_source_empty {
        source = source.or(own);
    }
    if has_attacker {
        match attacker {
            Role::Source => destination = destination.or(own),
            _ => source = source.or(own),
        }
    }
    record.fill(&HOST_IP, |read| {
        let mut own = Distinct::default();
        for candidate in found.candidates.iter().filter(|candidate| candidate.role == Role::Own) {
            read.take(candidate.member);
            if let Some(ip) = candidate.ip {
                own.add(read.arena, ip.into());
            }
        }
        for member in alert.properties.members(OWN) {
            read.take(Some(member));
        }
        own.at_most(read.arena, MOST)
    });
    if let Some(own) = found.candidates.iter().filter(|candidate| candidate.role == Role::Own && !candidate.place.is_null()).min_by_key(|own| own.ip.is_none())
    {
        sides::host_geo(record, own.place);
    }
    sides::apply(record, alert, &Chosen { source, destination, attacker_is_source: attacker == Role::Source });
    network(record, alert);
}

/// All addresses with their roles, in their order: nodes, then properties without a node.
struct Found<'a> {
    candidates: Vec<Candidate<'a>>,
}

impl<'a> Found<'a> {
    fn of(alert: &Alert<'a, '_>) -> Self {
        let graph = &alert.graph;
        let mut nodes = Vec::new();
        for node in graph.of_kind(Kind::Ip) {
            let object = graph.object(node);
            let place = graph.object_in(object.get(NODE.location.name));
            let ip = object.get(NODE.address.name).text().and_then(address).filter(|ip| is_somebodys(ip));
            if ip.is_some() || !place.is_null() {
                nodes.push(Candidate { ip, node: Some(node), member: object.member(NODE.address.name), place, port: None, role: Role::Loose });
            }
        }
        if nodes.is_empty() && alert.properties.is_empty() {
            return Self { candidates: nodes };
        }
        if graph.has_any(&[Kind::Dns, Kind::Host, Kind::NetworkConnection]) {
            let roles = roles_of_nodes(alert);
            for candidate in &mut nodes {
                candidate.role = candidate.node.and_then(|node| roles[node]).unwrap_or(Role::Loose);
            }
        }
        if nodes.len() < 2 && alert.properties.is_empty() {
            return Self { candidates: nodes };
        }
        let mut by_address: BTreeMap<&'a str, Role> = BTreeMap::new();
        let mut note = |ip: &'a str, role: Role| {
            let known = by_address.entry(ip).or_insert(role);
            if role.number() < known.number() {
                *known = role;
            }
        };
        for candidate in &nodes {
            if let Some(ip) = candidate.ip {
                note(ip, candidate.role);
            }
        }
        let mut of_properties = Vec::new();
        let mut ports: BTreeMap<&'a str, i64> = BTreeMap::new();
        for (keys, role) in [(OWN, Role::Own), (SOURCES, Role::Source), (ATTACKERS, Role::Attacker), (DESTINATIONS, Role::Destination)] {
            let found =
                alert.properties.members(keys).flat_map(|member| addresses(said(member.value.get()).unwrap_or_default()).map(move |found| (member, found)));
            for (member, (ip, port)) in found.filter(|(_, (ip, _))| is_somebodys(ip)) {
                note(ip, role);
                if let Some(port) = port {
                    ports.entry(ip).or_insert(port);
                }
                of_properties.push(Candidate { ip: Some(ip), node: None, member: Some(member), place: Value::Null, port, role });
            }
        }
        let mut candidates = nodes;
        for candidate in &mut candidates {
            if let Some(role) = candidate.ip.and_then(|ip| by_address.get(ip).copied()) {
                if role.number() < candidate.role.number() {
                    candidate.role = role;
                }
                candidate.port = candidate.ip.and_then(|ip| ports.get(ip).copied());
            }
        }
        for mut candidate in of_properties {
            candidate.role = candidate.ip.and_then(|ip| by_address.get(ip).copied()).unwrap_or(candidate.role);
            candidates.push(candidate);
        }
        Self { candidates }
    }
}

/// What the graph says of addresses.
fn roles_of_nodes(alert: &Alert<'_, '_>) -> Vec<Option<Role>> {
    let graph = &alert.graph;
    let mut roles: Vec<Option<Role>> = vec![None; graph.len()];
    let ip_of = |node: NodeId| graph.object(node).get(NODE.address.name).text().and_then(address);
    let mut give = |node: NodeId, role: Role| {
        if roles[node].is_none_or(|known| role.number() < known.number()) {
            roles[node] = Some(role);
        }
    };
    let resolved_nodes: BTreeSet<NodeId> = graph.of_kind(Kind::Dns).flat_map(|dns| graph.each(dns, Position::IpAddresses)).collect();
    resolved_nodes.iter().for_each(|resolved| give(*resolved, Role::Resolved));
    let resolved: BTreeSet<&str> = resolved_nodes.iter().filter_map(|node| ip_of(*node)).collect();
    for dns in graph.of_kind(Kind::Dns) {
        for own in graph.each(dns, Position::HostIpAddress) {
            if !resolved_nodes.contains(&own) && ip_of(own).is_none_or(|ip| !resolved.contains(ip)) {
                give(own, Role::Own);
            }
        }
    }
    for host in graph.of_kind(Kind::Host) {
        graph.each(host, Position::IpAddresses).for_each(|own| give(own, Role::Own));
    }
    graph.of_kind(Kind::Ip).filter(|node| graph.is_inside_host(*node)).for_each(|own| give(own, Role::Own));
    for connection in graph.of_kind(Kind::NetworkConnection) {
        graph.each(connection, Position::SourceAddress).for_each(|node| give(node, Role::ConnectionSource));
        graph.each(connection, Position::DestinationAddress).for_each(|node| give(node, Role::ConnectionDestination));
    }
    roles
}

/// Whether an address stands for somebody.
fn is_somebodys(ip: &str) -> bool {
    ip != "0.0.0.0" && !(ip.starts_with([':', '0']) && ip.parse::<core::net::Ipv6Addr>().is_ok_and(|ip| ip.is_unspecified()))
}

fn related<'a>(record: &mut Record<'a>, alert: &Alert<'a, '_>) {
    let elastic = record.document.get(RELATED_IP.slot);
    record.document.set(RELATED_IP.slot, Value::Null);
    record.fill(&RELATED_IP, |read| {
        let mut all = Distinct::default();
        for ip in elastic.elements().iter().filter_map(|ip| ip.get().text()).filter_map(address) {
            all.add(read.arena, ip.into());
        }
        let most = all.len() + MOST;
        for node in alert.graph.all() {
            let Some(member) = alert.graph.object(node).member(NODE.address.name) else { continue };
            if let Some(ip) = member.value.get().text().and_then(address) {
                read.take(Some(member));
                all.add(read.arena, ip.into());
            }
        }
        for keys in [SOURCES, ATTACKERS, OWN, DESTINATIONS] {
            for member in alert.properties.members(keys) {
                let text = said(read.take(Some(member))).unwrap_or_default();
                addresses(text).for_each(|(ip, _)| all.add(read.arena, ip.into()));
            }
        }
        all.at_most(read.arena, most)
    });
}

fn network<'a>(record: &mut Record<'a>, alert: &Alert<'a, '_>) {
    let graph = &alert.graph;
    record.fill(&TRANSPORT, |read| {
        let protocol = |node: &NodeId| said(graph.object(*node).get(NODE.protocol.name)).is_some();
        let node = graph.of_kind(Kind::NetworkConnection).find(protocol).or_else(|| graph.all().find(protocol));
        or_null(
            node.and_then(|node| super::texts::first(read, graph.object(node), &[NODE.protocol])).map(|own| crate::mapping::resource::lower(read.arena, own)),
        )
    });
    record.fill(&DIRECTION, |read| {
        alert.parts.read(read, crate::defender::hub::RECORD.alert_type);
        if super::families::has(alert.t, &["incoming", "inbound"]) {
            Value::Text("inbound")
        } else if super::families::has(alert.t, &["outgoing", "outbound"]) {
            Value::Text("outbound")
        } else {
            Value::Null
        }
    });
}
