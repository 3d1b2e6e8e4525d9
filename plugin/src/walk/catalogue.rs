//! What Azure says of each kind of assessment: the metadata that is listed once a run and put into every assessment that comes without its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use bumpalo::Bump;

use super::budget::Budget;
use super::page::Record;
use crate::defender::metadata::{NAME, OF_ASSESSMENTS, PROPERTIES};
use crate::json::parse::{self, Names};
use crate::json::tree::object;
use crate::json::write::Writer;

/// Bytes that a kind takes besides its name and its text.
const ENTRY: usize = 64;

/// Kinds of assessments by their names, as far as there is room for them.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    kinds: BTreeMap<String, Arc<str>>,
    cut: u64,
}

/// What became of an item of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Noted {
    New,
    /// It was listed before, says nothing, or is behind one for which there was no room.
    Passed,
}

impl Catalogue {
    /// Notes an item of the list. Once there is no room for one, none behind it is kept.
    pub(super) fn note(&mut self, item: &str, budget: &mut Budget) -> Noted {
        let Some((name, text)) = read(item) else { return Noted::Passed };
        if self.kinds.contains_key(&name) {
            return Noted::Passed;
        }
        if self.cut > 0 || !budget.note(name.len() + text.len() + ENTRY) {
            self.cut += 1;
            return Noted::Passed;
        }
        self.kinds.insert(name, text);
        Noted::New
    }

    /// How many kinds are at hand.
    pub(super) fn known(&self) -> u64 {
        self.kinds.len() as u64
    }

    /// How many had no room.
    pub(super) fn cut(&self) -> u64 {
        self.cut
    }

    /// The metadata of an assessment that has none of its own.
    pub(super) fn of(&self, record: &Record<'_>) -> Option<Arc<str>> {
        if self.kinds.is_empty() {
            return None;
        }
        self.kinds.get(&record.kind()?).cloned()
    }
}

/// The name of a kind, in lower case, and what is kept of it.
fn read(item: &str) -> Option<(String, Arc<str>)> {
    let arena = Bump::new();
    let item = parse::value(&arena, item, Names::AsWritten).ok()?;
    let name = item.get(NAME).text().map(|name| name.trim().to_lowercase()).filter(|name| !name.is_empty())?;
    let properties = item.get(PROPERTIES);
    let kept: Vec<_> = OF_ASSESSMENTS.into_iter().map(|name| (name, properties.get(name))).filter(|(_, value)| value.has_content()).collect();
    let mut text = Writer::default();
    let written = text.value(object(&arena, &kept));
    let text = String::from_utf8(text.take()).ok().filter(|_| written)?;
    Some((name, text.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::SubAssessments;

    #[test]
    fn what_is_of_use_is_kept_as_compact_json() {
        let item = r#" { "name" : "AB-c", "id": "/x", "properties" : { "severity" : "High", "tactics" : [ "Impact" , null ], "preview": true,
            "description" : "<p>\u00fc</p>", "threats": [], "partnerData": {"x": 1} } } "#;
        let (name, text) = read(item).expect("a kind");
        assert_eq!((name.as_str(), &*text), ("ab-c", r#"{"description":"<p>ü</p>","severity":"High","tactics":["Impact"]}"#));
        for nothing in ["[]", "{}", r#"{"name":"a"}"#, r#"{"name":"a","properties":{"x":1}}"#, r#"{"name":7,"properties":{"severity":"Low"}}"#] {
            assert!(read(nothing).is_none(), "{nothing}");
        }
    }

    #[test]
    fn what_does_not_fit_is_dropped_from_the_end() {
        let item = |name: &str, length: usize| format!(r#"{{"name":"{name}","properties":{{"description":"{}"}}}}"#, "x".repeat(length));
        let mut budget = Budget::new(8_000, SubAssessments::None);
        let mut catalogue = Catalogue::default();
        for (name, length, expected) in [("a", 400, Noted::New), ("A", 1, Noted::Passed), ("b", 600, Noted::Passed), ("c", 1, Noted::Passed)] {
            assert_eq!(catalogue.note(&item(name, length), &mut budget), expected, "{name}");
        }
        assert_eq!((catalogue.known(), catalogue.cut()), (1, 2));
        assert!(budget.held() > 400 && budget.held() < 1_000);
    }
}
