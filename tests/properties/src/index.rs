//! What an index takes, read from the list of fields alone: no event of profile `extended` holds anything else.

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

static KINDS: LazyLock<BTreeMap<String, String>> =
    LazyLock::new(|| reference::fields(Dataset::Event).into_iter().map(|field| (field.name, field.kind)).collect());

/// Checks a document of the event data set.
#[track_caller]
pub(crate) fn check(body: &[u8]) {
    // What is nested deeper than this reads is nested too deep for an index as well.
    let document: Value = serde_json::from_slice(body).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(body)));
    if let Err(why) = members(&document, "") {
        panic!("an index refuses it: {why}: {document}");
    }
}

/// The members of an object, at a path that is empty or ends with a dot.
fn members(object: &Value, path: &str) -> Result<(), String> {
    let names = path.split('.').count();
    for (name, value) in object.as_object().ok_or_else(|| format!("`{path}` is no object"))? {
        name_is_taken(name)?;
        field(value, &format!("{path}{name}"))?;
    }
    if names > DEEPEST { Err(format!("`{path}` is an object under {names} names")) } else { Ok(()) }
}

fn field(value: &Value, path: &str) -> Result<(), String> {
    if let Value::Array(elements) = value {
        return elements.iter().try_for_each(|element| field(element, path));
    }
    let is_parent = KINDS.range(format!("{path}.")..).next().is_some_and(|(name, _)| name.starts_with(path) && name[path.len()..].starts_with('.'));
    let fits = match KINDS.get(path).map(String::as_str) {
        _ if is_parent => return members(value, &format!("{path}.")),
        Some("flattened") => return flattened(value, 0),
        Some("geo_point") => is_point(value),
        Some("ip") => value.as_str().is_some_and(|text| text.parse::<IpAddr>().is_ok()),
        Some("long") => value.is_i64() || value.as_str().is_some_and(|text| text.parse::<i64>().is_ok()),
        Some("double" | "float") => value.as_f64().is_some_and(f64::is_finite),
        Some("boolean") => value.is_boolean(),
        Some("date") => value.as_str().is_some_and(|text| text.ends_with('Z')),
        Some(_) => !value.is_object(),
        None if value.is_object() => return members(value, &format!("{path}.")),
        None => true,
    };
    if fits { Ok(()) } else { Err(format!("`{path}` is {value}")) }
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
