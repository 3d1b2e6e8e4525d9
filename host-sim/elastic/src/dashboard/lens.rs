//! A panel as Kibana keeps it: Lens by value, markdown by value, a search by reference.

use serde_json::{Map, Value, json};

use super::panel::{Colour, Groups, Kind, Measure, Panel, Shape, Terms};
use super::{Condition, query, reference};

const RED: &str = "#BD271E";
/// The one layer that each panel has.
const LAYER: &str = "layer";

/// The panel; what it refers to is added to the dashboard's references.
pub(super) fn panel(panel: &Panel, prefix: &str, references: &mut Vec<Value>) -> Value {
    let [x, y, w, h] = panel.grid;
    let mut object = json!({ "panelIndex": panel.id, "gridData": { "x": x, "y": y, "w": w, "h": h, "i": panel.id } });
    let title = json!({ "title": panel.title, "hidePanelTitles": panel.title.is_empty(), "enhancements": {} });
    let (kind, config) = match panel.shape {
        Shape::Text(markdown) => ("visualization", saved_markdown(&markdown.replace("PREFIX", prefix))),
        Shape::Search(id) => {
            let name = format!("panel_{}", panel.id);
            references.push(reference(&format!("{}:{name}", panel.id), "search", &format!("{prefix}-{id}")));
            object["panelRefName"] = json!(name);
            ("search", json!({}))
        }
        shape => {
            let name = format!("indexpattern-datasource-layer-{LAYER}");
            references.push(reference(&format!("{}:{name}", panel.id), "index-pattern", panel.view.id()));
            ("lens", json!({ "attributes": lens(panel, shape, &name) }))
        }
    };
    let mut config = config;
    for (name, value) in title.as_object().into_iter().flatten() {
        config[name] = value.clone();
    }
    object["type"] = json!(kind);
    object["embeddableConfig"] = config;
    object
}

fn saved_markdown(markdown: &str) -> Value {
    json!({ "savedVis": {
        "type": "markdown", "title": "", "description": "",
        "params": { "fontSize": 12, "openLinksInNewTab": false, "markdown": markdown },
        "uiState": {},
        "data": { "aggs": [], "searchSource": { "query": query(None), "filter": [] } },
    } })
}

fn lens(panel: &Panel, shape: Shape, layer_reference: &str) -> Value {
    let mut columns = Columns::default();
    let (kind, visualization) = match shape {
        Shape::Metric(measure, colour) => ("lnsMetric", metric(&mut columns, measure, colour)),
        Shape::Share(label, part) => {
            columns.share(label, part);
            ("lnsMetric", json!({ "layerId": LAYER, "layerType": "data", "metricAccessor": "m", "secondaryTrend": { "type": "none" } }))
        }
        Shape::Bars(groups, measure, split) => ("lnsXY", bars(&mut columns, groups, measure, split)),
        Shape::OverTime(time, measure, split) => ("lnsXY", over_time(&mut columns, time, measure, split)),
        Shape::Donut(terms, measure) => ("lnsPie", donut(&mut columns, terms, measure)),
        Shape::Table(rows, measures) => ("lnsDatatable", table(&mut columns, rows, measures)),
        Shape::Search(_) | Shape::Text(_) => unreachable!("they are no Lens"),
    };
    let layer = json!({ "columnOrder": columns.order, "columns": columns.columns, "incompleteColumns": {}, "sampling": 1, "ignoreGlobalFilters": false });
    json!({
        "title": "", "type": "lens", "visualizationType": kind,
        "references": [reference(layer_reference, "index-pattern", panel.view.id())],
        "state": {
            "datasourceStates": { "formBased": { "layers": { LAYER: layer } } },
            "filters": [],
            "query": query(panel.condition),
            "internalReferences": [],
            "adHocDataViews": {},
            "visualization": visualization,
        },
    })
}

