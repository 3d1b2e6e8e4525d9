//! `source.*`, `destination.*`, `host.geo.*` and `dns.*`: what is said of the chosen addresses.

use super::Alert;
use super::addresses::Candidate;
use super::texts::{address, addresses, count, first, number, or_null, port, said, value};
use crate::defender::node::{Kind, NODE, PLACE, Position};
use crate::defender::part::Source;
use crate::defender::property::{Key, keys};
use crate::ecs::{EVENT, POINT};
use crate::json::tree::{Value, object};
use crate::mapping::convert::number::double_text;
use crate::mapping::distinct::Distinct;
use crate::mapping::record::{Record, Rule, rules};

const ADDRESS: &str =
    "profile extended: the address on this side: of a network connection or a dns entity, else by properties, else by the family of the alert";
const PORT: &str = "profile extended: the port of the network connection, else of the property";
const PLACE_TEXT: &str = "profile extended: from `Location` of the entity on this side";
const HOST_PLACE: &str = "profile extended: from `Location` of an address of the host";
const POINT_TEXT: &str = "profile extended: `Latitude` and `Longitude` of the same `Location`";

rules! { EVENT;
    SOURCE_IP "source.ip" = ADDRESS;
    SOURCE_ADDRESS "source.address" = ADDRESS;
    SOURCE_PORT "source.port" = PORT;
    SOURCE_DOMAIN "source.domain" = "profile extended: property `clienthostname`";
    SOURCE_COUNTRY_CODE "source.geo.country_iso_code" = PLACE_TEXT;
    SOURCE_COUNTRY "source.geo.country_name" = PLACE_TEXT;
    SOURCE_REGION "source.geo.region_name" = PLACE_TEXT;
    SOURCE_CITY "source.geo.city_name" = PLACE_TEXT;
    SOURCE_POINT "source.geo.location" = POINT_TEXT;
    SOURCE_AS "source.as.number" = PLACE_TEXT;
    SOURCE_ORGANIZATION "source.as.organization.name" = PLACE_TEXT;
    DESTINATION_IP "destination.ip" = ADDRESS;
    DESTINATION_ADDRESS "destination.address" = ADDRESS;
    DESTINATION_PORT "destination.port" = PORT;
    DESTINATION_DOMAIN "destination.domain" = "profile extended: `DomainName` of the first dns entity, else property `domainname` of an alert about DNS";
    DESTINATION_COUNTRY_CODE "destination.geo.country_iso_code" = PLACE_TEXT;
    DESTINATION_COUNTRY "destination.geo.country_name" = PLACE_TEXT;
    DESTINATION_REGION "destination.geo.region_name" = PLACE_TEXT;
    DESTINATION_CITY "destination.geo.city_name" = PLACE_TEXT;
    DESTINATION_POINT "destination.geo.location" = POINT_TEXT;
    DESTINATION_AS "destination.as.number" = PLACE_TEXT;
    DESTINATION_ORGANIZATION "destination.as.organization.name" = PLACE_TEXT;
    HOST_COUNTRY_CODE "host.geo.country_iso_code" = HOST_PLACE;
    HOST_COUNTRY "host.geo.country_name" = HOST_PLACE;
    HOST_REGION "host.geo.region_name" = HOST_PLACE;
    HOST_CITY "host.geo.city_name" = HOST_PLACE;
    HOST_POINT "host.geo.location" = HOST_PLACE;
    QUESTION "dns.question.name" = "profile extended: `DomainName` of the first dns entity, else property `domainname` of an alert about DNS";
    RESOLVED "dns.resolved_ip" = "profile extended: the addresses of the first dns entity, else in property `answers` of an alert about DNS";
}

/// What is on either side.
pub(super) struct Chosen<'a> {
    pub source: Option<Candidate<'a>>,
    pub destination: Option<Candidate<'a>>,
    pub attacker_is_source: bool,
}

/// The rules for a place.
struct Geo {
    country_code: &'static Rule,
    country: &'static Rule,
    region: &'static Rule,
    city: &'static Rule,
    point: &'static Rule,
}

/// The rules for one side.
struct Side {
    ip: &'static Rule,
    address: &'static Rule,
    port: &'static Rule,
    domain: &'static Rule,
    geo: Geo,
    as_number: &'static Rule,
    organization: &'static Rule,
    of_connection: Source,
    of_properties: &'static [Key],
}

const SOURCE: Side = Side {
    ip: &SOURCE_IP,
    address: &SOURCE_ADDRESS,
    port: &SOURCE_PORT,
    domain: &SOURCE_DOMAIN,
    geo: Geo { country_code: &SOURCE_COUNTRY_CODE, country: &SOURCE_COUNTRY, region: &SOURCE_REGION, city: &SOURCE_CITY, point: &SOURCE_POINT },
    as_number: &SOURCE_AS,
    organization: &SOURCE_ORGANIZATION,
    of_connection: NODE.source_port,
    of_properties: keys![clientport sourceport],
};

const DESTINATION: Side = Side {
    ip: &DESTINATION_IP,
    address: &DESTINATION_ADDRESS,
    port: &DESTINATION_PORT,
    domain: &DESTINATION_DOMAIN,
    geo: Geo {
        country_code: &DESTINATION_COUNTRY_CODE,
        country: &DESTINATION_COUNTRY,
        region: &DESTINATION_REGION,
        city: &DESTINATION_CITY,
        point: &DESTINATION_POINT,
    },
    as_number: &DESTINATION_AS,
    organization: &DESTINATION_ORGANIZATION,
    of_connection: NODE.destination_port,
    of_properties: keys![destinationport],
};

