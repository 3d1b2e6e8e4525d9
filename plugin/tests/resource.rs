//! Whose resource an assessment is about, in profile `extended`: a case each for what decides.

use microsoft_defender_cloud::contract::{Dataset, Message};
use microsoft_defender_cloud::plugin::Plugin;
use microsoft_defender_cloud::settings::{Profile, Settings};
use serde_json::{Value, json};

const MACHINE: &str = "/subscriptions/7C1D2E30-0000-4000-8000-0000000000a1/resourceGroups/rg-quarry/providers/Microsoft.Compute/virtualMachines/quarry-vm-01";
const CONNECTED: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Security/securityConnectors/multi/securityentitydata/aws-x";
const REGISTRY: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/quarryacr";

fn document(record: &Value) -> Value {
    let message = Message { body: record.to_string().into_bytes(), position: None };
    let settings = Settings { profile: Profile::Extended, ..Settings::default() };
    let decoded = Plugin::new(settings).decode(1_767_225_600_000, Dataset::Assessment, &[message]);
    serde_json::from_slice(&decoded.documents[0].body).expect("a document is JSON")
}

/// Fields by their dotted names; `null` stands for none.
#[track_caller]
fn check(record: Value, expected: &[(&str, Value)]) {
    let document = document(&record);
    for (field, value) in expected {
        let pointer = format!("/{}", field.replace('.', "/"));
        assert_eq!(document.pointer(&pointer).unwrap_or(&Value::Null), value, "{field} in {document:#}");
    }
}

/// An assessment of a resource: its id, its details and what else is said.
fn assessment(owner: &str, details: Value, additional: Value) -> Value {
    let id = format!("{owner}/providers/Microsoft.Security/assessments/a");
    json!({ "id": id, "properties": { "displayName": "A", "resourceDetails": details, "additionalData": additional } })
}

/// A finding of such an assessment.
fn finding(owner: &str, details: Value, finding: Value) -> Value {
    assessment(owner, details, json!({ "subAssessment": { "id": "f", "properties": finding } }))
}

#[test]
fn an_id_alone_says_everything_about_a_machine() {
    let lower = "/subscriptions/7c1d2e30-0000-4000-8000-0000000000a1/resourcegroups/rg-quarry/providers/microsoft.compute/virtualmachines/quarry-vm-01";
    let expected = [
        ("cloud.account.id", json!("7c1d2e30-0000-4000-8000-0000000000a1")),
        ("cloud.instance.id", json!(MACHINE)),
        ("cloud.service.name", json!("microsoft.compute")),
        ("resource.id", json!(lower)),
        ("resource.name", json!("quarry-vm-01")),
        ("resource.type", json!("microsoft.compute")),
        ("resource.sub_type", json!("virtualmachines")),
        ("host.name", json!("quarry-vm-01")),
        ("related.hosts", json!(["quarry-vm-01"])),
    ];
    check(assessment("", json!({ "Source": "Azure", "Id": MACHINE }), json!({})), &expected);
    check(assessment(MACHINE, json!({ "Source": "Azure", "Id": " " }), json!({})), &expected);
}

#[test]
fn a_finding_without_its_assessment_names_the_resource() {
    let id = format!("{MACHINE}/providers/microsoft.security/assessments/a/subAssessments/f");
    let record = json!({ "properties": { "additionalData": { "subAssessment": { "id": id, "properties": {} } } } });
    check(record, &[("cloud.instance.id", json!(MACHINE)), ("host.name", json!("quarry-vm-01"))]);
}

#[test]
fn subscriptions_and_groups_are_resources() {
    let account = "7c1d2e30-0000-4000-8000-0000000000a1";
    let subscription = format!("/subscriptions/{account}");
    let common = [("cloud.account.id", json!(account)), ("resource.type", json!("microsoft.resources")), ("host.name", Value::Null)];
    let check_also = |id: &str, sub_type: &str, name: &str| {
        let expected = [&common[..], &[("resource.sub_type", json!(sub_type)), ("resource.name", json!(name))]].concat();
        check(assessment("", json!({ "Id": id }), json!({})), &expected);
    };
    check_also(&subscription, "subscriptions", account);
    check_also(&format!("{subscription}/resourceGroups/RG"), "resourcegroups", "RG");
}

