//! `cloud.*`, `container.*`, `host.*`, `orchestrator.type`, `user.*` and `related.*`: what is more than a copy.

use super::event::text_of;
use super::parts::{Parts, path};
use crate::defender::assessment::Part;
use crate::ecs::{ASSESSMENT, Slot};
use crate::json::tree::{Value, array};
use crate::mapping::distinct::Distinct;
use crate::mapping::java;
use crate::mapping::record::Record;

/// Fields filled here, and how to say where from.
pub(crate) const RULES: &[(&str, &str)] = &[
    ("cloud.account.id", ACCOUNT),
    ("cloud.provider", PROVIDER),
    ("container.image.hash.all", IMAGE_HASH),
    ("host.name", HOST),
    ("host.os.platform", PLATFORM),
    ("host.os.type", OS_TYPE),
    ("orchestrator.type", ORCHESTRATOR),
    ("related.hash", HASH),
    ("related.hosts", "`host.name`"),
    ("related.user", "`user.name`"),
    ("user.id", USER),
    ("user.name", USER),
];

const ACCOUNT: &str = "the subscription in `resource_details.native_resource_id`, else in `resource_details.id`";
const PROVIDER: &str = "azure if `resource_details.source` is Azure";
const IMAGE_HASH: &str = "`sub_assessment.additional_data.artifact_details.digest`, else `additional_data.digest`";
const HOST: &str = "`resource_name` of `sub_assessment.resource_details`, else of `resource_details`, if its `resource_type` is virtualMachines";
const PLATFORM: &str =
    "linux, windows or darwin, by what `sub_assessment.additional_data.software_details.os_details.os_platform` contains, else `additional_data.os_type`";
const OS_TYPE: &str = "linux, macos, unix, windows, ios or android, by the same members";
const ORCHESTRATOR: &str =
    "kubernetes if there is `kubernetes_details` or `kubernetes_context` in `sub_assessment.additional_data`, or `additional_data.k8s_cluster_id`";
const HASH: &str = "what follows the colon in `additional_data.digest` and in `sub_assessment.additional_data.artifact_details.digest`, once";
const USER: &str = "`additional_data.resource_name` if `additional_data.resource_type` is User";

/// Sets all of them.
pub(super) fn apply<'a>(record: &mut Record<'a>, parts: &Parts<'a>) {
    cloud(record, parts);
    image_hash(record, parts);
    host_name(record, parts);
    host_os(record, parts);
    orchestrator(record, parts);
    user(record, parts);
    related(record, parts);
}

fn cloud<'a>(record: &mut Record<'a>, parts: &Parts<'a>) {
    for member in ["native_resource_id", "id"] {
        let Some(id) = text_of(record, parts, Part::Resource, member) else { continue };
        if let Some(subscription) = subscription_of(id) {
            record.put(const { ASSESSMENT.slot("cloud.account.id") }, Value::Text(subscription), &ACCOUNT);
            break;
        }
    }
    record.settle();
    if parts.read(record, Part::Resource, "source").text() == Some("Azure") {
        record.put(const { ASSESSMENT.slot("cloud.provider") }, Value::Text("azure"), &PROVIDER);
    }
    record.settle();
}

/// What stands between `/subscriptions/` at the start of a line and the next slash of that line.
fn subscription_of(id: &str) -> Option<&str> {
    id.split('\n').find_map(|line| line.strip_prefix("/subscriptions/")?.split_once('/').map(|(subscription, _)| subscription))
}

fn image_hash<'a>(record: &mut Record<'a>, parts: &Parts<'a>) {
    let digest = [Part::Artifact, Part::Additional].into_iter().map(|part| parts.read(record, part, "digest")).find(|digest| !digest.is_null());
    match digest {
        Some(digest) => {
            let text = Value::Text(record.arena.alloc_str(&java::rendered(digest)));
            let list = array(record.arena, [text]);
            record.put(const { ASSESSMENT.slot("container.image.hash.all") }, list, &IMAGE_HASH);
        }
        None => record.settle(),
    }
}

fn host_name<'a>(record: &mut Record<'a>, parts: &Parts<'a>) {
    for part in [Part::SubResource, Part::Resource] {
        let is_machine = text_of(record, parts, part, "resource_type").is_some_and(|kind| kind.to_lowercase() == "virtualmachines");
        if !is_machine {
            continue;
        }
        let name = parts.read(record, part, "resource_name");
        if !name.is_blank() {
            return record.put(const { ASSESSMENT.slot("host.name") }, name, &HOST);
        }
    }
    record.settle();
}

