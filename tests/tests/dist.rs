//! What is published with the component and the host: the packages inside them, bills of materials, licences, checksums, the OCI layout.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tests::dist::packages::{Kind, Package};
use tests::dist::{HOST, PACKAGE, TARGET, auditable, licences, packages, paths, sha256, target_of_this_machine};
use tests::{built_into, component, fixture, host_sim, workspace};

fn packages_of_the_component() -> Vec<Package> {
    packages::of(PACKAGE, TARGET).expect("cargo knows")
}

/// A folder of its own for a test, with the component, the host and all that is published with them.
fn published(name: &str) -> PathBuf {
    let folder = built_into("dist").join(name);
    fs::create_dir_all(&folder).expect("it can be made");
    fs::copy(component(), folder.join("microsoft_defender_cloud.wasm")).expect("`make build` was run");
    fs::copy(host_sim(), folder.join(HOST)).expect("`make build` was run");
    tests::dist::write(&folder).expect("it can be described");
    folder
}

fn json(path: &Path) -> Value {
    let text = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&text).expect("it is JSON")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("`{value}` is no text"))
}

#[test]
fn the_list_of_packages_is_as_the_lock_file_says() {
    let path = workspace().join("plugin/dependencies.json");
    let expected = auditable::text(&packages_of_the_component());
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &expected).expect("it can be written");
    }
    let actual = fs::read_to_string(&path).unwrap_or_default();
    assert!(actual == expected, "`plugin/dependencies.json` is not what the lock file says; `make bless` writes it again");
}

#[test]
fn an_audit_finds_the_packages_in_the_component() {
    let info = auditable_info::audit_info_from_file(&component(), auditable_info::Limits::default()).expect("the section is there");
    let expected = packages_of_the_component();
    assert_eq!(info.packages.len(), expected.len());
    for (found, expected) in info.packages.iter().zip(&expected) {
        assert_eq!((found.name.as_str(), found.version.to_string(), found.root), (expected.name.as_str(), expected.version.clone(), expected.root));
        // The default kind is "runtime".
        assert_eq!(found.kind == Default::default(), expected.kind == Kind::Runtime, "{}", found.name);
    }
    let root = info.packages.iter().find(|package| package.root).expect("one is the component's own");
    assert_eq!(root.name, PACKAGE);
    let runtime = |name: &str| info.packages.iter().any(|package| package.name == name && package.kind == Default::default());
    assert!(runtime("serde_json"), "it reads JSON with it");
    assert!(!runtime("wit-parser"), "only the macro that makes the bindings needs it");
}

/// The bill of materials of a file lists each package once, and refers to nothing else.
#[track_caller]
fn check_bill(folder: &Path, name: &str, file: &str, kind: &str, packages: &[Package]) {
    let bill = json(&folder.join(format!("{name}.cdx.json")));
    assert_eq!((text(&bill["bomFormat"]), text(&bill["specVersion"])), ("CycloneDX", "1.5"));
    let subject = &bill["metadata"]["component"];
    assert_eq!((text(&subject["name"]), text(&subject["type"])), (name, kind));
    assert_eq!(text(&subject["hashes"][0]["content"]), sha256(&fs::read(folder.join(file)).expect("it is there")));

    let parts = bill["components"].as_array().expect("a list");
    let mut references = BTreeSet::from([text(&subject["bom-ref"])]);
    for part in parts {
        assert!(references.insert(text(&part["bom-ref"])), "{part} is there twice");
        assert_eq!(text(&part["purl"]), format!("pkg:cargo/{}@{}", text(&part["name"]), text(&part["version"])));
        assert!(matches!(text(&part["scope"]), "required" | "excluded"));
        let is_own = packages.iter().any(|package| package.name == text(&part["name"]) && package.checksum.is_none());
        assert!(is_own || text(&part["hashes"][0]["content"]).len() == 64, "{part}");
        assert!(!text(&part["licenses"][0]["expression"]).is_empty());
    }
    assert_eq!(references.len(), packages.len());
    let dependencies = bill["dependencies"].as_array().expect("a list");
    assert_eq!(dependencies.iter().map(|entry| text(&entry["ref"])).collect::<BTreeSet<_>>(), references);
    for needed in dependencies.iter().flat_map(|entry| entry["dependsOn"].as_array().expect("a list")) {
        assert!(references.contains(text(needed)), "{needed} is not listed");
    }
}

