//! How two JSON values differ, path by path. Members are unordered, elements ordered, and numbers compared as numbers.

use std::fmt;

use serde_json::Value;

/// Where in a value something stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Path(Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Member(String),
    Element(usize),
}

/// One place where two values differ.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Difference {
    pub(crate) path: Path,
    pub(crate) change: Change,
}

/// What came of a value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Change {
    /// Only the second has it.
    Added(Value),
    /// Only the first has it.
    Removed(Value),
    /// Both have one, and they are not the same.
    Changed(Value, Value),
}

impl Path {
    /// The path with the places of elements left out: `related.ip[]`.
    pub(crate) fn folded(&self) -> String {
        self.text(|_| "[]".to_owned())
    }

    /// Whether it leads into an array.
    pub(crate) fn is_in_array(&self) -> bool {
        self.0.iter().any(|step| matches!(step, Step::Element(_)))
    }

    fn with(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    fn text(&self, element: impl Fn(usize) -> String) -> String {
        let mut text = String::new();
        for step in &self.0 {
            match step {
                Step::Element(at) => text.push_str(&element(*at)),
                // A name that holds a dot is one name.
                Step::Member(name) if name.is_empty() || name.contains(['.', '[', '"']) => text.push_str(&format!("[{}]", Value::from(name.as_str()))),
                Step::Member(name) => {
                    if !text.is_empty() {
                        text.push('.');
                    }
                    text.push_str(name);
                }
            }
        }
        text
    }
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text(|at| format!("[{at}]")))
    }
}

impl Difference {
    /// The same difference for each value in it that holds no other: what is said of an object is said of its members.
    pub(crate) fn leaves(self) -> Vec<Self> {
        let Self { path, change } = self;
        let mut leaves = Vec::new();
        match &change {
            Change::Added(value) => each_leaf(&path, value, &mut |path, value| leaves.push(Self { path, change: Change::Added(value.clone()) })),
            Change::Removed(value) => each_leaf(&path, value, &mut |path, value| leaves.push(Self { path, change: Change::Removed(value.clone()) })),
            Change::Changed(..) => leaves.push(Self { path, change }),
        }
        leaves
    }
}

fn each_leaf(path: &Path, value: &Value, take: &mut impl FnMut(Path, &Value)) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            members.iter().for_each(|(name, inner)| each_leaf(&path.with(Step::Member(name.clone())), inner, take));
        }
        Value::Array(elements) if !elements.is_empty() => {
            elements.iter().enumerate().for_each(|(at, inner)| each_leaf(&path.with(Step::Element(at)), inner, take));
        }
        _ => take(path.clone(), value),
    }
}

/// All differences, in the order of the paths.
pub(crate) fn between(from: &Value, to: &Value) -> Vec<Difference> {
    let mut differences = Vec::new();
    compare(&mut differences, &Path::default(), from, to);
    differences
}

fn compare(differences: &mut Vec<Difference>, path: &Path, from: &Value, to: &Value) {
    match (from, to) {
        (Value::Object(left), Value::Object(right)) => {
            let only_right = right.keys().filter(|name| !left.contains_key(*name));
            let mut names: Vec<&String> = left.keys().chain(only_right).collect();
            names.sort_unstable();
            for name in names {
                either(differences, path.with(Step::Member(name.clone())), left.get(name), right.get(name));
            }
        }
        (Value::Array(left), Value::Array(right)) => elements(differences, path, left, right),
        _ if same(from, to) => (),
        _ => differences.push(Difference { path: path.clone(), change: Change::Changed(from.clone(), to.clone()) }),
    }
}

fn either(differences: &mut Vec<Difference>, path: Path, from: Option<&Value>, to: Option<&Value>) {
    match (from, to) {
        (Some(from), Some(to)) => compare(differences, &path, from, to),
        (Some(from), None) => differences.push(Difference { path, change: Change::Removed(from.clone()) }),
        (None, Some(to)) => differences.push(Difference { path, change: Change::Added(to.clone()) }),
        (None, None) => (),
    }
}

