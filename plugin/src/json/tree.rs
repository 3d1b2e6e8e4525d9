//! A JSON value that borrows from the text it was read from, or from the arena of the document it goes into.
//!
//! Values are small and copied freely; a container's parts stand in cells, so that a conversion replaces a value where it stands.

use core::cell::Cell;

use bumpalo::Bump;

use super::name::Name;

/// A JSON value. `Null` also stands for what is not there: documents hold neither.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'a> {
    /// Nothing.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number by its JSON text.
    Number(&'a str),
    /// A string, escapes resolved.
    Text(&'a str),
    /// An array.
    Array(&'a [Cell<Value<'a>>]),
    /// An object.
    Object(&'a [Member<'a>]),
}

/// A member of an object.
#[derive(Debug, Clone)]
pub(crate) struct Member<'a> {
    /// The name by which rules and documents know it.
    pub name: &'a str,
    /// The key of that name.
    pub key: u32,
    /// The name as it was spelled in the message.
    pub spelled: &'a str,
    /// The value.
    pub value: Cell<Value<'a>>,
}

impl<'a> Member<'a> {
    /// A member of that name.
    #[inline]
    pub(crate) fn new(name: Name<'a>, spelled: &'a str, value: Value<'a>) -> Self {
        Self { name: name.text, key: name.key, spelled, value: Cell::new(value) }
    }

    /// The name with its key.
    #[inline]
    pub(crate) fn keyed_name(&self) -> Name<'a> {
        Name { text: self.name, key: self.key }
    }

    /// Whether that is its name.
    #[inline]
    pub(crate) fn is(&self, name: Name<'_>) -> bool {
        self.keyed_name() == name
    }
}

impl<'a> Value<'a> {
    /// The value of the member of that name, `Null` where there is none.
    #[inline]
    pub(crate) fn get(self, name: Name<'_>) -> Value<'a> {
        self.member(name).map_or(Value::Null, |member| member.value.get())
    }

    /// Where the value of the member of that name stands.
    #[inline]
    pub(crate) fn cell(self, name: Name<'_>) -> Option<&'a Cell<Value<'a>>> {
        self.member(name).map(|member| &member.value)
    }

    /// The member of that name.
    #[inline]
    pub(crate) fn member(self, name: Name<'_>) -> Option<&'a Member<'a>> {
        let members = self.members();
        // Many parts that rules look into are not there.
        if members.is_empty() {
            return None;
        }
        members.iter().find(|member| member.is(name))
    }

    /// The members of an object, none for another kind.
    #[inline]
    pub(crate) fn members(self) -> &'a [Member<'a>] {
        match self {
            Value::Object(members) => members,
            _ => &[],
        }
    }

    /// The elements of an array, none for another kind.
    #[inline]
    pub(crate) fn elements(self) -> &'a [Cell<Value<'a>>] {
        match self {
            Value::Array(elements) => elements,
            _ => &[],
        }
    }

    /// The text of a string.
    #[inline]
    pub(crate) fn text(self) -> Option<&'a str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether there is nothing.
    #[inline]
    pub(crate) fn is_null(self) -> bool {
        matches!(self, Value::Null)
    }

    /// Whether there is nothing, or an empty string.
    #[inline]
    pub(crate) fn is_blank(self) -> bool {
        matches!(self, Value::Null | Value::Text(""))
    }

    /// Whether a document would hold anything of it.
    pub(crate) fn has_content(self) -> bool {
        match self {
            Value::Null | Value::Text("") => false,
            Value::Array(elements) => elements.iter().any(|element| element.get().has_content()),
            Value::Object(members) => members.iter().any(|member| member.value.get().has_content()),
            _ => true,
        }
    }

    /// What to call its kind in an error text.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::Text(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        }
    }
}

/// An object of these members.
pub(crate) fn object<'a>(arena: &'a Bump, members: &[(Name<'a>, Value<'a>)]) -> Value<'a> {
    Value::Object(arena.alloc_slice_fill_iter(members.iter().map(|&(name, value)| Member::new(name, name.text, value))))
}

/// An array of these values.
pub(crate) fn array<'a, I>(arena: &'a Bump, values: I) -> Value<'a>
where
    I: IntoIterator<Item = Value<'a>>,
    I::IntoIter: ExactSizeIterator,
{
    Value::Array(arena.alloc_slice_fill_iter(values.into_iter().map(Cell::new)))
}
