//! The identifiers of the resources that an alert is about: renamed, nothing else.

use super::entities::objects;
use super::member_names::IDENTIFIER;
use crate::ecs::EVENT;
use crate::json::tree::{Value, array};
use crate::mapping::record::Record;

/// How to say it.
pub(crate) const RULE: &str = "`ResourceIdentifiers`, members renamed to snake case";

/// Maps all identifiers of a record.
pub(super) fn apply<'a>(record: &mut Record<'a>, root: Value<'a>) {
    let Some(identifiers) = objects(record, root, "ResourceIdentifiers", "resourceidentifiers") else { return };
    let renamed: Vec<_> = identifiers.iter().map(|identifier| IDENTIFIER.apply(record.arena, *identifier, |_| None)).collect();
    record.read(root, "resourceidentifiers");
    record.put(const { EVENT.slot("microsoft_defender_cloud.event.resource_identifiers") }, array(record.arena, renamed), &RULE);
}
