//! What an instance is set up with: one value per setting, checked.

pub mod pattern;
pub mod reference;
pub mod schema;

mod check;
mod nearest;
mod parse;
mod sanitizers;
mod table;
#[cfg(test)]
mod tests;

use pattern::Pattern;

/// A part of Azure whose assessments are collected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// By its id.
    Subscription(String),
    /// By its name.
    ManagementGroup(String),
}

/// How sub-assessments are collected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SubAssessments {
    /// One list for every assessment that links to one.
    PerAssessment,
    /// One list for every scope, joined to the assessments by id.
    #[default]
    ListAll,
    /// Not at all.
    None,
}

impl SubAssessments {
    /// The value of the setting.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PerAssessment => "per-assessment",
            Self::ListAll => "list-all",
            Self::None => "none",
        }
    }
}

/// Whether assessments that come without metadata get that of their kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Metadata {
    /// They stay as they come.
    None,
    /// It is listed once a run, and joined to them.
    #[default]
    Join,
}

impl Metadata {
    /// The value of the setting.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Join => "join",
        }
    }
}

/// Which documents are made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Profile {
    /// What the reference mapping makes.
    Elastic,
    /// What an analyst needs of today's Azure: a finding for each CVE, more ECS fields, and `event.kind`, `category` and `type` as they are.
    #[default]
    Extended,
}

impl Profile {
    /// The value of the setting.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Elastic => "elastic",
            Self::Extended => "extended",
        }
    }
}

/// A repair of text that is not JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sanitizer {
    /// Removes every line feed.
    NewLines,
    /// Turns single quotes outside of double ones into double ones.
    SingleQuotes,
    /// Replaces every match of a regular expression.
    ReplaceAll {
        /// The regular expression.
        pattern: Pattern,
        /// What stands for each match; `$1` and `${1}` are groups, `$$` is a dollar sign.
        replacement: String,
    },
}

/// All settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// What is polled, in order, each once.
    pub scopes: Vec<Scope>,
    /// The API's base, without a slash at its end.
    pub url: String,
    /// OAuth scopes of the access token.
    pub token_scopes: Vec<String>,
    /// `api-version` of the assessments' list.
    pub assessment_api_version: String,
    /// `api-version` of the sub-assessments' lists.
    pub sub_assessment_api_version: String,
    /// How sub-assessments are collected.
    pub sub_assessments: SubAssessments,
    /// Whether metadata is joined to assessments.
    pub metadata: Metadata,
    /// `api-version` of the list of metadata.
    pub metadata_api_version: String,
    /// What a walk may hold at a time, in bytes.
    pub max_memory: usize,
    /// In place of a data set's own tags.
    pub tags: Option<Vec<String>>,
    /// Whether `event.original` is kept.
    pub preserve_original_event: bool,
    /// Whether members that were copied to ECS fields are kept as well.
    pub preserve_duplicate_custom_fields: bool,
    /// The hub's name; part of a document's id.
    pub eventhub: String,
    /// The consumer group's name.
    pub consumer_group: String,
    /// Which documents are made.
    pub profile: Profile,
    /// Tried in order on text that is not JSON.
    pub sanitizers: Vec<Sanitizer>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            scopes: Vec::new(),
            url: "https://management.azure.com".into(),
            token_scopes: vec!["https://management.azure.com/.default".into()],
            assessment_api_version: "2021-06-01".into(),
            sub_assessment_api_version: "2019-01-01-preview".into(),
            sub_assessments: SubAssessments::default(),
            metadata: Metadata::default(),
            metadata_api_version: "2021-06-01".into(),
            max_memory: 32 << 20,
            tags: None,
            preserve_original_event: false,
            preserve_duplicate_custom_fields: false,
            eventhub: String::new(),
            consumer_group: "$Default".into(),
            profile: Profile::default(),
            sanitizers: Vec::new(),
        }
    }
}

impl Settings {
    /// Whether a run lists metadata and joins it.
    pub(crate) fn joins_metadata(&self) -> bool {
        self.metadata == Metadata::Join
    }
}
