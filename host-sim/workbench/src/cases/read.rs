//! Reads what the inputs of cases have in common.

use std::fs;
use std::io::BufReader;
use std::path::Path;

use host_sim_runtime::contract::Message;

use crate::recording::{Format, Lines};

/// All messages of a file.
pub(super) fn lines(file: &Path, format: Format) -> Result<Vec<Message>, String> {
    let input = fs::File::open(file).map_err(|error| cannot_read(file, &error))?;
    let mut lines = Lines::new(BufReader::new(input), format);
    let mut messages = Vec::new();
    while let Some(line) = lines.next_message().map_err(|error| cannot_read(file, &error))? {
        messages.push(line.message);
    }
    Ok(messages)
}

/// What to say about a file that cannot be read.
pub(super) fn cannot_read(file: &Path, why: &dyn std::fmt::Display) -> String {
    format!("cannot read `{}`: {why}", file.display())
}
