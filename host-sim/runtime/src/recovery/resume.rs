//! Goes on with a walk whose component stopped: from the last cursor, without the response that it stopped on.

use std::collections::HashMap;

use super::Patience;
use crate::contract::{Failure, Problem, Severity};
use crate::host::Stop;

/// The requests whose outcomes a component took last: one of them is to blame if it stops.
#[derive(Debug, Clone, Default)]
pub(crate) struct Suspects {
    urls: Vec<String>,
}

impl Suspects {
    /// The requests of these URLs.
    pub(crate) fn new(urls: Vec<String>) -> Self {
        Self { urls }
    }
}

/// What is known of a walk's stops.
#[derive(Debug)]
pub(crate) struct Resume {
    patience: Patience,
    /// Why requests of these URLs are not sent any more.
    refused: HashMap<String, String>,
    /// Whether outcomes go one by one, so that the next stop has one suspect.
    careful: bool,
}

impl Resume {
    /// Nothing has stopped yet.
    pub(crate) fn new() -> Self {
        Self { patience: Patience::new(), refused: HashMap::new(), careful: false }
    }

    /// Whether outcomes go one by one.
    pub(crate) fn is_careful(&self) -> bool {
        self.careful
    }

    /// What a request of this URL is answered without being sent.
    pub(crate) fn refusal(&self, url: &str) -> Option<Failure> {
        self.refused.get(url).map(|why| Failure::Refused(why.clone()))
    }

    /// Draws the conclusion from a stop: what to tell, or why it is of no use to go on.
    pub(crate) fn conclude(&mut self, suspects: &Suspects, stop: &Stop) -> Result<Problem, &'static str> {
        if matches!(stop, Stop::NoRoom(_)) {
            return Err("the host cannot give it what it needs");
        }
        if !self.patience.bears(stop) {
            return Err("it stopped too often");
        }
        self.careful = true;
        match suspects.urls.as_slice() {
            [] => Err("it stopped without a response that could be to blame"),
            [url] if self.refused.contains_key(url) => Err("it stopped where the response that it stopped on was kept from it"),
            [url] => {
                self.refused.insert(url.clone(), format!("{stop}, when it was given the response"));
                let target = without_query(url);
                Ok(problem(Severity::Error, format!("response-{}", stop.word()), format!("{stop}; the walk goes on without the response of `{target}`")))
            }
            several => {
                let count = several.len();
                Ok(problem(Severity::Warning, format!("step-{}", stop.word()), format!("{stop}; {count} responses are asked for again, one by one")))
            }
        }
    }
}

fn problem(severity: Severity, code: String, message: String) -> Problem {
    Problem { severity, code, message, source: None }
}

/// A query may hold a token.
fn without_query(url: &str) -> &str {
    url.split('?').next().unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use super::{Resume, Suspects};
    use crate::contract::{Failure, Severity};
    use crate::host::Stop;

    fn suspects(urls: &[&str]) -> Suspects {
        Suspects::new(urls.iter().map(|url| (*url).to_owned()).collect())
    }

    #[test]
    fn one_suspect_is_refused_and_several_come_one_by_one() {
        let mut resume = Resume::new();
        let stop = Stop::Trapped("x".into());
        let problem = resume.conclude(&suspects(&["a?t=secret", "b"]), &stop).expect("it goes on");
        assert_eq!((problem.severity, problem.code.as_str()), (Severity::Warning, "step-trapped"));
        assert!(resume.is_careful() && resume.refusal("b").is_none());
        let problem = resume.conclude(&suspects(&["a?t=secret"]), &stop).expect("it goes on");
        assert_eq!((problem.severity, problem.code.as_str()), (Severity::Error, "response-trapped"));
        assert_eq!(problem.message, "the component trapped: x; the walk goes on without the response of `a`");
        assert_eq!(resume.refusal("a?t=secret"), Some(Failure::Refused("the component trapped: x, when it was given the response".into())));
    }

    #[test]
    fn what_cannot_get_better_is_left() {
        let mut resume = Resume::new();
        let stop = Stop::Trapped("x".into());
        assert!(resume.conclude(&suspects(&[]), &stop).is_err_and(|why| why.contains("without a response")));
        assert!(resume.conclude(&suspects(&["a"]), &stop).is_ok());
        assert!(resume.conclude(&suspects(&["a"]), &stop).is_err_and(|why| why.contains("kept from it")));
        assert!(resume.conclude(&suspects(&["b"]), &Stop::NoRoom("x".into())).is_err_and(|why| why.contains("the host")));
        let many = (0..).map(|number| suspects(&[&format!("u{number}")])).take_while(|one| resume.conclude(one, &stop).is_ok()).count();
        assert_eq!(many, 253);
    }
}
