//! `cloud.*`, `container.*`, `host.*`, `orchestrator.type`, `user.*` and `related.*`: what is more than a copy.

use super::Parts;
use crate::defender::assessment::{ADDITIONAL, ARTIFACT, OS, RESOURCE, SUB_ADDITIONAL, SUB_RESOURCE};
use crate::defender::image::hash_of;
use crate::defender::part::Source;
use crate::ecs::{ASSESSMENT, Slot};
use crate::json::tree::{Value, array};
use crate::mapping::distinct::Distinct;
use crate::mapping::java;
use crate::mapping::record::{Reader, Record, rules};

const USER: &str = "`additional_data.resource_name` if `additional_data.resource_type` is User";

rules! { ASSESSMENT;
    ACCOUNT "cloud.account.id" = "the subscription in `resource_details.native_resource_id`, else in `resource_details.id`";
    PROVIDER "cloud.provider" = "azure if `resource_details.source` is Azure";
    IMAGE_HASH "container.image.hash.all" = "`sub_assessment.additional_data.artifact_details.digest`, else `additional_data.digest`";
    HOST "host.name" = "`resource_name` of `sub_assessment.resource_details`, else of `resource_details`, if its `resource_type` is virtualMachines";
    PLATFORM "host.os.platform" =
        "linux, windows or darwin, by what `sub_assessment.additional_data.software_details.os_details.os_platform` contains, else `additional_data.os_type`";
    OS_TYPE "host.os.type" = "linux, macos, unix, windows, ios or android, by the same members";
    ORCHESTRATOR "orchestrator.type" =
        "kubernetes if there is `kubernetes_details` or `kubernetes_context` in `sub_assessment.additional_data`, or `additional_data.k8s_cluster_id`";
    HASH "related.hash" = "what follows the colon in `additional_data.digest` and in `sub_assessment.additional_data.artifact_details.digest`, once";
    RELATED_HOSTS "related.hosts" = "`host.name`";
    RELATED_USER "related.user" = "`user.name`";
    USER_ID "user.id" = USER;
    USER_NAME "user.name" = USER;
}

/// Whose resource it is, as profile `elastic` says.
pub(super) fn identity<'a>(record: &mut Record<'a>, parts: &Parts<'a>) {
    cloud(record, parts);
    record.fill(&IMAGE_HASH, |read| {
        let digest = [ARTIFACT.digest, ADDITIONAL.digest].into_iter().map(|digest| parts.read(read, digest)).find(|digest| !digest.is_null());
        digest.map_or(Value::Null, |digest| list(read, digest))
    });
    record.fill(&HASH, |read| {
        let mut hashes = Distinct::default();
        for source in [ADDITIONAL.digest, ARTIFACT.digest] {
            let digest = parts.read(read, source);
            match digest {
                digest if digest.is_blank() => {}
                Value::Text(text) => match hash_of(text) {
                    Some(hash) => hashes.add(read.arena, hash.into()),
                    None => read.errors.unreadable(&source, digest, "a digest"),
                },
                other => read.errors.unexpected(&source, other, "a string"),
            }
        }
        hashes.value(read.arena)
    });
    host_name(record, parts);
    record.fill(&RELATED_HOSTS, |read| only(read, HOST.slot));
}

/// Sets the others, which are the same in both profiles.
pub(super) fn apply<'a>(record: &mut Record<'a>, parts: &Parts<'a>) {
    host_os(record, parts);
    record.fill(&ORCHESTRATOR, |read| {
        let signs = [SUB_ADDITIONAL.kubernetes_details, SUB_ADDITIONAL.kubernetes_context, ADDITIONAL.k8s_cluster_id];
        if signs.into_iter().any(|sign| !parts.read(read, sign).is_null()) { Value::Text("kubernetes") } else { Value::Null }
    });
    user(record, parts);
    record.fill(&RELATED_USER, |read| only(read, USER_NAME.slot));
}

