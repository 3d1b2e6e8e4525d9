//! The identifiers of the resources that an alert is about: renamed, nothing else.

use super::entities::objects;
use crate::defender::entity::IDENTIFIER_NAMES;
use crate::defender::hub::RECORD;
use crate::ecs::EVENT;
use crate::json::tree::{Value, array};
use crate::mapping::record::{Record, rules};

rules! { EVENT;
    IDENTIFIERS "microsoft_defender_cloud.event.resource_identifiers" = "`ResourceIdentifiers`, members renamed to snake case";
}

/// Maps all identifiers of a record.
pub(super) fn apply<'a>(record: &mut Record<'a>, root: Value<'a>) {
    let Some(identifiers) = objects(record, root, RECORD.resource_identifiers) else { return };
    let renamed: Vec<_> = identifiers.iter().map(|identifier| IDENTIFIER_NAMES.apply(record.arena, *identifier, |_| None)).collect();
    record.fill(&IDENTIFIERS, |read| read.whole(root.member(RECORD.resource_identifiers.name), array(read.arena, renamed)));
}
