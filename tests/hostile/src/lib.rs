//! A component that behaves until a text names a misdeed: the settings, a message, or the body of a response. Then it commits that.

mod misdeeds;

#[cfg(not(feature = "importing"))]
wit_bindgen::generate!({ path: "../../wit", world: "input-plugin" });

#[cfg(feature = "importing")]
wit_bindgen::generate!({
    path: "../../wit",
    inline: "
        package test:hostile;
        interface sockets { connect: func(address: string) -> bool; }
        world importing { import sockets; include agent:input/input-plugin@0.1.0; }
    ",
    world: "test:hostile/importing",
});

use std::cell::Cell;

use exports::agent::input::control::{Dataset, Description, Field, Guest as Control, SettingProblem};
use exports::agent::input::decoder::{Decoded, Explanation, Guest as Decoder, Message};
use exports::agent::input::poller::{Guest as Poller, Outcome, Request, Step, Totals};
use exports::agent::input::types::{Document, Problem, Severity};

struct Component;

export!(Component);

/// Pages of a walk; the run asks for one after the other.
const PAGES: u64 = 4;

thread_local! {
    /// What its requests begin with.
    static BASE: std::cell::RefCell<String> = const { std::cell::RefCell::new(String::new()) };
    /// The page that is asked for.
    static PAGE: Cell<u64> = const { Cell::new(0) };
    /// Whether the walk gives nothing and never ends.
    static STALLS: Cell<Option<Stall>> = const { Cell::new(None) };
}

#[derive(Clone, Copy)]
enum Stall {
    /// It neither asks nor ends.
    Still,
    /// It says for ever that there is more.
    More,
}

impl Control for Component {
    fn describe() -> Description {
        #[cfg(feature = "importing")]
        test::hostile::sockets::connect("192.0.2.1:443");
        let dataset = Dataset { name: "hostile.event".into(), summary: "what the messages say".into(), decodes: true };
        Description { name: "hostile".into(), version: "0.1.0".into(), datasets: vec![dataset], settings_schema: "{}".into() }
    }

    fn fields(_dataset: u32) -> Vec<Field> {
        Vec::new()
    }

    fn configure(settings: String) -> Result<Vec<SettingProblem>, Vec<SettingProblem>> {
        misdeeds::commit(&settings);
        let url = settings.split_once("\"url\":\"").and_then(|(_, rest)| rest.split_once('"')).map(|(url, _)| url.to_owned());
        BASE.set(url.unwrap_or_else(|| "https://hostile.example".to_owned()));
        STALLS.set(match () {
            () if settings.contains("stand still") => Some(Stall::Still),
            () if settings.contains("more for ever") => Some(Stall::More),
            () => None,
        });
        Ok(Vec::new())
    }
}

impl Poller for Component {
    fn begin(_now: u64, cursor: Option<Vec<u8>>) -> Step {
        match STALLS.get() {
            Some(Stall::Still) => return nothing(),
            Some(Stall::More) => return Step { more: true, ..nothing() },
            None => {}
        }
        PAGE.set(cursor.and_then(|cursor| cursor.first().copied()).unwrap_or_default().into());
        Step { requests: vec![request()], ..nothing() }
    }

    fn advance(_now: u64, outcomes: Vec<Outcome>) -> Step {
        let mut step = nothing();
        if let Some(Stall::More) = STALLS.get() {
            return Step { more: true, ..step };
        }
        for outcome in &outcomes {
            match &outcome.answer {
                Ok(response) => {
                    let text = String::from_utf8_lossy(&response.body);
                    misdeeds::commit(&text);
                    step.documents.push(document(format!("page-{}", PAGE.get()), &text, Some(0)));
                }
                Err(_) => {
                    step.problems.push(Problem { severity: Severity::Error, code: "page-failed".into(), message: "no page".into(), source: Some(0) });
                }
            }
            PAGE.set(PAGE.get() + 1);
        }
        if PAGE.get() == PAGES {
            let totals = Totals { pages: PAGES, records: 0, documents: 0, skipped: 0, failed: 0, complete: true };
            return Step { finished: Some(totals), ..step };
        }
        step.cursor = Some(vec![PAGE.get() as u8]);
        step.requests.push(request());
        step
    }
}

fn nothing() -> Step {
    Step { requests: Vec::new(), documents: Vec::new(), problems: Vec::new(), cursor: None, more: false, finished: None }
}

fn request() -> Request {
    Request { id: PAGE.get(), url: format!("{}/pages/{}?token=secret", BASE.with_borrow(String::clone), PAGE.get()), token_scopes: Vec::new() }
}

impl Decoder for Component {
    fn decode(_now: u64, _dataset: u32, messages: Vec<Message>) -> Decoded {
        let mut documents = Vec::new();
        for (source, message) in (0..).zip(&messages) {
            let text = String::from_utf8_lossy(&message.body);
            misdeeds::commit(&text);
            documents.extend(misdeeds::documents(&text, source).unwrap_or_else(|| vec![document(format!("id-{text}"), &text, Some(source))]));
        }
        Decoded { documents, problems: Vec::new() }
    }

    fn explain(_now: u64, _dataset: u32, message: Message) -> Vec<Explanation> {
        misdeeds::commit(&String::from_utf8_lossy(&message.body));
        Vec::new()
    }
}

/// A document that says what it was made from.
fn document(id: String, text: &str, source: Option<u32>) -> Document {
    let text: String = text.chars().filter(|character| !matches!(character, '"' | '\\') && !character.is_control()).collect();
    Document { dataset: 0, id, body: format!("{{\"message\":\"{text}\"}}").into_bytes(), source }
}
