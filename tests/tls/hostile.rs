//! Peers that are not what they say, speak something else, or take their time.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use network_protocol::tls::TlsError;
use network_protocol::{self as np, Client as _, Error, Limits};
use rustls::AlertDescription;
use rustls::pki_types::CertificateDer;

use crate::common::{Authority, Host, Who, connect, connect_to, of_tls, serve, soon, trusting};
use crate::log::Log;
use crate::raw::{self, BOTH, NEW, OLD, der};

/// Whoever has seen the certificate can show it: only its key proves anything.
#[tokio::test]
async fn l1_u1_a_pinned_certificate_with_another_key_is_a_bad_signature() {
    let authority = Authority::new();
    let (pinned, attacker) = (authority.server(|_| {}), authority.server(|_| {}));
    let pins =
        |tls: np::tls::ClientConfig| tls.pin(pinned.pin.to_string()).pin(attacker.pin.to_string());
    for versions in [NEW, OLD] {
        let at = |key| raw::serve(raw::server(versions, vec![der(&pinned.certificate)], key));
        let (honest, forged) = (at(&pinned.key), at(&attacker.key));
        let ways = [pins(trusting(&authority)), pins(np::tls::ClientConfig::new()).pin_only()];
        for tls in ways.map(np::tls::ClientConfig::tls12) {
            let error = connect_to(&forged, tls.clone()).await.map(drop).unwrap_err();
            assert_eq!(of_tls(error), TlsError::BadSignature);
            // With its own key the same certificate does; that program speaks nothing of ours then.
            let error = connect_to(&honest, tls).await.map(drop).unwrap_err();
            assert!(!matches!(error, Error::Tls(_)), "{error}");
        }
    }
}

#[tokio::test]
async fn l5_who_does_not_say_np_1_is_refused_by_either_side() {
    let log = Log::start();
    let authority = Authority::new();
    let pair = authority.server(|_| {});
    let server = serve(pair.server()).await;
    let silent = raw::connect(server.address(), Arc::new(raw::client(BOTH, &[])), b"", b"").await;
    assert!(silent.end.is_ok_and(|read| read == 0), "it was closed");
    log.says("does not say `np/1` (ALPN)").await;
    let other = Arc::new(raw::client(BOTH, &["h2", "http/1.1"]));
    let other = raw::connect(server.address(), other, b"", b"").await;
    let refused = rustls::Error::AlertReceived(AlertDescription::NoApplicationProtocol);
    assert_eq!(other.error(), &refused);

    for names in [vec![], vec![b"h2".to_vec()]] {
        let mut config = raw::server(NEW, vec![der(&pair.certificate)], &pair.key);
        config.alpn_protocols = names;
        let address = raw::serve(config);
        let error = connect_to(&address, trusting(&authority)).await.map(drop).unwrap_err();
        assert_eq!(of_tls(error), TlsError::NoAlpn);
    }
    let ours = Arc::new(raw::client(BOTH, &["h2", "np/1"]));
    let ours = raw::connect(server.address(), ours, b"", b"GET / HTTP/1.1\r\n\r\n").await;
    assert_eq!(ours.session.alpn_protocol(), Some(&b"np/1"[..]));
}

#[tokio::test]
async fn l6_early_data_is_not_taken() {
    let server = serve(Authority::new().server(|_| {}).server()).await;
    let mut config = raw::client(NEW, &["np/1"]);
    config.enable_early_data = true;
    let config = Arc::new(config);
    // The first leaves tickets, by which the second goes on.
    let nonsense = b"not a preface, so that the server closes";
    raw::connect(server.address(), config.clone(), b"", nonsense).await;
    let again = raw::connect(server.address(), config, b"early", nonsense).await;
    assert_eq!(again.session.handshake_kind(), Some(rustls::HandshakeKind::Resumed));
    assert!(!again.session.is_early_data_accepted());
}

