//! What we emit: the fields of each data set, and a document under construction. Knows nothing of Defender.

mod assessment;
mod document;
mod event;
pub(crate) mod names;
pub(crate) mod run;
mod schema;
mod shape;

pub(crate) use assessment::ASSESSMENT;
pub(crate) use document::Document;
pub(crate) use event::{EVENT, POINT};
pub(crate) use run::RUN;
pub(crate) use schema::{Kind, Schema, Slot};
pub(crate) use shape::{Place, Shape};

/// The version of ECS that documents follow, where no reference says otherwise.
pub(crate) const VERSION: &str = "8.17.0";
