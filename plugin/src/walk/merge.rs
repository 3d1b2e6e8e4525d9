//! Puts a sub-assessment, or the metadata of its kind, into an assessment by splicing text: not a character of either changes.

use std::borrow::Cow;
use std::ops::Range;

use crate::json::scan::{Kind, Span};

/// Members that lead to something inside an assessment: a name, and how it is written where it is missing.
type Path = &'static [(&'static str, &'static str)];

/// The members that lead to a sub-assessment.
const SUB_ASSESSMENT: Path = &[("properties", "\"properties\":"), ("additionalData", "\"additionalData\":"), ("subAssessment", "\"subAssessment\":")];

/// The members that lead to metadata.
const METADATA: Path = &[("properties", "\"properties\":"), ("metadata", "\"metadata\":")];

/// Where in an assessment's text something goes, and what has to be written around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seam {
    path: Path,
    /// The text that is replaced; empty where it is inserted.
    cut: Range<usize>,
    /// The first of the path's names that has to be written.
    first: usize,
    /// Whether an object has to be opened before that name.
    opens: bool,
    /// Whether a comma has to separate it from a member before.
    comma: bool,
}

impl Seam {
    /// The seam of an assessment's text for a sub-assessment; none if it, its `properties` or their `additionalData` is of a type that has no members.
    pub(super) fn of(assessment: &str) -> Option<Self> {
        Self::along(SUB_ASSESSMENT, assessment)
    }

    fn along(path: Path, assessment: &str) -> Option<Self> {
        let mut object = object(assessment)?;
        for (level, (name, _)) in path.iter().enumerate() {
            let Some(value) = object.member(name) else {
                let end = object.at + object.text.len() - 1;
                return Some(Self { path, cut: end..end, first: level, opens: false, comma: object.members().next().is_some() });
            };
            let cut = value.at..value.at + value.text.len();
            let below = level + 1;
            match value.kind {
                _ if below == path.len() => return Some(Self { path, cut, first: below, opens: false, comma: false }),
                Kind::Null => return Some(Self { path, cut, first: below, opens: true, comma: false }),
                Kind::Object => object = value,
                _ => return None,
            }
        }
        None
    }

    /// The assessment that this seam was made for, with the piece in it.
    pub(super) fn merge(&self, assessment: &str, piece: &str) -> String {
        let mut merged = String::with_capacity(assessment.len() + piece.len() + 64);
        merged.push_str(&assessment[..self.cut.start]);
        if self.comma {
            merged.push(',');
        }
        let mut open = 0;
        for (position, (_, name)) in self.path.iter().enumerate().skip(self.first) {
            if self.opens || position > self.first {
                merged.push('{');
                open += 1;
            }
            merged.push_str(name);
        }
        merged.push_str(piece);
        merged.extend(std::iter::repeat_n('}', open));
        merged.push_str(&assessment[self.cut.end..]);
        merged
    }
}

/// A sub-assessment without its assessment, in the place where a merged record has it.
pub(super) fn alone(sub_assessment: &str) -> String {
    Seam { path: SUB_ASSESSMENT, cut: 1..1, first: 0, opens: false, comma: false }.merge("{}", sub_assessment)
}

/// An assessment with the metadata of its kind in it; as it came where there is none, or no place for it.
pub(super) fn with_metadata<'a>(assessment: &'a str, metadata: Option<&str>) -> Cow<'a, str> {
    let seam = metadata.and_then(|metadata| Some((Seam::along(METADATA, assessment)?, metadata)));
    seam.map_or(Cow::Borrowed(assessment), |(seam, metadata)| Cow::Owned(seam.merge(assessment, metadata)))
}

