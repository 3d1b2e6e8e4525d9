//! `file.*`, `threat.software.*` and `registry.*`: what of a machine an alert is about.

use super::account::alone;
use super::graph::{Graph, NodeId};
use super::process::place_of;
use super::texts::{first, is_path, last_part, or_null, said, value};
use super::{Alert, hashes};
use crate::defender::node::{Kind, NODE, Position};
use crate::defender::property::keys;
use crate::ecs::EVENT;
use crate::json::tree::Value;
use crate::mapping::record::{Record, rules};

rules! { EVENT;
    NAME "file.name" = "profile extended: `Name` of the file that the alert is about, else the last part of property `file` or `filepath`, else `filename` or `blob`";
    DIRECTORY "file.directory" = "profile extended: `Directory` of that file";
    PATH "file.path" = "profile extended: `Directory` and `Name` of that file, else property `file` or `filepath`";
    SOFTWARE "threat.software.name" = "profile extended: `Name` of the first malware, else property `malwarename`, `malwaretypesdetected`, `malware` or `malwarefamily`";
    SOFTWARE_TYPE "threat.software.type" = "profile extended: Malware if it has a name";
    HIVE "registry.hive" = "profile extended: `Hive` of the registry key, shortened";
    KEY "registry.key" = "profile extended: `Key` of the registry key";
    VALUE "registry.value" = "profile extended: `Name` of the registry value";
    REGISTRY_PATH "registry.path" = "profile extended: hive, key and value";
    STRINGS "registry.data.strings" = "profile extended: `Value` of the registry value";
    DATA_TYPE "registry.data.type" = "profile extended: `ValueType` of the registry value, as Windows names it";
}

/// Fills all of them.
pub(super) fn apply<'a>(record: &mut Record<'a>, alert: &Alert<'a, '_>) {
    let Alert { graph, properties, .. } = alert;
    let malware = graph.of_kind(Kind::Malware).next();
    match main(graph, alert.process) {
        Some(file) => of_node(record, graph, file),
        None => {
            if let Some(hash) = lone(graph, None) {
                hashes::fill_one(record, graph.object(hash), &hashes::OF_FILE);
            }
            if !properties.is_empty() {
                record.fill(&PATH, |read| or_null(properties.find(read, keys![file filepath], |text| is_path(text).then_some(text))));
                record.fill(&NAME, |read| {
                    let name = properties.first(read, keys![file filepath]).map(last_part);
                    or_null(name.or_else(|| properties.first(read, keys![filename blob]).map(last_part)).filter(|name| !name.is_empty()))
                });
            }
        }
    }
    record.fill(&SOFTWARE, |read| {
        let name = malware.and_then(|malware| first(read, graph.object(malware), &[NODE.name]));
        or_null(name.or_else(|| properties.first(read, keys![malwarename malwaretypesdetected malware malwarefamily])))
    });
    record.fill(&SOFTWARE_TYPE, |read| if read.field(SOFTWARE.slot).is_null() { Value::Null } else { Value::Text("Malware") });
    hashes::apply(record, alert);
    registry(record, graph);
}

/// The file that an alert is about.
fn main(graph: &Graph<'_>, process: Option<NodeId>) -> Option<NodeId> {
    let of_malware = graph.of_kind(Kind::Malware).find_map(|malware| graph.one(malware, Position::Files));
    if of_malware.is_some() {
        return of_malware;
    }
    let mut is_image = vec![false; graph.len()];
    graph.targets(Position::ImageFile).for_each(|image| is_image[image] = true);
    let says_more = |file: NodeId| {
        said(graph.object(file).get(NODE.directory.name)).is_some()
            || graph.each(file, Position::FileHashes).any(|hash| said(graph.object(hash).get(NODE.value.name)).is_some())
    };
    graph
        .of_kind(Kind::File)
        .find(|&file| !is_image[file] && says_more(file))
        .or_else(|| process.and_then(|process| graph.one(process, Position::ImageFile)))
        .or_else(|| graph.of_kind(Kind::File).next())
}

