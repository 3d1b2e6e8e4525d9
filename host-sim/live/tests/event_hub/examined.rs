//! What a doctor says of a hub, its consumer group and the container of its checkpoints: each text, provoked.

use std::path::Path;
use std::sync::Arc;

use event_hub_broker::{Broker, Refusal};
use host_sim_live::Secret;
use host_sim_live::config::{Azure, Checkpoints, Cloud, ConnectionString, Credential, HubAccess};
use host_sim_live::event_hub::{Condition, Outcome, Trial, examine};
use live_servers::azure::{CLIENT, SECRET, TENANT};
use live_servers::{Answer, AzurePython, Azurite, Server, Tenant};

use crate::blobs::{LIST, checkpoints};
use crate::setup::{Setup, World, until};

/// What is said, a line for each thing that is tried.
fn examined(setup: &Setup) -> Vec<String> {
    let mut lines = Vec::new();
    examine(&setup.hub, &setup.sign_in(), |Trial { what, outcome }| {
        let (word, text) = match outcome {
            Outcome::Works(text) => ("ok", text),
            Outcome::Look(text) => ("look", text),
            Outcome::Fails(text) => ("FAIL", text),
        };
        lines.push(format!("{word} {what}: {text}"));
    });
    lines
}

fn broker() -> Broker {
    Broker::start().with_hub("hub", 2, &["$Default", "cg1"])
}

#[track_caller]
fn check(setup: &Setup, expected: &[&str]) {
    assert_eq!(examined(setup), expected);
}

const WELL: &str = "ok hub hub: partitions: 2, messages: 0";

#[test]
fn a_hub_that_can_be_read_is_said_to_be() {
    let broker = broker();
    check(&Setup::of(&broker, "hub"), &[WELL, "ok consumer group $Default: it is there, and there are no messages yet"]);
    for _ in 0..5 {
        broker.send("hub", 1, "{}");
    }
    broker.expire("hub", 1, 2);
    let well = ["ok hub hub: partitions: 2, messages: 3", "ok consumer group cg1: messages can be received"];
    check(&Setup::of(&broker, "hub").group("cg1"), &well);
    assert_eq!(broker.numbers("hub", 1), (2, 4));
    until("nobody reads it any more", || broker.readers("hub") == 0);
}

#[test]
fn e11_a_wrong_key_and_a_missing_right_are_named() {
    let broker = broker();
    check(
        &Setup::at(broker.port(), "planted-hub-key-0002", "hub"),
        &["FAIL hub hub: the hub refuses the key: InvalidSignature: The token has an invalid signature. (status 401); copy the connection string of a policy \
           with `Listen` again"],
    );
    broker.plan(Refusal::Forbidden, 1);
    check(
        &Setup::of(&broker, "hub"),
        &[
            WELL,
            "FAIL consumer group $Default: the hub refuses the key: Unauthorized access. 'Listen' claim(s) are required to perform this operation.; copy the \
             connection string of a policy with `Listen` again",
        ],
    );
}

#[test]
fn a_hub_and_a_consumer_group_that_are_not_there_are_named() {
    let broker = broker();
    check(
        &Setup::of(&broker, "other"),
        &[
            "FAIL hub other: there is no such hub: The messaging entity 'amqps://127.0.0.1/other/ConsumerGroups/$Default/$management' could not be found. (status 404); check `EntityPath` of the \
           connection string, or `eventhub` in `settings`",
        ],
    );
    check(
        &Setup::of(&broker, "hub").group("cg2"),
        &[
            WELL,
            "FAIL consumer group cg2: there is no such consumer group: The messaging entity could not be found.; create it at the hub, or correct \
             `consumer_group`",
        ],
    );
    broker.plan(Refusal::TooMany, 1);
    let lines = examined(&Setup::of(&broker, "hub"));
    assert!(lines[1].starts_with("FAIL consumer group $Default: too many read this consumer group already: Exceeded the maximum number"), "{lines:?}");
}

