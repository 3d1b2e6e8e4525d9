//! Why a list could not be read to its end.

use core::fmt;

use super::link::Trail;
use super::next_link::Doubt;
use crate::contract::{Failure, Response};
use crate::json::scan;
use crate::problem::Code;

/// Characters of a server's own words that are passed on.
const LONGEST_WORDS: usize = 300;

/// What ended a list before its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// There is no answer.
    Unanswered(String),
    /// The answer is not a page; the server's own words with it.
    Status(u16, String),
    /// 404, because Defender was never switched on in the subscription; the server's own words with it.
    NotRegistered(String),
    /// The page is not what it should be.
    Unreadable(String),
    /// An assessment's link to its sub-assessments is not followed.
    Astray(String),
    /// The link to the next page is not followed.
    Link(String),
    /// It is not known where the next page is.
    UnknownLink(Doubt),
    /// The link leads to a page that was read.
    Loop,
    /// So many pages in a row brought nothing new.
    Barren(u32),
}

impl Fault {
    /// The fault of an answer that is no page.
    pub(super) fn of_response(response: &Response) -> Self {
        let (code, words) = said(&response.body).unwrap_or_default();
        let code: String = code.chars().filter(|character| !character.is_whitespace()).collect();
        match response.status {
            404 if code.eq_ignore_ascii_case("SubscriptionNotRegistered") => Self::NotRegistered(words),
            status => Self::Status(status, words),
        }
    }

    /// The fault of a request that was not answered.
    pub(super) fn of_failure(failure: Failure) -> Self {
        Self::Unanswered(match failure {
            Failure::Refused(why) => format!("the request was refused: {why}"),
            Failure::Unauthorized(why) => format!("no access token: {why}"),
            Failure::Unreachable(why) => format!("no connection: {why}"),
            Failure::TimedOut => "no answer in time".to_owned(),
            Failure::TooLarge(limit) => format!("the body is longer than {limit} bytes"),
        })
    }

    /// Whether the identity lacks a role.
    pub(super) fn is_forbidden(&self) -> bool {
        matches!(self, Self::Status(401 | 403, _))
    }

    /// What to do about it in this scope, to be put behind its text.
    pub(super) fn advice(&self, scope: &str) -> String {
        match self {
            Self::NotRegistered(_) => format!(": register Microsoft.Security in `{scope}`, or take it out of the settings"),
            _ if !self.is_forbidden() => String::new(),
            _ if scope.starts_with("/subscriptions/") => ": give the identity the role Reader or Security Reader on the subscription".to_owned(),
            _ => ": give the identity the role Reader or Security Reader on the management group".to_owned(),
        }
    }

    /// Whether another list may serve in place of this one.
    pub(super) fn is_refused_or_missing(&self) -> bool {
        matches!(self, Self::Status(401 | 403 | 404, _) | Self::NotRegistered(_))
    }

    /// Whether the list is not there, as where Defender is not enabled, or no longer.
    pub(super) fn is_missing(&self) -> bool {
        matches!(self, Self::Status(404 | 409 | 410, _) | Self::NotRegistered(_))
    }

    /// Whether it is what a server says to a link that is too old.
    pub(super) fn is_expired(&self) -> bool {
        matches!(self, Self::Status(400 | 404 | 410, _) | Self::NotRegistered(_))
    }

    /// What a person is told about a list of sub-assessments.
    pub(super) fn code_of_sub_assessments(&self) -> Code {
        match self {
            Self::UnknownLink(_) => Code::LinkUnknown,
            _ => Code::SubAssessmentsFailed,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status, words) if words.is_empty() => write!(f, "status {status}"),
            Self::Status(status, words) => write!(f, "status {status} ({words})"),
            Self::NotRegistered(words) => write!(f, "status 404 ({words})"),
            Self::Unanswered(what) | Self::Unreadable(what) => f.write_str(what),
            Self::Astray(why) => write!(f, "its link is not followed: {why}"),
            Self::Link(why) => write!(f, "the link to the next page is not followed: {why}"),
            Self::UnknownLink(doubt) => write!(f, "{doubt}"),
            Self::Loop => write!(f, "the next page was read before, or there are more than {} of them", Trail::LONGEST),
            Self::Barren(pages) => write!(f, "{pages} pages in a row brought nothing new"),
        }
    }
}

/// What Azure says about an error, `{"error":{"code":..,"message":..}}`: the code, and both together for a person.
fn said(body: &[u8]) -> Option<(String, String)> {
    let root = scan::one(str::from_utf8(body).ok()?).ok()??;
    let error = root.member("error")?;
    let text = |name| Some(error.member(name)?.as_text()?.into_owned());
    let [code, message] = ["code", "message"].map(|name| text(name).unwrap_or_default());
    let words: Vec<_> = [&code, &message].into_iter().filter(|text| !text.is_empty()).map(String::as_str).collect();
    let words = words.join(": ").replace(char::is_control, " ").chars().take(LONGEST_WORDS).collect();
    Some((code, words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_told_with_the_words_of_the_server() {
        let told = |body: &str| Fault::of_response(&Response { status: 403, headers: vec![], body: body.into() }).to_string();
        assert_eq!(told(r#"{"error":{"code":"AuthorizationFailed","message":"no\nrole"}}"#), "status 403 (AuthorizationFailed: no role)");
        assert_eq!(told(r#"{"error":"x"}"#), "status 403");
        assert_eq!(told("<html>"), "status 403");
        assert_eq!(told(&format!(r#"{{"error":{{"code":"{}"}}}}"#, "é".repeat(9999))).chars().count(), "status 403 ()".len() + LONGEST_WORDS);
    }
}
