//! The entities of an alert: renamed, converted where they stand, and collected into ECS fields.
//!
//! The reference goes over the array once a rule, and so do the tables here.

use core::cell::Cell;
use core::fmt;
use std::borrow::Cow;

use crate::defender::entity::{ENTITY, ENTITY_NAMES, Entity as Declared, INNER, INNER_LOCATION, Inner, LOCATION, LOCATION_VALUE, Location, THREAT};
use crate::defender::hub::RECORD;
use crate::defender::part::{Found, Source};
use crate::ecs::{EVENT, Slot};
use crate::json::name::Name;
use crate::json::tree::{Member, Value, array};
use crate::mapping::cast::{Cast, cast, integer};
use crate::mapping::conversions::{Conversion, conversions};
use crate::mapping::convert::uri;
use crate::mapping::distinct::Distinct;
use crate::mapping::java;
use crate::mapping::record::{Reader, Record, rules};
use crate::settings::{Profile, Settings};

/// What is converted in every entity, in this order.
const CONVERSIONS: &[Conversion] = conversions! {
    LOCATION.latitude => Double;
    LOCATION.longitude => Double;
    LOCATION.asn => Digits;
    ENTITY.address => Ip;
    ENTITY.asset => Boolean;
    ENTITY.is_domain_joined => Boolean;
    ENTITY.is_valid => Boolean;
};

/// What is converted in what threat intelligence says of it.
const OF_THREATS: &[Conversion] = conversions! { THREAT.confidence => Double; };

/// What is converted in each of its addresses, if it has several.
const OF_ADDRESSES: &[Conversion] = conversions! {
    INNER.address => Ip;
    INNER.asset => Boolean;
    INNER_LOCATION.asn => Digits;
};

/// Dates, which go without a word if they cannot be read, as in the reference.
const DATES: [Source; 3] = [ENTITY.creation_time_utc, ENTITY.end_time_utc, ENTITY.start_time_utc];

/// A field that lists what members of all entities hold, each text once: all of the first member, then all of the second.
#[derive(Debug)]
pub(crate) struct Collection {
    /// The field.
    pub target: Slot,
    sources: &'static [Source],
    /// What is done to the texts before.
    note: &'static str,
    /// Whether the members go, unless `preserve_duplicate_custom_fields` is set.
    moved: bool,
}

macro_rules! collections {
    ($($moved:ident $target:literal = $($part:ident.$member:ident),+ $(; $note:literal)?;)*) => {
        &[$(Collection {
            target: EVENT.slot($target),
            sources: &[$(collected($part.$member)),+],
            note: concat!($(" ", $note)?),
            moved: collections!(@$moved),
        }),*]
    };
    (@moved) => { true };
    (@copied) => { false };
}

/// A source that [`Collection::value`] finds; another does not build.
const fn collected(source: Source) -> Source {
    let path = source.part.path.as_bytes();
    let is_in_list = path[path.len() - 1] == b']';
    let is_known_list = source.part.index == Declared::PART.index || source.part.index == Inner::PART.index;
    assert!(source.part.parent == Declared::PART.index, "it stands deeper than an object of an entity");
    assert!(is_known_list || !is_in_list, "it stands in a list of which nothing is collected");
    source
}

/// All of them.
pub(crate) const COLLECTIONS: &[Collection] = collections! {
    moved "cloud.provider"             = LOCATION.cloud_provider;
    moved "container.id"               = ENTITY.container_id;
    moved "host.domain"                = ENTITY.domain_name;
    moved "host.geo.city_name"         = LOCATION.city;
    moved "host.geo.country_iso_code"  = LOCATION.country_code;
    moved "host.geo.country_name"      = LOCATION.country_name;
    moved "host.hostname"              = ENTITY.host_name;
    moved "host.os.family"             = ENTITY.os_family;
    moved "network.transport"          = ENTITY.protocol; "in lower case";
    moved "process.entity_id"          = ENTITY.process_id;
    moved "related.hosts"              = ENTITY.domain_name, ENTITY.host_name;
    copied "related.ip"                = ENTITY.address, INNER.address;
};

/// Those that profile `extended` fills as well; the others it fills by rules of its own, so that there no member goes.
const STAYING: [Slot; 2] = [EVENT.slot("related.hosts"), EVENT.slot("related.ip")];

impl fmt::Display for Collection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, source) in self.sources.iter().enumerate() {
            write!(f, "{}`{source}`{}", if index == 0 { "each of " } else { ", then of " }, self.note)?;
        }
        f.write_str(", once")
    }
}

const URL: &str = "parts of the last readable `Entities[].Url`";

