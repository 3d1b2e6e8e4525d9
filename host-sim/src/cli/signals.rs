//! Signals. They end the program: what is not whole yet is removed, and the exit status is the one that shells give. A command that runs on until it is
//! told to end takes them itself.

use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What somebody who sends a signal wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// To end.
    End,
    /// To read the configuration again.
    Reload,
}

/// Takes wishes, and says whether it does something about them.
type Taker = Box<dyn FnMut(Wish) -> bool + Send>;

/// Files that are removed if a signal comes.
static PARTIAL: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Who takes signals instead.
static TAKER: Mutex<Option<Taker>> = Mutex::new(None);

fn partial() -> MutexGuard<'static, Vec<PathBuf>> {
    PARTIAL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Has files removed if a signal comes before they have another name.
pub(super) fn remove_on_signal(files: Vec<PathBuf>) {
    partial().extend(files);
}

/// Does something that no signal cuts in two.
pub(super) fn undivided<T>(action: impl FnOnce() -> T) -> T {
    let _partial = partial();
    action()
}

/// Has signals taken by a command; what it does nothing about ends the program at once.
pub(super) fn take(taker: impl FnMut(Wish) -> bool + Send + 'static) {
    *TAKER.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(taker));
}

#[cfg(unix)]
fn is_taken(signal: i32) -> bool {
    let wish = if signal == signal_hook::consts::SIGHUP { Wish::Reload } else { Wish::End };
    TAKER.lock().unwrap_or_else(PoisonError::into_inner).as_mut().is_some_and(|taker| taker(wish))
}

/// Begins to wait for signals, but for those that whoever started the program wants ignored, as `nohup` does.
#[cfg(unix)]
pub(super) fn watch() -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let wanted = [SIGTERM, SIGINT, SIGHUP].into_iter().filter(|signal| !is_ignored(&status, *signal));
    let mut signals = signal_hook::iterator::Signals::new(wanted)?;
    let wait = move || {
        if let Some(signal) = signals.forever().find(|signal| !is_taken(*signal)) {
            // Held to the end, so that nothing gets its name while it is removed.
            let files = partial();
            files.iter().for_each(|file| drop(std::fs::remove_file(file)));
            std::process::exit(128 + signal);
        }
    };
    std::thread::Builder::new().name("signals".into()).spawn(wait).map(drop)
}

/// Elsewhere the system ends the program; what it leaves is removed by the next run.
#[cfg(not(unix))]
pub(super) fn watch() -> io::Result<()> {
    Ok(())
}

/// Whether a process ignores a signal, as Linux tells of it.
#[cfg(unix)]
fn is_ignored(status: &str, signal: i32) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.unwrap_or_default() & (1 << (signal - 1)) != 0
}

#[cfg(all(test, unix))]
mod tests {
    use super::is_ignored;

    #[test]
    fn what_is_ignored_stays_so() {
        let status = "Name:\tx\nSigIgn:\t0000000000001001\nSigCgt:\t0000000000004002\n";
        assert!(is_ignored(status, 1) && is_ignored(status, 13));
        assert!(!is_ignored(status, 2) && !is_ignored(status, 15) && !is_ignored("", 1));
    }
}
