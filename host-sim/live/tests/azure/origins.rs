//! Where requests and tokens go.

use host_sim_live::config::Allowed;
use host_sim_runtime::contract::{Failure, Request};
use live_servers::{Answer, Fault, Server};
use std::sync::{Arc, Mutex};
use url::Url;

use crate::setup::{SCOPE, Setup, status};

const PATH: &str = "/providers/Microsoft.Security/x?api-version=1";

fn request(origin: &str) -> Request {
    Request { id: 1, url: format!("{origin}{PATH}"), token_scopes: vec![SCOPE.to_owned()] }
}

#[test]
fn what_is_not_allowed_is_refused_before_anything_is_sent() {
    let setup = Setup::new("refused");
    let port = setup.url.port().expect("a port");
    for (origin, part) in [
        ("https://evil.test".to_owned(), "`https://evil.test` is neither where the setting `url` leads nor in `poll.allow`"),
        (format!("http://127.0.0.1:{port}"), "neither"),
        (format!("https://user:hunter2@127.0.0.1:{port}"), "names a user"),
        (format!("https://127.0.0.1:{port}/providers/Microsoft.Compute/../x"), "not in `poll.paths`"),
    ] {
        let mut asked = request(&origin);
        if part.contains("poll.paths") {
            asked.url = origin;
        }
        let Err(Failure::Refused(why)) = setup.ask(asked) else { panic!("it is refused") };
        assert!(why.contains(part) && !why.contains("hunter2") && !why.contains("api-version"), "{why}");
    }
    assert!(setup.server.asked().is_empty() && setup.server.signed_in().is_empty());
}

#[test]
fn a_name_that_leads_to_this_machine_is_not_connected_to() {
    let mut setup = Setup::new("name");
    setup.url = Url::parse(&format!("https://localhost:{}", setup.url.port().expect("a port"))).expect("an address");
    for private in [false, true] {
        setup.poll.private_addresses = private;
        let origin = setup.url.as_str().trim_end_matches('/').to_owned();
        let Err(Failure::Refused(why)) = setup.ask(request(&origin)) else { panic!("it is refused") };
        assert!(why.starts_with("`localhost` resolves to ") && why.contains("this machine") && why.contains("`poll.private_addresses`"), "{why}");
    }
    assert!(setup.server.asked().is_empty(), "nothing came there");
    assert_eq!(setup.server.signed_in().len(), 2, "the credential's own requests are not the component's");
}

#[test]
fn other_origins_get_no_token_unless_they_are_told_to() {
    let mut setup = Setup::new("allow");
    let seen = Arc::new(Mutex::new(Vec::new()));
    let keeping = seen.clone();
    let other = Server::start(Some(setup.server.authority()), move |asked| {
        keeping.lock().expect("nobody panics").push(asked.header("authorization").is_some());
        Answer::json(200, "{}")
    });
    let origin = format!("https://{}", other.address());
    for token in [false, true] {
        setup.poll.allow = vec![Allowed { origin: Url::parse(&origin).expect("an address"), token }];
        assert_eq!(status(&setup.ask(request(&origin))), 200);
        assert_eq!(seen.lock().expect("nobody panics").pop(), Some(token));
    }
}

#[test]
fn redirects_are_followed_within_the_origin_and_without_the_token() {
    let setup = Setup::new("redirects");
    let to = |location: &str| Fault::Instead(Answer::new(302, "").with("location", location));
    setup.server.plan("/first", [to("/providers/Microsoft.Security/second?x")]);
    let first = || Request { url: format!("{}/providers/Microsoft.Security/first", setup.server.url()), ..setup.request(1, "") };
    assert_eq!(status(&setup.ask(first())), 404, "where it leads wants a token, so it is tried again with a new one, from the beginning");
    let asked = setup.server.asked();
    let tokens: Vec<(&str, bool)> = asked.iter().map(|asked| (asked.target.as_str(), asked.header("authorization").is_some())).collect();
    let [one, two] = ["/providers/Microsoft.Security/first", "/providers/Microsoft.Security/second?x"];
    assert_eq!(tokens, [(one, true), (two, false), (one, true)]);

    for (location, part) in [
        ("https://evil.test/providers/Microsoft.Security/x?token=hunter2", "redirected to another origin, `https://evil.test`"),
        ("http://127.0.0.1/providers/Microsoft.Security/x", "another origin"),
        ("/providers/Microsoft.Compute/x", "redirected: the path `/providers/Microsoft.Compute/x` is not in `poll.paths`"),
    ] {
        setup.server.plan("/first", [to(location)]);
        let Err(Failure::Refused(why)) = setup.ask(first()) else { panic!("it is refused") };
        assert!(why.contains(part) && !why.contains("hunter2"), "{why}");
    }
    setup.server.plan("/first", std::iter::repeat_n(to("/providers/Microsoft.Security/first"), 20));
    assert!(matches!(setup.ask(first()), Err(Failure::Refused(why)) if why.contains("more than 5 times")));
}
