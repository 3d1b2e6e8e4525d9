//! What a document shows to whoever counts it: found by skimming its text, in which nothing is checked.

use std::borrow::Cow;

use serde_json::Value;

/// What a document is counted by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Glance<'a> {
    /// The finding's class, else the ECS categories, else the ECS kind.
    pub(super) class: Option<Cow<'a, str>>,
    /// As the vendor writes it: of the vulnerability, the sub-assessment or the alert.
    pub(super) severity: Option<Cow<'a, str>>,
    /// Whether it says that something could not be read.
    pub(super) unread: bool,
}

/// Members that are looked for.
type Wanted = &'static [(&'static str, Member)];

enum Member {
    /// If it is an object: these of its members.
    Object(Wanted),
    /// Its value, to be put into this place.
    Value(usize),
}

const SHOWN: Wanted = &[
    ("event", Member::Object(&[("kind", Member::Value(0)), ("category", Member::Value(1))])),
    ("vulnerability", Member::Object(SEVERITY_OF_VULNERABILITY)),
    ("microsoft_defender_cloud", Member::Object(&[("event", Member::Object(SEVERITY_OF_ALERT)), ("assessment", Member::Object(ASSESSMENT))])),
];
const SEVERITY_OF_VULNERABILITY: Wanted = &[("severity", Member::Value(2))];
const SEVERITY_OF_ALERT: Wanted = &[("severity", Member::Value(3))];
const ASSESSMENT: Wanted = &[
    ("class", Member::Value(4)),
    ("additional_data", Member::Object(&[("sub_assessment", Member::Object(&[("status", Member::Object(SEVERITY_OF_SUB_ASSESSMENT))]))])),
];
const SEVERITY_OF_SUB_ASSESSMENT: Wanted = &[("severity", Member::Value(5))];

/// What is longer than this is no word to count by, however many there are of it.
const LONGEST: usize = 1 << 10;

impl<'a> Glance<'a> {
    /// Looks at a document's body.
    pub(super) fn at(body: &'a [u8]) -> Self {
        let mut found = [None; 6];
        let _ = Skim { rest: body, found: &mut found }.members(SHOWN);
        let [kind, category, vulnerability, alert, class, sub_assessment] = found;
        let first = |values: &[Option<&'a [u8]>]| values.iter().flatten().find_map(|value| words(value));
        Self {
            class: first(&[class, category, kind]),
            severity: first(&[vulnerability, sub_assessment, alert]),
            unread: kind.and_then(words).is_some_and(|kind| kind == "pipeline_error"),
        }
    }
}

/// What is left of a text. `None` is the end of what can be told, for whatever reason.
struct Skim<'a, 'f> {
    rest: &'a [u8],
    found: &'f mut [Option<&'a [u8]>],
}

impl<'a> Skim<'a, '_> {
    /// The members of the object that is next. This recurses as deep as what is wanted is nested.
    fn members(&mut self, wanted: Wanted) -> Option<()> {
        self.next()?;
        self.pass(b'{')?;
        while self.next()? != b'}' {
            let name = self.string()?;
            self.next()?;
            self.pass(b':')?;
            let first = self.next()?;
            match wanted.iter().find(|(wanted, _)| wanted.as_bytes() == name) {
                Some((_, Member::Object(inner))) if first == b'{' => self.members(inner)?,
                Some((_, Member::Value(place))) => *self.found.get_mut(*place)? = Some(self.value()?),
                _ => drop(self.value()?),
            }
            if self.next()? == b',' {
                self.pass(b',')?;
            }
        }
        self.pass(b'}')
    }

    /// The text of a value, whatever is in it.
    fn value(&mut self) -> Option<&'a [u8]> {
        let length = match self.rest.first()? {
            b'"' => end_of_string(self.rest, 0)? + 1,
            b'{' | b'[' => end_of_brackets(self.rest)? + 1,
            // A number or a literal.
            _ => self.rest.iter().position(|byte| matches!(byte, b',' | b'}' | b']'))?,
        };
        self.take(length)
    }

    /// What stands between the quotes of the string that is next.
    fn string(&mut self) -> Option<&'a [u8]> {
        let end = Some(end_of_string(self.rest, 0)?).filter(|_| self.rest.starts_with(b"\""))?;
        self.take(end + 1)?.get(1..end)
    }

    /// The next byte that is no blank.
    fn next(&mut self) -> Option<u8> {
        self.rest = self.rest.trim_ascii_start();
        self.rest.first().copied()
    }

    fn pass(&mut self, byte: u8) -> Option<()> {
        self.rest = self.rest.strip_prefix(&[byte])?;
        Some(())
    }

    fn take(&mut self, bytes: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(bytes)?;
        self.rest = rest;
        Some(taken)
    }
}

/// Where the bracket is that closes the one that a text begins with.
fn end_of_brackets(text: &[u8]) -> Option<usize> {
    let (mut at, mut depth) = (0, 0_usize);
    loop {
        match text.get(at)? {
            b'"' => at = end_of_string(text, at)?,
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 1 => return Some(at),
            b'}' | b']' => depth -= 1,
            _ => (),
        }
        at += 1;
    }
}

