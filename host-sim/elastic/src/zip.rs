//! A ZIP archive that is the same to the byte for the same files: no times, no attributes, one order.

use std::io::Write;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

/// What says that the archive needs no more than version 2.0 of the format.
const VERSION: u16 = 20;
/// Names are UTF-8.
const FLAGS: u16 = 1 << 11;
const DEFLATED: u16 = 8;
/// The first day that the format can say.
const DATE: u16 = 1 << 5 | 1;

/// Packs files, whose paths have `/` between their parts.
pub(crate) fn archive(files: &[(String, Vec<u8>)]) -> std::io::Result<Vec<u8>> {
    let too_large = || std::io::Error::other("the archive is larger than its format allows");
    let mut archive = Vec::new();
    let mut directory = Vec::new();
    for (path, content) in files {
        let offset = u32::try_from(archive.len()).map_err(|_| too_large())?;
        let mut crc = Crc::new();
        crc.update(content);
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(content)?;
        let packed = encoder.finish()?;
        let mut shared = Vec::new();
        for number in [VERSION, FLAGS, DEFLATED, 0, DATE] {
            shared.extend(number.to_le_bytes());
        }
        let length = |length: usize| u32::try_from(length).map_err(|_| too_large());
        for number in [crc.sum(), length(packed.len())?, length(content.len())?] {
            shared.extend(number.to_le_bytes());
        }
        shared.extend(u16::try_from(path.len()).map_err(|_| too_large())?.to_le_bytes());
        // No extra field.
        shared.extend(0u16.to_le_bytes());
        archive.extend(b"PK\x03\x04");
        archive.extend(&shared);
        archive.extend(path.as_bytes());
        archive.extend(packed);

        directory.extend(b"PK\x01\x02");
        directory.extend(VERSION.to_le_bytes());
        directory.extend(shared);
        // No comment, the first disk, no attributes.
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(path.as_bytes());
    }
    let number = |number: usize| u32::try_from(number).map_err(|_| too_large());
    let count = u16::try_from(files.len()).map_err(|_| too_large())?;
    let (at, size) = (number(archive.len())?, number(directory.len())?);
    archive.extend(directory);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    for count in [count, count] {
        archive.extend(count.to_le_bytes());
    }
    for number in [size, at] {
        archive.extend(number.to_le_bytes());
    }
    archive.extend(0u16.to_le_bytes());
    Ok(archive)
}