rules! { EVENT;
    ENTITIES "microsoft_defender_cloud.event.entities" = "`Entities`, members renamed to snake case";
    URL_DOMAIN "url.domain" = URL;
    URL_EXTENSION "url.extension" = URL;
    URL_FRAGMENT "url.fragment" = URL;
    URL_ORIGINAL "url.original" = URL;
    URL_PASSWORD "url.password" = URL;
    URL_PATH "url.path" = URL;
    URL_PORT "url.port" = URL;
    URL_QUERY "url.query" = URL;
    URL_SCHEME "url.scheme" = URL;
    URL_USER_INFO "url.user_info" = URL;
    URL_USERNAME "url.username" = URL;
}

/// An entity, and where its members stand.
pub(super) struct Entity<'a> {
    object: Value<'a>,
    members: Found<'a>,
    /// Found once, since most tables ask for it.
    location: Value<'a>,
}

/// Maps all entities of a record.
pub(super) fn apply<'a>(record: &mut Record<'a>, root: Value<'a>, settings: &Settings) {
    let Some(objects) = objects(record, root, RECORD.entities) else { return };
    let renamed: Vec<Value<'a>> = objects.iter().map(|object| ENTITY_NAMES.apply(record.arena, *object, location_value)).collect();
    let entities: Vec<Entity<'a>> = renamed.iter().map(|object| Entity::of(*object)).collect();
    for entity in &entities {
        convert(record, entity);
    }
    lower_protocols(record, &entities);
    let is_extended = settings.profile == Profile::Extended;
    for rule in COLLECTIONS.iter().filter(|rule| !is_extended || STAYING.contains(&rule.target)) {
        record.fill_slot(rule.target, rule, |read| rule.value(read, &entities));
    }
    url(record, &entities);
    if !is_extended && !settings.preserve_duplicate_custom_fields {
        for source in COLLECTIONS.iter().filter(|rule| rule.moved).flat_map(|rule| rule.sources) {
            entities.iter().filter_map(|entity| entity.member(*source)).for_each(|member| member.value.set(Value::Null));
        }
    }
    record.fill(&ENTITIES, |read| read.whole(root.member(RECORD.entities.name), array(read.arena, renamed)));
}

/// The objects of an array of the record; a single object counts as one. What is no object is reported.
pub(super) fn objects<'a>(record: &mut Record<'a>, root: Value<'a>, source: Source) -> Option<Vec<Value<'a>>> {
    let value = root.get(source.name);
    let objects = match value {
        Value::Array(elements) => {
            let mut objects = Vec::with_capacity(elements.len());
            for element in elements {
                match element.get() {
                    object @ Value::Object(_) => objects.push(object),
                    Value::Null => {}
                    other => record.errors.unexpected(&source, other, "an array of objects"),
                }
            }
            objects
        }
        Value::Object(_) => vec![value],
        Value::Null => return None,
        other => {
            record.errors.unexpected(&source, other, "an array of objects");
            return None;
        }
    };
    Some(objects)
}

/// A location that has no parts is kept under another name.
fn location_value(member: &Member<'_>) -> Option<Name<'static>> {
    let has_parts = matches!(member.value.get(), Value::Object(_) | Value::Array(_));
    (member.is(ENTITY.location.name) && !has_parts).then_some(LOCATION_VALUE)
}

impl<'a> Entity<'a> {
    fn of(object: Value<'a>) -> Self {
        let members = Declared::PART.members(object);
        Self { object, members, location: value_of(members.get(ENTITY.location)) }
    }

    /// A member of the entity itself, or of an object that stands in it.
    fn member(&self, source: Source) -> Option<&'a Member<'a>> {
        match source.part {
            part if part.index == Declared::PART.index => self.members.get(source),
            part if part.index == Location::PART.index => self.location.member(source.name),
            part if part.parent == Declared::PART.index => self.object.get(part.name).member(source.name),
            _ => None,
        }
    }

    /// Its addresses, if it has several.
    fn addresses(&self) -> impl Iterator<Item = Value<'a>> {
        elements_of(self.members.get(ENTITY.ip_addresses))
    }
}

fn value_of<'a>(member: Option<&Member<'a>>) -> Value<'a> {
    member.map_or(Value::Null, |member| member.value.get())
}

/// The elements of a list; of an object in its place, the values of its members.
fn elements_of<'a>(member: Option<&Member<'a>>) -> impl Iterator<Item = Value<'a>> {
    let value = value_of(member);
    let named = value.members().iter().filter(|member| !member.name.trim().is_empty()).map(|member| member.value.get());
    value.elements().iter().map(Cell::get).chain(named)
}