/// The only hash, if it belongs to no other file.
fn lone(graph: &Graph<'_>, file: Option<NodeId>) -> Option<NodeId> {
    let mut hashes = graph.of_kind(Kind::FileHash);
    let hash = hashes.next().filter(|_| hashes.next().is_none())?;
    let owner = graph.of_kind(Kind::File).find(|file| graph.each(*file, Position::FileHashes).any(|own| own == hash));
    owner.is_none_or(|owner| Some(owner) == file).then_some(hash)
}

fn of_node<'a>(record: &mut Record<'a>, graph: &Graph<'a>, file: NodeId) {
    let object = graph.object(file);
    let mut path = None;
    record.fill(&NAME, |read| {
        let (name, full) = place_of(read, object);
        path = full;
        or_null(name)
    });
    record.fill(&DIRECTORY, |read| value(read, object, &[NODE.directory]));
    record.fill(&PATH, |read| {
        if path.is_some() {
            read.field(NAME.slot);
        }
        or_null(path)
    });
    hashes::fill(record, graph, file, &hashes::OF_FILE);
    if hashes::OF_FILE.iter().all(|(_, rule)| record.document.get(rule.slot).is_null())
        && let Some(hash) = lone(graph, Some(file))
    {
        hashes::fill_one(record, graph.object(hash), &hashes::OF_FILE);
    }
}

/// Hives as Defender names them, as Windows does, and their short names.
pub(super) const HIVES: [(&str, &str, &str); 5] = [
    ("LocalMachine", "HKEY_LOCAL_MACHINE", "HKLM"),
    ("CurrentUser", "HKEY_CURRENT_USER", "HKCU"),
    ("ClassesRoot", "HKEY_CLASSES_ROOT", "HKCR"),
    ("Users", "HKEY_USERS", "HKU"),
    ("CurrentConfig", "HKEY_CURRENT_CONFIG", "HKCC"),
];

/// Types of values as Defender names them, and as Windows does.
pub(super) const VALUE_TYPES: [(&str, &str); 6] = [
    ("String", "REG_SZ"),
    ("ExpandString", "REG_EXPAND_SZ"),
    ("MultiString", "REG_MULTI_SZ"),
    ("DWord", "REG_DWORD"),
    ("QWord", "REG_QWORD"),
    ("Binary", "REG_BINARY"),
];

fn registry<'a>(record: &mut Record<'a>, graph: &Graph<'a>) {
    let has_key = |node: &NodeId| graph.one(*node, Position::Key).is_some() || said(graph.object(*node).get(NODE.key.name)).is_some();
    let node = graph.of_kind(Kind::RegistryValue).find(has_key);
    let Some(key) = node.map_or_else(|| graph.of_kind(Kind::RegistryKey).next(), |node| Some(graph.one(node, Position::Key).unwrap_or(node))) else { return };
    let object = graph.object(key);
    record.fill(&HIVE, |read| or_null(first(read, object, &[NODE.hive]).map(hive)));
    record.fill(&KEY, |read| value(read, object, &[NODE.key]));
    let own = node.map_or(Value::Null, |node| graph.object(node));
    if node.is_some() {
        record.fill(&VALUE, |read| value(read, own, &[NODE.name]));
        record.fill(&STRINGS, |read| {
            let data = first(read, own, &[NODE.value]);
            alone(read, data)
        });
        record.fill(&DATA_TYPE, |read| {
            let given = first(read, own, &[NODE.value_type]);
            or_null(given.and_then(|given| VALUE_TYPES.iter().find(|(name, _)| name.eq_ignore_ascii_case(given)).map(|(_, name)| *name)))
        });
    }
    record.fill(&REGISTRY_PATH, |read| {
        let [Value::Text(hive), Value::Text(key)] = [HIVE.slot, KEY.slot].map(|slot| read.field(slot)) else { return Value::Null };
        let value = read.field(VALUE.slot).text();
        let parts: Vec<&str> = [hive, key.trim_matches('\\')].into_iter().chain(value).collect();
        Value::Text(read.arena.alloc_str(&parts.join("\\")))
    });
}

fn hive(given: &str) -> &str {
    let known = HIVES.iter().find(|(name, long, _)| name.eq_ignore_ascii_case(given) || long.eq_ignore_ascii_case(given));
    known.map_or(given, |(_, _, short)| short)
}
