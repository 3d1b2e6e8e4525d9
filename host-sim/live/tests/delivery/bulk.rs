//! What becomes of a batch: stored, refused, given again or given up.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use host_sim_live::config::Elasticsearch;
use host_sim_live::elastic::ElasticSink;
use host_sim_runtime::flow::{Fate, Item, Refusal, Sink, SinkError, StopSignal};
use serde_json::json;

use live_servers::bulk::{BulkEndpoint, Reply, said};

use crate::support::{item, items, settings, sink, stoppable};

/// What becomes of documents at an endpoint that always does the same, and why they wait if they do.
fn put(reply: Reply, count: usize) -> (Result<Vec<Fate>, SinkError>, Option<String>, BulkEndpoint) {
    let endpoint = BulkEndpoint::start(move |_| reply.clone());
    let (sink, cluster) = sink(settings(&[&endpoint.address]));
    let fates = sink.put(&items(count));
    (fates, cluster.trouble(), endpoint)
}

#[test]
fn a_document_is_created_in_its_data_stream_under_its_id() {
    let endpoint = BulkEndpoint::start(|_| Reply::Store);
    let (sink, cluster) = sink(settings(&[&endpoint.address]));
    let mut given = vec![item("1", r#"{"@timestamp":"2026-11-27T00:00:00Z","event":{"kind":"alert"}}"#), item("2", r#"{"input":{"type":"mine"}}"#)];
    given[1].document.dataset = 1;
    assert_eq!(sink.put(&given).expect("it is stored"), [Fate::Stored, Fate::Stored]);
    let asked = endpoint.asked();
    assert!(asked[0].line.starts_with("POST /_bulk?filter_path=errors,items.*.status,"), "{}", asked[0].line);
    assert!(!asked[0].line.contains("pipeline"));
    assert_eq!([&asked[0].headers["content-type"], &asked[0].headers["content-encoding"]], ["application/x-ndjson", "gzip"]);
    assert!(!asked[0].headers.contains_key("authorization"));
    assert_eq!(asked[0].documents.iter().map(|(index, ..)| index.as_str()).collect::<Vec<_>>(), ["logs-defender.event-default", "logs-defender.run-default"]);
    let stream = |dataset: &str| json!({ "type": "logs", "dataset": dataset, "namespace": "default" });
    let first =
        json!({ "@timestamp": "2026-11-27T00:00:00Z", "event": { "kind": "alert" }, "data_stream": stream("defender.event"), "input": { "type": "test" } });
    assert_eq!(endpoint.document("1"), first);
    assert_eq!(endpoint.document("2"), json!({ "input": { "type": "mine" }, "data_stream": stream("defender.run") }));
    assert_eq!(sink.put(&given).expect("it is there"), [Fate::Stored, Fate::Stored], "409 is stored");
    assert_eq!(cluster.trouble(), None);
}

#[test]
fn agent_ingested_pipeline_and_plain_bodies_are_as_configured() {
    let endpoint = BulkEndpoint::start(|_| Reply::Store);
    let settings = Elasticsearch {
        gzip: false,
        pipeline: Some("_none".into()),
        add_agent: true,
        add_ingested: true,
        ..settings(&[&format!("{}/below/", endpoint.address)])
    };
    let (sink, _) = sink(settings);
    sink.put(&[item("1", r#"{"event":{"kind":"alert"}}"#)]).expect("it is stored");
    let asked = &endpoint.asked()[0];
    assert!(asked.line.starts_with("POST /below/_bulk?") && asked.line.contains("&pipeline=_none "), "{}", asked.line);
    assert!(!asked.headers.contains_key("content-encoding"));
    let document = endpoint.document("1");
    assert_eq!(document["agent"], json!({ "id": "a1", "name": "here", "type": "host-sim", "version": env!("CARGO_PKG_VERSION") }));
    assert_eq!(document["event"]["kind"], "alert");
    let ingested = document["event"]["ingested"].as_str().expect("a text");
    assert!(ingested.starts_with("20") && ingested.ends_with('Z') && ingested.len() == 24, "{ingested}");
}

#[test]
fn each_item_has_its_own_fate() {
    let statuses =
        [None, Some((429, "es_rejected_execution_exception")), Some((503, "unavailable_shards_exception")), Some((400, "document_parsing_exception"))];
    let (fates, trouble, endpoint) = put(Reply::Each(statuses.to_vec()), 5);
    let refused = Refusal { why: "document_parsing_exception: because of id-3".into(), status: Some(400) };
    assert_eq!(fates.expect("it is answered"), [Fate::Stored, Fate::Busy, Fate::Busy, Fate::Refused(refused), Fate::Stored]);
    assert_eq!(trouble.as_deref(), Some("Elasticsearch is too busy for some documents"));
    assert_eq!(endpoint.ids(), ["id-0", "id-4"]);
}

#[test]
fn a_busy_server_says_for_how_long() {
    for (status, headers, expected) in [
        (429, vec![("retry-after", "7")], Some(7)),
        (503, vec![("Retry-After", "86400")], Some(3600)),
        (503, vec![("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT")], Some(0)),
        (502, vec![], None),
        (500, vec![("retry-after", "soon")], None),
    ] {
        let (fates, trouble, _endpoint) = put(said(status, &headers), 3);
        match fates {
            Err(SinkError::Busy { after }) => assert_eq!(after, expected.map(Duration::from_secs), "{status}"),
            other => panic!("{status}: {other:?}"),
        }
        assert_eq!(trouble, Some(format!("Elasticsearch answers {status}: some_exception: because")));
    }
}

#[test]
fn what_is_too_large_is_given_in_smaller_parts() {
    assert!(matches!(put(said(413, &[]), 3).0, Err(SinkError::TooLarge)));
    assert!(matches!(put(Reply::Say(413, vec![], vec![]), 1).0, Err(SinkError::TooLarge)));
    let endpoint = BulkEndpoint::start(|_| Reply::Store);
    let (sink, _) = sink(Elasticsearch { bulk_bytes: 1_000, ..settings(&[&endpoint.address]) });
    assert!(matches!(sink.put(&items(20)), Err(SinkError::TooLarge)));
    assert_eq!(endpoint.asked().len(), 0, "its own limit is known before anything is sent");
    assert_eq!(sink.put(&[item("1", &json!({ "a": "x".repeat(2_000) }).to_string())]).expect("alone it goes"), [Fate::Stored]);
}

#[test]
fn a_refusal_of_the_whole_is_brought_down_to_one_document() {
    assert!(matches!(put(said(400, &[]), 2).0, Err(SinkError::TooLarge)));
    let refused = Fate::Refused(Refusal { why: "some_exception: because".into(), status: Some(400) });
    assert_eq!(put(said(400, &[]), 1).0.expect("it is answered"), [refused]);
}

#[test]
fn a_missing_privilege_ends_it_and_is_named() {
    let privileges = "whoever signs in needs `create_doc` and `auto_configure` on `logs-defender.event-default`, `logs-defender.run-default`";
    for (reply, expected) in [
        (said(401, &[]), "does not know the credentials (401): some_exception: because; give an `api_key`, or `username` and `password`, that are valid"),
        (said(403, &[]), privileges),
        (Reply::Each(vec![Some((403, "security_exception"))]), privileges),
        (said(302, &[("location", "http://127.0.0.1:1/")]), "what answers is not as Elasticsearch answers (302)"),
        (said(404, &[]), "look at `hosts` and `proxy`"),
        (Reply::Each(vec![Some((404, "index_not_found_exception"))]), "takes no documents for this data stream (404)"),
    ] {
        match put(reply, 2).0 {
            Err(SinkError::Closed(error)) => assert!(error.to_string().contains(expected), "{error}"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn what_cannot_be_read_to_its_end_is_no_success() {
    for (reply, why) in [
        (Reply::StoreAndBreakOff(0), "breaks off"),
        (Reply::StoreAndBreakOff(30), "breaks off"),
        (Reply::StoreAndCut, "did not answer"),
        (Reply::Cut, "did not answer"),
        (Reply::Say(200, vec![], b"<html>hello</html>".to_vec()), "cannot be read"),
        (Reply::Say(200, vec![], br#"{"errors":false}"#.to_vec()), "cannot be read"),
        (Reply::Say(200, vec![], br#"{"errors":false,"items":[{"create":{"status":201}}]}"#.to_vec()), "cannot be read"),
        (Reply::Say(200, vec![("content-encoding", "gzip".into())], b"no gzip".to_vec()), "cannot be decompressed"),
    ] {
        let (fates, trouble, _endpoint) = put(reply, 2);
        assert!(matches!(fates, Err(SinkError::Busy { after: None })), "{fates:?}");
        assert!(trouble.as_deref().is_some_and(|trouble| trouble.contains(why)), "{trouble:?}");
    }
}

#[test]
fn an_answer_is_bounded_also_where_it_is_compressed() {
    let zeros = |bytes: usize| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::copy(&mut std::io::Read::take(std::io::repeat(b' '), bytes as u64), &mut encoder).expect("in memory");
        encoder.finish().expect("in memory")
    };
    let gzip = || vec![("content-encoding", "gzip".to_owned())];
    for reply in [Reply::Say(200, gzip(), zeros(64 << 20)), Reply::Say(200, vec![], vec![b' '; 8 << 20]), Reply::Say(403, gzip(), zeros(64 << 20))] {
        let (fates, trouble, _endpoint) = put(reply, 1);
        assert!(matches!(fates, Err(SinkError::Busy { .. })), "{fates:?}");
        assert!(trouble.as_deref().is_some_and(|trouble| trouble.contains("has more than 4210688 bytes")), "{trouble:?}");
    }
    let mut answer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut answer, br#"{"items":[{"create":{"status":201}}]}"#).expect("in memory");
    let reply = Reply::Say(200, gzip(), answer.finish().expect("in memory"));
    assert_eq!(put(reply, 1).0.expect("it is answered"), [Fate::Stored]);
}

#[test]
fn hosts_have_turns_and_one_that_is_down_is_passed_over() {
    let endpoints = [BulkEndpoint::start(|_| Reply::Store), BulkEndpoint::start(|_| Reply::Store)];
    // Nobody listens there any more.
    let gone = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
    let (sink, cluster) = sink(settings(&[&format!("http://{gone}"), &endpoints[0].address, &endpoints[1].address]));
    for number in 0..6 {
        assert_eq!(sink.put(&[item(&number.to_string(), "{}")]).expect("one of them is there"), [Fate::Stored]);
    }
    let counts = endpoints.each_ref().map(|endpoint| endpoint.asked().len());
    assert!(counts.iter().all(|count| *count >= 2) && counts.iter().sum::<usize>() == 6, "{counts:?}");
    drop(endpoints);
    assert!(matches!(sink.put(&items(1)), Err(SinkError::Busy { after: None })));
    let trouble = cluster.trouble().expect("it says so");
    assert!(trouble.contains("cannot be reached") || trouble.contains("did not answer"), "{trouble}");
}

#[test]
fn a_slow_server_is_waited_for_until_delivery_is_cut_off() {
    let endpoint = BulkEndpoint::start(|asked| Reply::After(Duration::from_millis(if asked.number == 0 { 300 } else { 20_000 }), Box::new(Reply::Store)));
    let stop = StopSignal::default();
    let (sink, _) = stoppable(settings(&[&endpoint.address]), stop.clone());
    assert_eq!(sink.put(&items(1)).expect("it is slow"), [Fate::Stored]);
    let started = Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(|| assert!(matches!(sink.put(&items(1)), Err(SinkError::Busy { .. }))));
        std::thread::sleep(Duration::from_millis(200));
        stop.cut_off();
    });
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[test]
fn several_threads_share_a_cluster() {
    let (under_way, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counting, highest) = (Arc::clone(&under_way), Arc::clone(&most));
    let endpoint = BulkEndpoint::start(move |_| {
        highest.fetch_max(counting.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(50));
        counting.fetch_sub(1, Ordering::SeqCst);
        Reply::Store
    });
    let (sink, _) = sink(settings(&[&endpoint.address]));
    let put = |sink: &ElasticSink, thread: usize| {
        for number in 0..5 {
            let given: Vec<Item> = (0..3).map(|place| item(&format!("{thread}-{number}-{place}"), "{}")).collect();
            assert_eq!(sink.put(&given).expect("it is stored").len(), 3);
        }
    };
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let sink = &sink;
            scope.spawn(move || put(sink, thread));
        }
    });
    assert_eq!(endpoint.ids().len(), 60);
    assert!(most.load(Ordering::SeqCst) > 1, "requests are under way at the same time");
}
