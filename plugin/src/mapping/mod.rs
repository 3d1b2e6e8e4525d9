//! From what Microsoft sent to ECS documents: the only place that knows both sides. Mapping cannot fail.

mod convert;

use crate::contract::Timestamp;
use crate::settings::Settings;

/// Makes documents under one set of settings.
#[derive(Debug)]
pub struct Mapper {
    settings: Settings,
}

impl Mapper {
    /// A mapper for these settings.
    pub fn new(settings: Settings) -> Self {
        Self { settings }
    }

    /// The document of one merged assessment record, as JSON. `at` becomes its `@timestamp`.
    pub fn assessment(&mut self, record: &str, at: Timestamp) -> Vec<u8> {
        format!("{{\"@timestamp\":{at},\"event\":{{\"original\":{record}}}}}").into_bytes()
    }
}
