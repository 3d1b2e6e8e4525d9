//! The component as an OCI image layout, in the form that `wkg` gives a component; `oras` and others can push the folder as it is.

use std::fs;
use std::path::Path;

use anyhow::Context;
use serde_json::{Value, json};
use wit_parser::decoding::{DecodedWasm, decode};

use super::packages::Package;
use super::sha256;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const CONFIG: &str = "application/vnd.wasm.config.v0+json";
const LAYER: &str = "application/wasm";

/// Writes the layout. A folder that is there already is replaced.
pub fn write(folder: &Path, packages: &[Package], component: &[u8]) -> anyhow::Result<()> {
    let root = packages.iter().find(|package| package.root).context("the component's own package is not among its packages")?;
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let blobs = Blobs { folder };
    let layer = blobs.put(LAYER, component)?;
    let config = blobs.put_json(CONFIG, &config(component)?)?;
    let annotations = json!({
        "org.opencontainers.image.licenses": root.licence,
        "org.opencontainers.image.title": root.name,
        "org.opencontainers.image.version": root.version,
    });
    let manifest = json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [layer], "annotations": annotations });
    let mut manifest = blobs.put_json(MANIFEST, &manifest)?;
    manifest["annotations"] = json!({ "org.opencontainers.image.ref.name": root.version });
    fs::write(folder.join("index.json"), json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": [manifest] }).to_string())?;
    fs::write(folder.join("oci-layout"), json!({ "imageLayoutVersion": "1.0.0" }).to_string())?;
    Ok(())
}

/// What a registry shows of the component. The specification wants a time; a real one would change the bytes with every build.
fn config(component: &[u8]) -> anyhow::Result<Value> {
    let DecodedWasm::Component(resolve, world) = decode(component)? else { anyhow::bail!("a package of WIT is no component") };
    let world = resolve.worlds.get(world).context("the component has no world")?;
    let names = |keys: &mut dyn Iterator<Item = &wit_parser::WorldKey>| keys.map(|key| resolve.name_world_key(key)).collect::<Vec<_>>();
    Ok(json!({
        "created": "1970-01-01T00:00:00Z",
        "architecture": "wasm",
        "os": "wasip2",
        "layerDigests": [format!("sha256:{}", sha256(component))],
        "component": { "exports": names(&mut world.exports.keys()), "imports": names(&mut world.imports.keys()), "target": null },
    }))
}

/// The files that are named by their hash.
struct Blobs<'a> {
    folder: &'a Path,
}

impl Blobs<'_> {
    /// Keeps bytes, and gives their descriptor.
    fn put(&self, kind: &str, bytes: &[u8]) -> anyhow::Result<Value> {
        let folder = self.folder.join("blobs/sha256");
        let hash = sha256(bytes);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(&hash), bytes)?;
        Ok(json!({ "mediaType": kind, "digest": format!("sha256:{hash}"), "size": bytes.len() }))
    }

    fn put_json(&self, kind: &str, value: &Value) -> anyhow::Result<Value> {
        self.put(kind, value.to_string().as_bytes())
    }
}
