//! The dashboards: what Kibana needs of their structure, that every field is in the templates, and that no panel is empty on our recordings.

use std::collections::{BTreeMap, BTreeSet};

use host_sim_elastic::dashboard::condition::{Condition, values};
use host_sim_elastic::dashboard::panel::{Groups, Panel, Shape, View};
use host_sim_elastic::dashboard::{self, Dashboard, SEARCHES, Searches};
use host_sim_elastic::fields::{ASSESSMENT, EVENT, RUN};
use host_sim_elastic::findings::Documents;
use host_sim_elastic::{NAME, objects, transform};
use serde_json::{Value, json};

use crate::FIELDS;
use crate::server::recorded;

fn opened(value: &Value) -> Value {
    serde_json::from_str(value.as_str().expect("a text")).expect("JSON")
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("`{name}` of {value}"))
}

/// What is wrong with a dashboard.
fn faults(object: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let attributes = &object["attributes"];
    let references = object["references"].as_array().expect("a list");
    let known: BTreeMap<&str, (&str, &str)> = references.iter().map(|one| (text(one, "name"), (text(one, "type"), text(one, "id")))).collect();
    if known.len() != references.len() {
        faults.push("two references of one name".into());
    }
    let (mut used, mut ids, mut cells) = (BTreeSet::new(), BTreeSet::new(), BTreeMap::new());
    for panel in opened(&attributes["panelsJSON"]).as_array().expect("a list") {
        let (id, grid) = (text(panel, "panelIndex").to_owned(), &panel["gridData"]);
        if grid["i"] != panel["panelIndex"] || !ids.insert(id.clone()) {
            faults.push(format!("{id}: its index"));
        }
        let [x, y, w, h] = ["x", "y", "w", "h"].map(|name| grid[name].as_u64().expect("a number"));
        if x + w > 48 || w == 0 || h == 0 {
            faults.push(format!("{id}: too wide"));
        }
        for cell in (x..x + w).flat_map(|x| (y..y + h).map(move |y| (x, y))) {
            if let Some(other) = cells.insert(cell, id.clone()) {
                faults.push(format!("{id}: over {other}"));
                break;
            }
        }
        if let Some(name) = panel.get("panelRefName") {
            let name = format!("{id}:{}", name.as_str().expect("a text"));
            if text(panel, "type") != "search" || !known.contains_key(name.as_str()) {
                faults.push(format!("{id}: by reference"));
            }
            used.insert(name);
        }
        lens_faults(&id, &panel["embeddableConfig"]["attributes"], &known, &mut used, &mut faults);
    }
    for (id, control) in opened(&attributes["controlGroupInput"]["panelsJSON"]).as_object().expect("an object") {
        let name = format!("controlGroup_{id}:optionsListDataView");
        if control["explicitInput"]["id"] != id.as_str() || known.get(name.as_str()).map(|(_, id)| *id) != control["explicitInput"]["dataViewId"].as_str() {
            faults.push(format!("{id}: a control"));
        }
        used.insert(name);
    }
    let source = opened(&attributes["kibanaSavedObjectMeta"]["searchSourceJSON"]);
    match source["filter"].as_array().map(Vec::as_slice) {
        Some([filter]) => drop(used.insert(text(&filter["meta"], "indexRefName").to_owned())),
        _ => faults.push("no filter".into()),
    }
    faults.extend(known.keys().filter(|name| !used.contains(**name)).map(|name| format!("{name} is not used")));
    faults.extend(used.iter().filter(|name| !known.contains_key(name.as_str())).map(|name| format!("{name} is missing")));
    faults
}

