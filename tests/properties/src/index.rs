//! What an index takes, read from the list of fields alone: no event or finding of profile `extended` holds anything else.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::LazyLock;

use microsoft_defender_cloud::contract::Dataset;
use microsoft_defender_cloud::mapping::reference;
use serde_json::Value;

/// An index holds objects under so many names at most, and the objects of a flattened field one in the other.
const DEEPEST: usize = 20;
/// The longest leaf of a flattened field, in bytes.
const LONGEST: usize = 32_766;

/// Types by fields.
type Kinds = BTreeMap<String, String>;

static EVENTS: LazyLock<Kinds> = LazyLock::new(|| kinds(Dataset::Event));
static FINDINGS: LazyLock<Kinds> = LazyLock::new(|| kinds(Dataset::Assessment));
static RUNS: LazyLock<Kinds> = LazyLock::new(|| kinds(Dataset::Run));

fn kinds(dataset: Dataset) -> Kinds {
    reference::fields(dataset).into_iter().map(|field| (field.name, field.kind)).collect()
}

/// Checks a document of a data set.
#[track_caller]
pub fn check(body: &[u8], dataset: Dataset) {
    let kinds = match dataset {
        Dataset::Event => &EVENTS,
        Dataset::Assessment => &FINDINGS,
        Dataset::Run => &RUNS,
    };
    // What is nested deeper than this reads is nested too deep for an index as well.
    let document: Value = serde_json::from_slice(body).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(body)));
    if let Err(why) = members(kinds, &document, "") {
        panic!("an index refuses it: {why}: {document}");
    }
}

/// The members of an object, at a path that is empty or ends with a dot.
fn members(kinds: &Kinds, object: &Value, path: &str) -> Result<(), String> {
    let names = path.split('.').count();
    for (name, value) in object.as_object().ok_or_else(|| format!("`{path}` is no object"))? {
        name_is_taken(name)?;
        field(kinds, value, &format!("{path}{name}"))?;
    }
    if names > DEEPEST { Err(format!("`{path}` is an object under {names} names")) } else { Ok(()) }
}

fn field(kinds: &Kinds, value: &Value, path: &str) -> Result<(), String> {
    if let Value::Array(elements) = value {
        return elements.iter().try_for_each(|element| field(kinds, element, path));
    }
    let is_parent = kinds.range(format!("{path}.")..).next().is_some_and(|(name, _)| name.starts_with(path) && name[path.len()..].starts_with('.'));
    let fits = match kinds.get(path).map(String::as_str) {
        _ if is_parent => return members(kinds, value, &format!("{path}.")),
        Some("flattened") => return flattened(value, 0),
        Some("geo_point") => is_point(value),
        Some("ip") => value.as_str().is_some_and(|text| text.parse::<IpAddr>().is_ok()),
        Some("long") => value.is_i64() || value.as_str().is_some_and(|text| text.parse::<i64>().is_ok()),
        Some("double" | "float") => value.as_f64().is_some_and(f64::is_finite),
        Some("boolean") => value.is_boolean(),
        Some("date") => value.as_str().is_some_and(|text| text.ends_with('Z')),
        Some(_) => !value.is_object(),
        None if leads_through_a_field(kinds, path) => false,
        None if value.is_object() => return members(kinds, value, &format!("{path}.")),
        None => true,
    };
    if fits { Ok(()) } else { Err(format!("`{path}` is {value}")) }
}

/// Whether a name with dots looks for members in a field that has none.
fn leads_through_a_field(kinds: &Kinds, path: &str) -> bool {
    path.match_indices('.').filter_map(|(at, _)| kinds.get(&path[..at])).any(|kind| kind != "object")
}

/// Degrees of latitude and longitude.
fn is_point(value: &Value) -> bool {
    let within = |name: &str, most: f64| value.get(name).and_then(Value::as_f64).is_some_and(|degrees| degrees.abs() <= most);
    within("lat", 90.0) && within("lon", 180.0)
}

fn flattened(value: &Value, level: usize) -> Result<(), String> {
    match value {
        Value::Array(elements) => elements.iter().try_for_each(|element| flattened(element, level)),
        Value::Object(members) => members.iter().try_for_each(|(name, value)| {
            name_is_taken(name)?;
            flattened(value, level + name.split('.').count())
        }),
        Value::String(text) if text.len() > LONGEST => Err(format!("a leaf of {} bytes", text.len())),
        _ if level == 0 => Err(format!("{value} is no object")),
        _ if level > DEEPEST => Err(format!("a leaf on level {level}")),
        _ => Ok(()),
    }
}

fn name_is_taken(name: &str) -> Result<(), String> {
    let is_refused = name.contains('\0') || name.split('.').any(|part| part.trim().is_empty());
    if is_refused { Err(format!("a member is called {name:?}")) } else { Ok(()) }
}
