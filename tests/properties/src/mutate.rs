//! Inputs without a fuzzer: seeds that random numbers change here and there, the same in every run.

/// What turns up where something is put in.
const WORDS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\\",
    ",",
    ":",
    "null",
    "0",
    "-",
    "1e999",
    "\\u0000",
    "\\ud800",
    "{}",
    "[]",
    "\"\"",
    "/*",
    "//",
    "\n",
    "\u{feff}",
    "'",
    "$ref",
    "records",
    "value",
    "data",
    "specversion",
    "\\\"",
    "..",
    "\u{fffd}",
    "18446744073709551615",
    "-9223372036854775808",
];

/// Changed seeds, without an end.
#[derive(Debug)]
pub struct Mutations {
    seeds: Vec<Vec<u8>>,
    state: u64,
}

impl Mutations {
    /// Begins to change these.
    pub fn of(seeds: Vec<Vec<u8>>) -> Self {
        assert!(!seeds.is_empty(), "nothing to change");
        Self { seeds, state: 1 }
    }

    /// A number below `sides`.
    fn below(&mut self, sides: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % sides.max(1) as u64) as usize
    }

    fn seed(&mut self) -> Vec<u8> {
        let at = self.below(self.seeds.len());
        self.seeds[at].clone()
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let at = self.below(input.len() + 1);
        match self.below(7) {
            0 => input.truncate(at),
            1 => {
                let end = at + self.below(8).min(input.len() - at);
                input.drain(at..end);
            }
            2 => {
                let word = WORDS[self.below(WORDS.len())];
                input.splice(at..at, word.bytes());
            }
            3 => {
                let other = self.seed();
                let from = self.below(other.len() + 1);
                let end = from + self.below(64).min(other.len() - from);
                input.splice(at..at, other[from..end].iter().copied());
            }
            4 => {
                let end = at + self.below(40).min(input.len() - at);
                let piece = input[at..end].to_vec();
                input.splice(at..at, piece);
            }
            _ => {
                let byte = self.below(256) as u8;
                if let Some(there) = input.get_mut(at) {
                    *there = byte;
                }
            }
        }
    }
}

impl Iterator for Mutations {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let mut input = self.seed();
        for _ in 0..self.below(6) {
            self.change(&mut input);
        }
        Some(input)
    }
}