#[tokio::test]
async fn sessions_are_resumed_and_never_where_certificates_or_pins_would_be_passed_over() {
    let authority = Authority::new();
    let server = serve(
        authority
            .server(|_| {})
            .server()
            .client_ca_pem(&authority.pem)
            .client_certificate_optional(),
    )
    .await;
    let config = Arc::new(raw::client(NEW, &["np/1"]));
    for _ in 0..2 {
        let nonsense = b"not a preface, so that the server closes";
        let seen = raw::connect(server.address(), config.clone(), b"", nonsense).await;
        assert_eq!(seen.session.handshake_kind(), Some(rustls::HandshakeKind::Full));
        assert_eq!(seen.session.tls13_tickets_received(), 0);
    }
}

fn hurried() -> Limits {
    let limits = Limits::default().with_first_byte_timeout(Duration::from_millis(300)).unwrap();
    limits.with_handshake_timeout(Duration::from_millis(600)).unwrap()
}

/// How long a server bears with a client that sends this, an octet at a time.
async fn borne(server: &np::Server, octets: &'static [u8]) -> Duration {
    let address = server.address().strip_prefix("tls://").unwrap().to_owned();
    let silent = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        let begun = Instant::now();
        let mut octets = octets.iter();
        loop {
            if let Some(octet) = octets.next()
                && stream.write_all(&[*octet]).is_err()
            {
                return begun.elapsed();
            }
            match stream.read(&mut [0; 64]) {
                Ok(0) => return begun.elapsed(),
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {
                    return begun.elapsed();
                }
                Ok(_) | Err(_) => {}
            }
        }
    });
    soon(silent).await.unwrap()
}

