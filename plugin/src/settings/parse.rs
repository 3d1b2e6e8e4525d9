//! From JSON to checked settings: everything that is wrong or doubtful is said at once, each with a pointer to it.

use super::check::Verdict;
use super::nearest::nearest;
use super::table::{Kind, ROWS};
use super::{Metadata, Profile, Scope, Settings, sanitizers};
use crate::contract::{SettingProblem, Severity};
use crate::json::scan::{self, Span};

impl Settings {
    /// Reads a JSON object. Warnings come with the settings, and with the errors that refuse them.
    pub fn parse(json: &str) -> Result<(Self, Vec<SettingProblem>), Vec<SettingProblem>> {
        let mut draft = Draft::default();
        let mut report = Report::default();
        match scan::one(json) {
            Ok(Some(object)) if object.kind == scan::Kind::Object => read(&object, &mut draft, &mut report),
            Ok(other) => report.error("", format!("expected an object, found {}", other.as_ref().map_or("nothing", describe))),
            Err(fault) => report.error("", fault.to_string()),
        }
        let settings = draft.finish(&mut report);
        let refused = report.problems.iter().any(|problem| problem.severity == Severity::Error);
        if refused { Err(report.problems) } else { Ok((settings, report.problems)) }
    }
}

/// Settings of which some values have yet to be weighed against each other.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub settings: Settings,
    pub subscription: Option<String>,
    pub subscriptions: Vec<String>,
    pub management_group: Option<String>,
    pub management_groups: Vec<String>,
    pub token_scopes: Option<Vec<String>>,
    pub metadata: Option<Metadata>,
}

impl Draft {
    fn finish(self, report: &mut Report) -> Settings {
        let mut settings = self.settings;
        let mut subscription = self.subscription;
        if self.management_group.is_some() && subscription.take().is_some() {
            report.warning("/subscription_id", "not used, because `management_group_name` is given; `subscription_ids` takes subscriptions besides it".into());
        }
        let subscriptions = subscription.into_iter().chain(self.subscriptions).map(Scope::Subscription);
        let management_groups = self.management_group.into_iter().chain(self.management_groups).map(Scope::ManagementGroup);
        for scope in subscriptions.chain(management_groups) {
            if !settings.scopes.iter().any(|known| is_same(known, &scope)) {
                settings.scopes.push(scope);
            }
        }
        // A national cloud has its own audience, which must never be that of another one.
        settings.token_scopes = self.token_scopes.unwrap_or_else(|| vec![format!("{}/.default", settings.url)]);
        settings.metadata = match (settings.profile, self.metadata) {
            (Profile::Extended, metadata) => metadata.unwrap_or_default(),
            (Profile::Elastic, metadata) => {
                if metadata == Some(Metadata::Join) {
                    report.warning("/metadata", "has no effect in profile `elastic`".into());
                }
                Metadata::None
            }
        };
        switches_among_tags(&mut settings, report);
        settings
    }
}

/// Azure does not regard the letter case of ids and names.
fn is_same(one: &Scope, other: &Scope) -> bool {
    match (one, other) {
        (Scope::Subscription(one), Scope::Subscription(other)) | (Scope::ManagementGroup(one), Scope::ManagementGroup(other)) => {
            one.eq_ignore_ascii_case(other)
        }
        _ => false,
    }
}

/// In the reference these two tags are the switches, so who brings them along means the settings.
fn switches_among_tags(settings: &mut Settings, report: &mut Report) {
    let Some(tags) = &mut settings.tags else { return };
    for (name, switch) in [
        ("preserve_original_event", &mut settings.preserve_original_event),
        ("preserve_duplicate_custom_fields", &mut settings.preserve_duplicate_custom_fields),
    ] {
        let count = tags.len();
        tags.retain(|tag| tag != name);
        if tags.len() < count {
            *switch = true;
            report.warning("/tags", format!("`{name}` is taken for the setting of that name, which is on now"));
        }
    }
}

fn read(object: &Span<'_>, draft: &mut Draft, report: &mut Report) {
    for (row, value) in members(object, "", ROWS.iter().map(|row| row.name), report) {
        if value.is_null() {
            continue;
        }
        let Some(row) = ROWS.get(row) else { continue };
        let pointer = format!("/{}", row.name);
        read_value(&row.kind, &value, &pointer, draft, report);
    }
}

fn read_value(kind: &Kind, value: &Span<'_>, pointer: &str, draft: &mut Draft, report: &mut Report) {
    match kind {
        Kind::Text { check, store } => {
            if let Some(text) = text(value, pointer, report).and_then(|text| checked(*check, &text, pointer, report)) {
                store(draft, text);
            }
        }
        Kind::Texts { least, check, store } => {
            if let Some(texts) = texts(*least, *check, value, pointer, report) {
                store(draft, texts);
            }
        }
        Kind::Switch { store } => match value.text {
            "true" => store(draft, true),
            "false" => store(draft, false),
            _ => report.unexpected(pointer, "`true` or `false`", value),
        },
        Kind::Integer { least, most, store } => match integer(value.text).and_then(|integer| u32::try_from(integer).ok()) {
            Some(integer) if (*least..=*most).contains(&integer) => store(draft, integer),
            _ if value.kind == scan::Kind::Number => report.error(pointer, format!("expected an integer from {least} to {most}")),
            _ => report.unexpected(pointer, "an integer", value),
        },
        Kind::Choice { choices, store } => {
            let Some(text) = text(value, pointer, report).filter(|text| !text.is_empty()) else { return };
            match choices.iter().position(|choice| *choice == text) {
                Some(place) => store(draft, place),
                None => report.error(pointer, format!("expected {}", one_of(choices))),
            }
        }
        Kind::Sanitizers { store } => {
            if let Some(sanitizers) = sanitizers::read(value, pointer, report) {
                store(draft, sanitizers);
            }
        }
    }
}

