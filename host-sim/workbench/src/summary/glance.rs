//! What a document shows to whoever counts it: found by skimming its text, in which nothing is checked.

use std::borrow::Cow;

use serde_json::Value;

use crate::skim::Skim;

/// What a document is counted by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Glance<'a> {
    /// The finding's class, else the ECS categories, else the ECS kind.
    pub(super) class: Option<Cow<'a, str>>,
    /// As the vendor writes it: of the vulnerability, the sub-assessment or the alert.
    pub(super) severity: Option<Cow<'a, str>>,
    /// What it says of what could not be read, as it stands; `None` where everything could be.
    pub(super) unread: Option<[&'a [u8]; 2]>,
    /// Whether it has `event.severity`, `resource.name` and `cloud.account.id`.
    pub(super) has: [bool; 3],
    /// Whether it has `package.name`, and `package.fixed_version` as well.
    pub(super) package: [bool; 2],
}

/// Members that are looked for.
type Wanted = &'static [(Name, Member)];

/// The name of a member.
enum Name {
    Is(&'static str),
    /// That of the data set up to its first dot: below it stands what the vendor says.
    Vendor,
    /// What stands behind the dot.
    Dataset,
}

enum Member {
    /// If it is an object: these of its members.
    Object(Wanted),
    /// Its value, to be put into this place.
    Value(usize),
}

const KIND: usize = 0;
const CATEGORY: usize = 1;
const OF_VULNERABILITY: usize = 2;
const OWN_SEVERITY: usize = 3;
const CLASS: usize = 4;
const OF_SUB_ASSESSMENT: usize = 5;
const SEVERITY: usize = 6;
const RESOURCE: usize = 7;
const ACCOUNT: usize = 8;
const MESSAGE: usize = 9;
const NOT_READ: usize = 10;
const PACKAGE: usize = 11;
const FIX: usize = 12;
const PLACES: usize = 13;

use Member::{Object, Value as At};
use Name::{Dataset, Is, Vendor};

const SHOWN: Wanted = &[
    (Is("event"), Object(EVENT)),
    (Is("error"), Object(&[(Is("message"), At(MESSAGE))])),
    (Is("vulnerability"), Object(&[(Is("severity"), At(OF_VULNERABILITY))])),
    (Is("resource"), Object(&[(Is("name"), At(RESOURCE))])),
    (Is("package"), Object(&[(Is("name"), At(PACKAGE)), (Is("fixed_version"), At(FIX))])),
    (Is("cloud"), Object(&[(Is("account"), Object(&[(Is("id"), At(ACCOUNT))]))])),
    (Vendor, Object(&[(Dataset, Object(OWN))])),
];
const EVENT: Wanted = &[(Is("kind"), At(KIND)), (Is("category"), At(CATEGORY)), (Is("severity"), At(SEVERITY))];
const OWN: Wanted = &[
    (Is("severity"), At(OWN_SEVERITY)),
    (Is("class"), At(CLASS)),
    (Is("not_read"), At(NOT_READ)),
    (Is("additional_data"), Object(&[(Is("sub_assessment"), Object(&[(Is("status"), Object(STATUS))]))])),
];
const STATUS: Wanted = &[(Is("severity"), At(OF_SUB_ASSESSMENT))];

/// What is longer than this is no word to count by, however many there are of it.
const LONGEST: usize = 1 << 10;

impl<'a> Glance<'a> {
    /// Looks at the body of a document of this data set.
    pub(super) fn at(body: &'a [u8], dataset: &str) -> Self {
        let mut look = Look { own: dataset.split_once('.').unwrap_or((dataset, "")), found: [None; PLACES] };
        let _ = look.members(&mut Skim::new(body), SHOWN);
        let found = |place: usize| look.found.get(place).copied().flatten();
        let first = |places: &[usize]| places.iter().filter_map(|place| found(*place)).find_map(words);
        let said = |place| found(place).filter(|value| has_content(value));
        let is_error = found(KIND).and_then(words).is_some_and(|kind| kind == "pipeline_error") || said(MESSAGE).is_some();
        Self {
            class: first(&[CLASS, CATEGORY, KIND]),
            severity: first(&[OF_VULNERABILITY, OF_SUB_ASSESSMENT, OWN_SEVERITY]),
            unread: (is_error || said(NOT_READ).is_some()).then(|| [MESSAGE, NOT_READ].map(|place| said(place).unwrap_or_default())),
            has: [SEVERITY, RESOURCE, ACCOUNT].map(|place| said(place).is_some()),
            package: [said(PACKAGE).is_some(), said(PACKAGE).and(said(FIX)).is_some()],
        }
    }
}

/// What has been found in the text of a document.
struct Look<'a, 'd> {
    own: (&'d str, &'d str),
    found: [Option<&'a [u8]>; PLACES],
}

impl<'a> Look<'a, '_> {
    /// The members of the object that is next. This recurses as deep as what is wanted is nested.
    fn members(&mut self, skim: &mut Skim<'a>, wanted: Wanted) -> Option<()> {
        let own = self.own;
        let is = |name: &Name, spelled: &[u8]| match name {
            Is(name) => name.as_bytes() == spelled,
            Vendor => own.0.as_bytes() == spelled,
            Dataset => own.1.as_bytes() == spelled,
        };
        skim.members(|spelled, skim| {
            match wanted.iter().find(|(name, _)| is(name, spelled)) {
                Some((_, Object(inner))) if skim.is_at_object() => self.members(skim, inner)?,
                Some((_, At(place))) => *self.found.get_mut(*place)? = Some(skim.value()?),
                _ => drop(skim.value()?),
            }
            Some(())
        })
    }
}

/// Whether a value says something.
fn has_content(value: &[u8]) -> bool {
    !matches!(value.trim_ascii(), b"null" | b"\"\"" | b"[]" | b"{}" | b"")
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
        let glance = Glance::at(body.as_bytes(), if body.contains("assessment") { "x.assessment" } else { "x.event" });
        assert_eq!((glance.class.as_deref(), glance.severity.as_deref()), (class, severity), "{body}");
    }

