//! What a character is worth as a digit.

/// The zero of each script in Unicode's basic plane; its digits follow one by one. Java looks at 16 bits at a time, so no others count.
const ZEROS: [u16; 36] = [
    0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0de6, 0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0,
    0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
];

/// The value of a digit of any script; letters of ASCII and their wide forms go on where decimal digits end.
pub(super) fn value(character: char, radix: u32) -> Option<u32> {
    if character.is_ascii() {
        return character.to_digit(radix);
    }
    let unit = u16::try_from(u32::from(character)).ok()?;
    let value = match unit {
        0xff21..=0xff3a => unit - 0xff21 + 10,
        0xff41..=0xff5a => unit - 0xff41 + 10,
        _ => {
            let after = ZEROS.partition_point(|zero| *zero <= unit);
            let zero = ZEROS.get(after.checked_sub(1)?)?;
            Some(unit - zero).filter(|digit| *digit < 10)?
        }
    };
    Some(u32::from(value)).filter(|value| *value < radix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_has_ten_digits() {
        assert!(ZEROS.is_sorted());
        for zero in ZEROS {
            for digit in 0..10 {
                let character = char::from_u32(u32::from(zero) + digit).unwrap();
                assert_eq!(value(character, 10), Some(digit));
                assert!(character.is_numeric(), "{character}");
            }
        }
        for character in ['\u{0659}', '\u{066a}', '\u{06ee}', '²', '½', 'Ⅷ', '〇', '一', '\u{ff0f}', '\u{ff1a}', '\u{1d7d9}'] {
            assert_eq!(value(character, 10), None, "{character}");
        }
    }

    #[test]
    fn letters_count_in_hexadecimal() {
        for (character, expected) in [('a', Some(10)), ('F', Some(15)), ('g', None), ('Ａ', Some(10)), ('ｆ', Some(15)), ('Ｇ', None)] {
            assert_eq!(value(character, 16), expected);
        }
    }
}
