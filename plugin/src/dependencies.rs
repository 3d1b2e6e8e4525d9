//! The packages that the component is built from, inside the component: the section `.dep-v0` of cargo-auditable, which audits read.

/// Written by a test, which fails when it is not what the lock file says; `make bless` writes it again.
const LIST: &[u8] = include_bytes!("../dependencies.json");

/// What a zlib stream adds to a single block that is stored as it is: header, block header and checksum.
const FRAME: usize = 2 + 5 + 4;

#[used]
#[expect(unsafe_code, reason = "only a named section is found by the tools that look for it")]
// SAFETY: on this target a section of this name holds nothing but what is put here, and nothing reads it at run time.
#[unsafe(link_section = ".dep-v0")]
static SECTION: [u8; LIST.len() + FRAME] = stored(LIST);

/// A zlib stream (RFC 1950) that holds a text uncompressed. The section has to be one, and this much can be made at compile time.
const fn stored<const N: usize>(text: &[u8]) -> [u8; N] {
    assert!(text.len() + FRAME == N && text.len() <= u16::MAX as usize, "the list fits into one block");
    let [low, high] = (text.len() as u16).to_le_bytes();
    let mut stream = [0; N];
    // The default window, the lowest level; then the last block, stored, with its length and the complement of it.
    let header = [0x78, 0x01, 0x01, low, high, !low, !high];
    copy(&header, &mut stream, 0);
    copy(text, &mut stream, header.len());
    copy(&adler32(text).to_be_bytes(), &mut stream, header.len() + text.len());
    stream
}

const fn copy(from: &[u8], to: &mut [u8], at: usize) {
    let mut index = 0;
    while index < from.len() {
        to[at + index] = from[index];
        index += 1;
    }
}

const fn adler32(text: &[u8]) -> u32 {
    const BASE: u32 = 65_521;
    let (mut sum, mut sums, mut index) = (1, 0, 0);
    while index < text.len() {
        sum = (sum + text[index] as u32) % BASE;
        sums = (sums + sum) % BASE;
        index += 1;
    }
    sums << 16 | sum
}