#[tokio::test]
async fn l8_u12_who_is_silent_or_slow_while_shaking_hands_is_left_in_time() {
    let tls = Authority::new().server(|_| {}).server();
    let server = np::server().tls(tls).limits(hurried()).add::<Who, _>(Host);
    let server = server.listen("tls://127.0.0.1:0").await.unwrap();
    // The beginning of a ClientHello that says it has 500 octets.
    let slow: &[u8] = &[22, 3, 1, 1, 0xF8, 1, 0, 1, 0xF4, 3, 3, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7];
    for octets in [&[][..], slow] {
        let borne = borne(&server, octets).await;
        assert!(borne >= Duration::from_millis(250), "{borne:?}");
        assert!(borne < Duration::from_secs(20), "{borne:?}");
    }
    soon(async {
        while server.connections() > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn l8_a_hello_in_pieces_is_one_all_the_same() {
    let authority = Authority::new();
    let server = serve(authority.server(|_| {}).server()).await;
    let mut config = raw::client(NEW, &["np/1"]);
    // Each piece is a record of its own, and the system may send several of them in one.
    config.max_fragment_size = Some(32);
    let seen = raw::connect(server.address(), Arc::new(config), b"", b"nothing of np, ever").await;
    assert_eq!(seen.session.alpn_protocol(), Some(&b"np/1"[..]));
    connect(&server, trusting(&authority)).await.unwrap().am_i().await.unwrap();
}

#[tokio::test]
async fn l8_a_chain_of_megabytes_is_refused_before_it_is_read() {
    let authority = Authority::new();
    let pair = authority.server(|_| {});
    let mut chain = vec![der(&pair.certificate)];
    chain.extend((0..15).map(|_| CertificateDer::from(vec![0x30; 1 << 20])));
    let address = raw::serve(raw::server(NEW, chain, &pair.key));
    let error = of_tls(connect_to(&address, trusting(&authority)).await.map(drop).unwrap_err());
    assert!(matches!(error, TlsError::Protocol { .. }), "{error}");
    assert!(error.to_string().contains("TooLarge"), "{error}");
}

#[tokio::test]
async fn l10_a_client_of_tls_1_2_alone_is_told_so_unless_the_server_takes_it() {
    let log = Log::start();
    let pair = Authority::new().server(|_| {});
    let server = serve(pair.server()).await;
    let old = || Arc::new(raw::client(OLD, &["np/1"]));
    let seen = raw::connect(server.address(), old(), b"", b"").await;
    let refused = rustls::Error::AlertReceived(AlertDescription::ProtocolVersion);
    assert_eq!(seen.error(), &refused);
    log.says("update it to TLS 1.3").await;
    let both = serve(pair.server().tls12()).await;
    let seen = raw::connect(both.address(), old(), b"", b"nothing of np, ever").await;
    assert_eq!(seen.version(), Some(rustls::ProtocolVersion::TLSv1_2));
}

#[tokio::test]
async fn a_client_and_a_server_that_both_take_tls_1_2_speak_1_3() {
    let authority = Authority::new();
    let server = serve(authority.server(|_| {}).server().tls12()).await;
    let client = connect(&server, trusting(&authority).tls12()).await.unwrap();
    assert_eq!(client.connection().security().tls.unwrap().version, "TLS 1.3");
}

#[tokio::test]
async fn a_client_of_ours_calls_over_tls_1_2_if_both_say_so() {
    let authority = Authority::new();
    let pair = authority.server(|_| {});
    let address = raw::serve(raw::server(OLD, vec![der(&pair.certificate)], &pair.key));
    let error = connect_to(&address, trusting(&authority)).await.map(drop).unwrap_err();
    assert!(matches!(of_tls(error), TlsError::VersionTooOld | TlsError::Refused { alert: 70 }));
}

#[tokio::test]
async fn a_peer_without_tls_is_told_apart() {
    let log = Log::start();
    let authority = Authority::new();
    let key = np::Keypair::generate().unwrap();
    let public = key.public();
    let plain = np::server().identity(key).add::<Who, _>(Host);
    let plain = plain.listen("tcp://127.0.0.1:0").await.unwrap();
    // One of ours says nothing to who is foreign to it, others do.
    let at = plain.address().replace("tcp://", "tls://");
    let error = connect_to(&at, trusting(&authority)).await.map(drop).unwrap_err();
    assert_eq!(error, Error::HandshakeTruncated);
    let web = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let at = format!("tls://{}", web.local_addr().unwrap());
    let answering = std::thread::spawn(move || {
        let (mut stream, _) = web.accept().unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        stream.read_to_end(&mut Vec::new()).ok();
    });
    let error = of_tls(connect_to(&at, trusting(&authority)).await.map(drop).unwrap_err());
    assert_eq!(error, TlsError::NotTls);
    soon(tokio::task::spawn_blocking(|| answering.join().unwrap())).await.unwrap();

    let server = serve(authority.server(|_| {}).server()).await;
    let at = server.address().replace("tls://", "tcp://");
    let client = np::client().identity(np::Keypair::generate().unwrap()).server_key(public);
    let connected = soon(client.connect::<crate::common::WhoClient>(&at)).await;
    assert!(matches!(connected, Err(Error::NotOurProtocol(_))), "{:?}", connected.map(drop));
    log.says("does not speak TLS: use `tls://` at both sides").await;
}

/// Carries octets to a server until it is told to stop, and then says nothing more to either side.
async fn cut_by(server: &np::Server) -> (String, tokio::sync::oneshot::Sender<()>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("tls://{}", listener.local_addr().unwrap());
    let to = server.address().strip_prefix("tls://").unwrap().to_owned();
    let (cut, told) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        let (mut near, _) = listener.accept().await.unwrap();
        let mut far = tokio::net::TcpStream::connect(to).await.unwrap();
        tokio::select! {
            _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
            _ = told => {}
        }
    });
    (address, cut)
}

#[tokio::test]
async fn an_end_that_was_cut_off_is_no_end_for_either_side() {
    let authority = Authority::new();
    let server = serve(authority.server(|_| {}).server()).await;
    let (address, cut) = cut_by(&server).await;
    let client = connect_to(&address, trusting(&authority)).await.unwrap();
    client.am_i().await.unwrap();
    let theirs = server.connected().pop().unwrap();
    cut.send(()).unwrap();
    for connection in [client.connection(), theirs] {
        let end = soon(connection.closed()).await;
        assert_eq!(end, np::CloseReason::Failed(Box::new(Error::Truncated)));
    }
}
