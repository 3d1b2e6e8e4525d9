//! What nobody may read: it cannot be printed, and its bytes are overwritten when it goes away.

use std::fmt;
use std::fs::File;
use std::hint::black_box;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Bytes that a file which a secret refers to may have.
const LARGEST_FILE: u64 = 64 << 10;

/// A secret, and where it came from if it can be read again.
#[derive(Clone)]
pub struct Secret {
    value: Text,
    /// Empty where the value stands in the configuration or in a variable, neither of which changes while a process runs.
    recipe: Vec<Piece>,
}

/// A part of a secret whose text refers to a file.
#[derive(Clone)]
pub(crate) enum Piece {
    Known(Text),
    File(PathBuf),
}

/// A text that is overwritten when it is dropped.
#[derive(Clone)]
pub(crate) struct Text(String);

impl Text {
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }
}

impl Drop for Text {
    fn drop(&mut self) {
        let mut bytes = std::mem::take(&mut self.0).into_bytes();
        bytes.fill(0);
        black_box(&bytes);
    }
}

impl Secret {
    /// A secret that stays as it is.
    pub fn new(value: impl Into<String>) -> Self {
        Self { value: Text::new(value.into()), recipe: Vec::new() }
    }

    /// A secret that is made of texts and files.
    pub(crate) fn of(value: String, recipe: Vec<Piece>) -> Self {
        let changes = recipe.iter().any(|piece| matches!(piece, Piece::File(_)));
        Self { value: Text::new(value), recipe: if changes { recipe } else { Vec::new() } }
    }

    /// The secret itself, for the one place that sends it.
    pub fn expose(&self) -> &str {
        &self.value.0
    }

    /// The secret as its files say it now; `None` where there is nothing to be read again.
    pub fn renewed(&self) -> io::Result<Option<Self>> {
        if self.recipe.is_empty() {
            return Ok(None);
        }
        let mut value = String::new();
        for piece in &self.recipe {
            match piece {
                Piece::Known(text) => value.push_str(&text.0),
                Piece::File(path) => value.push_str(&of_file(path)?),
            }
        }
        Ok(Some(Self { value: Text::new(value), recipe: self.recipe.clone() }))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

/// The text of a file, without its last line end.
pub(crate) fn of_file(path: &Path) -> io::Result<String> {
    let wrong = |why: &str| io::Error::new(io::ErrorKind::InvalidData, why.to_owned());
    let file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(wrong("it is not a file"));
    }
    let mut text = String::new();
    let read = file.take(LARGEST_FILE + 1).read_to_string(&mut text)?;
    if u64::try_from(read).is_ok_and(|read| read > LARGEST_FILE) {
        return Err(wrong("it has more than 64 KiB"));
    }
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::{Piece, Secret, Text, of_file};

    #[test]
    fn a_secret_is_never_printed() {
        let secret = Secret::of("hunter2".into(), vec![Piece::Known(Text::new("hunter2".into()))]);
        assert_eq!(format!("{secret} {secret:?} {:#?}", Some(&secret)), "[redacted] [redacted] Some(\n    [redacted],\n)");
        assert_eq!(secret.expose(), "hunter2");
        assert!(secret.renewed().expect("nothing is read").is_none());
    }

    #[test]
    fn a_file_is_read_again_without_its_last_line_end() {
        let file = std::env::temp_dir().join(format!("host-sim-secret-{}", std::process::id()));
        let check = |content: &[u8], expected: Option<&str>| {
            std::fs::write(&file, content).expect("writable");
            assert_eq!(of_file(&file).ok().as_deref(), expected);
        };
        check(b"one\n", Some("one"));
        check(b"one\r\n", Some("one"));
        check(b"one\n\n", Some("one\n"));
        check(b"", Some(""));
        check(b"\xff", None);
        check(&vec![b'a'; 65_537], None);
        check(b"two\n", Some("two"));
        let secret = Secret::of("key=one".into(), vec![Piece::Known(Text::new("key=".into())), Piece::File(file.clone())]);
        let renewed = secret.renewed().expect("readable").expect("it refers to a file");
        assert_eq!(renewed.expose(), "key=two");
        std::fs::remove_file(&file).expect("removable");
        assert!(secret.renewed().is_err());
    }
}
