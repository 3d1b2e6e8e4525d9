//! When to ask again, as a server says it.

use std::time::Duration;

use chrono::DateTime;
use host_sim_runtime::contract::Timestamp;

/// Nobody is waited for longer.
pub(crate) const LONGEST: Duration = Duration::from_secs(3600);

/// How long to wait, from the value of a `Retry-After`: seconds, or a date. What it is not is ignored.
pub(crate) fn wait(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    let wait = match value.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) => LONGEST,
        Err(_) => {
            let then = DateTime::parse_from_rfc2822(value).ok()?.timestamp_millis();
            Duration::from_millis(u64::try_from(then).unwrap_or_default().saturating_sub(now))
        }
    };
    Some(wait.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::wait;

    #[test]
    fn it_is_seconds_or_a_date_and_an_hour_at_most() {
        let now = 1_445_412_475_000;
        for (value, seconds) in [
            ("0", Some(0)),
            (" 7 ", Some(7)),
            ("3601", Some(3600)),
            ("99999999999999999999999", Some(3600)),
            ("Wed, 21 Oct 2015 07:28:00 GMT", Some(5)),
            ("Wed, 21 Oct 2015 07:27:00 GMT", Some(0)),
            ("Wed, 21 Oct 2099 07:28:00 GMT", Some(3600)),
            ("soon", None),
            ("-1", None),
            ("", None),
        ] {
            assert_eq!(wait(value, now), seconds.map(Duration::from_secs), "{value}");
        }
    }
}
