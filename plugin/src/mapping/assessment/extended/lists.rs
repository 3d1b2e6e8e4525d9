//! The lists in which a record names CVEs, and what each of them says of one: dates and scores brought to their types, each id once.

use core::fmt;
use std::collections::BTreeMap;

use super::score;
use super::texts::begins_as_cve;
use crate::defender::assessment::ELEMENT;
use crate::defender::part::Source;
use crate::json::name::Name;
use crate::json::tree::{Member, Value, array};
use crate::mapping::cast::{Cast, cast};
use crate::mapping::record::Record;

/// A list of CVEs, where it stands.
pub(super) struct List<'a> {
    member: &'a Member<'a>,
    /// Whether one object stands there, and no list.
    single: bool,
    /// Each CVE once, in the order of their first mention.
    pub elements: Vec<Element<'a>>,
    /// Their positions, by [`Id::key`].
    places: BTreeMap<&'a str, usize>,
}

/// What a list says of one CVE.
pub(super) struct Element<'a> {
    /// Its id.
    pub id: Id<'a>,
    /// The object.
    pub value: Value<'a>,
    /// What of it could not be read.
    pub lines: Vec<Value<'a>>,
    is_named_only: bool,
}

/// The id of a CVE, or of whatever a list of CVEs holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Id<'a> {
    /// As documents show it.
    pub text: &'a str,
    /// In upper case: ids are compared without case.
    pub key: &'a str,
}

impl<'a> Id<'a> {
    /// The id that a value is, `None` for what is no text, or a blank one.
    pub(super) fn of(record: &Record<'a>, value: Value<'a>) -> Option<Self> {
        let text = value.text()?.trim();
        if text.is_empty() {
            return None;
        }
        let is_upper = text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_lowercase());
        let key = if is_upper { text } else { record.arena.alloc_str(&text.to_uppercase()) };
        Some(Self { text: if begins_as_cve(text) { key } else { text }, key })
    }

    /// Whether it is one of CVE.
    pub(super) fn is_cve(&self) -> bool {
        begins_as_cve(self.text)
    }
}

/// Which list it is.
pub(super) struct Kind {
    /// Where it stands, in the words of the docs.
    pub path: &'static str,
    /// The members of an element that hold its id: the first that is a text.
    pub ids: &'static [Source],
    /// Whether an element is an object; else it is the text of an id.
    pub holds_objects: bool,
}

impl<'a> List<'a> {
    /// The list, array or single object, that a member holds. What it holds afterwards is each CVE once, as an object where the list has objects.
    pub(super) fn of(record: &mut Record<'a>, member: &'a Member<'a>, kind: &Kind) -> Self {
        record.look(|read| read.take(Some(member)));
        let value = member.value.get();
        let mut list = Self { member, single: matches!(value, Value::Object(_)), elements: Vec::new(), places: BTreeMap::new() };
        let mut nameless = 0;
        let single = [core::cell::Cell::new(value)];
        let elements = if list.single { &single[..] } else { value.elements() };
        for element in elements {
            nameless += usize::from(!list.add(record, element.get(), kind));
        }
        if nameless > 0 {
            record.errors.report(&format_args!("`{}` has {nameless} {} without an id", kind.path, if nameless == 1 { "element" } else { "elements" }));
        }
        list.show_all(record);
        list
    }

    /// Adds an element; `false` if it should have an id and has none.
    fn add(&mut self, record: &mut Record<'a>, element: Value<'a>, kind: &Kind) -> bool {
        if !element.has_content() || element.text().is_some_and(|text| text.trim().is_empty()) {
            return true;
        }
        let named = |value: Value<'a>| kind.ids.iter().find_map(|id| Id::of(record, value.get(id.name)));
        let id = match element {
            Value::Text(_) => Id::of(record, element),
            Value::Object(_) if kind.holds_objects => named(element),
            _ => None,
        };
        let Some(id) = id else { return false };
        let is_named_only = element.text().is_some();
        let known = self.places.get(id.key).and_then(|&at| self.elements.get_mut(at));
        if known.as_ref().is_some_and(|known| is_named_only || !known.is_named_only) {
            return true;
        }
        let element = if is_named_only { named_only(record, id, kind) } else { convert(record, element, id, kind) };
        match known {
            Some(known) => *known = element,
            None => {
                self.places.insert(id.key, self.elements.len());
                self.elements.push(element);
            }
        }
        true
    }

