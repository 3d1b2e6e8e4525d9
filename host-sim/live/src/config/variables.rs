//! References in scalars: `${NAME}` is a variable of the environment, `${file:PATH}` the text of a file, `$${` is `${` itself.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use crate::secret::{self, Piece, Text};

/// What replaces references.
pub(super) struct Variables<'a> {
    /// The environment.
    pub(super) variable: &'a dyn Fn(&str) -> Option<String>,
    /// What paths are relative to.
    pub(super) folder: &'a Path,
}

/// A scalar whose references are replaced.
pub(super) struct Replaced {
    pub(super) text: String,
    /// How it comes about, for what is read again.
    pub(super) recipe: Vec<Piece>,
    /// The variables that it refers to.
    pub(super) variables: BTreeSet<String>,
    /// Whether any part of it stands elsewhere than in the file.
    pub(super) refers: bool,
    /// Whether a part of it stands in another file.
    pub(super) reads_files: bool,
}

/// Why a reference cannot be replaced.
pub(super) enum Unreplaced {
    NotSet(String),
    Unreadable(PathBuf, io::Error),
    /// It begins like one, and is none.
    Malformed,
}

/// A part of a scalar as it stands in the file.
enum Part<'a> {
    Text(&'a str),
    Variable(&'a str),
    File(&'a str),
    Malformed,
}

impl Variables<'_> {
    /// Replaces every reference once: what replaces one is not looked at again.
    pub(super) fn replace(&self, written: &str) -> Result<Replaced, Vec<Unreplaced>> {
        let mut replaced = Replaced { text: String::new(), recipe: Vec::new(), variables: BTreeSet::new(), refers: false, reads_files: false };
        let mut wrong = Vec::new();
        for part in parts(written) {
            match self.value(&part, &mut replaced) {
                Ok(text) => {
                    replaced.text.push_str(&text);
                    replaced.recipe.push(match part {
                        Part::File(path) => Piece::File(self.folder.join(path)),
                        _ => Piece::Known(Text::new(text)),
                    });
                }
                Err(error) => wrong.push(error),
            }
        }
        if wrong.is_empty() { Ok(replaced) } else { Err(wrong) }
    }

    fn value(&self, part: &Part<'_>, replaced: &mut Replaced) -> Result<String, Unreplaced> {
        match part {
            Part::Text(text) => Ok((*text).to_owned()),
            Part::Variable(name) => {
                replaced.refers = true;
                replaced.variables.insert((*name).to_owned());
                (self.variable)(name).ok_or_else(|| Unreplaced::NotSet((*name).to_owned()))
            }
            Part::File(path) => {
                replaced.refers = true;
                replaced.reads_files = true;
                let path = self.folder.join(path);
                secret::of_file(&path).map_err(|error| Unreplaced::Unreadable(path, error))
            }
            Part::Malformed => Err(Unreplaced::Malformed),
        }
    }
}

/// The variables that a scalar refers to, whether or not they are set.
pub(super) fn names(written: &str) -> Vec<&str> {
    parts(written).into_iter().filter_map(|part| if let Part::Variable(name) = part { Some(name) } else { None }).collect()
}

/// Whether a scalar refers to a file.
pub(super) fn reads_files(written: &str) -> bool {
    parts(written).iter().any(|part| matches!(part, Part::File(_)))
}

fn parts(written: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = written;
    while let Some(at) = rest.find("${") {
        let (before, from) = rest.split_at(at);
        if let Some(before) = before.strip_suffix('$') {
            parts.extend([Part::Text(before), Part::Text("${")]);
            rest = from.strip_prefix("${").unwrap_or_default();
            continue;
        }
        parts.push(Part::Text(before));
        let inside = from.strip_prefix("${").unwrap_or_default();
        let (part, length) = match inside.split_once('}') {
            Some((name, _)) if is_name(name) => (Part::Variable(name), name.len() + 3),
            Some((inside, _)) if inside.len() > "file:".len() && inside.starts_with("file:") => {
                (Part::File(inside.strip_prefix("file:").unwrap_or_default()), inside.len() + 3)
            }
            _ if inside.starts_with(|character: char| character.is_ascii_alphabetic() || character == '_') => (Part::Malformed, 2),
            // `${1}` is a group of a regular expression.
            _ => (Part::Text("${"), 2),
        };
        parts.push(part);
        rest = from.get(length..).unwrap_or_default();
    }
    parts.push(Part::Text(rest));
    parts.retain(|part| !matches!(part, Part::Text("")));
    parts
}

fn is_name(text: &str) -> bool {
    let is_first = |character: char| character.is_ascii_alphabetic() || character == '_';
    text.starts_with(is_first) && text.chars().all(|character| is_first(character) || character.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Unreplaced, Variables, names};

    fn check(written: &str, expected: Result<&str, &str>) {
        let variable = |name: &str| match name {
            "NAME" => Some("value".to_owned()),
            "_2" => Some("${NAME} $${".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        let variables = Variables { variable: &variable, folder: Path::new("/no/such") };
        let got = variables.replace(written).map(|replaced| replaced.text).map_err(|wrong| {
            let word = |error: &Unreplaced| match error {
                Unreplaced::NotSet(name) => format!("not set {name}"),
                Unreplaced::Unreadable(path, _) => format!("unreadable {}", path.display()),
                Unreplaced::Malformed => "malformed".to_owned(),
            };
            wrong.iter().map(word).collect::<Vec<_>>().join(", ")
        });
        assert_eq!(got.as_deref().map_err(String::as_str), expected, "{written}");
    }

    #[test]
    fn references_are_replaced_once() {
        check("${NAME}", Ok("value"));
        check("a${NAME}b${EMPTY}c", Ok("avaluebc"));
        check("${_2}", Ok("${NAME} $${"));
        check("$${NAME}", Ok("${NAME}"));
        check("$$${NAME}", Ok("$${NAME}"));
        check("${1} $1 $ {NAME} $NAME ${} é", Ok("${1} $1 $ {NAME} $NAME ${} é"));
    }

    #[test]
    fn what_cannot_be_replaced_is_said_of_each() {
        check("${NO} ${NAME} ${NO_EITHER}", Err("not set NO, not set NO_EITHER"));
        check("${file:secret}", Err("unreadable /no/such/secret"));
        check("${NAME:-default}", Err("malformed"));
        check("${NAME", Err("malformed"));
        check("${file:}", Err("malformed"));
    }

    #[test]
    fn names_are_known_without_a_value() {
        assert_eq!(names("${A}${file:b} $${C} ${D}"), ["A", "D"]);
    }
}
