//! Bytes left over in a message are an error between peers of one schema, and a newer writer's
//! fields between peers of two: a client made of a bare session says what a typed one cannot.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails where it is wrong"
)]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use network_protocol as np;
use network_protocol::session::{
    CallFailure, ClientSecurity, ClockPolicy, Config, Event, Security, Session,
};
use np::Protocol as _;

#[np::protocol(package = "test")]
enum Sum {
    #[np(reply = u32)]
    Add { a: u32, b: u32 },
}

struct Adder;

impl SumHandler for Adder {
    async fn add(&self, _: &np::Cx, message: SumAdd) -> u32 {
        message.a + message.b
    }
}

/// A client that offers `Sum` with this fingerprint, calls message 1 with these bytes, and gives
/// what comes back.
fn call(address: &str, fingerprint: [u8; 16], body: &[u8]) -> Result<np::Bytes, CallFailure> {
    let offer = np::frame::control::Offer {
        name: Sum::NAME.to_owned(),
        version: Sum::VERSION,
        min: Sum::MIN_VERSION,
        fingerprint,
    };
    let config = Config {
        security: Security::Client(ClientSecurity::InsecureAnonymous),
        suite: np::noise::Suite::auto(),
        offers: vec![offer],
        limits: np::Limits::default().into(),
        unix_ms: 0,
        clock: ClockPolicy::Warn,
        shapes: Vec::new(),
        compression: network_protocol::session::CompressionOffer::default(),
        memory: network_protocol::session::MessageMemory::default(),
    };
    let mut stream = TcpStream::connect(address.trim_start_matches("tcp://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut session = Session::new(config, Box::new(np::OsRandom), Instant::now()).unwrap();
    let (mut input, mut output) = (bytes::BytesMut::new(), Vec::new());
    loop {
        output.clear();
        session.poll_transmit(&mut output);
        stream.write_all(&output).unwrap();
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).unwrap();
        assert!(read > 0, "the server closed");
        input.extend_from_slice(&chunk[..read]);
        session.handle_bytes(Instant::now(), &mut input);
        while let Some(event) = session.poll_event() {
            match event {
                Event::Established => {
                    let write = |out: &mut Vec<u8>| {
                        out.extend_from_slice(body);
                        Ok(())
                    };
                    session
                        .call(
                            Instant::now(),
                            0,
                            1,
                            network_protocol::session::CallOptions::default(),
                            write,
                        )
                        .unwrap();
                }
                Event::Reply { body, .. } => return Ok(body),
                Event::Failed { error, .. } => return Err(error),
                other => panic!("{other:?}"),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn left_over_bytes_depend_on_the_fingerprint() {
    let server = np::server()
        .insecure_anonymous()
        .add::<Sum, _>(Adder)
        .listen("tcp://127.0.0.1:0")
        .await
        .unwrap();
    let address = server.address().to_owned();
    tokio::task::spawn_blocking(move || {
        let equal = Sum::fingerprint().0;
        let other = [0; 16];
        let exact = [8, 1, 0, 0, 0, 2, 0, 0, 0];
        // A newer writer: a third field, and a tail.
        let longer = [9, 1, 0, 0, 0, 2, 0, 0, 0, 1, b'x'];
        let sum = [4, 3, 0, 0, 0];
        assert_eq!(call(&address, equal, &exact).unwrap(), &sum[..]);
        assert_eq!(call(&address, other, &exact).unwrap(), &sum[..]);
        assert_eq!(call(&address, other, &longer).unwrap(), &sum[..]);
        let CallFailure::Remote(fault) = call(&address, equal, &longer).unwrap_err() else {
            panic!("no fault");
        };
        let np::Fault::BadMessage { text } = fault else { panic!("{fault:?}") };
        assert!(text.to_string().contains("9 bytes long, this schema writes 8"), "{text}");
        // What no version writes is refused either way.
        let cut = [200, 1, 0];
        assert!(matches!(call(&address, other, &cut), Err(CallFailure::Remote(_))));
    })
    .await
    .unwrap();
    server.shutdown(Duration::from_secs(1)).await.unwrap();
}
