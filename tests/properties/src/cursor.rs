//! Cursors, which come from outside: whatever is in one, a run begins and ends.

use microsoft_defender_cloud::id;
use microsoft_defender_cloud::mapping::Mapper;
use microsoft_defender_cloud::settings::{Metadata, Scope, Settings, SubAssessments};
use microsoft_defender_cloud::walk::Walk;

use crate::choices::Choices;
use crate::walk::Run;
use crate::{NOW, seeds};

/// Stands in the text of a cursor for the hash of what the run is to do.
const PLAN: &str = "$PLAN";

/// Checks a cursor: the first byte chooses the settings and whether the rest is a cursor as it stands, or the JSON of one that is to be made sound.
pub fn check(bytes: &[u8]) {
    let (flags, rest) = bytes.split_first().map_or((0, bytes), |(flags, rest)| (*flags, rest));
    let settings = settings(flags);
    let cursor = if flags & 2 == 0 { signed(rest, &settings) } else { rest.to_vec() };
    Run::new(&settings).run_to_end(Some(&cursor), &mut Choices::new(&cursor));
    Run::new(&settings).run_to_end(Some(&cursor), &mut Choices::new(&[]));
}

/// Cursors of a run, as JSON that [`check`] makes sound again.
pub(crate) fn examples() -> Vec<Vec<u8>> {
    // A fuzzer's: one scope, open twice.
    let twice = r#"{"start":1767225600000,"plan":"$PLAN","opened":2,"closed":{},"open":[{"scope":1},{"scope":1}]}"#;
    let mut examples = vec![[&[1], twice.as_bytes()].concat()];
    for flags in [0, 1, 4] {
        let settings = settings(flags);
        let mut run = Run::new(&settings);
        for decisions in seeds::decisions() {
            run.run_to_end(None, &mut Choices::new(&decisions));
        }
        let plan = plan(&settings);
        for cursor in run.cursors.iter().step_by(1 + run.cursors.len() / 40) {
            let json = json(cursor).replace(&plan, PLAN);
            examples.push([&[flags], json.as_bytes()].concat());
        }
        examples.extend(run.cursors.last().map(|cursor| [&[flags | 2], cursor.as_slice()].concat()));
    }
    examples
}

fn settings(flags: u8) -> Settings {
    let sub_assessments = if flags & 1 == 0 { SubAssessments::PerAssessment } else { SubAssessments::ListAll };
    let scopes = vec![Scope::Subscription("s0".into()), Scope::ManagementGroup("g".into())];
    let metadata = if flags & 4 == 0 { Metadata::None } else { Metadata::Join };
    Settings { scopes, sub_assessments, metadata, ..Settings::default() }
}

fn signed(json: &[u8], settings: &Settings) -> Vec<u8> {
    let json = String::from_utf8_lossy(json).replace(PLAN, &plan(settings));
    format!("1 {} {json}", id::of(&[b"cursor", json.as_bytes()])).into_bytes()
}

/// The hash that a sound cursor of these settings holds.
fn plan(settings: &Settings) -> String {
    let (_, step) = Walk::begin(settings, &mut Mapper::new(settings.clone()), NOW, None);
    let cursor: serde_json::Value = serde_json::from_str(&json(&step.cursor.expect("a run that goes on gives one"))).expect("it is JSON");
    cursor["plan"].as_str().expect("it names its plan").to_owned()
}

/// What stands behind the version and the checksum.
fn json(cursor: &[u8]) -> String {
    String::from_utf8_lossy(cursor).splitn(3, ' ').nth(2).expect("version, checksum, JSON").to_owned()
}
