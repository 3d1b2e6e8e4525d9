//! Lines that say which format they are of, and end with a checksum, so that what was damaged or written by a newer version is known as such.

use std::fmt::Write;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The format that this program writes, and the newest that it reads. The first one knew no positions in a hub.
pub(super) const VERSION: u32 = 2;

const FORMAT: &str = "host-sim-state";

#[derive(Serialize, Deserialize)]
struct Beginning {
    format: String,
    version: u32,
}

#[derive(Serialize, Deserialize)]
struct End {
    sha256: String,
}

/// Why lines are not read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// A newer program has written them, in this version of the format.
    Newer(u32),
    /// They are not as they were written.
    Damaged,
}

/// Seals lines.
pub(super) fn seal<T: Serialize>(lines: impl IntoIterator<Item = T>) -> serde_json::Result<String> {
    let mut text = serde_json::to_string(&Beginning { format: FORMAT.to_owned(), version: VERSION })? + "\n";
    for line in lines {
        text += &serde_json::to_string(&line)?;
        text.push('\n');
    }
    let end = End { sha256: checksum(&text) };
    text += &serde_json::to_string(&end)?;
    text.push('\n');
    Ok(text)
}

/// The lines between beginning and end, if nothing has happened to them.
pub(super) fn unseal<T: for<'a> Deserialize<'a>>(bytes: &[u8]) -> Result<Vec<T>, Broken> {
    let text = std::str::from_utf8(bytes).map_err(|_| Broken::Damaged)?;
    let (first, _) = text.split_once('\n').ok_or(Broken::Damaged)?;
    let beginning: Beginning = serde_json::from_str(first).map_err(|_| Broken::Damaged)?;
    if beginning.format != FORMAT {
        return Err(Broken::Damaged);
    }
    // Said before anything else: what a newer version has at its end is not known.
    if beginning.version > VERSION {
        return Err(Broken::Newer(beginning.version));
    }
    let whole = text.strip_suffix('\n').ok_or(Broken::Damaged)?;
    let at = whole.rfind('\n').ok_or(Broken::Damaged)? + 1;
    let (sealed, last) = whole.split_at_checked(at).ok_or(Broken::Damaged)?;
    let end: End = serde_json::from_str(last).map_err(|_| Broken::Damaged)?;
    if end.sha256 != checksum(sealed) {
        return Err(Broken::Damaged);
    }
    sealed.lines().skip(1).map(|line| serde_json::from_str(line).map_err(|_| Broken::Damaged)).collect()
}

fn checksum(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::{Broken, seal, unseal};

    #[test]
    fn what_is_sealed_is_read_again() {
        for lines in [vec![], vec![1_u32], vec![1, 2, 3]] {
            let text = seal(&lines).expect("it is written");
            assert_eq!(unseal::<u32>(text.as_bytes()), Ok(lines));
        }
    }

    #[test]
    fn no_byte_can_be_lost_or_changed() {
        let text = seal(["a", "b"]).expect("it is written");
        for at in 0..text.len() {
            assert_eq!(unseal::<String>(&text.as_bytes()[..at]), Err(Broken::Damaged), "cut at {at}");
            let mut changed = text.clone().into_bytes();
            changed[at] ^= 1;
            assert!(unseal::<String>(&changed).is_err(), "changed at {at}");
        }
        assert_eq!(unseal::<String>((text + "\n").as_bytes()), Err(Broken::Damaged));
    }

    #[test]
    fn a_newer_version_is_told_apart_from_damage() {
        let newer = b"{\"format\":\"host-sim-state\",\"version\":7,\"more\":true}\nwhatever\xc3\xa9";
        assert_eq!(unseal::<String>(newer), Err(Broken::Newer(7)));
        assert_eq!(unseal::<String>(b"{\"format\":\"other\",\"version\":7}\n"), Err(Broken::Damaged));
    }
}
