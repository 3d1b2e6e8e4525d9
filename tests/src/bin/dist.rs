//! `dist FOLDER`: describes the component in a folder, for those who get it.

use std::path::Path;

use anyhow::Context;

fn main() -> anyhow::Result<()> {
    let folder = std::env::args_os().nth(1).context("say which folder holds the component")?;
    tests::dist::write(Path::new(&folder)).with_context(|| format!("cannot complete `{}`", folder.display()))
}
