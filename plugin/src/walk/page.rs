//! Reads a page of a list without building anything: records stay the text that came.

use std::borrow::Cow;
use std::ops::Range;

use super::hash;
use super::link::Origin;
use super::merge::object;
use super::next_link::{Finder, NextLink};

use crate::json::scan::{self, Kind, Span};

/// A page whose records are taken one after the other.
#[derive(Debug, Default)]
pub(super) struct Page {
    text: String,
    records: Vec<Range<usize>>,
    empty: u64,
    next: usize,
    prefix: u128,
}

impl Page {
    /// The page in a body that came from this server, and its link; or why there is none.
    pub(super) fn read(body: Vec<u8>, origin: &Origin) -> Result<(Self, NextLink), Unread> {
        let text = String::from_utf8(body).map_err(|error| Unread::Odd(format!("the body is not UTF-8 at byte {}", error.utf8_error().valid_up_to())))?;
        let Parts { records, empty, link } = parts(&text, origin)?;
        Ok((Self { text, records, empty, next: 0, prefix: 0 }, link))
    }

    /// The record whose turn it is.
    pub(super) fn record(&self) -> Option<&str> {
        self.records.get(self.next).and_then(|range| self.text.get(range.clone()))
    }

    /// That record is dealt with.
    pub(super) fn pass(&mut self, key: u128) {
        self.next += 1;
        self.prefix = chained(self.prefix, key);
    }

    /// Passes the records before a place that an earlier run had reached and gives their keys; none if they are no longer the same ones, because the list has
    /// changed.
    pub(super) fn skip(&mut self, index: usize, prefix: u128) -> Option<Vec<u128>> {
        let before = self.records.get(..index)?;
        let keys: Vec<u128> = before.iter().filter_map(|range| self.text.get(range.clone())).map(|text| Record::of(text).key).collect();
        if keys.iter().fold(0, |prefix, &key| chained(prefix, key)) != prefix {
            return None;
        }
        self.next = index;
        self.prefix = prefix;
        Some(keys)
    }

    /// How many items of it are no records.
    pub(super) fn empty(&self) -> u64 {
        self.empty
    }

    /// How many records were dealt with.
    pub(super) fn index(&self) -> usize {
        self.next
    }

    /// A hash over the keys of the records that were dealt with.
    pub(super) fn prefix(&self) -> u128 {
        self.prefix
    }

    /// Bytes that it takes.
    pub(super) fn size(&self) -> usize {
        self.text.len() + self.records.len() * size_of::<Range<usize>>()
    }
}

/// Why there is no page in a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unread {
    /// There is nothing in it.
    Empty,
    /// It holds something else.
    Odd(String),
}

/// The hash over one more key. The order counts; the keys are good hashes already.
fn chained(prefix: u128, key: u128) -> u128 {
    prefix.rotate_left(1).wrapping_add(key)
}

/// What a body consists of.
struct Parts {
    /// Where its records stand.
    records: Vec<Range<usize>>,
    /// Items that say nothing of anything: scalars, `null` and `{}`.
    empty: u64,
    link: NextLink,
}

/// The parts of a body. `value` counts in any letter case, and so does each of several: none hides another.
fn parts(text: &str, origin: &Origin) -> Result<Parts, Unread> {
    let odd = |why: String| Err(Unread::Odd(why));
    let root = match scan::one(text) {
        Ok(Some(root)) => root,
        Ok(None) => return Err(Unread::Empty),
        Err(_) if text.trim_start_matches('\u{feff}').trim_start().starts_with('<') => return odd("the body is HTML or XML, not JSON".to_owned()),
        Err(fault) => return odd(format!("the body is {fault}")),
    };
    let (mut records, mut empty, mut link) = (None, 0, Finder::new(origin));
    for member in root.members() {
        if member.name.eq_ignore_ascii_case("value") && member.value.kind == Kind::Array {
            let records = records.get_or_insert_with(Vec::new);
            for element in member.value.elements() {
                if says_nothing(&element.value) {
                    empty += 1;
                } else {
                    records.push(element.value.at..element.value.at + element.value.text.len());
                }
            }
        } else {
            link.look(&member);
        }
    }
    match records {
        Some(records) => Ok(Parts { records, empty, link: link.found() }),
        None => odd("the body has no `value` array".to_owned()),
    }
}

fn says_nothing(item: &Span<'_>) -> bool {
    match item.kind {
        Kind::Object => item.members().next().is_none(),
        Kind::Array => false,
        _ => true,
    }
}

/// What the walk has to know of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record<'a> {
    /// All of it, as it came.
    pub text: &'a str,
    /// Its ARM id in lower case, or nothing.
    pub id: String,
    /// A hash of that id, or of the text where there is no id.
    pub key: u128,
    /// Where its sub-assessments are listed.
    pub link: Option<String>,
    /// The name of its kind, as far as it says so beside its id.
    name: Option<Cow<'a, str>>,
    /// Whether it comes without metadata, and has a place for it.
    takes_metadata: bool,
}

impl<'a> Record<'a> {
    /// The record of this text, which is sound JSON.
    pub(super) fn of(text: &'a str) -> Self {
        let (mut id, mut name, mut link, mut takes_metadata) = (String::new(), None, None, true);
        for member in object(text).into_iter().flat_map(|object| object.members()) {
            match &*member.name {
                "id" => id = member.value.as_text().unwrap_or_default().to_lowercase(),
                "name" => name = member.value.as_text(),
                "properties" => (link, takes_metadata) = properties(&member.value),
                _ => {}
            }
        }
        let key = key(if id.is_empty() { text } else { &id });
        Self { text, id, key, link, name, takes_metadata }
    }

