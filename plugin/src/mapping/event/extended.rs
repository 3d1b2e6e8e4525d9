//! Profile `extended`: ECS fields that the reference leaves out.

use super::Parts;
use super::entities::ENTITIES;
use crate::defender::entity::{ENTITY, HASH};
use crate::defender::hub::{METADATA, PROPERTIES, RECORD, STATUS};
use crate::defender::part::Source;
use crate::ecs::EVENT;
use crate::json::tree::{Value, array};
use crate::mapping::distinct::Distinct;
use crate::mapping::java;
use crate::mapping::kinds::Kind;
use crate::mapping::record::{Reader, Record, Rule, rules};

rules! { EVENT;
    ID "event.id" = "profile extended: `SystemAlertId`, else `id`";
    SEVERITY "event.severity" =
        "profile extended: `Severity`, else `properties.status.severity`, else `properties.metadata.severity`: Low → 21, Medium → 47, High → 73, Critical → 99";
    MESSAGE "message" = "profile extended: `AlertDisplayName`, else `properties.displayName`, else `properties.metadata.displayName`";
    RULE_ID "rule.id" = "profile extended: `AlertType`";
    RULE_NAME "rule.name" = "profile extended: `AlertDisplayName`";
    RULE_DESCRIPTION "rule.description" = "profile extended: `Description`";
    TACTICS "threat.tactic.name" = "profile extended: `Intent`, split at commas";
    ACCOUNT "cloud.account.id" = "profile extended: the subscription in `AzureResourceId`, else in `id`";
    USER_NAME "user.name" = "profile extended: `Name` of each entity of type account, once";
    USER_ID "user.id" = "profile extended: `AadUserId`, else `Sid` of each entity of type account, once";
    USER_DOMAIN "user.domain" = "profile extended: `NTDomain` of each entity of type account, once";
    RELATED_USER "related.user" = "profile extended: `user.name` and `user.id`";
    RELATED_HOSTS "related.hosts" = "profile extended: `CompromisedEntity` as well";
    RELATED_HASH "related.hash" = "profile extended: `Value` of each file hash, once";
    FILE_NAME "file.name" = "profile extended: `Name` of each entity of type file, once";
    FILE_DIRECTORY "file.directory" = "profile extended: `Directory` of each entity of type file, once";
    COMMAND_LINE "process.command_line" = "profile extended: `CommandLine` of each entity, once";
    VULNERABILITY_ID "vulnerability.id" = "profile extended: `properties.id` of a sub-assessment";
    VULNERABILITY_SEVERITY "vulnerability.severity" = "profile extended: `properties.status.severity` of a sub-assessment";
}

/// Adds to a document that is mapped already.
pub(super) fn apply<'a>(record: &mut Record<'a>, parts: &Parts<'a>, kind: Kind) {
    if kind == Kind::Unknown {
        return;
    }
    for (rule, sources) in [
        (&ID, &[RECORD.system_alert_id, RECORD.id][..]),
        (&MESSAGE, &[RECORD.alert_display_name, PROPERTIES.display_name, METADATA.display_name]),
        (&RULE_ID, &[RECORD.alert_type]),
        (&RULE_NAME, &[RECORD.alert_display_name]),
        (&RULE_DESCRIPTION, &[RECORD.description]),
    ] {
        record.fill(rule, |read| text(read, parts, sources).map_or(Value::Null, Value::Text));
    }
    if kind == Kind::SubAssessment {
        record.fill(&VULNERABILITY_ID, |read| text(read, parts, &[PROPERTIES.id]).map_or(Value::Null, Value::Text));
        record.fill(&VULNERABILITY_SEVERITY, |read| text(read, parts, &[STATUS.severity]).map_or(Value::Null, Value::Text));
    }
    record.fill(&SEVERITY, |read| match text(read, parts, &[RECORD.severity, STATUS.severity, METADATA.severity]).map(str::to_lowercase).as_deref() {
        Some("low") => Value::Number("21"),
        Some("medium") => Value::Number("47"),
        Some("high") => Value::Number("73"),
        Some("critical") => Value::Number("99"),
        _ => Value::Null,
    });
    record.fill(&TACTICS, |read| {
        let Some(intent) = text(read, parts, &[RECORD.intent]) else { return Value::Null };
        let names: Vec<_> = intent.split(',').map(|name| Value::Text(name.trim())).collect();
        array(read.arena, names)
    });
    record.fill(&ACCOUNT, |read| {
        let id = text(read, parts, &[RECORD.azure_resource_id, RECORD.id]);
        id.and_then(subscription_of).map_or(Value::Null, Value::Text)
    });
    entities(record, parts);
}

