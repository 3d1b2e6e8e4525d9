//! Files as they were before somebody packed them: what gzip or zstd has packed is known by its first bytes, and unpacked while it is read.
//! What is held does not grow with the file.

mod zstd;

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use self::zstd::Zstd;
use crate::text::MARK;

/// What is read of a file, and what is unpacked of it, at a time.
const BUFFER: usize = 256 << 10;

/// A text that is read as a whole is no longer, however small its file is.
const LONGEST_TEXT: u64 = 2 << 30;

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
/// Behind the first byte of a frame that zstd skips; that one is one of sixteen.
const SKIPPED: &[u8] = &[0x2a, 0x4d, 0x18];

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packing {
    Gzip,
    Zstd,
}

impl Packing {
    /// What the first bytes say.
    fn of(first: &[u8]) -> Option<Self> {
        let is_skipped = matches!(first, [0x50..=0x5f, rest @ ..] if rest.starts_with(SKIPPED));
        match first {
            _ if first.starts_with(GZIP) => Some(Self::Gzip),
            _ if is_skipped || first.starts_with(ZSTD) => Some(Self::Zstd),
            _ => None,
        }
    }

    /// Whether with more bytes it may still turn out to be packed.
    fn may_follow(first: &[u8]) -> bool {
        let is_skipped = matches!(first, [0x50..=0x5f, rest @ ..] if SKIPPED.starts_with(rest));
        is_skipped || GZIP.starts_with(first) || ZSTD.starts_with(first)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

/// An input that is unpacked if it is packed. Nothing is read before it is asked for, and of an input that pauses no more than is there.
///
/// What was unpacked in front of a fault is given before the fault is.
pub struct Plain {
    state: State,
}

enum State {
    New(Option<Box<dyn Read + Send>>),
    Open(Box<dyn BufRead + Send>),
}

impl fmt::Debug for Plain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Plain").finish_non_exhaustive()
    }
}

impl Plain {
    /// What an input holds.
    pub fn new(input: impl Read + Send + 'static) -> Self {
        Self { state: State::New(Some(Box::new(input))) }
    }

    /// What a file holds, and how long that is, where it can be told beforehand.
    pub fn open(path: &Path) -> io::Result<(Self, Option<u64>)> {
        let mut file = File::open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Ok((Self::new(file), None));
        }
        let mut first = Vec::new();
        begin(&mut file, &mut first)?;
        file.rewind()?;
        let length = Packing::of(&first).is_none().then_some(metadata.len());
        Ok((Self::new(file), length))
    }

    fn opened(&mut self) -> io::Result<&mut (dyn BufRead + Send)> {
        if let State::New(input) = &mut self.state {
            let mut input = input.take().ok_or_else(|| io::Error::other("it could not be read before"))?;
            let mut first = Vec::new();
            begin(&mut input, &mut first)?;
            let packing = Packing::of(&first);
            let source = BufReader::with_capacity(BUFFER, Cursor::new(first).chain(input));
            self.state = State::Open(match packing {
                None => Box::new(source),
                Some(Packing::Gzip) => Box::new(BufReader::with_capacity(BUFFER, Gzip(MultiGzDecoder::new(Counted::new(source))))),
                Some(Packing::Zstd) => Box::new(BufReader::with_capacity(BUFFER, Zstd::new(Counted::new(source)))),
            });
        }
        match &mut self.state {
            State::Open(open) => Ok(&mut **open),
            State::New(_) => Err(io::Error::other("it is not open")),
        }
    }
}

/// Takes the first bytes, and no more of them than it takes to tell: more may be long in coming.
fn begin(input: &mut impl Read, first: &mut Vec<u8>) -> io::Result<()> {
    while Packing::of(first).is_none() && Packing::may_follow(first) {
        if input.by_ref().take(1).read_to_end(first)? == 0 {
            break;
        }
    }
    Ok(())
}

impl Read for Plain {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.opened()?.read(into)
    }
}

impl BufRead for Plain {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.opened()?.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        if let State::Open(open) = &mut self.state {
            open.consume(amount);
        }
    }
}

/// The text of a file, without a byte order mark.
pub fn read(path: &Path) -> io::Result<String> {
    let (plain, length) = Plain::open(path)?;
    let mut text = String::with_capacity(length.and_then(|length| usize::try_from(length).ok()).unwrap_or_default());
    if plain.take(LONGEST_TEXT + 1).read_to_string(&mut text)? as u64 > LONGEST_TEXT {
        return Err(io::Error::other(format!("it is longer than {} GiB", LONGEST_TEXT >> 30)));
    }
    if text.as_bytes().starts_with(MARK) {
        text.drain(..MARK.len());
    }
    Ok(text)
}

/// Counts what is taken of an input, and knows whether it was the input that failed.
struct Counted<R> {
    input: R,
    count: u64,
    failed: bool,
}

impl<R: BufRead> Counted<R> {
    fn new(input: R) -> Self {
        Self { input, count: 0, failed: false }
    }

    /// What to say where this input cannot be unpacked.
    fn wrong(&self, packing: Packing, error: io::Error) -> io::Error {
        let name = packing.name();
        match error.kind() {
            _ if self.failed => error,
            io::ErrorKind::UnexpectedEof => cut_off(name, self.count),
            _ => damaged(name, self.count),
        }
    }
}

fn cut_off(name: &str, at: u64) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("its {name} data ends too early, behind byte {at}"))
}

fn damaged(name: &str, at: u64) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("its {name} data is damaged, at byte {at} or before"))
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut available = self.fill_buf()?;
        let read = available.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let Self { input, failed, .. } = self;
        input.fill_buf().inspect_err(|_| *failed = true)
    }

    fn consume(&mut self, amount: usize) {
        self.count += amount as u64;
        self.input.consume(amount);
    }
}

struct Gzip<R>(MultiGzDecoder<Counted<R>>);

impl<R: BufRead> Read for Gzip<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.read(into).map_err(|error| self.0.get_ref().wrong(Packing::Gzip, error))
    }
}

#[cfg(test)]
mod tests;
