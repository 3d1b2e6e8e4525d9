//! Profile `extended`: ECS fields that the reference leaves out, and what a record that is no alert really is.

use super::rule_of;
use crate::ecs::{EVENT, Slot};
use crate::json::tree::{Value, array};
use crate::mapping::distinct::Distinct;
use crate::mapping::java;
use crate::mapping::record::Record;

/// Fields filled here, and how to say where from.
pub(crate) const RULES: &[(&str, &str)] = &[
    ("event.kind", KIND),
    ("event.category", KIND),
    ("event.type", KIND),
    ("event.id", "profile extended: `SystemAlertId`, else `id`"),
    (
        "event.severity",
        "profile extended: `Severity`, else `properties.status.severity`, else `properties.metadata.severity`: Low → 21, Medium → 47, High → 73, Critical → 99",
    ),
    ("message", "profile extended: `AlertDisplayName`, else `properties.displayName`, else `properties.metadata.displayName`"),
    ("rule.id", "profile extended: `AlertType`"),
    ("rule.name", "profile extended: `AlertDisplayName`"),
    ("rule.description", "profile extended: `Description`"),
    ("threat.tactic.name", "profile extended: `Intent`, split at commas"),
    ("cloud.account.id", "profile extended: the subscription in `AzureResourceId`, else in `id`"),
    ("user.name", "profile extended: `Name` of each entity of type account, once"),
    ("user.id", "profile extended: `AadUserId`, else `Sid` of each entity of type account, once"),
    ("user.domain", "profile extended: `NTDomain` of each entity of type account, once"),
    ("related.user", "profile extended: `user.name` and `user.id`"),
    ("related.hosts", "profile extended: `CompromisedEntity` as well"),
    ("related.hash", "profile extended: `Value` of each file hash, once"),
    ("file.name", "profile extended: `Name` of each entity of type file, once"),
    ("file.directory", "profile extended: `Directory` of each entity of type file, once"),
    ("process.command_line", "profile extended: `CommandLine` of each entity, once"),
    ("vulnerability.id", "profile extended: `properties.id` of a sub-assessment"),
    ("vulnerability.severity", "profile extended: `properties.status.severity` of a sub-assessment"),
];

const KIND: &str = "profile extended, for a record that is no alert: by its `type`";

/// What a record is, when it is no alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Alert,
    Assessment,
    SubAssessment,
    Score,
    Compliance,
    AttackPath,
    Unknown,
}

/// Adds to a document that is mapped already.
pub(super) fn apply<'a>(record: &mut Record<'a>, root: Value<'a>) {
    let properties = root.get("properties");
    let kind = kind_of(root);
    correct(record, kind);
    put(record, const { EVENT.slot("event.id") }, &[(root, "systemalertid"), (root, "id")]);
    put(record, const { EVENT.slot("message") }, &[(root, "alertdisplayname"), (properties, "displayname"), (properties.get("metadata"), "displayname")]);
    put(record, const { EVENT.slot("rule.id") }, &[(root, "alerttype")]);
    put(record, const { EVENT.slot("rule.name") }, &[(root, "alertdisplayname")]);
    put(record, const { EVENT.slot("rule.description") }, &[(root, "description")]);
    if kind == Kind::SubAssessment {
        put(record, const { EVENT.slot("vulnerability.id") }, &[(properties, "id")]);
        put(record, const { EVENT.slot("vulnerability.severity") }, &[(properties.get("status"), "severity")]);
    }
    severity(record, &[(root, "severity"), (properties.get("status"), "severity"), (properties.get("metadata"), "severity")]);
    tactics(record, root);
    account(record, root);
    entities(record, root);
}

/// The first text that is not empty.
fn first<'a>(record: &Record<'a>, sources: &[(Value<'a>, &'static str)]) -> Option<&'a str> {
    sources.iter().find_map(|&(object, name)| record.read(object, name).text().filter(|text| !text.is_empty()))
}

fn put<'a>(record: &mut Record<'a>, slot: Slot, sources: &[(Value<'a>, &'static str)]) {
    match first(record, sources) {
        Some(text) => record.put(slot, Value::Text(text), &rule_of(RULES, slot)),
        None => record.settle(),
    }
}

fn kind_of(root: Value<'_>) -> Kind {
    if ["systemalertid", "alerttype", "alertdisplayname"].into_iter().any(|name| !root.get(name).is_blank()) {
        return Kind::Alert;
    }
    let kind = root.get("type").text().unwrap_or_default().to_lowercase();
    match kind.rsplit('/').next().unwrap_or_default() {
        _ if kind.contains("/regulatorycompliance") => Kind::Compliance,
        "assessments" => Kind::Assessment,
        "subassessments" => Kind::SubAssessment,
        "securescores" | "securescorecontrols" => Kind::Score,
        "attackpaths" => Kind::AttackPath,
        _ => Kind::Unknown,
    }
}