fn cloud<'a>(record: &mut Record<'a>, parts: &Parts<'a>) {
    record.fill(&ACCOUNT, |read| {
        let ids = [RESOURCE.native_resource_id, RESOURCE.id];
        ids.into_iter().find_map(|id| subscription_of(parts.text(read, id)?)).map_or(Value::Null, Value::Text)
    });
    record.fill(&PROVIDER, |read| if parts.read(read, RESOURCE.source).text() == Some("Azure") { Value::Text("azure") } else { Value::Null });
}

/// What stands between `/subscriptions/` at the start of a line and the next slash of that line.
fn subscription_of(id: &str) -> Option<&str> {
    id.split('\n').find_map(|line| line.strip_prefix("/subscriptions/")?.split_once('/').map(|(subscription, _)| subscription))
}

fn host_name<'a>(record: &mut Record<'a>, parts: &Parts<'a>) {
    record.fill(&HOST, |read| {
        for (kind, name) in [(SUB_RESOURCE.resource_type, SUB_RESOURCE.resource_name), (RESOURCE.resource_type, RESOURCE.resource_name)] {
            if parts.text(read, kind).is_some_and(|kind| kind.to_lowercase() == "virtualmachines") {
                let name = parts.read(read, name);
                if !name.is_blank() {
                    return name;
                }
            }
        }
        Value::Null
    });
}

fn host_os<'a>(record: &mut Record<'a>, parts: &Parts<'a>) {
    const SOURCES: [Source; 2] = [OS.os_platform, ADDITIONAL.os_type];
    let [platform, os_type] = record.look(|read| SOURCES.map(|source| parts.text(read, source).map(str::to_lowercase)));
    // Looked at once, and read again below so that `explain` names both for each field.
    let contained = |text: &Option<String>, name: &str| text.as_ref().is_some_and(|text| text.contains(name));
    record.fill(&PLATFORM, |read| {
        for source in SOURCES {
            parts.read(read, source);
        }
        const FAMILIES: [(&str, &str); 3] = [("linux", "linux"), ("windows", "windows"), ("mac", "darwin")];
        // The sub-assessment's text is asked for all three and the last answer stays; the assessment's for the first that fits.
        let found = FAMILIES.iter().rfind(|(name, _)| contained(&platform, name)).or_else(|| FAMILIES.iter().find(|(name, _)| contained(&os_type, name)));
        found.map_or(Value::Null, |(_, family)| Value::Text(family))
    });
    record.fill(&OS_TYPE, |read| {
        for source in SOURCES {
            parts.read(read, source);
        }
        const TYPES: [(&str, &str); 6] =
            [("linux", "linux"), ("mac", "macos"), ("unix", "unix"), ("windows", "windows"), ("ios", "ios"), ("android", "android")];
        let text = if platform.is_some() { &platform } else { &os_type };
        TYPES.iter().find(|(name, _)| contained(text, name)).map_or(Value::Null, |(_, name)| Value::Text(name))
    });
}

fn user<'a>(record: &mut Record<'a>, parts: &Parts<'a>) {
    for rule in [&USER_NAME, &USER_ID] {
        record.fill(rule, |read| {
            let is_user = parts.read(read, ADDITIONAL.resource_type).text() == Some("User");
            let name = if is_user { parts.read(read, ADDITIONAL.resource_name) } else { Value::Null };
            if name.is_blank() { Value::Null } else { name }
        });
    }
}

/// A list of what another field holds.
fn only<'a>(read: &mut Reader<'_, 'a>, of: Slot) -> Value<'a> {
    let value = read.field(of);
    if value.is_null() { Value::Null } else { list(read, value) }
}

/// A list of one value, as text.
fn list<'a>(read: &Reader<'_, 'a>, value: Value<'a>) -> Value<'a> {
    let text = Value::Text(read.arena.alloc_str(&java::rendered(value)));
    array(read.arena, [text])
}
