//! Servers and clients over TLS, by their files.

use network_protocol::error::{ProtocolError, Result};
use network_protocol::protocol::message::{Content, Message, MessageClient};
use network_protocol::service::client::{self, Client, TlsClientConfig};
use network_protocol::service::daemon::{self, Daemon};
use network_protocol::service::tls_daemon::{self, TlsConfig};
use network_protocol::tls::dev::{DevCertificates, DevFiles};
use network_protocol::{Error, transport};

use super::{directory, run};

/// Certificates in a directory of one test.
struct Files(DevFiles);

impl Files {
    fn new(test: &str) -> Self {
        Self(DevCertificates::generate().unwrap().write(&directory(test), false).unwrap())
    }

    fn server(&self) -> TlsConfig<'_> {
        TlsConfig {
            cert_path: self.0.server_certificate.to_str().unwrap(),
            key_path: self.0.server_key.to_str().unwrap(),
            ca_path: self.0.ca.to_str(),
            verify_client: true,
        }
    }

    fn client(&self) -> TlsClientConfig<'_> {
        TlsClientConfig {
            cert_path: self.0.client_certificate.to_str(),
            key_path: self.0.client_key.to_str(),
            ca_path: self.0.ca.to_str(),
            server_name: "localhost",
        }
    }
}

const ANYWHERE: &str = "127.0.0.1:0";

async fn served(tls: TlsConfig<'_>) -> (Daemon, super::Run, String) {
    let daemon = tls_daemon::new(ANYWHERE, tls, daemon::built_in()).unwrap();
    let run = run(&daemon).await;
    let address = daemon.listening().await.unwrap();
    assert!(address.starts_with("tls://"), "{address}");
    (daemon, run, address)
}

async fn ping(client: Result<Client>) -> Result<Message> {
    let mut client = client?;
    client.secure_send(Message::Ping).await?;
    client.secure_recv().await
}

/// What keeps a client out may show with its first message only: in TLS 1.3 a server looks at the
/// certificate of a client that takes the connection for open.
async fn refused(address: &str, tls: TlsClientConfig<'_>) -> ProtocolError {
    ping(client::connect_tls(address, tls).await).await.unwrap_err()
}

#[tokio::test]
async fn clients_with_a_certificate_come_in_and_others_do_not() {
    let (files, others) = (Files::new("tls"), Files::new("tls-others"));
    let (_daemon, _run, address) = served(files.server()).await;
    let good = client::connect_tls(&address, files.client()).await;
    assert_eq!(ping(good).await, Ok(Message::Pong));
    let none = TlsClientConfig { cert_path: None, key_path: None, ..files.client() };
    refused(&address, none).await;
    let (cert_path, key_path) = (others.client().cert_path, others.client().key_path);
    refused(&address, TlsClientConfig { cert_path, key_path, ..files.client() }).await;
}

#[tokio::test]
async fn servers_that_do_not_verify_take_clients_without_a_certificate() {
    let files = Files::new("tls-any");
    let none = TlsClientConfig { cert_path: None, key_path: None, ..files.client() };
    let lax = TlsConfig { verify_client: false, ..files.server() };
    for lax in [lax, TlsConfig { ca_path: None, ..lax }] {
        let (_daemon, _run, address) = served(lax).await;
        assert_eq!(ping(client::connect_tls(&address, none).await).await, Ok(Message::Pong));
    }
}

#[tokio::test]
async fn servers_of_another_authority_or_name_are_refused() {
    let (files, others) = (Files::new("tls-server"), Files::new("tls-server-others"));
    let (_daemon, _run, address) = served(files.server()).await;
    let stranger = TlsClientConfig { ca_path: others.client().ca_path, ..files.client() };
    let renamed = TlsClientConfig { server_name: "example.com", ..files.client() };
    // The authorities of this system have not signed it either.
    let public = TlsClientConfig { ca_path: None, ..files.client() };
    for tls in [stranger, renamed, public] {
        let error = refused(&address, tls).await;
        assert!(matches!(error, ProtocolError::Connection(Error::Tls(_))), "{error:?}");
    }
}

#[tokio::test]
async fn files_that_do_not_go_together_are_errors_that_say_so() {
    let files = Files::new("tls-config");
    let without = TlsConfig { ca_path: None, ..files.server() };
    let wrong = tls_daemon::new(ANYWHERE, without, daemon::built_in()).unwrap_err();
    assert!(wrong.to_string().contains("`ca_path`"), "{wrong}");
    assert_eq!(tls_daemon::start(ANYWHERE, without).await, Err(wrong));
    let missing = TlsConfig { cert_path: "not-there.crt", ..files.server() };
    let wrong = tls_daemon::start(ANYWHERE, missing).await.unwrap_err();
    assert!(wrong.to_string().contains("not-there.crt"), "{wrong}");
    let half = TlsClientConfig { key_path: None, ..files.client() };
    let wrong = client::connect_tls("127.0.0.1:1", half).await.unwrap_err();
    assert!(matches!(wrong, ProtocolError::Config(_)), "{wrong:?}");
}

#[tokio::test]
async fn the_transport_serves_and_connects_by_its_name() {
    let certificates = DevCertificates::generate().unwrap();
    let handler = daemon::built_in();
    let server = transport::tls::serve::<Message, _>(
        ANYWHERE,
        certificates.server_config().client_ca_pem(&certificates.ca),
        handler,
    );
    let server = server.await.unwrap();
    let tls = certificates.client_config().server_name("localhost");
    let client: MessageClient = transport::tls::connect(server.address(), tls).await.unwrap();
    assert_eq!(client.ping().await.unwrap(), Content::Pong);
}
