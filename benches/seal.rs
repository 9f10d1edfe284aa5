//! The secure channel: sealing and opening records with both suites, and a whole XX handshake,
//! both ends. What was opened is compared with what was sealed.

#![expect(clippy::expect_used, reason = "a benchmark that cannot go on has failed")]

use std::hint::black_box;

use criterion::{BatchSize, Bencher, Criterion, Throughput};
use network_protocol::noise::{
    Handshake, Keypair, Opener, OsRandom, Params, Pattern, RECORD_HEADER, Role, Sealer, Suite,
    Transport,
};

const SUITES: [(Suite, &str); 2] =
    [(Suite::ChaChaPoly, "ChaCha20-Poly1305"), (Suite::AesGcm, "AES-256-GCM")];

fn side(suite: Suite, role: Role, local: &Keypair) -> Handshake {
    let params = Params {
        pattern: Pattern::Xx,
        suite,
        role,
        prologue: b"bench",
        local_static: Some(local),
        remote_static: None,
        psk: None,
    };
    Handshake::new(params, &mut OsRandom).expect("keys that suit the pattern")
}

/// A whole handshake: three messages, both ends.
fn handshake(suite: Suite, ours: &Keypair, theirs: &Keypair) -> (Transport, Transport) {
    let mut client = side(suite, Role::Initiator, ours);
    let mut server = side(suite, Role::Responder, theirs);
    let (mut message, mut payload) = (Vec::new(), Vec::new());
    while !client.is_finished() {
        let (from, to) = match client.is_my_turn() {
            true => (&mut client, &mut server),
            false => (&mut server, &mut client),
        };
        message.clear();
        from.write_message(&[], &mut message).expect("its turn");
        to.read_message(&message, &mut payload).expect("an untouched message");
    }
    (client.finish().expect("finished"), server.finish().expect("finished"))
}

fn handshakes(c: &mut Criterion) {
    let keys = || Keypair::generate().expect("randomness");
    let (ours, theirs) = (keys(), keys());
    let mut group = c.benchmark_group("noise/XX handshake, both ends");
    for (suite, name) in SUITES {
        group.bench_function(name, |b| {
            b.iter(|| {
                let (client, server) = handshake(suite, &ours, &theirs);
                assert_eq!(client.hash, server.hash);
                assert_eq!(client.remote_static, Some(theirs.public()));
                assert_eq!(server.remote_static, Some(ours.public()));
            });
        });
    }
    group.finish();
}

fn records(c: &mut Criterion) {
    let key = Keypair::generate().expect("randomness");
    for (suite, name) in SUITES {
        let mut group = c.benchmark_group(format!("noise/{name}"));
        for (size, label) in [(64, "64 B"), (1_024, "1 KiB"), (16_384, "16 KiB")] {
            let text: Vec<u8> = (0..=u8::MAX).cycle().take(size).collect();
            group.throughput(Throughput::Bytes(size.try_into().expect("a small number")));
            let (mut ours, _) = handshake(suite, &key, &key);
            group.bench_function(format!("seal {label}"), |b| seal(b, &mut ours.sealer, &text));
            let (mut ours, mut theirs) = handshake(suite, &key, &key);
            group.bench_function(format!("open {label}"), |b| {
                open(b, &mut ours.sealer, &mut theirs.opener, &text);
            });
        }
        group.finish();
    }
}

fn seal(b: &mut Bencher<'_>, sealer: &mut Sealer, text: &[u8]) {
    let mut out = Vec::with_capacity(2 * text.len());
    b.iter(|| {
        out.clear();
        out.extend_from_slice(&[0; RECORD_HEADER]);
        out.extend_from_slice(black_box(text));
        sealer.seal_reserved(&mut out, 0).expect("counters left");
    });
    let sealed = out.get(RECORD_HEADER..RECORD_HEADER + text.len()).expect("a record and its tag");
    assert_ne!(sealed, text, "what was sealed cannot be read");
}

/// A record opens once and in its turn, so those to be opened are sealed in the untimed part.
fn open(b: &mut Bencher<'_>, sealer: &mut Sealer, opener: &mut Opener, text: &[u8]) {
    let mut sealed = || {
        let mut record = text.to_vec();
        sealer.seal(&mut record, 0).expect("counters left");
        record.split_off(RECORD_HEADER)
    };
    let mut opened = |mut record: Vec<u8>| {
        let len = opener.open(&mut record).expect("an untouched record");
        assert_eq!(len, text.len());
        record
    };
    b.iter_batched(&mut sealed, &mut opened, BatchSize::LargeInput);
    let record = opened(sealed());
    assert_eq!(record.get(..text.len()), Some(text), "what was opened is what was sealed");
}

fn main() {
    let mut c = Criterion::default().configure_from_args();
    handshakes(&mut c);
    records(&mut c);
    c.final_summary();
}
