//! Checkpoints of Elastic Agent's first processor: a blob for each partition that is called as it is, with JSON in it. They are read, and never written.

use object_store::azure::MicrosoftAzure;
use object_store::path::Path;
use object_store::{Error, ObjectStoreExt};
use serde::Deserialize;

use crate::event_hub::place::Place;
use crate::event_hub::trouble::{Kind, Trouble};
use crate::text::chain;

#[derive(Deserialize)]
struct Lease {
    checkpoint: Option<Kept>,
}

#[derive(Deserialize)]
struct Kept {
    #[serde(default)]
    offset: String,
    #[serde(rename = "sequenceNumber")]
    sequence_number: i64,
}

/// How far a partition was read.
pub(super) async fn kept(store: &MicrosoftAzure, partition: &str) -> Result<Option<Place>, Trouble> {
    let wrong = |why: String| Trouble::new(Kind::Checkpoints, why);
    let bytes = match store.get(&Path::from(partition)).await {
        Ok(found) => found.bytes().await.map_err(|error| wrong(chain(&error)))?,
        Err(Error::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(wrong(chain(&error))),
    };
    parse(&bytes).map_err(|error| {
        wrong(format!("the blob `{partition}` is no checkpoint of Elastic Agent ({error}); write `migrate_v1: false` if it is of something else"))
    })
}

/// A lease that was never read from has no offset.
fn parse(bytes: &[u8]) -> serde_json::Result<Option<Place>> {
    let kept = serde_json::from_slice::<Lease>(bytes)?.checkpoint;
    let place = kept.map(|kept| Place { sequence_number: kept.sequence_number, offset: kept.offset });
    Ok(place.filter(|place| !matches!(place.offset.as_str(), "" | "-1" | "@latest")))
}

#[cfg(test)]
mod tests {
    use super::{Place, parse};

    #[test]
    fn e06_a_checkpoint_of_the_first_processor_is_read() {
        let blob = |checkpoint: &str| format!(r#"{{"partitionID":"0","epoch":7,"owner":"planted","checkpoint":{checkpoint},"state":"available"}}"#);
        let read = |checkpoint: &str| parse(blob(checkpoint).as_bytes()).expect("it is one");
        let place = Place { sequence_number: 17, offset: "1700".into() };
        assert_eq!(read(r#"{"offset":"1700","sequenceNumber":17,"enqueueTime":"0001-01-01T00:00:00Z"}"#), Some(place));
        for nothing in [r#"{"offset":"-1","sequenceNumber":0,"enqueueTime":"0001-01-01T00:00:00Z"}"#, r#"{"offset":"","sequenceNumber":0}"#, "null"] {
            assert_eq!(read(nothing), None, "{nothing}");
        }
        assert!(parse(b"something else").is_err());
    }
}
