//! `threat.*`: tactics and techniques of MITRE ATT&CK.

use super::Parts;
use super::properties::Properties;
use crate::defender::hub::{METADATA, RECORD};
use crate::defender::property::keys;
use crate::ecs::EVENT;
use crate::json::parse::{self, Names};
use crate::json::tree::{Value, array};
use crate::mapping::distinct::Distinct;
use crate::mapping::record::{Reader, Record, rules};

rules! { EVENT;
    TACTIC "threat.tactic.name" =
        "profile extended: the tactics in `Intent`, else in `Tactics`, else in property `killchainintent`; of a finding in `properties.metadata.tactics`";
    TACTIC_ID "threat.tactic.id" = "profile extended: the number of each";
    TECHNIQUE "threat.technique.id" = "profile extended: every number of a technique in `Techniques` and `SubTechniques`; of a finding in `properties.metadata.techniques`";
    SUBTECHNIQUE "threat.technique.subtechnique.id" = "profile extended: those with a point, of the same places";
    TECHNIQUE_NAME "threat.technique.name" = "profile extended: of a finding, each of `properties.metadata.techniques`, once";
    FRAMEWORK "threat.framework" = "profile extended: MITRE ATT&CK if there is a tactic or the number of a technique";
}

/// A tactic as Defender spells it, without blanks, `-` and `_`, in lower case; its name and number in ATT&CK.
#[rustfmt::skip]
pub(super) const TACTICS: [(&str, &str, &str); 14] = [
    ("reconnaissance", "Reconnaissance", "TA0043"),
    ("resourcedevelopment", "Resource Development", "TA0042"),
    ("initialaccess", "Initial Access", "TA0001"),
    ("execution", "Execution", "TA0002"),
    ("persistence", "Persistence", "TA0003"),
    ("privilegeescalation", "Privilege Escalation", "TA0004"),
    ("defenseevasion", "Defense Evasion", "TA0005"),
    ("credentialaccess", "Credential Access", "TA0006"),
    ("discovery", "Discovery", "TA0007"),
    ("lateralmovement", "Lateral Movement", "TA0008"),
    ("collection", "Collection", "TA0009"),
    ("commandandcontrol", "Command and Control", "TA0011"),
    ("exfiltration", "Exfiltration", "TA0010"),
    ("impact", "Impact", "TA0040"),
];

/// Of an alert.
pub(super) fn of_alert<'a>(record: &mut Record<'a>, parts: &Parts<'a>, properties: &Properties<'a>) {
    let mut found = Vec::new();
    record.fill(&TACTIC, |read| {
        let intent = parts.first(read, &[RECORD.intent, RECORD.tactics]);
        let intent = if intent.is_blank() { properties.value(read, keys![killchainintent]) } else { intent };
        found = tactics(read, intent);
        names(read, &found)
    });
    ids(record, &found);
    techniques(record, |read| [RECORD.techniques, RECORD.sub_techniques].map(|source| parts.read(read, source)));
    framework(record);
}

/// Of a finding.
pub(super) fn of_finding<'a>(record: &mut Record<'a>, parts: &Parts<'a>) {
    let mut found = Vec::new();
    record.fill(&TACTIC, |read| {
        let tactics_of = parts.read(read, METADATA.tactics);
        found = tactics(read, tactics_of);
        names(read, &found)
    });
    ids(record, &found);
    techniques(record, |read| [METADATA.techniques, METADATA.tactics].map(|source| parts.read(read, source)));
    record.fill(&TECHNIQUE_NAME, |read| {
        let mut once = Distinct::default();
        let value = parts.read(read, METADATA.techniques);
        value.elements().iter().map(|element| element.get()).chain([value]).filter_map(super::texts::said).for_each(|name| once.add(read.arena, name.into()));
        once.value(read.arena)
    });
    framework(record);
}

type Tactic = (&'static str, &'static str);