/// The object that a record's sound text consists of; none if it is of another type.
pub(super) fn object(record: &str) -> Option<Span<'_>> {
    record.starts_with('{').then_some(Span { text: record, at: 0, kind: Kind::Object })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(assessment: &str, expected: &str) {
        assert_eq!(Seam::of(assessment).expect(assessment).merge(assessment, "{\"id\" : \"s\"}"), expected);
    }

    #[test]
    fn a_sub_assessment_is_set_and_nothing_else_changes() {
        check(
            r#"{"id":"a","properties":{"additionalData":{"x":1.0}}}"#,
            r#"{"id":"a","properties":{"additionalData":{"x":1.0,"subAssessment":{"id" : "s"}}}}"#,
        );
        check(r#"{"properties":{"additionalData":{}},"z":2}"#, r#"{"properties":{"additionalData":{"subAssessment":{"id" : "s"}}},"z":2}"#);
        check(
            "{ \"properties\" :\n { \"additionalData\" : { \"x\" : 1 } , \"y\":[] } }",
            "{ \"properties\" :\n { \"additionalData\" : { \"x\" : 1 ,\"subAssessment\":{\"id\" : \"s\"}} , \"y\":[] } }",
        );
    }

    #[test]
    fn what_stands_there_already_is_replaced() {
        check(
            r#"{"properties":{"additionalData":{"subAssessment":[1,{}],"x":1}}}"#,
            r#"{"properties":{"additionalData":{"subAssessment":{"id" : "s"},"x":1}}}"#,
        );
        check(r#"{"properties":{"additionalData":{"subAssessment": null }}}"#, r#"{"properties":{"additionalData":{"subAssessment": {"id" : "s"} }}}"#);
    }

    #[test]
    fn missing_and_null_levels_are_made() {
        check("{}", r#"{"properties":{"additionalData":{"subAssessment":{"id" : "s"}}}}"#);
        check(r#"{"a":1}"#, r#"{"a":1,"properties":{"additionalData":{"subAssessment":{"id" : "s"}}}}"#);
        check(r#"{"properties":{}}"#, r#"{"properties":{"additionalData":{"subAssessment":{"id" : "s"}}}}"#);
        check(r#"{"properties":{"b":2}}"#, r#"{"properties":{"b":2,"additionalData":{"subAssessment":{"id" : "s"}}}}"#);
        check(r#"{"properties":null,"a":1}"#, r#"{"properties":{"additionalData":{"subAssessment":{"id" : "s"}}},"a":1}"#);
        check(r#"{"properties":{"additionalData":null}}"#, r#"{"properties":{"additionalData":{"subAssessment":{"id" : "s"}}}}"#);
    }

    #[test]
    fn escapes_comments_and_brackets_in_strings_do_not_mislead() {
        check(
            r#"{"x":"}\"","pr\u006fperties":{"additionalData":{"y":"{"}}}"#,
            r#"{"x":"}\"","pr\u006fperties":{"additionalData":{"y":"{","subAssessment":{"id" : "s"}}}}"#,
        );
        check("{/* } */\"a\":1 // }\n}", "{/* } */\"a\":1 // }\n,\"properties\":{\"additionalData\":{\"subAssessment\":{\"id\" : \"s\"}}}}");
        check("{ /* nothing */ }", "{ /* nothing */ \"properties\":{\"additionalData\":{\"subAssessment\":{\"id\" : \"s\"}}}}");
    }

    #[test]
    fn metadata_stands_beside_what_an_assessment_has() {
        for (assessment, expected) in [
            (r#"{"id":"a","properties":{"x":1}}"#, r#"{"id":"a","properties":{"x":1,"metadata":{"m":1}}}"#),
            (r#"{"properties":{"metadata": null ,"x":1}}"#, r#"{"properties":{"metadata": {"m":1} ,"x":1}}"#),
            (r#"{"properties":null}"#, r#"{"properties":{"metadata":{"m":1}}}"#),
            ("{}", r#"{"properties":{"metadata":{"m":1}}}"#),
            (r#"{"properties":[]}"#, r#"{"properties":[]}"#),
        ] {
            assert_eq!(with_metadata(assessment, Some(r#"{"m":1}"#)), expected);
            assert_eq!(with_metadata(assessment, None), assessment);
        }
    }

    #[test]
    fn of_a_name_twice_the_last_counts() {
        check(
            r#"{"properties":1,"properties":{"additionalData":{"subAssessment":1,"subAssessment":2}}}"#,
            r#"{"properties":1,"properties":{"additionalData":{"subAssessment":1,"subAssessment":{"id" : "s"}}}}"#,
        );
    }

    #[test]
    fn there_is_no_seam_where_there_can_be_no_member() {
        for assessment in ["1", "null", "[]", "\"{}\"", r#"{"properties":[]}"#, r#"{"properties":"x"}"#, r#"{"properties":{"additionalData":7}}"#] {
            assert_eq!(Seam::of(assessment), None, "{assessment}");
        }
        assert_eq!(alone("5"), r#"{"properties":{"additionalData":{"subAssessment":5}}}"#);
    }
}