#[test]
fn the_bills_of_materials_are_whole() {
    let folder = published("bill");
    check_bill(&folder, PACKAGE, "microsoft_defender_cloud.wasm", "library", &packages_of_the_component());
    let host = packages::of(HOST, &target_of_this_machine().expect("rustc says")).expect("cargo knows");
    check_bill(&folder, HOST, HOST, "application", &host);
    for part in ["host-sim-runtime", "wasmtime", "clap"] {
        assert!(host.iter().any(|package| package.name == part && package.kind == Kind::Runtime), "{part} is in it");
    }
}

#[test]
fn every_package_inside_is_named_with_its_licence_and_most_with_its_text() {
    let folder = published("licences");
    for (name, packages) in
        [(PACKAGE, packages_of_the_component()), (HOST, packages::of(HOST, &target_of_this_machine().expect("rustc says")).expect("cargo knows"))]
    {
        let page = fs::read_to_string(folder.join(format!("{name}.licences.txt"))).expect("it is there");
        let (list, texts) = page.split_once(&"=".repeat(80)).expect("texts follow");
        for package in packages.iter().filter(|package| package.kind == Kind::Runtime) {
            assert!(list.contains(&format!("\n{} {}: {}\n", package.name, package.version, package.licence)), "{}", package.name);
        }
        let own = format!("{name} {}", env!("CARGO_PKG_VERSION"));
        assert!(texts.contains(&own) && texts.contains("Apache License") && texts.contains("Permission is hereby granted, free of charge"), "{name}");
        assert_eq!(texts.matches("serde_json 1.").count() > 0, packages.iter().any(|package| package.name == "serde_json"));
    }
}

#[test]
fn the_published_host_is_stripped_runs_and_does_not_tell_where_it_was_built() {
    let folder = published("host");
    let program = folder.join(HOST);
    let bytes = fs::read(&program).expect("it is there");
    let home = PathBuf::from(std::env::var_os("HOME").expect("there is a home"));
    let places = paths::of_this_machine().expect("they are known");
    for folder in places.iter().map(|place| place.folder.as_path()).chain([home.as_path()]) {
        assert!(!paths::names(&bytes, folder), "the host tells that it was built in {}", folder.display());
    }
    for section in [&b"\0.symtab\0"[..], b"\0.debug_info\0"] {
        assert!(!bytes.windows(section.len()).any(|window| window == section), "it is not stripped");
    }
    let documents = |host: &Path| {
        let mut command = Command::new(host);
        command.arg("replay").arg(component()).arg(fixture("tenant")).args(["--quiet", "--now", "2026-01-01T00:00:00Z"]);
        command.output().expect("it runs").stdout
    };
    assert!(documents(&program) == documents(&host_sim()), "it does what the other one does");
}

#[test]
fn the_licences_of_all_that_is_published_are_on_the_list() {
    let text = fs::read_to_string(workspace().join("tests/licences.txt")).expect("it is there");
    let list = licences::list(&text);
    let mut refused = Vec::new();
    for packages in [packages_of_the_component(), packages::of("host-sim", "all").expect("cargo knows")] {
        refused.extend(packages.iter().filter_map(|package| licences::refused(package, &list)));
    }
    assert!(refused.is_empty(), "not on the list of `tests/licences.txt`: {}", refused.join(", "));
}

