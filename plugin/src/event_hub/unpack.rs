//! Bodies that are packed: known by how they begin.

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
    /// It looks packed, but is not read: why.
    Damaged(String),
}

/// Whether it is gzip by its first bytes, which are those of no text.
pub(super) fn begins_packed(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

/// Unpacks what is packed.
pub(super) fn read(bytes: &[u8]) -> Packed {
    let is_zlib = matches!(bytes, [0x78, flags, ..] if u16::from_be_bytes([0x78, *flags]) % 31 == 0) && str::from_utf8(bytes).is_err();
    match is_zlib {
        _ if begins_packed(bytes) => Packed::Damaged("gzip".to_owned()),
        true => Packed::Damaged("zlib".to_owned()),
        false => Packed::Not,
    }
}
