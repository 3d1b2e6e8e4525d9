//! How often something is tried again, and how long is waited before: what the server says, else longer each time and never twice the same.

use std::time::Duration;

use chrono::DateTime;
use host_sim_runtime::contract::Timestamp;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use ring::rand::{SecureRandom, SystemRandom};

use crate::retry_after;

/// How often a request is tried, and how long is waited in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// How often a request is sent that fails.
    pub attempts: u32,
    /// How often it is sent if there are too many requests, which says nothing about this one.
    pub throttled: u32,
    /// The longest first wait; each one is twice as long as the one before it.
    pub first: Duration,
    /// The longest wait that nobody asked for.
    pub most: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { attempts: 5, throttled: 10, first: Duration::from_secs(1), most: Duration::from_secs(60) }
    }
}

impl Patience {
    /// How long to wait after so many attempts: between a half and the whole of what it is for all.
    pub(super) fn pause(&self, attempts: u32) -> Duration {
        let doubled = 2_u32.checked_pow(attempts.saturating_sub(1)).and_then(|times| self.first.checked_mul(times));
        let whole = doubled.unwrap_or(self.most).min(self.most);
        whole / 2 + (whole / 2).mul_f64(fraction())
    }
}

/// Any number from 0 up to 1.
fn fraction() -> f64 {
    let mut bytes = [0; 4];
    match SystemRandom::new().fill(&mut bytes) {
        Ok(()) => f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX),
        Err(_) => 0.5,
    }
}

/// How long a server asks to wait; an hour at most.
pub(super) fn asked_for(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = |name: &str| Some(headers.get(name)?.to_str().ok()?.trim());
    let in_milliseconds = ["retry-after-ms", "x-ms-retry-after-ms"].into_iter().find_map(|name| text(name)?.parse().ok());
    if let Some(milliseconds) = in_milliseconds {
        return Some(Duration::from_millis(milliseconds).min(retry_after::LONGEST));
    }
    // The server's own clock, where it says what it shows: ours may be wrong.
    let shown = text(DATE.as_str()).and_then(|date| DateTime::parse_from_rfc2822(date).ok()).and_then(|date| Timestamp::try_from(date.timestamp_millis()).ok());
    retry_after::wait(text(RETRY_AFTER.as_str())?, shown.unwrap_or(now))
}

/// The least number of requests that Azure says is left.
pub(super) fn remaining(headers: &HeaderMap) -> Option<u64> {
    let counts = headers.iter().filter(|(name, _)| name.as_str().starts_with("x-ms-ratelimit-remaining-"));
    counts.filter_map(|(_, value)| value.to_str().ok()?.trim().parse().ok()).min()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

    use super::{Patience, asked_for, remaining};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn waits_grow_up_to_the_longest_and_are_not_alike() {
        let patience = Patience { first: Duration::from_secs(1), most: Duration::from_secs(5), ..Patience::default() };
        for (attempts, whole) in [(1, 1), (2, 2), (3, 4), (4, 5), (400, 5)] {
            let waits: Vec<Duration> = (0..50).map(|_| patience.pause(attempts)).collect();
            let whole = Duration::from_secs(whole);
            assert!(waits.iter().all(|wait| (whole / 2..=whole).contains(wait)), "{attempts}: {waits:?}");
            assert!(waits.iter().any(|wait| *wait != waits[0]));
        }
    }

    #[test]
    fn a_server_asks_for_time_by_its_own_clock() {
        let check = |pairs: &[(&'static str, &'static str)], seconds: Option<u64>| {
            assert_eq!(asked_for(&headers(pairs), 1_795_740_300_000), seconds.map(Duration::from_secs), "{pairs:?}");
        };
        check(&[], None);
        check(&[("retry-after", "17")], Some(17));
        check(&[("retry-after", "soon")], None);
        check(&[("retry-after", "Fri, 27 Nov 2026 00:45:30 GMT")], Some(30));
        check(&[("retry-after", "Fri, 27 Nov 2026 00:00:30 GMT"), ("date", "Fri, 27 Nov 2026 00:00:00 GMT")], Some(30));
        check(&[("x-ms-retry-after-ms", "2000"), ("retry-after", "17")], Some(2));
        check(&[("retry-after-ms", "99999999999")], Some(3_600));
    }

    #[test]
    fn the_least_that_is_left_counts() {
        let found = headers(&[
            ("x-ms-ratelimit-remaining-subscription-reads", "249"),
            ("x-ms-ratelimit-remaining-tenant-reads", "12"),
            ("x-ms-ratelimit-remaining-resource", "Microsoft.Compute/HighCostGet3Min;1"),
            ("x-ms-request-id", "3"),
        ]);
        assert_eq!(remaining(&found), Some(12));
        assert_eq!(remaining(&headers(&[])), None);
    }
}
