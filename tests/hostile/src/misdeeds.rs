//! What a component must not do, by the words that ask for it.

use std::hint::black_box;

use crate::document;
use crate::exports::agent::input::types::Document;

/// Commits the misdeed that a text names, if it is one that does not end well.
pub fn commit(text: &str) {
    if text.contains("loop for ever") {
        let mut turns = 0_u64;
        loop {
            turns = black_box(turns.wrapping_add(1));
        }
    }
    if text.contains("take all memory") {
        let mut kept = Vec::new();
        loop {
            kept.push(black_box(vec![1_u8; 1 << 20]));
        }
    }
    if text.contains("recurse for ever") {
        black_box(descend(1));
    }
    if text.contains("panic") {
        panic!("a text asked for it");
    }
}

#[expect(unconditional_recursion, reason = "that is the misdeed")]
fn descend(depth: u64) -> u64 {
    let frame = black_box([depth; 64]);
    descend(depth + 1) + frame[0]
}

/// What a text asks for in place of its document.
pub fn documents(text: &str, source: u32) -> Option<Vec<Document>> {
    let own = || document(format!("id-{text}"), text, Some(source));
    let documents = match text {
        "give very much" => vec![Document { body: format!("{{\"a\":\"{}\"}}", "x".repeat(40 << 20)).into_bytes(), ..own() }],
        "give very many" => (0..50_000).map(|_| own()).collect(),
        "give no UTF-8 as id" => vec![Document { id: not_utf8(), ..own() }],
        "give no UTF-8 as body" => vec![Document { body: b"{\"a\":\"\xff\"}".to_vec(), ..own() }],
        "give one id twice" => vec![Document { body: b"{\"a\":1}".to_vec(), ..own() }, Document { body: b"{\"a\":2}".to_vec(), ..own() }],
        "give two lines" => vec![Document { body: b"{\"a\":\n1}".to_vec(), ..own() }],
        "give no JSON" => vec![Document { body: b"{\"a\":}".to_vec(), ..own() }],
        "give nothing" => Vec::new(),
        "give what nobody sent" => vec![own(), Document { source: Some(u32::MAX), ..own() }],
        "give what nobody knows" => vec![Document { dataset: 7, ..own() }],
        _ => return None,
    };
    Some(documents)
}

/// Text that is none. Nothing here looks at it; the host does.
fn not_utf8() -> String {
    // SAFETY: it is not text, so this is as unsound as it looks, and what the tests are about: what reaches the host are the bytes.
    unsafe { String::from_utf8_unchecked(b"id \xff".to_vec()) }
}
