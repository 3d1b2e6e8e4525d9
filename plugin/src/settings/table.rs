//! All settings, one row each: the only place that names them. Parser, schema and reference page are made from it.

use super::check::{self, Verdict};
use super::parse::Draft;
use super::{Metadata, Profile, Sanitizer, SubAssessments};

/// One setting.
pub(super) struct Row {
    /// As it is written in the settings.
    pub name: &'static str,
    /// A few words for a form's label.
    pub title: &'static str,
    /// What it is for.
    pub group: Group,
    /// What it may be, and where it goes.
    pub kind: Kind,
    /// What holds where it is not given, as JSON; `null` if there is no such value.
    pub default: &'static str,
    /// A value that shows its form, as JSON.
    pub example: &'static str,
    /// One or more sentences.
    pub description: &'static str,
}

/// Which part of the work a setting is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    Collecting,
    Receiving,
    Mapping,
}

impl Group {
    pub(super) const ALL: [Self; 3] = [Self::Collecting, Self::Receiving, Self::Mapping];

    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Collecting => "Collecting assessments from the Azure REST API",
            Self::Receiving => "Receiving events from an Event Hub",
            Self::Mapping => "What documents look like",
        }
    }
}

/// The type of a setting. Of any type, `null` counts as not given.
pub(super) enum Kind {
    /// A text. An empty one counts as not given, unless the check refuses it, as it does for names of scopes.
    Text { check: fn(&str) -> Verdict, store: fn(&mut Draft, String) },
    /// A list of texts, at least so many; empty ones in it do not count, unless the check refuses them.
    Texts { least: usize, check: fn(&str) -> Verdict, store: fn(&mut Draft, Vec<String>) },
    /// `true` or `false`.
    Switch { store: fn(&mut Draft, bool) },
    /// An integer within limits.
    Integer { least: u32, most: u32, store: fn(&mut Draft, u32) },
    /// One of several texts, handed on by its place among them; an empty text counts as not given.
    Choice { choices: &'static [&'static str], store: fn(&mut Draft, usize) },
    /// A list of sanitizers.
    Sanitizers { store: fn(&mut Draft, Vec<Sanitizer>) },
}

const SUB_ASSESSMENTS: [SubAssessments; 3] = [SubAssessments::PerAssessment, SubAssessments::ListAll, SubAssessments::None];
const METADATA: [Metadata; 2] = [Metadata::None, Metadata::Join];
const PROFILES: [Profile; 2] = [Profile::Elastic, Profile::Extended];

