//! Where it is kept how far partitions were read.

use std::fmt;
use std::sync::Arc;

use host_sim_runtime::flow::{BoxedError, Lane, Mark, State};

use super::desk::Desk;

/// The marks of a source: in the state of this host, or as checkpoints in Azure Storage.
///
/// A mark of a partition that is another process's by now is not kept: how far that one is, it says itself.
pub struct HubMarks {
    pub(super) desk: Arc<Desk>,
}

impl fmt::Debug for HubMarks {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("HubMarks").finish_non_exhaustive()
    }
}

impl State for HubMarks {
    fn mark(&self, lane: &Lane) -> Result<Option<Mark>, BoxedError> {
        self.desk.mark(lane)
    }

    fn keep(&self, lane: &Lane, mark: &Mark) -> Result<(), BoxedError> {
        self.desk.keep(lane, mark)
    }
}
