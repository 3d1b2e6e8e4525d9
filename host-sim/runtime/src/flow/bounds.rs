//! How much is under way.

use std::num::NonZeroUsize;
use std::time::Duration;

/// How much is under way, and how long is waited for a sink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes of documents that wait for the sink.
    pub queue_bytes: usize,
    /// Bytes of documents that are given to the sink together, unless one alone is larger.
    pub batch_bytes: usize,
    /// Documents that are given to the sink together.
    pub batch_documents: usize,
    /// How many batches are given to the sink at the same time. With one, documents are stored in their order.
    pub senders: NonZeroUsize,
    /// How long is waited when the sink is busy for the first time; it is twice as long each time after that.
    pub first_pause: Duration,
    /// It is never waited longer.
    pub longest_pause: Duration,
}

impl Bounds {
    /// 16 MiB wait, 5 MiB or 1,000 documents go together, one after the other; half a second to a minute is waited.
    pub const DEFAULT: Self = Self {
        queue_bytes: 16 << 20,
        batch_bytes: 5 << 20,
        batch_documents: 1_000,
        senders: NonZeroUsize::MIN,
        first_pause: Duration::from_millis(500),
        longest_pause: Duration::from_secs(60),
    };
}
