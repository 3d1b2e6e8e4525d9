//! Microsoft's clients for Python, in an environment of their own.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::tools::{missing, once, run};

const PINS: [&str; 2] = ["azure-eventhub==5.15.1", "azure-eventhub-checkpointstoreblob==1.2.0"];

/// A Python that has them.
#[derive(Debug, Clone)]
pub struct AzurePython(PathBuf);

impl AzurePython {
    /// Sets it up for a test, in `folder`. Where Python is missing it says so, and gives `None`; in CI that is a failure.
    pub fn for_test(folder: &Path) -> Option<Self> {
        Self::set_up(folder).map_or_else(|why| missing("Microsoft's clients for Python", &why), Some)
    }

    /// Sets it up in `folder`, or says what is missing.
    pub fn set_up(folder: &Path) -> Result<Self, String> {
        let folder = folder.join("azure-python");
        let python = folder.join("venv/bin/python");
        once(&folder, &PINS.join("\n"), || {
            run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder.join("venv")))?;
            run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(PINS))
        })?;
        Ok(Self(python))
    }

    /// Runs a program.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(&self.0);
        command.args(["-c", program]);
        command
    }

    /// Runs a program to its end, and gives what it printed.
    ///
    /// # Panics
    /// If it fails.
    pub fn run(&self, program: &str, arguments: &[&str]) -> String {
        let output = self.command(program).args(arguments).output().expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}
