//! Envelopes: objects that are no records themselves, and carry some. At most three are opened, one in the other.

use core::fmt::Write;
use core::ops::ControlFlow;
use std::borrow::Cow;

use super::body::Found;
use crate::json::scan::{self, Item, Kind, Span};

/// More envelopes than these, one in the other, are not opened.
const LAYERS: usize = 3;

/// The member that holds the records of a body, in the spelling that counts whatever stands beside it.
const RECORDS: &str = "records";

/// Takes values apart until their records are found.
pub(super) struct Opener<'t, 'f> {
    /// Whether the text of an object, without the member that may make it an envelope, is a record.
    pub is_record: fn(&str) -> bool,
    /// What takes the records.
    pub take: &'t mut (dyn FnMut(Found<'_>) -> ControlFlow<()> + 'f),
}

/// Where a value stands, besides its own text.
#[derive(Clone, Copy)]
struct Place<'a> {
    /// The envelopes around it that hold nothing else.
    whole: &'a str,
    /// Where that stands in the body; `None` where the body has it in another form.
    at: Option<usize>,
    layers: usize,
    form: Form,
}

/// Whether offsets of a value count from the body.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// It stands in the body as it is.
    AsItIs,
    /// It was read from a text in the body.
    InText,
}

/// What an envelope carries.
enum Carried<'a> {
    Records(Span<'a>),
    /// In a text, which is one for the whole list.
    RecordsInText(Cow<'a, str>),
    Data(Span<'a>),
    DataInText(Cow<'a, str>),
}

impl Opener<'_, '_> {
    /// Takes the records in a value that is one of several in a body.
    pub(super) fn element(&mut self, value: &Span<'_>) -> ControlFlow<()> {
        self.value(value, Place { whole: value.text, at: Some(value.at), layers: 0, form: Form::AsItIs })
    }

    /// Takes the records in the value that a body consists of; `None`, and nothing is taken, if it is one record itself.
    pub(super) fn only(&mut self, value: &Span<'_>) -> Option<ControlFlow<()>> {
        let place = Place { whole: value.text, at: Some(value.at), layers: 0, form: Form::AsItIs };
        match value.kind {
            Kind::Array => self.elements(value, place),
            _ => self.open(value, place),
        }
    }

    /// Takes the elements of a list; `None` if it is empty.
    fn elements(&mut self, list: &Span<'_>, place: Place<'_>) -> Option<ControlFlow<()>> {
        let mut elements = list.elements().peekable();
        elements.peek()?;
        for Item { value, .. } in elements {
            let at = (place.form == Form::AsItIs).then_some(value.at);
            if self.value(&value, Place { whole: value.text, at, ..place }).is_break() {
                return Some(ControlFlow::Break(()));
            }
        }
        Some(ControlFlow::Continue(()))
    }

    fn value(&mut self, value: &Span<'_>, place: Place<'_>) -> ControlFlow<()> {
        match self.open(value, place) {
            Some(flow) => flow,
            None => (self.take)(Found { text: value.text, whole: place.whole, at: place.at }),
        }
    }

    /// Opens an envelope, or a text that is JSON; `None` for what is neither.
    fn open(&mut self, value: &Span<'_>, place: Place<'_>) -> Option<ControlFlow<()>> {
        if value.kind == Kind::Text {
            return self.text(&value.as_text()?, place);
        }
        if value.kind != Kind::Object || place.layers == LAYERS {
            return None;
        }
        let place = Place { layers: place.layers + 1, ..place };
        match self.carried(value)? {
            Carried::Records(list) => self.elements(&list, place),
            Carried::RecordsInText(text) | Carried::DataInText(text) => self.text(&text, place),
            Carried::Data(data) if data.kind == Kind::Array => self.elements(&data, place),
            Carried::Data(data) => Some(self.value(&data, place)),
        }
    }

    /// Takes the records in a text that is JSON once more: an object, or a list that is not empty.
    fn text(&mut self, text: &str, place: Place<'_>) -> Option<ControlFlow<()>> {
        let inner = scan::one(text).ok()??;
        let place = Place { form: Form::InText, ..place };
        match inner.kind {
            Kind::Object => Some(self.value(&inner, place)),
            Kind::Array => self.elements(&inner, Place { at: None, ..place }),
            _ => None,
        }
    }

    fn carried<'a>(&self, object: &Span<'a>) -> Option<Carried<'a>> {
        let members: Vec<Item<'a>> = object.members().collect();
        if let Some(list) = only_records(&members) {
            return Some(Carried::Records(list));
        }
        let is = |item: &Item<'_>, name: &str| item.name.eq_ignore_ascii_case(name);
        let mut lists = members.iter().filter(|item| is(item, RECORDS) || is(item, "value")).filter_map(|item| Some((item, records_in(&item.value)?)));
        if let (Some((item, list)), None) = (lists.next(), lists.next()) {
            return (!self.is_record_without(&members, item)).then_some(list);
        }
        let has = |name: &str| members.iter().any(|item| is(item, name) && !item.value.is_null());
        let names = if has("specversion") { &["data", "data_base64"][..] } else { &["data"] };
        let is_of_event_grid = has("eventType") && has("subject");
        if !is_of_event_grid && !has("specversion") {
            return None;
        }
        let mut data = members.iter().filter(|item| names.iter().any(|name| is(item, name)) && !item.value.is_null());
        let (Some(item), None) = (data.next(), data.next()) else { return None };
        if self.is_record_without(&members, item) {
            return None;
        }
        let text = item.value.as_text();
        match item.value.kind {
            Kind::Object | Kind::Array => Some(Carried::Data(item.value)),
            _ if is(item, "data") => Some(Carried::DataInText(text?)),
            _ => Some(Carried::DataInText(Cow::Owned(of_base64(&text?)?))),
        }
    }

    /// Whether what stands beside a member makes the object a record.
    fn is_record_without(&self, members: &[Item<'_>], without: &Item<'_>) -> bool {
        let mut text = String::from("{");
        for item in members.iter().filter(|item| item.value.at != without.value.at) {
            let name = serde_json::to_string(&item.name).unwrap_or_default();
            let _ = write!(text, "{}{name}:{}", if text.len() > 1 { "," } else { "" }, item.value.text);
        }
        text.push('}');
        (self.is_record)(&text)
    }
}

/// The value of exactly `records`, if it stands there once and is a list that is not empty.
fn only_records<'a>(members: &[Item<'a>]) -> Option<Span<'a>> {
    let mut found = members.iter().filter(|item| item.name == RECORDS);
    let records = found.next()?.value;
    (found.next().is_none() && records.elements().next().is_some()).then_some(records)
}

/// A list of records: not empty, and each an object, nothing, or a text that is an object; or a text that is such a list.
fn records_in<'a>(value: &Span<'a>) -> Option<Carried<'a>> {
    if value.kind == Kind::Text {
        let text = value.as_text()?;
        let list = scan::one(&text).ok()??;
        let found = list.kind == Kind::Array && is_list_of_records(&list);
        return found.then_some(Carried::RecordsInText(text));
    }
    is_list_of_records(value).then_some(Carried::Records(*value))
}

fn is_list_of_records(list: &Span<'_>) -> bool {
    let is_record = |value: Span<'_>| match value.kind {
        Kind::Object | Kind::Null => true,
        Kind::Text => value.as_text().is_some_and(|text| matches!(scan::one(&text), Ok(Some(Span { kind: Kind::Object, .. })))),
        _ => false,
    };
    list.elements().next().is_some() && list.elements().all(|item| is_record(item.value))
}

/// The text in base64, with or without padding, in either alphabet.
fn of_base64(text: &str) -> Option<String> {
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
    let text = text.trim_end_matches('=');
    let bytes = STANDARD_NO_PAD.decode(text).or_else(|_| URL_SAFE_NO_PAD.decode(text)).ok()?;
    String::from_utf8(bytes).ok()
}
