//! JSON text: read strictly and without copying, written once. Knows nothing of Azure or ECS.

pub(crate) mod lexer;
pub(crate) mod scan;
