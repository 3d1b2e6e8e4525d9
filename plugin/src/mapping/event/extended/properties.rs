//! The extended properties of an alert by what they are called, in any spelling.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::texts::{self, said};
use crate::defender::property::{self, KEYS, Key};
use crate::json::tree::{Member, Value};
use crate::mapping::distinct::Distinct;
use crate::mapping::record::Reader;

/// The properties that rules know.
pub(super) struct Properties<'a> {
    /// All of them, as the record has them.
    object: Value<'a>,
    /// The first of each name that says something.
    by_key: [Option<&'a Member<'a>>; KEYS.len()],
    /// Every other, by the same names.
    others: Vec<(Key, &'a Member<'a>)>,
    is_empty: bool,
}

impl<'a> Properties<'a> {
    /// The properties in the value of `ExtendedProperties`.
    pub(super) fn of(object: Value<'a>) -> Self {
        let mut properties = Self { object, by_key: [None; KEYS.len()], others: Vec::new(), is_empty: true };
        for member in object.members() {
            let Some(key) = property::of(member.name) else { continue };
            if text_of(member).is_none() {
                continue;
            }
            properties.is_empty = false;
            match &mut properties.by_key[key] {
                Some(_) => properties.others.push((key, member)),
                free => *free = Some(member),
            }
        }
        properties
    }

    /// Whether rules know none of them.
    pub(super) fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// The first of these that says something.
    pub(super) fn first(&self, read: &mut Reader<'_, 'a>, keys: &[Key]) -> Option<&'a str> {
        if self.is_empty {
            return None;
        }
        let member = keys.iter().find_map(|&key| self.by_key[key])?;
        read.take(Some(member));
        text_of(member)
    }

    /// The same as a value.
    pub(super) fn value(&self, read: &mut Reader<'_, 'a>, keys: &[Key]) -> Value<'a> {
        texts::or_null(self.first(read, keys))
    }

    /// The first of these that is a path, a number, or the like.
    pub(super) fn find<T>(&self, read: &mut Reader<'_, 'a>, keys: &[Key], is_one: impl Fn(&'a str) -> Option<T>) -> Option<T> {
        self.members(keys).find_map(|member| {
            let found = is_one(text_of(member)?)?;
            read.take(Some(member));
            Some(found)
        })
    }

    /// What each of them says.
    pub(super) fn each<'p>(&'p self, keys: &'p [Key]) -> impl Iterator<Item = &'a str> + 'p {
        self.members(keys).filter_map(text_of)
    }

    /// The members of these names that say something, in the order of the names.
    pub(super) fn members<'p>(&'p self, keys: &'p [Key]) -> impl Iterator<Item = &'a Member<'a>> + 'p {
        let keys = if self.is_empty { &[] } else { keys };
        keys.iter().flat_map(|key| self.by_key[*key].into_iter().chain(self.others.iter().filter(move |(own, _)| own == key).map(|(_, member)| *member)))
    }

    /// Adds what each of them says to a list.
    pub(super) fn add_to(&self, read: &mut Reader<'_, 'a>, list: &mut Distinct<'a>, keys: &[Key], form: impl Fn(&'a str) -> &'a str) {
        for member in self.members(keys) {
            read.take(Some(member));
            if let Some(text) = text_of(member) {
                list.add(read.arena, Cow::Borrowed(form(text)));
            }
        }
    }

    /// A text whose places `%{Name}` are filled.
    pub(super) fn filled(&self, read: &mut Reader<'_, 'a>, text: &'a str) -> &'a str {
        // Nearly no text has such a place, and a search for two letters prepares itself at length.
        if !text.bytes().any(|byte| byte == b'%') {
            return text;
        }
        let mut by_form: BTreeMap<String, &'a Member<'a>> = BTreeMap::new();
        for member in self.object.members() {
            if matches!(member.value.get(), Value::Text(text) | Value::Number(text) if !text.is_empty()) {
                by_form.entry(property::form(member.name)).or_insert(member);
            }
        }
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("%{") {
            filled.push_str(before);
            let found = behind.split_once('}').and_then(|(name, after)| Some((by_form.get(&property::form(name))?, after)));
            match found {
                Some((member, after)) => {
                    if let Value::Text(text) | Value::Number(text) = read.take(Some(member)) {
                        filled.push_str(text);
                    }
                    rest = after;
                }
                None => {
                    filled.push_str("%{");
                    rest = behind;
                }
            }
        }
        filled.push_str(rest);
        read.arena.alloc_str(&filled)
    }
}

/// What a property says; words that say nothing do not count.
fn text_of<'a>(member: &Member<'a>) -> Option<&'a str> {
    let text = said(member.value.get())?;
    let says_nothing = matches!(text, "-" | ":") || ["null", "unknown", "none"].into_iter().any(|word| text.eq_ignore_ascii_case(word));
    (!says_nothing).then_some(text)
}

/// What stands behind the domain in `DOMAIN\name`, and the domain.
pub(super) fn account_of(text: &str) -> (&str, Option<&str>) {
    match text.split_once('\\') {
        Some((domain, name)) if !name.is_empty() => (name, Some(domain).filter(|domain| !domain.is_empty())),
        _ => (text, None),
    }
}
