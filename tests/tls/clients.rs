//! Servers that ask their clients for a certificate.

use network_protocol::frame::reason::Reason;
use network_protocol::tls::TlsError;
use network_protocol::{self as np, Client as _, Decision, Error, Identity, Peer};

use crate::common::{Authority, Host, Who, WhoClient, connect, refusal, serve, soon, trusting};
use crate::log::Log;

/// What a server says at last of the client that it turned away.
const CERTIFICATE_REQUIRED: u8 = 116;
const UNKNOWN_CA: u8 = 48;
const REVOKED: u8 = 44;

#[tokio::test]
async fn handlers_see_whose_certificate_a_client_showed() {
    let authority = Authority::new();
    let server = authority.server(|_| {}).server().client_ca_pem(&authority.pem);
    let server = serve(server).await;
    let pair = authority.client("alice.example", |_| {});
    let client = connect(&server, pair.client(&authority)).await.unwrap();
    let seen = client.am_i().await.unwrap();
    assert_eq!(seen, format!("certificate {} of alice.example", pair.pin));
}

#[tokio::test]
async fn l4_a_client_without_the_right_certificate_is_refused_each_time_it_comes() {
    let log = Log::start();
    let (authority, other) = (Authority::new(), Authority::new());
    let tls = authority.server(|_| {}).server().client_ca_pem(&authority.pem);
    let server = serve(tls.crl_pem(authority.crl(&[66], 1))).await;
    let wrong = other.client("alice.example", |_| {});
    let revoked = authority.client("mallory.example", |params| {
        params.serial_number = Some(66_u64.into());
    });
    let right = authority.client("alice.example", |_| {});
    let cases = [
        (trusting(&authority), CERTIFICATE_REQUIRED),
        (wrong.client(&authority), UNKNOWN_CA),
        (revoked.client(&authority), REVOKED),
    ];
    for (tls, alert) in cases {
        // One description for all of them, so that a session to resume would be remembered.
        let tls = np::tls::TlsClient::from(tls);
        for _ in 0..3 {
            let error = refusal(&server, tls.clone()).await;
            assert_eq!(error, TlsError::Refused { alert });
        }
    }
    assert_eq!(server.stats().accepted, 9);
    for said in
        ["shows no certificate", "signed by no authority that this side trusts", "was revoked"]
    {
        log.says(said).await;
    }
    connect(&server, right.client(&authority)).await.unwrap().am_i().await.unwrap();
}

#[tokio::test]
async fn l4_a_client_that_was_revoked_since_is_refused_when_it_comes_again() {
    let authority = Authority::new();
    let pair = authority.server(|_| {});
    let describe = |revoked: &[u64]| {
        let tls = pair.server().client_ca_pem(&authority.pem);
        tls.crl_pem(authority.crl(revoked, 1))
    };
    let tls = np::tls::TlsServer::from(describe(&[]));
    let server = serve(tls.clone()).await;
    let client = authority.client("alice.example", |params| {
        params.serial_number = Some(5_u64.into());
    });
    let client = np::tls::TlsClient::from(client.client(&authority));
    let before = connect(&server, client.clone()).await.unwrap();
    before.am_i().await.unwrap();
    tls.replace(describe(&[5])).await.unwrap();
    assert_eq!(refusal(&server, client).await, TlsError::Refused { alert: REVOKED });
    before.am_i().await.unwrap();
}

#[tokio::test]
async fn a_certificate_is_optional_where_the_server_says_so_and_never_a_wrong_one() {
    let (authority, other) = (Authority::new(), Authority::new());
    let tls = authority.server(|_| {}).server().client_ca_pem(&authority.pem);
    let server = serve(tls.client_certificate_optional()).await;
    let client = connect(&server, trusting(&authority)).await.unwrap();
    assert_eq!(client.am_i().await.unwrap(), "anonymous");
    let wrong = other.client("alice.example", |_| {}).client(&authority);
    assert_eq!(refusal(&server, wrong).await, TlsError::Refused { alert: UNKNOWN_CA });
}

struct OnlyAlice;

impl np::Authorizer for OnlyAlice {
    async fn authorize(&self, peer: &Peer) -> Decision {
        if let Identity::Certificate(certificate) = peer.identity()
            && certificate.names == ["alice.example"]
        {
            return Decision::Allow { principal: Some("alice".into()) };
        }
        Decision::Deny
    }
}

#[tokio::test]
async fn an_authorizer_decides_by_the_names_in_a_certificate() {
    let authority = Authority::new();
    let tls = authority.server(|_| {}).server().client_ca_pem(&authority.pem);
    let server = np::server().tls(tls).authorizer(OnlyAlice).add::<Who, _>(Host);
    let server = server.listen("tls://127.0.0.1:0").await.unwrap();
    let client = |name| authority.client(name, |_| {}).client(&authority);
    connect(&server, client("alice.example")).await.unwrap().am_i().await.unwrap();
    let bob = np::client().tls(client("bob.example"));
    // That it may not come in can be said after its handshake.
    let end = match soon(bob.connect::<WhoClient>(server.address())).await {
        Ok(client) => soon(client.connection().closed()).await,
        Err(Error::Closed(reason)) => *reason,
        Err(other) => panic!("{other}"),
    };
    assert_eq!(end.reason(), Reason::Unauthorized);
}
