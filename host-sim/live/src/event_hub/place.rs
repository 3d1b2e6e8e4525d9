//! Places in a partition: how far it was read, what it holds, and where reading begins. Nothing here asks anybody.

use host_sim_runtime::flow::Mark;

use crate::config::Start;

/// Behind a message of a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The message's number.
    pub(super) sequence_number: i64,
    /// The broker's own address of it; empty where whoever kept it did not know.
    pub(super) offset: String,
}

impl Place {
    pub(super) fn of(mark: Mark) -> Option<Self> {
        match mark {
            Mark::Position { sequence_number, offset } => Some(Self { sequence_number, offset }),
            Mark::Cursor(_) | Mark::Ended => None,
        }
    }

    pub(super) fn mark(&self) -> Mark {
        Mark::Position { sequence_number: self.sequence_number, offset: self.offset.clone() }
    }
}

/// What a partition says that it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Extent {
    /// The number of the oldest message.
    pub(super) first: i64,
    /// The number of the newest message that it ever had; -1 if it had none.
    pub(super) last: i64,
    /// The address of that one.
    pub(super) last_offset: String,
    /// When that one came in; milliseconds since 1970.
    pub(super) last_time: i64,
    /// Whether all are gone.
    pub(super) is_empty: bool,
}

/// Where reading begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Begin {
    /// Behind a message.
    Behind(Place),
    /// Where the configuration says that a partition without a checkpoint begins: at its oldest message, at a time, or at a number.
    Start,
}

/// What is to be told about where reading begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finding {
    /// The checkpoint is behind the last message: it is of a hub that was there before.
    Anew {
        /// The number that the checkpoint has.
        kept: i64,
        /// The number of the last message.
        last: i64,
    },
    /// So many messages are gone that were not read.
    Gone(i64),
}

/// Where reading a partition begins.
pub(super) fn begin(kept: Option<Place>, start: Start, extent: &Extent) -> (Begin, Option<Finding>) {
    match kept {
        Some(place) if place.sequence_number > extent.last => {
            let finding = Finding::Anew { kept: place.sequence_number, last: extent.last };
            (at_start(start, extent), Some(finding))
        }
        Some(place) => {
            let gone = extent.first.saturating_sub(place.sequence_number).saturating_sub(1);
            (Begin::Behind(place), Some(Finding::Gone(gone)).filter(|_| gone > 0))
        }
        None => (at_start(start, extent), None),
    }
}

/// The next message that comes is one behind the last: were it asked for by that word again after a break, what came in between would be lost.
fn at_start(start: Start, extent: &Extent) -> Begin {
    match start {
        Start::Latest => Begin::Behind(Place { sequence_number: extent.last, offset: extent.last_offset.clone() }),
        Start::Earliest | Start::Time(_) | Start::SequenceNumber(_) => Begin::Start,
    }
}

/// Whether a partition held something, when it was looked at, that is to be read from there.
pub(super) fn has_more(begin: &Begin, start: Start, extent: &Extent) -> bool {
    if extent.is_empty {
        return false;
    }
    match (begin, start) {
        (Begin::Behind(place), _) => place.sequence_number < extent.last,
        (Begin::Start, Start::Time(time)) => extent.last_time >= time,
        (Begin::Start, Start::SequenceNumber(number)) => extent.last >= number,
        (Begin::Start, Start::Earliest | Start::Latest) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::{Begin, Extent, Finding, Place, begin, has_more};
    use crate::config::Start;

    fn extent(first: i64, last: i64) -> Extent {
        Extent { first, last, last_offset: (last * 100).to_string(), last_time: last * 1_000, is_empty: first > last }
    }

    fn behind(number: i64) -> Begin {
        Begin::Behind(place(number))
    }

    fn place(number: i64) -> Place {
        Place { sequence_number: number, offset: (number * 100).to_string() }
    }

    #[test]
    fn a_checkpoint_is_where_it_goes_on_whatever_start_says() {
        for start in [Start::Earliest, Start::Latest, Start::Time(0), Start::SequenceNumber(3)] {
            assert_eq!(begin(Some(place(7)), start, &extent(2, 9)), (behind(7), None));
            assert_eq!(begin(Some(place(9)), start, &extent(2, 9)), (behind(9), None));
            assert_eq!(begin(Some(place(1)), start, &extent(2, 9)), (behind(1), None), "the first that is kept is the next one");
        }
    }

    #[test]
    fn what_is_gone_is_counted_and_a_hub_that_was_made_anew_begins_at_start() {
        assert_eq!(begin(Some(place(1)), Start::Earliest, &extent(5, 9)), (behind(1), Some(Finding::Gone(3))));
        assert_eq!(begin(Some(place(1)), Start::Earliest, &extent(10, 9)), (behind(1), Some(Finding::Gone(8))), "all of them");
        let anew = Some(Finding::Anew { kept: 50, last: 9 });
        assert_eq!(begin(Some(place(50)), Start::Earliest, &extent(0, 9)), (Begin::Start, anew));
        assert_eq!(begin(Some(place(50)), Start::Latest, &extent(0, 9)), (behind(9), anew));
        assert_eq!(begin(Some(place(0)), Start::Earliest, &extent(0, -1)), (Begin::Start, Some(Finding::Anew { kept: 0, last: -1 })));
    }

    #[test]
    fn without_a_checkpoint_it_begins_as_the_configuration_says_and_the_latest_is_a_number() {
        assert_eq!(begin(None, Start::Earliest, &extent(0, 9)), (Begin::Start, None));
        assert_eq!(begin(None, Start::SequenceNumber(3), &extent(0, 9)), (Begin::Start, None));
        assert_eq!(begin(None, Start::Latest, &extent(0, 9)), (behind(9), None));
        assert_eq!(begin(None, Start::Latest, &extent(0, -1)), (behind(-1), None));
    }

    #[test]
    fn an_end_is_reached_where_nothing_more_is_to_come() {
        for (begin, start, extent, expected) in [
            (behind(9), Start::Earliest, extent(0, 9), false),
            (behind(8), Start::Earliest, extent(0, 9), true),
            (behind(3), Start::Earliest, extent(10, 9), false),
            (Begin::Start, Start::Earliest, extent(0, -1), false),
            (Begin::Start, Start::Earliest, extent(0, 0), true),
            (Begin::Start, Start::SequenceNumber(10), extent(0, 9), false),
            (Begin::Start, Start::SequenceNumber(9), extent(0, 9), true),
            (Begin::Start, Start::Time(9_001), extent(0, 9), false),
            (Begin::Start, Start::Time(9_000), extent(0, 9), true),
        ] {
            assert_eq!(has_more(&begin, start, &extent), expected, "{begin:?} {start:?} {extent:?}");
        }
    }
}
