//! The members of a JSON object, each as it stands. What is wrong with them is said in words for people, not in a parser's.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;

/// An object whose members have been found and not been read.
#[derive(Debug)]
pub(crate) struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Members<'a> {
    /// The members of a text that is one object, each name once.
    pub(crate) fn read(text: &'a str) -> Result<Self, String> {
        if !text.trim_ascii_start().starts_with('{') {
            return Err("it is not a JSON object".into());
        }
        let members: Self = serde_json::from_str(text).map_err(|error| not_json(&error))?;
        let mut names: Vec<&str> = members.0.iter().map(|(name, _)| &**name).collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair.first() == pair.last()).and_then(|pair| pair.first()) {
            Some(name) => Err(format!("it has `{name}` twice")),
            None => Ok(members),
        }
    }

    /// Refuses a member that nobody will read.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), String> {
        let Some((name, _)) = self.0.iter().find(|(name, _)| !known.contains(&&**name)) else { return Ok(()) };
        let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
        Err(format!("its member `{name}` is not known; it may have {}", known.join(", ")))
    }

    /// A member as it stands; one that is `null` is none.
    pub(crate) fn get(&self, name: &str) -> Option<&'a RawValue> {
        let (_, value) = self.0.iter().find(|(found, _)| found == name)?;
        Some(*value).filter(|value| value.get() != "null")
    }

    /// A member that has to be there.
    pub(crate) fn wanted(&self, name: &str) -> Result<&'a RawValue, String> {
        self.get(name).ok_or_else(|| format!("it has no `{name}`"))
    }

    /// A member that has to be text, if it is there.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, String> {
        self.get(name).map(|value| text(name, value)).transpose()
    }

    /// A member that is to be an object, if it is there.
    pub(crate) fn object(&self, name: &str) -> Result<Option<Members<'a>>, String> {
        let Some(value) = self.get(name) else { return Ok(None) };
        match value.get().starts_with('{') {
            true => Self::read(value.get()).map(Some).map_err(|why| format!("`{name}`: {why}")),
            false => Err(unlike(name, value, "an object")),
        }
    }

    /// Names and values, in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.0.iter().map(|(name, value)| (&**name, *value))
    }
}

/// The text of the member of this name.
pub(crate) fn text(name: &str, value: &RawValue) -> Result<String, String> {
    if !value.get().starts_with('"') {
        return Err(unlike(name, value, "text"));
    }
    serde_json::from_str(value.get()).map_err(|_| format!("`{name}` is text with an escape that stands for no character"))
}

/// The elements of the member of this name.
pub(crate) fn list<'a>(name: &str, value: &'a RawValue) -> Result<Vec<&'a RawValue>, String> {
    serde_json::from_str(value.get()).map_err(|_| unlike(name, value, "a list"))
}

/// What to say about a member of another type than it is to have.
pub(crate) fn unlike(name: &str, value: &RawValue, wanted: &str) -> String {
    let kind = match value.get().as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b'"') => "text",
        Some(b't' | b'f') => "true or false",
        Some(b'n') => "null",
        _ => "a number",
    };
    format!("`{name}` is {kind}, and has to be {wanted}")
}

/// What to say about a text that is no JSON.
pub(crate) fn not_json(error: &serde_json::Error) -> String {
    match error.classify() {
        Category::Eof => "it is JSON that ends too early".to_owned(),
        Category::Data => "it is JSON of another kind than is wanted here".to_owned(),
        Category::Syntax | Category::Io => format!("it is not JSON, from line {}, column {} on", error.line(), error.column()),
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(InOrder)
    }
}

struct InOrder;

/// A name that is borrowed where nothing in it is escaped.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Visitor<'de> for InOrder {
    type Value = Members<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((Name(name), value)) = map.next_entry()? {
            members.push((name, value));
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    use super::Members;

    #[track_caller]
    fn check(text: &str, expected: Result<Option<&str>, &str>) {
        let read = Members::read(text).and_then(|members| members.only(&["a", "b"]).and_then(|()| members.text("a")));
        assert_eq!(read.as_ref().map(Option::as_deref).map_err(String::as_str), expected);
    }

    #[test]
    fn a_member_is_read_or_refused_in_plain_words() {
        check(r#"{"\u0061": "x\n", "b": [1]}"#, Ok(Some("x\n")));
        check(r#"{"a": null}"#, Ok(None));
        check("[]", Err("it is not a JSON object"));
        check(r#"{"a": 1, "a": 2}"#, Err("it has `a` twice"));
        check(r#"{"a": 1}"#, Err("`a` is a number, and has to be text"));
        check(r#"{"a": {}}"#, Err("`a` is an object, and has to be text"));
        check(r#"{"a": "\ud800"}"#, Err("`a` is text with an escape that stands for no character"));
        check(r#"{"c": 1}"#, Err("its member `c` is not known; it may have `a`, `b`"));
        check(r#"{"a": "#, Err("it is JSON that ends too early"));
        check("{\"a\": 1,\n}", Err("it is not JSON, from line 2, column 1 on"));
    }
}
