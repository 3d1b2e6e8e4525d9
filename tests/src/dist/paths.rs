//! Takes out of a program in which folders of which machine it was built, without building it again.
//!
//! The compiler could be told to name other folders, as it is for the component; but then all of the host would be built twice, once to be
//! published and once to be worked on. What it names are texts for panics, so a name of the same length does.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::{built_into, workspace};

/// What stands in a program for a folder of the machine.
#[derive(Debug)]
pub struct Place {
    /// The folder.
    pub folder: PathBuf,
    name: &'static str,
}

/// The folders that a program may name: where packages are unpacked, what is built, the sources, the compiler.
pub fn of_this_machine() -> anyhow::Result<Vec<Place>> {
    let cargo = match std::env::var_os("CARGO_HOME") {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from(std::env::var_os("HOME").context("neither `CARGO_HOME` nor `HOME` is set")?).join(".cargo"),
    };
    let compiler = super::packages::output(std::process::Command::new("rustc").args(["--print", "sysroot"]))?;
    let place = |folder: PathBuf, name| Place { folder, name };
    Ok(vec![
        place(cargo.join("registry/src"), "/registry"),
        place(built_into(""), "/built"),
        place(workspace().to_owned(), "/src"),
        place(PathBuf::from(compiler.trim()), "/rust"),
    ])
}

/// Puts the name of a place wherever its folder stands, filled up with slashes.
pub fn forget(program: &mut [u8], places: &[Place]) -> anyhow::Result<()> {
    for Place { folder, name } in places {
        let folder = bytes(folder);
        let Some(filling) = folder.len().checked_sub(name.len()) else {
            bail!("`{}` is too short a name for a folder to build in", String::from_utf8_lossy(&folder))
        };
        let name = [name.as_bytes(), &b"/".repeat(filling)].concat();
        let mut from = 0;
        while let Some(at) = find(program.get(from..).unwrap_or_default(), &folder) {
            let at = from + at;
            program[at..at + folder.len()].copy_from_slice(&name);
            // The slash at its end may begin the next one.
            from = at + folder.len() - 1;
        }
    }
    Ok(())
}

/// Whether a program names a folder, or what is in it.
pub fn names(program: &[u8], folder: &Path) -> bool {
    find(program, &bytes(folder)).is_some()
}

/// A folder's path with the slash behind it, without which it may be the beginning of any word.
fn bytes(folder: &Path) -> Vec<u8> {
    let text = folder.to_string_lossy();
    format!("{}/", text.trim_end_matches('/')).into_bytes()
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    let first = *part.first()?;
    let mut from = 0;
    loop {
        let at = from + text.get(from..)?.iter().position(|byte| *byte == first)?;
        if text.get(at..)?.starts_with(part) {
            return Some(at);
        }
        from = at + 1;
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::{Place, forget, names};

    #[test]
    fn a_folder_gives_way_to_a_name_of_its_length() {
        let place = |folder: &str, name| Place { folder: PathBuf::from(folder), name };
        let mut program = b"a/home/me/x/lib.rs/home/me/home/me/x/home/mean/".to_vec();
        forget(&mut program, &[place("/home/me", "/src")]).expect("there is room");
        assert_eq!(String::from_utf8_lossy(&program), "a/src/////x/lib.rs/src/////src/////x/home/mean/");
        assert!(!names(&program, Path::new("/home/me")) && names(&program, Path::new("/home/mean/")));
        assert!(forget(&mut program, &[place("/a", "/src")]).is_err());
    }
}
