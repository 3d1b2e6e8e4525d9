//! `{"expected": [..]}`: the documents that a case expects, read and written so that what does not change keeps its text.

use std::fs;
use std::io;
use std::path::Path;

use serde_json::Value;

use super::read::cannot_read;
use crate::json;
use crate::members::{self, Members};
use crate::text;

/// Expected documents, as they stand and as values.
#[derive(Debug, Default)]
pub(super) struct Expected {
    pub(super) texts: Vec<String>,
    pub(super) values: Vec<Value>,
}

impl Expected {
    /// The documents of a file; `None` if it is missing.
    pub(super) fn read(file: &Path) -> Result<Option<Self>, String> {
        let text = match text::read(file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(cannot_read(file, &error)),
        };
        let documents = Members::read(&text).and_then(|members| members::list("expected", members.wanted("expected")?));
        let documents = documents.map_err(|why| cannot_read(file, &why))?;
        let mut expected = Self::default();
        for (number, document) in (1..).zip(documents) {
            let value = json::parse(document.get().as_bytes()).map_err(|why| cannot_read(file, &format_args!("document {number}: {why}")))?;
            expected.texts.push(document.get().to_owned());
            expected.values.push(value);
        }
        Ok(Some(expected))
    }
}

/// Writes the texts of documents, which are indented already.
pub(super) fn write(file: &Path, texts: &[String]) -> Result<(), String> {
    let list = if texts.is_empty() { "[]".to_owned() } else { format!("[\n        {}\n    ]", texts.join(",\n        ")) };
    fs::write(file, format!("{{\n    \"expected\": {list}\n}}\n")).map_err(|error| format!("cannot write `{}`: {error}", file.display()))
}

/// The text of a document as it stands in such a file.
pub(super) fn indented(document: &[u8]) -> String {
    json::pretty(document, 2)
}
