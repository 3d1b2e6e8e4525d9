//! Unpacks what zstd has packed: frame after frame, and in a frame block after block. What the decoder leaves to its caller is checked here.

use std::io::{self, BufRead, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::{Counted, Packing, cut_off, damaged};

/// The last block of a frame, without content, and a checksum that nobody will look at: it makes a frame whole that is cut off.
const LAST_BLOCK: [u8; 7] = [1, 0, 0, 0, 0, 0, 0];

/// A stream of frames. The decoder keeps what later blocks may refer to, 128 MiB at most, and gives it once the frame is at its end.
pub(super) struct Zstd<R> {
    source: Counted<R>,
    decoder: FrameDecoder,
    stage: Stage,
    /// How much of the frame has been given.
    given: u64,
}

enum Stage {
    Between,
    Inside,
    /// Nothing follows but what has been decoded, and then why.
    Broken(Option<io::Error>),
}

impl<R: BufRead> Zstd<R> {
    pub(super) fn new(source: Counted<R>) -> Self {
        Self { source, decoder: FrameDecoder::new(), stage: Stage::Between, given: 0 }
    }

    /// Begins the next frame, if there is one.
    fn begin(&mut self) -> io::Result<bool> {
        if self.source.fill_buf()?.is_empty() {
            return Ok(false);
        }
        let Self { source, decoder, .. } = self;
        match calmly(|| decoder.reset(&mut *source)) {
            Ok(()) => {
                self.stage = Stage::Inside;
                self.given = 0;
            }
            Err(Some(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. }))) => {
                if io::copy(&mut source.by_ref().take(length.into()), &mut io::sink())? < length.into() {
                    return Err(cut_off(Packing::Zstd.name(), source.count));
                }
            }
            Err(Some(FrameDecoderError::WindowSizeTooBig { .. })) => {
                let most = decoder.max_window_size() >> 20;
                return Err(io::Error::other(format!("its zstd data needs a window of more than {most} MiB; pack it without `--long` or `--ultra`")));
            }
            Err(Some(FrameDecoderError::DictNotProvided { .. })) => return Err(io::Error::other("its zstd data needs a dictionary, which is not at hand")),
            Err(error) => return Err(self.wrong(error)),
        }
        Ok(true)
    }

    /// Decodes one block. What was decoded before a fault is not lost: the frame is ended in front of it.
    fn block(&mut self) {
        let Self { source, decoder, .. } = self;
        let Err(error) = calmly(|| decoder.decode_blocks(&mut *source, BlockDecodingStrategy::UptoBlocks(1))) else { return };
        let can_go_on = error.is_some();
        let error = self.wrong(error);
        let ended = can_go_on && matches!(calmly(|| self.decoder.decode_blocks(&LAST_BLOCK[..], BlockDecodingStrategy::All)), Ok(true));
        if !ended {
            self.decoder = FrameDecoder::new();
        }
        self.stage = Stage::Broken(Some(error));
    }

    /// Checks a frame of which everything has been given.
    fn end(&mut self) -> io::Result<()> {
        self.stage = Stage::Between;
        let checksum = self.decoder.get_checksum_from_data();
        let differs = checksum.is_some() && checksum != self.decoder.get_calculated_checksum();
        // A frame need not say how long it is; zero is no length then.
        let length = self.decoder.content_size();
        if differs || (length != 0 && length != self.given) {
            return Err(damaged(Packing::Zstd.name(), self.source.count));
        }
        Ok(())
    }

    /// What to say of an error; `None` is a decoder that gave up.
    fn wrong(&self, error: Option<FrameDecoderError>) -> io::Error {
        let cause = error.as_ref().and_then(io_error);
        let kind = cause.map_or(io::ErrorKind::InvalidData, io::Error::kind);
        match cause {
            Some(cause) if self.source.failed => io::Error::new(kind, cause.to_string()),
            _ => self.source.wrong(Packing::Zstd, kind.into()),
        }
    }
}

/// Calls the decoder; an assertion of its own that fails is an error, too.
fn calmly<T>(call: impl FnOnce() -> Result<T, FrameDecoderError>) -> Result<T, Option<FrameDecoderError>> {
    catch_unwind(AssertUnwindSafe(call)).map_or(Err(None), |result| result.map_err(Some))
}

/// The error of reading that is behind one of the decoder.
fn io_error(error: &FrameDecoderError) -> Option<&io::Error> {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref() {
            return Some(error);
        }
        next = error.source();
    }
    None
}

impl<R: BufRead> Read for Zstd<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.decoder.can_collect() > 0 {
                let read = self.decoder.read(into)?;
                self.given += read as u64;
                return Ok(read);
            }
            let checked = match &mut self.stage {
                Stage::Between => match self.begin() {
                    Ok(false) => return Ok(0),
                    other => other.map(drop),
                },
                Stage::Inside if self.decoder.is_finished() => self.end(),
                Stage::Inside => {
                    self.block();
                    Ok(())
                }
                Stage::Broken(error) => return error.take().map_or(Ok(0), Err),
            };
            match checked {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
                Err(error) => self.stage = Stage::Broken(Some(error)),
                Ok(()) => (),
            }
        }
    }
}
