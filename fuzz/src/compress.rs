//! Compressed bodies: what is read is what it says it is and no more than is taken, and what is
//! compressed comes back.

use network_protocol::compress::{Algorithm, CompressError, Compressor, decompress, raw_len};

use crate::corpus::Target;
use crate::input::Input;

/// The targets of this module.
pub const TARGETS: [Target; 2] = [
    Target { name: "lz4_decode", run: lz4_decode, seeds: || seeds(Algorithm::Lz4) },
    Target { name: "zstd_decode", run: zstd_decode, seeds: || seeds(Algorithm::Zstd) },
];

/// The most that is taken.
const MAX: usize = 1 << 20;

/// See [`decode`].
pub fn lz4_decode(data: &[u8]) {
    decode(Algorithm::Lz4, data);
}

/// See [`decode`].
pub fn zstd_decode(data: &[u8]) {
    decode(Algorithm::Zstd, data);
}

/// The first byte says whether the rest is a compressed body, a block with a length of its own
/// before it, or something to compress and change.
fn decode(algorithm: Algorithm, data: &[u8]) {
    let mut input = Input::new(data);
    let compressor = Compressor::new(algorithm).expect("an algorithm of this build");
    let body = match input.below(3) {
        0 => input.rest().to_vec(),
        1 => {
            let len = input.u32() % (2 << 20);
            [&len.to_le_bytes(), input.rest()].concat()
        }
        _ => {
            let times = input.below(64) + 1;
            let raw = input.some().repeat(times);
            let mut small = Vec::new();
            if !compressor.compress(&raw, &mut small) {
                assert!(small.is_empty());
                return;
            }
            assert!(small.len() < raw.len());
            assert_eq!(decompress(algorithm, &small, raw.len()).as_deref(), Ok(&raw[..]));
            input.edit(&mut small);
            small
        }
    };
    read(algorithm, compressor, &body);
}

fn read(algorithm: Algorithm, compressor: Compressor, body: &[u8]) {
    let says = raw_len(body, MAX);
    match decompress(algorithm, body, MAX) {
        Ok(raw) => {
            assert_eq!(says, Ok(raw.len()));
            let mut small = Vec::new();
            if compressor.compress(&raw, &mut small) {
                assert_eq!(decompress(algorithm, &small, MAX), Ok(raw));
            }
        }
        Err(error) => {
            if let Err(says) = says {
                assert_eq!(error, says);
                let short = CompressError::Short { len: body.len() };
                assert_eq!(error == short, body.len() < 4);
            }
            assert!(error.to_string().len() < 200);
        }
    }
}

fn seeds(algorithm: Algorithm) -> Vec<(String, Vec<u8>)> {
    let text = b"the quick brown fox jumps over the lazy dog, and the lazy dog sleeps on. ";
    let compressor = Compressor::new(algorithm).expect("an algorithm of this build");
    let mut seeds = Vec::new();
    for (name, raw) in [("text", text.repeat(8)), ("zeros", vec![0; 5_000])] {
        let mut small = vec![0];
        assert!(compressor.compress(&raw, &mut small));
        for (change, at, to) in [("longer", 1, 0xFF), ("huge", 4, 0xFF), ("block", 9, 0x10)] {
            let mut changed = small.clone();
            changed[at] ^= to;
            seeds.push((format!("{name}-{change}"), changed));
        }
        seeds.push((format!("{name}-cut"), small[..small.len() - 3].to_vec()));
        seeds.push((format!("{name}-twice"), [&small[..], &small[5..]].concat()));
        seeds.push((name.into(), small));
    }
    seeds.push(("none".into(), vec![0]));
    seeds.push(("made".into(), [&[2, 9, 40], &text[..40]].concat()));
    seeds
        .push(("made-changed".into(), [&[2, 9, 40], &text[..40], &[3, 1, 7, 0, 0, 1, 9]].concat()));
    let frame = |rest: &[u8]| [&[0, 100, 0, 0, 0, 0x28, 0xB5, 0x2F, 0xFD], rest].concat();
    let long = if algorithm == Algorithm::Lz4 {
        // A match that begins before the first byte, and one that goes on for long.
        let offset = [35, 0, 0, 0, 0x1F, 97, 2, 0, 10, 0x50, 1, 2, 3, 4, 5];
        seeds.push(("offset".into(), [&[0], &offset[..]].concat()));
        [&[0, 0, 0, 16, 0, 0x1F, 97, 1, 0][..], &[255; 4_200]].concat()
    } else {
        // A repeated byte; then a dictionary, a checksum, a window of 2 GiB, frames to skip.
        let rle = [3, 3, 0, 7];
        for (name, header) in [
            ("rle", &[0x20, 100][..]),
            ("dictionary", &[0x21, 1, 100]),
            ("checksum", &[0x24, 100]),
            ("window", &[0x00, 0xA8]),
        ] {
            seeds.push((name.into(), frame(&[header, &rle].concat())));
        }
        [&[0, 100, 0, 0, 0][..], &[0x50, 0x2A, 0x4D, 0x18, 0, 0, 0, 0].repeat(9)].concat()
    };
    seeds.push(("long".into(), long));
    seeds
}
