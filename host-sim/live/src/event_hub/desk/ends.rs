//! Where partitions end, for who reads to the end.

use std::collections::BTreeMap;

use super::{Desk, Phase, Reading, lock};
use crate::event_hub::place::{Extent, begin, has_more};
use crate::event_hub::trouble::Trouble;

impl Desk {
    /// Notes where each partition ends.
    pub(in crate::event_hub) async fn look_ahead(&self, extents: &BTreeMap<String, Extent>) -> Result<(), Trouble> {
        if self.reading == Reading::OnAndOn || *lock(&self.has_ends) {
            return Ok(());
        }
        for (partition, extent) in extents {
            let kept = self.store.kept(&self.lane(partition), partition).await?;
            let (begin, _) = begin(kept.place, self.start, extent);
            let end = Some(extent.last).filter(|_| has_more(&begin, self.start, extent));
            self.part(partition, |part| part.end = end);
        }
        *lock(&self.has_ends) = true;
        Ok(())
    }

    /// Where a partition is to be read to.
    pub(in crate::event_hub) fn end(&self, partition: &str) -> Option<i64> {
        lock(&self.parts).get(partition).and_then(|part| part.end)
    }

    /// Notes that a partition is read to its end.
    pub(in crate::event_hub) fn ended(&self, partition: &str) {
        self.part(partition, |part| part.end = None);
        self.end_if_all_is_read();
    }

    /// Comes to the end, if everything is read that was to be.
    pub(in crate::event_hub) fn end_if_all_is_read(&self) {
        if self.reading == Reading::ToTheEnd && *lock(&self.has_ends) && self.unended().is_empty() {
            self.enter(Phase::Draining);
        }
    }

    /// The partitions that are not read to their end.
    pub(in crate::event_hub) fn unended(&self) -> Vec<String> {
        lock(&self.parts).iter().filter(|(_, part)| part.end.is_some()).map(|(id, _)| id.clone()).collect()
    }
}
