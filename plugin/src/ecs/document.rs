//! A document under construction: one value a field, written in one pass.

use bumpalo::Bump;

use super::schema::{Schema, Slot};
use crate::json::tree::Value;
use crate::json::write;

/// Values by slot.
pub(crate) struct Document<'a> {
    schema: &'static Schema,
    values: &'a mut [Value<'a>],
}

impl<'a> Document<'a> {
    /// Nothing set yet.
    pub(crate) fn new(arena: &'a Bump, schema: &'static Schema) -> Self {
        Self { schema, values: arena.alloc_slice_fill_copy(schema.slots.len(), Value::Null) }
    }

    /// The fields that it may have.
    pub(crate) fn schema(&self) -> &'static Schema {
        self.schema
    }

    /// The value of a field.
    #[inline]
    pub(crate) fn get(&self, slot: Slot) -> Value<'a> {
        self.values[slot]
    }

    /// Sets a field, over what it held.
    #[inline]
    pub(crate) fn set(&mut self, slot: Slot, value: Value<'a>) {
        self.values[slot] = value;
    }

    /// Writes it as one JSON object without a line break and without anything empty.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        // The path that is open, as the start of the name of the field written last.
        let mut open = "";
        out.push(b'{');
        let mut first = true;
        for (field, value) in self.schema.slots.iter().zip(&*self.values) {
            if !value.has_content() {
                continue;
            }
            let (parent, _) = field.name.rsplit_once('.').unwrap_or(("", field.name));
            let shared = shared_path(open, parent);
            for _ in 0..levels(&open[shared.min(open.len())..]) {
                out.push(b'}');
            }
            if !first {
                out.push(b',');
            }
            first = false;
            let rest = if shared == 0 { field.name } else { &field.name[shared + 1..] };
            let mut names = rest.split('.').peekable();
            while let Some(name) = names.next() {
                // Names of fields need no escapes.
                out.push(b'"');
                out.extend_from_slice(name.as_bytes());
                out.extend_from_slice(if names.peek().is_some() { b"\":{" } else { b"\":" });
            }
            write::value(out, *value);
            open = parent;
        }
        for _ in 0..levels(open) {
            out.push(b'}');
        }
        out.push(b'}');
    }
}

/// The length of the path, in whole names, with which both begin.
fn shared_path(open: &str, next: &str) -> usize {
    let equal = open.bytes().zip(next.bytes()).take_while(|(left, right)| left == right).count();
    let ends = |path: &str| path.len() == equal || path.as_bytes().get(equal) == Some(&b'.');
    if ends(open) && ends(next) { equal } else { open[..equal].rfind('.').unwrap_or(0) }
}

/// How many names are in the part of a path that follows a shared one.
fn levels(path: &str) -> usize {
    path.split('.').filter(|name| !name.is_empty()).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecs::ASSESSMENT;

    #[test]
    fn fields_nest_as_their_names_say() {
        let arena = Bump::new();
        let mut document = Document::new(&arena, &ASSESSMENT);
        let slot = |name| ASSESSMENT.slot(name);
        for name in ["@timestamp", "host.name", "host.os.family", "host.os.type", "orchestrator.resource.name", "orchestrator.resource.parent.type", "tags"] {
            document.set(slot(name), Value::Text(name));
        }
        document.set(slot("host.os.platform"), Value::Array(&[]));
        let mut out = Vec::new();
        document.write(&mut out);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            concat!(
                r#"{"@timestamp":"@timestamp","host":{"name":"host.name","os":{"family":"host.os.family","type":"host.os.type"}},"#,
                r#""orchestrator":{"resource":{"name":"orchestrator.resource.name","parent":{"type":"orchestrator.resource.parent.type"}}},"tags":"tags"}"#
            )
        );
    }
}
