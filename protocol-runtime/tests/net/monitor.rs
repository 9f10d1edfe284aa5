//! What is seen of a server at work and of its connections.
#![expect(clippy::disallowed_methods, reason = "tests start tasks")]

use std::time::Duration;

use crate::common::*;
use protocol_runtime::server::{Phase, ServerBuilder};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn each_connection_shows_its_peer_its_age_and_what_it_is_busy_with() {
    let (server, host, _said) = plain(|builder| builder).await;
    let monitor = server.monitor();
    let first = connect(&server).await;
    tokio::time::sleep(60 * SECOND).await;
    let second = connect(&server).await;
    let call = tokio::spawn(async move { first.wait().await });
    host.until_running(1).await;

    let look = monitor.look(10);
    assert_eq!((&*look.address, look.phase), (server.address(), Phase::Serving));
    let [old, new] = &look.connections[..] else { panic!("{look:?}") };
    assert!(old.age >= 60 * SECOND && new.age < SECOND, "{look:?}");
    assert_eq!((old.stats.served_in_flight, new.stats.served_in_flight), (1, 0));
    assert!(old.let_in && old.stats.session.octets_in > 0 && old.stats.session.octets_out > 0);
    assert_eq!(old.peer.transport(), "mem");
    assert_eq!(old.security.cipher().to_string(), "not encrypted");
    assert_eq!(look.stats.served_in_flight, 1);

    assert_eq!(monitor.look(1).connections.len(), 1);
    assert_eq!(monitor.look(0).stats.connections, 2);
    call.abort();
    drop(second);
}

#[tokio::test]
async fn the_cipher_is_told_without_the_keys() {
    let (host, _said) = Host::new();
    let server = ServerBuilder::new().insecure_anonymous().add::<Probe, _>(host);
    let server = server.listen(TCP).await.unwrap();
    let builder = protocol_runtime::client::ClientBuilder::new().insecure_anonymous();
    let client: ProbeClient = builder.connect(server.address()).await.unwrap();
    let security = connection(&client).security();
    let cipher = security.cipher().to_string();
    assert!(cipher.starts_with("Noise_NN_25519_"), "{cipher}");
    assert_eq!(security.to_string(), format!("{cipher}, peer anonymous"));
}

#[tokio::test(start_paused = true)]
async fn a_look_tells_how_far_the_server_is_and_keeps_nothing() {
    let (server, host, _said) = plain(|builder| builder).await;
    let monitor = server.monitor();
    let client = connect(&server).await;
    let call = tokio::spawn(async move { client.wait().await });
    host.until_running(1).await;

    let drain = {
        let server = server.clone();
        tokio::spawn(async move { server.shutdown(10 * SECOND).await })
    };
    while monitor.phase() == Phase::Serving {
        tokio::task::yield_now().await;
    }
    assert_eq!(monitor.look(9).phase, Phase::Draining);
    drain.await.unwrap().unwrap();
    assert_eq!((monitor.phase(), monitor.look(9).stats.cut), (Phase::Stopped, 1));
    drop(server);
    let gone = monitor.look(9);
    assert_eq!((gone.phase, gone.connections.len()), (Phase::Stopped, 0));
    assert!(call.await.unwrap().is_err());
}
