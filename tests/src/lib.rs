//! What the tests of the built component share, and what describes it when it is published.

pub mod contract;
pub mod dist;
pub mod hostile;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The host that `make build` makes.
pub fn host_sim() -> PathBuf {
    built("host-sim")
}

/// The component that `make build` makes.
pub fn component() -> PathBuf {
    built("microsoft_defender_cloud.wasm")
}

fn built(name: &str) -> PathBuf {
    let path = workspace().join("dist").join(name);
    assert!(path.exists(), "`{}` is missing; `make build` makes it", path.display());
    path
}

/// The folder of the whole project.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests are a member of the workspace")
}

/// A folder below the one that is built into; it is made if it is not there.
pub fn built_into(name: &str) -> PathBuf {
    let built = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), |folder| workspace().join(folder));
    let folder = built.join(name);
    fs::create_dir_all(&folder).expect("what is built into can be written to");
    folder
}

/// A file of the reference's data; `None`, and a line that says so, where there is none.
pub fn shared(path: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("DEFENDER_SHARED").map_or_else(|| workspace().join("../shared"), PathBuf::from);
    let file = folder.join(path);
    if file.exists() {
        return Some(file);
    }
    println!("SKIPPED: no reference data, `{path}` of the shared folder is missing; set DEFENDER_SHARED to where it lies");
    None
}

/// A folder of a test's own, which goes away with it.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// An empty folder, where nobody else may write, whatever the user's mask; `name` keeps those of different tests apart.
    pub fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("the folder for temporary files can be written");
        #[cfg(unix)]
        fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("it is ours");
        Self(folder)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file, and the folders that it stands in.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let file = self.0.join(path);
        fs::create_dir_all(file.parent().expect("a file stands in a folder")).expect("the folder can be made");
        fs::write(&file, content).expect("the file can be written");
        file
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What a command wrote and how it ended.
#[derive(Debug)]
pub struct Ran {
    /// The exit status.
    pub status: i32,
    /// Data.
    pub stdout: String,
    /// Talk.
    pub stderr: String,
}

/// A file or folder of the shipped recordings.
pub fn fixture(path: &str) -> PathBuf {
    workspace().join("tests/fixtures").join(path)
}

/// Runs a command of host-sim in the workspace's folder.
pub fn run(arguments: &[&str]) -> Ran {
    run_with(arguments, "")
}

/// Runs a command of host-sim in the workspace's folder, with something to read.
pub fn run_with(arguments: &[&str], input: &str) -> Ran {
    let mut command = Command::new(host_sim());
    command.args(arguments).current_dir(workspace()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("host-sim starts");
    // Written beside the reading, or both would wait once the pipes are full; a program that ends early does not read all of it.
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_owned();
    let writer = std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let Output { status, stdout, stderr } = child.wait_with_output().expect("host-sim ends");
    writer.join().expect("the writer ends");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ran { status: status.code().expect("no signal ended it"), stdout: text(&stdout), stderr: text(&stderr) }
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("the tests' paths are UTF-8")
}
