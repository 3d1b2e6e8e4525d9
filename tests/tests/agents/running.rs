//! An agent that goes on until it is killed, with what it has started.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

pub(crate) struct Running {
    child: Child,
    log: PathBuf,
}

impl Running {
    pub(crate) fn start(command: &mut Command, log: &Path) -> Self {
        let file = fs::File::options().create(true).append(true).open(log).expect("writable");
        let command = command.process_group(0).stdin(Stdio::null()).stdout(file.try_clone().expect("a copy")).stderr(file);
        Self { child: command.spawn().expect("it starts"), log: log.to_owned() }
    }

    /// As a crash would.
    pub(crate) fn kill(self) {
        drop(self);
    }

    /// What it has said so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Waits for something, a minute at most.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, what: &str, mut done: impl FnMut() -> bool) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while !done() {
            let ended = self.child.try_wait().expect("it is ours");
            assert!(ended.is_none() && Instant::now() < deadline, "waited for {what}; {ended:?}\n{}", self.log());
            thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-KILL", "--", &format!("-{}", self.child.id())]).status();
        let _ = self.child.wait();
    }
}
