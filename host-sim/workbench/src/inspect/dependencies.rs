//! The list of dependencies that an artifact carries: cargo-auditable's section `.dep-v0`, zlib around JSON.

use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use serde::{Deserialize, Serialize};
use wasmparser::{Parser, Payload};

/// No list is longer; a hostile one unpacks to no more.
const LONGEST: usize = 8 << 20;

/// A package that an artifact was built from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependency {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where it came from, such as `crates.io`.
    pub source: String,
    /// What it served for.
    #[serde(default)]
    pub kind: DependencyKind,
    /// Whether it is what was built, and no dependency of anything.
    #[serde(default)]
    pub root: bool,
}

/// What a package served for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DependencyKind {
    /// It is in the artifact.
    #[default]
    Runtime,
    /// It only helped to build it.
    Build,
}

#[derive(Deserialize)]
struct List {
    packages: Vec<Dependency>,
}

/// The dependencies in an artifact's bytes, wherever in it they stand; `None` if it carries no list.
pub(super) fn read(artifact: &[u8]) -> Result<Option<Vec<Dependency>>, String> {
    for payload in Parser::new(0).parse_all(artifact) {
        match payload.map_err(|error| error.to_string())? {
            Payload::CustomSection(section) if section.name() == ".dep-v0" => return list(section.data()).map(Some),
            _ => (),
        }
    }
    Ok(None)
}

fn list(packed: &[u8]) -> Result<Vec<Dependency>, String> {
    let json = decompress_to_vec_zlib_with_limit(packed, LONGEST).map_err(|error| format!("its section `.dep-v0` does not unpack: {error}"))?;
    let list: List = serde_json::from_slice(&json).map_err(|error| format!("its section `.dep-v0` is not a list of packages: {error}"))?;
    Ok(list.packages)
}

#[cfg(test)]
mod tests {
    use miniz_oxide::deflate::compress_to_vec_zlib;

    use super::{Dependency, DependencyKind, LONGEST, read};

    const JSON: &str = r#"{"packages": [{"name": "a", "version": "1.0.0", "source": "crates.io", "kind": "build", "dependencies": [1]},
        {"name": "b", "version": "0.1.0", "source": "local", "root": true}]}"#;

    fn section(id: u8, content: &[u8]) -> Vec<u8> {
        let mut section = vec![id];
        let mut length = content.len();
        while length > 0x7f {
            section.push(u8::try_from(length & 0x7f).expect("seven bits") | 0x80);
            length >>= 7;
        }
        section.push(u8::try_from(length).expect("seven bits"));
        section.extend_from_slice(content);
        section
    }

    /// A component, in it a core module, in it the section.
    fn artifact(data: &[u8]) -> Vec<u8> {
        let module = [&b"\0asm\x01\0\0\0"[..], &section(0, &[b"\x07.dep-v0", data].concat())].concat();
        [&b"\0asm\x0d\0\x01\0"[..], &section(1, &module)].concat()
    }

    #[test]
    fn the_list_stands_in_the_core_module() {
        let package =
            |name: &str, version: &str, source: &str, kind, root| Dependency { name: name.into(), version: version.into(), source: source.into(), kind, root };
        let expected = vec![package("a", "1.0.0", "crates.io", DependencyKind::Build, false), package("b", "0.1.0", "local", DependencyKind::Runtime, true)];
        assert_eq!(read(&artifact(&compress_to_vec_zlib(JSON.as_bytes(), 6))), Ok(Some(expected)));
        assert_eq!(read(b"\0asm\x0d\0\x01\0"), Ok(None));
    }

    #[test]
    fn a_list_that_is_none_is_an_error() {
        assert!(read(&artifact(b"text")).is_err_and(|error| error.contains("does not unpack")));
        assert!(read(&artifact(&compress_to_vec_zlib(b"[]", 6))).is_err_and(|error| error.contains("not a list")));
        assert!(read(&artifact(&compress_to_vec_zlib(&vec![b' '; LONGEST + 1], 6))).is_err_and(|error| error.contains("does not unpack")));
    }
}
