//! What a check found, grouped by rule and field.

use std::collections::BTreeMap;
use std::fmt;

/// What a check found in all documents.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    groups: BTreeMap<(Rule, String, String), Group>,
}

/// One thing that was found in one place.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) rule: Rule,
    pub(super) field: String,
    pub(super) detail: String,
    pub(super) example: String,
}

/// What is not as it should be, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rule {
    Refused,
    Unknown,
    Undeclared,
    WrongType,
    Disallowed,
    Combination,
    LooseType,
    NoList,
    Long,
}

#[derive(Debug, Clone)]
struct Group {
    count: u64,
    example: String,
}

impl Rule {
    const fn title(self) -> &'static str {
        match self {
            Self::Refused => "what an index refuses, and the whole document with it",
            Self::Unknown => "unknown field",
            Self::Undeclared => "field that the component does not declare",
            Self::WrongType => "wrong type",
            Self::Disallowed => "value that is not allowed",
            Self::Combination => "warning: category and type that do not go together",
            Self::LooseType => "warning: other type that is converted",
            Self::NoList => "warning: not a list",
            Self::Long => "warning: refused by an index whose field has no `ignore_above`",
        }
    }

    const fn is_warning(self) -> bool {
        matches!(self, Self::Combination | Self::LooseType | Self::NoList | Self::Long)
    }
}

impl Findings {
    pub(super) fn add(&mut self, finding: Finding) {
        let group = self.groups.entry((finding.rule, finding.field, finding.detail)).or_insert_with(|| Group { count: 0, example: finding.example });
        group.count += 1;
    }

    /// Whether there is nothing but warnings.
    pub fn is_clean(&self) -> bool {
        self.groups.keys().all(|(rule, ..)| rule.is_warning())
    }

    /// How many findings there are of what an index refuses.
    pub fn refused(&self) -> u64 {
        self.groups.iter().filter(|((rule, ..), _)| *rule == Rule::Refused).map(|(_, group)| group.count).sum()
    }

    /// How many findings there are that are no warnings.
    pub fn count(&self) -> u64 {
        self.groups.iter().filter(|((rule, ..), _)| !rule.is_warning()).map(|(_, group)| group.count).sum()
    }

    /// How many warnings there are.
    pub fn warnings(&self) -> u64 {
        self.groups.iter().filter(|((rule, ..), _)| rule.is_warning()).map(|(_, group)| group.count).sum()
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut below = None;
        for ((rule, field, detail), Group { count, example }) in &self.groups {
            if below != Some(rule) {
                writeln!(formatter, "{}", rule.title())?;
                below = Some(rule);
            }
            let detail = if detail.is_empty() { String::new() } else { format!(", {detail}") };
            writeln!(formatter, "  {field}: {count}{detail}\n      {example}")?;
        }
        Ok(())
    }
}