fn host_os<'a>(record: &mut Record<'a>, parts: &Parts<'a>) {
    let platform = text_of(record, parts, Part::Os, "os_platform").map(str::to_lowercase);
    let os_type = text_of(record, parts, Part::Additional, "os_type").map(str::to_lowercase);
    const FAMILIES: [(&str, &str); 3] = [("linux", "linux"), ("windows", "windows"), ("mac", "darwin")];
    // The sub-assessment's text is asked for all three and the last answer stays; the assessment's for the first that fits.
    let contained = |text: &Option<String>, name: &str| text.as_ref().is_some_and(|text| text.contains(name));
    let found = FAMILIES.iter().rfind(|(name, _)| contained(&platform, name)).or_else(|| FAMILIES.iter().find(|(name, _)| contained(&os_type, name)));
    if let Some((_, family)) = found {
        record.put(const { ASSESSMENT.slot("host.os.platform") }, Value::Text(family), &PLATFORM);
        // Both members are sources of the type as well.
        parts.read(record, Part::Os, "os_platform");
        parts.read(record, Part::Additional, "os_type");
    }
    const TYPES: [(&str, &str); 6] = [("linux", "linux"), ("mac", "macos"), ("unix", "unix"), ("windows", "windows"), ("ios", "ios"), ("android", "android")];
    let text = if platform.is_some() { &platform } else { &os_type };
    if let Some((_, name)) = TYPES.iter().find(|(name, _)| contained(text, name)) {
        record.put(const { ASSESSMENT.slot("host.os.type") }, Value::Text(name), &OS_TYPE);
    }
    record.settle();
}

fn orchestrator<'a>(record: &mut Record<'a>, parts: &Parts<'a>) {
    let signs = [(Part::SubAdditional, "kubernetes_details"), (Part::SubAdditional, "kubernetes_context"), (Part::Additional, "k8s_cluster_id")];
    if signs.iter().any(|&(part, member)| !parts.read(record, part, member).is_null()) {
        record.put(const { ASSESSMENT.slot("orchestrator.type") }, Value::Text("kubernetes"), &ORCHESTRATOR);
    }
    record.settle();
}

fn user<'a>(record: &mut Record<'a>, parts: &Parts<'a>) {
    if parts.read(record, Part::Additional, "resource_type").text() == Some("User") {
        for slot in const { [ASSESSMENT.slot("user.name"), ASSESSMENT.slot("user.id")] } {
            let name = parts.read(record, Part::Additional, "resource_name");
            if !name.is_blank() {
                record.put(slot, name, &USER);
            }
        }
    }
    record.settle();
}

fn related<'a>(record: &mut Record<'a>, parts: &Parts<'a>) {
    let mut hashes = Distinct::default();
    for part in [Part::Additional, Part::Artifact] {
        let digest = parts.read(record, part, "digest");
        match digest {
            digest if digest.is_blank() => {}
            Value::Text(text) => match hash_of(text) {
                Some(hash) => hashes.add(record.arena, hash.into()),
                None => record.unreadable(&path(part, "digest"), digest, "a digest"),
            },
            other => record.unexpected(&path(part, "digest"), other, "a string"),
        }
    }
    let hashes = hashes.value(record.arena);
    if hashes.is_null() {
        record.settle();
    } else {
        record.put(const { ASSESSMENT.slot("related.hash") }, hashes, &HASH);
    }
    list(record, const { ASSESSMENT.slot("user.name") }, const { ASSESSMENT.slot("related.user") }, "`user.name`");
    list(record, const { ASSESSMENT.slot("host.name") }, const { ASSESSMENT.slot("related.hosts") }, "`host.name`");
}

/// What follows the name of the algorithm.
fn hash_of(digest: &str) -> Option<&str> {
    let (algorithm, hash) = digest.split_once(':')?;
    (!algorithm.is_empty() && algorithm.bytes().all(|byte| byte.is_ascii_alphanumeric()) && !hash.is_empty()).then_some(hash)
}

/// A field's value, as text, as the only element of another.
fn list(record: &mut Record<'_>, from: Slot, to: Slot, rule: &str) {
    let value = record.document.get(from);
    if !value.is_null() {
        let text = Value::Text(record.arena.alloc_str(&java::rendered(value)));
        let list = array(record.arena, [text]);
        record.put(to, list, &rule);
    }
}
