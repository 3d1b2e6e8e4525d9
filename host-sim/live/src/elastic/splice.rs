//! Members added to a document's text, without reading all of it into a tree: what is there already stays as it is.

/// An object's member, as positions in the text.
struct Member<'a> {
    name: &'a [u8],
    /// Where the value begins.
    value: usize,
}

/// What is added below one name.
#[derive(Debug, Clone)]
pub(super) struct Addition {
    /// Such as `data_stream`.
    object: &'static str,
    /// Members of that, each with its value in JSON.
    members: Vec<(&'static str, String)>,
}

impl Addition {
    /// Members below a name, whose values are texts.
    pub(super) fn new(object: &'static str, members: &[(&'static str, &str)]) -> Self {
        let json = |text: &str| serde_json::Value::from(text).to_string();
        Self { object, members: members.iter().map(|(name, text)| (*name, json(text))).collect() }
    }
}

/// Writes a document with additions to it; `None` if it is no object on one line. A member that is there is not overwritten, whether it stands in
/// its object or under a dotted name.
pub(super) fn write(document: &[u8], additions: &[Addition], out: &mut Vec<u8>) -> Option<()> {
    if document.contains(&b'\n') {
        return None;
    }
    let members = members(document, 0)?;
    let begin = out.len();
    // Text that goes in, and where; positions only grow, since it is put in from the back.
    let mut inserted: Vec<(usize, Vec<u8>)> = Vec::new();
    let mut whole = Vec::new();
    for addition in additions {
        let is_there = |name: &str| {
            members.iter().any(|member| {
                member.name.strip_prefix(addition.object.as_bytes()).and_then(|rest| rest.strip_prefix(b".")).is_some_and(|rest| rest == name.as_bytes())
            })
        };
        let missing = addition.members.iter().filter(|(name, _)| !is_there(name));
        match members.iter().find(|member| member.name == addition.object.as_bytes()) {
            None => {
                let text = joined(missing);
                if !text.is_empty() {
                    whole.extend_from_slice(format!("\"{}\":{{{text}}},", addition.object).as_bytes());
                }
            }
            // What is no object says something else; it is not ours to change.
            Some(member) if document.get(member.value) != Some(&b'{') => {}
            Some(member) => {
                let inner = self::members(document, member.value)?;
                let missing = missing.filter(|(name, _)| inner.iter().all(|member| member.name != name.as_bytes()));
                let text = joined(missing);
                if !text.is_empty() {
                    let comma = if inner.is_empty() { "" } else { "," };
                    inserted.push((member.value + 1, format!("{text}{comma}").into_bytes()));
                }
            }
        }
    }
    if members.is_empty() && whole.last() == Some(&b',') {
        whole.pop();
    }
    inserted.push((object_at(document, 0)? + 1, whole));
    inserted.sort_by_key(|(at, _)| *at);
    let mut from = 0;
    for (at, text) in inserted {
        out.extend_from_slice(document.get(from..at)?);
        out.extend_from_slice(&text);
        from = at;
    }
    out.extend_from_slice(document.get(from..)?);
    (out.len() >= begin).then_some(())
}

fn joined<'a>(members: impl Iterator<Item = &'a (&'static str, String)>) -> String {
    members.map(|(name, value)| format!("\"{name}\":{value}")).collect::<Vec<_>>().join(",")
}

fn object_at(text: &[u8], at: usize) -> Option<usize> {
    let at = after_space(text, at);
    (text.get(at) == Some(&b'{')).then_some(at)
}