    /// What rules read of an element. Of one that stands alone, members may be left out of the tree because a field has them: it is read from a copy.
    pub(super) fn readable(&self, record: &Record<'a>, element: &Element<'a>) -> Value<'a> {
        match element.value {
            // What is only named says nothing.
            _ if element.is_named_only => Value::Null,
            Value::Object(members) if self.single => Value::Object(record.arena.alloc_slice_fill_iter(members.iter().cloned())),
            object => object,
        }
    }

    /// All lines of elements, by the CVE that they are about, in the order of the ids.
    pub(super) fn take_lines(&mut self) -> impl Iterator<Item = (&'a str, Vec<Value<'a>>)> {
        let elements = &mut self.elements;
        self.places.iter().map(move |(key, &at)| (*key, core::mem::take(&mut elements[at].lines)))
    }

    /// Shows every CVE.
    fn show_all(&self, record: &Record<'a>) {
        let shown = match self.elements.as_slice() {
            [] => Value::Null,
            [only] if self.single => only.value,
            all => array(record.arena, all.iter().map(|element| element.value)),
        };
        self.member.value.set(shown);
    }

    /// Shows one CVE, and nothing if that is not in it.
    pub(super) fn show(&self, record: &Record<'a>, key: &str) {
        let shown = match self.places.get(key).and_then(|&at| self.elements.get(at)) {
            None => Value::Null,
            Some(own) if self.single => own.value,
            Some(own) => array(record.arena, [own.value]),
        };
        self.member.value.set(shown);
    }

    /// Where it stands.
    pub(super) fn member(&self) -> &'a Member<'a> {
        self.member
    }
}

/// An element that was the text of an id.
fn named_only<'a>(record: &Record<'a>, id: Id<'a>, kind: &Kind) -> Element<'a> {
    let text = Value::Text(id.text);
    let value = match kind.ids.first().filter(|_| kind.holds_objects) {
        Some(name) => object_of(record, name.name, text),
        None => text,
    };
    Element { id, value, lines: Vec::new(), is_named_only: true }
}

/// An object with one member.
pub(super) fn object_of<'a>(record: &Record<'a>, name: Name<'static>, value: Value<'a>) -> Value<'a> {
    Value::Object(record.arena.alloc_slice_fill_iter([Member::new(name, name.text, value)]))
}

/// Brings dates, scores and the like to their types where they stand; lines are the element's own.
fn convert<'a>(record: &mut Record<'a>, object: Value<'a>, id: Id<'a>, kind: &Kind) -> Element<'a> {
    const CASTS: [(Source, Cast); 6] = [
        (ELEMENT.published_date, Cast::Date),
        (ELEMENT.last_modified_date, Cast::Date),
        (ELEMENT.has_public_exploit, Cast::Boolean),
        (ELEMENT.is_exploit_in_kit, Cast::Boolean),
        (ELEMENT.is_exploit_verified, Cast::Boolean),
        (ELEMENT.is_zero_day, Cast::Boolean),
    ];
    let others = record.errors.take();
    let path = |source: Source| fmt::from_fn(move |f| write!(f, "{}[].{}", kind.path, source.spelled));
    for member in object.members() {
        if let Some((source, to)) = CASTS.into_iter().find(|(source, _)| member.is(source.name)) {
            let value = member.value.get();
            let converted = match value {
                Value::Null => Value::Null,
                Value::Text(text) if text.trim().is_empty() => Value::Null,
                value => cast(record.arena, value, to).unwrap_or_else(|part| {
                    record.errors.unreadable(&path(source), part, to.name());
                    Value::Null
                }),
            };
            member.value.set(converted);
        } else if let Some(source) = [ELEMENT.cvss_score, ELEMENT.base_score].into_iter().find(|source| member.is(source.name)) {
            score::convert(record, member, &path(source));
        } else if member.is(ELEMENT.cvss.name) {
            score::convert_all(record, member.value.get(), &path(ELEMENT.cvss));
        } else if member.is(ELEMENT.cvss_version.name) {
            match member.value.get() {
                Value::Text(_) | Value::Null => {}
                Value::Number(digits) => member.value.set(Value::Text(digits)),
                other => {
                    record.errors.unexpected(&path(ELEMENT.cvss_version), other, "a version");
                    member.value.set(Value::Null);
                }
            }
        }
    }
    let lines = record.errors.take();
    record.errors.restore(others);
    Element { id, value: object, lines, is_named_only: false }
}
