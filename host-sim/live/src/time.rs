//! Times as they are written.

use chrono::DateTime;
use host_sim_runtime::contract::Timestamp;

/// For people and programs: `2026-11-27T00:45:00.123Z`.
pub(crate) fn written(time: Timestamp) -> String {
    of(time, "%Y-%m-%dT%H:%M:%S%.3fZ")
}

/// For names of files: `20261127T004500.123Z`.
pub(crate) fn in_a_name(time: Timestamp) -> String {
    of(time, "%Y%m%dT%H%M%S%.3fZ")
}

/// Whether a text is a time as names of files have it.
pub(crate) fn is_in_a_name(text: &str) -> bool {
    let form = "00000000T000000.000Z";
    text.len() == form.len() && text.bytes().zip(form.bytes()).all(|(is, should)| if should == b'0' { is.is_ascii_digit() } else { is == should })
}

fn of(time: Timestamp, form: &str) -> String {
    i64::try_from(time).ok().and_then(DateTime::from_timestamp_millis).unwrap_or_default().format(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::{in_a_name, is_in_a_name, written};

    #[test]
    fn a_time_is_written_to_the_millisecond() {
        assert_eq!(written(1_795_740_300_123), "2026-11-27T00:45:00.123Z");
        assert_eq!(in_a_name(1_795_740_300_123), "20261127T004500.123Z");
        assert!(is_in_a_name("20261127T004500.123Z"));
        for other in ["", "20261127T004500.123", "20261127t004500.123z", "2026112xT004500.123Z"] {
            assert!(!is_in_a_name(other), "{other}");
        }
    }
}