    /// The kind of an assessment that has a place for its metadata, in lower case.
    pub(super) fn kind(&self) -> Option<String> {
        if !self.takes_metadata {
            return None;
        }
        let name = self.name.as_deref().map(str::trim).filter(|name| !name.is_empty()).map(str::to_lowercase);
        name.or_else(|| self.id.rsplit_once("/assessments/").map(|(_, name)| name.to_owned()))
    }

    /// What tells it from others in a document's id: its ARM id, or its text where there is none.
    pub(super) fn identity(&self) -> &[u8] {
        if self.id.is_empty() { self.text.as_bytes() } else { self.id.as_bytes() }
    }

    /// The ARM id of the assessment that this sub-assessment belongs to, by its own.
    pub(super) fn parent_id(&self) -> Option<&str> {
        self.id.rfind("/subassessments/").and_then(|end| self.id.get(..end)).filter(|id| !id.is_empty())
    }
}

/// What the `properties` of an assessment say: where its sub-assessments are listed, and whether metadata may be put there.
fn properties(value: &Span<'_>) -> (Option<String>, bool) {
    let (mut link, mut takes_metadata) = (None, matches!(value.kind, Kind::Object | Kind::Null));
    for member in value.members() {
        match &*member.name {
            "additionalData" => {
                let listed = member.value.member("subAssessmentsLink");
                link = listed.and_then(|listed| Some(listed.as_text()?.into_owned())).filter(|link| !link.is_empty());
            }
            "metadata" => takes_metadata = member.value.kind == Kind::Null,
            _ => {}
        }
    }
    (link, takes_metadata)
}

/// The hash by which something is remembered.
pub(super) fn key(identity: &str) -> u128 {
    hash::of(identity)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: impl Into<Vec<u8>>) -> Result<(Page, NextLink), Unread> {
        Page::read(body.into(), &Origin::of("https://management.azure.com"))
    }

    fn fault(body: &[u8]) -> String {
        match read(body).map(|_| ()).unwrap_err() {
            Unread::Empty => String::new(),
            Unread::Odd(why) => why,
        }
    }

    #[test]
    fn records_are_the_text_that_came() {
        let body = "\u{feff} { \"nextLink\" : \"\\u0068ttps:\\/\\/h\" , \"value\" : [ {\"a\": 1.0} , /* c */ 7, [7], null, { /* c */ } ] }";
        let (mut page, link) = read(body).unwrap();
        assert_eq!(link, NextLink::Text("https://h".into()));
        for expected in ["{\"a\": 1.0}", "[7]"] {
            assert_eq!(page.record(), Some(expected));
            page.pass(0);
        }
        assert_eq!((page.record(), page.empty()), (None, 3));
    }

    #[test]
    fn r03_a_next_link_may_be_missing_in_several_ways() {
        let link = |text: &str| read(format!("{{\"value\":[]{text}}}")).unwrap().1;
        assert_eq!(link(""), NextLink::None);
        assert_eq!(link(",\"nextLink\":null"), NextLink::None);
        assert_eq!(link(",\"nextLink\":\"\""), NextLink::None);
        assert_eq!(link(",\"nextLink\":7"), NextLink::Odd);
        assert_eq!(link(",\"nextLink\":\"_dynamic\""), NextLink::Text("_dynamic".into()));
    }

    #[test]
    fn records_are_found_in_any_letter_case() {
        for (body, expected) in [(r#"{"Value":[[]]}"#, 1), (r#"{"value":[[]],"VALUE":[[],[]]}"#, 3), (r#"{"value":null,"Value":[[]]}"#, 1)] {
            assert_eq!(read(body).unwrap().0.records.len(), expected, "{body}");
        }
    }

    #[test]
    fn r12_html_is_no_page() {
        assert_eq!(fault(b"\n<!DOCTYPE html><html></html>"), "the body is HTML or XML, not JSON");
    }

    #[test]
    fn r13_what_is_cut_or_not_text_is_no_page() {
        assert!(fault(b"{\"value\":[{\"id\":\"a\"},{\"id\"").contains("not JSON"));
        assert_eq!(fault(b"{\"value\":[\"\xff\"]}"), "the body is not UTF-8 at byte 11");
        assert_eq!(read(b" ").map(|_| ()), Err(Unread::Empty));
        for body in ["{}", "[]", "{\"value\":null}", "{\"value\":{}}", "7"] {
            assert_eq!(fault(body.as_bytes()), "the body has no `value` array", "{body}");
        }
    }

    #[test]
    fn what_a_record_says_of_itself() {
        let record = Record::of(r#"{"properties":{"additionalData":{"subAssessmentsLink":"/S"}},"id":"/A/SubAssessments/B/subassessments/C"}"#);
        assert_eq!((record.id.as_str(), record.link.as_deref()), ("/a/subassessments/b/subassessments/c", Some("/S")));
        assert_eq!(record.parent_id(), Some("/a/subassessments/b"));
        let odd = Record::of(r#"{"id":7,"properties":{"additionalData":{"subAssessmentsLink":""}}}"#);
        assert_eq!((odd.id.as_str(), odd.link.as_deref(), odd.parent_id()), ("", None, None));
        assert_eq!(odd.identity(), odd.text.as_bytes());
    }
}
