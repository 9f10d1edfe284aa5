//! What both sides say of a connection over TLS, and what is refused before there is one.

use network_protocol::tls::{ClientConfig, ServerConfig, TlsError};
use network_protocol::{self as np, Client as _, Identity};

use crate::common::{
    Authority, Host, Pair, Who, WhoClient, connect, connect_to, of_tls, serve, trusting,
};

/// What a server says that does not start.
async fn unstarted(address: &str, tls: ServerConfig) -> TlsError {
    let listening = np::server().tls(tls).add::<Who, _>(Host).listen(address).await;
    of_tls(listening.map(drop).unwrap_err())
}

/// What a client says that does not even try.
async fn untried(address: &str, tls: ClientConfig) -> TlsError {
    of_tls(connect_to(address, tls).await.map(drop).unwrap_err())
}

#[tokio::test]
async fn a_client_that_trusts_the_authority_calls_over_tls_1_3() {
    let authority = Authority::new();
    let pair = authority.server(|_| {});
    let server = serve(pair.server()).await;
    assert!(server.address().starts_with("tls://127.0.0.1:"), "{}", server.address());
    let client = connect(&server, trusting(&authority)).await.unwrap();
    assert_eq!(client.am_i().await.unwrap(), "anonymous");
    let security = client.connection().security();
    assert!(security.is_encrypted() && security.is_authenticated());
    assert_eq!((security.pattern, security.peer_key), (None, None), "no Noise inside");
    let channel = security.tls.as_ref().unwrap();
    assert_eq!(channel.version, "TLS 1.3");
    assert_eq!(channel.key_exchange, "X25519MLKEM768");
    let peer = channel.peer.as_ref().unwrap();
    assert_eq!((&peer.spki_sha256, peer.names.len()), (pair.pin.as_bytes(), 2));
    let text = security.to_string();
    assert!(text.contains("TLS 1.3") && text.contains(&pair.pin.to_string()), "{text}");
    assert!(matches!(
        client.connection().peer().identity(),
        Identity::Certificate(shown)
            if shown.spki_sha256 == *pair.pin.as_bytes()
                && shown.names.iter().any(|name| name == "localhost")
    ));
    assert_eq!(client.connection().peer().transport(), "tls");
}

#[tokio::test]
async fn both_sides_have_the_same_binding_and_each_connection_another() {
    let authority = Authority::new();
    let server = serve(authority.server(|_| {}).server()).await;
    let mut seen = Vec::new();
    for _ in 0..2 {
        let client = connect(&server, trusting(&authority)).await.unwrap();
        client.am_i().await.unwrap();
        let ours = client.connection().security().handshake_hash.unwrap();
        let theirs: Vec<_> =
            server.connected().iter().filter_map(|one| one.security().handshake_hash).collect();
        assert!(theirs.contains(&ours));
        assert!(!seen.contains(&ours));
        seen.push(ours);
    }
}

#[tokio::test]
async fn noise_inside_tls_proves_keys_to_both_if_they_are_named() {
    let authority = Authority::new();
    let (ours, theirs) = (np::Keypair::generate().unwrap(), np::Keypair::generate().unwrap());
    let (key, mine) = (theirs.public(), ours.public());
    let server = np::server().tls(authority.server(|_| {}).server()).identity(theirs);
    let server = server.add::<Who, _>(Host).listen("tls://127.0.0.1:0").await.unwrap();
    let client = np::client().tls(trusting(&authority)).identity(ours).server_key(key);
    let client: WhoClient = client.connect(server.address()).await.unwrap();
    assert_eq!(client.am_i().await.unwrap(), format!("key {}", mine.fingerprint()));
    let security = client.connection().security();
    assert!(security.tls.is_some() && security.pattern.is_some(), "{security}");
}

#[tokio::test]
async fn a_name_that_the_certificate_has_can_be_told() {
    let authority = Authority::new();
    let pair = authority.server(|params| {
        params.subject_alt_names =
            vec![rcgen::SanType::DnsName("chat.example".try_into().unwrap())];
    });
    let server = serve(pair.server()).await;
    let client = connect(&server, trusting(&authority).server_name("chat.example")).await.unwrap();
    client.am_i().await.unwrap();
    let wrong = untried(server.address(), trusting(&authority).server_name("not a name")).await;
    assert!(matches!(wrong, TlsError::BadName { .. }), "{wrong}");
}

#[tokio::test]
async fn tls_is_set_up_where_the_address_asks_for_it_and_nowhere_else() {
    let authority = Authority::new();
    let pair = authority.server(|_| {});
    let error = unstarted("tcp://127.0.0.1:0", pair.server()).await;
    assert!(error.to_string().contains("`tls://127.0.0.1:0`"), "{error}");
    let error = untried("tcp://127.0.0.1:9", trusting(&authority)).await;
    assert!(error.to_string().contains("`tls://127.0.0.1:9`"), "{error}");
    let error = untried("tls://127.0.0.1:9,mem://np-none", trusting(&authority)).await;
    assert!(matches!(error, TlsError::NotTlsAddress { .. }), "{error}");
    let error = np::server().add::<Who, _>(Host).listen("tls://127.0.0.1:0").await.map(drop);
    assert!(error.unwrap_err().to_string().contains("certificate with `.tls(..)`"));
    let error = np::client().connect::<WhoClient>("tls://127.0.0.1:9").await.map(drop);
    assert!(error.unwrap_err().to_string().contains("whom to trust with `.tls(..)`"));
}

