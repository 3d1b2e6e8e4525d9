//! Which cloud the resource of an assessment is in.

use super::{Parts, text};
use crate::defender::assessment::{RESOURCE, SUB_RESOURCE};
use crate::defender::part::Source;
use crate::mapping::record::Reader;
use crate::mapping::resource::Cloud;

/// The cloud that a resource is in, if the record names one.
pub(super) fn cloud_of<'a>(read: &mut Reader<'_, 'a>, parts: &Parts<'a>) -> Option<Cloud> {
    Cloud::named(text(read, parts, &[RESOURCE.source, SUB_RESOURCE.source])?)
}

/// Places that are read of other clouds alone.
pub(super) fn only_foreign(cloud: Option<Cloud>, sources: &[Source]) -> &[Source] {
    if Cloud::is_foreign(cloud) { sources } else { &[] }
}
