//! Where a partition that is ours is read from.

use super::{Desk, lock};
use crate::config::Start;
use crate::event_hub::batch::Received;
use crate::event_hub::place::{Begin, Extent, Finding, Place, begin};
use crate::event_hub::trouble::Trouble;

impl Desk {
    /// Notes that a partition was not there when this process began.
    pub(in crate::event_hub) fn set_new(&self, partition: &str) {
        self.part(partition, |part| part.is_new = true);
    }

    /// Where a partition begins without a mark. One that is new has nothing that was there before.
    pub(in crate::event_hub) fn start_of(&self, partition: &str) -> Start {
        let is_new = lock(&self.parts).get(partition).is_some_and(|part| part.is_new);
        if is_new { Start::Earliest } else { self.start }
    }

    /// Where a partition that is ours is to be read from; `None` is where the configuration says.
    pub(in crate::event_hub) async fn resume(&self, partition: &str, extent: &Extent) -> Result<Option<Place>, Trouble> {
        let kept = self.store.kept(&self.lane(partition), partition).await?;
        let mut handed = self.handed(partition);
        if handed.is_some() && kept.is_of_others {
            // Another process had it meanwhile, and has read on.
            self.forget(partition).await;
            handed = None;
        }
        let kept = kept.place;
        let is_resumed = kept.is_some() || handed.is_some();
        let (begin, finding) = begin(handed.or(kept), self.start_of(partition), extent);
        let about = format!("partition {partition}");
        let is_anew = matches!(finding, Some(Finding::Anew { .. }));
        match finding {
            Some(Finding::Anew { kept, last }) => {
                self.part(partition, |part| part.handed = None);
                let why = format!(
                    "partition {partition} was read up to number {kept}, and its last one is {last}: the hub was made anew, so it is read from `start`"
                );
                self.worry(&about, &why);
            }
            Some(Finding::Gone(gone)) => {
                let why =
                    format!("{gone} messages of partition {partition} are gone that were not read; let the hub keep messages longer than this host is down");
                self.worry(&about, &why);
            }
            None => {}
        }
        self.part(partition, |part| part.is_begun = true);
        let Begin::Behind(place) = begin else { return Ok(None) };
        self.part(partition, |part| part.handed = Some(place.clone()));
        if (!is_resumed || is_anew) && place.sequence_number >= 0 {
            // From now on it is known, whatever happens before the first message.
            let received =
                Received { partition: partition.to_owned(), places: Vec::new(), end: place.clone(), messages: Vec::new(), epoch: self.epoch(partition) };
            self.hand_on(received).await;
        }
        Ok(Some(place))
    }
}
