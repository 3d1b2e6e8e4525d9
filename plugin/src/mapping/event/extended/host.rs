//! `host.*` and `related.hosts`: which host an alert is about.

use super::graph::{Graph, NodeId};
use super::properties::Properties;
use super::resource::Resource;
use super::texts::{first, or_null, said, value};
use super::{Alert, MOST, Parts};
use crate::defender::hub::RECORD;
use crate::defender::node::{Kind, NODE, Position};
use crate::defender::property::keys;
use crate::ecs::EVENT;
use crate::json::tree::Value;
use crate::mapping::distinct::Distinct;
use crate::mapping::record::{Reader, Record, rules};
use crate::mapping::resource::{in_one_spelling, lower};

rules! { EVENT;
    NAME "host.name" =
        "profile extended: `HostName`, else `NetBiosName` of the host; else the last segment of the id of a resource that is a machine; else property `compromisedhost` or `machinename`; of a finding on a machine `machineName`, else the name of the resource";
    HOSTNAME "host.hostname" = "profile extended: `host.name`";
    DOMAIN "host.domain" = "profile extended: `DnsDomain`, else `NTDomain` of the host";
    ID "host.id" = "profile extended: `AzureID` of the host, else the id of a resource that is a machine; an ARM id in lower case";
    OS_FAMILY "host.os.family" = "profile extended: `OSFamily` of the host in lower case";
    OS_TYPE "host.os.type" = "profile extended: `host.os.family` if it is windows, linux or macos";
    OS_VERSION "host.os.version" = "profile extended: `OSVersion` of the host, if it has a digit";
    RELATED_HOSTS "related.hosts" =
        "profile extended: then names of all hosts, `DomainName` of dns entities, `CompromisedEntity` if it is the name of a host or the resource is a machine, `host.name`";
}

/// The host that an alert is about.
pub(super) fn of<'a>(parts: &Parts<'a>, graph: &Graph<'a>, properties: &Properties<'a>, process: Option<NodeId>, resource: &Resource<'a>) -> Option<NodeId> {
    let of_process = process.and_then(|process| graph.one(process, Position::Host));
    if of_process.is_some() {
        return of_process;
    }
    let hosts = || graph.of_kind(Kind::Host);
    let is = |node: NodeId, source: crate::defender::part::Source, wanted: &str| {
        said(graph.object(node).get(source.name)).is_some_and(|own| own.eq_ignore_ascii_case(wanted))
    };
    let by_id = resource.arm.and_then(|id| hosts().find(|node| is(*node, NODE.azure_id, id)));
    let by_name = || {
        let entity = said(parts.member(RECORD.compromised_entity).map_or(Value::Null, |member| member.value.get()));
        let names: Vec<&str> = entity.into_iter().chain(properties.each(keys![compromisedhost])).take(2).collect();
        hosts().find(|node| names.iter().any(|name| is(*node, NODE.host_name, name) || is(*node, NODE.net_bios_name, name)))
    };
    by_id.or_else(by_name).or_else(|| hosts().find(|node| name_of(graph, *node).is_some()))
}

fn name_of<'a>(graph: &Graph<'a>, host: NodeId) -> Option<&'a str> {
    let object = graph.object(host);
    [NODE.host_name, NODE.net_bios_name].into_iter().find_map(|source| said(object.get(source.name)))
}

/// Fills all of them.
pub(super) fn apply<'a>(record: &mut Record<'a>, alert: &Alert<'a, '_>) {
    let Alert { graph, properties, resource, .. } = alert;
    let host = alert.host.map_or(Value::Null, |host| graph.object(host));
    let machine = resource.is_machine.then_some(resource);
    record.fill(&NAME, |read| {
        let name = first(read, host, &[NODE.host_name, NODE.net_bios_name]);
        let name = name.or_else(|| {
            read.field(super::resource::fields::ID.slot);
            machine?.last_segment()
        });
        or_null(name.or_else(|| properties.first(read, keys![compromisedhost machinename])))
    });
    record.fill(&HOSTNAME, |read| read.field(NAME.slot));
    record.fill(&ID, |read| {
        let own = first(read, host, &[NODE.azure_id]).map(|id| in_one_spelling(read.arena, id));
        or_null(own.or_else(|| {
            read.field(super::resource::fields::ID.slot);
            machine?.spelled
        }))
    });
    if !host.is_null() {
        record.fill(&DOMAIN, |read| value(read, host, &[NODE.dns_domain, NODE.nt_domain]));
        record.fill(&OS_FAMILY, |read| or_null(first(read, host, &[NODE.os_family]).map(|family| lower(read.arena, family))));
        record.fill(&OS_TYPE, |read| match read.field(OS_FAMILY.slot) {
            family @ Value::Text("windows" | "linux" | "macos") => family,
            _ => Value::Null,
        });
        record.fill(&OS_VERSION, |read| {
            let version = first(read, host, &[NODE.os_version]);
            or_null(version.filter(|version| version.bytes().any(|byte| byte.is_ascii_digit())))
        });
    }
    related(record, alert);
}

fn related<'a>(record: &mut Record<'a>, alert: &Alert<'a, '_>) {
    let graph = &alert.graph;
    record.fill(&RELATED_HOSTS, |read| {
        let mut hosts = Distinct::default();
        for host in read.field(RELATED_HOSTS.slot).elements().iter().filter_map(|host| host.get().text()) {
            hosts.add(read.arena, host.into());
        }
        let most = hosts.len() + MOST;
        let name = read.field(NAME.slot);
        add(read, &mut hosts, said(name));
        let entity = alert.parts.member(RECORD.compromised_entity);
        let compromised = entity.and_then(|entity| said(entity.value.get()));
        let mut is_known = alert.resource.is_machine;
        for node in graph.of_kind(Kind::Host) {
            let object = graph.object(node);
            let own = first(read, object, &[NODE.host_name]);
            let other = first(read, object, &[NODE.net_bios_name]);
            add(read, &mut hosts, own);
            add(read, &mut hosts, other.filter(|other| own.is_none_or(|own| !own.eq_ignore_ascii_case(other))));
            let is_it = |name: Option<&str>| name.zip(compromised).is_some_and(|(name, entity)| name.eq_ignore_ascii_case(entity));
            is_known |= is_it(own) || is_it(other);
        }
        for node in graph.of_kind(Kind::Dns) {
            let domain = first(read, graph.object(node), &[NODE.domain_name]);
            add(read, &mut hosts, domain);
        }
        if is_known && compromised.is_some_and(|name| !crate::mapping::resource::is_uuid(name) && !hosts.has_in_any_case(name)) {
            read.take(entity);
            add(read, &mut hosts, compromised);
        }
        if alert.said.is_dns() {
            alert.properties.add_to(read, &mut hosts, keys![domainname], |name| name);
        }
        hosts.at_most(read.arena, most)
    });
}

fn add<'a>(read: &Reader<'_, 'a>, hosts: &mut Distinct<'a>, name: Option<&'a str>) {
    if let Some(name) = name {
        hosts.add(read.arena, name.into());
    }
}
