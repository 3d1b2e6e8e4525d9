//! Which cloud a resource is in.

use super::{Parts, text};
use crate::defender::assessment::{RESOURCE, SUB_RESOURCE};
use crate::defender::part::Source;
use crate::mapping::record::Reader;

/// A cloud that Defender looks after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::mapping) enum Cloud {
    /// Microsoft's own.
    Azure,
    /// Amazon's.
    Aws,
    /// Google's.
    Gcp,
}

impl Cloud {
    /// The cloud that a resource is in, if the record names one.
    pub(super) fn of<'a>(read: &mut Reader<'_, 'a>, parts: &Parts<'a>) -> Option<Self> {
        let source = text(read, parts, &[RESOURCE.source, SUB_RESOURCE.source])?;
        [Self::Azure, Self::Aws, Self::Gcp].into_iter().find(|cloud| cloud.name().eq_ignore_ascii_case(source))
    }

    /// Whether a resource is in another cloud than Azure.
    pub(super) fn is_foreign(cloud: Option<Self>) -> bool {
        matches!(cloud, Some(Self::Aws | Self::Gcp))
    }

    /// Places that are read of other clouds alone.
    pub(super) fn only_foreign(cloud: Option<Self>, sources: &[Source]) -> &[Source] {
        if Self::is_foreign(cloud) { sources } else { &[] }
    }

    /// Its `cloud.provider`.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Azure => "azure",
            Self::Aws => "aws",
            Self::Gcp => "gcp",
        }
    }
}