fn correct(record: &mut Record<'_>, kind: Kind) {
    let (event_kind, category, event_type) = match kind {
        Kind::Alert | Kind::Unknown => return,
        Kind::Assessment | Kind::Compliance => ("state", "configuration", "info"),
        Kind::SubAssessment => ("state", "vulnerability", "info"),
        Kind::Score => ("metric", "configuration", "info"),
        Kind::AttackPath => ("state", "threat", "indicator"),
    };
    let arena = record.arena;
    record.put(const { EVENT.slot("event.kind") }, Value::Text(event_kind), &KIND);
    record.put(const { EVENT.slot("event.category") }, array(arena, [Value::Text(category)]), &KIND);
    record.put(const { EVENT.slot("event.type") }, array(arena, [Value::Text(event_type)]), &KIND);
}

fn severity<'a>(record: &mut Record<'a>, sources: &[(Value<'a>, &'static str)]) {
    let slot = const { EVENT.slot("event.severity") };
    let number = match first(record, sources).map(str::to_lowercase).as_deref() {
        Some("low") => "21",
        Some("medium") => "47",
        Some("high") => "73",
        Some("critical") => "99",
        _ => return record.settle(),
    };
    record.put(slot, Value::Number(number), &rule_of(RULES, slot));
}

fn tactics<'a>(record: &mut Record<'a>, root: Value<'a>) {
    let slot = const { EVENT.slot("threat.tactic.name") };
    let Some(intent) = first(record, &[(root, "intent")]) else { return record.settle() };
    let names: Vec<_> = intent.split(',').map(|name| Value::Text(name.trim())).collect();
    record.put(slot, array(record.arena, names), &rule_of(RULES, slot));
}

fn account<'a>(record: &mut Record<'a>, root: Value<'a>) {
    let slot = const { EVENT.slot("cloud.account.id") };
    let subscription = first(record, &[(root, "azureresourceid"), (root, "id")]).and_then(|id| {
        let mut names = id.split('/').skip(1);
        names.next().filter(|name| name.eq_ignore_ascii_case("subscriptions")).and_then(|_| names.next())
    });
    match subscription {
        Some(id) => record.put(slot, Value::Text(id), &rule_of(RULES, slot)),
        None => record.settle(),
    }
}

/// Collects from the entities as the document holds them.
fn entities<'a>(record: &mut Record<'a>, root: Value<'a>) {
    let arena = record.arena;
    let mut names = Distinct::default();
    let mut ids = Distinct::default();
    let mut domains = Distinct::default();
    let mut hashes = Distinct::default();
    let mut files = Distinct::default();
    let mut directories = Distinct::default();
    let mut command_lines = Distinct::default();
    let mut hosts = Distinct::default();
    let add = |list: &mut Distinct<'a>, value: Value<'a>| {
        if !value.is_blank() {
            list.add(arena, java::rendered(value));
        }
    };
    for entity in record.document.get(const { EVENT.slot("microsoft_defender_cloud.event.entities") }).elements() {
        let entity = entity.get();
        add(&mut command_lines, entity.get("command_line"));
        for hash in entity.get("file_hashes").elements() {
            add(&mut hashes, hash.get().get("value"));
        }
        match entity.get("type").text().unwrap_or_default().to_lowercase().as_str() {
            "account" => {
                add(&mut names, entity.get("name"));
                let id = entity.get("aad_user_id");
                add(&mut ids, if id.is_blank() { entity.get("sid") } else { id });
                add(&mut domains, entity.get("nt_domain"));
            }
            "file" => {
                add(&mut files, entity.get("name"));
                add(&mut directories, entity.get("directory"));
            }
            "filehash" => add(&mut hashes, entity.get("value")),
            _ => {}
        }
    }
    for host in record.document.get(const { EVENT.slot("related.hosts") }).elements() {
        add(&mut hosts, host.get());
    }
    add(&mut hosts, root.get("compromisedentity"));
    let mut users = Distinct::default();
    users.extend(arena, &names);
    users.extend(arena, &ids);
    for (slot, list) in [
        (const { EVENT.slot("user.name") }, &names),
        (const { EVENT.slot("user.id") }, &ids),
        (const { EVENT.slot("user.domain") }, &domains),
        (const { EVENT.slot("related.user") }, &users),
        (const { EVENT.slot("related.hash") }, &hashes),
        (const { EVENT.slot("related.hosts") }, &hosts),
        (const { EVENT.slot("file.name") }, &files),
        (const { EVENT.slot("file.directory") }, &directories),
        (const { EVENT.slot("process.command_line") }, &command_lines),
    ] {
        let value = list.value(arena);
        if !value.is_null() {
            record.put(slot, value, &rule_of(RULES, slot));
        }
    }
}
