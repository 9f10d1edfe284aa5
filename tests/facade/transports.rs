//! Transports by their earlier names.

use network_protocol::error::ProtocolError;
use network_protocol::protocol::message::MessageClient;
use network_protocol::service::daemon;
use network_protocol::transport::{local, remote, tcp};

use super::directory;
use network_protocol::protocol::message::{Content, Message};

#[test]
fn addresses_are_given_with_their_transport_or_without() {
    for address in ["127.0.0.1:9000", "tcp://127.0.0.1:9000"] {
        assert_eq!(tcp::url(address), "tcp://127.0.0.1:9000");
        assert_eq!(remote::url(address), "tcp://127.0.0.1:9000");
    }
    assert_eq!(local::url("/run/np.sock"), "local:///run/np.sock");
    assert_eq!(local::url("np"), "local://np");
}

#[tokio::test]
async fn a_server_at_a_local_socket_is_reached_by_its_path() {
    let socket = directory("by-path").join("np.sock");
    let socket = socket.to_str().unwrap();
    let server = local::serve::<Message, _>(socket, daemon::built_in()).await.unwrap();
    let client: MessageClient = local::connect(socket).await.unwrap();
    assert_eq!(client.ping().await.unwrap(), Content::Pong);
    assert!(server.address().starts_with("local://"));
}

#[test]
fn errors_keep_what_they_are_made_of() {
    let late = network_protocol::CallError::NotSent;
    assert_eq!(ProtocolError::from(late), ProtocolError::Timeout);
    let io = std::io::Error::new(std::io::ErrorKind::TimedOut, "slow");
    assert_eq!(ProtocolError::from(io), ProtocolError::Timeout);
    let io = std::io::Error::other("broken");
    assert!(ProtocolError::from(io).to_string().contains("broken"));
}
