//! Hashes of files: `file.hash.*`, `process.hash.*`, `related.hash`.

use super::graph::{Graph, NodeId};
use super::texts::{first, or_null, said};
use super::{Alert, MOST};
use crate::defender::node::{Kind, NODE, Position};
use crate::defender::property::{form, keys};
use crate::ecs::EVENT;
use crate::json::tree::Value;
use crate::mapping::distinct::Distinct;
use crate::mapping::record::{Record, Rule, rules};

const OF_FILE_TEXT: &str = "profile extended: `Value` of the file's hash of that algorithm, else of the only hash, else the property";
const OF_IMAGE: &str = "profile extended: `Value` of the image's hash of that algorithm";

rules! { EVENT;
    FILE_MD5 "file.hash.md5" = OF_FILE_TEXT;
    FILE_SHA1 "file.hash.sha1" = OF_FILE_TEXT;
    FILE_SHA256 "file.hash.sha256" = OF_FILE_TEXT;
    FILE_SHA512 "file.hash.sha512" = OF_FILE_TEXT;
    PROCESS_MD5 "process.hash.md5" = OF_IMAGE;
    PROCESS_SHA1 "process.hash.sha1" = OF_IMAGE;
    PROCESS_SHA256 "process.hash.sha256" = OF_IMAGE;
    PROCESS_SHA512 "process.hash.sha512" = OF_IMAGE;
    PARENT_MD5 "process.parent.hash.md5" = OF_IMAGE;
    PARENT_SHA1 "process.parent.hash.sha1" = OF_IMAGE;
    PARENT_SHA256 "process.parent.hash.sha256" = OF_IMAGE;
    PARENT_SHA512 "process.parent.hash.sha512" = OF_IMAGE;
    RELATED_HASH "related.hash" = "profile extended: `Value` of each file hash, then properties `sha256`, `sha1`, `md5` and `filehash`";
}

/// The rules for the hashes of one file, by algorithm.
pub(super) type Rules = [(&'static str, &'static Rule); 4];

/// Of a file.
pub(super) const OF_FILE: Rules = [("md5", &FILE_MD5), ("sha1", &FILE_SHA1), ("sha256", &FILE_SHA256), ("sha512", &FILE_SHA512)];
/// Of a process.
pub(super) const OF_PROCESS: Rules = [("md5", &PROCESS_MD5), ("sha1", &PROCESS_SHA1), ("sha256", &PROCESS_SHA256), ("sha512", &PROCESS_SHA512)];
/// Of its parent.
pub(super) const OF_PARENT: Rules = [("md5", &PARENT_MD5), ("sha1", &PARENT_SHA1), ("sha256", &PARENT_SHA256), ("sha512", &PARENT_SHA512)];

/// Fills the hashes of one file: the first of each algorithm.
pub(super) fn fill<'a>(record: &mut Record<'a>, graph: &Graph<'a>, file: NodeId, rules: &Rules) {
    for hash in graph.each(file, Position::FileHashes) {
        fill_one(record, graph.object(hash), rules);
    }
}

/// Fills one hash, unless there is one of its algorithm.
pub(super) fn fill_one<'a>(record: &mut Record<'a>, hash: Value<'a>, rules: &Rules) {
    let Some(algorithm) = said(hash.get(NODE.algorithm.name)).map(form) else { return };
    let Some((_, rule)) = rules.iter().find(|(own, _)| *own == algorithm) else { return };
    if record.document.get(rule.slot).is_null() {
        record.fill(rule, |read| {
            first(read, hash, &[NODE.algorithm]);
            or_null(first(read, hash, &[NODE.value]))
        });
    }
}

/// Fills the hashes of a file by properties, if no entity gave one; and all hashes.
pub(super) fn apply<'a>(record: &mut Record<'a>, alert: &Alert<'a, '_>) {
    let Alert { graph, properties, .. } = alert;
    let has_own = OF_FILE.iter().any(|(_, rule)| !record.document.get(rule.slot).is_null()) || graph.of_kind(Kind::FileHash).any(|node| is_hash(graph, node));
    if !has_own {
        for (rule, keys) in [(&FILE_SHA256, keys![sha256]), (&FILE_SHA1, keys![sha1]), (&FILE_MD5, keys![md5])] {
            record.fill(rule, |read| properties.value(read, keys));
        }
    }
    record.fill(&RELATED_HASH, |read| {
        let mut hashes = Distinct::default();
        for node in graph.of_kind(Kind::FileHash) {
            if let Some(hash) = first(read, graph.object(node), &[NODE.value]) {
                hashes.add(read.arena, hash.into());
            }
        }
        properties.add_to(read, &mut hashes, keys![sha256 sha1 md5 filehash], |hash| hash);
        hashes.at_most(read.arena, MOST)
    });
}

fn is_hash(graph: &Graph<'_>, node: NodeId) -> bool {
    said(graph.object(node).get(NODE.value.name)).is_some()
}
