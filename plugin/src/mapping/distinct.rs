//! Texts collected once each, in the order of their first appearance.

use std::borrow::Cow;
use std::collections::BTreeSet;

use bumpalo::Bump;

use crate::json::tree::{Value, array};

/// Above so many texts a set says what is there already.
const FEW: usize = 16;

/// A list without repetitions.
#[derive(Debug, Default)]
pub(crate) struct Distinct<'a> {
    texts: Vec<&'a str>,
    set: BTreeSet<&'a str>,
}

impl<'a> Distinct<'a> {
    /// Adds a text unless it is there.
    pub(crate) fn add(&mut self, arena: &'a Bump, text: Cow<'a, str>) {
        if self.contains(&text) {
            return;
        }
        let text = match text {
            Cow::Borrowed(text) => text,
            Cow::Owned(text) => arena.alloc_str(&text),
        };
        self.texts.push(text);
        if self.texts.len() > FEW {
            if self.set.is_empty() {
                self.set.extend(&self.texts);
            }
            self.set.insert(text);
        }
    }

    fn contains(&self, text: &str) -> bool {
        if self.texts.len() <= FEW { self.texts.contains(&text) } else { self.set.contains(text) }
    }

    /// The same, of the first so many.
    pub(crate) fn at_most(mut self, arena: &'a Bump, most: usize) -> Value<'a> {
        self.texts.truncate(most);
        self.value(arena)
    }

    /// Whether one of them differs from that text in nothing but letter case.
    pub(crate) fn has_in_any_case(&self, text: &str) -> bool {
        self.texts.iter().any(|own| own.eq_ignore_ascii_case(text))
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }

    /// An array, `Null` if nothing was added.
    pub(crate) fn value(&self, arena: &'a Bump) -> Value<'a> {
        if self.texts.is_empty() { Value::Null } else { array(arena, self.texts.iter().map(|text| Value::Text(text))) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_once_in_order_of_appearance() {
        let arena = Bump::new();
        let mut list = Distinct::default();
        let names: Vec<String> = (0..100).map(|number| format!("{}", number % 40)).collect();
        for name in &names {
            list.add(&arena, Cow::Borrowed(name));
        }
        assert_eq!(list.texts, names[..40].iter().map(String::as_str).collect::<Vec<_>>());
    }
}
