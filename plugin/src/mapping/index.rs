//! Profile `extended`: an event is brought to what its index takes, so that none is refused. What is lost by that is reported, and then the text is kept.

mod fits;

use bumpalo::Bump;

use super::cast::{Cast, cast};
use super::errors::Errors;
use super::record::Record;
use crate::ecs::{Kind, Place, Shape, names};
use crate::json::parse::{self, Names};
use crate::json::tree::{Member, Value, array};
use crate::json::write::Writer;

/// Objects of a flattened field may stand one in the other so often: `depth_limit` of an index.
pub(crate) const DEEPEST: usize = 20;
/// A longer leaf of a flattened field is refused, in bytes.
pub(crate) const LONGEST: usize = 32_766;

/// Brings all fields of a document to what an index takes.
pub(super) fn apply(record: &mut Record<'_>, shape: &Shape) {
    let slots = record.document.schema().slots;
    for slot in record.document.filled() {
        let field = &slots[slot];
        let value = record.document.get(slot);
        // What a rule filled with a scalar has the type of its field, but for these.
        let is_container = matches!(value, Value::Array(_) | Value::Object(_));
        if value.is_null() || !is_container && !matches!(field.kind, Kind::Flattened | Kind::Ip | Kind::Object) {
            continue;
        }
        let place = shape.of_slot(slot);
        let fits = match field.kind {
            Kind::Object => fits::declared(shape, value, place, field.name.split('.').count()),
            kind => fits::leaf(value, kind),
        };
        if fits {
            continue;
        }
        let mut fit = Fit { arena: record.arena, errors: &mut record.errors, shape, path: vec![field.name] };
        let fitting = match field.kind {
            Kind::Object => fit.objects(value, place),
            kind => fit.leaf(value, kind),
        };
        record.document.set(slot, fitting);
    }
}

struct Fit<'r, 'a> {
    arena: &'a Bump,
    errors: &'r mut Errors<'a>,
    shape: &'r Shape,
    /// Names on the way from the top of the document.
    path: Vec<&'a str>,
}

/// What stands where declared fields are.
struct Split<'a> {
    /// It takes objects.
    objects: Value<'a>,
    /// What stood beside them goes by another name.
    others: Value<'a>,
}

