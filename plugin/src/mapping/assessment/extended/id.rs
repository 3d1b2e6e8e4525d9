//! The places where the id of a resource may stand.

use super::{Parts, text};
use crate::defender::arm_id::{ArmId, assessed_resource};
use crate::defender::assessment::{ADDITIONAL, RECORD, SUB, SUB_RESOURCE};
use crate::defender::part::Source;
use crate::mapping::record::Reader;
use crate::mapping::resource::Cloud;

/// One of them.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// A member.
    Member(Source),
    /// The name that another cloud gives it.
    Native,
    /// The id of the assessment, or of its finding, which begins with it.
    Owner,
}

impl Place {
    /// The id that stands there, as it is written.
    pub(super) fn id<'a>(self, read: &mut Reader<'_, 'a>, parts: &Parts<'a>, cloud: Option<Cloud>) -> Option<&'a str> {
        match self {
            Self::Member(source) => text(read, parts, &[source]),
            Self::Native if Cloud::is_foreign(cloud) => native(read, parts),
            Self::Native => None,
            Self::Owner => owner(read, parts),
        }
    }
}

/// The first id of several places.
pub(super) fn first<'a>(read: &mut Reader<'_, 'a>, parts: &Parts<'a>, cloud: Option<Cloud>, places: &[Place]) -> Option<&'a str> {
    places.iter().find_map(|place| place.id(read, parts, cloud))
}

fn native<'a>(read: &mut Reader<'_, 'a>, parts: &Parts<'a>) -> Option<&'a str> {
    let places = [ADDITIONAL.native_cloud_unique_identifier, SUB_RESOURCE.native_cloud_unique_identifier];
    // Sent for identities that have no ARN: the same text for all of them.
    places.into_iter().find_map(|source| text(read, parts, &[source]).filter(|id| !id.eq_ignore_ascii_case("NoArn")))
}

/// What an assessment belongs to, by its own id.
pub(super) fn owner<'a>(read: &mut Reader<'_, 'a>, parts: &Parts<'a>) -> Option<&'a str> {
    [RECORD.id, SUB.id].into_iter().find_map(|source| assessed_resource(text(read, parts, &[source])?))
}

/// An ARM id that tells about the resource: that of a connector tells nothing about what is in another cloud.
pub(super) fn own_arm_id(id: &str, cloud: Option<Cloud>) -> Option<ArmId<'_>> {
    ArmId::new(id).filter(|id| !(Cloud::is_foreign(cloud) && id.is_of_connector()))
}
