//! Texts that are IP addresses.

/// Whether it is a dotted quad or an IPv6 address, with or without a `%scope` behind it.
pub(crate) fn is_ip(text: &str) -> bool {
    let address = match text.split_once('%') {
        Some((_, "")) => return false,
        Some((address, _scope)) => address,
        None => text,
    };
    is_quad(address) || is_v6(address)
}

/// Four numbers below 256 without leading zeros.
fn is_quad(text: &str) -> bool {
    const LONGEST: usize = "255.255.255.255".len();
    if text.len() > LONGEST {
        return false;
    }
    // The number that is read, how many digits it has, and how many came before it.
    let (mut number, mut digits, mut numbers) = (0, 0, 0);
    for byte in text.bytes() {
        match byte {
            // Behind a leading zero there is no other digit.
            b'0'..=b'9' if (digits == 0 || number > 0) && number < 256 => {
                number = number * 10 + u32::from(byte - b'0');
                digits += 1;
            }
            b'.' if digits > 0 && number < 256 && numbers < 3 => (number, digits, numbers) = (0, 0, numbers + 1),
            _ => return false,
        }
    }
    numbers == 3 && digits > 0 && number < 256
}

/// Eight groups, the last two of which may be a dotted quad; one run of them may be left out as `::`.
pub(super) fn is_v6(text: &str) -> bool {
    match text.split_once("::") {
        Some((before, after)) => {
            let (Some(before), Some(after)) = (leading_groups(before), groups(after)) else { return false };
            before + after < 8
        }
        None => groups(text) == Some(8),
    }
}

/// The number of groups before `::`, where no quad can stand.
fn leading_groups(text: &str) -> Option<usize> {
    if text.is_empty() {
        return Some(0);
    }
    text.split(':').all(is_group).then(|| text.split(':').count())
}

/// The number of groups; a quad at the end counts as two.
fn groups(text: &str) -> Option<usize> {
    if text.is_empty() {
        return Some(0);
    }
    let (before, last) = text.rsplit_once(':').map_or((None, text), |(before, last)| (Some(before), last));
    let before = match before {
        Some("") => return None,
        Some(before) => leading_groups(before)?,
        None => 0,
    };
    match last {
        _ if is_quad(last) => Some(before + 2),
        _ if is_group(last) => Some(before + 1),
        _ => None,
    }
}

/// Hexadecimal digits worth less than 65,536, however many zeros lead them.
fn is_group(text: &str) -> bool {
    let significant = text.trim_start_matches('0');
    !text.is_empty() && significant.len() <= 4 && significant.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::is_ip;

    #[test]
    fn addresses_of_both_families_are_recognised() {
        for text in [
            "0.0.0.0",
            "255.255.255.255",
            "10.1.2.3",
            "10.1.2.3%eth0",
            "::",
            "::1",
            "1::",
            "1:2:3:4:5:6:7:8",
            "1:2:3:4:5:6:7::",
            "::2:3:4:5:6:7:8",
            "2001:DB8::a",
            "00001::",
            "0000000ffff::",
            "::ffff:10.1.2.3",
            "::10.1.2.3",
            "1:2:3:4:5:6:10.1.2.3",
            "1::10.1.2.3",
            "fe80::1%eth0",
            "fe80::1%%",
            "::1%é",
            "1:2:3:4:5::10.1.2.3",
        ] {
            assert!(is_ip(text), "{text:?}");
        }
    }

    #[test]
    fn other_texts_are_no_addresses() {
        for text in [
            "",
            ".",
            ":",
            "%",
            "%eth0",
            "1",
            "1.2.3",
            "1.2.3.",
            "1.2.3.4.",
            ".1.2.3.4",
            "1..2.3",
            "1.2.3.4.5",
            "01.2.3.4",
            "1.2.3.00",
            "256.1.1.1",
            "1.2.3.+4",
            "1.2.3.a",
            " 1.2.3.4",
            "1.2.3.4 ",
            "1.2.3.4:80",
            "1.2.3.4/24",
            "1.2.3.4%",
            ":::",
            "1:::2",
            "::1::2",
            ":1",
            "1:",
            ":1::",
            "::1:",
            "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9",
            "1:2:3:4:5:6:7:8::",
            "::1:2:3:4:5:6:7:8",
            "12345::",
            "10000::",
            "g::",
            "[::1]",
            "::1/64",
            "::1%",
            "1.2.3.4::",
            "::01.2.3.4",
            "::1.2.3",
            "1:2:3:4:5:6:7:1.2.3.4",
            "1:2:3:4:5:6::1.2.3.4",
            "::1.2.3.4:5",
            "host",
            "١.2.3.4",
            "true",
            "{a=1.2.3.4}",
        ] {
            assert!(!is_ip(text), "{text:?}");
        }
    }
}
