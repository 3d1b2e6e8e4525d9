//! What every document has, whatever its data set: times, names, tags, where the message stood, what could not be read.

use bumpalo::Bump;

use super::cast::integer;
use super::convert::date;
use super::record::{Original, Record};
use crate::contract::{Dataset, Position, Timestamp};
use crate::ecs::{self, Schema, Slot};
use crate::json::tree::{Value, array};
use crate::settings::Settings;

/// Fields filled here, and how to say where from.
pub(crate) const RULES: &[(&str, &str)] = &[
    ("@timestamp", "else when the hub took the message in, else the time of the call; in a walk the start of the run"),
    ("azure-eventhub.consumer_group", "setting `consumer_group`, for messages whose position is known"),
    ("azure-eventhub.enqueued_time", "the message's position, where it says so"),
    ("azure-eventhub.eventhub", "setting `eventhub`, for messages whose position is known"),
    ("azure-eventhub.offset", "the message's position"),
    ("azure-eventhub.partition_id", "the message's position"),
    ("azure-eventhub.partition_key", "the message's position"),
    ("azure-eventhub.sequence_number", "the message's position"),
    ("ecs.version", "constant"),
    ("error.message", "a line for each value that could not be read"),
    ("event.dataset", "constant"),
    ("event.kind", "`pipeline_error` if something could not be read"),
    ("event.module", "constant"),
    ("event.original", "the record's own text, if `preserve_original_event` is set, something could not be read, or the record is of no known kind"),
    ("tags", "the settings `preserve_original_event` and `preserve_duplicate_custom_fields` by name, then `tags`"),
];

/// The tag that stands for the setting of its name.
const PRESERVE_ORIGINAL: &str = "preserve_original_event";
const PRESERVE_DUPLICATES: &str = "preserve_duplicate_custom_fields";
const MODULE: &str = "microsoft_defender_cloud";

/// The slots of these fields in one data set.
pub(crate) struct Envelope {
    dataset: Dataset,
    ecs_version: &'static str,
    default_tags: [&'static str; 2],
    /// Whether the tag `preserve_original_event` marks a document with an error.
    tags_errors: bool,
    slots: Slots,
}

struct Slots {
    timestamp: Slot,
    ecs_version: Slot,
    kind: Slot,
    dataset: Slot,
    module: Slot,
    original: Slot,
    error: Slot,
    tags: Slot,
    consumer_group: Slot,
    enqueued_time: Slot,
    eventhub: Slot,
    offset: Slot,
    partition: Slot,
    partition_key: Slot,
    sequence_number: Slot,
}

impl Envelope {
    /// The event data set's.
    pub(crate) const fn event(schema: &Schema) -> Self {
        Self {
            dataset: Dataset::Event,
            ecs_version: "8.11.0",
            default_tags: ["forwarded", "microsoft_defender_cloud-event"],
            tags_errors: false,
            slots: Slots::of(schema),
        }
    }

    /// The assessment data set's.
    pub(crate) const fn assessment(schema: &Schema) -> Self {
        Self {
            dataset: Dataset::Assessment,
            ecs_version: ecs::VERSION,
            default_tags: ["forwarded", "microsoft_defender_cloud-assessment"],
            tags_errors: true,
            slots: Slots::of(schema),
        }
    }