fn text(value: &Span<'_>, pointer: &str, report: &mut Report) -> Option<String> {
    match value.as_text() {
        Some(text) => Some(text.into_owned()),
        None => {
            report.unexpected(pointer, "a text", value);
            None
        }
    }
}

fn texts(least: usize, check: fn(&str) -> Verdict, value: &Span<'_>, pointer: &str, report: &mut Report) -> Option<Vec<String>> {
    if value.kind != scan::Kind::Array {
        report.unexpected(pointer, "a list of texts", value);
        return None;
    }
    let mut texts = Vec::new();
    let mut given = 0;
    for (place, element) in value.elements().enumerate() {
        let pointer = format!("{pointer}/{place}");
        let is_empty = element.value.as_text().is_some_and(|text| text.is_empty());
        given += usize::from(!is_empty);
        texts.extend(text(&element.value, &pointer, report).and_then(|text| checked(check, &text, &pointer, report)));
    }
    if given < least {
        report.error(pointer, format!("expected at least {least} text that is not empty"));
    }
    Some(texts)
}

fn checked(check: fn(&str) -> Verdict, text: &str, pointer: &str, report: &mut Report) -> Option<String> {
    match check(text) {
        Verdict::Absent => None,
        Verdict::Accepted(text) => Some(text),
        Verdict::Doubtful(reason) => {
            report.warning(pointer, reason);
            Some(text.to_owned())
        }
        Verdict::Refused(reason) => {
            report.error(pointer, reason);
            None
        }
    }
}

/// An integer, also if it is written with a fraction or an exponent, as programs do that know floating-point numbers only.
fn integer(text: &str) -> Option<u64> {
    let exact = text.parse::<u64>().ok();
    exact.or_else(|| {
        let value = text.parse::<f64>().ok().filter(|value| value.fract() == 0.0)?;
        // Without a fraction, all its digits are printed and none besides.
        value.to_string().parse().ok()
    })
}

/// The members that are known, each by its place among the known names. A member that is not known or there twice is an error.
pub(super) fn members<'a>(object: &Span<'a>, pointer: &str, known: impl IntoIterator<Item = &'static str>, report: &mut Report) -> Vec<(usize, Span<'a>)> {
    let known: Vec<&str> = known.into_iter().collect();
    let mut found: Vec<(usize, Span<'_>)> = Vec::new();
    for member in object.members() {
        let name = member.name.as_ref();
        let at = format!("{pointer}/{}", escape(name));
        match known.iter().position(|known| *known == name) {
            Some(place) if found.iter().any(|(seen, _)| *seen == place) => report.error(&at, "given more than once".into()),
            Some(place) => found.push((place, member.value)),
            None => match nearest(name, known.iter().copied()) {
                Some(nearest) => report.error(&at, format!("not known; the nearest known name is `{nearest}`")),
                None => report.error(&at, "not known".into()),
            },
        }
    }
    found
}

/// A name as it stands in a JSON pointer.
fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// What a value is, in words.
pub(super) fn describe(value: &Span<'_>) -> &'static str {
    match value.kind {
        scan::Kind::Object => "an object",
        scan::Kind::Array => "a list",
        scan::Kind::Text => "a text",
        scan::Kind::Number => "a number",
        scan::Kind::Bool => "a boolean",
        scan::Kind::Null => "null",
    }
}

/// The choices, in words.
pub(super) fn one_of(choices: &[&str]) -> String {
    let quoted: Vec<String> = choices.iter().map(|choice| format!("`{choice}`")).collect();
    match quoted.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => quoted.concat(),
    }
}

/// Collects what there is to say.
#[derive(Debug, Default)]
pub(super) struct Report {
    problems: Vec<SettingProblem>,
}

impl Report {
    pub(super) fn error(&mut self, pointer: &str, message: String) {
        self.say(Severity::Error, pointer, message);
    }

    pub(super) fn unexpected(&mut self, pointer: &str, expected: &str, found: &Span<'_>) {
        self.error(pointer, format!("expected {expected}, found {}", describe(found)));
    }

    fn warning(&mut self, pointer: &str, message: String) {
        self.say(Severity::Warning, pointer, message);
    }

    fn say(&mut self, severity: Severity, pointer: &str, message: String) {
        self.problems.push(SettingProblem { severity, pointer: pointer.to_owned(), message });
    }
}
