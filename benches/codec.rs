//! Values to bytes and back: a small message, a list of structs with strings, and a list that is
//! plain memory. Each case is checked in full before it is measured.

#![expect(clippy::expect_used, reason = "a benchmark that cannot go on has failed")]

use std::fmt::Debug;
use std::hint::black_box;

use criterion::{Criterion, Throughput};
use network_protocol::wire::{Root, decode, decode_exact, encode, encode_root};
use network_protocol::{self as np};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

#[derive(np::Wire, Clone, Debug, PartialEq)]
struct Login {
    user: u64,
    session: [u8; 16],
    name: String,
    remember: bool,
    device: Option<String>,
}

#[derive(np::Wire, Clone, Debug, PartialEq)]
struct Entry {
    id: u64,
    score: f64,
    name: String,
    labels: Vec<String>,
    parent: Option<u64>,
}

#[derive(np::Wire, Clone, Debug, PartialEq)]
struct Entries {
    entries: Vec<Entry>,
}

#[derive(np::Wire, Clone, Copy, Debug, PartialEq, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[np(fixed, plain)]
#[repr(C)]
struct Point {
    x: f32,
    y: f32,
    z: f32,
}

#[derive(np::Wire, Clone, Debug, PartialEq)]
struct Cloud {
    points: Vec<Point>,
}

fn login() -> Login {
    Login {
        user: 7_000_001,
        session: [0x5a; 16],
        name: "margaret".into(),
        remember: true,
        device: Some("terminal 3".into()),
    }
}

fn entries() -> Entries {
    let entry = |id: u64| Entry {
        id,
        score: 0.5,
        name: format!("entry number {id}"),
        labels: vec!["blue".into(), format!("label-{}", id % 16)],
        parent: id.is_multiple_of(3).then_some(id / 3),
    };
    Entries { entries: (0..1_000).map(entry).collect() }
}

fn cloud() -> Cloud {
    let point = |i: u16| Point { x: f32::from(i), y: 1.0, z: -2.5 };
    Cloud { points: (0..10_000).map(point).collect() }
}

/// Measures one value three ways; the throughput is in bytes of its encoding.
fn measure<T: Root + PartialEq + Debug>(c: &mut Criterion, name: &str, value: &T) {
    let bytes = encode(value).expect("small enough");
    assert_eq!(decode::<T>(&bytes).as_ref(), Ok(value), "{name}: decode");
    assert_eq!(decode_exact::<T>(&bytes).as_ref(), Ok(value), "{name}: decode_exact");

    let mut group = c.benchmark_group(format!("codec/{name}"));
    group.throughput(Throughput::Bytes(bytes.len().try_into().expect("a length fits")));
    group.bench_function("encode", |b| {
        let mut out = Vec::with_capacity(bytes.len());
        b.iter(|| {
            out.clear();
            encode_root(black_box(value), &mut out).expect("encodes");
            black_box(out.len())
        });
        assert_eq!(out, bytes, "{name}: what was encoded last");
    });
    group.bench_function("decode", |b| {
        b.iter(|| decode::<T>(black_box(&bytes)).expect("decodes"));
    });
    group.bench_function("decode_exact", |b| {
        b.iter(|| decode_exact::<T>(black_box(&bytes)).expect("decodes"));
    });
    group.finish();
}

fn main() {
    let mut c = Criterion::default().configure_from_args();
    measure(&mut c, "small message", &login());
    measure(&mut c, "1,000 structs with strings", &entries());
    measure(&mut c, "10,000 plain points", &cloud());
    c.final_summary();
}
