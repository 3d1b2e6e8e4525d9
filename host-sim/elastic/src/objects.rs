//! Everything for Kibana as saved objects: data views, searches, dashboards.

use serde_json::{Value, json};

use crate::dashboard::panel::View;
use crate::dashboard::{self, Searches};
use crate::{NAME, transform};

/// Searches and dashboards of the whole package.
pub fn own() -> Vec<Value> {
    let searches = dashboard::SEARCHES.iter().map(|search| search.object(NAME));
    searches.chain(dashboard::all().iter().map(|dashboard| dashboard.object(NAME, Searches::Kept))).collect()
}

/// The view of the latest findings, which no other package has.
pub fn latest() -> Value {
    let title = transform::ALL.map(|latest| latest.alias()).join(",");
    data_view(View::Latest.id(), &title, "Latest findings of Microsoft Defender for Cloud")
}

/// The view of all logs, which Fleet makes where it is.
pub fn logs() -> Value {
    data_view(View::Raw.id(), "logs-*", "logs-*")
}

/// All that Kibana needs where there is no Fleet.
pub fn all() -> Vec<Value> {
    [logs(), latest()].into_iter().chain(own()).collect()
}

/// As they are imported: one a line.
pub fn lines(objects: &[Value]) -> String {
    objects.iter().map(|object| format!("{object}\n")).collect()
}

fn data_view(id: &str, title: &str, name: &str) -> Value {
    json!({
        "id": id,
        "type": "index-pattern",
        "coreMigrationVersion": "8.8.0",
        "typeMigrationVersion": "8.0.0",
        "references": [],
        // Before the first document there is no index, and a view may say so.
        "attributes": { "title": title, "name": name, "timeFieldName": "@timestamp", "allowNoIndex": true },
    })
}
