//! Settings: any text is either taken or refused with a reason, and what is taken works.

use microsoft_defender_cloud::contract::{Dataset, Message, SettingProblem, Severity};
use microsoft_defender_cloud::plugin::Plugin;

use crate::{NOW, document};

/// Checks what is said about a text as settings.
pub fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut plugin = Plugin::default();
    let result = plugin.configure(&text);
    assert_eq!(result, Plugin::default().configure(&text), "it is said once more");
    match &result {
        Ok(warnings) => {
            check_problems(warnings);
            assert!(warnings.iter().all(|warning| warning.severity < Severity::Error), "an error that refuses nothing: {warnings:?}");
        }
        Err(problems) => {
            check_problems(problems);
            assert!(problems.iter().any(|problem| problem.severity == Severity::Error), "refused without an error: {problems:?}");
        }
    }
    check_works(&mut plugin);
}

fn check_problems(problems: &[SettingProblem]) {
    for SettingProblem { pointer, message, .. } in problems {
        assert!(pointer.is_empty() || pointer.starts_with('/'), "{pointer:?} is no pointer");
        assert!(!message.is_empty() && !message.contains(['\n', '\r']), "{message:?} is not one line");
    }
}

/// Refused settings leave the instance as it was, so it works either way.
fn check_works(plugin: &mut Plugin) {
    let message = Message { body: b"{'Severity':\n'High'}".to_vec(), position: None };
    for decoded in plugin.decode(NOW, Dataset::Event, &[message]).documents {
        document::check(&decoded.body, Dataset::Event.name());
    }
    let step = plugin.begin(NOW, None);
    for request in &step.requests {
        assert!(request.url.starts_with("https://") || request.url.starts_with("http://"), "{}", request.url);
        assert!(!request.token_scopes.is_empty(), "no audience for `{}`", request.url);
    }
    assert_eq!(step.finished.is_some(), step.requests.is_empty());
}
