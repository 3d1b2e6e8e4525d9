//! A component of which every document is checked to be JSON, for who wants to know it before a sink does.

use serde::de::IgnoredAny;

use host_sim_runtime::contract::{Decoded, Document, Message, Outcome, Step, Timestamp};
use host_sim_runtime::{Decoder, Poller, Stop};

/// What is checked of a document, beyond what the host checks of every one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// Nothing: it is a line of UTF-8.
    Lines,
    /// That it is one JSON object.
    Json,
}

/// A component whose documents are checked. One that fails is an answer that breaks the contract: what led to it is set aside.
#[derive(Debug)]
pub struct Checked<T> {
    component: T,
    check: Check,
}

impl<T> Checked<T> {
    /// Checks what this component gives.
    pub fn new(component: T, check: Check) -> Self {
        Self { component, check }
    }

    fn documents(&self, documents: &[Document]) -> Result<(), Stop> {
        match self.check {
            Check::Lines => Ok(()),
            Check::Json => documents.iter().try_for_each(is_json),
        }
    }

    fn step(&self, step: Step) -> Result<Step, Stop> {
        self.documents(&step.documents).map(|()| step)
    }
}

fn is_json(document: &Document) -> Result<(), Stop> {
    let why = match serde_json::from_slice::<IgnoredAny>(&document.body) {
        Ok(_) if document.body.starts_with(b"{") => return Ok(()),
        Ok(_) => "it is no object".to_owned(),
        Err(error) => error.to_string(),
    };
    Err(Stop::Broken(format!("document `{}` is not one JSON object: {why}", document.id)))
}

impl<D: Decoder> Decoder for Checked<D> {
    fn decode(&mut self, now: Timestamp, dataset: u32, messages: &[Message]) -> Result<Decoded, Stop> {
        let decoded = self.component.decode(now, dataset, messages)?;
        self.documents(&decoded.documents).map(|()| decoded)
    }

    fn restart(&mut self) -> Result<(), Stop> {
        self.component.restart()
    }

    fn sibling(&self) -> Result<Self, Stop> {
        Ok(Self { component: self.component.sibling()?, check: self.check })
    }
}

impl<P: Poller> Poller for Checked<P> {
    fn begin(&mut self, now: Timestamp, cursor: Option<&[u8]>) -> Result<Step, Stop> {
        let step = self.component.begin(now, cursor)?;
        self.step(step)
    }

    fn advance(&mut self, now: Timestamp, outcomes: &[Outcome]) -> Result<Step, Stop> {
        let step = self.component.advance(now, outcomes)?;
        self.step(step)
    }

    fn restart(&mut self) -> Result<(), Stop> {
        self.component.restart()
    }
}

#[cfg(test)]
mod tests {
    use host_sim_runtime::contract::Document;

    use super::is_json;

    #[track_caller]
    fn check(body: &[u8], expected: bool) {
        let document = Document { dataset: 0, id: "i".into(), body: body.to_vec(), source: None };
        assert_eq!(is_json(&document).is_ok(), expected, "{}", document.text());
    }

    #[test]
    fn a_body_is_one_json_object_by_rfc_8259_to_the_letter() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
        for good in [&b"{}"[..], br#"{"a":{"b":[1e400,"\ud800"]}}"#, deep.as_bytes(), b"{ \"a\" : [ -0.5E+1 ] }"] {
            check(good, true);
        }
        for bad in
            [&b""[..], b"null", b"[]", b"{", b"{} {}", b"{\"a\":}", b"{\"a\":01}", b"{\"a\":\"\t\"}", b"{\"a\":\"\\x\"}", b"{'a':1}", b"{\"a\":1,}", b" {}"]
        {
            check(bad, false);
        }
    }
}
