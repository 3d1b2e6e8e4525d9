//! Fields by name and type. A rule names its target at compile time, so a misspelt one does not build.

/// Elasticsearch's type of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Boolean,
    ConstantKeyword,
    Date,
    Double,
    Flattened,
    Float,
    GeoPoint,
    Ip,
    Keyword,
    Long,
    MatchOnlyText,
    Object,
    Wildcard,
}

impl Kind {
    /// The type's name in a mapping.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::ConstantKeyword => "constant_keyword",
            Self::Date => "date",
            Self::Double => "double",
            Self::Flattened => "flattened",
            Self::Float => "float",
            Self::GeoPoint => "geo_point",
            Self::Ip => "ip",
            Self::Keyword => "keyword",
            Self::Long => "long",
            Self::MatchOnlyText => "match_only_text",
            Self::Object => "object",
            Self::Wildcard => "wildcard",
        }
    }
}

/// A field that documents may have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    /// Dotted.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
}

/// A row of a table of fields.
pub(crate) const fn field(name: &'static str, kind: Kind) -> Field {
    Field { name, kind }
}

/// A field's position in [`Schema::slots`].
pub(crate) type Slot = usize;

/// All fields of a data set.
#[derive(Debug)]
pub(crate) struct Schema {
    /// Fields that rules fill, sorted by name; none is a parent of another.
    pub slots: &'static [Field],
    /// How to get from one slot to the next when a document is written.
    pub steps: &'static [Step],
    /// The names of all slots as they stand in a document; steps say which part of it is meant.
    pub paths: &'static [u8],
    /// Declared parts of fields that are filled as a whole, sorted by name.
    pub nested: &'static [Field],
}

impl Schema {
    /// The slot of a field; in a constant, an unknown name stops the build.
    pub(crate) const fn slot(&self, name: &str) -> Slot {
        let (mut low, mut high) = (0, self.slots.len());
        while low < high {
            let middle = (low + high) / 2;
            match compare(self.slots[middle].name, name) {
                0 => return middle,
                1 => high = middle,
                _ => low = middle + 1,
            }
        }
        panic!("no such field in the schema");
    }
}

/// The names that make up a field's path.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    /// How many objects the field shares with the slot before it.
    pub shared: u8,
    /// How many names there are.
    pub depth: u8,
    /// Where each name begins in [`Schema::paths`], and where the last one ends: `"host":{"os":{"family":`
    starts: [u16; DEEPEST + 1],
}

impl Step {
    /// What opens all objects but those that are open, and names the field.
    #[inline]
    pub(crate) fn path<'a>(&self, paths: &'a [u8], open: u8) -> &'a [u8] {
        &paths[usize::from(self.starts[usize::from(open)])..usize::from(self.starts[usize::from(self.depth)])]
    }
}

/// No path has more names.
const DEEPEST: usize = 7;

/// What stands around a name: quotes, a colon, and a brace if another name follows.
const AROUND: usize = "\"\":{".len();

/// The length of all paths.
pub(crate) const fn length_of_paths(slots: &[Field]) -> usize {
    let mut length = 0;
    let mut slot = 0;
    while slot < slots.len() {
        let name = slots[slot].name.as_bytes();
        // A dot gives way to what stands around a name, and the last name opens no object.
        length += name.len() + AROUND - 1;
        let mut at = 0;
        while at < name.len() {
            if name[at] == b'.' {
                length += AROUND - 1;
            }
            at += 1;
        }
        slot += 1;
    }
    length
}

/// The paths of all slots, one behind the other. Names of fields need no escapes.
pub(crate) const fn paths<const LENGTH: usize>(slots: &[Field]) -> [u8; LENGTH] {
    let mut text = Text { bytes: [0; LENGTH], length: 0 };
    let mut slot = 0;
    while slot < slots.len() {
        let name = slots[slot].name.as_bytes();
        text.push(b"\"");
        let mut at = 0;
        while at < name.len() {
            if name[at] == b'.' {
                text.push(b"\":{\"");
            } else {
                text.push(&[name[at]]);
            }
            at += 1;
        }
        text.push(b"\":");
        slot += 1;
    }
    assert!(text.length == LENGTH);
    text.bytes
}

struct Text<const LENGTH: usize> {
    bytes: [u8; LENGTH],
    length: usize,
}

impl<const LENGTH: usize> Text<LENGTH> {
    const fn push(&mut self, bytes: &[u8]) {
        let mut at = 0;
        while at < bytes.len() {
            self.bytes[self.length] = bytes[at];
            self.length += 1;
            at += 1;
        }
    }
}

/// The steps of all slots.
pub(crate) const fn steps<const N: usize>(slots: &[Field]) -> [Step; N] {
    let mut steps = [Step { shared: 0, depth: 0, starts: [0; DEEPEST + 1] }; N];
    let mut length = 0;
    let mut slot = 0;
    while slot < N {
        let name = slots[slot].name.as_bytes();
        let step = &mut steps[slot];
        step.starts[0] = length as u16;
        let mut at = 0;
        while at <= name.len() {
            if at == name.len() || name[at] == b'.' {
                let is_last = at == name.len();
                step.depth += 1;
                length += AROUND - is_last as usize;
                step.starts[step.depth as usize] = length as u16;
            } else {
                length += 1;
            }
            at += 1;
        }
        if slot > 0 {
            let before = slots[slot - 1].name.as_bytes();
            let mut at = 0;
            while at < before.len() && at < name.len() && before[at] == name[at] {
                if name[at] == b'.' {
                    steps[slot].shared += 1;
                }
                at += 1;
            }
        }
        slot += 1;
    }
    assert!(length <= u16::MAX as usize);
    steps
}

/// -1, 0 or 1, as `left` is before, equal to or behind `right`.
const fn compare(left: &str, right: &str) -> i8 {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    let mut at = 0;
    while at < left.len() && at < right.len() {
        if left[at] != right[at] {
            return if left[at] < right[at] { -1 } else { 1 };
        }
        at += 1;
    }
    if left.len() == right.len() {
        0
    } else if left.len() < right.len() {
        -1
    } else {
        1
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ASSESSMENT, EVENT, RUN};

    #[test]
    fn tables_are_sorted_and_no_slot_is_a_parent() {
        for schema in [EVENT, ASSESSMENT, RUN] {
            for fields in [schema.slots, schema.nested] {
                assert!(fields.is_sorted_by(|left, right| left.name < right.name));
            }
            for pair in schema.slots.windows(2) {
                assert!(!pair[1].name.starts_with(&format!("{}.", pair[0].name)), "{}", pair[0].name);
            }
            for nested in schema.nested {
                let parents = schema.slots.iter().filter(|slot| nested.name.starts_with(&format!("{}.", slot.name)));
                assert_eq!(parents.count(), 1, "{}", nested.name);
            }
        }
    }
}
