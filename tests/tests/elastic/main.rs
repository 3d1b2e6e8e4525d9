//! What Elasticsearch and Kibana need around the documents: held against the schema of requests, the rules of packages, a real Elasticsearch and our fixtures.

mod dashboards;
mod findings;
mod install;
mod package;
mod played;
mod release;
mod requests;
mod server;

use std::sync::LazyLock;

use host_sim_elastic::Fields;
use host_sim_runtime::{Cache, Component, Engine, Limits};

/// What the built component says.
static FIELDS: LazyLock<Fields> = LazyLock::new(|| {
    let engine = Engine::new(Limits::default(), Cache::of_user()).expect("an engine");
    Fields::of(&Component::load(&engine, tests::component()).expect("`make build` was run")).expect("it says so")
});