#[derive(Default)]
struct Columns {
    order: Vec<String>,
    columns: Map<String, Value>,
}

impl Columns {
    fn add(&mut self, id: &str, column: Value) {
        self.order.push(id.to_owned());
        self.columns.insert(id.to_owned(), column);
    }

    fn measure(&mut self, id: &str, measure: Measure) {
        let numeric = |label: &str, operation: &str, field: &str, params: Value| {
            json!({
                "label": label, "customLabel": true, "dataType": "number", "isBucketed": false, "operationType": operation, "sourceField": field, "params": params,
            })
        };
        let column = match measure {
            Measure::Count(label) => numeric(label, "count", "___records___", json!({ "emptyAsNull": false })),
            Measure::Distinct(label, field) => numeric(label, "unique_count", field, json!({ "emptyAsNull": false })),
            Measure::Sum(label, field) => numeric(label, "sum", field, json!({ "emptyAsNull": false })),
            Measure::Max(label, field) => numeric(label, "max", field, json!({})),
            Measure::Last(label, field, kind) => {
                let kind = match kind {
                    Kind::Date => "date",
                    Kind::Number => "number",
                    Kind::Text => "string",
                };
                let mut column = numeric(label, "last_value", field, json!({ "sortField": "@timestamp" }));
                column["dataType"] = json!(kind);
                column["filter"] = query(Some(Condition::Exists(field)));
                column
            }
        };
        self.add(id, column);
    }

    /// `by` is the column that orders them; without one they stand in their own order.
    fn terms(&mut self, id: &str, terms: Terms, by: Option<&str>) {
        let order = match by {
            Some(column) => json!({ "type": "column", "columnId": column }),
            None => json!({ "type": "alphabetical", "fallback": true }),
        };
        let column = json!({
            "label": terms.label, "customLabel": true, "dataType": "string", "isBucketed": true, "operationType": "terms", "sourceField": terms.field,
            "params": {
                "size": terms.size, "orderBy": order, "orderDirection": if by.is_some() { "desc" } else { "asc" }, "otherBucket": by.is_some() && !terms.missing,
                "missingBucket": terms.missing, "parentFormat": { "id": "terms" }, "include": [], "exclude": [], "includeIsRegex": false, "excludeIsRegex": false,
            },
        });
        self.add(id, column);
    }

    fn filters(&mut self, id: &str, label: &str, filters: &[(&str, Condition)]) {
        let filters: Vec<Value> = filters.iter().map(|(label, condition)| json!({ "label": label, "input": query(Some(*condition)) })).collect();
        self.add(id, json!({ "label": label, "customLabel": true, "dataType": "string", "isBucketed": true, "operationType": "filters", "params": { "filters": filters } }));
    }

    /// A formula, and the columns that it is made of.
    fn share(&mut self, label: &str, part: Condition) {
        let formula = format!("count(kql='{}') / count()", part.kql());
        let inner = format!("Part of {label}");
        let count = |filter: Option<Condition>| {
            let mut column = json!({
                "label": inner, "customLabel": true, "dataType": "number", "isBucketed": false, "operationType": "count", "scale": "ratio",
                "sourceField": "___records___", "params": { "emptyAsNull": false },
            });
            if filter.is_some() {
                column["filter"] = query(filter);
            }
            column
        };
        let format = json!({ "id": "percent", "params": { "decimals": 0 } });
        let tree = json!({
            "type": "function", "name": "divide", "args": ["mX0", "mX1"], "location": { "min": 0, "max": formula.len() }, "text": formula,
        });
        self.add(
            "m",
            json!({
                "label": label, "customLabel": true, "dataType": "number", "isBucketed": false, "operationType": "formula", "scale": "ratio",
                "params": { "formula": formula, "isFormulaBroken": false, "format": format }, "references": ["mX2"],
            }),
        );
        self.add("mX0", count(Some(part)));
        self.add("mX1", count(None));
        self.add(
            "mX2",
            json!({
                "label": inner, "customLabel": true, "dataType": "number", "isBucketed": false, "operationType": "math", "scale": "ratio",
                "params": { "tinymathAst": tree }, "references": ["mX0", "mX1"],
            }),
        );
    }
}

