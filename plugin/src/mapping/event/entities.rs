//! The entities of an alert: renamed, converted where they stand, and collected into ECS fields.
//!
//! The reference goes over the array once a rule; one pass over each entity gives the same, because every collected list has its own order.

use core::cell::Cell;
use std::borrow::Cow;

use super::member_names::ENTITY;
use super::rule_of;
use crate::ecs::EVENT;
use crate::json::name::Name;
use crate::json::tree::{Member, Value, array};
use crate::mapping::cast::{Cast, cast};
use crate::mapping::convert::uri;
use crate::mapping::distinct::Distinct;
use crate::mapping::java;
use crate::mapping::record::Record;

/// Fields filled by functions here, and how to say where from.
pub(crate) const RULES: &[(&str, &str)] = &[
    ("microsoft_defender_cloud.event.entities", ENTITIES),
    ("cloud.provider", "each of `Entities[].Location.CloudProvider`, once"),
    ("container.id", "each of `Entities[].ContainerId`, once"),
    ("host.domain", "each of `Entities[].DomainName`, once"),
    ("host.geo.city_name", "each of `Entities[].Location.City`, once"),
    ("host.geo.country_iso_code", "each of `Entities[].Location.CountryCode`, once"),
    ("host.geo.country_name", "each of `Entities[].Location.CountryName`, once"),
    ("host.hostname", "each of `Entities[].HostName`, once"),
    ("host.os.family", "each of `Entities[].OSFamily`, once"),
    ("network.transport", "each of `Entities[].Protocol` in lower case, once"),
    ("process.entity_id", "each of `Entities[].ProcessId`, once"),
    ("related.hosts", "each of `Entities[].DomainName`, then of `Entities[].HostName`, once"),
    ("related.ip", "each of `Entities[].Address`, then of `Entities[].IpAddresses[].Address`, once"),
    ("url.domain", URL),
    ("url.extension", URL),
    ("url.fragment", URL),
    ("url.original", URL),
    ("url.password", URL),
    ("url.path", URL),
    ("url.port", URL),
    ("url.query", URL),
    ("url.scheme", URL),
    ("url.user_info", URL),
    ("url.username", URL),
];

const ENTITIES: &str = "`Entities`, members renamed to snake case";
const URL: &str = "parts of the last readable `Entities[].Url`";

/// A struct of the members that rules read, filled in one pass over an object.
macro_rules! members {
    ($(#[$doc:meta])* $name:ident { $($field:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Default, Clone, Copy)]
        struct $name<'a> { $($field: Option<&'a Member<'a>>,)* }

        impl<'a> $name<'a> {
            fn of(object: Value<'a>) -> Self {
                let mut found = Self::default();
                for member in object.members() {
                    match member {
                        $(member if member.is(const { Name::of(stringify!($field)) }) => found.$field = Some(member),)*
                        _ => {}
                    }
                }
                found
            }
        }
    };
}

members! {
    /// An entity, or an address inside one.
    Entity {
        address, asset, container_id, creation_time_utc, domain_name, end_time_utc, host_name, ip_addresses, is_domain_joined, is_valid, location,
        os_family, process_id, protocol, start_time_utc, threat_intelligence, url,
    }
}

members! {
    /// Where an address is.
    Location { asn, city, cloud_provider, country_code, country_name, latitude, longitude }
}

/// What is collected over all entities.
#[derive(Default)]
struct Collected<'a> {
    providers: Distinct<'a>,
    containers: Distinct<'a>,
    domains: Distinct<'a>,
    cities: Distinct<'a>,
    country_codes: Distinct<'a>,
    countries: Distinct<'a>,
    hosts: Distinct<'a>,
    os_families: Distinct<'a>,
    transports: Distinct<'a>,
    processes: Distinct<'a>,
    addresses: Distinct<'a>,
    inner_addresses: Distinct<'a>,
    /// The last readable URL, and the member that it stood in.
    url: Option<(uri::Parts<'a>, &'a str)>,
    /// A protocol that is no text ends the pass that lowers them.
    protocols_stay: bool,
}

/// Maps all entities of a record.
pub(super) fn apply<'a>(record: &mut Record<'a>, root: Value<'a>, keep_copied: bool) {
    let Some(entities) = objects(record, root, "Entities", "entities") else { return };
    let renamed: Vec<Value<'a>> = entities.iter().map(|entity| ENTITY.apply(record.arena, *entity, location_value)).collect();
    let mut collected = Collected::default();
    for entity in &renamed {
        one(record, *entity, &mut collected, keep_copied);
    }
    record.read(root, "entities");
    record.put(const { EVENT.slot("microsoft_defender_cloud.event.entities") }, array(record.arena, renamed), &ENTITIES);
    write_lists(record, &collected);
    if let Some((parts, source)) = &collected.url {
        write_url(record, parts, source);
    }
}

