//! Nothing is lost over random faults, and nothing is stored twice.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::time::Duration;

use host_sim_live::config::Elasticsearch;
use host_sim_runtime::flow::{BoxedError, DeadLetters, Flow, Lane, Letter, Mark, Parcel, Refusal, Source, State, Stateless, StopSignal};
use serde_json::json;

use live_servers::bulk::{BulkEndpoint, BulkRequest, Reply, said};

use crate::support::{impatient, item, settings, sink};

/// Keeps what is refused.
#[derive(Default)]
struct Aside(Mutex<Vec<(String, Refusal)>>);

impl DeadLetters for Aside {
    fn keep(&self, _lane: &Lane, letter: Letter<'_>) -> Result<(), BoxedError> {
        match letter {
            Letter::Document { item, refusal } => self.0.lock().expect("nobody panics").push((item.document.id.clone(), refusal.clone())),
            Letter::Message { .. } | Letter::Unread { .. } => panic!("there are no messages"),
        }
        Ok(())
    }
}

/// Parcels of documents, with a mark behind each.
struct Parcels {
    next: usize,
    all: usize,
    together: usize,
}

impl Source for Parcels {
    type Error = Infallible;

    fn next_parcel(&mut self, _stop: &StopSignal) -> Result<Option<Parcel>, Infallible> {
        if self.next == self.all {
            return Ok(None);
        }
        let numbers = self.next * self.together..(self.next + 1) * self.together;
        self.next += 1;
        let document = |number: usize| {
            let text = json!({ "number": number, "text": "x".repeat(number * 37 % 400) }).to_string();
            item(&number.to_string(), &text).document
        };
        let mark = Some(Mark::Cursor(vec![u8::try_from(self.next).expect("a few")]));
        Ok(Some(Parcel { documents: numbers.map(document).collect(), mark, ..Parcel::empty(Lane::new("lane")) }))
    }
}

/// Notes the marks that are kept, and looks whether everything before them has its place.
struct Watched<'a> {
    endpoint: &'a BulkEndpoint,
    aside: &'a Aside,
    together: usize,
    kept: Mutex<usize>,
}

impl State for Watched<'_> {
    fn mark(&self, _lane: &Lane) -> Result<Option<Mark>, BoxedError> {
        Ok(None)
    }

    fn keep(&self, _lane: &Lane, mark: &Mark) -> Result<(), BoxedError> {
        let Mark::Cursor(cursor) = mark else { panic!("it has no end") };
        let parcels = usize::from(cursor[0]);
        let aside: BTreeSet<String> = self.aside.0.lock().expect("nobody panics").iter().map(|(id, _)| id.clone()).collect();
        let stored = self.endpoint.shared.stored.lock().expect("nobody panics");
        for number in 0..parcels * self.together {
            let id = number.to_string();
            // A panic here would leave the endpoint without its lock, and the flow without an end.
            if stored.contains_key(&id) == aside.contains(&id) {
                return Err(format!("{id} is to be stored or set aside, and not both or neither").into());
            }
        }
        *self.kept.lock().expect("nobody panics") = parcels;
        Ok(())
    }
}

/// A script that throws dice for each request. The same documents are always refused.
fn dice(seed: u64) -> impl Fn(&BulkRequest) -> Reply + Send + Sync {
    let random = Mutex::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    move |asked| {
        let throw = |sides: u64| {
            let mut random = random.lock().expect("nobody panics");
            *random ^= *random << 13;
            *random ^= *random >> 7;
            *random ^= *random << 17;
            *random % sides
        };
        if asked.documents.len() > 1 && asked.bytes > 600 {
            return said(413, &[]);
        }
        let broken_off = usize::try_from(throw(120)).expect("small");
        match throw(14) {
            0 => said(429, &[("retry-after", "0")]),
            1 => said(503, &[]),
            2 => Reply::StoreAndBreakOff(broken_off),
            3 => Reply::StoreAndCut,
            4 => Reply::Cut,
            5 => Reply::Say(200, vec![], b"<html>".to_vec()),
            6 => Reply::After(Duration::from_millis(3), Box::new(Reply::Store)),
            _ => {
                let fate = |id: &str| match throw(5) {
                    _ if id.ends_with("77") => Some((400, "document_parsing_exception")),
                    0 => Some((429, "es_rejected_execution_exception")),
                    _ => None,
                };
                Reply::Each(asked.documents.iter().map(|(_, id, _)| fate(id)).collect())
            }
        }
    }
}

#[test]
fn nothing_is_lost_and_nothing_is_stored_twice_over_random_faults() {
    const TOGETHER: usize = 30;
    for seed in 1..=12 {
        // What breaks off stores everything, so what is always refused is refused before.
        let dice = dice(seed);
        let script = move |asked: &BulkRequest| {
            let refuses = asked.documents.iter().any(|(_, id, _)| id.ends_with("77"));
            match dice(asked) {
                Reply::StoreAndBreakOff(_) | Reply::StoreAndCut if refuses => Reply::Cut,
                Reply::After(_, _) if refuses => said(503, &[]),
                reply => reply,
            }
        };
        let endpoint = BulkEndpoint::start(script);
        let aside = Aside::default();
        let settings = Elasticsearch { bulk_documents: 20, gzip: seed % 2 == 0, ..settings(&[&endpoint.address]) };
        let mut bounds = impatient(&settings);
        bounds.senders = NonZeroUsize::new(1 + usize::try_from(seed % 3).expect("small")).expect("above zero");
        let (sink, _) = sink(settings);
        let state = Watched { endpoint: &endpoint, aside: &aside, together: TOGETHER, kept: Mutex::default() };
        let flow = Flow { sink: &sink, state: &state, dead_letters: &aside, bounds, stop: StopSignal::default() };
        flow.run(&mut Parcels { next: 0, all: 8, together: TOGETHER }, |_, _| ()).expect("it is delivered");
        assert_eq!(*state.kept.lock().expect("nobody panics"), 8);
        let stored = endpoint.shared.stored.lock().expect("nobody panics");
        assert!(stored.values().all(|(_, _, times)| *times == 1));
        let mut aside: Vec<String> = aside.0.lock().expect("nobody panics").iter().map(|(id, _)| id.clone()).collect();
        aside.sort();
        assert_eq!((stored.len(), aside), (8 * TOGETHER - 2, vec!["177".to_owned(), "77".to_owned()]), "seed {seed}");
        assert!(endpoint.asked().len() > 20, "there are faults");
    }
}

#[test]
fn one_document_that_spoils_the_request_is_found_and_set_aside() {
    let endpoint = BulkEndpoint::start(|asked| if asked.documents.iter().any(|(_, id, _)| id == "13") { said(400, &[]) } else { Reply::Store });
    let aside = Aside::default();
    let settings = settings(&[&endpoint.address]);
    let bounds = impatient(&settings);
    let (sink, _) = sink(settings);
    let flow = Flow { sink: &sink, state: &Stateless, dead_letters: &aside, bounds, stop: StopSignal::default() };
    flow.run(&mut Parcels { next: 0, all: 2, together: 30 }, |_, _| ()).expect("it is delivered");
    assert_eq!(endpoint.ids().len(), 59);
    let aside = aside.0.into_inner().expect("nobody panics");
    assert_eq!(aside, [("13".to_owned(), Refusal { why: "some_exception: because".into(), status: Some(400) })]);
}