fn metric(columns: &mut Columns, measure: Measure, colour: Colour) -> Value {
    columns.measure("m", measure);
    let mut visualization = json!({ "layerId": LAYER, "layerType": "data", "metricAccessor": "m", "secondaryTrend": { "type": "none" } });
    if colour == Colour::Red {
        visualization["color"] = json!(RED);
    }
    visualization
}

fn bars(columns: &mut Columns, groups: Groups, measure: Measure, split: Option<Terms>) -> Value {
    match groups {
        Groups::Terms(terms) => columns.terms("x", terms, Some("m")),
        Groups::Filters(label, filters) => columns.filters("x", label, filters),
    }
    if let Some(split) = split {
        columns.terms("s", split, Some("m"));
    }
    columns.measure("m", measure);
    xy(if split.is_some() { "bar_horizontal_stacked" } else { "bar_horizontal" }, split.is_some())
}

fn over_time(columns: &mut Columns, time: &str, measure: Measure, split: Option<Terms>) -> Value {
    if let Some(split) = split {
        columns.terms("s", split, Some("m"));
    }
    let params = json!({ "interval": "auto", "includeEmptyRows": true, "dropPartials": false });
    columns.add(
        "x",
        json!({ "label": "Time", "customLabel": true, "dataType": "date", "isBucketed": true, "operationType": "date_histogram", "sourceField": time, "params": params }),
    );
    columns.measure("m", measure);
    xy("bar_stacked", split.is_some())
}

fn xy(kind: &str, is_split: bool) -> Value {
    let mut layer = json!({
        "layerId": LAYER, "layerType": "data", "seriesType": kind, "xAccessor": "x", "accessors": ["m"], "colorMapping": colours(),
    });
    if is_split {
        layer["splitAccessor"] = json!("s");
    }
    json!({ "preferredSeriesType": kind, "legend": { "isVisible": is_split, "position": "right" }, "valueLabels": "hide", "layers": [layer] })
}

fn donut(columns: &mut Columns, terms: Terms, measure: Measure) -> Value {
    columns.terms("g", terms, Some("m"));
    columns.measure("m", measure);
    let layer = json!({
        "layerId": LAYER, "layerType": "data", "primaryGroups": ["g"], "metrics": ["m"], "numberDisplay": "percent", "categoryDisplay": "default",
        "legendDisplay": "show", "nestedLegend": false, "colorMapping": colours(),
    });
    json!({ "shape": "donut", "layers": [layer] })
}

/// Rows in the order of the first measure, which has to be a number that is counted; where it is a newest value they stand in their own.
fn table(columns: &mut Columns, rows: &[Terms], measures: &[(&str, Measure)]) -> Value {
    let by = measures.first().filter(|(_, measure)| !matches!(measure, Measure::Last(..))).map(|(id, _)| *id);
    let mut shown = Vec::new();
    for (number, terms) in (1..).zip(rows) {
        let id = format!("g{number}");
        columns.terms(&id, *terms, by);
        shown.push(json!({ "columnId": id, "isTransposed": false, "isMetric": false }));
    }
    for (id, measure) in measures {
        columns.measure(id, *measure);
        shown.push(json!({ "columnId": id, "isTransposed": false, "isMetric": true }));
    }
    json!({ "layerId": LAYER, "layerType": "data", "columns": shown, "paging": { "enabled": true, "size": 10 } })
}

fn colours() -> Value {
    let other = json!({ "rules": [{ "type": "other" }], "color": { "type": "loop" }, "touched": false });
    json!({ "assignments": [], "specialAssignments": [other], "paletteId": "default", "colorMode": { "type": "categorical" } })
}
