//! What we emit: the fields of each data set, and a document under construction. Knows nothing of Defender.

mod assessment;
mod document;
mod event;
pub(crate) mod run;
mod schema;

pub(crate) use assessment::ASSESSMENT;
pub(crate) use document::Document;
pub(crate) use event::{EVENT, POINT};
pub(crate) use run::RUN;
pub(crate) use schema::{Schema, Slot};

/// The version of ECS that documents follow, where no reference says otherwise.
pub(crate) const VERSION: &str = "8.17.0";
