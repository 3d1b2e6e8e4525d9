//! One mapping of the configuration: its keys are known, and each is read as what it has to be.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use super::nearest::nearest;
use super::reader::{Reader, Words};
use super::report::Place;
use super::units;
use super::yaml::{Entry, Node, Value};
use crate::Secret;

pub(super) struct Section<'a> {
    pub(super) reader: &'a Reader<'a>,
    /// What it is called in texts.
    pub(super) name: &'a str,
    /// Where to say that something is missing in it.
    pub(super) place: Place,
    entries: &'a [Entry],
}

/// The choices, in words.
pub(super) fn one_of(choices: &[&str]) -> String {
    let quoted: Vec<String> = choices.iter().map(|choice| format!("`{choice}`")).collect();
    match quoted.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => quoted.concat(),
    }
}

/// A key stands in backticks; what is no key is said in words.
fn quoted(name: &str) -> String {
    if name.contains(' ') { name.to_owned() } else { format!("`{name}`") }
}

impl<'a> Section<'a> {
    /// Opens a mapping. A key that is not among the known ones is an error, and so is anything but a mapping; nothing is an empty one.
    pub(super) fn open(reader: &'a Reader<'a>, name: &'a str, place: Place, node: &'a Node, keys: &[&str]) -> Option<Self> {
        let entries = match &node.value {
            Value::Map(entries) => entries.as_slice(),
            _ if node.is_null() => &[],
            _ => {
                reader.unexpected(name, node, "a mapping of keys");
                return None;
            }
        };
        for entry in entries.iter().filter(|entry| !keys.contains(&entry.name.as_str())) {
            let hint = match nearest(&entry.name, keys) {
                _ if entry.name == "<<" => "merge keys are not read; an alias stands for a whole value".to_owned(),
                Some(nearest) => format!("the nearest known key is `{nearest}`"),
                None => format!("the known keys are {}", one_of(keys).replace(" or ", " and ")),
            };
            let shown: String = entry.name.chars().take(60).collect();
            reader.error(entry.place, format!("`{shown}` is not known in {}", quoted(name)), hint);
        }
        Some(Self { reader, name, place, entries })
    }

    /// The member of this name, if anything is given for it.
    pub(super) fn find(&self, key: &str) -> Option<&'a Entry> {
        self.entries.iter().find(|entry| entry.name == key && !entry.node.is_null())
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// Whether the key stands there, even with nothing behind it.
    pub(super) fn mentions(&self, key: &str) -> bool {
        self.entries.iter().any(|entry| entry.name == key)
    }

    /// The place of a key, or of the section where there is none.
    pub(super) fn place_of(&self, key: &str) -> Place {
        self.entries.iter().find(|entry| entry.name == key).map_or(self.place, |entry| entry.place)
    }

    /// Says something about a key.
    pub(super) fn error(&self, key: &str, text: impl Into<String>, hint: impl Into<String>) {
        self.reader.error(self.place_of(key), text, hint);
    }

    /// Says that a key is missing.
    pub(super) fn missing(&self, key: &str, why: &str, hint: &str) {
        self.error(key, format!("`{key}` is missing in {}: {why}", quoted(self.name)), hint);
    }

    pub(super) fn words(&self, key: &str) -> Option<Words> {
        self.reader.words(key, &self.find(key)?.node)
    }

    /// A text that `check` finds nothing wrong with; else it says what is, and what to write.
    pub(super) fn checked(&self, key: &str, check: impl Fn(&str) -> Result<(), units::Mistake>) -> Option<String> {
        let words = self.words(key)?;
        match check(&words.text) {
            Ok(()) => Some(words.text),
            Err(mistake) => {
                self.reader.mistake(key, &words, mistake);
                None
            }
        }
    }

    /// A text that `convert` makes something of.
    pub(super) fn converted<T>(&self, key: &str, convert: impl Fn(&str) -> Result<T, units::Mistake>) -> Option<T> {
        let words = self.words(key)?;
        convert(&words.text).map_err(|mistake| self.reader.mistake(key, &words, mistake)).ok()
    }

    pub(super) fn secret(&self, key: &str) -> Option<Secret> {
        self.reader.secret(key, &self.find(key)?.node)
    }

    /// A path; a relative one begins at the folder of the file.
    pub(super) fn path(&self, key: &str) -> Option<PathBuf> {
        let words = self.words(key)?;
        if words.text.is_empty() || words.text.contains('\0') {
            self.reader.error(words.place, format!("`{key}` is no path"), "");
            return None;
        }
        Some(self.reader.variables.folder.join(words.text))
    }