/// What both begin and end with is left out, so that an element more in front is one difference, and not one for each element.
fn elements(differences: &mut Vec<Difference>, path: &Path, from: &[Value], to: &[Value]) {
    let start = from.iter().zip(to).take_while(|(left, right)| same(left, right)).count();
    let (from, to) = (from.get(start..).unwrap_or_default(), to.get(start..).unwrap_or_default());
    let end = from.iter().rev().zip(to.iter().rev()).take_while(|(left, right)| same(left, right)).count();
    let (from, to) = (from.get(..from.len() - end).unwrap_or_default(), to.get(..to.len() - end).unwrap_or_default());
    for at in 0..from.len().max(to.len()) {
        either(differences, path.with(Step::Element(start + at)), from.get(at), to.get(at));
    }
}

/// Whether two values mean the same.
pub(crate) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        // Integers are compared to their last digit.
        (Value::Number(one), Value::Number(other)) => one == other || ((one.is_f64() || other.is_f64()) && one.as_f64() == other.as_f64()),
        (Value::Array(one), Value::Array(other)) => one.len() == other.len() && one.iter().zip(other).all(|(left, right)| same(left, right)),
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len() && one.iter().all(|(name, left)| other.get(name).is_some_and(|right| same(left, right)))
        }
        _ => left == right,
    }
}

/// A value on one line, cut where it is long.
pub(crate) fn excerpt(value: &Value) -> String {
    const LONGEST: usize = 120;
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}.. ({} bytes)", text.get(..end).unwrap_or_default(), text.len()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Change, between};

    #[track_caller]
    fn check(from: Value, to: Value, expected: &[&str]) {
        let line = |change: &Change| match change {
            Change::Added(to) => format!("+{to}"),
            Change::Removed(from) => format!("-{from}"),
            Change::Changed(from, to) => format!("{from} -> {to}"),
        };
        let lines: Vec<String> = between(&from, &to).iter().map(|difference| format!("{}: {}", difference.path, line(&difference.change))).collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn members_are_unordered_and_numbers_are_numbers() {
        check(json!({"a": 4, "b": {"c": [1.0]}}), json!({"b": {"c": [1]}, "a": 4.0}), &[]);
        check(json!(9_007_199_254_740_993_u64), json!(9_007_199_254_740_992_u64), &[": 9007199254740993 -> 9007199254740992"]);
        check(json!({"a": 1}), json!({"a": true}), &["a: 1 -> true"]);
        check(json!({"a": 1}), json!({"a": "1"}), &["a: 1 -> \"1\""]);
    }

    #[test]
    fn each_place_is_named_by_its_path() {
        check(json!({"a": {"b": 1, "c": 2}}), json!({"a": {"b": 3, "d": {"e": 4}}}), &["a.b: 1 -> 3", "a.c: -2", "a.d: +{\"e\":4}"]);
        check(json!({"a.b": {"c": 1}}), json!({"a.b": {"c": 2}}), &["[\"a.b\"].c: 1 -> 2"]);
        check(json!({"a": [{"b": 1}]}), json!({"a": [{"b": 2}]}), &["a[0].b: 1 -> 2"]);
        check(json!([1]), json!({"a": 1}), &[": [1] -> {\"a\":1}"]);
    }

    #[test]
    fn an_element_more_is_one_difference_wherever_it_stands() {
        check(json!([1, 2, 3]), json!([0, 1, 2, 3]), &["[0]: +0"]);
        check(json!([1, 2, 3]), json!([1, 3]), &["[1]: -2"]);
        check(json!([1, 1]), json!([1, 1, 1]), &["[2]: +1"]);
        check(json!(["a", "b"]), json!(["b", "a"]), &["[0]: \"a\" -> \"b\"", "[1]: \"b\" -> \"a\""]);
    }

    #[test]
    fn what_is_said_of_an_object_is_said_of_its_leaves() {
        let differences = between(&json!({}), &json!({"a": {"b": [1, {"c": []}]}}));
        let paths: Vec<String> = differences.into_iter().flat_map(super::Difference::leaves).map(|leaf| leaf.path.folded()).collect();
        assert_eq!(paths, ["a.b[]", "a.b[].c"]);
    }
}