/// Where the quote is that closes the one at a place. Eight bytes are looked at together.
fn end_of_string(text: &[u8], quote: usize) -> Option<usize> {
    let mut at = quote + 1;
    loop {
        at += match text.get(at..)?.split_first_chunk() {
            Some((word, _)) => match special(u64::from_le_bytes(*word)) {
                0 => {
                    at += 8;
                    continue;
                }
                special => special.trailing_zeros() as usize / 8,
            },
            None => text.get(at..)?.iter().position(|byte| matches!(byte, b'"' | b'\\'))?,
        };
        match text.get(at)? {
            b'"' => return Some(at),
            // What a backslash stands before is none of the two, whatever it is.
            _ => at += 2,
        }
    }
}

/// The highest bit of each byte that is one of the two. Only the lowest bit that is set can be relied on, as a byte borrows from the next.
#[inline(always)]
fn special(word: u64) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    let is = |byte: u8| {
        let same = word ^ (ONES * u64::from(byte));
        same.wrapping_sub(ONES) & !same
    };
    (is(b'"') | is(b'\\')) & (ONES << 7)
}

/// A text, or the texts of a list side by side; anything else, and a text without a character, is nothing.
fn words(value: &[u8]) -> Option<Cow<'_, str>> {
    if value.len() > LONGEST {
        return None;
    }
    let value = str::from_utf8(value).ok()?;
    if let Some(text) = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'))
        && !text.contains('\\')
    {
        return Some(Cow::Borrowed(text)).filter(|text| !text.is_empty());
    }
    // What is nested too deep for this is no list of words.
    joined(&serde_json::from_str(value).ok()?).map(Cow::Owned)
}

fn joined(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Array(elements) => {
            let words: Vec<String> = elements.iter().filter_map(joined).collect();
            Some(words.join("+")).filter(|_| !words.is_empty())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Glance;

    #[track_caller]
    fn check(body: &str, class: Option<&str>, severity: Option<&str>) {
        let glance = Glance::at(body.as_bytes());
        assert_eq!((glance.class.as_deref(), glance.severity.as_deref()), (class, severity), "{body}");
    }

    #[test]
    fn the_class_is_the_most_telling_word() {
        check(r#"{"event":{"kind":"alert","category":["threat","network"]}}"#, Some("threat+network"), None);
        check(r#"{"event":{"kind":"alert","category":[]}}"#, Some("alert"), None);
        check(r#"{"event":{"category":"threat"},"microsoft_defender_cloud":{"assessment":{"class":"vulnerability"}}}"#, Some("vulnerability"), None);
        check(r#"{"event":{"category":["","a\u0062",["c",{}],1]}}"#, Some("ab+c"), None);
        check(r#" { "a\\\"" : [ "}" , 1 ] , "event" : { "x" : -1.5e3, "kind" : "state" } } "#, Some("state"), None);
        check("{}", None, None);
    }

    #[test]
    fn the_severity_is_of_what_the_document_is_about() {
        check(r#"{"microsoft_defender_cloud":{"event":{"severity":"Low"}}}"#, None, Some("Low"));
        let nested = r#"{"microsoft_defender_cloud":{"assessment":{"additional_data":{"sub_assessment":{"status":{"severity":"Medium"}}}}}}"#;
        check(nested, None, Some("Medium"));
        check(&nested.replacen('{', r#"{"vulnerability":{"severity":"High"},"#, 1), None, Some("High"));
    }

    #[test]
    fn a_member_of_another_shape_counts_as_absent() {
        let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
        let less_deep = format!("{}\"a\"{}", "[".repeat(300), "]".repeat(300));
        let long = format!("\"{}\"", "x".repeat(2000));
        for odd in ["1", "-1", "1.5", "null", "true", "[1,[2],{}]", "{\"a\":[1]}", "[]", "\"\"", &less_deep, &deep, &long] {
            check(&format!(r#"{{"event":{odd},"vulnerability":{{"severity":"High"}}}}"#), None, Some("High"));
            check(&format!(r#"{{"event":{{"category":{odd},"kind":"state"}},"other":{deep}}}"#), Some("state"), None);
        }
    }

    #[test]
    fn a_pipeline_error_is_a_document_that_is_not_read_in_full() {
        let unread = |body: &str| Glance::at(body.as_bytes()).unread;
        assert!(unread(r#"{"event":{"kind":"pipeline_error"}}"#));
        assert!(!unread(r#"{"event":{"kind":"alert"}}"#));
    }

    #[test]
    fn what_is_no_document_ends_where_nothing_can_be_told_any_more() {
        let whole = r#"{"event":{"kind":"alert","category":["a\"b"]},"x":[1,{"y":"\\"}],"vulnerability":{"severity":"High"}}"#;
        for end in 0..whole.len() {
            let glance = Glance::at(&whole.as_bytes()[..end]);
            assert!(glance.class.is_none_or(|class| class == "alert" || class == "a\"b"), "{end}");
        }
        for odd in ["", "[", "{]", "{\"event\":}", "{\"event\" {}}", "{,}", "}", "{\"a\":]}", "{\"a\"", "{\"a\\"] {
            check(odd, None, None);
        }
    }
}
