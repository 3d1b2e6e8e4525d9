//! What is not fields: how long documents stay, what is done to one that comes in, and how an index is set up.

use serde_json::{Value, json};

use crate::fields::ASSESSMENT;

/// How long assessments are kept. Each run stores all of them again, and views of the latest have what matters.
pub const RETENTION: &str = "7d";
/// The policy's file in the package; Fleet makes its name of package, folder and file.
pub const POLICY: &str = "default_policy";

/// How long the documents of a data set are kept; others stay until somebody decides.
pub fn retention(dataset: &str) -> Option<&'static str> {
    (dataset == ASSESSMENT).then_some(RETENTION)
}

/// The lifecycle of indices of assessments, for Elasticsearch with ILM.
pub fn policy(meta: Option<Value>) -> Value {
    let mut policy = json!({
        "phases": {
            "hot": { "min_age": "0ms", "actions": { "rollover": { "max_age": "1d", "max_primary_shard_size": "50gb" } } },
            "delete": { "min_age": RETENTION, "actions": { "delete": {} } },
        }
    });
    if let Some(meta) = meta {
        policy["_meta"] = meta;
    }
    json!({ "policy": policy })
}

/// What is done to a document that comes in: it is told when. Transforms look for what is new by that.
pub fn pipeline() -> Value {
    let said = "Processor {{{_ingest.on_failure_processor_type}}} with tag {{{_ingest.on_failure_processor_tag}}} in pipeline {{{_ingest.pipeline}}} failed with message: {{{_ingest.on_failure_message}}}";
    json!({
        "description": "Says when a document of Microsoft Defender for Cloud came in; it is finished otherwise.",
        "processors": [
            { "set": { "tag": "set_event_ingested", "field": "event.ingested", "value": "{{{_ingest.timestamp}}}" } },
        ],
        "on_failure": [
            { "set": { "tag": "set_event_kind_on_failure", "field": "event.kind", "value": "pipeline_error" } },
            { "append": { "tag": "append_error_message_on_failure", "field": "error.message", "value": said } },
        ],
    })
}

/// Settings of an index of documents. Names beyond the limit of fields are left out instead of refusing the document.
pub fn index() -> Value {
    json!({
        "mapping": { "ignore_malformed": true, "total_fields": { "limit": 2000, "ignore_dynamic_beyond_limit": true } },
    })
}

#[cfg(test)]
mod tests {
    use super::pipeline;

    #[test]
    fn every_processor_has_a_tag_of_its_own() {
        let pipeline = pipeline();
        let mut tags = Vec::new();
        for list in ["processors", "on_failure"] {
            for processor in pipeline[list].as_array().expect("a list") {
                let (_, body) = processor.as_object().and_then(|object| object.iter().next()).expect("one");
                tags.push(body["tag"].as_str().expect("a tag").to_owned());
            }
        }
        let count = tags.len();
        tags.sort();
        tags.dedup();
        assert_eq!(tags.len(), count);
    }
}