#[test]
fn the_account_of_another_cloud_is_never_that_of_its_connector() {
    let of = |additional| assessment(CONNECTED, json!({ "Source": "Aws", "Id": CONNECTED }), additional);
    let arn = "arn:aws:ec2:eu-north-1:444455556666:instance/i-1";
    check(of(json!({})), &[("cloud.provider", json!("aws")), ("cloud.account.id", Value::Null), ("resource.type", Value::Null)]);
    check(of(json!({ "NativeCloudUniqueIdentifier": arn })), &[("cloud.account.id", json!("444455556666")), ("resource.id", json!(arn))]);
    check(of(json!({ "NativeCloudUniqueIdentifier": arn, "HierarchyId": 111122223333u64 })), &[("cloud.account.id", json!("111122223333"))]);
    check(of(json!({ "NativeCloudUniqueIdentifier": "noarn" })), &[("cloud.account.id", Value::Null), ("cloud.instance.id", json!(CONNECTED))]);
    // What other clouds alone have is not looked for in Azure.
    let azure = assessment("", json!({ "Source": "Azure", "Id": MACHINE }), json!({ "NativeCloudUniqueIdentifier": arn, "ResourceName": "x" }));
    check(azure, &[("cloud.instance.id", json!(MACHINE)), ("resource.name", json!("quarry-vm-01"))]);
}

#[test]
fn the_finding_may_say_what_the_assessment_does_not() {
    let details = json!({ "Source": "GCP", "HierarchyId": "123123123123", "ProjectId": "quarry-9", "Region": "europe-north1" });
    check(
        finding(CONNECTED, json!({}), json!({ "resourceDetails": details })),
        &[
            ("cloud.provider", json!("gcp")),
            ("cloud.account.id", json!("123123123123")),
            ("cloud.project.id", json!("quarry-9")),
            ("cloud.region", json!("europe-north1")),
        ],
    );
    let details = json!({ "Source": "Aws", "NativeResourceId": "arn:aws:ecr:eu-north-1:444455556666:image/mason" });
    check(finding(CONNECTED, json!({}), json!({ "resourceDetails": details })), &[("cloud.account.id", json!("444455556666"))]);
}

#[test]
fn a_source_that_is_no_cloud_is_no_provider() {
    for source in ["OnPremise", "GitHub", ""] {
        check(assessment(MACHINE, json!({ "Source": source }), json!({})), &[("cloud.provider", Value::Null)]);
    }
}

#[test]
fn machines_are_hosts() {
    let machine = |details, additional, host| check(assessment("", details, additional), &[("host.name", host)]);
    let arc = "/subscriptions/s/resourceGroups/g/providers/Microsoft.HybridCompute/machines/pit";
    let other = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Other/machines/pit";
    machine(json!({ "Id": arc }), json!({}), json!("pit"));
    machine(json!({ "Id": other }), json!({}), Value::Null);
    machine(json!({ "Source": "OnPremise", "Id": "x", "MachineName": "pit" }), json!({}), json!("pit"));
    machine(json!({ "Source": "Azure", "Id": "x", "MachineName": "pit" }), json!({}), Value::Null);
    let instance = |provider, kind| json!({ "ResourceProvider": provider, "ResourceType": kind, "ResourceName": "i-1" });
    machine(json!({ "Source": "AWS" }), instance("ec2", "Instance"), json!("i-1"));
    machine(json!({ "Source": "AWS" }), instance("Compute", "instances"), Value::Null);
    machine(json!({ "Source": "gcp" }), instance("Compute", "instances"), json!("i-1"));
    machine(json!({ "Source": "gcp" }), instance("SQLAdmin", "instances"), Value::Null);
}

#[test]
fn what_is_on_a_machine_names_the_machine() {
    let details = json!({ "id": format!("{MACHINE}/databases/ledger"), "resourceType": "databases", "resourceName": "ledger" });
    let machine = json!({ "Id": MACHINE, "ResourceType": "virtualMachines", "ResourceName": "quarry-vm-01" });
    check(
        finding(MACHINE, machine, json!({ "resourceDetails": details })),
        &[("resource.name", json!("ledger")), ("resource.sub_type", json!("databases")), ("host.name", json!("quarry-vm-01"))],
    );
}

