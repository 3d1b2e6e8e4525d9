//! Whether what a server has is what we would send. It may say more: defaults, and when it was made.

use serde_json::Value;

/// Differences that are shown.
const MOST: usize = 20;

/// Where they differ, a line each.
pub(super) fn differences(ours: &Value, theirs: &Value) -> Vec<String> {
    let mut differences = Vec::new();
    compare(ours, theirs, "", &mut differences);
    if differences.len() > MOST {
        let more = differences.len() - MOST;
        differences.truncate(MOST);
        differences.push(format!("and {more} more"));
    }
    differences
}

fn compare(ours: &Value, theirs: &Value, path: &str, differences: &mut Vec<String>) {
    match (ours, theirs) {
        (Value::Object(members), _) => {
            for (name, value) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                match theirs.get(name) {
                    Some(other) => compare(value, other, &path, differences),
                    // What is empty need not be told.
                    None if is_empty(value) => (),
                    None => differences.push(format!("{path}: {} is missing", shown(value))),
                }
            }
        }
        (Value::Array(elements), Value::Array(others)) if elements.len() == others.len() => {
            for (at, (element, other)) in elements.iter().zip(others).enumerate() {
                compare(element, other, &format!("{path}[{at}]"), differences);
            }
        }
        // Settings come back as texts.
        _ if plain(ours) == plain(theirs) => (),
        _ => differences.push(format!("{path}: {} instead of {}", shown(theirs), shown(ours))),
    }
}

fn is_empty(value: &Value) -> bool {
    value.as_object().is_some_and(serde_json::Map::is_empty)
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn shown(value: &Value) -> String {
    let text: String = value.to_string().chars().take(80).collect();
    format!("`{text}`")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::differences;

    #[test]
    fn what_a_server_adds_is_no_difference() {
        let ours = json!({ "a": { "n": 2000, "t": false, "list": ["x"], "empty": {} } });
        assert_eq!(differences(&ours, &json!({ "a": { "n": "2000", "t": "false", "list": ["x"], "more": 1 }, "b": 2 })), [""; 0]);
        let theirs = json!({ "a": { "n": "1000", "list": ["x", "y"] } });
        let expected = ["a.list: `[\"x\",\"y\"]` instead of `[\"x\"]`", "a.n: `\"1000\"` instead of `2000`", "a.t: `false` is missing"];
        assert_eq!(differences(&ours, &theirs), expected);
        assert_eq!(differences(&json!((0..30).map(|n| json!({ "a": n })).collect::<Vec<_>>()), &json!([])).len(), 1);
    }
}