fn tactics<'a>(read: &Reader<'_, 'a>, value: Value<'a>) -> Vec<Tactic> {
    let listed = match value {
        Value::Text(text) if text.trim_start().starts_with('[') => parse::value(read.arena, text, Names::AsWritten).unwrap_or(value),
        value => value,
    };
    let mut found: Vec<Tactic> = Vec::new();
    let texts = listed.elements().iter().map(|element| element.get()).chain([listed]).filter_map(Value::text);
    for part in texts.flat_map(|text| text.split(',')) {
        let form: String = part.chars().filter(|letter| !letter.is_whitespace() && !matches!(letter, '-' | '_')).flat_map(char::to_lowercase).collect();
        if let Some((_, name, id)) = TACTICS.iter().find(|(own, _, _)| *own == form)
            && !found.contains(&(name, id))
        {
            found.push((name, id));
        }
    }
    found
}

fn names<'a>(read: &Reader<'_, 'a>, found: &[Tactic]) -> Value<'a> {
    if found.is_empty() { Value::Null } else { array(read.arena, found.iter().map(|(name, _)| Value::Text(name))) }
}

fn ids(record: &mut Record<'_>, found: &[Tactic]) {
    record.fill(&TACTIC_ID, |read| {
        read.field(TACTIC.slot);
        if found.is_empty() { Value::Null } else { array(read.arena, found.iter().map(|(_, id)| Value::Text(id))) }
    });
}

fn techniques<'a>(record: &mut Record<'a>, values: impl Fn(&mut Reader<'_, 'a>) -> [Value<'a>; 2]) {
    for (rule, is_sub) in [(&TECHNIQUE, false), (&SUBTECHNIQUE, true)] {
        record.fill(rule, |read| {
            let mut once = Distinct::default();
            for value in values(read) {
                for text in value.elements().iter().map(|element| element.get()).chain([value]).filter_map(Value::text) {
                    for (id, sub) in numbers(text) {
                        match (is_sub, sub) {
                            (false, _) => once.add(read.arena, id.to_ascii_uppercase().into()),
                            (true, Some(sub)) => once.add(read.arena, sub.to_ascii_uppercase().into()),
                            (true, None) => {}
                        }
                    }
                }
            }
            once.at_most(read.arena, super::MOST)
        });
    }
}

/// The numbers of techniques in a text, each with that of its subtechnique. A number stands by itself: not beside a letter or digit, nor before a point with other
/// than three digits.
fn numbers(text: &str) -> Vec<(&str, Option<&str>)> {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
    let follows = |at: usize| text.get(at..).and_then(|rest| rest.chars().next()).is_some_and(char::is_alphanumeric);
    let mut found = Vec::new();
    for (at, _) in text.match_indices(['T', 't']) {
        let is_inside = text[..at].chars().next_back().is_some_and(char::is_alphanumeric);
        if is_inside || digits(at + 1) != 4 {
            continue;
        }
        let end = at + 5;
        if bytes.get(end) == Some(&b'.') && digits(end + 1) > 0 {
            if digits(end + 1) == 3 && !follows(end + 4) {
                found.extend(text.get(at..end).map(|id| (id, text.get(at..end + 4))));
            }
        } else if !follows(end) {
            found.extend(text.get(at..end).map(|id| (id, None)));
        }
    }
    found
}

fn framework(record: &mut Record<'_>) {
    record.fill(&FRAMEWORK, |read| {
        let [tactics, techniques] = [TACTIC.slot, TECHNIQUE.slot].map(|slot| read.field(slot));
        if tactics.is_null() && techniques.is_null() { Value::Null } else { Value::Text("MITRE ATT&CK") }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stands_by_itself() {
        for (text, expected) in [
            ("T1059", vec![("T1059", None)]),
            ("Shell (T1059.004), t1110", vec![("T1059", Some("T1059.004")), ("t1110", None)]),
            ("T1059. And", vec![("T1059", None)]),
            ("T1059.0012", vec![]),
            ("T1059.01", vec![]),
            ("T1059.004x", vec![]),
            ("AT1059", vec![]),
            ("T10590", vec![]),
            ("T1059é", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(numbers(text), expected, "{text}");
        }
    }
}