#[test]
fn the_checksums_are_those_of_the_files() {
    let folder = published("checksums");
    let sums = fs::read_to_string(folder.join("SHA256SUMS")).expect("it is there");
    let mut names = Vec::new();
    for line in sums.lines() {
        let (sum, name) = line.split_once("  ").expect("two spaces between sum and name");
        assert_eq!(sum, sha256(&fs::read(folder.join(name)).expect("a file that is listed is there")), "{name}");
        names.push(name);
    }
    let host = [HOST, "host-sim.cdx.json", "host-sim.licences.txt"];
    let component = ["microsoft_defender_cloud.wasm", "microsoft_defender_cloud.cdx.json", "microsoft_defender_cloud.licences.txt"];
    let packages = ["defender_cloud_wasm-0.1.0.zip", "defender_cloud_wasm_dashboards-0.1.0.zip"];
    assert_eq!(names, [&component[..], &host, &packages, &["oci/index.json", "oci/oci-layout"]].concat());
}

#[test]
fn the_same_component_is_described_by_the_same_bytes() {
    let sums = |name: &str| fs::read(published(name).join("SHA256SUMS")).expect("it is there");
    assert_eq!(sums("once"), sums("twice"));
}

/// The rules of the OCI image specification 1.1 for a descriptor: a media type, a digest and a size, which are those of the blob.
fn blob(layout: &Path, descriptor: &Value, kind: &str) -> Vec<u8> {
    let members: BTreeSet<&str> = descriptor.as_object().expect("a descriptor is an object").keys().map(String::as_str).collect();
    assert!(members.is_subset(&BTreeSet::from(["mediaType", "digest", "size", "annotations"])), "{descriptor}");
    assert_eq!(text(&descriptor["mediaType"]), kind);
    let hash = text(&descriptor["digest"]).strip_prefix("sha256:").expect("the hash is named");
    assert!(hash.len() == 64 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')), "{hash}");
    let bytes = fs::read(layout.join("blobs/sha256").join(hash)).expect("the blob is there");
    assert_eq!((descriptor["size"].as_u64(), sha256(&bytes)), (Some(bytes.len() as u64), hash.to_owned()));
    bytes
}

fn annotations(value: &Value) -> BTreeMap<String, String> {
    serde_json::from_value(value["annotations"].clone()).expect("annotations map text to text")
}

#[test]
fn the_oci_layout_is_one_and_holds_the_component() {
    let layout = published("oci").join("oci");
    assert_eq!(json(&layout.join("oci-layout")), serde_json::json!({ "imageLayoutVersion": "1.0.0" }));
    let index = json(&layout.join("index.json"));
    assert_eq!((index["schemaVersion"].as_u64(), text(&index["mediaType"])), (Some(2), "application/vnd.oci.image.index.v1+json"));
    let [entry] = index["manifests"].as_array().expect("a list").as_slice() else { panic!("one manifest") };
    assert_eq!(annotations(entry)["org.opencontainers.image.ref.name"], env!("CARGO_PKG_VERSION"));

    let manifest: Value = serde_json::from_slice(&blob(&layout, entry, "application/vnd.oci.image.manifest.v1+json")).expect("JSON");
    assert_eq!((manifest["schemaVersion"].as_u64(), text(&manifest["mediaType"])), (Some(2), "application/vnd.oci.image.manifest.v1+json"));
    assert_eq!(annotations(&manifest)["org.opencontainers.image.title"], PACKAGE);
    let [layer] = manifest["layers"].as_array().expect("a list").as_slice() else { panic!("one layer") };
    assert_eq!(blob(&layout, layer, "application/wasm"), fs::read(component()).expect("`make build` was run"));

    let config: Value = serde_json::from_slice(&blob(&layout, &manifest["config"], "application/vnd.wasm.config.v0+json")).expect("JSON");
    assert_eq!((text(&config["architecture"]), text(&config["os"])), ("wasm", "wasip2"));
    assert_eq!(config["layerDigests"], serde_json::json!([layer["digest"]]));
    assert_eq!(config["component"]["imports"], serde_json::json!([]));
    assert!(config["component"]["exports"].as_array().expect("a list").contains(&"agent:input/decoder@0.1.0".into()));

    let blobs = fs::read_dir(layout.join("blobs/sha256")).expect("the folder is there").count();
    assert_eq!(blobs, 3, "nothing but the manifest, the configuration and the component");
}