/// In the order in which a person would look for them.
pub(super) static ROWS: [Row; 19] = [
    Row {
        name: "subscription_id",
        title: "Subscription id",
        group: Group::Collecting,
        kind: Kind::Text { check: check::subscription, store: |draft, id| draft.subscription = Some(id) },
        default: "null",
        example: "\"0a1b2c3d-0000-4444-8888-ccccddddeeee\"",
        description: "The subscription whose assessments are collected. Not used if `management_group_name` is given as well.",
    },
    Row {
        name: "subscription_ids",
        title: "Subscription ids",
        group: Group::Collecting,
        kind: Kind::Texts { least: 0, check: check::subscription, store: |draft, ids| draft.subscriptions = ids },
        default: "[]",
        example: "[\"0a1b2c3d-0000-4444-8888-ccccddddeeee\", \"1b2c3d4e-0000-4444-8888-ccccddddeeee\"]",
        description: "Subscriptions that are collected in the same run, besides any other scope. Each is collected once, however often and in whatever \
            letter case it is given.",
    },
    Row {
        name: "management_group_name",
        title: "Management group name",
        group: Group::Collecting,
        kind: Kind::Text { check: check::management_group, store: |draft, name| draft.management_group = Some(name) },
        default: "null",
        example: "\"contoso-root\"",
        description: "The management group whose assessments are collected: its name, which is its id, not what it is displayed as.",
    },
    Row {
        name: "management_group_names",
        title: "Management group names",
        group: Group::Collecting,
        kind: Kind::Texts { least: 0, check: check::management_group, store: |draft, names| draft.management_groups = names },
        default: "[]",
        example: "[\"contoso-europe\", \"contoso-asia\"]",
        description: "Management groups that are collected in the same run, besides any other scope. A subscription that belongs to several scopes is \
            collected with each.",
    },
    Row {
        name: "url",
        title: "Azure Resource Manager",
        group: Group::Collecting,
        kind: Kind::Text { check: check::url, store: |draft, url| draft.settings.url = url },
        default: "\"https://management.azure.com\"",
        example: "\"https://management.usgovcloudapi.net\"",
        description: "Where the API is. For Azure Government it is `https://management.usgovcloudapi.net`, for Azure in China \
            `https://management.chinacloudapi.cn`. It must be `https`, or `http` to this machine.",
    },
    Row {
        name: "token_scopes",
        title: "Token scopes",
        group: Group::Collecting,
        kind: Kind::Texts { least: 1, check: check::token_scope, store: |draft, scopes| draft.token_scopes = Some(scopes) },
        default: "[\"https://management.azure.com/.default\"]",
        example: "[\"https://management.core.usgovcloudapi.net/.default\"]",
        description: "What the access token is asked for. Where it is not given it follows `url`: `/.default` behind it.",
    },
    Row {
        name: "assessment_api_version",
        title: "API version of assessments",
        group: Group::Collecting,
        kind: Kind::Text { check: check::api_version, store: |draft, version| draft.settings.assessment_api_version = version },
        default: "\"2021-06-01\"",
        example: "\"2025-05-04\"",
        description: "The `api-version` with which assessments are listed. A time of midnight behind the date is dropped, because YAML likes to add one.",
    },
    Row {
        name: "sub_assessment_api_version",
        title: "API version of sub-assessments",
        group: Group::Collecting,
        kind: Kind::Text { check: check::api_version, store: |draft, version| draft.settings.sub_assessment_api_version = version },
        default: "\"2019-01-01-preview\"",
        example: "\"2019-01-01-preview\"",
        description: "The `api-version` with which sub-assessments are listed.",
    },
    Row {
        name: "sub_assessments",
        title: "How sub-assessments are listed",
        group: Group::Collecting,
        kind: Kind::Choice {
            choices: &[SUB_ASSESSMENTS[0].name(), SUB_ASSESSMENTS[1].name(), SUB_ASSESSMENTS[2].name()],
            store: |draft, place| draft.settings.sub_assessments = SUB_ASSESSMENTS.get(place).copied().unwrap_or_default(),
        },
        default: "\"list-all\"",
        example: "\"none\"",
        description: "`list-all` asks for one list for each scope and joins it; `per-assessment` asks for one list for each assessment that links to one, \
            with far more requests; `none` asks for no such list and stores every assessment as it is. The first two give the same documents, but that \
            `list-all` also finds sub-assessments of assessments that link to none; such an assessment is stored without them once those that wait take a \
            quarter of `max_memory`. Where a list is no longer there, as Azure retires them, that is told once and every assessment is stored.",
    },
    Row {
        name: "metadata",
        title: "Metadata of assessments",
        group: Group::Collecting,
        kind: Kind::Choice { choices: &[METADATA[0].name(), METADATA[1].name()], store: |draft, place| draft.metadata = METADATA.get(place).copied() },
        default: "\"join\"",
        example: "\"none\"",
        description: "`join` lists once a run what Azure says of each kind of assessment, and puts it into `properties.metadata` of every assessment that \
            comes without: its description, remediation, severity and category. A list that fails makes no run incomplete. In profile `elastic` it has no \
            effect.",
    },
    Row {
        name: "metadata_api_version",
        title: "API version of metadata",
        group: Group::Collecting,
        kind: Kind::Text { check: check::api_version, store: |draft, version| draft.settings.metadata_api_version = version },
        default: "\"2021-06-01\"",
        example: "\"2025-05-04\"",
        description: "The `api-version` with which metadata is listed. From `2025-05-04` on there is a severity `Critical`.",
    },
    Row {
        name: "max_memory",
        title: "Memory",
        group: Group::Collecting,
        kind: Kind::Integer { least: 1 << 20, most: 1 << 31, store: |draft, bytes| draft.settings.max_memory = usize::try_from(bytes).unwrap_or(usize::MAX) },
        default: "33554432",
        example: "67108864",
        description: "How many bytes of what was read a run may hold at a time, whatever the size of the tenant.",
    },
    Row {
        name: "eventhub",
        title: "Event Hub",
        group: Group::Receiving,
        kind: Kind::Text { check: check::name, store: |draft, name| draft.settings.eventhub = name },
        default: "null",
        example: "\"defender-export\"",
        description: "The name of the Event Hub that messages come from. It is part of what makes a document's id.",
    },
    Row {
        name: "consumer_group",
        title: "Consumer group",
        group: Group::Receiving,
        kind: Kind::Text { check: check::name, store: |draft, name| draft.settings.consumer_group = name },
        default: "\"$Default\"",
        example: "\"siem\"",
        description: "The consumer group that the host reads with.",
    },
    Row {
        name: "sanitizers",
        title: "Sanitizers",
        group: Group::Receiving,
        kind: Kind::Sanitizers { store: |draft, sanitizers| draft.settings.sanitizers = sanitizers },
        default: "[]",
        example: r#"[{"type": "new_lines"}, {"type": "replace_all", "spec": {"pattern": "\\[\\s*\\d+B blob data\\s*\\]", "replacement": "{}"}}]"#,
        description: "Repairs of messages that are not JSON, run one after the other: `new_lines` removes line feeds, `single_quotes` makes single \
            quotes outside of double ones double, `replace_all` replaces what a regular expression finds, where `$1` in the replacement is a \
            group. A message that is JSON is never touched.",
    },
    Row {
        name: "tags",
        title: "Tags",
        group: Group::Mapping,
        kind: Kind::Texts { least: 0, check: check::any, store: |draft, tags| draft.settings.tags = Some(tags) },
        default: "null",
        example: "[\"forwarded\", \"production\"]",
        description: "The tags of every document. Where they are not given, documents have `forwarded` and the data set's own: \
            `microsoft_defender_cloud-event` or `microsoft_defender_cloud-assessment`.",
    },
    Row {
        name: "preserve_original_event",
        title: "Keep the original",
        group: Group::Mapping,
        kind: Kind::Switch { store: |draft, keep| draft.settings.preserve_original_event = keep },
        default: "false",
        example: "true",
        description: "Whether each document keeps the text it was made from in `event.original`. What could not be read completely is always kept.",
    },
    Row {
        name: "preserve_duplicate_custom_fields",
        title: "Keep what was copied",
        group: Group::Mapping,
        kind: Kind::Switch { store: |draft, keep| draft.settings.preserve_duplicate_custom_fields = keep },
        default: "false",
        example: "true",
        description: "Whether `microsoft_defender_cloud.*` keeps the members that were copied to ECS fields.",
    },
    Row {
        name: "profile",
        title: "Profile",
        group: Group::Mapping,
        kind: Kind::Choice {
            choices: &[PROFILES[0].name(), PROFILES[1].name()],
            store: |draft, place| draft.settings.profile = PROFILES.get(place).copied().unwrap_or_default(),
        },
        default: "\"extended\"",
        example: "\"elastic\"",
        description: "`extended` makes documents for today's Azure: a finding for each CVE, with package, severity and score, ECS fields that the reference leaves \
            out, and the right `event.kind`, `event.category` and `event.type` of records that are no alerts. `elastic` makes the documents that Elastic's \
            integration makes, value by value.",
    },
];