impl<'a> Fit<'_, 'a> {
    /// The value of a field that no others stand in.
    fn leaf(&mut self, value: Value<'a>, kind: Kind) -> Value<'a> {
        match kind {
            Kind::ConstantKeyword | Kind::Keyword | Kind::MatchOnlyText | Kind::Wildcard => self.texts(value),
            Kind::Flattened => self.flattened(value),
            Kind::Ip => self.each(value, |fit, value| fit.address(value)),
            Kind::Boolean => self.each(value, |fit, value| fit.typed(value, Cast::Boolean)),
            Kind::Date => self.each(value, |fit, value| fit.typed(value, Cast::Date)),
            Kind::Double | Kind::Float => self.each(value, |fit, value| fit.typed(value, Cast::Double)),
            Kind::Long => self.each(value, |fit, value| fit.typed(value, Cast::Long)),
            // A point is made by a rule, of numbers that were read.
            Kind::GeoPoint | Kind::Object => value,
        }
    }

    /// A value, or each of a list.
    fn each(&mut self, value: Value<'a>, fit: fn(&mut Self, Value<'a>) -> Value<'a>) -> Value<'a> {
        match value {
            Value::Array(elements) => {
                let fitting: Vec<_> = elements.iter().map(|element| self.each(element.get(), fit)).filter(|element| !element.is_null()).collect();
                array(self.arena, fitting)
            }
            value if value.is_blank() => Value::Null,
            value => fit(self, value),
        }
    }

    fn typed(&mut self, value: Value<'a>, to: Cast) -> Value<'a> {
        let converted = match value {
            Value::Object(_) | Value::Array(_) => None,
            // Neither infinity nor what is no number is a number to an index.
            _ => cast(self.arena, value, to).ok().filter(|converted| to != Cast::Double || converted.text().is_none()),
        };
        converted.unwrap_or_else(|| self.unreadable(value, to.name()))
    }

    /// An address without its scope, which an index does not take.
    fn address(&mut self, value: Value<'a>) -> Value<'a> {
        match value.text().filter(|_| cast(self.arena, value, Cast::Ip).is_ok()) {
            Some(text) => Value::Text(text.split_once('%').map_or(text, |(address, _)| address)),
            None => self.unreadable(value, Cast::Ip.name()),
        }
    }

    #[cold]
    fn unreadable(&mut self, value: Value<'a>, wanted: &str) -> Value<'a> {
        self.errors.unreadable(&self.path.join("."), value, wanted);
        Value::Null
    }

    /// The texts of an object where one text is expected, or a list of them. Nothing is lost by it.
    fn texts(&mut self, value: Value<'a>) -> Value<'a> {
        let is_list_of_scalars =
            |elements: &[core::cell::Cell<Value<'_>>]| !elements.iter().any(|element| matches!(element.get(), Value::Array(_) | Value::Object(_)));
        match value {
            Value::Array(elements) if is_list_of_scalars(elements) => value,
            Value::Array(_) | Value::Object(_) => {
                let mut texts = Vec::new();
                self.add_texts(value, &mut texts);
                array(self.arena, texts)
            }
            scalar => scalar,
        }
    }

    fn add_texts(&self, value: Value<'a>, texts: &mut Vec<Value<'a>>) {
        match value {
            Value::Null => {}
            Value::Array(elements) => elements.iter().for_each(|element| self.add_texts(element.get(), texts)),
            Value::Object(members) => {
                let found = members.iter().map(|member| member.value.get()).filter(|value| value.has_content());
                texts.extend(found.map(|value| self.as_text(value)));
            }
            scalar => texts.push(scalar),
        }
    }

    /// A text as it is; anything else as compact JSON.
    fn as_text(&self, value: Value<'a>) -> Value<'a> {
        if let Value::Text(_) = value {
            return value;
        }
        let mut out = Writer::default();
        out.value(value);
        Value::Text(self.arena.alloc_str(&String::from_utf8_lossy(&out.take())))
    }

    /// An object of anything. A text is one if it spells one.
    fn flattened(&mut self, value: Value<'a>) -> Value<'a> {
        let object = match value {
            Value::Text(text) => parse::value(self.arena, text, Names::Lower).ok().filter(|read| matches!(read, Value::Object(_))),
            Value::Object(_) => Some(value),
            _ => None,
        };
        match object {
            Some(Value::Object(members)) => self.map(members, 1, Some(LONGEST), DEEPEST),
            _ if !value.has_content() => Value::Null,
            _ => {
                self.errors.unexpected(&self.path.join("."), value, "an object");
                Value::Null
            }
        }
    }

    /// An object of any members, which are on that level: names are mended, what lies too deep is text, and a text may be cut.
    fn map(&mut self, members: &'a [Member<'a>], level: usize, longest: Option<usize>, deepest: usize) -> Value<'a> {
        let mut fitting: Vec<Member<'a>> = Vec::with_capacity(members.len());
        for member in members.iter().filter(|member| !member.value.get().is_null()) {
            self.path.push(member.spelled);
            // A dot in a name is a level more.
            let below = level + member.name.matches('.').count();
            let value = self.inner(member.value.get(), below, longest, deepest);
            self.path.pop();
            fitting.push(Member::new(member.keyed_name(), member.spelled, value));
        }
        Value::Object(self.arena.alloc_slice_fill_iter(names::mended(self.arena, fitting, Vec::new())))
    }

    fn inner(&mut self, value: Value<'a>, level: usize, longest: Option<usize>, deepest: usize) -> Value<'a> {
        match value {
            Value::Object(members) if level < deepest => self.map(members, level + 1, longest, deepest),
            Value::Object(_) if value.has_content() => {
                let text = self.as_text(value);
                self.inner(text, level, longest, deepest)
            }
            Value::Array(elements) => {
                let fitting: Vec<_> = elements.iter().map(|element| self.inner(element.get(), level, longest, deepest)).collect();
                array(self.arena, fitting)
            }
            Value::Text(text) if longest.is_some_and(|longest| text.len() > longest) => self.cut(text, longest.unwrap_or_default()),
            scalar => scalar,
        }
    }

    #[cold]
    fn cut(&mut self, text: &'a str, longest: usize) -> Value<'a> {
        let end = text.floor_char_boundary(longest);
        self.errors.report(&format_args!("`{}` has {} bytes, of which an index takes {longest}; it was cut", self.path.join("."), text.len()));
        Value::Text(&text[..end])
    }

    /// A field of objects. A text is one, or a list of them, if it spells that; nothing else has a place there.
    fn objects(&mut self, value: Value<'a>, place: Place) -> Value<'a> {
        let value = match value {
            Value::Text(text) => {
                parse::value(self.arena, text, Names::Lower).ok().filter(|read| matches!(read, Value::Array(_) | Value::Object(_))).unwrap_or(value)
            }
            value => value,
        };
        let Split { objects, others } = self.declared(value, place);
        if others.has_content() {
            self.errors.unexpected(&self.path.join("."), others, "an object");
        }
        objects
    }

    /// What stands where declared fields are. A list may hold both.
    fn declared(&mut self, value: Value<'a>, place: Place) -> Split<'a> {
        match value {
            Value::Object(members) => Split { objects: self.object(members, place), others: Value::Null },
            Value::Array(elements) => {
                let (mut objects, mut others) = (Vec::new(), Vec::new());
                for element in elements {
                    let split = self.declared(element.get(), place);
                    objects.extend(Some(split.objects).filter(|value| value.has_content()));
                    others.extend(Some(split.others).filter(|value| value.has_content()));
                }
                Split { objects: array(self.arena, objects), others: if others.is_empty() { Value::Null } else { array(self.arena, others) } }
            }
            scalar => Split { objects: Value::Null, others: scalar },
        }
    }

    /// An object in which declared fields stand, and others.
    fn object(&mut self, members: &'a [Member<'a>], place: Place) -> Value<'a> {
        let (mut fitting, mut added) = (Vec::with_capacity(members.len()), Vec::new());
        for member in members.iter().filter(|member| !member.value.get().is_null()) {
            let (name, value) = (member.keyed_name(), member.value.get());
            let part = match name.text.contains('.') {
                true => self.shape.at(place, name.text),
                false => self.shape.part(place, name),
            };
            self.path.push(member.spelled);
            match part.map(|part| (part, self.shape.leaf(part))) {
                Some((_, Some(kind))) => {
                    let value = self.leaf(value, kind);
                    fitting.push(Member::new(name, member.spelled, value));
                }
                Some((part, None)) => {
                    let Split { objects, others } = self.declared(value, part);
                    fitting.push(Member::new(name, member.spelled, objects));
                    if others.has_content() {
                        added.push(Member::new(names::value_of(self.arena, name.text), member.spelled, others));
                    }
                }
                None => {
                    // The names before it are levels of the index as well.
                    let level = self.path.iter().map(|name| 1 + name.matches('.').count()).sum();
                    let value = self.inner(value, level, None, DEEPEST);
                    fitting.push(Member::new(name, member.spelled, value));
                }
            }
            self.path.pop();
        }
        Value::Object(self.arena.alloc_slice_fill_iter(names::mended(self.arena, fitting, added)))
    }
}
