//! What servers do wrong, under the ids of the catalogue.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use chrono::DateTime;
use host_sim_runtime::contract::Failure;
use live_servers::{Answer, Fault};

use crate::setup::{Setup, answers, status};

fn status_of(status: u16) -> Fault {
    Fault::Instead(Answer::json(status, "{}"))
}

#[test]
fn r04_a_rejected_token_is_renewed_once_and_what_is_rejected_then_is_the_answer() {
    let setup = Setup::new("r04");
    let mut transport = setup.transport();
    assert_eq!(status(&answers(&mut transport, vec![setup.request(1, "")])[&1]), 200);
    setup.server.revoke_tokens();
    let requests = (2..10).map(|id| setup.request(id, "")).collect();
    assert!(answers(&mut transport, requests).values().all(|answer| status(answer) == 200));
    assert_eq!(setup.server.signed_in().len(), 2, "all of them got the same new token");
    setup.server.plan("assessments", vec![status_of(403)]);
    assert_eq!(status(&answers(&mut transport, vec![setup.request(10, "")])[&10]), 403, "it is for the component to say");
    drop(transport);

    // A server that never takes the token costs one more request, and not one more token each time.
    setup.server.plan("assessments", std::iter::repeat_n(status_of(401), 6));
    let before = (setup.server.asked().len(), setup.server.signed_in().len());
    let mut transport = setup.transport();
    for id in 20..23 {
        assert_eq!(status(&answers(&mut transport, vec![setup.request(id, "")])[&id]), 401);
    }
    assert_eq!((setup.server.asked().len() - before.0, setup.server.signed_in().len() - before.1), (4, 2));
}

#[test]
fn r05_throttling_is_waited_out_by_all_for_as_long_as_the_server_says() {
    let setup = Setup::new("r05");
    let throttled = |after: Option<&str>| {
        let answer = Answer::json(429, "{}");
        Fault::Instead(after.map_or(answer.clone(), |after| answer.with("retry-after", after)))
    };
    let wait = |fault: Fault| {
        setup.server.plan("assessments", [fault]);
        let started = Instant::now();
        assert_eq!(status(&setup.ask_first()), 200);
        started.elapsed()
    };
    assert!(wait(throttled(Some("1"))) >= Duration::from_secs(1));
    let in_two_seconds = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970") + Duration::from_secs(3);
    let date = DateTime::from_timestamp(in_two_seconds.as_secs().try_into().expect("a time"), 0).expect("a time").to_rfc2822().replace("+0000", "GMT");
    assert!(wait(throttled(Some(&date))) >= Duration::from_secs(1), "{date}");
    assert!(wait(throttled(None)) < Duration::from_secs(15), "what nobody says takes as long as a retry does");

    // While one waits, nobody else asks: that would make it longer.
    setup.server.plan("assessments", [throttled(Some("1"))]);
    let mut transport = setup.transport();
    assert_eq!(status(&answers(&mut transport, vec![setup.request(1, "")])[&1]), 200);
    let before = setup.server.asked().len();
    setup.server.plan("&a=1", [throttled(Some("1"))]);
    let started = Instant::now();
    let both = answers(&mut transport, vec![setup.request(2, "&a=1"), setup.request(3, "&a=2")]);
    assert!(both.values().all(|answer| matches!(status(answer), 200 | 404)) && started.elapsed() >= Duration::from_secs(1));
    assert_eq!(setup.server.asked().len() - before, 3);

    // It does not go on for ever.
    setup.server.plan("assessments", std::iter::repeat_n(throttled(Some("0")), 10));
    assert_eq!(status(&answers(&mut transport, vec![setup.request(4, "")])[&4]), 429);
    assert_eq!(setup.server.asked().len() - before, 3 + 4);
}

#[test]
fn r05_it_asks_more_slowly_before_azure_refuses() {
    let mut setup = Setup::new("r05-remaining");
    setup.poll.requests_per_second = 20;
    let mut transport = setup.transport();
    let time = |transport: &mut _, from: u64| {
        let started = Instant::now();
        let requests = (from..from + 6).map(|id| setup.request(id, "")).collect();
        assert!(answers(transport, requests).values().all(|answer| status(answer) == 200));
        started.elapsed()
    };
    // Measured where nothing is left to wait for, so that a slow machine makes no difference.
    setup.server.plan("assessments", [Fault::With("x-ms-ratelimit-remaining-subscription-reads", "5".into())]);
    assert_eq!(status(&answers(&mut transport, vec![setup.request(1, "")])[&1]), 200);
    let slow = time(&mut transport, 10);
    assert!(slow >= Duration::from_millis(2_500), "two a second: {slow:?}");
}

