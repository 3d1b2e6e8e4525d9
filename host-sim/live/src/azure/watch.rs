//! Who wants to know what becomes of requests.

use std::fmt::Debug;

use host_sim_runtime::contract::{Failure, Response};

/// Is told of requests, by the thread that sends them.
pub trait RequestWatch: Debug + Send + Sync {
    /// One was sent, and answered with this status if it was; `again` is whether it had failed before.
    fn sent(&self, status: Option<u16>, again: bool);

    /// What came of it in the end.
    fn answered(&self, url: &str, answer: &Result<Response, Failure>);
}
