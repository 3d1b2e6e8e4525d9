//! A document under construction: one value a field, written in one pass.

use bumpalo::Bump;

use super::schema::{Schema, Slot};
use crate::json::tree::Value;
use crate::json::write::Writer;

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
    pub(crate) fn write(&self, out: &mut Writer) {
        // How many objects are open, and how many of them are shared by all slots since the last one that was written.
        let mut open = 0;
        let mut shared = 0;
        let mut comma = false;
        out.byte(b'{');
        for (step, value) in self.schema.steps.iter().zip(&*self.values) {
            shared = shared.min(step.shared);
            if !value.has_content() {
                continue;
            }
            for _ in shared..open {
                out.byte(b'}');
            }
            if comma {
                out.byte(b',');
            }
            comma = true;
            out.raw(step.path(self.schema.paths, shared));
            out.value(*value);
            open = step.depth - 1;
            shared = open;
        }
        for _ in 0..=open {
            out.byte(b'}');
        }
    }
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
        let mut out = Writer::default();
        document.write(&mut out);
        assert_eq!(
            str::from_utf8(out.written()).unwrap(),
            concat!(
                r#"{"@timestamp":"@timestamp","host":{"name":"host.name","os":{"family":"host.os.family","type":"host.os.type"}},"#,
                r#""orchestrator":{"resource":{"name":"orchestrator.resource.name","parent":{"type":"orchestrator.resource.parent.type"}}},"tags":"tags"}"#
            )
        );
    }
}
