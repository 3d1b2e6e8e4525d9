//! The contract's shapes as plain types. `wit/input.wit` says what each one means.

use std::borrow::Cow;

use serde::Serialize;

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Timestamp = u64;

/// What a component is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The data sets of its documents.
    pub datasets: Vec<Dataset>,
    /// JSON Schema of its settings.
    pub settings_schema: String,
}

impl Description {
    /// The position of the data set of this name, whole or its last part: `microsoft_defender_cloud.event` or `event`.
    pub fn position(&self, name: &str) -> Option<u32> {
        let whole = self.datasets.iter().position(|dataset| dataset.name == name);
        let found = whole.or_else(|| self.datasets.iter().position(|dataset| dataset.name.rsplit('.').next() == Some(name)))?;
        u32::try_from(found).ok()
    }

    /// The data set at a position.
    pub fn dataset(&self, position: u32) -> Option<&Dataset> {
        self.datasets.get(usize::try_from(position).ok()?)
    }
}

/// A data set that documents belong to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dataset {
    /// Dotted.
    pub name: String,
    /// One line about it.
    pub summary: String,
    /// Whether `decode` takes its records.
    pub decodes: bool,
}

/// One field that documents of a data set may have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// Dotted, such as `event.created`.
    pub name: String,
    /// Elasticsearch's name of the type.
    pub kind: String,
    /// Where it comes from, one line a rule.
    pub sources: Vec<String>,
}

/// How much a problem matters, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// As intended, worth counting.
    Info,
    /// The data may be thinner.
    Warning,
    /// Something is missing, or somebody has to act.
    Error,
}

impl Severity {
    /// The contract's word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One thing to say about the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingProblem {
    /// An error refuses the settings.
    pub severity: Severity,
    /// JSON pointer into the settings.
    pub pointer: String,
    /// For a person.
    pub message: String,
}

/// One document, ready to be indexed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Position of its data set in [`Description::datasets`].
    pub dataset: u32,
    /// The same for every delivery of the same occurrence.
    pub id: String,
    /// One JSON object in UTF-8, on one line; that it is JSON, nobody has checked.
    pub body: Vec<u8>,
    /// Position, in the call's argument, of what it was made from.
    pub source: Option<u32>,
}

impl Document {
    /// The body as text.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }
}

/// Something a person should know that no document shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// How much it matters.
    pub severity: Severity,
    /// Stable and in kebab-case.
    pub code: String,
    /// For a person.
    pub message: String,
    /// As in [`Document::source`].
    pub source: Option<u32>,
}

/// A GET for the host to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Unique within a run.
    pub id: u64,
    /// Absolute.
    pub url: String,
    /// OAuth scopes that the access token must have.
    pub token_scopes: Vec<String>,
}

/// What a server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The whole body, decompressed.
    pub body: Vec<u8>,
}

/// Why there is no response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The host forbids the request, or the component trapped on its response.
    Refused(String),
    /// No access token could be had.
    Unauthorized(String),
    /// No connection.
    Unreachable(String),
    /// No answer in time.
    TimedOut,
    /// The body is longer than this many bytes.
    TooLarge(u64),
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The request's.
    pub id: u64,
    /// The response, or why there is none.
    pub answer: Result<Response, Failure>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Pages that were read.
    pub pages: u64,
    /// Records found in them.
    pub records: u64,
    /// Documents made.
    pub documents: u64,
    /// Lists that are not there, as intended.
    pub skipped: u64,
    /// Lists that could not be read.
    pub failed: u64,
    /// Whether everything that was asked for was read.
    pub complete: bool,
}

/// What a call of the poller gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Step {
    /// To be sent now.
    pub requests: Vec<Request>,
    /// Ready to be stored.
    pub documents: Vec<Document>,
    /// Worth telling.
    pub problems: Vec<Problem>,
    /// Where to resume once these and all earlier documents are stored; absent where the one before still serves.
    pub cursor: Option<Vec<u8>>,
    /// Whether more documents are ready.
    pub more: bool,
    /// Set on the last step.
    pub finished: Option<Totals>,
}

/// Where in an Event Hub a message stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The partition's id.
    pub partition: String,
    /// The message's number in it.
    pub sequence_number: i64,
    /// The broker's own address of it.
    pub offset: String,
    /// When the hub took it in; 0 if that is not known.
    pub enqueued: Timestamp,
    /// The sender's key, if it gave one.
    pub partition_key: Option<String>,
}

/// One message or record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its bytes.
    pub body: Vec<u8>,
    /// Where it stood, if that is known.
    pub position: Option<Position>,
}

impl From<&str> for Message {
    /// A message from nowhere in particular.
    fn from(body: &str) -> Self {
        Self { body: body.as_bytes().to_vec(), position: None }
    }
}

/// What `decode` gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decoded {
    /// Ready to be stored.
    pub documents: Vec<Document>,
    /// Worth telling.
    pub problems: Vec<Problem>,
}

/// One rule that wrote a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trace {
    /// The field's dotted name.
    pub field: String,
    /// As in [`Field::sources`].
    pub rule: String,
    /// Where the value stood in the message.
    pub sources: Vec<String>,
}

/// How one document came about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// What wrote each field.
    pub traces: Vec<Trace>,
    /// Members of the message that no rule read.
    pub unused: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::{Dataset, Description};

    #[test]
    fn a_data_set_is_found_by_its_whole_name_first_and_by_its_last_part() {
        let dataset = |name: &str| Dataset { name: name.into(), summary: String::new(), decodes: true };
        let datasets = vec![dataset("cloud.event"), dataset("event"), dataset("cloud.run")];
        let description = Description { name: String::new(), version: String::new(), datasets, settings_schema: String::new() };
        assert_eq!(description.position("cloud.event"), Some(0));
        assert_eq!(description.position("event"), Some(1));
        assert_eq!(description.position("run"), Some(2));
        assert_eq!(description.position("cloud"), None);
        assert_eq!(description.dataset(2).map(|dataset| dataset.name.as_str()), Some("cloud.run"));
        assert_eq!(description.dataset(3), None);
    }
}
