//! Bodies that are packed, as gzip (RFC 1952) or zlib (RFC 1950): known by how they begin, and unpacked up to a limit.

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::{TINFL_FLAG_PARSE_ZLIB_HEADER, TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF};
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

/// More than this is not unpacked.
const MOST: usize = 16 << 20;

/// What a body is, as to packing.
pub(super) enum Packed {
    /// Not packed.
    Not,
    /// Packed, and this was in it.
    Unpacked {
        /// The format's name.
        format: &'static str,
        /// What was in it.
        bytes: Vec<u8>,
    },
    /// It looks packed, but is not read: the format, and why.
    Damaged(String),
}

/// Whether it is gzip by its first bytes, which are those of no text.
pub(super) fn begins_packed(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

/// Unpacks what is packed. What begins like zlib may be text all the same.
pub(super) fn read(bytes: &[u8]) -> Packed {
    if begins_packed(bytes) {
        return match gunzip(bytes) {
            Ok(bytes) => Packed::Unpacked { format: "gzip", bytes },
            Err(why) => Packed::Damaged(format!("gzip {why}")),
        };
    }
    let [0x78, flags, ..] = *bytes else { return Packed::Not };
    if !u16::from_be_bytes([0x78, flags]).is_multiple_of(31) {
        return Packed::Not;
    }
    match inflate(bytes, TINFL_FLAG_PARSE_ZLIB_HEADER, MOST) {
        Ok((unpacked, [])) => Packed::Unpacked { format: "zlib", bytes: unpacked },
        _ if str::from_utf8(bytes).is_ok() => Packed::Not,
        Ok(_) => Packed::Damaged("zlib that is followed by something".to_owned()),
        Err(why) => Packed::Damaged(format!("zlib {why}")),
    }
}

const BROKEN: &str = "that is damaged or not whole";
const TOO_LONG: &str = "of more than 16 MiB";

/// What is in all members, one behind the other; zeros may follow.
fn gunzip(bytes: &[u8]) -> Result<Vec<u8>, &'static str> {
    let mut unpacked = Vec::new();
    let mut rest = bytes;
    loop {
        let packed = behind_header(rest).ok_or(BROKEN)?;
        let (member, behind) = inflate(packed, 0, MOST - unpacked.len())?;
        let Some(([c0, c1, c2, c3, l0, l1, l2, l3], behind)) = behind.split_first_chunk::<8>().map(|(end, behind)| (*end, behind)) else {
            return Err(BROKEN);
        };
        let (checksum, length) = (u32::from_le_bytes([c0, c1, c2, c3]), u32::from_le_bytes([l0, l1, l2, l3]));
        if checksum != crc_32(&member) || u64::from(length) != member.len() as u64 & 0xffff_ffff {
            return Err(BROKEN);
        }
        match unpacked.is_empty() {
            true => unpacked = member,
            false => unpacked.extend(member),
        }
        rest = behind;
        if rest.iter().all(|byte| *byte == 0) {
            return Ok(unpacked);
        }
    }
}

/// What stands behind the header of a member.
fn behind_header(member: &[u8]) -> Option<&[u8]> {
    const CHECKSUM: u8 = 2;
    const EXTRA: u8 = 4;
    const NAME: u8 = 8;
    const COMMENT: u8 = 16;
    let (&[0x1f, 0x8b, 8, flags, ..], mut rest) = member.split_first_chunk::<10>()? else { return None };
    if flags & EXTRA != 0 {
        let (length, behind) = rest.split_first_chunk::<2>()?;
        rest = behind.get(u16::from_le_bytes(*length).into()..)?;
    }
    for text in [NAME, COMMENT] {
        if flags & text != 0 {
            let end = rest.iter().position(|byte| *byte == 0)?;
            rest = rest.get(end + 1..)?;
        }
    }
    if flags & CHECKSUM != 0 { rest.get(2..) } else { Some(rest) }
}