fn lens_faults(id: &str, lens: &Value, known: &BTreeMap<&str, (&str, &str)>, used: &mut BTreeSet<String>, faults: &mut Vec<String>) {
    if lens.is_null() {
        return;
    }
    for one in lens["references"].as_array().expect("a list") {
        let name = format!("{id}:{}", text(one, "name"));
        if known.get(name.as_str()) != Some(&(text(one, "type"), text(one, "id"))) {
            faults.push(format!("{name}: not as in the panel"));
        }
        used.insert(name);
    }
    let mut all = BTreeSet::new();
    for (layer, columns) in lens["state"]["datasourceStates"]["formBased"]["layers"].as_object().expect("an object") {
        if !used.contains(&format!("{id}:indexpattern-datasource-layer-{layer}")) {
            faults.push(format!("{id}: a layer without data"));
        }
        let order: BTreeSet<&str> = columns["columnOrder"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
        let columns = columns["columns"].as_object().expect("an object");
        if order != columns.keys().map(String::as_str).collect() {
            faults.push(format!("{id}: the order of columns"));
        }
        for column in columns.values() {
            let by = &column["params"]["orderBy"];
            let is_last = |id: &str| columns.get(id).is_some_and(|column| column["operationType"] == "last_value");
            if by["type"] == "column" && (!columns.contains_key(text(by, "columnId")) || is_last(text(by, "columnId"))) {
                faults.push(format!("{id}: ordered by no column"));
            }
            let inner = column["references"].as_array().map(Vec::as_slice).unwrap_or_default();
            if inner.iter().filter_map(Value::as_str).any(|name| !columns.contains_key(name)) {
                faults.push(format!("{id}: a formula of no columns"));
            }
        }
        all.extend(columns.keys().cloned());
    }
    accessors(&lens["state"]["visualization"], &mut |name| {
        if !all.contains(name) {
            faults.push(format!("{id}: shows `{name}`, which is no column"));
        }
    });
}

/// Everything in a visualisation that names a column.
fn accessors(value: &Value, found: &mut dyn FnMut(&str)) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match (name.as_str(), value) {
                    ("metricAccessor" | "xAccessor" | "splitAccessor" | "columnId", Value::String(text)) => found(text),
                    ("accessors" | "primaryGroups" | "metrics", Value::Array(list)) => list.iter().filter_map(Value::as_str).for_each(&mut *found),
                    _ => accessors(value, found),
                }
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| accessors(element, found)),
        _ => (),
    }
}

#[test]
fn dashboards_are_whole() {
    for dashboard in dashboard::all() {
        for searches in [Searches::Kept, Searches::LeftOut] {
            let object = dashboard.object(NAME, searches);
            assert_eq!(faults(&object), [""; 0], "{}", dashboard.id);
            assert_eq!((&object["coreMigrationVersion"], &object["typeMigrationVersion"]), (&json!("8.8.0"), &json!("10.2.0")));
        }
    }
}

/// The check is of use only if it finds faults.
#[test]
fn faults_of_a_dashboard_are_found() {
    let object = dashboard::all()[1].object(NAME, Searches::Kept);
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut object = object.clone();
        let mut panels = opened(&object["attributes"]["panelsJSON"]);
        change(&mut panels);
        object["attributes"]["panelsJSON"] = json!(panels.to_string());
        faults(&object)
    };
    assert_eq!(changed(&|_| ()), [""; 0]);
    let lens = "/1/embeddableConfig/attributes";
    for (pointer, value) in [
        ("/1/gridData/x".to_owned(), json!(5)),
        ("/1/gridData/w".to_owned(), json!(60)),
        ("/1/gridData/i".to_owned(), json!("other")),
        (format!("{lens}/references/0/id"), json!("other")),
        (format!("{lens}/state/visualization/metricAccessor"), json!("other")),
        (format!("{lens}/state/datasourceStates/formBased/layers/layer/columnOrder"), json!([])),
        ("/3/panelRefName".to_owned(), json!("other")),
    ] {
        assert!(!changed(&|panels| *panels.pointer_mut(&pointer).expect("it is there") = value.clone()).is_empty(), "{pointer}");
    }
    let mut without = object.clone();
    without["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"] = json!("{\"filter\":[]}");
    assert!(!faults(&without).is_empty());
}

#[test]
fn what_is_named_by_reference_is_in_the_package() {
    let package = host_sim_elastic::package::whole(&FIELDS);
    let mut known: BTreeSet<(String, String)> = BTreeSet::from([("index-pattern".into(), "logs-*".into())]);
    let mut wanted = BTreeSet::new();
    for (path, content) in package.files.iter().filter(|(path, _)| path.starts_with("kibana/")) {
        let object: Value = serde_json::from_slice(content).expect("JSON");
        let [kind, id] = ["type", "id"].map(|name| text(&object, name).to_owned());
        assert_eq!(*path, format!("kibana/{}/{id}.json", kind.replace('-', "_")));
        assert!(id.starts_with(&format!("{NAME}-")) && !id.ends_with("-ecs"), "{id}");
        wanted.extend(object["references"].as_array().expect("a list").iter().map(|one| (text(one, "type").to_owned(), text(one, "id").to_owned())));
        known.insert((kind, id));
    }
    assert!(wanted.is_subset(&known), "{:?}", wanted.difference(&known));
    let imported: BTreeSet<(String, String)> = objects::all().iter().map(|object| (text(object, "type").to_owned(), text(object, "id").to_owned())).collect();
    assert_eq!(imported, known, "the package and the saved objects are the same");
    let alone = host_sim_elastic::package::dashboards(&FIELDS);
    for (path, content) in alone.files.iter().filter(|(path, _)| path.starts_with("kibana/")) {
        assert!(path.starts_with("kibana/dashboard/defender_cloud_wasm_dashboards-"), "{path}");
        let object: Value = serde_json::from_slice(content).expect("JSON");
        assert!(object["references"].as_array().expect("a list").iter().all(|one| one["type"] == "index-pattern"));
    }
}

