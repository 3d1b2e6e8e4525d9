//! Scores that are real: a number from above 0 to 10, with the version of CVSS that it is by.

use core::fmt::Display;

use crate::defender::assessment::CVSS_SCORE;
use crate::json::tree::{Member, Value};
use crate::mapping::cast::{Cast, cast};
use crate::mapping::convert::number;
use crate::mapping::record::{Reader, Record};

/// A score.
#[derive(Debug, Clone, Copy)]
pub(super) struct Score<'a> {
    /// The number, to compare.
    pub value: f64,
    /// The version of CVSS, if that is known.
    pub version: Option<&'a str>,
    /// The number in the digits that came.
    pub digits: &'a str,
    /// Where it stands.
    pub member: &'a Member<'a>,
}

/// Brings a score to a number where it stands. What is none is left out, and a line says so, unless it is blank.
pub(super) fn convert<'a>(record: &mut Record<'a>, member: &'a Member<'a>, path: &dyn Display) {
    record.look(|read| read.take(Some(member)));
    let value = member.value.get();
    if matches!(value, Value::Number(text) if is_score(text)) {
        return;
    }
    let converted = match value {
        Value::Null => Value::Null,
        Value::Text(text) if text.trim().is_empty() => Value::Null,
        // A number is written with the digits that came; a text that is only nearly one as the number that it stands for.
        Value::Text(text) if is_score(text.trim()) => Value::Number(text.trim()),
        Value::Text(text) if number::double(text).is_some_and(|score| (0.0..=10.0).contains(&score)) => {
            cast(record.arena, value, Cast::Double).unwrap_or(Value::Null)
        }
        _ => {
            record.errors.unreadable(path, value, "a score from 0 to 10");
            Value::Null
        }
    };
    member.value.set(converted);
}

/// Whether a text is a number of JSON from 0 to 10.
fn is_score(text: &str) -> bool {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'e' | b'E' | b'+'))
        && text.starts_with(|first: char| first.is_ascii_digit())
        && text.ends_with(|last: char| last.is_ascii_digit())
        && !text.contains(".e")
        && !text.contains(".E")
        && !(text.len() > 1 && text.starts_with('0') && text.as_bytes()[1].is_ascii_digit());
    is_number && text.parse::<f64>().is_ok_and(|score| (0.0..=10.0).contains(&score))
}

/// The score that a converted member holds. Nothing is what 0 says without a vector.
pub(super) fn of<'a>(member: Option<&'a Member<'a>>, version: Option<&'a str>, has_vector: bool) -> Option<Score<'a>> {
    let member = member?;
    let Value::Number(digits) = member.value.get() else { return None };
    let value = digits.parse().ok()?;
    (value > 0.0 || has_vector).then_some(Score { value, version, digits, member })
}

/// Brings every `base` of a member `cvss` to a number: of a list of scores with their keys, or of an object whose members are versions.
pub(super) fn convert_all<'a>(record: &mut Record<'a>, cvss: Value<'a>, path: &dyn Display) {
    for (_, score) in entries(cvss) {
        if let Some(base) = score.member(CVSS_SCORE.base.name) {
            convert(record, base, path);
        }
    }
}

/// The score by the newest version that has one; keys that are no version come last.
pub(super) fn newest<'a>(read: &mut Reader<'_, 'a>, cvss: Value<'a>) -> Option<Score<'a>> {
    const NEWEST_FIRST: [&str; 4] = ["4.0", "3.1", "3.0", "2.0"];
    let mut best: Option<(usize, Score<'a>)> = None;
    for (key, score) in entries(cvss) {
        let vector = read.value(score, CVSS_SCORE.cvss_vector_string.name).text().unwrap_or_default();
        let by_key = version(key);
        let version = of_vector(vector).or(by_key);
        let Some(score) = of(score.member(CVSS_SCORE.base.name), version, !vector.trim().is_empty()) else { continue };
        let rank = version.filter(|_| by_key.is_some()).and_then(|version| NEWEST_FIRST.iter().position(|newest| *newest == version));
        let rank = rank.unwrap_or(NEWEST_FIRST.len());
        if best.is_none_or(|(first, _)| rank < first) {
            best = Some((rank, score));
        }
    }
    best.map(|(_, score)| score)
}

