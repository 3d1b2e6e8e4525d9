//! A body while it comes in: its bytes are counted as they are once they are decompressed, and no more of them are taken than may be.

use std::io::{self, Write};

use flate2::write::MultiGzDecoder;

/// A body of which some is there.
pub(super) enum Body {
    Plain(Limited),
    Gzip(Box<MultiGzDecoder<Limited>>),
}

/// Why there is no body.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BodyError {
    /// It is longer than this many bytes.
    #[error("the body is longer than {0} bytes")]
    TooLarge(u64),
    /// It is not what its headers say, or not all of it.
    #[error("the body cannot be decompressed: {0}")]
    Broken(String),
    /// Nobody asked for this.
    #[error("the body is in `{0}`, which was not asked for")]
    Unknown(String),
}

/// Bytes, up to a limit.
pub(super) struct Limited {
    bytes: Vec<u8>,
    most: u64,
    is_over: bool,
}

impl Body {
    /// Nothing of a body, which is compressed as the header says.
    pub(super) fn new(encoding: &str, most: u64) -> Result<Self, BodyError> {
        let limited = Limited { bytes: Vec::new(), most, is_over: false };
        match encoding.trim().to_ascii_lowercase().as_str() {
            "" | "identity" => Ok(Self::Plain(limited)),
            "gzip" | "x-gzip" => Ok(Self::Gzip(Box::new(MultiGzDecoder::new(limited)))),
            other => Err(BodyError::Unknown(crate::text::one_line(other))),
        }
    }

    /// Takes what has come.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), BodyError> {
        let written = match self {
            Self::Plain(limited) => limited.write_all(bytes),
            Self::Gzip(decoder) => decoder.write_all(bytes),
        };
        written.map_err(|error| self.error(&error))
    }

    /// The whole body.
    pub(super) fn finish(mut self) -> Result<Vec<u8>, BodyError> {
        if let Self::Gzip(decoder) = &mut self
            && let Err(error) = decoder.try_finish()
        {
            return Err(self.error(&error));
        }
        Ok(match self {
            Self::Plain(limited) => limited.bytes,
            Self::Gzip(mut decoder) => std::mem::take(&mut decoder.get_mut().bytes),
        })
    }

    fn error(&self, error: &io::Error) -> BodyError {
        let limited = match self {
            Self::Plain(limited) => limited,
            Self::Gzip(decoder) => decoder.get_ref(),
        };
        if limited.is_over { BodyError::TooLarge(limited.most) } else { BodyError::Broken(error.to_string()) }
    }
}

impl Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.most.saturating_sub(u64::try_from(self.bytes.len()).unwrap_or(u64::MAX));
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > room {
            self.is_over = true;
            return Err(io::Error::other("it is too long"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::{Body, BodyError};

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).expect("memory can be written");
        encoder.finish().expect("memory can be written")
    }

    fn read(encoding: &str, bytes: &[u8], most: u64, pieces: usize) -> Result<Vec<u8>, BodyError> {
        let mut body = Body::new(encoding, most)?;
        for piece in bytes.chunks(pieces) {
            body.push(piece)?;
        }
        body.finish()
    }

    #[test]
    fn a_body_is_what_was_compressed_however_it_comes_in_pieces() {
        let text = b"\xef\xbb\xbf{\"value\": [".repeat(1_000);
        for pieces in [1, 7, 1 << 20] {
            assert_eq!(read("gzip", &gzip(&text), 1 << 20, pieces).as_deref(), Ok(&text[..]));
            assert_eq!(read(" X-GZIP ", &[gzip(&text), gzip(b"more")].concat(), 1 << 20, pieces).map(|body| body.len()), Ok(text.len() + 4));
            assert_eq!(read("identity", &text, 1 << 20, pieces).as_deref(), Ok(&text[..]));
        }
        assert_eq!(read("", b"", 0, 1), Ok(Vec::new()));
        assert_eq!(read("br", b"", 0, 1), Err(BodyError::Unknown("br".into())));
    }

    #[test]
    fn decompressed_bytes_count() {
        let bomb = gzip(&vec![0; 10 << 20]);
        assert!(bomb.len() < 20_000);
        assert_eq!(read("gzip", &bomb, 1 << 20, 4_096), Err(BodyError::TooLarge(1 << 20)));
        assert_eq!(read("gzip", &gzip(&[0; 100]), 100, 10).map(|body| body.len()), Ok(100));
        assert_eq!(read("", &[0; 101], 100, 10), Err(BodyError::TooLarge(100)));
    }

    #[test]
    fn half_of_a_compressed_body_is_none() {
        let whole = gzip(&b"half of it".repeat(100));
        for end in [1, 5, 12, whole.len() / 2, whole.len() - 8, whole.len() - 1] {
            let read = read("gzip", &whole[..end], 1 << 20, 3);
            assert!(matches!(read, Err(BodyError::Broken(_))), "{end} of {}: {read:?}", whole.len());
        }
        assert!(matches!(read("gzip", b"<html>this is not gzip</html>", 1 << 20, 100), Err(BodyError::Broken(_))));
    }
}