#[tokio::test]
async fn a_client_says_whom_it_trusts_or_does_not_connect() {
    let (authority, at) = (Authority::new(), "tls://127.0.0.1:9");
    let one = authority.server(|_| {}).pin.to_string();
    let other = authority.server(|_| {}).pin.to_string();
    assert_eq!(untried(at, ClientConfig::new()).await, TlsError::NoTrust);
    assert_eq!(untried(at, ClientConfig::new().pin(&one).pin(&other)).await, TlsError::NoTrust);
    let pinned = || trusting(&authority).pin(&one);
    assert_eq!(untried(at, pinned()).await, TlsError::SinglePin);
    assert_eq!(untried(at, pinned().pin(&one)).await, TlsError::SinglePin, "twice the same");
    let wrong = untried(at, pinned().pin("sha256/no")).await;
    assert!(matches!(wrong, TlsError::BadPin { .. }), "{wrong}");
    for options in [
        pinned().pin(&other).pin_only(),
        ClientConfig::new().pin_only(),
        ClientConfig::new().pin(&one).pin(&other).pin_only().crl("x"),
    ] {
        let error = untried(at, options).await;
        assert!(matches!(error, TlsError::Options(_)), "{error}");
    }
}

#[tokio::test]
async fn files_that_cannot_be_used_are_named_before_anything_is_started() {
    let authority = Authority::new();
    let (pair, other) = (authority.server(|_| {}), authority.server(|_| {}));
    let at = "tls://127.0.0.1:0";
    let missing = unstarted(at, ServerConfig::from_pem_files("/np/none.crt", "/np/none.key")).await;
    assert!(missing.to_string().contains("/np/none.crt"), "{missing}");
    let swapped = unstarted(at, ServerConfig::from_pem(&pair.key, &pair.certificate)).await;
    assert!(matches!(swapped, TlsError::Nothing { wanted: "certificate", .. }), "{swapped}");
    let keyless = unstarted(at, ServerConfig::from_pem(&pair.certificate, &pair.certificate)).await;
    assert!(matches!(keyless, TlsError::Nothing { wanted: "private key", .. }), "{keyless}");
    let mixed = unstarted(at, ServerConfig::from_pem(&pair.certificate, &other.key)).await;
    assert!(matches!(mixed, TlsError::KeyMismatch { .. }), "{mixed}");
    let crl = unstarted(at, pair.server().crl("x")).await;
    assert!(matches!(crl, TlsError::Options(_)), "{crl}");
    let optional = unstarted(at, pair.server().client_certificate_optional()).await;
    assert!(matches!(optional, TlsError::Options(_)), "{optional}");
    let no_crl = unstarted(at, pair.server().client_ca_pem(&authority.pem).crl_pem("none")).await;
    assert!(matches!(no_crl, TlsError::Nothing { wanted: "revocation list", .. }), "{no_crl}");
    let expired = |days| {
        let end = crate::common::now() - crate::common::DAY * days;
        authority.server(move |params| params.not_after = end.into())
    };
    let error = unstarted(at, Pair::server(&expired(2))).await;
    assert!(error.to_string().contains("expired 2 days ago: renew it"), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn development_certificates_are_files_of_their_owner_and_work_for_localhost() {
    use std::os::unix::fs::PermissionsExt as _;

    use network_protocol::tls::dev::{DevCertificates, DevFiles};

    let folder = std::env::temp_dir().join(format!("np-dev-{}", std::process::id()));
    let files = DevCertificates::generate().unwrap().write(&folder, false).unwrap();
    assert_eq!(files, DevFiles::of(&folder));
    for key in [&files.server_key, &files.client_key] {
        assert_eq!(key.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    let again = DevCertificates::generate().unwrap();
    let taken = again.write(&folder, false).unwrap_err();
    assert!(matches!(taken, TlsError::Exists { .. }), "{taken}");
    again.write(&folder, true).unwrap();
    assert_eq!(std::fs::read_to_string(&files.ca).unwrap(), again.ca);

    let tls = ServerConfig::from_pem_files(&files.server_certificate, &files.server_key);
    let server = serve(tls.client_ca(&files.ca)).await;
    let trust = ClientConfig::new().ca(&files.ca);
    let client = trust.client_certificate(&files.client_certificate, &files.client_key);
    let by_name = server.address().replace("127.0.0.1", "localhost");
    let client = connect_to(&by_name, client).await.unwrap();
    let seen = client.am_i().await.unwrap();
    assert!(seen.ends_with("of dev-client"), "{seen}");
    std::fs::remove_dir_all(&folder).unwrap();
}
