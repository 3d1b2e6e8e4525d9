//! What documents are narrowed to: written in Kibana's language, and told of a document here, so that no panel stays empty unseen.

use serde_json::{Value, json};

/// A condition on a document.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Condition {
    /// A field is one of these.
    Is(&'static str, &'static [&'static str]),
    /// A field begins with this.
    Begins(&'static str, &'static str),
    /// A field is there.
    Exists(&'static str),
    /// A field is true.
    True(&'static str),
    /// A number is at least this.
    AtLeast(&'static str, i64),
    /// All of them hold.
    All(&'static [Condition]),
}

impl Condition {
    /// In Kibana's language.
    pub fn kql(&self) -> String {
        match self {
            Self::Is(field, [one]) => format!("{field} : \"{one}\""),
            Self::Is(field, several) => format!("{field} : ({})", several.iter().map(|value| format!("\"{value}\"")).collect::<Vec<_>>().join(" or ")),
            Self::Begins(field, text) => format!("{field} : {text}*"),
            Self::Exists(field) => format!("{field} : *"),
            Self::True(field) => format!("{field} : true"),
            Self::AtLeast(field, least) => format!("{field} >= {least}"),
            Self::All(all) => all.iter().map(Self::kql).collect::<Vec<_>>().join(" and "),
        }
    }

    /// Whether it holds for a document.
    pub fn holds(&self, document: &Value) -> bool {
        let any = |field: &str, test: &dyn Fn(&Value) -> bool| values(document, field).into_iter().any(test);
        match self {
            Self::Is(field, wanted) => any(field, &|value| value.as_str().is_some_and(|text| wanted.contains(&text))),
            Self::Begins(field, text) => any(field, &|value| value.as_str().is_some_and(|value| value.starts_with(text))),
            Self::Exists(field) => any(field, &|_| true),
            Self::True(field) => any(field, &|value| value == true),
            Self::AtLeast(field, least) => any(field, &|value| value.as_i64().is_some_and(|number| number >= *least)),
            Self::All(all) => all.iter().all(|condition| condition.holds(document)),
        }
    }

    /// The fields that it looks at.
    pub fn fields(&self) -> Vec<&'static str> {
        match self {
            Self::Is(field, _) | Self::Begins(field, _) | Self::Exists(field) | Self::True(field) | Self::AtLeast(field, _) => vec![field],
            Self::All(all) => all.iter().flat_map(Self::fields).collect(),
        }
    }
}

/// All values of a dotted field, through lists of objects, as an index has them.
pub fn values<'a>(document: &'a Value, field: &str) -> Vec<&'a Value> {
    let mut values = vec![document];
    for name in field.split('.') {
        values = values.into_iter().flat_map(elements).filter_map(|value| value.get(name)).collect();
    }
    values.into_iter().flat_map(elements).filter(|value| !value.is_null()).collect()
}

fn elements(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(list) => list.iter().flat_map(elements).collect(),
        value => vec![value],
    }
}

/// A filter for one value.
pub(super) fn phrase(field: &str, value: &str) -> Value {
    json!({ "match_phrase": { field: value } })
}

/// A filter for any of several.
pub(super) fn phrases(field: &str, several: &[&str]) -> Value {
    let should: Vec<Value> = several.iter().map(|value| phrase(field, value)).collect();
    json!({ "bool": { "minimum_should_match": 1, "should": should } })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Condition, values};

    #[test]
    fn what_is_written_is_what_is_told() {
        let document = json!({ "a": { "b": [{ "c": "x" }, { "c": ["y", null] }] }, "n": 73, "t": true });
        assert_eq!(values(&document, "a.b.c"), [&json!("x"), &json!("y")]);
        for (condition, kql, holds) in [
            (Condition::Is("a.b.c", &["y"]), "a.b.c : \"y\"", true),
            (Condition::Is("a.b.c", &["z", "w"]), "a.b.c : (\"z\" or \"w\")", false),
            (Condition::Begins("a.b.c", "y"), "a.b.c : y*", true),
            (Condition::Exists("a.c"), "a.c : *", false),
            (Condition::True("t"), "t : true", true),
            (Condition::AtLeast("n", 73), "n >= 73", true),
            (Condition::AtLeast("n", 74), "n >= 74", false),
            (Condition::All(&[Condition::Exists("n"), Condition::True("t")]), "n : * and t : true", true),
        ] {
            assert_eq!((condition.kql().as_str(), condition.holds(&document)), (kql, holds));
        }
    }
}