    /// A file that is there and holds all of these marks of PEM.
    pub(super) fn pem(&self, key: &str, marks: &[&str]) -> Option<PathBuf> {
        let path = self.path(key)?;
        let place = self.find(key)?.node.place;
        let text = match std::fs::read(&path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) => {
                self.reader.error(
                    place,
                    format!("`{key}` is the file `{}`, which cannot be read: {error}", path.display()),
                    "paths are relative to the folder of this file",
                );
                return None;
            }
        };
        if let Some(mark) = marks.iter().find(|mark| !text.contains(**mark)) {
            let hint = if text.contains("BEGIN ENCRYPTED PRIVATE KEY") {
                "its key is encrypted, which cannot be read: store it without a password, and let nobody else read it".to_owned()
            } else {
                format!("it has to be PEM, with a block that says `{mark}`")
            };
            self.reader.error(place, format!("`{key}` is the file `{}`, which does not hold what is needed", path.display()), hint);
            return None;
        }
        Some(path)
    }

    /// One of several words.
    pub(super) fn choice<T: Copy>(&self, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let words = self.words(key)?;
        if let Some((_, choice)) = choices.iter().find(|(name, _)| *name == words.text) {
            return Some(*choice);
        }
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let hint = nearest(&words.text, &names).map(|name| format!("the nearest is `{name}`")).unwrap_or_default();
        self.reader.error(words.place, format!("`{key}` has to be {}, and is `{}`", one_of(&names), words.written), hint);
        None
    }

    /// `true` or `false`; `off` is `false` as well.
    pub(super) fn switch(&self, key: &str, default: bool) -> bool {
        let Some(words) = self.words(key) else { return default };
        match words.text.as_str() {
            "true" => true,
            "false" | "off" => false,
            _ => {
                self.reader.error(
                    words.place,
                    format!("`{key}` has to be `true` or `false`, and is `{}`", words.written),
                    "write it in lower case; `yes`, `no`, `on` and `1` are not taken",
                );
                default
            }
        }
    }

    pub(super) fn integer(&self, key: &str, range: RangeInclusive<u64>, default: u64) -> u64 {
        let Some(words) = self.words(key) else { return default };
        match words.text.parse::<u64>() {
            Ok(integer) if range.contains(&integer) => integer,
            _ => {
                let text = format!("`{key}` has to be a whole number from {} to {}, and is `{}`", range.start(), range.end(), words.written);
                self.reader.error(words.place, text, "");
                default
            }
        }
    }

    pub(super) fn duration(&self, key: &str, range: RangeInclusive<Duration>, default: Duration) -> Duration {
        let Some(duration) = self.converted(key, units::duration) else { return default };
        if !range.contains(&duration) {
            let (least, most) = (units::shown_duration(*range.start()), units::shown_duration(*range.end()));
            self.error_at_value(key, format!("`{key}` has to be from {least} to {most}"));
        }
        duration
    }

    pub(super) fn size(&self, key: &str, range: RangeInclusive<u64>, default: u64) -> u64 {
        let Some(size) = self.converted(key, units::size) else { return default };
        if !range.contains(&size) {
            self.error_at_value(key, format!("`{key}` has to be from {} to {}", units::shown_size(*range.start()), units::shown_size(*range.end())));
        }
        size
    }

    fn error_at_value(&self, key: &str, text: String) {
        let place = self.find(key).map_or(self.place, |entry| entry.node.place);
        self.reader.error(place, text, "");
    }

    /// The elements of a list.
    pub(super) fn list(&self, key: &str) -> &'a [Node] {
        let Some(entry) = self.find(key) else { return &[] };
        match &entry.node.value {
            Value::List(nodes) => nodes,
            _ => {
                self.reader.unexpected(key, &entry.node, "a list");
                &[]
            }
        }
    }

    /// A list of texts.
    pub(super) fn texts(&self, key: &str) -> Vec<Words> {
        self.list(key).iter().filter_map(|node| self.reader.words(key, node)).collect()
    }

    /// The section below a key, if there is one; `key:` with nothing behind it is an empty one.
    pub(super) fn section(&self, key: &'a str, keys: &[&str]) -> Option<Section<'a>> {
        let entry = self.entries.iter().find(|entry| entry.name == key)?;
        Section::open(self.reader, key, entry.place, &entry.node, keys)
    }

    /// Whether a value turns something off.
    pub(super) fn is_off(&self, key: &str) -> bool {
        match self.find(key).map(|entry| &entry.node.value) {
            Some(Value::Scalar(scalar)) => matches!(scalar.text.as_str(), "off" | "false"),
            _ => false,
        }
    }
}
