//! Messages of an Event Hub: the records in them. Knows nothing of what a record means.

pub(crate) mod body;
pub(crate) mod sanitize;
