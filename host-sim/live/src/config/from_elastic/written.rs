//! What is written, and what is said beside it.

/// Variables and remarks, as they come up.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) variables: Vec<(String, &'static str)>,
    pub(super) remarks: Vec<String>,
}

impl Written {
    pub(super) fn remark(&mut self, remark: String) {
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }

    /// A reference to a variable that a person has to set; each one is a secret of its own.
    pub(super) fn secret(&mut self, name: &str, what: &'static str) -> String {
        let is_taken = |name: &str| self.variables.iter().any(|(known, _)| known == name);
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let name = std::iter::once(name.to_owned()).chain(numbered).find(|name| !is_taken(name)).unwrap_or_default();
        let reference = format!("\"${{{name}}}\"");
        self.variables.push((name, what));
        reference
    }
}

/// A text as YAML, in which `${` refers to nothing.
pub(super) fn scalar(text: &str) -> String {
    // JSON's texts are YAML's.
    serde_json::Value::from(text.replace("${", "$${")).to_string()
}

#[cfg(test)]
mod tests {
    use super::{Written, scalar};

    #[test]
    fn references_are_ours_alone() {
        assert_eq!(scalar("a\"${env.X}"), r#""a\"$${env.X}""#);
        let mut written = Written::default();
        let names = [written.secret("A", "x"), written.secret("A", "x"), written.secret("B", "y")];
        assert_eq!(names, ["\"${A}\"", "\"${A_2}\"", "\"${B}\""]);
    }
}
