//! What all sections are read with: the report, the variables, and which of these are secret.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::report::{Place, Report, Severity};
use super::units;
use super::variables::{Replaced, Unreplaced, Variables};
use super::yaml::{Node, Scalar, Value};
use crate::Secret;

pub(super) struct Reader<'a> {
    pub(super) report: Report,
    pub(super) variables: Variables<'a>,
    /// Whether others than its owner may read the file.
    pub(super) is_open: bool,
    /// Variables that a secret key uses.
    pub(super) secret_variables: RefCell<BTreeSet<String>>,
}

/// A text whose references are replaced.
pub(super) struct Words {
    pub(super) place: Place,
    pub(super) text: String,
    /// As it stands in the file: what may be shown.
    pub(super) written: String,
}

impl Reader<'_> {
    pub(super) fn error(&self, place: Place, text: impl Into<String>, hint: impl Into<String>) {
        self.report.error(place, text, hint);
    }

    /// The text of a scalar. Anything else is an error.
    pub(super) fn words(&self, key: &str, node: &Node) -> Option<Words> {
        let scalar = self.scalar(key, node, "a text")?;
        let text = self.replaced(key, node.place, scalar)?.text;
        Some(Words { place: node.place, text, written: scalar.text.clone() })
    }

    /// A secret. It is written out where it refers to nothing.
    pub(super) fn secret(&self, key: &str, node: &Node) -> Option<Secret> {
        let scalar = self.scalar(key, node, "a text")?;
        self.keep_from_settings(&scalar.text);
        let replaced = self.replaced(key, node.place, scalar)?;
        if replaced.text.is_empty() {
            self.error(node.place, format!("`{key}` is empty"), if replaced.refers { "the variable or file that it refers to holds nothing" } else { "" });
            return None;
        }
        if !replaced.refers {
            self.written_out(key, node.place);
        }
        Some(Secret::of(replaced.text, replaced.recipe))
    }

    /// Remembers that what a scalar refers to is secret.
    pub(super) fn keep_from_settings(&self, written: &str) {
        self.secret_variables.borrow_mut().extend(super::variables::names(written).into_iter().map(str::to_owned));
    }

    /// Says that a secret stands in the file.
    pub(super) fn written_out(&self, key: &str, place: Place) {
        let hint = format!("write `${{NAME}}` for a variable of the environment, or `${{file:PATH}}` for a file that holds `{key}`");
        if self.is_open {
            let text = format!("the secret `{key}` is written out, and others than the owner may read this file; `run` refuses it");
            self.report.say(Severity::StopsRun, place, text, format!("{hint}; or take the right to read the file from all others: `chmod 600`"));
        } else {
            self.report.warning(place, format!("the secret `{key}` is written out in this file"), hint);
        }
    }

    pub(super) fn replaced(&self, key: &str, place: Place, scalar: &Scalar) -> Option<Replaced> {
        match self.variables.replace(&scalar.text) {
            Ok(replaced) => Some(replaced),
            Err(wrong) => {
                wrong.into_iter().for_each(|wrong| self.unreplaced(key, place, wrong));
                None
            }
        }
    }

    fn unreplaced(&self, key: &str, place: Place, wrong: Unreplaced) {
        match wrong {
            Unreplaced::NotSet(name) => {
                self.error(place, format!("`{key}` refers to the variable `{name}`, which is not set"), "set it in the environment that the host is started in")
            }
            Unreplaced::Unreadable(path, error) => {
                self.error(
                    place,
                    format!("`{key}` refers to the file `{}`, which cannot be read: {error}", path.display()),
                    "paths are relative to the folder of this file",
                );
            }
            Unreplaced::Malformed => self.error(
                place,
                format!("`{key}` has a `${{` that begins no reference"),
                "a reference is `${NAME}` or `${file:PATH}`, without a default or blanks; `$${` stands for `${` itself",
            ),
        }
    }

    fn scalar<'n>(&self, key: &str, node: &'n Node, wanted: &str) -> Option<&'n Scalar> {
        match &node.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => {
                self.unexpected(key, node, wanted);
                None
            }
        }
    }

    pub(super) fn unexpected(&self, key: &str, node: &Node, wanted: &str) {
        let what = if key.contains(' ') { key.to_owned() } else { format!("`{key}`") };
        self.error(node.place, format!("{what} has to be {wanted}, and is {}", node.kind()), "");
    }

    /// Says what is wrong with a quantity.
    pub(super) fn mistake(&self, key: &str, words: &Words, (what, hint): units::Mistake) {
        // A user and a password may stand before an `@`.
        let shown = if words.written.contains('@') || words.written.len() > 200 { "what is given".to_owned() } else { format!("`{}`", words.written) };
        self.error(words.place, format!("`{key}`: {shown} {what}"), hint);
    }
}
