//! Frames out of a buffer, and a call through two sessions in memory: request, reply, both ends,
//! no encryption and no IO. What came out is compared with what went in.

#![expect(clippy::expect_used, reason = "a benchmark that cannot go on has failed")]

use std::hint::black_box;
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use criterion::{BatchSize, Criterion, Throughput};
use network_protocol::frame::control::Offer;
use network_protocol::frame::decoder::Decoder;
use network_protocol::frame::header::{Flags, Head, Method};
use network_protocol::limits::Limits;
use network_protocol::noise::{OsRandom, Suite};
use network_protocol::session::{
    CallId, ClientSecurity, ClockPolicy, Config, Event, Role, Security, ServerSecurity, Session,
};

const FRAMES: u32 = 1_000;
const BODY: &[u8; 32] = b"a body of thirty-two bytes, once";

fn header(c: &mut Criterion) {
    let call = CallId::new(4_711).expect("not zero");
    let method = Method::new(0, 1).expect("in range");
    let head = Head::Request { call, method };
    assert_eq!(Head::from_bytes(head.to_bytes(32)), Ok((head, Flags::NONE)));

    let mut group = c.benchmark_group("frame/header");
    group.bench_function("write", |b| b.iter(|| black_box(head).to_bytes(black_box(32))));
    let octets = head.to_bytes(32);
    group.bench_function("read", |b| b.iter(|| Head::from_bytes(black_box(octets))));
    group.finish();
}

fn decoder(c: &mut Criterion) {
    let method = Method::new(0, 1).expect("in range");
    let mut octets = Vec::new();
    for number in 0..FRAMES {
        let call = CallId::new(2 * number + 1).expect("odd");
        octets.extend_from_slice(&Head::Request { call, method }.to_bytes(32));
        octets.extend_from_slice(BODY);
    }
    let decoder = Decoder::new(1_024);

    let mut group = c.benchmark_group("frame/decoder");
    group.throughput(Throughput::Bytes(octets.len().try_into().expect("a length fits")));
    group.bench_function("1,000 frames of 32 B", |b| {
        b.iter_batched(
            || BytesMut::from(octets.as_slice()),
            |mut buffer| {
                let mut count = 0;
                while let Some(frame) = decoder.next(&mut buffer).expect("good frames") {
                    assert_eq!(frame.body.len(), BODY.len());
                    count += 1;
                }
                assert_eq!(count, FRAMES, "frames that came out");
                assert!(buffer.is_empty());
            },
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

/// One end of a connection, with what it has received and sends.
struct Side {
    session: Session,
    inbox: BytesMut,
    out: Vec<u8>,
}

impl Side {
    fn new(role: Role, now: Instant) -> Self {
        let offer = Offer { name: "bench::Echo".into(), version: 1, min: 1, fingerprint: [7; 16] };
        let config = Config {
            security: match role {
                Role::Client => Security::Client(ClientSecurity::Plain),
                Role::Server => Security::Server(ServerSecurity::Plain),
            },
            suite: Suite::ChaChaPoly,
            offers: vec![offer],
            limits: Limits::default().into(),
            unix_ms: 0,
            clock: ClockPolicy::Warn,
            shapes: Vec::new(),
            compression: network_protocol::session::CompressionOffer::default(),
            memory: network_protocol::session::MessageMemory::default(),
        };
        let session = Session::new(config, Box::new(OsRandom), now).expect("a good configuration");
        Self { session, inbox: BytesMut::new(), out: Vec::new() }
    }

    /// Carries what this side has to say to the other; false if it has nothing.
    fn carry(&mut self, now: Instant, to: &mut Self) -> bool {
        self.out.clear();
        let some = self.session.poll_transmit(&mut self.out);
        to.inbox.extend_from_slice(&self.out);
        to.session.handle_bytes(now, &mut to.inbox);
        some
    }
}

/// An open connection.
fn pair(now: Instant) -> (Side, Side) {
    let (mut client, mut server) = (Side::new(Role::Client, now), Side::new(Role::Server, now));
    while client.carry(now, &mut server) | server.carry(now, &mut client) {}
    assert_eq!(client.session.poll_event(), Some(Event::Established));
    assert_eq!(server.session.poll_event(), Some(Event::Established));
    (client, server)
}

/// `count` calls go over, and their replies come back.
fn calls(now: Instant, client: &mut Side, server: &mut Side, count: usize) {
    for _ in 0..count {
        let body = |out: &mut Vec<u8>| {
            out.extend_from_slice(BODY);
            Ok(())
        };
        client
            .session
            .call(now, 0, 1, network_protocol::session::CallOptions::default(), body)
            .expect("a call fits");
    }
    client.carry(now, server);
    let mut served = 0;
    while let Some(event) = server.session.poll_event() {
        if let Event::Request { call, body, .. } = event {
            let echo = |out: &mut Vec<u8>| {
                out.extend_from_slice(&body);
                Ok(())
            };
            server.session.reply(call, echo).expect("a reply fits");
            served += 1;
        }
    }
    server.carry(now, client);
    let mut answered = 0;
    while let Some(event) = client.session.poll_event() {
        answered += usize::from(matches!(event, Event::Reply { body, .. } if is_echo(&body)));
    }
    assert_eq!((served, answered), (count, count), "calls served and answered");
}

fn is_echo(body: &Bytes) -> bool {
    body == BODY.as_slice()
}

fn session(c: &mut Criterion) {
    let now = Instant::now();
    let mut group = c.benchmark_group("session, clear, both ends");
    for count in [1, 32] {
        let (mut client, mut server) = pair(now);
        group.throughput(Throughput::Elements(count));
        let count = usize::try_from(count).expect("a small number");
        group.bench_function(format!("{count} x request and reply of 32 B"), |b| {
            b.iter(|| calls(now, &mut client, &mut server, count));
        });
        assert_eq!(client.session.calls_in_flight(), 0);
    }
    group.finish();
}

fn main() {
    let mut c = Criterion::default().configure_from_args();
    header(&mut c);
    decoder(&mut c);
    session(&mut c);
    c.final_summary();
}
