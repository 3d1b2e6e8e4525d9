//! Brings what an index would refuse to what it takes.

use bumpalo::Bump;

use super::{DEEPEST, Index, LONGEST, MOST_LISTS, fits};
use crate::ecs::{Kind, Place, names};
use crate::json::name::Name;
use crate::json::parse::{self, Names};
use crate::json::tree::{Member, Value, array};
use crate::json::write::Writer;
use crate::mapping::cast::{Cast, cast};
use crate::mapping::errors::Errors;
use crate::mapping::record::Record;

/// The one document that is brought to fit.
pub(super) struct Fit<'r, 'a> {
    arena: &'a Bump,
    pub(super) errors: &'r mut Errors<'a>,
    pub(super) index: &'r Index,
    /// Names on the way from the top of the document.
    pub(super) path: Vec<&'a str>,
}

/// What stands where declared fields are.
struct Split<'a> {
    /// It takes objects.
    objects: Value<'a>,
    /// What stood beside them goes by another name.
    others: Value<'a>,
}

impl<'r, 'a> Fit<'r, 'a> {
    /// Of a field of that name.
    pub(super) fn new(record: &'r mut Record<'a>, index: &'r Index, name: &'static str) -> Self {
        Self { arena: record.arena, errors: &mut record.errors, index, path: vec![name] }
    }

    /// The value of a field that no others stand in.
    pub(super) fn leaf(&mut self, value: Value<'a>, kind: Kind) -> Value<'a> {
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
                let mut fitting = Vec::with_capacity(elements.len());
                for element in elements {
                    add_flat(self.each(element.get(), fit), &mut fitting);
                }
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
        if fits::text(value, 0) {
            return value;
        }
        let mut texts = Vec::new();
        self.add_texts(value, &mut texts);
        array(self.arena, texts)
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
            Some(Value::Object(members)) => self.map(members, 1, 0, Some(LONGEST)),
            _ if !value.has_content() => Value::Null,
            _ => {
                self.errors.unexpected(&self.path.join("."), value, "an object");
                Value::Null
            }
        }
    }

    /// An object of any members, which are on that level and in so many lists: names are mended, what lies too deep is text, and a text may be cut.
    fn map(&mut self, members: &'a [Member<'a>], level: usize, lists: usize, longest: Option<usize>) -> Value<'a> {
        let mut fitting: Vec<Member<'a>> = Vec::with_capacity(members.len());
        for member in members.iter().filter(|member| !member.value.get().is_null()) {
            // A dot in a name is a level more.
            let below = level + member.name.matches('.').count();
            let value = self.within(member, |fit| fit.inner(member.value.get(), below, lists, longest));
            fitting.push(Member::new(member.keyed_name(), member.spelled, value));
        }
        Value::Object(self.arena.alloc_slice_fill_iter(names::mended(self.arena, fitting, Vec::new())))
    }

    fn inner(&mut self, value: Value<'a>, level: usize, lists: usize, longest: Option<usize>) -> Value<'a> {
        match value {
            Value::Object(members) if level < DEEPEST => self.map(members, level + 1, lists, longest),
            Value::Array(elements) if lists < MOST_LISTS => {
                let fitting: Vec<_> = elements.iter().map(|element| self.inner(element.get(), level, lists + 1, longest)).collect();
                array(self.arena, fitting)
            }
            Value::Object(_) | Value::Array(_) if value.has_content() => {
                let text = self.as_text(value);
                self.inner(text, level, lists, longest)
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
    pub(super) fn objects(&mut self, value: Value<'a>, place: Place) -> Value<'a> {
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
                    add_flat(split.objects, &mut objects);
                    add_flat(split.others, &mut others);
                }
                Split { objects: array(self.arena, objects), others: if others.is_empty() { Value::Null } else { array(self.arena, others) } }
            }
            scalar => Split { objects: Value::Null, others: scalar },
        }
    }

    /// An object in which declared fields stand, and others.
    pub(super) fn object(&mut self, members: &'a [Member<'a>], place: Place) -> Value<'a> {
        let (mut fitting, mut added) = (Vec::with_capacity(members.len()), Vec::new());
        for member in members.iter().filter(|member| !member.value.get().is_null()) {
            let (name, value) = (member.keyed_name(), member.value.get());
            if let Some(name) = self.beside_a_field(place, name) {
                let value = self.undeclared(member, value);
                added.push(Member::new(name, member.spelled, value));
                continue;
            }
            let part = self.part(place, name);
            let fits = match part.map(|part| (part, self.index.shape.leaf(part))) {
                Some((part, Some(kind))) if self.index.types(part, kind) => self.within(member, |fit| fit.leaf(value, kind)),
                Some((_, Some(_))) => value,
                Some((part, None)) if self.index.leaves(part) => self.within(member, |fit| fit.left(value, part)),
                Some((part, None)) => {
                    let Split { objects, others } = self.within(member, |fit| fit.declared(value, part));
                    if others.has_content() {
                        added.push(Member::new(names::value_of(self.arena, name.text), member.spelled, others));
                    }
                    objects
                }
                None => self.undeclared(member, value),
            };
            fitting.push(Member::new(name, member.spelled, fits));
        }
        Value::Object(self.arena.alloc_slice_fill_iter(names::mended(self.arena, fitting, added)))
    }

    /// What is made while the name of a member is the last of the path.
    pub(super) fn within<T>(&mut self, member: &Member<'a>, make: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(member.spelled);
        let made = make(self);
        self.path.pop();
        made
    }

    /// The value of a member that no field is declared for.
    fn undeclared(&mut self, member: &Member<'a>, value: Value<'a>) -> Value<'a> {
        self.within(member, |fit| {
            // The names before it are levels of the index as well.
            let level = fit.path.iter().map(|name| 1 + name.matches('.').count()).sum();
            fit.inner(value, level, 0, None)
        })
    }

    /// Objects are brought to fit, and what else stands there is left for rules.
    fn left(&mut self, value: Value<'a>, place: Place) -> Value<'a> {
        match value {
            Value::Object(members) => self.object(members, place),
            Value::Array(elements) => {
                let fitting: Vec<_> = elements.iter().map(|element| self.left(element.get(), place)).collect();
                array(self.arena, fitting)
            }
            scalar => scalar,
        }
    }

    /// The field, or the object of fields, that has that name in an object.
    pub(super) fn part(&self, place: Place, name: Name<'_>) -> Option<Place> {
        match name.text.contains('.') {
            true => self.index.shape.at(place, name.text),
            false => self.index.shape.part(place, name),
        }
    }

    /// Another name for one that leads through a field which holds no others: `_` stands for the dot behind that.
    fn beside_a_field(&self, mut place: Place, name: Name<'a>) -> Option<Name<'a>> {
        for (at, _) in name.text.match_indices('.') {
            let part = name.text[..at].rsplit('.').next().unwrap_or_default();
            place = self.index.shape.at(place, part)?;
            if self.index.shape.leaf(place).is_some() {
                return Some(names::with_underscore(self.arena, name.text, at));
            }
        }
        None
    }
}

/// Adds a value, or each of a list, without those that are nothing.
fn add_flat<'a>(value: Value<'a>, to: &mut Vec<Value<'a>>) {
    match value {
        Value::Array(elements) => to.extend(elements.iter().map(|element| element.get()).filter(|element| element.has_content())),
        value => to.extend(Some(value).filter(|value| value.has_content())),
    }
}