    #[test]
    fn the_class_is_the_most_telling_word() {
        check(r#"{"event":{"kind":"alert","category":["threat","network"]}}"#, Some("threat+network"), None);
        check(r#"{"event":{"kind":"alert","category":[]}}"#, Some("alert"), None);
        check(r#"{"event":{"category":"threat"},"x":{"assessment":{"class":"vulnerability"}}}"#, Some("vulnerability"), None);
        check(r#"{"event":{"category":["","a\u0062",["c",{}],1]}}"#, Some("ab+c"), None);
        check(r#" { "a\\\"" : [ "}" , 1 ] , "event" : { "x" : -1.5e3, "kind" : "state" } } "#, Some("state"), None);
        check("{}", None, None);
    }

    #[test]
    fn the_severity_is_of_what_the_document_is_about() {
        check(r#"{"x":{"event":{"severity":"Low"}}}"#, None, Some("Low"));
        let nested = r#"{"x":{"assessment":{"additional_data":{"sub_assessment":{"status":{"severity":"Medium"}}}}}}"#;
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
    fn a_document_with_an_error_is_not_read_in_full() {
        let unread = |body: &str| Glance::at(body.as_bytes(), "x.y").unread.map(|said| said.map(|said| String::from_utf8_lossy(said).into_owned()));
        let said = |message: &str, not_read: &str| Some([message.to_owned(), not_read.to_owned()]);
        assert_eq!(unread(r#"{"event":{"kind":"pipeline_error"}}"#), said("", ""));
        assert_eq!(unread(r#"{"event":{"kind":"pipeline_error"},"error":{"message":["a"]}}"#), said(r#"["a"]"#, ""));
        assert_eq!(unread(r#"{"event":{"kind":"alert"},"error":{"message":"a"}}"#), said(r#""a""#, ""));
        assert_eq!(unread(r#"{"event":{"kind":"state"},"x":{"y":{"not_read":["b"]},"z":{"not_read":["c"]}}}"#), said("", r#"["b"]"#));
        for read in [r#"{"event":{"kind":"alert"}}"#, r#"{"x":{"y":{"not_read":[]}}}"#, r#"{"x":{"z":{"not_read":["c"]}}}"#, r#"{"error":{"message":""}}"#] {
            assert_eq!(unread(read), None, "{read}");
        }
    }

    #[test]
    fn what_a_finding_should_have_is_looked_for() {
        let has = |body: &str| Glance::at(body.as_bytes(), "x.y").has;
        assert_eq!(has(r#"{"event":{"severity":73},"resource":{"name":"a"},"cloud":{"account":{"id":"b"}}}"#), [true; 3]);
        assert_eq!(has(r#"{"event":{"severity":null},"resource":{"id":"a"},"cloud":{"account":{"id":""}}}"#), [false; 3]);
        assert_eq!(has(r#"{"event":{"severity":0},"resource":"a","cloud":{"account":{"name":"b"}}}"#), [true, false, false]);
    }

    #[test]
    fn a_package_and_its_fix_are_looked_for() {
        let package = |body: &str| Glance::at(body.as_bytes(), "x.y").package;
        assert_eq!(package(r#"{"package":{"name":"a","fixed_version":"2"}}"#), [true; 2]);
        assert_eq!(package(r#"{"package":{"name":"a","fixed_version":""}}"#), [true, false]);
        assert_eq!(package(r#"{"package":{"fixed_version":"2"}}"#), [false; 2]);
    }

    #[test]
    fn what_is_no_document_ends_where_nothing_can_be_told_any_more() {
        let whole = r#"{"event":{"kind":"alert","category":["a\"b"]},"x":[1,{"y":"\\"}],"vulnerability":{"severity":"High"}}"#;
        for end in 0..whole.len() {
            let glance = Glance::at(&whole.as_bytes()[..end], "x.event");
            assert!(glance.class.is_none_or(|class| class == "alert" || class == "a\"b"), "{end}");
        }
        for odd in ["", "[", "{]", "{\"event\":}", "{\"event\" {}}", "{,}", "}", "{\"a\":]}", "{\"a\"", "{\"a\\"] {
            check(odd, None, None);
        }
    }
}
