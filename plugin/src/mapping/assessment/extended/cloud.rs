//! `cloud.*`: the cloud that a resource is in, and whose account.

use super::id::{self, Place};
use super::provider::{cloud_of, only_foreign};
use super::{Parts, copy, text};
use crate::defender::arn;
use crate::defender::assessment::{ADDITIONAL, RESOURCE, SUB_RESOURCE};
use crate::ecs::ASSESSMENT;
use crate::json::tree::Value;
use crate::mapping::record::{Reader, Record, rules};
use crate::mapping::resource::{self, Cloud};

rules! { ASSESSMENT;
    PROVIDER "cloud.provider" =
        "profile extended: azure, aws or gcp, by `resource_details.source`, else `sub_assessment.resource_details.source`";
    ACCOUNT "cloud.account.id" =
        "profile extended: of AWS and GCP `hierarchy_id` of `additional_data`, else of `sub_assessment.resource_details`, else the account in an ARN; else the subscription of the resource, or of what the assessment's `id` begins with, but not that of a connector";
    PROJECT "cloud.project.id" = "profile extended: of GCP `project_id` of `additional_data`, else of `sub_assessment.resource_details`";
    REGION "cloud.region" = "profile extended: `region` of `additional_data`, else of `sub_assessment.resource_details`";
    INSTANCE_ID "cloud.instance.id" =
        "profile extended: `resource_details.native_resource_id`, else of AWS and GCP `native_cloud_unique_identifier` other than NoArn, else `resource_details.id`, else what the assessment's `id` begins with";
    INSTANCE_NAME "cloud.instance.name" =
        "profile extended: `resource_details.resource_name`, else of AWS and GCP `resource_name` of `additional_data`, else of `sub_assessment.resource_details`";
}

const ARNS: &[Place] = &[Place::Member(RESOURCE.native_resource_id), Place::Native, Place::Member(SUB_RESOURCE.native_resource_id)];

const IN_SUBSCRIPTIONS: &[Place] = &[
    Place::Member(RESOURCE.native_resource_id),
    Place::Member(RESOURCE.id),
    Place::Member(SUB_RESOURCE.native_resource_id),
    Place::Member(SUB_RESOURCE.id),
    Place::Owner,
];

const INSTANCES: &[Place] = &[Place::Member(RESOURCE.native_resource_id), Place::Native, Place::Member(RESOURCE.id), Place::Owner];

/// Sets all of them.
pub(super) fn apply<'a>(record: &mut Record<'a>, parts: &Parts<'a>, cloud: Option<Cloud>) {
    record.fill(&PROVIDER, |read| cloud_of(read, parts).map_or(Value::Null, |cloud| Value::Text(cloud.name())));
    record.fill(&ACCOUNT, |read| account(read, parts, cloud).map_or(Value::Null, Value::Text));
    if cloud == Some(Cloud::Gcp) {
        record.fill(&PROJECT, |read| copy(read, parts, &[ADDITIONAL.project_id, SUB_RESOURCE.project_id]));
    }
    record.fill(&REGION, |read| copy(read, parts, &[ADDITIONAL.region, SUB_RESOURCE.region]));
    record.fill(&INSTANCE_ID, |read| id::first(read, parts, cloud, INSTANCES).map_or(Value::Null, Value::Text));
    record.fill(&INSTANCE_NAME, |read| {
        let name = text(read, parts, &[RESOURCE.resource_name]);
        name.map_or_else(|| copy(read, parts, only_foreign(cloud, &[ADDITIONAL.resource_name, SUB_RESOURCE.resource_name])), Value::Text)
    });
}

fn account<'a>(read: &mut Reader<'_, 'a>, parts: &Parts<'a>, cloud: Option<Cloud>) -> Option<&'a str> {
    if Cloud::is_foreign(cloud) {
        let account = text(read, parts, &[ADDITIONAL.hierarchy_id, SUB_RESOURCE.hierarchy_id])
            .or_else(|| ARNS.iter().find_map(|place| arn::account_of(place.id(read, parts, cloud)?)));
        if account.is_some() {
            return account;
        }
    }
    let subscription = IN_SUBSCRIPTIONS.iter().find_map(|place| id::own_arm_id(place.id(read, parts, cloud)?, cloud)?.subscription())?;
    // Both spellings come, as of all ids of Azure.
    Some(resource::subscription(read.arena, subscription))
}