/// The first text that is not empty.
fn text<'a>(read: &mut Reader<'_, 'a>, parts: &Parts<'a>, sources: &[Source]) -> Option<&'a str> {
    sources.iter().find_map(|&source| parts.read(read, source).text().filter(|text| !text.is_empty()))
}

fn subscription_of(id: &str) -> Option<&str> {
    let mut names = id.split('/').skip(1);
    names.next().filter(|name| name.eq_ignore_ascii_case("subscriptions")).and_then(|_| names.next())
}

/// What becomes of the members of entities of one type.
struct OfType {
    rule: &'static Rule,
    /// In lower case; empty for any.
    entity: &'static str,
    /// The first of these that is not blank.
    sources: &'static [Source],
}

const OF_TYPES: &[OfType] = &[
    OfType { rule: &USER_NAME, entity: "account", sources: &[ENTITY.name] },
    OfType { rule: &USER_ID, entity: "account", sources: &[ENTITY.aad_user_id, ENTITY.sid] },
    OfType { rule: &USER_DOMAIN, entity: "account", sources: &[ENTITY.nt_domain] },
    OfType { rule: &FILE_NAME, entity: "file", sources: &[ENTITY.name] },
    OfType { rule: &FILE_DIRECTORY, entity: "file", sources: &[ENTITY.directory] },
    OfType { rule: &COMMAND_LINE, entity: "", sources: &[ENTITY.command_line] },
];

/// Collects from the entities as the document holds them.
fn entities<'a>(record: &mut Record<'a>, parts: &Parts<'a>) {
    let entities: Vec<(Value<'a>, String)> = record
        .document
        .get(ENTITIES.slot)
        .elements()
        .iter()
        .map(|entity| (entity.get(), entity.get().get(ENTITY.type_.name).text().unwrap_or_default().to_lowercase()))
        .collect();
    for OfType { rule, entity, sources } in OF_TYPES {
        record.fill(rule, |read| {
            let mut texts = Distinct::default();
            for (object, _) in entities.iter().filter(|(_, kind)| entity.is_empty() || kind == entity) {
                let value = sources.iter().map(|source| read.value(*object, source.name)).find(|value| !value.is_blank());
                add(read, &mut texts, value.unwrap_or(Value::Null));
            }
            texts.value(read.arena)
        });
    }
    record.fill(&RELATED_USER, |read| {
        let mut users = Distinct::default();
        for slot in [USER_NAME.slot, USER_ID.slot] {
            read.field(slot).elements().iter().for_each(|user| add(read, &mut users, user.get()));
        }
        users.value(read.arena)
    });
    record.fill(&RELATED_HASH, |read| {
        let mut hashes = Distinct::default();
        for (object, kind) in &entities {
            for hash in object.get(ENTITY.file_hashes.name).elements() {
                let hash = read.value(hash.get(), HASH.value.name);
                add(read, &mut hashes, hash);
            }
            if kind == "filehash" {
                let hash = read.value(*object, ENTITY.value.name);
                add(read, &mut hashes, hash);
            }
        }
        hashes.value(read.arena)
    });
    record.fill(&RELATED_HOSTS, |read| {
        let mut hosts = Distinct::default();
        read.field(RELATED_HOSTS.slot).elements().iter().for_each(|host| add(read, &mut hosts, host.get()));
        let host = parts.read(read, RECORD.compromised_entity);
        add(read, &mut hosts, host);
        hosts.value(read.arena)
    });
}

fn add<'a>(read: &Reader<'_, 'a>, texts: &mut Distinct<'a>, value: Value<'a>) {
    if !value.is_blank() {
        texts.add(read.arena, java::rendered(value));
    }
}