/// One stream, of at most `most` bytes, and what stands behind it.
fn inflate(packed: &[u8], flags: u32, most: usize) -> Result<(Vec<u8>, &[u8]), &'static str> {
    let mut state = Box::<DecompressorOxide>::default();
    let mut unpacked = vec![0; packed.len().saturating_mul(4).clamp(1024, most.max(1))];
    let (mut read, mut written) = (0, 0);
    loop {
        let input = packed.get(read..).unwrap_or_default();
        let (status, taken, given) = decompress(&mut state, input, &mut unpacked, written, flags | TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF);
        read += taken;
        written += given;
        match status {
            TINFLStatus::Done => {
                unpacked.truncate(written);
                return if written > most { Err(TOO_LONG) } else { Ok((unpacked, packed.get(read..).unwrap_or_default())) };
            }
            TINFLStatus::HasMoreOutput if unpacked.len() >= most => return Err(TOO_LONG),
            TINFLStatus::HasMoreOutput => unpacked.resize((unpacked.len() * 2).min(most), 0),
            _ => return Err(BROKEN),
        }
    }
}

/// The checksum of gzip.
fn crc_32(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut index = 0;
        while index < 256 {
            let (mut value, mut bit) = (index as u32, 0);
            while bit < 8 {
                value = if value & 1 == 1 { 0xedb8_8320 ^ (value >> 1) } else { value >> 1 };
                bit += 1;
            }
            table[index] = value;
            index += 1;
        }
        table
    };
    !bytes.iter().fold(!0, |sum, byte| TABLE[usize::from(sum.to_le_bytes()[0] ^ byte)] ^ (sum >> 8))
}

#[cfg(test)]
mod tests {
    use miniz_oxide::deflate::{compress_to_vec, compress_to_vec_zlib};

    use super::*;

    fn member(content: &[u8], flags: u8, fields: &[u8]) -> Vec<u8> {
        let header = [0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3];
        let length = u32::try_from(content.len()).unwrap().to_le_bytes();
        [&header[..], fields, &compress_to_vec(content, 6), &crc_32(content).to_le_bytes(), &length].concat()
    }

    #[track_caller]
    fn unpacks(packed: &[u8], content: &[u8]) {
        match read(packed) {
            Packed::Unpacked { bytes, .. } => assert!(bytes == content),
            Packed::Not => panic!("it is not packed"),
            Packed::Damaged(why) => panic!("{why}"),
        }
    }

    #[track_caller]
    fn is_damaged(packed: &[u8], expected: &str) {
        match read(packed) {
            Packed::Damaged(why) => assert_eq!(why, expected),
            Packed::Unpacked { .. } | Packed::Not => panic!("it is read, or not packed"),
        }
    }

    #[test]
    fn the_checksum_is_that_of_gzip() {
        assert_eq!(crc_32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn gzip_is_unpacked() {
        let text = b"{\"AlertType\":\"a\"}".repeat(100);
        unpacks(&member(&text, 0, b""), &text);
        unpacks(&member(&text, 4 | 8 | 16 | 2, b"\x03\0abcname\0comment\0\0\0"), &text);
        unpacks(&[member(b"ab", 0, b""), member(b"", 0, b""), member(b"cd", 0, b""), vec![0; 5]].concat(), b"abcd");
        unpacks(&member(&vec![b' '; MOST], 0, b""), &vec![b' '; MOST]);
    }

    #[test]
    fn gzip_that_is_not_whole_or_too_long_is_left() {
        let whole = member(b"abc", 0, b"");
        for end in 2..whole.len() {
            is_damaged(&whole[..end], "gzip that is damaged or not whole");
        }
        for at in [2, 12, whole.len() - 8, whole.len() - 1] {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            is_damaged(&changed, "gzip that is damaged or not whole");
        }
        is_damaged(&[&whole[..], b"x"].concat(), "gzip that is damaged or not whole");
        is_damaged(&member(&vec![b' '; MOST + 1], 0, b""), "gzip of more than 16 MiB");
        let half = member(&vec![b' '; MOST / 2 + 1], 0, b"");
        is_damaged(&[half.clone(), half].concat(), "gzip of more than 16 MiB");
    }

    #[test]
    fn zlib_is_unpacked() {
        let text = b"{\"AlertType\":\"a\"}".repeat(100);
        let whole = compress_to_vec_zlib(&text, 9);
        unpacks(&whole, &text);
        is_damaged(&whole[..whole.len() - 1], "zlib that is damaged or not whole");
        is_damaged(&[&whole[..], b"x"].concat(), "zlib that is followed by something");
        is_damaged(&compress_to_vec_zlib(&vec![b' '; MOST + 1], 9), "zlib of more than 16 MiB");
        assert!(matches!(read(b"x^2"), Packed::Not));
    }
}
