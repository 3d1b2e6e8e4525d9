//! Messages of an Event Hub: the records in them. Knows nothing of what a record means.

pub(crate) mod body;
mod bytes;
mod envelope;
pub(crate) mod sanitize;
mod unpack;