#[test]
fn a_hub_that_cannot_be_reached_is_said_with_its_port() {
    let broker = broker();
    let setup = Setup::of(&broker, "hub");
    drop(broker);
    let lines = examined(&setup);
    assert!(lines[0].starts_with("FAIL hub hub: the hub cannot be reached: ") && lines[0].contains("its port 5671"), "{lines:?}");
    assert_eq!(lines.len(), 1);
    let secret = Secret::new("Endpoint=sb://nowhere.invalid;SharedAccessKeyName=a;SharedAccessKey=planted-hub-key-0001;EntityPath=hub");
    let parts = ConnectionString { host: "nowhere.invalid".into(), port: None, entity_path: Some("hub".into()), emulator: false };
    let lines = examined(&Setup::with(HubAccess::ConnectionString { secret, parts }, "hub"));
    assert!(lines[0].starts_with("FAIL hub hub: the name of the namespace cannot be resolved: `nowhere.invalid`"), "{lines:?}");
}

#[test]
fn nothing_is_taken_from_a_host_that_runs() {
    let (broker, world) = (broker(), Arc::new(World::default()));
    let setup = Setup::of(&broker, "hub");
    let host = setup.run(&world);
    for partition in 0..2 {
        broker.send("hub", partition, "{}");
    }
    until("they are received", || world.count() == 2);
    check(
        &setup,
        &[
            "ok hub hub: partitions: 2, messages: 2",
            "look consumer group $Default: somebody receives by it now, and nothing was taken from them; unless that is this host, give this one a consumer \
             group of its own, or `checkpoints` in a storage account to share",
        ],
    );
    for partition in 0..2 {
        broker.send("hub", partition, "{}");
    }
    until("they are received", || world.count() == 4);
    assert_eq!(host.told(), [Condition::Healthy], "it has noticed nothing");
    host.stop().expect("it ends");
    assert_eq!(world.repeats(), 0);
}

#[test]
fn a_container_is_looked_at_and_left_as_it_is() {
    let (Some(azurite), Some(python)) =
        (Azurite::for_test(Path::new(env!("CARGO_TARGET_TMPDIR"))), AzurePython::for_test(Path::new(env!("CARGO_TARGET_TMPDIR"))))
    else {
        return;
    };
    let (broker, world) = (broker(), Arc::new(World::default()));
    let setup = Setup::of(&broker, "hub").checkpoints(checkpoints(&azurite, "examined"));
    let container = |setup: &Setup| examined(setup).pop().expect("it is tried");
    // Not even made.
    for _ in 0..2 {
        assert_eq!(container(&setup), "look container examined: it is not there; `run` makes it, which the key of the storage account allows");
    }
    broker.send("hub", 0, "{}");
    setup.read(&world).expect("it ends");
    let list = || python.run(LIST, &[&azurite.connection_string(), "examined"]);
    let before = list();
    assert!(before.contains("checkpoint/0"), "{before}");
    assert_eq!(container(&setup), "ok container examined: checkpoints can be read and written");
    assert_eq!(list(), before);
    let running = setup.run(&world);
    until("it receives", || broker.readers("hub") == 2);
    assert_eq!(examined(&setup)[1], "ok consumer group $Default: it is there; a host that runs receives by it now, and nothing was taken from that one");
    running.stop().expect("it ends");

    let wrong = Checkpoints { storage_account_key: Some(Secret::new("cGxhbnRlZA==")), ..checkpoints(&azurite, "examined") };
    // Azure has another word for it, `AuthenticationFailed`.
    assert_eq!(
        container(&setup.clone().checkpoints(wrong)),
        "FAIL container examined: checkpoints cannot be read: the storage account `devstoreaccount1` answers 403, AuthorizationFailure; copy one of its two access \
         keys again into `storage_account_key`, and check that its firewall lets this host in"
    );
    let nowhere = Checkpoints { endpoint: "http://127.0.0.1:9/devstoreaccount1".parse().expect("a URL"), ..checkpoints(&azurite, "examined") };
    let line = container(&setup.checkpoints(nowhere));
    assert!(line.starts_with("FAIL container examined: the storage account `devstoreaccount1` cannot be reached: "), "{line}");
    assert!(line.ends_with("; check `storage_account`, name resolution, and that the network lets connections to port 443 through"), "{line}");
}

