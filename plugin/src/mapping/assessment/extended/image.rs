//! `container.image.*` and `related.hash`: the image that a finding is in.

use super::{Parts, text};
use crate::defender::assessment::{ADDITIONAL, ARTIFACT, REPOSITORY, RESOURCE_ADDITIONAL, SUB_ADDITIONAL};
use crate::defender::image::hash_of;
use crate::defender::part::Source;
use crate::ecs::ASSESSMENT;
use crate::json::tree::{Value, array};
use crate::mapping::distinct::Distinct;
use crate::mapping::record::{Reader, Record, rules};

rules! { ASSESSMENT;
    NAME "container.image.name" =
        "profile extended: `repository_name` of `sub_assessment.additional_data.artifact_details`, else of `resource_additional_data.repository_details`, else of `sub_assessment.additional_data`, else `additional_data.repo`, behind `registry_host` of these if there is one; else what stands before the `@` of `resource_additional_data.image_uri`";
    HASH "container.image.hash.all" =
        "profile extended: `sub_assessment.additional_data.artifact_details.digest`, else `resource_additional_data.digest`, else `sub_assessment.additional_data.image_digest`, else what follows the `@` of `resource_additional_data.image_uri`, else `additional_data.digest`";
    TAG "container.image.tag" = "profile extended: each of `sub_assessment.additional_data.artifact_details.tags`, once";
    RELATED_HASH "related.hash" = "profile extended: what follows the algorithm in each of these digests, once";
}

const HOSTS: &[Source] = &[ARTIFACT.registry_host, REPOSITORY.registry_host, SUB_ADDITIONAL.registry_host];
const NAMES: &[Source] = &[ARTIFACT.repository_name, REPOSITORY.repository_name, SUB_ADDITIONAL.repository_name, ADDITIONAL.repo];

/// Where a digest may stand, best first.
#[derive(Clone, Copy)]
enum Digest {
    Member(Source),
    /// Behind the `@` of an image's URI.
    OfUri,
}

const DIGESTS: &[Digest] = &[
    Digest::Member(ARTIFACT.digest),
    Digest::Member(RESOURCE_ADDITIONAL.digest),
    Digest::Member(SUB_ADDITIONAL.image_digest),
    Digest::OfUri,
    Digest::Member(ADDITIONAL.digest),
];

impl Digest {
    fn of<'a>(self, read: &mut Reader<'_, 'a>, parts: &Parts<'a>) -> Option<&'a str> {
        match self {
            Self::Member(source) => text(read, parts, &[source]),
            Self::OfUri => uri(read, parts)?.split_once('@').map(|(_, digest)| digest).filter(|digest| !digest.trim().is_empty()),
        }
    }
}

/// Sets all of them.
pub(super) fn apply<'a>(record: &mut Record<'a>, parts: &Parts<'a>) {
    record.fill(&NAME, |read| name(read, parts).map_or(Value::Null, Value::Text));
    record.fill(&HASH, |read| {
        let digest = DIGESTS.iter().find_map(|digest| digest.of(read, parts));
        digest.map_or(Value::Null, |digest| array(read.arena, [Value::Text(digest)]))
    });
    record.fill(&TAG, |read| {
        let tags = parts.read(read, ARTIFACT.tags);
        let mut texts = Distinct::default();
        for tag in core::iter::once(tags).chain(tags.elements().iter().map(|tag| tag.get())) {
            if let Some(tag) = tag.text().filter(|tag| !tag.trim().is_empty()) {
                texts.add(read.arena, tag.into());
            }
        }
        texts.value(read.arena)
    });
    refuse_odd_digests(record, parts);
    record.fill(&RELATED_HASH, |read| {
        let mut hashes = Distinct::default();
        for digest in DIGESTS {
            if let Some(hash) = digest.of(read, parts).and_then(hash_in) {
                hashes.add(read.arena, hash.into());
            }
        }
        hashes.value(read.arena)
    });
}

/// One that is none is shown as it came, and nothing more is made of it.
fn refuse_odd_digests<'a>(record: &mut Record<'a>, parts: &Parts<'a>) {
    for digest in DIGESTS {
        let &Digest::Member(source) = digest else { continue };
        let Some(member) = parts.member(source) else { continue };
        match member.value.get() {
            Value::Null => {}
            Value::Text(text) if text.trim().is_empty() || hash_in(text).is_some() => {}
            other => {
                record.errors.unreadable(&source, other, "a digest");
                member.value.set(Value::Null);
            }
        }
    }
}

/// The hash of a digest; one of digits alone has no algorithm before it.
fn hash_in(digest: &str) -> Option<&str> {
    hash_of(digest).or_else(|| Some(digest).filter(|digest| digest.bytes().all(|byte| byte.is_ascii_hexdigit())))
}

fn uri<'a>(read: &mut Reader<'_, 'a>, parts: &Parts<'a>) -> Option<&'a str> {
    text(read, parts, &[RESOURCE_ADDITIONAL.image_uri])
}

/// Two registries may have a repository of one name, so their host stands before it.
fn name<'a>(read: &mut Reader<'_, 'a>, parts: &Parts<'a>) -> Option<&'a str> {
    let Some(name) = text(read, parts, NAMES) else {
        let uri = uri(read, parts)?;
        return Some(uri.split_once('@').map_or(uri, |(name, _)| name)).filter(|name| !name.trim().is_empty());
    };
    match text(read, parts, HOSTS).map(|host| host.trim_end_matches('/')) {
        Some(host) if !begins_with_host(name, host) => Some(read.arena.alloc_str(&format!("{host}/{name}"))),
        _ => Some(name),
    }
}

fn begins_with_host(name: &str, host: &str) -> bool {
    name.split_at_checked(host.len()).is_some_and(|(start, rest)| start.eq_ignore_ascii_case(host) && rest.starts_with('/'))
}
