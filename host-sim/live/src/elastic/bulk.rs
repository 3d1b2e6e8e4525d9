//! The body of a `_bulk` request: an action and a document for each item.

use std::borrow::Cow;
use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use host_sim_runtime::flow::{Item, Refusal};

use super::splice::{self, Addition};

/// Elasticsearch takes no longer ids.
const LONGEST_ID: usize = 512;

/// A body, and which of the items are in it.
#[derive(Debug)]
pub(super) struct Bulk {
    pub(super) body: Vec<u8>,
    /// For each item: it is in the body, or why it can never be stored.
    pub(super) included: Vec<Result<(), Refusal>>,
}

/// Where the documents of a data set go, and what they get.
#[derive(Debug)]
pub(super) struct Stream {
    /// The data stream.
    pub(super) index: String,
    pub(super) additions: Vec<Addition>,
}

/// Writes a body; `None` if an item is of a data set that is not among the streams. `more` is added to every document.
pub(super) fn write(items: &[Item], streams: &[Stream], more: &[Addition]) -> Option<Bulk> {
    let bytes: usize = items.iter().map(|item| item.document.body.len() + 384).sum();
    let mut bulk = Bulk { body: Vec::with_capacity(bytes), included: Vec::with_capacity(items.len()) };
    for Item { document, .. } in items {
        let stream = streams.get(usize::try_from(document.dataset).ok()?)?;
        let before = bulk.body.len();
        let is_written = match document.id.len() {
            0 => Err("it has no id".into()),
            1..=LONGEST_ID => one(&document.id, &document.body, stream, more, &mut bulk.body).ok_or_else(|| "it is no JSON object on one line".into()),
            bytes => Err(format!("its id has {bytes} bytes, and Elasticsearch takes {LONGEST_ID}").into()),
        };
        if is_written.is_err() {
            bulk.body.truncate(before);
        }
        bulk.included.push(is_written);
    }
    Some(bulk)
}

fn one(id: &str, document: &[u8], stream: &Stream, more: &[Addition], body: &mut Vec<u8>) -> Option<()> {
    body.extend_from_slice(b"{\"create\":{\"_index\":");
    serde_json::to_writer(&mut *body, &stream.index).ok()?;
    body.extend_from_slice(b",\"_id\":");
    serde_json::to_writer(&mut *body, id).ok()?;
    body.extend_from_slice(b"}}\n");
    let additions = if more.is_empty() { Cow::Borrowed(stream.additions.as_slice()) } else { Cow::Owned([stream.additions.as_slice(), more].concat()) };
    splice::write(document, &additions, body)?;
    body.push(b'\n');
    Some(())
}

/// Compresses a body. Fast rather than small: documents of one kind shrink to a tenth either way.
pub(super) fn compressed(body: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 8), Compression::fast());
    encoder.write_all(body)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use host_sim_runtime::contract::Document;

    use super::*;

    #[test]
    fn what_elasticsearch_would_refuse_as_a_whole_is_left_out() {
        let item = |id: &str, body: &str| Item { document: Document { dataset: 0, id: id.into(), body: body.into(), source: None }, number: None };
        let streams = [Stream { index: "logs-a-default".into(), additions: vec![Addition::new("input", &[("type", "x")])] }];
        let items = [item("1", "{}"), item("", "{}"), item(&"i".repeat(513), "{}"), item("2", "no json"), item("\"3", "{\"a\":1}")];
        let bulk = write(&items, &streams, &[]).expect("all are of a known data set");
        let expected = concat!(
            "{\"create\":{\"_index\":\"logs-a-default\",\"_id\":\"1\"}}\n{\"input\":{\"type\":\"x\"}}\n",
            "{\"create\":{\"_index\":\"logs-a-default\",\"_id\":\"\\\"3\"}}\n{\"input\":{\"type\":\"x\"},\"a\":1}\n",
        );
        assert_eq!(String::from_utf8(bulk.body).expect("UTF-8"), expected);
        let reasons: Vec<&str> = bulk.included.iter().map(|included| included.as_ref().err().map_or("", |refusal| refusal.why.as_str())).collect();
        assert_eq!(reasons, ["", "it has no id", "its id has 513 bytes, and Elasticsearch takes 512", "it is no JSON object on one line", ""]);
        let stranger = Item { document: Document { dataset: 1, id: "1".into(), body: b"{}".to_vec(), source: None }, number: None };
        assert!(write(&[stranger], &streams, &[]).is_none());
    }
}
