//! Members brought to their type where they stand. One that cannot be read is removed and reported.

use super::cast::{Cast, cast};
use super::record::Record;
use crate::defender::part::Source;
use crate::json::tree::{Member, Value};

/// One conversion.
#[derive(Debug)]
pub(crate) struct Conversion {
    /// The member.
    pub source: Source,
    /// Its type.
    pub to: Cast,
}

/// A table of conversions.
macro_rules! conversions {
    ($($part:ident.$member:ident => $to:ident;)*) => {
        &[$($crate::mapping::conversions::Conversion { source: $part.$member, to: $crate::mapping::cast::Cast::$to }),*]
    };
}
pub(crate) use conversions;

impl Conversion {
    /// Converts the member, if it is there.
    pub(crate) fn apply<'a>(&self, record: &mut Record<'a>, member: Option<&Member<'a>>) {
        let Some(member) = member else { return };
        let value = member.value.get();
        if value.is_null() || (self.to == Cast::Date && value.is_blank()) {
            return;
        }
        match cast(record.arena, value, self.to) {
            Ok(converted) => member.value.set(converted),
            Err(part) => {
                record.errors.unreadable(&self.source, part, self.to.name());
                member.value.set(Value::Null);
            }
        }
    }
}