/// The members of the object at a position; `None` if it is none, or its end is missing. What their values are is not looked at.
fn members(text: &[u8], at: usize) -> Option<Vec<Member<'_>>> {
    let mut members = Vec::new();
    let mut at = after_space(text, object_at(text, at)? + 1);
    if text.get(at) == Some(&b'}') {
        return Some(members);
    }
    loop {
        let end = after_string(text, at)?;
        let name = text.get(at + 1..end - 1)?;
        at = after_space(text, end);
        if text.get(at) != Some(&b':') {
            return None;
        }
        let value = after_space(text, at + 1);
        members.push(Member { name, value });
        at = after_space(text, after_value(text, value)?);
        match text.get(at)? {
            b',' => at = after_space(text, at + 1),
            b'}' => return Some(members),
            _ => return None,
        }
    }
}

fn after_space(text: &[u8], mut at: usize) -> usize {
    while text.get(at).is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\r')) {
        at += 1;
    }
    at
}

fn after_string(text: &[u8], at: usize) -> Option<usize> {
    if text.get(at) != Some(&b'"') {
        return None;
    }
    let mut at = at + 1;
    loop {
        match text.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

fn after_value(text: &[u8], at: usize) -> Option<usize> {
    match text.get(at)? {
        b'"' => after_string(text, at),
        b'{' | b'[' => {
            let (mut at, mut depth) = (at, 0_usize);
            loop {
                match text.get(at)? {
                    b'"' => {
                        at = after_string(text, at)?;
                        continue;
                    }
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => depth -= 1,
                    _ => {}
                }
                at += 1;
                if depth == 0 {
                    return Some(at);
                }
            }
        }
        _ => {
            let rest = text.get(at..)?;
            let length = rest.iter().position(|byte| matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\r'))?;
            (length > 0).then_some(at + length)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Addition, write};

    fn additions() -> Vec<Addition> {
        vec![Addition::new("data_stream", &[("type", "logs"), ("dataset", "a\"b")]), Addition::new("event", &[("ingested", "now")])]
    }

    fn written(document: &str) -> Option<String> {
        let mut out = Vec::new();
        write(document.as_bytes(), &additions(), &mut out)?;
        Some(String::from_utf8(out).expect("UTF-8"))
    }

    #[test]
    fn members_are_added_and_none_is_overwritten() {
        let check = |document: &str, expected: Value| {
            let written = written(document).expect("an object");
            assert_eq!(serde_json::from_str::<Value>(&written).expect(&written), expected, "{written}");
        };
        let stream = json!({ "type": "logs", "dataset": "a\"b" });
        check("{}", json!({ "data_stream": stream, "event": { "ingested": "now" } }));
        check(r#"{"a":[{"event":1,"b":"}\\\""}]}"#, json!({ "a": [{ "event": 1, "b": "}\\\"" }], "data_stream": stream, "event": { "ingested": "now" } }));
        check(r#"{"event":{"kind":"alert"}}"#, json!({ "data_stream": stream, "event": { "kind": "alert", "ingested": "now" } }));
        check(r#"{"event":{}}"#, json!({ "data_stream": stream, "event": { "ingested": "now" } }));
        check(r#"{ "event" : {"ingested":"then"} , "x":null}"#, json!({ "data_stream": stream, "event": { "ingested": "then" }, "x": null }));
        check(r#"{"data_stream":{"type":"other"},"event":7}"#, json!({ "data_stream": { "type": "other", "dataset": "a\"b" }, "event": 7 }));
        check(
            r#"{"event.ingested":"then","data_stream.type":"x"}"#,
            json!({ "event.ingested": "then", "data_stream.type": "x", "data_stream": { "dataset": "a\"b" } }),
        );
        assert_eq!(written(r#"{"a":1e400}"#).as_deref(), Some(r#"{"data_stream":{"type":"logs","dataset":"a\"b"},"event":{"ingested":"now"},"a":1e400}"#));
    }

    #[test]
    fn what_is_no_object_is_not_touched() {
        for document in
            ["", "1", "[]", "null", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":[}", "{\"a\" 1}", "{\"a\":\"x}", "{\"a\":1 2}", "{\"a\":1}\n", "{a:1}"]
        {
            assert_eq!(written(document), None, "{document}");
        }
    }
}