/// Converts what stands in one entity.
fn convert<'a>(record: &mut Record<'a>, entity: &Entity<'a>) {
    for member in DATES.into_iter().filter_map(|date| entity.member(date)) {
        member.value.set(cast(record.arena, member.value.get(), Cast::Date).unwrap_or(Value::Null));
    }
    for rule in CONVERSIONS {
        rule.apply(record, entity.member(rule.source));
    }
    for threat in elements_of(entity.member(ENTITY.threat_intelligence)) {
        OF_THREATS.iter().for_each(|rule| rule.apply(record, threat.member(rule.source.name)));
    }
    for address in entity.addresses() {
        let location = address.get(INNER.location.name);
        for rule in OF_ADDRESSES {
            let object = if rule.source.part.index == Inner::PART.index { address } else { location };
            rule.apply(record, object.member(rule.source.name));
        }
    }
}

/// One that is no text ends it, as in the reference.
fn lower_protocols<'a>(record: &Record<'a>, entities: &[Entity<'a>]) {
    let lower = |text: &str| Value::Text(record.arena.alloc_str(&text.to_lowercase()));
    for protocol in entities.iter().filter_map(|entity| entity.member(ENTITY.protocol)) {
        match protocol.value.get() {
            Value::Null => {}
            Value::Text(text) => protocol.value.set(lower(text)),
            Value::Array(elements) if elements.iter().all(|element| element.get().text().is_some()) => {
                let texts = elements.iter().map(|element| lower(element.get().text().unwrap_or_default()));
                protocol.value.set(array(record.arena, texts));
            }
            _ => return,
        }
    }
}

impl Collection {
    fn value<'a>(&self, read: &mut Reader<'_, 'a>, entities: &[Entity<'a>]) -> Value<'a> {
        let mut texts = Distinct::default();
        let mut add = |read: &mut Reader<'_, 'a>, member| {
            let text = java::rendered(read.take(member));
            if !text.is_empty() {
                texts.add(read.arena, text);
            }
        };
        for source in self.sources {
            for entity in entities {
                if source.part.index == Inner::PART.index {
                    entity.addresses().for_each(|address| add(read, address.member(source.name)));
                } else {
                    add(read, entity.member(*source));
                }
            }
        }
        texts.value(read.arena)
    }
}

fn url<'a>(record: &mut Record<'a>, entities: &[Entity<'a>]) {
    let urls = entities.iter().filter_map(|entity| entity.member(ENTITY.url));
    let Some((member, parts)) = urls.rev().find_map(|member| Some((member, uri::parts(member.value.get().text()?)?))) else { return };
    let text = |text: Cow<'a, str>| {
        Value::Text(match text {
            Cow::Borrowed(text) => text,
            Cow::Owned(text) => record.arena.alloc_str(&text),
        })
    };
    let port = parts.port.map(|port| integer(record.arena, port.into()));
    for (rule, part) in [
        (&URL_DOMAIN, parts.domain.map(Value::Text)),
        (&URL_EXTENSION, parts.extension.map(text)),
        (&URL_FRAGMENT, parts.fragment.map(text)),
        (&URL_ORIGINAL, Some(Value::Text(parts.original))),
        (&URL_PASSWORD, parts.password.map(text)),
        (&URL_PATH, parts.path.map(text)),
        (&URL_PORT, port),
        (&URL_QUERY, parts.query.map(text)),
        (&URL_SCHEME, parts.scheme.map(text)),
        (&URL_USER_INFO, parts.user_info.map(text)),
        (&URL_USERNAME, parts.username.map(text)),
    ] {
        record.fill(rule, |read| {
            read.take(Some(member));
            part.unwrap_or(Value::Null)
        });
    }
}

#[cfg(test)]
mod tests {
    use bumpalo::Bump;

    use super::*;
    use crate::json::parse::{Names, value};

    #[test]
    fn a_member_is_looked_for_in_its_own_part() {
        let arena = Bump::new();
        let text = r#"{"address":"a","location":{"city":"c"},"threat_intelligence":{"confidence":1},"ip_addresses":[{"address":"i","location":{"asn":2}}]}"#;
        let entity = Entity::of(value(&arena, text, Names::AsWritten).unwrap());
        let text_of = |source| java::rendered(value_of(entity.member(source))).into_owned();
        for (source, expected) in [(ENTITY.address, "a"), (LOCATION.city, "c"), (THREAT.confidence, "1"), (INNER.address, ""), (INNER_LOCATION.asn, "")] {
            assert_eq!(text_of(source), expected, "{source}");
        }
    }
}