#[test]
fn an_image_is_named_with_its_registry() {
    let digest = "sha256:4b4b";
    let id = format!("/repositories/tools/mason/images/{digest}");
    let artifact = json!({ "repositoryName": "tools/mason", "registryHost": "quarryacr.azurecr.io", "digest": digest, "tags": ["v7", "v7", ""] });
    let image = json!({ "resourceDetails": { "id": id }, "additionalData": { "artifactDetails": artifact } });
    check(
        finding(REGISTRY, json!({ "Id": REGISTRY }), image),
        &[
            ("container.image.name", json!("quarryacr.azurecr.io/tools/mason")),
            ("container.image.tag", json!(["v7"])),
            ("container.image.hash.all", json!([digest])),
            ("related.hash", json!(["4b4b"])),
            ("resource.id", json!(id)),
            ("resource.name", json!("tools/mason")),
            ("resource.type", json!("microsoft.containerregistry")),
            ("resource.sub_type", json!("registries/images")),
        ],
    );
}

#[test]
fn a_reference_by_digest_names_the_image() {
    let uri = "quarryacr.azurecr.io/tools/mason@sha256:9e9e";
    let record = |rest: Value| json!({ "properties": { "resourceDetails": { "Id": uri }, "resourceAdditionalData": rest } });
    let name = json!("quarryacr.azurecr.io/tools/mason");
    check(record(json!({})), &[("resource.id", json!(uri)), ("resource.name", name.clone()), ("container.image.name", Value::Null)]);
    let fields = [("container.image.name", name.clone()), ("container.image.hash.all", json!(["sha256:9e9e"])), ("related.hash", json!(["9e9e"]))];
    check(record(json!({ "ImageUri": uri })), &fields);
    check(
        record(json!({ "RepositoryDetails": { "RepositoryName": "tools/mason", "RegistryHost": "quarryacr.azurecr.io" }, "Digest": "sha256:9e9e" })),
        &fields,
    );
    check(record(json!({ "RepositoryDetails": { "RepositoryName": name, "RegistryHost": "QUARRYACR.azurecr.io" }, "ImageUri": uri })), &fields);
    // Where nothing else names the resource, the image does.
    let record = json!({ "properties": { "resourceDetails": { "Id": "x" }, "additionalData": { "repo": "mason" } } });
    check(record, &[("resource.name", json!("mason"))]);
}

#[test]
fn a_digest_that_is_none_hides_no_other() {
    let record = |digest: Value| json!({ "properties": { "additionalData": { "digest": digest }, "resourceAdditionalData": { "Digest": "ab12" } } });
    for digest in [json!(" "), json!("sha256:"), json!(5), json!("latest")] {
        check(record(digest), &[("related.hash", json!(["ab12"]))]);
    }
    check(record(json!("latest")), &[("microsoft_defender_cloud.assessment.additional_data.digest", Value::Null)]);
}

#[test]
fn a_reason_that_says_nothing_is_none() {
    let status = |own: Value, parent: Value| {
        let finding = json!({ "status": own });
        json!({ "properties": { "status": parent, "additionalData": { "subAssessment": { "id": "f", "properties": finding } } } })
    };
    let reason = |own, parent, expected| check(status(own, parent), &[("event.reason", expected)]);
    reason(json!({ "cause": "none" }), json!({ "cause": "OffByPolicy" }), json!("OffByPolicy"));
    reason(json!({ "cause": "UNKNOWN" }), json!({}), Value::Null);
    reason(json!({ "cause": "OffByPolicy" }), json!({ "description": "said above" }), json!("said above"));
    reason(json!({ "description": " " }), json!({}), Value::Null);
}

#[test]
fn a_member_of_another_kind_is_left_out() {
    let details = json!({ "Id": MACHINE, "NativeResourceId": ["x"], "ResourceType": 7 });
    check(
        assessment("", details, json!({})),
        &[
            ("resource.name", json!("quarry-vm-01")),
            ("resource.sub_type", json!("virtualmachines")),
            ("microsoft_defender_cloud.assessment.resource_details.resource_type", Value::Null),
        ],
    );
}
