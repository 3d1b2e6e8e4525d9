//! Two dashboards, each from a table of panels; everything on them is by value, but for data views and searches of the same package.

pub mod alerts;
pub mod condition;
mod lens;
pub mod panel;
pub mod posture;

use serde_json::{Value, json};

use self::condition::{Condition, phrase, phrases};
use self::panel::{Panel, Shape, View};

/// A dashboard.
#[derive(Debug, Clone)]
pub struct Dashboard {
    /// The last part of its id.
    pub id: &'static str,
    /// As people read it.
    pub title: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// The data sets whose documents it shows.
    pub datasets: &'static [&'static str],
    /// What can be chosen at its top: a label, and the field.
    pub controls: &'static [(&'static str, &'static str)],
    /// What is on it.
    pub panels: Vec<Panel>,
}

/// A search that people read documents with.
#[derive(Debug, Clone, Copy)]
pub struct Search {
    /// The last part of its id.
    pub id: &'static str,
    /// As people read it.
    pub title: &'static str,
    /// The data set.
    pub dataset: &'static str,
    /// What it is narrowed to.
    pub condition: Option<Condition>,
    /// The fields beside the time.
    pub columns: &'static [&'static str],
}

/// Both dashboards.
pub fn all() -> [Dashboard; 2] {
    [alerts::dashboard(), posture::dashboard()]
}

/// All searches.
pub const SEARCHES: [Search; 3] = [alerts::SEARCH, posture::RUNS, posture::FINDINGS_SEARCH];

/// The versions of the saved objects that the oldest Kibana in question knows.
const CORE: &str = "8.8.0";
const OF_DASHBOARD: &str = "10.2.0";
const OF_SEARCH: &str = "10.3.0";

/// Which panels are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Searches {
    /// All of them.
    Kept,
    /// A package of dashboards alone may hold no searches.
    LeftOut,
}

impl Dashboard {
    /// The saved object; `prefix` is the name of its package.
    pub fn object(&self, prefix: &str, searches: Searches) -> Value {
        let mut references = Vec::new();
        let mut panels = Vec::new();
        for panel in self.panels.iter().filter(|panel| searches == Searches::Kept || !matches!(panel.shape, Shape::Search(_))) {
            panels.push(lens::panel(panel, prefix, &mut references));
        }
        let mut controls = serde_json::Map::new();
        for (order, (label, field)) in self.controls.iter().enumerate() {
            let id = format!("control-{}", order + 1);
            references.push(reference(&format!("controlGroup_{id}:optionsListDataView"), "index-pattern", View::Raw.id()));
            controls.insert(id.clone(), control(&id, order, label, field));
        }
        references.push(reference("kibanaSavedObjectMeta.searchSourceJSON.filter[0].meta.index", "index-pattern", View::Raw.id()));
        // The time range, queries and filters of the dashboard hold for controls as well.
        let ignored = json!({ "ignoreFilters": false, "ignoreQuery": false, "ignoreTimerange": false, "ignoreValidations": false });
        json!({
            "id": format!("{prefix}-{}", self.id),
            "type": "dashboard",
            "coreMigrationVersion": CORE,
            "typeMigrationVersion": OF_DASHBOARD,
            "references": references,
            "attributes": {
                "title": self.title,
                "description": self.description,
                "version": 1,
                "timeRestore": false,
                "panelsJSON": text(&Value::Array(panels)),
                "optionsJSON": text(&json!({ "useMargins": true, "syncColors": false, "syncCursor": true, "syncTooltips": false, "hidePanelTitles": false })),
                "kibanaSavedObjectMeta": { "searchSourceJSON": text(&json!({ "query": query(None), "filter": [self.filter()] })) },
                "controlGroupInput": {
                    "controlStyle": "oneLine",
                    "chainingSystem": "HIERARCHICAL",
                    "showApplySelections": false,
                    "ignoreParentSettingsJSON": text(&ignored),
                    "panelsJSON": text(&Value::Object(controls)),
                },
            },
        })
    }

    /// The documents that it shows. A latest view has the data sets of its source.
    fn filter(&self) -> Value {
        const FIELD: &str = "data_stream.dataset";
        let (kind, params, query) = match self.datasets {
            [one] => ("phrase", json!({ "query": one }), phrase(FIELD, one)),
            several => ("phrases", json!(several), phrases(FIELD, several)),
        };
        json!({
            "$state": { "store": "appState" },
            "meta": {
                "alias": null, "disabled": false, "negate": false, "type": kind, "key": FIELD, "field": FIELD, "params": params,
                "indexRefName": "kibanaSavedObjectMeta.searchSourceJSON.filter[0].meta.index",
            },
            "query": query,
        })
    }
}

impl Search {
    /// The saved object.
    pub fn object(&self, prefix: &str) -> Value {
        let mut kql = format!("data_stream.dataset : \"{}\"", self.dataset);
        if let Some(condition) = self.condition {
            kql = format!("{kql} and {}", condition.kql());
        }
        const INDEX: &str = "kibanaSavedObjectMeta.searchSourceJSON.index";
        let source = json!({ "query": { "language": "kuery", "query": kql }, "filter": [], "indexRefName": INDEX });
        json!({
            "id": format!("{prefix}-{}", self.id),
            "type": "search",
            "coreMigrationVersion": CORE,
            "typeMigrationVersion": OF_SEARCH,
            "references": [reference(INDEX, "index-pattern", View::Raw.id())],
            "attributes": {
                "title": self.title,
                "description": "",
                "columns": self.columns,
                "sort": [["@timestamp", "desc"]],
                "grid": {},
                "hideChart": true,
                "isTextBasedQuery": false,
                "timeRestore": false,
                "kibanaSavedObjectMeta": { "searchSourceJSON": text(&source) },
            },
        })
    }
}

/// A query of people's.
fn query(condition: Option<Condition>) -> Value {
    json!({ "language": "kuery", "query": condition.map(|condition| condition.kql()).unwrap_or_default() })
}

fn control(id: &str, order: usize, label: &str, field: &str) -> Value {
    json!({
        "type": "optionsListControl", "order": order, "width": "medium", "grow": true,
        "explicitInput": {
            "id": id, "dataViewId": View::Raw.id(), "fieldName": field, "title": label, "searchTechnique": "prefix", "selectedOptions": [],
            "exclude": false, "existsSelected": false, "sort": { "by": "_count", "direction": "desc" },
        },
    })
}

fn reference(name: &str, kind: &str, id: &str) -> Value {
    json!({ "name": name, "type": kind, "id": id })
}

/// Saved objects keep parts of them as text.
fn text(value: &Value) -> String {
    value.to_string()
}
