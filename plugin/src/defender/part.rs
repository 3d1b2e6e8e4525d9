//! Where a member stands in a record: the object that holds it, and its name there.

use core::fmt;

use crate::json::key_table::KeyTable;
use crate::json::name::Name;
use crate::json::tree::{Member, Value};

/// An object of a record, and what rules read of it.
#[derive(Debug)]
pub(crate) struct Part {
    /// Its position among the parts of its data set.
    pub index: usize,
    /// The position of the part that it stands in; the record stands in itself.
    pub parent: usize,
    /// Its name there.
    pub name: Name<'static>,
    /// Where it stands, in the words of the docs; empty for the record itself.
    pub path: &'static str,
    /// What becomes of something else in its place.
    pub otherwise: Otherwise,
    members: &'static [Name<'static>],
    by_key: KeyTable<128>,
}

/// What becomes of something else in the place of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Otherwise {
    /// It is reported: the reference looks into it, and fails.
    Reported,
    /// It yields nothing, in silence.
    Ignored,
}

/// A member of a part. Each is a constant of [`super`], so one that is not declared does not build.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source {
    /// The object.
    pub part: &'static Part,
    /// Its position among the members of that object.
    pub index: usize,
    /// Its name, in the form that the parser brings names to.
    pub name: Name<'static>,
    /// Its name in the words of the docs.
    pub spelled: &'static str,
}

/// No part has more members that rules read; one that needs more raises it, up to half of [`Part::by_key`].
const MOST: usize = 48;

impl Part {
    /// A part; its members are looked up by their keys.
    pub(crate) const fn new(
        position: usize,
        parent: usize,
        name: Name<'static>,
        path: &'static str,
        otherwise: Otherwise,
        members: &'static [Name<'static>],
    ) -> Self {
        assert!(members.len() <= MOST, "a part has more members than `MOST`");
        let mut by_key = KeyTable::new();
        let mut index = 0;
        while index < members.len() {
            by_key.add(members[index].key, index);
            index += 1;
        }
        Self { index: position, parent, name, path, otherwise, members, by_key }
    }

    /// The names of its members.
    #[cfg(test)]
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.members.iter().map(|name| name.text)
    }

    /// The members of an object that rules read, found in one pass.
    #[inline]
    pub(crate) fn members<'a>(&self, object: Value<'a>) -> Found<'a> {
        let mut found = Found([None; MOST]);
        for member in object.members() {
            if let Some(index) = self.by_key.index_of(member.keyed_name(), |index| self.members[index]) {
                found.0[index] = Some(member);
            }
        }
        found
    }
}

/// Members of one object by their positions in its part.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found<'a>([Option<&'a Member<'a>>; MOST]);

impl<'a> Found<'a> {
    /// A member of the part that these are of.
    #[inline]
    pub(crate) fn get(&self, source: Source) -> Option<&'a Member<'a>> {
        self.0[source.index]
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.part.path {
            "" => f.write_str(self.spelled),
            path => write!(f, "{path}.{}", self.spelled),
        }
    }
}

/// A table of parts, a parent before what stands in it: for each a constant that has its members by name. The first word is the form of names, the second
/// what the positions are called, the third the list of all parts, where they stand in one place each, else `_`.
///
/// An entry is `CONSTANT: Type in TypeOfParent "name there", otherwise, "path in docs" { members }`; the constant has the members, the type has the object
/// (`Type::PART`).
///
/// In a table of `lower`, the parser brings names to lower case, and what stands here is Azure's spelling. In one of `named`, names were brought to snake case
/// or renamed before: parts and members bear that name (`type_ as "type"` where Rust has other plans for the word), and the spelling is what docs call it.
macro_rules! parts {
    ($form:ident $order:ident $list:tt; $($(#[$doc:meta])* $constant:ident: $part:ident in $parent:ident $name:literal, $otherwise:ident, $path:literal {
        $($member:ident $(as $named:literal)? $(= $spelled:literal)?),* $(,)?
    })*) => {
        #[derive(Clone, Copy)]
        enum $order { $($part),* }

        $(
            $(#[$doc])*
            #[derive(Debug)]
            pub(crate) struct $part { $(pub $member: $crate::defender::part::Source),* }

            impl $part {
                /// The object.
                pub(crate) const PART: &'static $crate::defender::part::Part = &$crate::defender::part::Part::new(
                    $order::$part as usize,
                    $order::$parent as usize,
                    parts!(@part $form $name),
                    $path,
                    $crate::defender::part::Otherwise::$otherwise,
                    &[$(parts!(@name $form parts!(@named $member $($named)?), parts!(@spelled $member $($spelled)?))),*],
                );
            }

            /// Its members.
            pub(crate) const $constant: $part = {
                #[expect(non_camel_case_types, reason = "a position for each member")]
                #[derive(Clone, Copy)]
                enum Position { $($member),* }
                $part { $($member: $crate::defender::part::Source {
                    part: $part::PART,
                    index: Position::$member as usize,
                    name: parts!(@name $form parts!(@named $member $($named)?), parts!(@spelled $member $($spelled)?)),
                    spelled: parts!(@spelled $member $($spelled)?),
                }),* }
            };
        )*

        /// All parts in their order.
        pub(crate) const $list: &[&$crate::defender::part::Part] = &[$($part::PART),*];
    };
    (@spelled $member:ident) => { stringify!($member) };
    (@spelled $member:ident $spelled:literal) => { $spelled };
    (@part lower $name:literal) => { parts!(@lower $name) };
    (@part $form:ident $name:literal) => { $crate::json::name::Name::of($name) };
    (@named $member:ident) => { stringify!($member) };
    (@named $member:ident $named:literal) => { $named };
    (@name lower $named:expr, $spelled:expr) => { parts!(@lower $spelled) };
    (@name named $named:expr, $spelled:expr) => { $crate::json::name::Name::of($named) };
    (@lower $spelled:expr) => {{
        const LOWER: $crate::json::name::InForm = $crate::json::name::lowercase($spelled);
        $crate::json::name::Name::of(LOWER.text())
    }};
}
pub(crate) use parts;
