//! The contract's shapes as plain types, for everything that does not speak WIT. The WIT says what each one means to a host.

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Timestamp = u64;

/// A data set that documents belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dataset {
    /// Messages of an Event Hub.
    Event,
    /// Assessments and sub-assessments.
    Assessment,
    /// One document for every run of the poller.
    Run,
}

impl Dataset {
    /// All data sets, in the order of `description.datasets`.
    pub const ALL: [Self; 3] = [Self::Event, Self::Assessment, Self::Run];

    /// The name in `event.dataset` and in the data stream.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Event => "microsoft_defender_cloud.event",
            Self::Assessment => "microsoft_defender_cloud.assessment",
            Self::Run => "microsoft_defender_cloud.run",
        }
    }

    /// One line about it.
    pub const fn summary(self) -> &'static str {
        match self {
            Self::Event => "alerts, recommendations, scores and compliance results from an Event Hub",
            Self::Assessment => "assessments and sub-assessments from the Azure REST API",
            Self::Run => "how each run of the poller ended",
        }
    }

    /// Whether `decode` takes its records.
    pub const fn decodes(self) -> bool {
        !matches!(self, Self::Run)
    }

    /// Its position in `description.datasets`.
    pub const fn position(self) -> u32 {
        self as u32
    }

    /// The data set at a position.
    pub fn at(position: u32) -> Option<Self> {
        Self::ALL.get(position as usize).copied()
    }
}

/// One document, ready to be indexed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The data set that it belongs to.
    pub dataset: Dataset,
    /// The same for every delivery of the same occurrence.
    pub id: String,
    /// One JSON object in UTF-8, without a line break.
    pub body: Vec<u8>,
    /// Position, in the call's argument, of what it was made from.
    pub source: Option<u32>,
}

/// How much a problem or a setting matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// As intended, worth counting.
    Info,
    /// The data may be thinner.
    Warning,
    /// Something is missing, or somebody has to act.
    Error,
}

impl Severity {
    /// As the contract spells it.
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
    /// Only an error refuses the settings.
    pub severity: Severity,
    /// JSON pointer to what it is about; empty for all of it.
    pub pointer: String,
    /// For a person.
    pub message: String,
}

/// Something a person should know that no document shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// How much it matters.
    pub severity: Severity,
    /// Stable and in kebab-case.
    pub code: &'static str,
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
    /// OAuth scopes of the access token.
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
    /// The host forbids the request, or a plugin trapped on its response.
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
    /// Assessments and sub-assessments found in them.
    pub records: u64,
    /// Documents made, the run document not counted.
    pub documents: u64,
    /// Sub-assessment lists that are not there, as intended.
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
    /// Where to resume.
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

/// What `decode` gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decoded {
    /// At least one for every message.
    pub documents: Vec<Document>,
    /// Worth telling.
    pub problems: Vec<Problem>,
}

/// One field that documents of a data set may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Dotted.
    pub name: String,
    /// Elasticsearch's name of the type.
    pub kind: String,
    /// Where it comes from, one readable line a rule.
    pub sources: Vec<String>,
}

/// One rule that wrote a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// The field.
    pub field: String,
    /// As in [`Field::sources`].
    pub rule: String,
    /// Where the value stood in the message.
    pub sources: Vec<String>,
}

/// What `decode` does with one record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Explanation {
    /// By field.
    pub traces: Vec<Trace>,
    /// Members of the record that no rule read.
    pub unused: Vec<String>,
}