#[test]
fn every_field_that_is_shown_is_in_the_templates_of_its_documents() {
    for dashboard in dashboard::all() {
        for panel in &dashboard.panels {
            let datasets: &[&str] = if panel.view == View::Latest { &[ASSESSMENT] } else { dashboard.datasets };
            for field in panel.fields() {
                assert!(is_declared(datasets, field), "`{field}` of {}", panel.id);
            }
        }
        for (label, field) in dashboard.controls {
            assert!(is_declared(dashboard.datasets, field), "`{field}` of {label}");
        }
    }
    for search in SEARCHES {
        for field in search.columns.iter().copied().chain(search.condition.iter().flat_map(Condition::fields)) {
            assert!(is_declared(&[search.dataset], field), "`{field}` of {}", search.id);
        }
    }
}

fn is_declared(datasets: &[&str], field: &str) -> bool {
    datasets.iter().any(|dataset| FIELDS.dataset(dataset).fields.iter().any(|known| known.name == field))
}

/// The documents that a panel has, of the recordings of today.
fn documents(dashboard: &Dashboard, panel: &Panel) -> Vec<Value> {
    if panel.view == View::Raw {
        return dashboard.datasets.iter().flat_map(|dataset| recorded("tenant", dataset)).collect();
    }
    let mut all = Documents::default();
    recorded("tenant", ASSESSMENT).into_iter().for_each(|document| all.add(document));
    let now = all.newest().expect("there are some");
    transform::ALL.iter().flat_map(|latest| all.shown(latest, now).findings.into_iter().map(|finding| finding.document.clone()).collect::<Vec<_>>()).collect()
}

/// Whether a panel shows something: each field that it names has a value in the documents that it is narrowed to, and so has each column of a table.
fn emptiness(panel: &Panel, documents: &[Value]) -> Option<String> {
    let held: Vec<&Value> = documents.iter().filter(|document| panel.condition.is_none_or(|condition| condition.holds(document))).collect();
    let has = |field: &str| held.iter().any(|document| !values(document, field).is_empty());
    match &panel.shape {
        Shape::Text(_) => None,
        Shape::Search(id) => {
            let search = SEARCHES.iter().find(|search| search.id == *id)?;
            let columns = search.columns.iter().find(|field| !documents.iter().any(|document| !values(document, field).is_empty()));
            columns.map(|field| format!("the column `{field}`"))
        }
        Shape::Share(_, condition) => (!held.iter().any(|document| condition.holds(document))).then(|| "its part".to_owned()),
        Shape::Bars(Groups::Filters(_, filters), ..) => {
            (!filters.iter().any(|(_, condition)| held.iter().any(|document| condition.holds(document)))).then(|| "every filter".to_owned())
        }
        _ if held.is_empty() => Some("all of it".into()),
        _ => panel.fields().into_iter().find(|field| !has(field)).map(|field| format!("`{field}`")),
    }
}

#[test]
fn no_panel_is_empty_on_our_recordings() {
    for dashboard in dashboard::all() {
        for panel in &dashboard.panels {
            assert_eq!(emptiness(panel, &documents(&dashboard, panel)), None, "{} of {}", panel.id, dashboard.id);
        }
    }
    assert!(emptiness(&dashboard::all()[0].panels[1], &[]).is_some(), "without documents it is empty");
}

#[test]
fn titles_are_different_and_data_sets_are_ours() {
    let titles: BTreeSet<&str> = dashboard::all().iter().map(|dashboard| dashboard.title).chain(SEARCHES.iter().map(|search| search.title)).collect();
    assert_eq!(titles.len(), 2 + SEARCHES.len());
    assert_eq!(dashboard::all().map(|dashboard| dashboard.datasets.to_vec()), [vec![EVENT], vec![ASSESSMENT, RUN]]);
}
