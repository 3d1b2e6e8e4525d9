//! JSON text: read strictly and without copying, written once. Knows nothing of Azure or ECS.

pub(crate) mod eight_bytes;
pub(crate) mod escape;
pub(crate) mod key_table;
pub(crate) mod known;
pub(crate) mod lexer;
pub(crate) mod name;
pub(crate) mod parse;
pub(crate) mod renames;
pub(crate) mod scan;
pub(crate) mod table_order;
pub(crate) mod tree;
pub(crate) mod twins;
pub(crate) mod write;