/// The objects of an array of the record; a single object counts as one. What is no object is reported.
pub(super) fn objects<'a>(record: &mut Record<'a>, root: Value<'a>, source: &'static str, name: &'static str) -> Option<Vec<Value<'a>>> {
    let value = record.read(root, name);
    let objects = match value {
        Value::Array(elements) => {
            let mut objects = Vec::with_capacity(elements.len());
            for element in elements {
                match element.get() {
                    object @ Value::Object(_) => objects.push(object),
                    Value::Null => {}
                    other => record.unexpected(&source, other, "an array of objects"),
                }
            }
            objects
        }
        Value::Object(_) => vec![value],
        Value::Null => return None,
        other => {
            record.unexpected(&source, other, "an array of objects");
            return None;
        }
    };
    record.settle();
    Some(objects)
}

const LOCATION: Name<'static> = Name::of("location");
const LOCATION_VALUE: Name<'static> = Name::of("location_value");

/// A location that has no parts is kept under another name, because an index cannot hold both under one.
fn location_value(member: &Member<'_>) -> Option<Name<'static>> {
    let has_parts = matches!(member.value.get(), Value::Object(_) | Value::Array(_));
    (member.is(LOCATION) && !has_parts).then_some(LOCATION_VALUE)
}

/// Converts what stands in one entity, and collects from it.
fn one<'a>(record: &mut Record<'a>, entity: Value<'a>, collected: &mut Collected<'a>, keep_copied: bool) {
    let arena = record.arena;
    let members = Entity::of(entity);
    let location = Location::of(value_of(members.location));
    for date in [members.creation_time_utc, members.end_time_utc, members.start_time_utc].into_iter().flatten() {
        date.value.set(cast(arena, date.value.get(), Cast::Date).unwrap_or(Value::Null));
    }
    convert(record, location.latitude, Cast::Double, "Entities[].Location.Latitude");
    convert(record, location.longitude, Cast::Double, "Entities[].Location.Longitude");
    convert(record, location.asn, Cast::Digits, "Entities[].Location.Asn");
    convert(record, members.address, Cast::Ip, "Entities[].Address");
    convert(record, members.asset, Cast::Boolean, "Entities[].Asset");
    convert(record, members.is_domain_joined, Cast::Boolean, "Entities[].IsDomainJoined");
    convert(record, members.is_valid, Cast::Boolean, "Entities[].IsValid");
    for confidence in parts(members.threat_intelligence).filter_map(|threat| threat.members().iter().find(|member| member.name == "confidence")) {
        convert(record, Some(confidence), Cast::Double, "Entities[].ThreatIntelligence[].Confidence");
    }
    for inner in parts(members.ip_addresses) {
        let inner = Entity::of(inner);
        convert(record, inner.address, Cast::Ip, "Entities[].IpAddresses[].Address");
        convert(record, inner.asset, Cast::Boolean, "Entities[].IpAddresses[].Asset");
        convert(record, Location::of(value_of(inner.location)).asn, Cast::Digits, "Entities[].IpAddresses[].Location.Asn");
        collect(record, inner.address, &mut collected.inner_addresses);
    }
    if let Some(protocol) = members.protocol {
        lower_protocol(record, protocol, collected);
    }
    for (member, list) in [
        (location.cloud_provider, &mut collected.providers),
        (members.container_id, &mut collected.containers),
        (members.domain_name, &mut collected.domains),
        (location.city, &mut collected.cities),
        (location.country_code, &mut collected.country_codes),
        (location.country_name, &mut collected.countries),
        (members.host_name, &mut collected.hosts),
        (members.os_family, &mut collected.os_families),
        (members.protocol, &mut collected.transports),
        (members.process_id, &mut collected.processes),
    ] {
        collect(record, member, list);
        if let (Some(member), false) = (member, keep_copied) {
            member.value.set(Value::Null);
        }
    }
    collect(record, members.address, &mut collected.addresses);
    if let Some(member) = members.url
        && let Value::Text(url) = member.value.get()
        && let Some(parts) = uri::parts(url)
    {
        collected.url = Some((parts, member.spelled));
    }
}

fn value_of<'a>(member: Option<&Member<'a>>) -> Value<'a> {
    member.map_or(Value::Null, |member| member.value.get())
}

/// The elements of an array, or the members' values of an object.
fn parts<'a>(member: Option<&Member<'a>>) -> impl Iterator<Item = Value<'a>> {
    let value = value_of(member);
    let named = value.members().iter().filter(|member| !member.name.trim().is_empty()).map(|member| member.value.get());
    value.elements().iter().map(Cell::get).chain(named)
}