    /// Completes a mapped record.
    pub(crate) fn complete<'a>(&self, record: &mut Record<'a>, settings: &'a Settings, original: &'a str, origin: Origin<'a>) {
        let arena = record.arena;
        let slots = &self.slots;
        let original = origin.bytes.or(origin.whole).unwrap_or(original);
        if record.document.get(slots.timestamp).is_null() {
            let enqueued = origin.position.map(|position| position.enqueued).filter(|enqueued| *enqueued != 0);
            let time = enqueued.unwrap_or(origin.now);
            record.document.set(slots.timestamp, stamp(arena, time));
        }
        record.document.set(slots.ecs_version, Value::Text(self.ecs_version));
        record.document.set(slots.dataset, Value::Text(self.dataset.name()));
        record.document.set(slots.module, Value::Text(MODULE));
        if let Some(position) = origin.position {
            self.position(record, settings, position);
        }
        let failed = !record.errors.is_empty();
        if failed {
            record.document.set(slots.error, record.errors.lines());
            if !record.keeps_kind {
                record.document.set(slots.kind, Value::Text("pipeline_error"));
            }
        }
        let preserves = match record.original {
            Original::AsSet => failed || origin.bytes.is_some() || settings.preserve_original_event,
            Original::Shown | Original::Kept => true,
            Original::Elsewhere => false,
        };
        if preserves {
            record.document.set(slots.original, Value::Text(original));
        } else if record.original == Original::Elsewhere {
            record.document.set(slots.original, Value::Null);
        }
        let tags_original = match record.original {
            Original::AsSet | Original::Shown => settings.preserve_original_event || (failed && self.tags_errors),
            Original::Kept | Original::Elsewhere => preserves,
        };
        let tags = self.tags(arena, settings, tags_original, &record.tags);
        record.document.set(slots.tags, tags);
    }

    fn position<'a>(&self, record: &mut Record<'a>, settings: &'a Settings, position: &'a Position) {
        let slots = &self.slots;
        for (slot, text) in [
            (slots.consumer_group, settings.consumer_group.as_str()),
            (slots.eventhub, &settings.eventhub),
            (slots.offset, &position.offset),
            (slots.partition, &position.partition),
            (slots.partition_key, position.partition_key.as_deref().unwrap_or_default()),
        ] {
            record.document.set(slot, Value::Text(text));
        }
        if position.enqueued != 0 {
            record.document.set(slots.enqueued_time, stamp(record.arena, position.enqueued));
        }
        record.document.set(slots.sequence_number, integer(record.arena, position.sequence_number));
    }

    fn tags<'a>(&self, arena: &'a Bump, settings: &'a Settings, tags_original: bool, own: &[&'static str]) -> Value<'a> {
        let mut tags = Vec::with_capacity(5);
        if tags_original {
            tags.push(PRESERVE_ORIGINAL);
        }
        if settings.preserve_duplicate_custom_fields {
            tags.push(PRESERVE_DUPLICATES);
        }
        match &settings.tags {
            Some(set) => tags.extend(set.iter().map(String::as_str)),
            None => tags.extend(self.default_tags),
        }
        for tag in own {
            if !tags.contains(tag) {
                tags.push(tag);
            }
        }
        array(arena, tags.into_iter().map(Value::Text))
    }
}

/// Where and when a record came from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin<'a> {
    /// The time of the call, or the start of the run.
    pub now: Timestamp,
    /// Where in the hub the message stood.
    pub position: Option<&'a Position>,
    /// Its bytes, in base64, where its text does not show all of them. They are kept, and stand for the text.
    pub bytes: Option<&'a str>,
    /// Its text with what is around it, where that is more.
    pub whole: Option<&'a str>,
}

impl<'a> Origin<'a> {
    /// Of a record that is all that its message holds.
    pub(crate) fn new(now: Timestamp, position: Option<&'a Position>) -> Self {
        Self { now, position, bytes: None, whole: None }
    }
}

fn stamp(arena: &Bump, time: Timestamp) -> Value<'_> {
    Value::Text(arena.alloc_str(date::from_millis(time).as_str()))
}

impl Slots {
    const fn of(schema: &Schema) -> Self {
        Self {
            timestamp: schema.slot("@timestamp"),
            ecs_version: schema.slot("ecs.version"),
            kind: schema.slot("event.kind"),
            dataset: schema.slot("event.dataset"),
            module: schema.slot("event.module"),
            original: schema.slot("event.original"),
            error: schema.slot("error.message"),
            tags: schema.slot("tags"),
            consumer_group: schema.slot("azure-eventhub.consumer_group"),
            enqueued_time: schema.slot("azure-eventhub.enqueued_time"),
            eventhub: schema.slot("azure-eventhub.eventhub"),
            offset: schema.slot("azure-eventhub.offset"),
            partition: schema.slot("azure-eventhub.partition_id"),
            partition_key: schema.slot("azure-eventhub.partition_key"),
            sequence_number: schema.slot("azure-eventhub.sequence_number"),
        }
    }
}
