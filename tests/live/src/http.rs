//! As much of HTTP/1.1 as is needed to be answered by it, and to be answered wrongly.

use std::io::{self, BufRead, Read, Write};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;

/// No request of a test is longer.
const LONGEST: u64 = 64 << 20;

/// A request that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Such as `GET`.
    pub method: String,
    /// Path and query, or the whole address where a proxy is asked.
    pub target: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// As it came.
    pub body: Vec<u8>,
}

/// What is answered, and how badly.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Headers, but for the length and what is said about compression.
    pub headers: Vec<(String, String)>,
    /// Before it is compressed.
    pub body: Vec<u8>,
    /// Whether it is compressed, for those who take that.
    pub gzip: bool,
    /// How long it takes.
    pub delay: Duration,
    /// After so many bytes of the body the connection is cut.
    pub cut: Option<usize>,
    /// It is cut before anything is said.
    pub is_silent: bool,
}

impl Answer {
    /// An answer with a body.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, body: body.into(), ..Self::default() }
    }

    /// JSON.
    pub fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::new(status, body).with("content-type", "application/json; charset=utf-8")
    }

    /// None: the connection is cut.
    pub fn none() -> Self {
        Self { is_silent: true, ..Self::default() }
    }

    /// One more header.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

impl Asked {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The path, without its query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// Reads a request; `None` where the connection ends.
    pub(crate) fn read(from: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut line = String::new();
        if from.by_ref().take(LONGEST).read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let mut parts = line.split_whitespace();
        let (Some(method), Some(target)) = (parts.next(), parts.next()) else { return Err(io::Error::other("no request")) };
        let mut asked = Self { method: method.to_owned(), target: target.to_owned(), headers: Vec::new(), body: Vec::new() };
        loop {
            let mut line = String::new();
            from.by_ref().take(LONGEST).read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            asked.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let length: u64 = asked.header("content-length").and_then(|text| text.parse().ok()).unwrap_or_default();
        from.take(length.min(LONGEST)).read_to_end(&mut asked.body)?;
        Ok(Some(asked))
    }
}

impl Answer {
    /// Writes it, and says whether the connection goes on.
    pub(crate) fn write(&self, asked: &Asked, to: &mut impl Write) -> io::Result<bool> {
        std::thread::sleep(self.delay);
        if self.is_silent {
            return Ok(false);
        }
        let compressed = self.gzip && asked.header("accept-encoding").is_some_and(|text| text.contains("gzip"));
        let body = if compressed { gzip(&self.body)? } else { self.body.clone() };
        let mut head = format!("HTTP/1.1 {} Played\r\ncontent-length: {}\r\n", self.status, body.len());
        if compressed {
            head.push_str("content-encoding: gzip\r\n");
        }
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        to.write_all(head.as_bytes())?;
        let sent = self.cut.map_or(body.len(), |cut| cut.min(body.len()));
        to.write_all(body.get(..sent).unwrap_or_default())?;
        to.flush()?;
        Ok(self.cut.is_none())
    }
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes)?;
    encoder.finish()
}
