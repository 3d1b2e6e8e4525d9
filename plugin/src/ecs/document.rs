//! A document under construction: one value a field, written in one pass.

use bumpalo::Bump;

use super::schema::{Schema, Slot};
use super::{ASSESSMENT, EVENT, RUN};
use crate::json::tree::Value;
use crate::json::write::Writer;

/// Values by slot.
pub(crate) struct Document<'a> {
    schema: &'static Schema,
    values: &'a mut [Value<'a>],
    /// A bit for each slot that was set: most never are.
    set: [u64; WORDS],
}

/// Enough for the slots of every schema.
const WORDS: usize = 5;

const _: () = assert!(EVENT.slots.len() <= 64 * WORDS && ASSESSMENT.slots.len() <= 64 * WORDS && RUN.slots.len() <= 64 * WORDS);

impl<'a> Document<'a> {
    /// Nothing set yet.
    pub(crate) fn new(arena: &'a Bump, schema: &'static Schema) -> Self {
        Self { schema, values: arena.alloc_slice_fill_copy(schema.slots.len(), Value::Null), set: [0; WORDS] }
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
        self.set[slot / 64] |= 1 << (slot % 64);
    }

    /// Whether a field below that name holds anything.
    pub(crate) fn has_below(&self, name: &str) -> bool {
        self.filled().any(|slot| self.schema.slots[slot].name.starts_with(name) && self.values[slot].has_content())
    }

    /// The slots that were set, in their order.
    pub(crate) fn filled(&self) -> impl Iterator<Item = Slot> + use<> {
        self.set.into_iter().enumerate().flat_map(|(word, mut bits)| {
            core::iter::from_fn(move || {
                let bit = (bits != 0).then(|| bits.trailing_zeros() as usize)?;
                bits &= bits - 1;
                Some(word * 64 + bit)
            })
        })
    }

    /// Writes it as one JSON object without a line break and without anything empty.
    pub(crate) fn write(&self, out: &mut Writer) {
        let steps = self.schema.steps;
        // How many objects are open, and the slot that was written last.
        let mut open = 0;
        let mut last: Option<Slot> = None;
        out.byte(b'{');
        for slot in self.filled() {
            let value = self.values[slot];
            if !value.has_content() {
                continue;
            }
            let step = &steps[slot];
            let shared = last.map_or(0, |last| steps[last + 1..=slot].iter().fold(open, |shared, step| shared.min(step.shared)));
            for _ in shared..open {
                out.byte(b'}');
            }
            if last.is_some() {
                out.byte(b',');
            }
            out.raw(step.path(self.schema.paths, shared));
            out.value(value);
            open = step.depth - 1;
            last = Some(slot);
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
            String::from_utf8(out.take()).unwrap(),
            concat!(
                r#"{"@timestamp":"@timestamp","host":{"name":"host.name","os":{"family":"host.os.family","type":"host.os.type"}},"#,
                r#""orchestrator":{"resource":{"name":"orchestrator.resource.name","parent":{"type":"orchestrator.resource.parent.type"}}},"tags":"tags"}"#
            )
        );
    }
}
