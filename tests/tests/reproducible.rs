//! The component built in another folder and with another home has the same bytes as the one in `dist/`.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use tests::dist::sha256;
use tests::{component, workspace};

/// A folder that goes away with the test.
struct Temporary(PathBuf);

impl Temporary {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("another-place-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("there is room for temporary files");
        Self(folder)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn output(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it is text")
}

/// The files of the project as they stand, without what is built from them.
fn copy_sources(to: &Path) {
    let listing = output(Command::new("git").current_dir(workspace()).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]));
    for name in listing.split('\0').filter(|name| workspace().join(name).is_file()) {
        let target = to.join(name);
        fs::create_dir_all(target.parent().expect("it is in the folder")).expect("it can be made");
        fs::copy(workspace().join(name), target).expect("it can be copied");
    }
}

/// A home of cargo where nothing is unpacked yet; what has been downloaded is shared, so nothing is downloaded again.
fn make_cargo_home(folder: &Path) {
    let shared = home_of("CARGO_HOME", ".cargo");
    fs::create_dir_all(folder.join("registry")).expect("it can be made");
    for part in ["config.toml", "registry/cache", "registry/index"] {
        if shared.join(part).exists() {
            symlink(shared.join(part), folder.join(part)).expect("it can be linked");
        }
    }
}

/// The folder that a variable names, else the usual one in the user's home.
fn home_of(variable: &str, usual: &str) -> PathBuf {
    let home = || PathBuf::from(std::env::var_os("HOME").expect("there is a home")).join(usual);
    std::env::var_os(variable).map_or_else(home, PathBuf::from)
}

#[test]
fn another_folder_and_another_home_give_the_same_component() {
    let temporary = Temporary::new();
    let (sources, home) = (temporary.0.join("deeper/in/sources"), temporary.0.join("somebody"));
    copy_sources(&sources);
    make_cargo_home(&home.join("cargo"));

    let mut make = Command::new("make");
    make.current_dir(&sources).arg("component");
    // What this test was started with must not decide what the other build does.
    for variable in ["CARGO_TARGET_DIR", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "RUSTFLAGS"] {
        make.env_remove(variable);
    }
    make.env("HOME", &home).env("CARGO_HOME", home.join("cargo")).env("RUSTUP_HOME", home_of("RUSTUP_HOME", ".rustup")).env("CARGO_NET_OFFLINE", "true");
    output(&mut make);

    let here = fs::read(component()).expect("`make build` was run");
    let there = fs::read(sources.join("dist/microsoft_defender_cloud.wasm")).expect("it was built");
    assert!(here == there, "{} here is {} there", sha256(&here), sha256(&there));
    let text = String::from_utf8_lossy(&there);
    for place in [temporary.0.as_path(), workspace()] {
        assert!(!text.contains(&*place.to_string_lossy()), "the component tells that it was built in {}", place.display());
    }
}
