//! Clouds, proxies, authorities and what Entra is asked for.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use host_sim_live::Secret;
use host_sim_live::config::{Cloud, Proxy as Through};
use host_sim_runtime::contract::{Failure, Request};
use live_servers::azure::{CLIENT, TENANT};
use live_servers::{Authority, Proxy};
use url::Url;

use crate::setup::{Setup, status};

#[test]
fn r15_each_cloud_has_tokens_for_its_own_resource_manager_and_for_no_other() {
    for cloud in Cloud::ALL {
        let mut setup = Setup::new(&format!("r15-{}", cloud.names().name));
        setup.azure.cloud = cloud;
        for other in Cloud::ALL {
            for audience in other.names().audiences {
                let scope = format!("{audience}/.default");
                let before = setup.server.signed_in().len();
                let answer = setup.ask(Request { token_scopes: vec![scope.clone()], ..setup.request(1, "") });
                if other == cloud {
                    assert_eq!(status(&answer), 200, "{scope}");
                    let form = String::from_utf8(setup.server.signed_in().pop().expect("it signed in").body).expect("a form");
                    let encoded: String = url::form_urlencoded::byte_serialize(scope.as_bytes()).collect();
                    assert!(form.ends_with(&format!("&scope={encoded}")), "{form}");
                } else {
                    assert!(matches!(answer, Err(Failure::Refused(why)) if why.contains(&scope)), "{scope}");
                    assert_eq!(setup.server.signed_in().len(), before, "nobody is asked for such a token");
                }
            }
        }
    }
}

#[test]
fn r17_a_proxy_is_gone_through_for_tokens_and_for_the_resource_manager() {
    let mut setup = Setup::new("r17");
    let basic = format!("Basic {}", STANDARD.encode("user:hun%ter2"));
    let proxy = Proxy::start(Some(&basic));
    let url = Url::parse(&format!("http://{}", proxy.address())).expect("an address");
    setup.azure.proxy = Some(Through::At { url: url.clone(), user: Some(("user".into(), Secret::new("hun%ter2"))) });
    assert_eq!(status(&setup.ask_first()), 200);
    let asked: Vec<(String, String)> = proxy.asked().into_iter().map(|asked| (asked.method, asked.target)).collect();
    let own = ("CONNECT".to_owned(), setup.url.socket_addrs(|| None).expect("an address")[0].to_string());
    assert_eq!(asked, [own.clone(), own], "one connection for the token, and one for the page");

    setup.azure.proxy = Some(Through::At { url, user: Some(("user".into(), Secret::new("wrong-password"))) });
    let Err(failure) = setup.ask_first() else { panic!("the proxy does not let it through") };
    assert!(matches!(&failure, Failure::Unauthorized(why) if why.contains("cannot reach what gives tokens")), "{failure:?}");
    assert!(!format!("{failure:?} {:?}", setup.azure).contains("wrong-password"));
}

#[test]
fn r17_only_the_systems_authorities_and_those_of_the_file_are_trusted() {
    let mut setup = Setup::new("r17-ca");
    std::fs::write(setup.folder.join("other.pem"), Authority::new().pem()).expect("writable");
    setup.azure.ca_file = Some(setup.folder.join("other.pem"));
    let Err(Failure::Unauthorized(why)) = setup.ask_first() else { panic!("nobody trusts it") };
    assert!(why.contains("UnknownIssuer"), "{why}");
    assert!(setup.server.signed_in().is_empty() && setup.server.asked().is_empty(), "no secret was sent");
}

#[test]
fn r18_entra_is_asked_with_what_client_credentials_take_and_may_say_more_than_is_read() {
    let setup = Setup::new("r18");
    assert_eq!(status(&setup.ask_first()), 200);
    let asked = setup.server.signed_in().pop().expect("it signed in");
    assert_eq!((asked.method.as_str(), asked.target.as_str()), ("POST", format!("/{TENANT}/oauth2/v2.0/token").as_str()));
    let form: Vec<(String, String)> = url::form_urlencoded::parse(&asked.body).into_owned().collect();
    let names: Vec<&str> = form.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["client_id", "client_secret", "grant_type", "scope"]);
    assert_eq!((form[0].1.as_str(), form[2].1.as_str()), (CLIENT, "client_credentials"));
}

#[test]
fn a_token_is_asked_for_again_when_it_ends_and_one_that_serves_is_used_where_that_fails() {
    let setup = Setup::new("tokens");
    // Less than five minutes: each time there is an attempt to replace it.
    setup.server.tokens_live(Duration::from_secs(120));
    let mut transport = setup.transport();
    let mut ask = |id| status(&crate::setup::answers(&mut transport, vec![setup.request(id, "")])[&id]);
    assert_eq!((ask(1), setup.server.signed_in().len()), (200, 1));
    assert_eq!((ask(2), setup.server.signed_in().len()), (200, 2), "it is replaced before it ends");
    let failing = live_servers::Fault::Instead(live_servers::Answer::json(400, r#"{"error_description":"AADSTS1: no","error_codes":[1]}"#));
    setup.server.plan("oauth2", [failing]);
    assert_eq!((ask(3), setup.server.signed_in().len()), (200, 3), "what failed is no reason not to use the one that there is");
    assert_eq!((ask(4), setup.server.signed_in().len()), (200, 3), "and it is not tried again at once");
}
