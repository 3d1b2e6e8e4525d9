use std::collections::VecDeque;
use std::io::{Cursor, Read, Write};
use std::{fs, io};

use flate2::Compression;
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use super::{Plain, read};

const TEXT: &[u8] = include_bytes!("../../../../tests/fixtures/tenant/messages.ndjson");
/// The same text, packed by the programs of these names.
const BY_GZIP: &[u8] = include_bytes!("../../../../tests/fixtures/packed/messages.ndjson.gz");
const BY_ZSTD: &[u8] = include_bytes!("../../../../tests/fixtures/packed/messages.ndjson.zst");

/// A frame that is to be skipped.
const SKIPPED: &[u8] = b"\x5a\x2a\x4d\x18\x03\0\0\0abc";

/// What is unpacked of some bytes, and what is wrong with them.
fn unpack(bytes: &[u8]) -> (Vec<u8>, Option<String>) {
    let mut all = Vec::new();
    let end = Plain::new(Cursor::new(bytes.to_vec())).read_to_end(&mut all);
    (all, end.err().map(|error| error.to_string()))
}

#[track_caller]
fn check(bytes: &[u8], expected: &[u8]) {
    let (all, error) = unpack(bytes);
    assert!(all == expected && error.is_none(), "{} bytes, {error:?}", all.len());
}

/// Text that takes several blocks, and is not the same everywhere.
fn long() -> Vec<u8> {
    let mut long = Vec::new();
    (0..120_000).for_each(|number: u32| writeln!(long, "{number} {}", number.wrapping_mul(2_654_435_761)).expect("memory can be written"));
    long
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).and_then(|()| encoder.finish()).expect("memory can be written")
}

fn zstd(text: &[u8]) -> Vec<u8> {
    compress_to_vec(text, CompressionLevel::Fastest)
}

#[test]
fn the_first_bytes_say_how_a_file_is_packed() {
    for bare in [&b""[..], b"{", b"(\xb5/", b"(\xb5/x", b"\x1f", b"\x1fx", b"P*M", b"P*Mx", b"text", b"\n(\xb5/\xfd"] {
        check(bare, bare);
    }
    for packed in [BY_GZIP, BY_ZSTD, &gzip(TEXT), &zstd(TEXT)] {
        check(packed, TEXT);
    }
    for empty in [gzip(b""), zstd(b""), SKIPPED.to_vec()] {
        check(&empty, b"");
    }
}

#[test]
fn a_file_may_be_packed_in_several_parts() {
    let twice = TEXT.repeat(2);
    check(&BY_GZIP.repeat(2), &twice);
    check(&BY_ZSTD.repeat(2), &twice);
    check(&[SKIPPED, BY_ZSTD, SKIPPED, &zstd(TEXT), SKIPPED].concat(), &twice);
    check(&[gzip(b"a"), gzip(b""), gzip(b"b")].concat(), b"ab");
    check(&[zstd(b"a"), zstd(b""), zstd(b"b")].concat(), b"ab");
}

#[test]
fn what_stands_before_the_end_of_a_file_that_is_cut_off_is_given_first() {
    let long = long();
    for (name, packed) in [("gzip", gzip(&long)), ("zstd", zstd(&long))] {
        let cut = packed.len() * 3 / 4;
        let (all, error) = unpack(&packed[..cut]);
        assert!(long.starts_with(&all) && all.len() > long.len() / 2, "{name}: {} of {}", all.len(), long.len());
        assert_eq!(error, Some(format!("its {name} data ends too early, behind byte {cut}")));
    }
    for (name, packed) in [("gzip", BY_GZIP), ("zstd", BY_ZSTD)] {
        for cut in (4..packed.len()).step_by(5) {
            let (all, error) = unpack(&packed[..cut]);
            assert!(TEXT.starts_with(&all), "{name}, {cut}");
            assert_eq!(error, Some(format!("its {name} data ends too early, behind byte {cut}")));
        }
    }
    assert_eq!(unpack(&SKIPPED[..10]), (Vec::new(), Some("its zstd data ends too early, behind byte 10".into())));
}

#[test]
fn no_damage_goes_unseen() {
    for (name, packed) in [("gzip", BY_GZIP), ("zstd", BY_ZSTD)] {
        // What stands in front may say that it is something else, or when and where it was packed.
        for at in (10..packed.len()).step_by(5) {
            let mut damaged = packed.to_vec();
            damaged[at] ^= 1 << (at % 8);
            let (all, error) = unpack(&damaged);
            // A bit may be of a code that is used nowhere.
            let is_harmless = all == TEXT && error.is_none();
            assert!(is_harmless || error.as_ref().is_some_and(|error| error.contains(name)), "{name}, {at}: {error:?}");
        }
        let (all, error) = unpack(&[packed, b"more than nothing"].concat());
        assert!(all == TEXT && error.is_some_and(|error| error.starts_with(&format!("its {name} data is damaged, at byte "))));
    }
}

#[test]
fn damage_far_behind_hides_nothing_before_it() {
    let long = long();
    for packed in [gzip(&long), zstd(&long)] {
        let mut damaged = packed.clone();
        let at = packed.len() * 3 / 4;
        damaged[at..at + 64].fill(0xff);
        let (all, error) = unpack(&damaged);
        let same = all.iter().zip(&long).take_while(|(one, other)| one == other).count();
        assert!(same > long.len() / 2 && error.is_some(), "{same} of {}, {error:?}", long.len());
    }
}

/// Gives one part after the other, and fails at last.
struct Parts(VecDeque<Vec<u8>>);

impl Read for Parts {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let Some(part) = self.0.front_mut() else { return Err(io::Error::new(io::ErrorKind::InvalidData, "the cable is out")) };
        let read = part.as_slice().read(into)?;
        part.drain(..read);
        if part.is_empty() {
            self.0.pop_front();
        }
        Ok(read)
    }
}

#[test]
fn an_input_that_comes_in_pieces_or_fails_is_no_damage() {
    for packed in [TEXT, BY_GZIP, BY_ZSTD] {
        let mut plain = Plain::new(Parts(packed.iter().map(|byte| vec![*byte]).collect()));
        let mut all = vec![0; TEXT.len()];
        plain.read_exact(&mut all).expect("all of it comes");
        assert!(all == TEXT);
        let error = plain.read(&mut [0]).expect_err("more is asked for");
        assert_eq!(error.to_string(), "the cable is out");
    }
}

#[test]
fn what_is_there_of_a_gzip_input_that_pauses_is_given() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(b"a line\n").and_then(|()| encoder.flush()).expect("memory can be written");
    // A read that came too early would fail.
    let mut plain = Plain::new(Parts([encoder.get_ref().clone()].into()));
    let mut line = [0; 7];
    plain.read_exact(&mut line).expect("it is there");
    assert_eq!(&line, b"a line\n");
}

#[test]
fn the_text_of_a_file_is_read_without_its_mark() {
    let path = std::env::temp_dir().join(format!("host-sim-plain-{}", std::process::id()));
    for (bytes, length) in [("\u{feff}{}".as_bytes().to_vec(), Some(5)), (gzip("\u{feff}{}".as_bytes()), None), (zstd(b"{}"), None)] {
        fs::write(&path, bytes).expect("writable");
        assert_eq!(read(&path).expect("text"), "{}");
        assert_eq!(Plain::open(&path).expect("it is there").1, length);
    }
    fs::remove_file(&path).expect("removable");
}
