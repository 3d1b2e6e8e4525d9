//! A log of requests, one JSON object a line: what was asked for without its query, and what came of it. Neither headers nor bodies are in it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use host_sim_runtime::Clock;
use host_sim_runtime::contract::Failure;
use serde::Serialize;

use crate::private;
use crate::redactor::Redactor;
use crate::text::one_line;
use crate::time::written;

/// Bytes of a file, and how many of them there are: `trace`, `trace.1`, .. `trace.4`.
const LARGEST: u64 = 10 << 20;
const FILES: u32 = 5;

/// A log of requests that several inputs may write to.
#[derive(Debug, Clone)]
pub struct Trace(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    path: PathBuf,
    largest: u64,
    redactor: Arc<Redactor>,
    open: Mutex<Open>,
}

#[derive(Debug)]
struct Open {
    file: File,
    size: u64,
    /// Why nothing is written any more.
    failure: Option<String>,
}

/// What is said of one exchange.
#[derive(Debug, Default)]
pub(super) struct Line<'a> {
    pub(super) url: &'a str,
    /// From 1; 0 is said of a request as a whole.
    pub(super) attempt: u32,
    pub(super) time: Duration,
    pub(super) status: Option<u16>,
    pub(super) bytes: Option<usize>,
    /// By which Azure finds it again.
    pub(super) request_id: Option<&'a str>,
    pub(super) failure: Option<&'a Failure>,
}

impl Trace {
    /// Goes on with a file, or begins one that nobody else may read.
    pub fn open(path: &Path, redactor: Arc<Redactor>) -> io::Result<Self> {
        Self::up_to(path, LARGEST, redactor)
    }

    fn up_to(path: &Path, largest: u64, redactor: Arc<Redactor>) -> io::Result<Self> {
        let file = private::appended(path)?;
        let size = file.metadata()?.len();
        Ok(Self(Arc::new(Shared { path: path.to_owned(), largest, redactor, open: Mutex::new(Open { file, size, failure: None }) })))
    }

    /// Why it ends before the program does, if it does.
    pub fn failure(&self) -> Option<String> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner).failure.clone()
    }

    pub(super) fn write(&self, line: &Line<'_>) {
        let shared = &*self.0;
        let text = format!("{}\n", line.text(&shared.redactor));
        let mut open = shared.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.failure.is_some() {
            return;
        }
        let size = u64::try_from(text.len()).unwrap_or(u64::MAX);
        let written = match open.size > 0 && open.size + size > shared.largest {
            true => rotated(&shared.path).map(|file| {
                open.file = file;
                open.size = 0;
            }),
            false => Ok(()),
        };
        match written.and_then(|()| open.file.write_all(text.as_bytes())) {
            Ok(()) => open.size += size,
            Err(error) => open.failure = Some(error.to_string()),
        }
    }
}

/// Puts the files one further, and begins a new one.
fn rotated(path: &Path) -> io::Result<File> {
    let numbered = |number: u32| match number {
        0 => path.to_owned(),
        _ => {
            let mut name = path.as_os_str().to_owned();
            name.push(format!(".{number}"));
            PathBuf::from(name)
        }
    };
    for number in (1..FILES).rev() {
        match fs::rename(numbered(number - 1), numbered(number)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    private::appended(path)
}

/// A line as it is written.
#[derive(Serialize)]
struct Written<'a> {
    time: String,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    attempt: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    milliseconds: Option<u128>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<&'a str>,
}

impl Line<'_> {
    fn text(&self, redactor: &Redactor) -> String {
        // Secrets go first: of one that is cut or escaped the rest would stay.
        let clean = |text: &str| one_line(&redactor.text(text));
        let failure = self.failure.map(|failure| clean(&told(failure)));
        let is_attempt = self.attempt > 0;
        let written = Written {
            time: written(Clock::System.now()),
            url: clean(self.url.split(['?', '#']).next().unwrap_or_default()),
            attempt: is_attempt.then_some(self.attempt),
            milliseconds: is_attempt.then_some(self.time.as_millis()),
            status: self.status,
            bytes: self.bytes,
            request_id: self.request_id.map(clean),
            failure: failure.as_deref(),
        };
        serde_json::to_string(&written).unwrap_or_default()
    }
}

fn told(failure: &Failure) -> String {
    match failure {
        Failure::Refused(why) => format!("refused: {why}"),
        Failure::Unauthorized(why) => format!("unauthorized: {why}"),
        Failure::Unreachable(why) => format!("unreachable: {why}"),
        Failure::TimedOut => "timed out".to_owned(),
        Failure::TooLarge(most) => format!("longer than {most} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;
    use std::time::Duration;

    use host_sim_runtime::contract::Failure;

    use super::{Line, Redactor, Trace};

    #[test]
    fn files_are_put_one_further_and_the_oldest_goes() {
        let folder = crate::azure::scratch::folder("trace");
        let path = folder.join("trace");
        let trace = Trace::up_to(&path, 400, Arc::new(Redactor::default())).expect("it is opened");
        for number in 0..40 {
            let url = format!("https://a.test/{number}?secret");
            trace.write(&Line { url: &url, attempt: 1, time: Duration::from_millis(7), status: Some(200), bytes: Some(3), ..Line::default() });
        }
        let mut names: Vec<String> =
            fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        assert_eq!(names, ["trace", "trace.1", "trace.2", "trace.3", "trace.4"]);
        for name in names {
            let text = fs::read_to_string(folder.join(&name)).expect("a file");
            assert!(text.len() <= 400 && text.ends_with('\n') && !text.contains("secret"), "{text}");
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                assert_eq!(fs::metadata(folder.join(&name)).expect("a file").permissions().mode() & 0o777, 0o600);
            }
        }
        let last = fs::read_to_string(&path).expect("a file");
        assert!(
            last.lines().last().expect("a line").contains("\"url\":\"https://a.test/39\",\"attempt\":1,\"milliseconds\":7,\"status\":200,\"bytes\":3"),
            "{last}"
        );
        assert_eq!(trace.failure(), None);
        fs::remove_dir_all(folder).expect("removable");
    }

    #[cfg(unix)]
    #[test]
    fn no_link_is_followed_to_it() {
        let folder = crate::azure::scratch::folder("trace-link");
        fs::write(folder.join("victim"), "").expect("writable");
        std::os::unix::fs::symlink(folder.join("victim"), folder.join("trace")).expect("a link");
        assert!(Trace::open(&folder.join("trace"), Arc::default()).is_err());
        fs::remove_dir_all(folder).expect("removable");
    }

    #[test]
    fn what_failed_is_said_on_one_line_without_secrets() {
        let folder = crate::azure::scratch::folder("trace-failure");
        let trace = Trace::open(&folder.join("trace"), Arc::new(Redactor::new(["hunter2"]))).expect("it is opened");
        let failure = Failure::Refused("a\nhunter2\u{1b}[31m".into());
        trace.write(&Line { url: "https://a.test/hunter2/x#y", failure: Some(&failure), ..Line::default() });
        let text = fs::read_to_string(folder.join("trace")).expect("a file");
        assert!(text.contains(r#""url":"https://a.test/[redacted]/x","failure":"refused: a\\n[redacted]\\u{1b}[31m""#), "{text}");
        assert_eq!(text.lines().count(), 1);
        fs::remove_dir_all(folder).expect("removable");
    }
}
