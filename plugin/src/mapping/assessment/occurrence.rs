//! What a record itself says about which assessment it is of, and when that was made.

use crate::defender::assessment::envelope::{ID, PROPERTIES};
use crate::defender::assessment::{Additional, STATUS, SUB, Status, Sub};
use crate::json::tree::Value;

/// Whose record it is, and from when; each is empty where the record does not say it. The sub-assessment counts where there is one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Occurrence<'a> {
    /// The ARM id.
    pub arm_id: &'a str,
    /// When the status was last found to have changed, or the sub-assessment was made, in Azure's words.
    pub time: &'a str,
}

impl<'a> Occurrence<'a> {
    /// What stands in a record's tree, before rules change it.
    pub(crate) fn of(root: Value<'a>) -> Self {
        let properties = root.get(PROPERTIES);
        let sub = properties.get(Additional::PART.name).get(Sub::PART.name);
        let (id, time) = match sub.get(ID) {
            Value::Text(_) => (sub.get(ID), sub.get(PROPERTIES).get(SUB.time_generated.name)),
            _ => (root.get(ID), properties.get(Status::PART.name).get(STATUS.status_change_date.name)),
        };
        Self { arm_id: id.text().unwrap_or_default(), time: time.text().unwrap_or_default() }
    }
}

#[cfg(test)]
mod tests {
    use bumpalo::Bump;

    use super::Occurrence;
    use crate::json::known::Known;
    use crate::json::parse::{Names, value};

    #[track_caller]
    fn check(record: &str, arm_id: &str, time: &str) {
        let arena = Bump::new();
        let root = value(&arena, record, Names::SnakeInside(Known::NONE)).unwrap();
        assert_eq!(Occurrence::of(root), Occurrence { arm_id, time }, "{record}");
    }

    #[test]
    fn a_record_says_whose_it_is_and_from_when() {
        check(r#"{"id":"/a","properties":{"status":{"statusChangeDate":"2026"}}}"#, "/a", "2026");
        check(
            r#"{"id":"/a","properties":{"status":{"statusChangeDate":"2026"},"additionalData":{"subAssessment":{"id":"/a/b","properties":{"timeGenerated":"2025"}}}}}"#,
            "/a/b",
            "2025",
        );
        check(r#"{"id":"/a","properties":{"additionalData":{"subAssessment":{"name":"b"}}}}"#, "/a", "");
        for record in [r#"{"id":7,"properties":[]}"#, "{}", "[]", "1", ""] {
            check(record, "", "");
        }
    }
}
