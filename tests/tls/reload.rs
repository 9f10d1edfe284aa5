//! Certificates that change while connections go on.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use network_protocol::tls::{ServerConfig, TlsClient, TlsError, TlsServer};
use network_protocol::{self as np, Client as _, TimeSource};

use crate::common::{
    Authority, DAY, Host, Pair, Who, WhoClient, connect, now, of_tls, refusal, serve, soon,
    trusting,
};
use crate::log::Log;

/// A certificate and its key in files, which are put in place whole.
struct Files(PathBuf);

impl Files {
    fn new(name: &str, pair: &Pair) -> Self {
        let folder = std::env::temp_dir().join(format!("np-tls-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let files = Self(folder);
        files.put(&pair.certificate, &pair.key);
        files
    }

    fn put(&self, certificate: &str, key: &str) {
        for (name, text) in [("crt", certificate), ("key", key)] {
            fs::write(self.0.join("new"), text).unwrap();
            fs::rename(self.0.join("new"), self.0.join(name)).unwrap();
        }
    }

    fn config(&self) -> ServerConfig {
        ServerConfig::from_pem_files(self.0.join("crt"), self.0.join("key"))
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l7_no_call_fails_while_certificates_are_swapped() {
    let authority = Authority::new();
    let pairs = [authority.server(|_| {}), authority.server(|_| {})];
    let files = Files::new("swap", &pairs[0]);
    let tls = TlsServer::from(files.config());
    let server = serve(tls.clone()).await;
    let kept = connect(&server, trusting(&authority)).await.unwrap();
    let (stop, mut callers) = (Arc::new(AtomicBool::new(false)), Vec::new());
    for _ in 0..4 {
        let (stop, address) = (stop.clone(), server.address().to_owned());
        let trust = TlsClient::from(trusting(&authority));
        callers.push(tokio::spawn(async move {
            let mut seen = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                let client: WhoClient =
                    np::client().tls(trust.clone()).connect(&address).await.unwrap();
                client.am_i().await.unwrap();
                let tls = client.connection().security().tls.unwrap();
                seen.push(tls.peer.unwrap().spki_sha256);
            }
            seen
        }));
    }
    for round in 1..=40_usize {
        let pair = &pairs[round % 2];
        files.put(&pair.certificate, &pair.key);
        tls.reload().await.unwrap();
        let client = connect(&server, trusting(&authority)).await.unwrap();
        client.am_i().await.unwrap();
        let peer = client.connection().security().tls.unwrap().peer.unwrap();
        assert_eq!(&peer.spki_sha256, pair.pin.as_bytes());
        kept.am_i().await.unwrap();
    }
    stop.store(true, Ordering::Relaxed);
    let mut seen = Vec::new();
    for caller in callers {
        seen.extend(soon(caller).await.unwrap());
    }
    for pair in &pairs {
        assert!(seen.contains(pair.pin.as_bytes()), "of {} connections", seen.len());
    }
}

#[tokio::test]
async fn l7_a_broken_file_leaves_the_certificate_from_before_and_says_so() {
    let log = Log::start();
    let authority = Authority::new();
    let (pair, other) = (authority.server(|_| {}), authority.server(|_| {}));
    let files = Files::new("broken", &pair);
    let tls = TlsServer::from(files.config());
    let server = serve(tls.clone()).await;
    let expired = authority.server(|params| params.not_after = (now() - DAY).into());
    let no_crl = files.config().client_ca_pem(&authority.pem).crl_pem("none");
    files.put("-----BEGIN CERTIFICATE-----\nnonsense", &pair.key);
    let error = of_tls(tls.reload().await.unwrap_err());
    assert!(matches!(error, TlsError::Unusable { .. }), "{error}");
    log.says("stay as they were").await;
    files.put(&other.certificate, &pair.key);
    let error = of_tls(tls.reload().await.unwrap_err());
    assert!(matches!(error, TlsError::KeyMismatch { .. }), "{error}");
    files.put(&expired.certificate, &expired.key);
    let error = of_tls(tls.reload().await.unwrap_err());
    assert!(matches!(error, TlsError::OwnExpired { .. }), "{error}");
    files.put(&pair.certificate, &pair.key);
    assert!(matches!(of_tls(tls.replace(no_crl).await.unwrap_err()), TlsError::Nothing { .. }));
    let client = connect(&server, trusting(&authority)).await.unwrap();
    client.am_i().await.unwrap();
    files.put(&other.certificate, &other.key);
    tls.reload().await.unwrap();
    let client = connect(&server, trusting(&authority)).await.unwrap();
    let peer = client.connection().security().tls.unwrap().peer.unwrap();
    assert_eq!(&peer.spki_sha256, other.pin.as_bytes());
}

#[tokio::test]
async fn files_are_followed_where_that_was_asked_for() {
    let log = Log::start();
    let authority = Authority::new();
    let (pair, other) = (authority.server(|_| {}), authority.server(|_| {}));
    let files = Files::new("follow", &pair);
    let server = serve(files.config().reload_every(Duration::from_millis(20))).await;
    let shown = || async {
        let client = connect(&server, trusting(&authority)).await.unwrap();
        client.connection().security().tls.unwrap().peer.unwrap().spki_sha256
    };
    assert_eq!(&shown().await, pair.pin.as_bytes());
    files.put("nothing", &pair.key);
    log.says("stay as they were").await;
    assert_eq!(&shown().await, pair.pin.as_bytes());
    files.put(&other.certificate, &other.key);
    soon(async { while &shown().await != other.pin.as_bytes() {} }).await;
    let never = files.config().reload_every(Duration::ZERO);
    let error = np::server().tls(never).add::<Who, _>(Host).listen("tls://127.0.0.1:0").await;
    assert!(matches!(of_tls(error.map(drop).unwrap_err()), TlsError::Options(_)));
}

#[tokio::test]
async fn a_client_goes_on_with_other_authorities_and_pins() {
    let (authority, other) = (Authority::new(), Authority::new());
    let server = serve(other.server(|_| {}).server()).await;
    let tls = TlsClient::from(trusting(&authority));
    assert_eq!(refusal(&server, tls.clone()).await, TlsError::UnknownAuthority);
    tls.replace(trusting(&other)).await.unwrap();
    connect(&server, tls.clone()).await.unwrap().am_i().await.unwrap();
    let pins = [&authority, &other].map(|one| one.server(|_| {}).pin.to_string());
    let pinned = trusting(&other).pin(&pins[0]);
    assert_eq!(of_tls(tls.replace(pinned.clone()).await.unwrap_err()), TlsError::SinglePin);
    connect(&server, tls.clone()).await.unwrap();
    tls.replace(pinned.pin(&pins[1])).await.unwrap();
    assert!(matches!(refusal(&server, tls).await, TlsError::PinMismatch { .. }));
}

#[tokio::test]
async fn what_is_said_about_expiry_is_what_the_certificate_says() {
    let end = now() + 9 * DAY;
    let pair = Authority::new().server(|params| params.not_after = end.into());
    let tls = TlsServer::from(pair.server());
    assert_eq!(tls.expires(), None, "nobody has read it");
    let _server = serve(tls.clone()).await;
    let expires = tls.expires().unwrap();
    assert!(end.duration_since(expires).unwrap() < Duration::from_secs(1));
    let log = Log::start();
    let soon = Authority::new().server(|params| params.not_after = (now() + 2 * DAY).into());
    let _server = serve(soon.server()).await;
    log.says("the certificate expires soon: renew it").await;
}

/// A clock that is moved by hand.
#[derive(Clone)]
struct Hand(Arc<AtomicU64>);

impl Hand {
    fn new() -> Self {
        let since = now().duration_since(std::time::UNIX_EPOCH).unwrap();
        Self(Arc::new(AtomicU64::new(since.as_secs())))
    }

    fn forward(&self, span: Duration) {
        self.0.fetch_add(span.as_secs(), Ordering::SeqCst);
    }
}

impl TimeSource for Hand {
    fn unix_ms(&self) -> u64 {
        self.0.load(Ordering::SeqCst) * 1_000
    }
}

#[tokio::test]
async fn a_certificate_that_comes_to_its_end_is_mentioned_while_the_server_runs() {
    let log = Log::start();
    let pair = Authority::new().server(|params| params.not_after = (now() + DAY * 20).into());
    let clock = Hand::new();
    let builder = np::server().tls(pair.server()).time_source(clock.clone());
    let _server = builder.add::<Who, _>(Host).listen("tls://127.0.0.1:0").await.unwrap();
    // It is looked at every ten seconds.
    tokio::time::pause();
    clock.forward(DAY * 15);
    tokio::time::sleep(Duration::from_secs(30)).await;
    log.says("the certificate expires soon: renew it").await;
}

#[tokio::test]
async fn l9_a_connection_outlives_its_certificates_and_none_comes_after_it() {
    let authority = Authority::new();
    let lasting = |days| {
        move |params: &mut rcgen::CertificateParams| {
            params.not_after = (now() + DAY * days).into();
        }
    };
    let (server, client) =
        (authority.server(lasting(5)), authority.client("alice.example", lasting(50)));
    let (theirs, ours) = (Hand::new(), Hand::new());
    let tls = server.server().client_ca_pem(&authority.pem);
    let builder = np::server().tls(tls).time_source(theirs.clone()).add::<Who, _>(Host);
    let server = builder.listen("tls://127.0.0.1:0").await.unwrap();
    let connecting = || {
        let builder = np::client().tls(client.client(&authority)).time_source(ours.clone());
        let address = server.address().to_owned();
        async move { soon(builder.connect::<WhoClient>(&address)).await }
    };
    let before = connecting().await.unwrap();
    // The server's certificate is over, as the client sees it.
    ours.forward(6 * DAY);
    before.am_i().await.unwrap();
    let error = of_tls(connecting().await.map(drop).unwrap_err());
    assert!(matches!(error, TlsError::Expired { ago } if ago >= DAY - Duration::from_secs(60)));
    // Or not valid yet.
    ours.forward(Duration::ZERO);
    let early = Hand::new();
    early.0.store(1_000, Ordering::SeqCst);
    let young = authority.server(|params| params.not_before = (now() - DAY).into());
    let young = serve(young.server()).await;
    let builder = np::client().tls(trusting(&authority)).time_source(early);
    let error = soon(builder.connect::<WhoClient>(young.address())).await.map(drop).unwrap_err();
    assert!(matches!(of_tls(error), TlsError::NotYetValid { .. }));
    // The client's is, as the server sees it.
    theirs.forward(60 * DAY);
    before.am_i().await.unwrap();
    let ours = Hand::new();
    let builder = np::client().tls(client.client(&authority)).time_source(ours);
    let error = soon(builder.connect::<WhoClient>(server.address())).await.map(drop).unwrap_err();
    assert_eq!(of_tls(error), TlsError::Refused { alert: 45 });
}