#[test]
fn r06_what_passes_is_tried_again_and_what_does_not_is_the_answer() {
    let mut setup = Setup::new("r06");
    for passing in [500, 502, 503, 504, 408] {
        setup.server.plan("assessments", [status_of(passing), status_of(passing)]);
        assert_eq!(status(&setup.ask_first()), 200, "{passing}");
    }
    for passing in [500, 502, 503, 504] {
        let before = setup.server.asked().len();
        setup.server.plan("assessments", std::iter::repeat_n(status_of(passing), 3));
        assert_eq!(status(&setup.ask_first()), passing);
        assert_eq!(setup.server.asked().len() - before, 3, "it is not tried for ever");
    }
    for lasting in [400, 404, 409, 501] {
        let before = setup.server.asked().len();
        setup.server.plan("assessments", [status_of(lasting)]);
        assert_eq!(status(&setup.ask_first()), lasting);
        assert_eq!(setup.server.asked().len() - before, 1);
    }
    setup.server.plan("assessments", [Fault::Cut(10), Fault::Cut(0)]);
    assert_eq!(status(&setup.ask_first()), 200);
    setup.server.plan("assessments", std::iter::repeat_n(Fault::Cut(10), 3));
    let cut = setup.ask_first();
    assert!(matches!(&cut, Err(Failure::Unreachable(why)) if why.starts_with("`127.0.0.1`: ")), "{cut:?}");

    setup.poll.timeout = Duration::from_millis(400);
    setup.server.plan("assessments", [Fault::Slow(Duration::from_secs(2))]);
    assert_eq!(status(&setup.ask_first()), 200);
    setup.server.plan("assessments", std::iter::repeat_n(Fault::Slow(Duration::from_secs(2)), 3));
    assert_eq!(setup.ask_first(), Err(Failure::TimedOut));
}

#[test]
fn r06_sign_in_is_tried_again_as_well_and_a_refusal_is_not() {
    let setup = Setup::new("r06-entra");
    setup.server.plan("oauth2", [status_of(503), Fault::Cut(3)]);
    assert_eq!(status(&setup.ask_first()), 200);
    assert_eq!(setup.server.signed_in().len(), 3);

    let text = r#"{"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys are expired.","error_codes":[7000222]}"#;
    setup.server.plan("oauth2", [Fault::Instead(Answer::json(401, text))]);
    let mut transport = setup.transport();
    for id in 1..4 {
        let Err(Failure::Unauthorized(why)) = &answers(&mut transport, vec![setup.request(id, "")])[&id] else { panic!("there is no token") };
        assert_eq!(why, "cannot sign in with `credential: client-secret`: AADSTS7000222: The provided client secret keys are expired.");
    }
    assert_eq!(setup.server.signed_in().len(), 4, "the others do not ask again at once");
}

#[test]
fn r11_a_body_over_the_limit_is_not_read_and_decompressed_bytes_count() {
    let mut setup = Setup::new("r11");
    setup.poll.max_response = 10_000;
    for gzip in [false, true] {
        let body = format!("{{\"value\":\"{}\"}}", "x".repeat(1 << 20));
        setup.server.plan("assessments", [Fault::Instead(Answer { gzip, ..Answer::json(200, body) })]);
        let before = setup.server.asked().len();
        assert_eq!(setup.ask_first(), Err(Failure::TooLarge(10_000)));
        assert_eq!(setup.server.asked().len() - before, 1, "it would not become shorter");
    }
    assert_eq!(status(&setup.ask_first()), 200);
}

#[test]
fn r13_bodies_come_as_they_are_whatever_is_in_them_and_gzip_is_taken_off() {
    let setup = Setup::new("r13");
    for body in [&b"{\"value\":[{\"id\""[..], b"\xef\xbb\xbf{\"value\":[]}", b"", b"\xff\xfe\x00", b"<html>504</html>"] {
        for gzip in [false, true] {
            setup.server.plan("assessments", [Fault::Instead(Answer { gzip, ..Answer::json(200, body) })]);
            let response = setup.ask_first().expect("a response");
            assert_eq!(response.body, body);
            let names: Vec<&str> = response.headers.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, ["content-type"], "nothing is said of a length or a compression that is no more");
        }
    }
    // What says that it is compressed and is not, or only half of it, is like a connection that broke.
    let broken = || Fault::Instead(Answer::json(200, "{\"value\":[]}").with("content-encoding", "gzip"));
    setup.server.plan("assessments", [broken(), broken()]);
    assert_eq!(status(&setup.ask_first()), 200);
    setup.server.plan("assessments", [broken(), broken(), broken()]);
    assert!(matches!(setup.ask_first(), Err(Failure::Unreachable(why)) if why.contains("cannot be decompressed")));
    setup.server.gzip(true);
    setup.server.plan("assessments", [Fault::Cut(50)]);
    let response = setup.ask_first().expect("a response");
    assert!(response.body.starts_with(b"{\"value\":[{\"id\":"));
}
