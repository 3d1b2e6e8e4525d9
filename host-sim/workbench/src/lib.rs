//! What those need who write a component: recordings and what comes of them, golden cases, the difference that an upgrade makes, where a field comes from,
//! and whether documents are as ECS has them.

pub mod cases;
pub mod checked;
pub mod decode;
mod difference;
pub mod ecs;
pub mod explain;
pub mod files;
pub mod id_field;
pub mod inspect;
mod json;
mod members;
pub mod plain;
pub mod recording;
pub mod replay;
mod skim;
pub mod summary;
pub mod text;
pub mod upgrade;
