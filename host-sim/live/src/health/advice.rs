//! What is wrong where Azure gives nothing, in words that say what to do.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use host_sim_runtime::contract::{Failure, Response};

use crate::text::one_line;

/// Different things that are told of one run.
const MOST: usize = 3;

/// What is said where there is no token, and what to do about it.
const SIGN_IN: [(&str, &str); 9] = [
    ("cannot reach what gives tokens", "look at DNS, the network, `azure.authority` and `azure.proxy`"),
    ("AADSTS7000215", "give the value of a client secret in `client_secret`, not the secret's id"),
    ("AADSTS7000222", "the client secret has expired: make a new one for the application, and put its value into `client_secret`"),
    ("AADSTS700027", "register the certificate of `certificate_file` with the application, and look whether it has expired"),
    ("AADSTS700024", "set the clock of this machine: the assertion is not valid at the time that Entra has"),
    ("AADSTS700016", "look at `client_id`: the tenant has no such application"),
    ("AADSTS90002", "look at `tenant_id` and `cloud`: there is no such tenant"),
    ("AADSTS50034", "look at `tenant_id`: the account is not of this tenant"),
    ("AADSTS7000112", "enable the application in Entra"),
];

/// What was denied in a run.
#[derive(Debug, Default)]
pub(crate) struct Denials(Mutex<BTreeMap<String, u64>>);

impl Denials {
    /// Notes what came of a request, if it is worth a word.
    pub(crate) fn add(&self, url: &str, answer: &Result<Response, Failure>) {
        let Some(text) = of_answer(url, answer) else { return };
        let mut denials = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if denials.len() < MOST || denials.contains_key(&text) {
            *denials.entry(text).or_default() += 1;
        }
    }

    /// All that was noted, and forgets it.
    pub(crate) fn take(&self) -> Option<String> {
        let denials = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let told = |(text, count): (String, u64)| if count > 1 { format!("{text} ({count} requests)") } else { text };
        Some(denials.into_iter().map(told).collect::<Vec<_>>().join("; ")).filter(|text| !text.is_empty())
    }
}

/// What an answer means for whoever runs the host; `None` for what is none of their business.
pub(crate) fn of_answer(url: &str, answer: &Result<Response, Failure>) -> Option<String> {
    let scope = one_line(scope(url));
    let text = match answer {
        Ok(Response { status: 401, .. }) => {
            format!("Azure does not take the token for `{scope}` (401): look whether `tenant_id` and `cloud` are those of the subscription")
        }
        Ok(Response { status: 403, .. }) => format!("`{scope}` may not be read (403): give the application the role `Security Reader` there"),
        Ok(Response { status: 429, .. }) => {
            format!("Azure refuses more requests for `{scope}` (429), whatever the wait: lower `poll.requests_per_second`, or look who else asks")
        }
        Ok(Response { status: status @ 500..=599, .. }) => format!("Azure fails for `{scope}` ({status}), also when asked again: look at its status page"),
        Ok(_) => return None,
        Err(Failure::Unauthorized(why)) => of_failure(why),
        Err(Failure::Unreachable(why)) => format!("{}: look at DNS, the network and `azure.proxy`", one_line(why)),
        Err(Failure::TimedOut) => format!("no answer for `{scope}` in time: raise `poll.timeout`, or look at the network"),
        Err(Failure::TooLarge(most)) => format!("an answer for `{scope}` has more than {most} bytes: raise `poll.max_response`"),
        Err(Failure::Refused(why)) => format!("a request was not sent: {}", one_line(why)),
    };
    Some(text)
}

/// What failed, and what to do about it where that is known.
pub(crate) fn of_failure(why: &str) -> String {
    let why = one_line(why);
    match SIGN_IN.iter().find(|(code, _)| why.contains(code)) {
        Some((_, advice)) => format!("{why}; {advice}"),
        None => why,
    }
}

/// The path of a request, without its query: another page of a list is the same list.
pub(crate) fn path(url: &str) -> &str {
    let path = url.split_once("://").and_then(|(_, rest)| rest.find('/').and_then(|at| rest.get(at..))).unwrap_or(url);
    path.split(['?', '#']).next().unwrap_or_default()
}

/// What a request asks about: the path before the provider.
pub(crate) fn scope(url: &str) -> &str {
    let path = path(url);
    let at = path.to_ascii_lowercase().find("/providers/microsoft.security");
    at.and_then(|at| path.get(..at)).filter(|scope| !scope.is_empty()).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use host_sim_runtime::contract::{Failure, Response};

    use super::{Denials, of_answer};

    const URL: &str = "https://management.azure.com/subscriptions/1/providers/Microsoft.Security/assessments?api-version=x";

    fn answered(status: u16) -> Result<Response, Failure> {
        Ok(Response { status, headers: Vec::new(), body: Vec::new() })
    }

    #[test]
    fn a_missing_role_is_named_with_its_scope() {
        let text = of_answer(URL, &answered(403)).expect("it is worth a word");
        assert_eq!(text, "`/subscriptions/1` may not be read (403): give the application the role `Security Reader` there");
        assert!(of_answer(URL, &answered(200)).is_none() && of_answer(URL, &answered(404)).is_none());
    }

    #[test]
    fn what_entra_says_comes_with_what_to_do() {
        let why = "cannot sign in with `credential: client-secret`: AADSTS7000222: The provided client secret keys are expired.";
        let text = of_answer(URL, &Err(Failure::Unauthorized(why.into()))).expect("it is worth a word");
        assert!(text.starts_with(why) && text.ends_with("put its value into `client_secret`"), "{text}");
    }

    #[test]
    fn a_run_tells_each_thing_once() {
        let denials = Denials::default();
        for number in 0..10 {
            denials.add(&format!("https://a.test/subscriptions/{number}/providers/Microsoft.Security/x"), &answered(403));
            denials.add(URL, &Err(Failure::TimedOut));
        }
        let text = denials.take().expect("there is something");
        assert_eq!((text.matches("; ").count(), text.matches("(10 requests)").count()), (2, 1), "{text}");
        assert_eq!(denials.take(), None);
    }
}
