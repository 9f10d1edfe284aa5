//! A connection made of two sessions by their public names alone, as another shell would drive
//! them.
#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

use std::time::Instant;

use bytes::{Bytes, BytesMut};
use protocol_runtime::frame::control::Offer;
use protocol_runtime::frame::reason::Reason;
use protocol_runtime::limits::Limits;
use protocol_runtime::noise::{Keypair, OsRandom, Suite};
use protocol_runtime::session::{
    ClientSecurity, ClockPolicy, Config, Event, Security, ServerKey, ServerSecurity, Session,
    Status,
};

#[expect(clippy::disallowed_methods, reason = "time has to come from somewhere, once")]
fn start() -> Instant {
    Instant::now()
}

fn session(security: Security) -> Session {
    let offer = Offer { name: "acme::Echo".into(), version: 1, min: 1, fingerprint: [0; 16] };
    let config = Config {
        security,
        suite: Suite::auto(),
        offers: vec![offer],
        limits: Limits::default().into(),
        unix_ms: 0,
        clock: ClockPolicy::Warn,
        shapes: Vec::new(),
        compression: protocol_runtime::session::CompressionOffer::default(),
        memory: protocol_runtime::session::MessageMemory::default(),
    };
    Session::new(config, Box::new(OsRandom), start()).unwrap()
}

/// Carries what one side says to the other; false if it is silent.
fn pass(now: Instant, from: &mut Session, to: &mut Session) -> bool {
    let mut wire = Vec::new();
    let said = from.poll_transmit(&mut wire);
    to.handle_bytes(now, &mut BytesMut::from(&wire[..]));
    said
}

/// Carries octets both ways, until both are silent.
fn carry(now: Instant, client: &mut Session, server: &mut Session) {
    while pass(now, client, server) | pass(now, server, client) {}
}

#[test]
fn two_sessions_make_a_connection() {
    let now = start();
    let local = Keypair::from_secret([1; 32]).unwrap();
    let server_key = Keypair::from_secret([2; 32]).unwrap();
    let known = ServerKey::Known(server_key.public());
    let ours = ClientSecurity::Mutual { local: local.clone(), server: known };
    let mut client = session(Security::Client(ours));
    let theirs = ServerSecurity::Mutual { local: server_key };
    let mut server = session(Security::Server(theirs));
    carry(now, &mut client, &mut server);
    assert_eq!(client.poll_event(), Some(Event::Established));
    assert_eq!(server.poll_event(), Some(Event::Established));
    assert_eq!(server.established().unwrap().peer_key, Some(local.public()));

    let say = |text: &'static [u8]| {
        move |out: &mut Vec<u8>| {
            out.extend_from_slice(text);
            Ok(())
        }
    };
    let call = client
        .call(now, 0, 1, protocol_runtime::session::CallOptions::default(), say(b"ping"))
        .unwrap();
    carry(now, &mut client, &mut server);
    let body = Bytes::from_static(b"ping");
    let asked =
        Event::Request { call, protocol: 0, number: 1, body, deadline: None, metadata: None };
    assert_eq!(server.poll_event(), Some(asked));
    server.reply(call, say(b"pong")).unwrap();
    carry(now, &mut client, &mut server);
    let body = Bytes::from_static(b"pong");
    assert_eq!(client.poll_event(), Some(Event::Reply { call, body, metadata: None }));

    client.close(Reason::Normal, "");
    carry(now, &mut client, &mut server);
    assert_eq!((client.status(), server.status()), (Status::Closed, Status::Closed));
    assert!(server.close_reason().unwrap().is_clean());
}
