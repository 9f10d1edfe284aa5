//! What one transport has and others have not: several addresses, families, users.

use std::io::ErrorKind;
use std::net::TcpListener;
use std::time::Duration;

use network_protocol::frame::reason::Reason;
use network_protocol::{Bytes, Client as _, Error, Identity, Limits, LocalUsers};

use crate::common::{Host, Link, Place, Suite, SuiteClient, connect, serve, soon};

/// A port where nobody listens.
fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[tokio::test]
async fn t11_a_client_goes_on_to_the_address_where_somebody_listens() {
    let place = Place::tcp("127.0.0.1");
    let server = serve(&place, Limits::default(), Host::new().0).await;
    let rest = server.address().strip_prefix("tcp://").unwrap();
    let addresses = format!("tcp://127.0.0.1:{},{rest}", closed_port());
    let (client, _heard) = connect(&place.at(&addresses), Limits::default()).await.unwrap();
    assert_eq!(client.connection().peer().address(), server.address());
}

#[tokio::test]
async fn t11_a_client_goes_on_where_somebody_takes_no_part_in_time() {
    let place = Place::tcp("127.0.0.1");
    let server = serve(&place, Limits::default(), Host::new().0).await;
    // It is connected to, and says nothing.
    let dumb = TcpListener::bind("127.0.0.1:0").unwrap();
    let addresses = format!("tcp://{},{}", dumb.local_addr().unwrap(), server.address());
    let limits = Limits::default().with_handshake_timeout(Duration::from_millis(300)).unwrap();
    let (client, _heard) = soon(connect(&place.at(&addresses), limits)).await.unwrap();
    assert_eq!(client.connection().peer().address(), server.address());
}

#[tokio::test]
async fn t11_where_none_is_there_the_error_names_each() {
    let (one, other) = (closed_port(), closed_port());
    let place = Place::tcp("127.0.0.1");
    let addresses = format!("tcp://127.0.0.1:{one},[::1]:{other},mem://np-no-such");
    let error = connect(&place.at(&addresses), Limits::default()).await.map(drop).unwrap_err();
    let Error::Io { kind, text } = &error else { panic!("{error}") };
    assert_eq!(*kind, ErrorKind::ConnectionRefused, "{text}");
    for name in
        [&format!("tcp://127.0.0.1:{one}"), &format!("tcp://[::1]:{other}"), "mem://np-no-such"]
    {
        assert!(text.contains(name), "{name}: {text}");
    }
}

#[tokio::test]
async fn t11_a_server_with_another_key_is_not_passed_over() {
    let (place, other) = (Place::tcp("127.0.0.1"), Place::tcp("127.0.0.1"));
    let right = serve(&place, Limits::default(), Host::new().0).await;
    let wrong = serve(&other, Limits::default(), Host::new().0).await;
    let addresses = format!("{},{}", wrong.address(), right.address());
    let error =
        soon(connect(&place.at(&addresses), Limits::default())).await.map(drop).unwrap_err();
    assert!(!matches!(error, Error::Io { .. }), "{error}");
    assert_eq!(right.stats().accepted, 0, "nobody asked the other one");
}

#[tokio::test]
async fn t11_a_full_server_sends_its_client_on_to_the_next() {
    let place = Place::tcp("127.0.0.1");
    let full = Link::new(&place, Limits::default().with_connections(1).unwrap()).await;
    let next = serve(&place, Limits::default(), Host::new().0).await;
    let addresses = format!("{},{}", full.server.address(), next.address());
    let (client, _heard) = soon(connect(&place.at(&addresses), Limits::default())).await.unwrap();
    assert_eq!(client.connection().peer().address(), next.address());
}

#[tokio::test]
async fn t11_a_name_with_addresses_of_both_families_reaches_a_listener_of_either() {
    for host in ["127.0.0.1", "[::1]"] {
        let place = Place::tcp(host);
        let server = serve(&place, Limits::default(), Host::new().0).await;
        let (_, port) = server.address().rsplit_once(':').unwrap();
        let by_name = place.at(&format!("tcp://localhost:{port}"));
        let reached = connect(&by_name, Limits::default()).await.map(drop);
        // Not every machine has both behind that name; where it has one only, the error says which.
        if let Err(error) = reached {
            assert!(error.to_string().contains("localhost"), "{error}");
            assert_eq!(host, "[::1]");
        }
    }
}

#[tokio::test]
async fn a_server_listens_at_one_address() {
    let builder = Place::mem().server().add::<Suite, _>(Host::new().0);
    let error = builder.listen("tcp://127.0.0.1:0,127.0.0.1:0").await.map(drop).unwrap_err();
    assert!(error.to_string().contains("a server listens at one"), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn t10_a_user_that_is_not_allowed_is_told_so_and_handled_no_further() {
    let place = Place::local_path();
    let nobody = place.server().local_users(LocalUsers::only([u32::MAX - 7]));
    let server = nobody.add::<Suite, _>(Host::new().0).listen(&place.address).await.unwrap();
    let error = soon(connect(&place, Limits::default())).await.map(drop).unwrap_err();
    let Error::Rejected(rejected) = &error else { panic!("{error}") };
    assert_eq!(rejected.reason, Reason::Unauthorized);
    assert_eq!(server.connections(), 0);
    server.shutdown(Duration::ZERO).await.unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn t10_a_client_trusts_servers_of_the_users_it_names() {
    let place = Place::local_path();
    let server = serve(&place, Limits::default(), Host::new().0).await;
    let trusting = |users| {
        let builder = place.client().local_users(users).offer::<Suite>();
        let address = place.address.clone();
        async move { builder.connect::<SuiteClient>(&address).await }
    };
    let error = trusting(LocalUsers::only([u32::MAX - 7])).await.map(drop).unwrap_err();
    assert!(error.to_string().contains("the server runs as user"), "{error}");
    let client = trusting(LocalUsers::any()).await.unwrap();
    let Identity::Local(process) = *client.connection().peer().identity() else {
        panic!("known by the system")
    };
    assert_eq!(process.pid(), Some(std::process::id()));
    assert!(process.uid().is_some() && process.gid().is_some());
    server.shutdown(Duration::ZERO).await.unwrap();
}

#[tokio::test]
async fn a_local_socket_is_exempt_from_limits_on_one_source() {
    let place = Place::local_name();
    let limits = Limits::default().with_connections_per_source(1).unwrap();
    let server = place.server().exempt_loopback(false).limits(limits);
    let server = server.add::<Suite, _>(Host::new().0).listen(&place.address).await.unwrap();
    let mut clients = Vec::new();
    for _ in 0..5 {
        let (client, heard) = connect(&place, Limits::default()).await.unwrap();
        soon(client.echo(Bytes::new()).into_future()).await.unwrap();
        clients.push((client, heard));
    }
    assert_eq!(server.connections(), 5);
}

#[tokio::test]
async fn a_local_socket_is_in_clear_by_itself_and_encrypted_if_keys_are_named() {
    let clear = Link::new(&Place::local_name(), Limits::default()).await;
    assert!(!clear.client.connection().security().is_encrypted());
    let mut place = Place::tcp("127.0.0.1").at(&Place::local_name().address);
    place.transport = "local";
    let keyed = Link::new(&place, Limits::default()).await;
    assert!(keyed.client.connection().security().is_encrypted());
    let seen = soon(keyed.client.who_am_i().into_future()).await.unwrap();
    assert_eq!((seen.transport.as_str(), &seen.identity), ("local", &place.identity));
}