/// Keys and what they name.
fn entries(cvss: Value<'_>) -> impl Iterator<Item = (&str, Value<'_>)> {
    let listed = cvss.elements().iter().map(|entry| (key_text(entry.get().get(CVSS_SCORE.key.name)), entry.get().get(CVSS_SCORE.value.name)));
    let named = cvss.members().iter().map(|member| (member.name, member.value.get()));
    listed.chain(named)
}

fn key_text(key: Value<'_>) -> &str {
    match key {
        Value::Text(text) | Value::Number(text) => text.trim(),
        _ => "",
    }
}

/// A version as it is written: `3` is `3.0`. Nothing for a word that is none.
pub(super) fn version(key: &str) -> Option<&str> {
    match key.trim() {
        "2" => Some("2.0"),
        "3" => Some("3.0"),
        "4" => Some("4.0"),
        key => {
            let (major, minor) = key.split_once('.')?;
            let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            (is_number(major) && is_number(minor)).then_some(key)
        }
    }
}

/// `3.1` of `CVSS:3.1/AV:N`.
fn of_vector(vector: &str) -> Option<&str> {
    let (named, _) = vector.trim().split_once('/')?;
    version(named.strip_prefix("CVSS:")?)
}

#[cfg(test)]
mod tests {
    use bumpalo::Bump;

    use super::*;
    use crate::defender::assessment::NAMES;
    use crate::ecs::ASSESSMENT;
    use crate::json::parse::{Names, value};

    /// The digits, the version and the lines that come of a member `cvss`.
    fn check(cvss: &str, expected: Option<(&str, Option<&str>)>, lines: usize) {
        let arena = Bump::new();
        let mut record = Record::new(&arena, &ASSESSMENT);
        let cvss_value = value(&arena, cvss, Names::Snake(&NAMES)).unwrap();
        convert_all(&mut record, cvss_value, &"cvss");
        let found = record.look(|read| newest(read, cvss_value));
        assert_eq!(found.map(|score| (score.digits, score.version)), expected, "{cvss}");
        assert_eq!(record.errors.take().len(), lines, "{cvss}");
    }

    #[test]
    fn the_newest_version_that_has_a_score_is_taken() {
        check(r#"[{"Key":"2.0","Value":{"Base":10.0}},{"Key":"3.0","Value":{"Base":8.1}}]"#, Some(("8.1", Some("3.0"))), 0);
        check(r#"{"2.0":{"base":7.5},"4.0":{"base":null},"3.1":{"base":"9.10"}}"#, Some(("9.10", Some("3.1"))), 0);
        check(r#"[{"Key":"3","Value":{"Base":9.8,"CvssVectorString":"CVSS:3.1/AV:N"}}]"#, Some(("9.8", Some("3.1"))), 0);
        check(r#"[{"Key":"vendor","Value":{"Base":9.9}},{"Key":2,"Value":{"Base":7.2}}]"#, Some(("7.2", Some("2.0"))), 0);
        check(r#"[{"Key":"vendor","Value":{"Base":6.6}}]"#, Some(("6.6", None)), 0);
    }

    #[test]
    fn zero_counts_with_a_vector_only() {
        check(r#"[{"Key":"3","Value":{"Base":0}}]"#, None, 0);
        check(r#"[{"Key":"3","Value":{"Base":0.0,"CvssVectorString":"CVSS:3.0/AV:N"}}]"#, Some(("0.0", Some("3.0"))), 0);
    }

    #[test]
    fn what_is_no_score_is_told_and_gives_way() {
        check(r#"[{"Key":"3","Value":{"Base":"NaN"}},{"Key":"2","Value":{"Base":5}}]"#, Some(("5", Some("2.0"))), 1);
        for base in ["\"Infinity\"", "-1", "10.1", "\"high\"", "true", "[7]", "1e400"] {
            check(&format!(r#"[{{"Key":"3","Value":{{"Base":{base}}}}}]"#), None, 1);
        }
        for base in ["null", "\"\"", "\" \""] {
            check(&format!(r#"[{{"Key":"3","Value":{{"Base":{base}}}}}]"#), None, 0);
        }
        check(r#"[{"Key":"3","Value":{"Base":" 7.50 "}}]"#, Some(("7.50", Some("3.0"))), 0);
        check(r#"[{"Key":"3","Value":{"Base":".5"}}]"#, Some(("0.5", Some("3.0"))), 0);
    }
}
