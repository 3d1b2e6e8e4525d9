//! Messages of both data sets: any bytes give documents that are sound, and nothing of the message is lost where it could not be read.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use microsoft_defender_cloud::contract::{Dataset, Decoded, Document, Message, Position};
use microsoft_defender_cloud::plugin::Plugin;
use microsoft_defender_cloud::problem::Code;
use microsoft_defender_cloud::settings::{Profile, Sanitizer, Settings};
use serde_json::Value;

use crate::choices::Choices;
use crate::document::{self, Facts};
use crate::{NOW, alert, index, json};

/// The first byte chooses the settings and whether the rest is the body, or decides what it is.
const DECIDES: u8 = 0x80;
/// Whether the message is also explained, which takes much longer than to decode it.
const EXPLAINS: u8 = 0x10;

/// Checks what a hub's message gives.
pub fn event(bytes: &[u8]) {
    let Input { mut settings, body, explains } = Input::read(bytes);
    check(&settings, Dataset::Event, &body, explains);
    settings.sanitizers = vec![Sanitizer::NewLines, Sanitizer::SingleQuotes];
    // What a sanitizer changed is the text from then on, so only the documents themselves are looked at.
    for document in decode(&mut Plugin::new(settings), Dataset::Event, &[message(&body)]).documents {
        document::check(&document.body, Dataset::Event.name());
    }
}

/// What a hub's message gives in profile `extended`.
pub fn documents(bytes: &[u8], dataset: Dataset) -> Vec<Document> {
    let Input { mut settings, body, .. } = Input::read(bytes);
    settings.profile = Profile::Extended;
    decode(&mut Plugin::new(settings), dataset, &[message(&body)]).documents
}

/// Checks what an assessment record gives.
pub fn assessment(bytes: &[u8]) {
    let Input { settings, body, explains } = Input::read(bytes);
    let decoded = check(&settings, Dataset::Assessment, &body, explains);
    match settings.profile {
        Profile::Elastic => assert_eq!(decoded.documents.len(), 1, "a record is never taken apart"),
        Profile::Extended => check_split(&decoded),
    }
}

/// The documents of a record are told apart by what transforms group by, and there are not too many of them.
fn check_split(decoded: &Decoded) {
    const KEYS: [&str; 5] = ["/event/id", "/vulnerability/id", "/resource/id", "/package/name", "/package/version"];
    let (mut ids, mut keys, mut bytes) = (BTreeSet::new(), BTreeSet::new(), 0);
    for (at, document) in decoded.documents.iter().enumerate() {
        let mut body: Value = serde_json::from_slice(&document.body).expect("a document is JSON");
        let key = KEYS.map(|pointer| body.pointer(pointer).map(Value::to_string));
        assert!(ids.insert(document.id.clone()) && keys.insert(key), "two documents of one key");
        assert!(at == 0 || body["event"]["original"].is_null(), "the text of a record stands once");
        body["event"]["original"] = Value::Null;
        body["microsoft_defender_cloud"]["assessment"]["cves_left_out_ids"] = Value::Null;
        bytes += serde_json::to_vec(&body).expect("JSON").len() - "null,null".len();
    }
    let count = decoded.documents.len();
    assert!(count == 1 || count <= 1000 && bytes <= (4 << 20) + 64 * count, "{count} documents of {bytes} bytes");
}

struct Input {
    settings: Settings,
    body: Vec<u8>,
    explains: bool,
}

impl Input {
    fn read(bytes: &[u8]) -> Self {
        let (flags, rest) = bytes.split_first().map_or((0, bytes), |(flags, rest)| (*flags, rest));
        let settings = Settings {
            profile: if flags & 1 == 0 { Profile::Elastic } else { Profile::Extended },
            preserve_original_event: flags & 2 != 0,
            preserve_duplicate_custom_fields: flags & 4 != 0,
            tags: (flags & 8 != 0).then(Vec::new),
            ..Settings::default()
        };
        let body = if flags & DECIDES == 0 { rest.to_vec() } else { json::text(&mut Choices::new(rest)).into_bytes() };
        Self { settings, body, explains: flags & EXPLAINS != 0 }
    }
}

/// Checks the documents of one message.
fn check(settings: &Settings, dataset: Dataset, body: &[u8], explains: bool) -> Decoded {
    let mut plugin = Plugin::new(settings.clone());
    let alone = decode(&mut plugin, dataset, &[message(body)]);
    assert!(!alone.documents.is_empty(), "a message that gives nothing");
    let text = String::from_utf8_lossy(body);
    for (at, document) in alone.documents.iter().enumerate() {
        assert_eq!((document.dataset, document.source), (dataset, Some(0)));
        assert!(!document.id.is_empty() && document.id.len() <= 512 && document.id.is_ascii());
        let Facts { failed, original, has_tree } = document::check(&document.body, dataset.name());
        // Of several documents of one record the first has its text.
        if failed || settings.preserve_original_event && (dataset == Dataset::Event || at == 0) {
            check_original(original.as_deref().unwrap_or_default(), &text, body, dataset);
        }
        if settings.profile == Profile::Extended {
            index::check(&document.body, dataset);
        }
        if settings.profile == Profile::Extended && dataset == Dataset::Event {
            let record = str::from_utf8(body).ok().filter(|_| alone.documents.len() == 1);
            alert::check(&document.body, record);
        }
        assert!(has_tree || original.is_some() || tells(&alone, "record-empty"), "what it says is nowhere: {text:?}");
        assert!(!tells(&alone, "body-not-text") || original.is_some_and(|original| original == format!("base64:{}", STANDARD.encode(body))));
    }
    check_told(&alone, &text, body);
    if dataset == Dataset::Event {
        check_other_profile(settings, body, &alone);
    }
    check_company(&mut plugin, dataset, body, &alone);
    if explains {
        assert_eq!(plugin.explain(dataset, &message(body)).len(), alone.documents.len());
    }
    alone
}