const HOST: Geo = Geo { country_code: &HOST_COUNTRY_CODE, country: &HOST_COUNTRY, region: &HOST_REGION, city: &HOST_CITY, point: &HOST_POINT };

/// Fills all of them.
pub(super) fn apply<'a>(record: &mut Record<'a>, alert: &Alert<'a, '_>, chosen: &Chosen<'a>) {
    let Alert { graph, properties, .. } = alert;
    let dns = graph.of_kind(Kind::Dns).next();
    let domains: &[Key] = if alert.said.is_dns() { keys![domainname] } else { &[] };
    for rule in [&QUESTION, &DESTINATION_DOMAIN] {
        record.fill(rule, |read| {
            let own = dns.and_then(|dns| first(read, graph.object(dns), &[NODE.domain_name]));
            or_null(own.or_else(|| properties.first(read, domains)))
        });
    }
    record.fill(&RESOLVED, |read| {
        let mut resolved = Distinct::default();
        for node in dns.into_iter().flat_map(|dns| graph.each(dns, Position::IpAddresses)) {
            let ip = first(read, graph.object(node), &[NODE.address]).and_then(address);
            ip.into_iter().for_each(|ip| resolved.add(read.arena, ip.into()));
        }
        if alert.said.is_dns() {
            for member in properties.members(keys![answers]) {
                let text = said(read.take(Some(member))).unwrap_or_default();
                addresses(text).for_each(|(ip, _)| resolved.add(read.arena, ip.into()));
            }
        }
        resolved.at_most(read.arena, super::MOST)
    });
    record.fill(&SOURCE_DOMAIN, |read| properties.value(read, keys![clienthostname]));
    let (attacker, victim): (&[Key], &[Key]) = (keys![attackerport], keys![victimport]);
    let (of_source, of_destination) = if chosen.attacker_is_source { (attacker, victim) } else { (victim, attacker) };
    side(record, alert, &SOURCE, chosen.source, of_source);
    side(record, alert, &DESTINATION, chosen.destination, of_destination);
}

fn side<'a>(record: &mut Record<'a>, alert: &Alert<'a, '_>, side: &Side, chosen: Option<Candidate<'a>>, more_ports: &[Key]) {
    let Alert { graph, properties, .. } = alert;
    if let Some(candidate) = chosen {
        for rule in [side.ip, side.address] {
            record.fill(rule, |read| {
                read.take(candidate.member);
                or_null(candidate.ip)
            });
        }
        if !candidate.place.is_null() {
            place(record, candidate.place, &side.geo);
            record.fill(side.as_number, |read| {
                let own = count(read.value(candidate.place, PLACE.asn.name), i64::from(u32::MAX));
                own.map_or(Value::Null, |own| number(read.arena, own))
            });
            record.fill(side.organization, |read| value(read, candidate.place, &[PLACE.organization, PLACE.carrier]));
        }
    }
    let geo = &side.geo;
    let says = [side.ip, side.domain, side.as_number, side.organization, geo.country_code, geo.country, geo.region, geo.city, geo.point];
    if says.into_iter().all(|rule| record.document.get(rule.slot).is_null()) {
        return;
    }
    record.fill(side.port, |read| {
        let own = graph.of_kind(Kind::NetworkConnection).find_map(|node| {
            let member = graph.object(node).member(side.of_connection.name)?;
            port(read.take(Some(member)))
        });
        let own = own.or_else(|| chosen.and_then(|candidate| candidate.port));
        let own = own.or_else(|| [side.of_properties, more_ports].into_iter().find_map(|keys| properties.find(read, keys, |text| port(Value::Text(text)))));
        own.map_or(Value::Null, |own| number(read.arena, own))
    });
}

/// The place of the host's own address.
pub(super) fn host_geo<'a>(record: &mut Record<'a>, at: Value<'a>) {
    place(record, at, &HOST);
}

fn place<'a>(record: &mut Record<'a>, at: Value<'a>, geo: &Geo) {
    record.fill(geo.country_code, |read| {
        let code = first(read, at, &[PLACE.country_code]).filter(|code| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_alphabetic()));
        code.map_or(Value::Null, |code| Value::Text(read.arena.alloc_str(&code.to_ascii_uppercase())))
    });
    for (rule, source) in [(geo.country, PLACE.country_name), (geo.region, PLACE.state), (geo.city, PLACE.city)] {
        record.fill(rule, |read| value(read, at, &[source]));
    }
    record.fill(geo.point, |read| {
        let mut degrees = |source: Source, most: f64| {
            let (Value::Number(text) | Value::Text(text)) = read.value(at, source.name) else { return None };
            let degrees: f64 = text.trim().parse().ok()?;
            (degrees.abs() <= most).then_some(degrees)
        };
        let (Some(latitude), Some(longitude)) = (degrees(PLACE.latitude, 90.0), degrees(PLACE.longitude, 180.0)) else { return Value::Null };
        if latitude == 0.0 && longitude == 0.0 {
            return Value::Null;
        }
        let [lat, lon] = [latitude, longitude].map(|degrees| Value::Number(read.arena.alloc_str(&double_text(degrees))));
        object(read.arena, &[(POINT[0], lat), (POINT[1], lon)])
    });
}
