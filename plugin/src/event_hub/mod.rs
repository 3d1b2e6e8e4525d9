//! From the body of an Event Hub message to records.

pub(crate) mod sanitize;
