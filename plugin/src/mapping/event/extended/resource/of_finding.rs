//! The resource that a finding is about: by its details, else by its id.

use super::super::Parts;
use super::super::texts::{first, said};
use super::{Resource, is_arn, is_azure, is_google};
use crate::defender::arm_id::{self, ArmId};
use crate::defender::hub::{RECORD, RESOURCE_DETAILS, ResourceDetails};
use crate::mapping::record::Reader;
use crate::mapping::resource::Cloud;

impl<'a> Resource<'a> {
    /// Of a finding.
    pub(in crate::mapping::event::extended) fn of_finding(read: &mut Reader<'_, 'a>, parts: &Parts<'a>) -> Self {
        let member = |read: &mut Reader<'_, 'a>, source| first(read, parts.object(ResourceDetails::PART), &[source]);
        let native = member(read, RESOURCE_DETAILS.native_resource_id);
        let details = member(read, RESOURCE_DETAILS.id);
        let owner = said(parts.read(read, RECORD.id)).and_then(arm_id::last_assessed_resource);
        let source = member(read, RESOURCE_DETAILS.source);
        let arm = [native, details, owner].into_iter().flatten().find(|id| ArmId::new(id).is_some());
        let mut resource = Self { id: native.or(details).or(owner), arm, ..Self::default() };
        resource.name = member(read, RESOURCE_DETAILS.resource_name);
        resource.namespace = member(read, RESOURCE_DETAILS.resource_provider);
        resource.types = member(read, RESOURCE_DETAILS.resource_type);
        let own = resource.id.filter(|id| is_azure(id));
        let named = source.and_then(Cloud::named);
        let begins = |word: &str| resource.types.is_some_and(|types| types.get(..3).is_some_and(|head| head.eq_ignore_ascii_case(word)));
        resource.cloud = if native.is_some_and(is_arn) || begins("AWS") || named == Some(Cloud::Aws) {
            Some(Cloud::Aws)
        } else if native.is_some_and(is_google) || begins("GCP") || named == Some(Cloud::Gcp) {
            Some(Cloud::Gcp)
        } else if source.is_none() || named == Some(Cloud::Azure) {
            own.map(|_| Cloud::Azure)
        } else {
            None
        };
        if !Cloud::is_foreign(resource.cloud) {
            resource.account = own.or_else(|| owner.filter(|id| is_azure(id))).and_then(|id| ArmId::new(id)?.subscription());
        }
        resource.by_id(read.arena);
        resource.is_machine |= member(read, RESOURCE_DETAILS.machine_name).is_some();
        resource
    }
}