/// Converts a member where it stands; one that cannot be read is removed and reported.
fn convert<'a>(record: &mut Record<'a>, member: Option<&'a Member<'a>>, to: Cast, source: &'static str) {
    let Some(member) = member else { return };
    let value = member.value.get();
    if value.is_null() {
        return;
    }
    match cast(record.arena, value, to) {
        Ok(value) => member.value.set(value),
        Err(part) => {
            record.unreadable(&source, part, to.name());
            member.value.set(Value::Null);
        }
    }
}

fn lower_protocol<'a>(record: &Record<'a>, protocol: &Member<'a>, collected: &mut Collected<'a>) {
    if collected.protocols_stay {
        return;
    }
    let lower = |text: &str| Value::Text(record.arena.alloc_str(&text.to_lowercase()));
    match protocol.value.get() {
        Value::Null => {}
        Value::Text(text) => protocol.value.set(lower(text)),
        Value::Array(elements) if elements.iter().all(|element| element.get().text().is_some()) => {
            let texts = elements.iter().map(|element| lower(element.get().text().unwrap_or_default()));
            protocol.value.set(array(record.arena, texts));
        }
        _ => collected.protocols_stay = true,
    }
}

fn collect<'a>(record: &Record<'a>, member: Option<&Member<'a>>, list: &mut Distinct<'a>) {
    let Some(member) = member else { return };
    let text = java::rendered(member.value.get());
    if !text.is_empty() {
        list.add(record.arena, text);
        if record.is_traced() {
            list.sources.push(member.spelled);
        }
    }
}

fn write_lists<'a>(record: &mut Record<'a>, collected: &Collected<'a>) {
    let arena = record.arena;
    let mut hosts = Distinct::default();
    hosts.extend(arena, &collected.domains);
    hosts.extend(arena, &collected.hosts);
    let mut addresses = Distinct::default();
    addresses.extend(arena, &collected.addresses);
    addresses.extend(arena, &collected.inner_addresses);
    for (slot, list) in [
        (const { EVENT.slot("cloud.provider") }, &collected.providers),
        (const { EVENT.slot("container.id") }, &collected.containers),
        (const { EVENT.slot("host.domain") }, &collected.domains),
        (const { EVENT.slot("host.geo.city_name") }, &collected.cities),
        (const { EVENT.slot("host.geo.country_iso_code") }, &collected.country_codes),
        (const { EVENT.slot("host.geo.country_name") }, &collected.countries),
        (const { EVENT.slot("host.hostname") }, &collected.hosts),
        (const { EVENT.slot("host.os.family") }, &collected.os_families),
        (const { EVENT.slot("network.transport") }, &collected.transports),
        (const { EVENT.slot("process.entity_id") }, &collected.processes),
        (const { EVENT.slot("related.hosts") }, &hosts),
        (const { EVENT.slot("related.ip") }, &addresses),
    ] {
        let value = list.value(arena);
        if !value.is_null() {
            record.collected(&list.sources);
            record.put(slot, value, &rule_of(RULES, slot));
        }
    }
}

fn write_url<'a>(record: &mut Record<'a>, parts: &uri::Parts<'a>, source: &'a str) {
    let arena = record.arena;
    let put = |record: &mut Record<'a>, slot, value| {
        record.collected(&[source]);
        record.put(slot, value, &URL);
    };
    for (slot, part) in [
        (const { EVENT.slot("url.extension") }, &parts.extension),
        (const { EVENT.slot("url.fragment") }, &parts.fragment),
        (const { EVENT.slot("url.password") }, &parts.password),
        (const { EVENT.slot("url.path") }, &parts.path),
        (const { EVENT.slot("url.query") }, &parts.query),
        (const { EVENT.slot("url.scheme") }, &parts.scheme),
        (const { EVENT.slot("url.user_info") }, &parts.user_info),
        (const { EVENT.slot("url.username") }, &parts.username),
    ] {
        if let Some(text) = part {
            let text: &str = match text {
                Cow::Borrowed(text) => text,
                Cow::Owned(text) => arena.alloc_str(text),
            };
            put(record, slot, Value::Text(text));
        }
    }
    put(record, const { EVENT.slot("url.domain") }, parts.domain.map_or(Value::Null, Value::Text));
    put(record, const { EVENT.slot("url.original") }, Value::Text(parts.original));
    if let Some(port) = parts.port {
        put(record, const { EVENT.slot("url.port") }, crate::mapping::cast::integer(arena, port.into()));
    }
}
