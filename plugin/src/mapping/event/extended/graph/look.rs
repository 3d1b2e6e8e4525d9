//! What one pass over an object tells of the node that it may be.

use crate::defender::node::{Kind, NODE};
use crate::json::tree::{Member, Value};

/// What one pass over an object tells.
#[derive(Default)]
pub(super) struct Look<'a> {
    /// Its `$id`.
    pub id: Option<&'a str>,
    /// Its `$ref`.
    pub reference: Option<&'a str>,
    type_: Option<&'a str>,
    /// The kind that a telling member makes of it.
    told: Option<Kind>,
    /// Whether there is a member besides `$id` and `$ref`.
    pub says_something: bool,
    /// Whether it stands for another.
    pub is_reference: bool,
}

impl<'a> Look<'a> {
    /// Looks at the members of an object.
    pub(super) fn at(members: &'a [Member<'a>]) -> Self {
        let mut look = Self::default();
        let id = |value: Value<'a>| match value {
            Value::Text(text) | Value::Number(text) => Some(text),
            _ => None,
        };
        for member in members {
            let value = member.value.get();
            if member.is(NODE.dollar_id.name) {
                look.id = id(value);
                continue;
            }
            if member.is(NODE.dollar_ref.name) {
                look.reference = id(value);
                continue;
            }
            look.says_something = true;
            if member.is(NODE.type_.name) {
                look.type_ = value.text().filter(|text| !text.trim().is_empty());
            } else if !value.is_blank() && look.told.is_none_or(|told| told == Kind::Process) {
                look.told = Self::told_by(member).or(look.told);
            }
        }
        look.is_reference = look.reference.is_some() && !look.says_something;
        look
    }

    fn told_by(member: &Member<'_>) -> Option<Kind> {
        match member {
            member if member.is(NODE.address.name) => Some(Kind::Ip),
            member if member.is(NODE.host_name.name) => Some(Kind::Host),
            member if member.is(NODE.process_id.name) || member.is(NODE.command_line.name) => Some(Kind::Process),
            _ => None,
        }
    }

    /// What the object is, by its type, its position or what it says; `None` for no node.
    pub(super) fn kind(&self, by_position: Option<Kind>) -> Option<Kind> {
        self.type_.map(Kind::of).or(by_position).or(self.told)
    }
}
