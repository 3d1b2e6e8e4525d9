//! What Elasticsearch and Kibana need around the documents of Microsoft Defender for Cloud: templates, lifecycle, transforms and dashboards, from one source in
//! three renderings (a package for Fleet, requests for Elasticsearch, saved objects for Kibana), and their installation.
//!
//! Fields come from the component; everything that it does not say stands here once.

pub mod dashboard;
pub mod export;
pub mod fields;
pub mod findings;
pub mod install;
pub mod mapping;
pub mod objects;
pub mod package;
pub mod requests;
pub mod settings;
pub mod transform;
mod yaml;
mod zip;

pub use fields::{Fields, NoFields};

/// How the package is called: its own name, as an upload under that of Elastic's package would replace it.
pub const NAME: &str = "defender_cloud_wasm";

/// What people read.
pub const TITLE: &str = "Documents of a component for Microsoft Defender for Cloud";

/// What is written into what is installed, so that it is known again.
pub(crate) fn meta(fields: &Fields) -> serde_json::Value {
    serde_json::json!({ "managed_by": NAME, "version": fields.version })
}
