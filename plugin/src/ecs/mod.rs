//! What we emit: the fields of each data set, and a document under construction. Knows nothing of Defender.

mod assessment;
mod document;
mod event;
mod schema;

pub(crate) use assessment::ASSESSMENT;
pub(crate) use document::Document;
pub(crate) use event::EVENT;
pub(crate) use schema::{Schema, Slot};
