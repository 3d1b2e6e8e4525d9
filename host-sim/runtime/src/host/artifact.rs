//! A component's file: compiled, looked at, and not yet run.

use std::path::Path;

use sha2::{Digest, Sha256};
use wasmtime::component::{Component, types};

use super::engine::Engine;
use super::load_error::LoadError;
use super::wit;

/// What every WebAssembly file begins with.
const MAGIC: &[u8] = b"\0asm";

/// A component as it was built. Looking at it runs nothing of it.
#[derive(Debug, Clone)]
pub struct Artifact {
    pub(super) engine: Engine,
    pub(super) compiled: Component,
    size: usize,
    sha256: String,
    code: Code,
}

/// Where a component's compiled code came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// An earlier run compiled it.
    Cached,
    /// This run compiled it.
    Compiled,
}

impl Artifact {
    /// Reads and compiles a file.
    pub fn read(engine: &Engine, path: impl AsRef<Path>) -> Result<Self, LoadError> {
        let bytes = std::fs::read(path).map_err(LoadError::Unreadable)?;
        Self::from_bytes(engine, &bytes)
    }

    /// Compiles a component, or takes the code that an earlier run compiled from the same bytes.
    pub fn from_bytes(engine: &Engine, bytes: &[u8]) -> Result<Self, LoadError> {
        let sha256 = format!("{:x}", Sha256::digest(bytes));
        let (compiled, code) = match engine.cache.take(&engine.runtime, &sha256) {
            Ok(Some(compiled)) => (compiled, Code::Cached),
            Ok(None) => {
                let compiled = compile(engine, bytes)?;
                engine.cache.keep(&compiled, &sha256);
                (compiled, Code::Compiled)
            }
            // The cache has told of it.
            Err(_) => (compile(engine, bytes)?, Code::Compiled),
        };
        Ok(Self { engine: engine.clone(), compiled, size: bytes.len(), sha256, code })
    }

    /// Its length in bytes.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The SHA-256 of its bytes, in hexadecimal digits.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Where its compiled code came from.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The names of what it imports.
    pub fn imports(&self) -> Vec<String> {
        self.component_type().imports(&self.engine.runtime).map(|(name, _)| name.to_owned()).collect()
    }

    /// What it imports and exports, as WIT. A component keeps no comments, and of a type that another one equals only the first name.
    pub fn wit(&self) -> String {
        wit::text(&self.engine.runtime, &self.component_type())
    }

    fn component_type(&self) -> types::Component {
        self.compiled.component_type()
    }
}

fn compile(engine: &Engine, bytes: &[u8]) -> Result<Component, LoadError> {
    if !bytes.starts_with(MAGIC) {
        return Err(LoadError::NotAComponent("it does not begin like WebAssembly".into()));
    }
    Component::from_binary(&engine.runtime, bytes).map_err(|error| LoadError::of(&error, LoadError::NotAComponent))
}

#[cfg(test)]
mod tests {
    use super::{Artifact, Code};
    use crate::host::{Cache, Component, Engine, Limits, LoadError};

    /// A component whose only content is the import of an instance `a:b/c`.
    const IMPORTING: &[u8] = b"\0asm\x0d\0\x01\0\x07\x03\x01\x42\x00\x0a\x0a\x01\x00\x05a:b/c\x05\x00";

    fn engine() -> Engine {
        Engine::new(Limits::default(), Cache::none()).expect("the runtime starts")
    }

    #[test]
    fn what_is_no_component_is_refused() {
        for bytes in [&b""[..], b"hello", b"\0asm\x01\0\0\0", b"\0asm\x0d\0\x01\0\xff"] {
            assert!(matches!(Artifact::from_bytes(&engine(), bytes), Err(LoadError::NotAComponent(_))), "{bytes:?}");
        }
    }

    #[test]
    fn an_import_is_refused_by_name() {
        let artifact = Artifact::from_bytes(&engine(), IMPORTING).expect("it compiles");
        assert_eq!(artifact.imports(), ["a:b/c"]);
        assert_eq!(artifact.code(), Code::Compiled);
        let error = Component::admit(&artifact).expect_err("it imports something");
        assert_eq!(error.to_string(), "the component imports `a:b/c`; a component that is to run here imports nothing");
    }

    #[test]
    fn a_component_without_the_contracts_exports_is_refused() {
        let artifact = Artifact::from_bytes(&engine(), b"\0asm\x0d\0\x01\0").expect("it compiles");
        assert_eq!(artifact.size(), 8);
        assert!(matches!(Component::admit(&artifact), Err(LoadError::OtherContract(_))));
    }
}
