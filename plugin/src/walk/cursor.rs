//! Where a run can be resumed: written with every step, read once.

use serde::{Deserialize, Serialize};

use super::context::Plan;
use super::report::Counts;
use crate::contract::Timestamp;
use crate::id;

/// What stands before a cursor of this form.
const VERSION: &str = "1";

/// Where a run stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cursor {
    /// When the run began.
    pub start: Timestamp,
    /// A hash of what the run was asked to do.
    pub plan: String,
    /// How many scopes were begun.
    pub opened: usize,
    /// What was counted of scopes that are finished.
    pub closed: Counts,
    /// Scopes that are not.
    pub open: Vec<Mark>,
}

/// Where a scope stands: before `index` records of a page. Without a page it begins anew.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Mark {
    /// Its number in the settings.
    pub scope: usize,
    /// The oldest page that was not wholly handed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Records of that page that were.
    #[serde(skip_serializing_if = "is_default")]
    pub index: usize,
    /// The hash over their keys.
    #[serde(skip_serializing_if = "is_default", with = "hexadecimal")]
    pub prefix: u128,
    /// Whether the list was restarted.
    #[serde(skip_serializing_if = "is_default")]
    pub restarted: bool,
    /// Lists of sub-assessments in a row that are gone, before the place.
    #[serde(skip_serializing_if = "is_default")]
    pub gone: u32,
    /// What was counted before the place.
    #[serde(skip_serializing_if = "is_default")]
    pub counts: Counts,
    /// What was counted before the page.
    #[serde(skip_serializing_if = "is_default")]
    pub at_page: Counts,
}

impl Cursor {
    /// The bytes to be kept: version, checksum and JSON.
    pub(super) fn write(&self) -> Vec<u8> {
        // Nothing in a cursor can fail to be JSON: names are constants and numbers are whole.
        let json = serde_json::to_string(self).unwrap_or_default();
        format!("{VERSION} {} {json}", checksum(&json)).into_bytes()
    }

    /// The cursor in these bytes, if it is sound and of this plan; else why it does not serve.
    pub(super) fn read(bytes: &[u8], plan: &Plan) -> Result<Self, &'static str> {
        let text = str::from_utf8(bytes).map_err(|_| "it is damaged")?;
        let (version, rest) = text.split_once(' ').ok_or("it is damaged")?;
        if version != VERSION {
            return Err("it is of another version");
        }
        let (sum, json) = rest.split_once(' ').ok_or("it is damaged")?;
        if sum != checksum(json) {
            return Err("it is damaged");
        }
        let cursor: Self = serde_json::from_str(json).map_err(|_| "it is of another version")?;
        if cursor.plan != hash(plan) {
            return Err("it belongs to other scopes or settings");
        }
        let once = |(at, mark): (usize, &Mark)| cursor.open[..at].iter().all(|other| other.scope != mark.scope);
        let sound = cursor.opened <= plan.scopes.len()
            && cursor.open.iter().enumerate().all(once)
            && cursor.open.iter().all(|mark| mark.scope < cursor.opened && leads_home(mark, plan));
        sound.then_some(cursor).ok_or("it names what was not asked for")
    }
}

/// The hash of what a run is asked to do; a cursor of another hash is foreign.
pub(super) fn hash(plan: &Plan) -> String {
    let settings = &plan.settings;
    let mut parts = vec![
        settings.sub_assessments.name().as_bytes(),
        settings.url.as_bytes(),
        settings.assessment_api_version.as_bytes(),
        settings.sub_assessment_api_version.as_bytes(),
    ];
    if settings.joins_metadata() {
        parts.extend([settings.metadata.name().as_bytes(), settings.metadata_api_version.as_bytes()]);
    }
    parts.extend(plan.scopes.iter().map(|scope| scope.as_bytes()));
    id::of(&parts)
}

/// A checksum is no signature, so a cursor's links are looked at as those of a page are.
fn leads_home(mark: &Mark, plan: &Plan) -> bool {
    mark.url.as_ref().is_none_or(|url| plan.origin.follow(url).as_ref() == Ok(url))
}

fn checksum(json: &str) -> String {
    id::of(&[b"cursor", json.as_bytes()])
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// JSON's numbers end at 64 bits.
mod hexadecimal {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(value: &u128, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{value:x}"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u128, D::Error> {
        u128::from_str_radix(&String::deserialize(deserializer)?, 16).map_err(D::Error::custom)
    }
}