#[test]
fn a_role_that_is_missing_at_the_storage_account_is_named() {
    // No emulator has roles: these are the answers that Microsoft's pages name.
    let refused = |status: u16, code: &'static str| move |_: &live_servers::Asked| Answer::new(status, "").with("x-ms-error-code", code);
    let reader = |asked: &live_servers::Asked| match asked.method.as_str() {
        "GET" => Answer::new(200, "<EnumerationResults/>"),
        _ => Answer::new(403, "").with("x-ms-error-code", "AuthorizationPermissionMismatch"),
    };
    let role = "give the identity of `azure` the role `Storage Blob Data Contributor` on the storage account or the container";
    let run = "it is not there; `run` makes it, for which the identity of `azure` needs the role `Storage Blob Data Contributor` on the storage account";
    let of = |answers: &str, advice: &str| format!("the storage account `planted` answers {answers}; {advice}");
    let cases = [
        (
            Server::start(None, refused(403, "AuthorizationPermissionMismatch")),
            format!("FAIL container c: checkpoints cannot be read: {}", of("403, AuthorizationPermissionMismatch", role)),
        ),
        (Server::start(None, reader), format!("FAIL container c: checkpoints cannot be written: {}", of("403, AuthorizationPermissionMismatch", role))),
        (
            Server::start(None, refused(403, "AuthorizationFailure")),
            format!("FAIL container c: checkpoints cannot be read: {}", of("403, AuthorizationFailure", "check that its firewall lets this host in")),
        ),
        (
            Server::start(None, refused(401, "InvalidAuthenticationInfo")),
            format!(
                "FAIL container c: checkpoints cannot be read: {}",
                of("401, InvalidAuthenticationInfo", "look whether `tenant_id` and `cloud` of `azure` are those of the storage account")
            ),
        ),
        (Server::start(None, refused(404, "ContainerNotFound")), format!("look container c: {run}")),
        (
            Server::start(None, refused(404, "ResourceNotFound")),
            format!("FAIL container c: checkpoints cannot be read: {}", of("404, ResourceNotFound", "check `storage_account` and `container`")),
        ),
        (
            Server::start(None, refused(503, "ServerBusy")),
            format!("FAIL container c: checkpoints cannot be read: {}", of("503, ServerBusy", "look again later")),
        ),
    ];
    let entra = live_servers::Azure::start(Tenant::default());
    let ca_file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("examined-{}.pem", std::process::id()));
    entra.write_authority(&ca_file);
    let azure = Azure {
        cloud: Cloud::Public,
        credential: Credential::ClientSecret { tenant_id: TENANT.into(), client_id: CLIENT.into(), client_secret: Secret::new(SECRET) },
        authority: entra.url().parse().expect("an address"),
        ca_file: Some(ca_file.clone()),
        proxy: None,
    };
    let broker = broker();
    for (server, expected) in &cases {
        let checkpoints = Checkpoints {
            storage_account: "planted".into(),
            storage_account_key: None,
            container: "c".into(),
            migrate_v1: true,
            endpoint: format!("http://{}/planted", server.address()).parse().expect("a URL"),
        };
        let setup = Setup { azure: Some(azure.clone()), ..Setup::of(&broker, "hub").checkpoints(checkpoints) };
        assert_eq!(examined(&setup).pop().as_ref(), Some(expected));
    }
    let _ = std::fs::remove_file(ca_file);
}
