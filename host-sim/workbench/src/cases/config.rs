//! What elastic-package's `test-common-config.yml` and `test-x.log-config.yml` say, as settings and rules of ours.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use regex_lite::Regex;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};

use super::find::with_ending;
use super::read::cannot_read;
use crate::text;

/// Tags that stand for the settings of their names.
const SWITCHES: [&str; 2] = ["preserve_original_event", "preserve_duplicate_custom_fields"];

/// One file, or two of which the second wins.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Config {
    fields: Option<Map<String, Value>>,
    dynamic_fields: Option<BTreeMap<String, String>>,
    /// These two tell how fields are validated against an index; documents are compared alike with and without them.
    numeric_keyword_fields: Option<IgnoredAny>,
    string_number_fields: Option<IgnoredAny>,
    multiline: Option<IgnoredAny>,
    skip: Option<Skip>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Skip {
    reason: String,
    #[serde(default)]
    link: String,
}

impl Config {
    /// The common file of the folder, and what the input's own one says on top of it.
    pub(super) fn beside(input: &Path) -> Result<Self, String> {
        let own = input.file_name().map(|name| with_ending(name, "-config.yml")).unwrap_or_default();
        let common = Self::read(&input.with_file_name("test-common-config.yml"))?;
        Ok(common.overridden_by(Self::read(&input.with_file_name(own))?))
    }

    fn read(file: &Path) -> Result<Self, String> {
        let text = match text::read(file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(cannot_read(file, &error)),
        };
        Self::parse(&text).map_err(|why| cannot_read(file, &why))
    }

    fn parse(text: &str) -> Result<Self, String> {
        // A file of nothing but comments is one that says nothing.
        let says_nothing = text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#') || line.trim_end() == "---");
        if says_nothing { Ok(Self::default()) } else { serde_saphyr::from_str(text).map_err(|error| error.to_string()) }
    }

    fn overridden_by(self, own: Self) -> Self {
        let merged = |common: Option<Map<String, Value>>, own: Option<Map<String, Value>>| {
            let mut fields = common.unwrap_or_default();
            fields.extend(own.unwrap_or_default());
            Some(fields)
        };
        let mut dynamic_fields = self.dynamic_fields.unwrap_or_default();
        dynamic_fields.extend(own.dynamic_fields.unwrap_or_default());
        Self {
            fields: merged(self.fields, own.fields),
            dynamic_fields: Some(dynamic_fields),
            multiline: own.multiline.or(self.multiline),
            skip: own.skip.or(self.skip),
            ..Self::default()
        }
    }

    /// The settings that `fields` stand for. Their tags win over an event's own.
    pub(super) fn settings(&self, own_tags: Option<&Value>) -> Result<String, String> {
        if self.multiline.is_some() {
            return Err("`multiline` of the configuration is not supported; a message that spans lines goes into a file of events".to_owned());
        }
        let fields = self.fields.iter().flatten();
        if let Some((name, _)) = fields.clone().find(|(name, _)| *name != "tags") {
            return Err(format!("the field `{name}` of the configuration cannot be given to a component; of `fields`, only `tags` can, as settings"));
        }
        settings_of(fields.map(|(_, tags)| tags).next().or(own_tags))
    }

    /// Fields whose values change from run to run, and what they look like.
    pub(super) fn dynamic(self) -> Result<Vec<(String, Regex)>, String> {
        let mut dynamic = Vec::new();
        for (field, pattern) in self.dynamic_fields.unwrap_or_default() {
            let regex = Regex::new(&pattern).map_err(|error| format!("the pattern of the dynamic field `{field}`: {error}"))?;
            dynamic.push((field, regex));
        }
        Ok(dynamic)
    }

    /// Why the case is skipped.
    pub(super) fn skip_reason(&self) -> Option<String> {
        let skip = self.skip.as_ref()?;
        Some(if skip.link.is_empty() { skip.reason.clone() } else { format!("{} ({})", skip.reason, skip.link) })
    }
}

/// The settings that tags of a reference stand for, in the profile that makes its documents. A document without tags was made without any.
pub(super) fn settings_of(tags: Option<&Value>) -> Result<String, String> {
    let not_tags = || "`tags` is neither a text nor a list of texts".to_owned();
    let all: Vec<&str> = match tags {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::String(tag)) => vec![tag],
        Some(Value::Array(tags)) => tags.iter().map(Value::as_str).collect::<Option<_>>().ok_or_else(not_tags)?,
        Some(_) => return Err(not_tags()),
    };
    let mut settings = json!({ "profile": "elastic", "tags": all.iter().filter(|tag| !SWITCHES.contains(tag)).collect::<Vec<_>>() });
    for switch in SWITCHES.into_iter().filter(|switch| all.contains(switch)) {
        settings[switch] = true.into();
    }
    Ok(settings.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Config, settings_of};

    fn settings(common: &str, own: &str) -> Result<Value, String> {
        let config = Config::parse(common)?.overridden_by(Config::parse(own)?);
        config.settings(None).map(|text| serde_json::from_str(&text).expect("settings are JSON"))
    }

    #[test]
    fn tags_become_settings_and_a_cases_own_win() {
        let common = "# ours\nfields:\n  tags:\n    - preserve_original_event\n    - forwarded\nnumeric_keyword_fields: [a.b]\n";
        assert_eq!(settings(common, ""), Ok(json!({"profile": "elastic", "tags": ["forwarded"], "preserve_original_event": true})));
        assert_eq!(
            settings(common, "fields: {tags: [preserve_duplicate_custom_fields]}"),
            Ok(json!({"profile": "elastic", "tags": [], "preserve_duplicate_custom_fields": true}))
        );
        assert_eq!(settings("---\n# nothing\n", ""), Ok(json!({"profile": "elastic", "tags": []})));
        assert_eq!(settings_of(Some(&json!("a"))), Ok(r#"{"profile":"elastic","tags":["a"]}"#.to_owned()));
        assert!(settings_of(Some(&json!([1]))).is_err());
        let of_event = Config::parse("").expect("YAML").settings(Some(&json!(["own"])));
        assert_eq!(of_event, Ok(r#"{"profile":"elastic","tags":["own"]}"#.to_owned()));
    }

    #[test]
    fn what_cannot_be_done_is_an_error_that_says_so() {
        assert!(settings("multiline: {first_line_pattern: a}", "").is_err_and(|error| error.contains("`multiline`")));
        assert!(settings("fields: {'@timestamp': x}", "").is_err_and(|error| error.contains("`@timestamp`")));
        assert!(settings("fileds: {}", "").is_err_and(|error| error.contains("fileds")));
        assert!(Config::parse("dynamic_fields: {a: '('}").expect("YAML").dynamic().is_err_and(|error| error.contains("`a`")));
    }

    #[test]
    fn a_case_may_be_skipped() {
        let config = Config::parse("skip: {reason: slow, link: 'https://example.test/1'}").expect("YAML");
        assert_eq!(config.skip_reason().as_deref(), Some("slow (https://example.test/1)"));
    }
}