/// The original is the record as it stood: the whole body, or one of the records in it. What is no text is there in base64.
fn check_original(original: &str, text: &str, body: &[u8], dataset: Dataset) {
    // A text that begins so is a text.
    if original == text {
        return;
    }
    if let Some(encoded) = original.strip_prefix("base64:") {
        let bytes = STANDARD.decode(encoded).expect("base64");
        let is_part = dataset == Dataset::Event && !bytes.is_empty() && body.windows(bytes.len()).any(|part| part == bytes);
        assert!(bytes == body || is_part, "{original:?} is not of {text:?}");
        return;
    }
    let may_be_a_part = dataset == Dataset::Event && text.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '[', '/', '"']);
    // A text that is JSON once more has escapes, or is packed, and stands elsewhere as it is.
    let is_in_another_form = text.contains('\\') || text.to_lowercase().contains("data_base64") || str::from_utf8(body).is_err();
    let is_part = !original.is_empty() && (text.contains(original) || is_in_another_form);
    assert!(original == text || is_in_another_form || may_be_a_part && is_part, "{original:?} is not of {text:?}");
}

fn tells(decoded: &Decoded, code: &str) -> bool {
    decoded.problems.iter().any(|problem| problem.code == code)
}

/// What is special about a message is told, once a code, and each code is in the table.
fn check_told(decoded: &Decoded, text: &str, body: &[u8]) {
    let codes: BTreeSet<&str> = decoded.problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes.len(), decoded.problems.len(), "a code is told once a message: {:?}", decoded.problems);
    let rows = Code::ALL.map(Code::row);
    assert!(decoded.problems.iter().all(|problem| rows.iter().any(|row| (row.name, row.severity) == (problem.code, problem.severity))));
    // Other blanks than those of JSON are a text that is none.
    assert!(!matches!(text.trim_matches([' ', '\t', '\r', '\n']), "" | "null" | "{}" | "[]") || codes.contains("record-empty"), "nothing was said of nothing");
    let is_packed = [&b"\xff\xfe"[..], b"\xfe\xff", b"\x1f\x8b", b"\x78"].iter().any(|first| body.starts_with(first));
    assert!(str::from_utf8(body).is_ok() || is_packed || !codes.is_empty(), "bytes were replaced without a word: {text:?}");
    assert!(!codes.contains("body-not-taken-apart") || decoded.documents.len() == 1);
}

/// Both profiles make documents of the same records, under the same ids, and tell of the same.
fn check_other_profile(settings: &Settings, body: &[u8], decoded: &Decoded) {
    let profile = if settings.profile == Profile::Elastic { Profile::Extended } else { Profile::Elastic };
    let other = decode(&mut Plugin::new(Settings { profile, ..settings.clone() }), Dataset::Event, &[message(body)]);
    // Which bodies are taken apart depends on how large their documents are.
    if !tells(decoded, "body-not-taken-apart") && !tells(&other, "body-not-taken-apart") {
        let ids = |decoded: &Decoded| decoded.documents.iter().map(|document| document.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(decoded), ids(&other), "the profiles see other records");
    }
}

/// A message gives the same documents alone and among others.
fn check_company(plugin: &mut Plugin, dataset: Dataset, body: &[u8], alone: &Decoded) {
    let other = message(br#"{"Entities":[{"Address":"x"}],"properties":{"a":[1]}}"#);
    let all = decode(plugin, dataset, &[message(body), other, message(body)]);
    for source in [0, 2] {
        let own = all.documents.iter().filter(|document| document.source == Some(source));
        let own: Vec<_> = own.map(|document| (&document.id, &document.body)).collect();
        let expected: Vec<_> = alone.documents.iter().map(|document| (&document.id, &document.body)).collect();
        assert_eq!(own, expected, "it depends on what is decoded beside it");
    }
}

fn decode(plugin: &mut Plugin, dataset: Dataset, messages: &[Message]) -> Decoded {
    plugin.decode(NOW, dataset, messages)
}

fn message(body: &[u8]) -> Message {
    let position = Position { partition: "0".into(), sequence_number: 1, offset: "1".into(), enqueued: NOW, partition_key: None };
    Message { body: body.to_vec(), position: Some(position) }
}
