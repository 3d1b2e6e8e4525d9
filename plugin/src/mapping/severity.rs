//! How grave a finding is: words in any letter case, and the bands of scores.

use crate::json::tree::Value;

/// The words that are known, by their gravity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    /// Worth knowing.
    Informational,
    /// From above 0.
    Low,
    /// From 4.
    Medium,
    /// From 7.
    High,
    /// From 9.
    Critical,
}

/// What a member says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    /// Nothing: it is missing or blank, or says that nothing is known.
    Nothing,
    /// A word that is known.
    Known(Severity),
    /// A word that is not.
    Strange,
}

const ALL: [Severity; 5] = [Severity::Informational, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];

impl Word {
    /// The word that a value is.
    pub(crate) fn of(value: Value<'_>) -> Self {
        let Some(text) = value.text().map(str::trim) else { return Self::Nothing };
        if ["", "unknown", "none"].into_iter().any(|nothing| text.eq_ignore_ascii_case(nothing)) {
            return Self::Nothing;
        }
        ALL.into_iter().find(|severity| text.eq_ignore_ascii_case(severity.name())).map_or(Self::Strange, Self::Known)
    }

    /// The severity of a word that is known.
    pub(crate) fn known(self) -> Option<Severity> {
        match self {
            Self::Known(severity) => Some(severity),
            Self::Nothing | Self::Strange => None,
        }
    }
}

impl Severity {
    /// The band of a score; CVSS 2.0 knows nothing critical.
    pub(crate) fn of_score(score: f64, version: Option<&str>) -> Option<Self> {
        match score {
            9.0.. if version != Some("2.0") => Some(Self::Critical),
            7.0.. => Some(Self::High),
            4.0.. => Some(Self::Medium),
            score if score > 0.0 => Some(Self::Low),
            _ => None,
        }
    }

    /// Its value in `vulnerability.severity`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Informational => "Informational",
            Self::Low => "Low",
            Self::Medium => "Medium",
            Self::High => "High",
            Self::Critical => "Critical",
        }
    }

    /// Its value in `event.severity`, on the scale of the event data set.
    pub(crate) const fn number(self) -> &'static str {
        match self {
            Self::Informational | Self::Low => "21",
            Self::Medium => "47",
            Self::High => "73",
            Self::Critical => "99",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_known_in_any_letter_case() {
        for (word, expected) in [
            ("Critical", Word::Known(Severity::Critical)),
            ("mEDIUM", Word::Known(Severity::Medium)),
            (" low ", Word::Known(Severity::Low)),
            ("Informational", Word::Known(Severity::Informational)),
            ("Unknown", Word::Nothing),
            ("none", Word::Nothing),
            (" ", Word::Nothing),
            ("Moderate", Word::Strange),
        ] {
            assert_eq!(Word::of(Value::Text(word)), expected, "{word:?}");
        }
        assert_eq!(Word::of(Value::Number("7")), Word::Nothing);
    }

    #[test]
    fn a_score_has_a_band() {
        for (score, version, expected) in [
            (10.0, None, Some(Severity::Critical)),
            (9.0, Some("3.1"), Some(Severity::Critical)),
            (9.0, Some("2.0"), Some(Severity::High)),
            (8.9, None, Some(Severity::High)),
            (7.0, Some("2.0"), Some(Severity::High)),
            (6.9, None, Some(Severity::Medium)),
            (3.9, None, Some(Severity::Low)),
            (0.1, Some("2.0"), Some(Severity::Low)),
            (0.0, Some("3.1"), None),
        ] {
            assert_eq!(Severity::of_score(score, version), expected, "{score} {version:?}");
        }
    }
}
