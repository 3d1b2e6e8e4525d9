//! The smallest component of version 0.1.0 that answers every call with something to look at.

wit_bindgen::generate!({ path: "../../wit/released/0.1.0", world: "input-plugin" });

use exports::agent::input::control::{Dataset, Description, Field, Guest as Control, SettingProblem};
use exports::agent::input::decoder::{Decoded, Explanation, Guest as Decoder, Message, Trace};
use exports::agent::input::poller::{Guest as Poller, Outcome, Step, Totals};
use exports::agent::input::types::{Document, Problem, Severity};

struct Component;

export!(Component);

impl Control for Component {
    fn describe() -> Description {
        let dataset = Dataset { name: "contract.event".into(), summary: "how long each message is".into(), decodes: true };
        Description { name: "contract-0.1.0".into(), version: "0.1.0".into(), datasets: vec![dataset], settings_schema: "{}".into() }
    }

    fn fields(_dataset: u32) -> Vec<Field> {
        vec![Field { name: "bytes".into(), kind: "long".into(), sources: vec!["the length of the message".into()] }]
    }

    fn configure(settings: String) -> Result<Vec<SettingProblem>, Vec<SettingProblem>> {
        if settings == "{}" {
            return Ok(Vec::new());
        }
        Err(vec![SettingProblem { severity: Severity::Error, pointer: String::new(), message: "there is nothing to set".into() }])
    }
}

impl Poller for Component {
    fn begin(_now: u64, _cursor: Option<Vec<u8>>) -> Step {
        let totals = Totals { pages: 0, records: 0, documents: 0, skipped: 0, failed: 0, complete: true };
        Step { requests: Vec::new(), documents: Vec::new(), problems: Vec::new(), cursor: None, more: false, finished: Some(totals) }
    }

    fn advance(now: u64, _outcomes: Vec<Outcome>) -> Step {
        Self::begin(now, None)
    }
}

impl Decoder for Component {
    fn decode(now: u64, dataset: u32, messages: Vec<Message>) -> Decoded {
        let document = |(source, message): (u32, &Message)| Document {
            dataset,
            id: source.to_string(),
            body: format!("{{\"now\":{now},\"bytes\":{}}}", message.body.len()).into_bytes(),
            source: Some(source),
        };
        let problem = Problem { severity: Severity::Info, code: "counted".into(), message: "the messages were counted".into(), source: None };
        Decoded { documents: (0..).zip(&messages).map(document).collect(), problems: vec![problem] }
    }

    fn explain(_now: u64, _dataset: u32, _message: Message) -> Vec<Explanation> {
        let trace = Trace { field: "bytes".into(), rule: "the length of the message".into(), sources: Vec::new() };
        vec![Explanation { traces: vec![trace], unused: Vec::new() }]
    }
}
