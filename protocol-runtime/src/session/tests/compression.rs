//! Compressed bodies: where they are agreed on, what is worth it, and what is refused.

use super::pair::{Pair, Protection, append, config, frames, id, method};
use super::script::failure;
use crate::compress::{Algorithm, CompressError};
use crate::error::Error;
use crate::frame::header::{Flags, Head, Kind};
use crate::limits::Limits;
use crate::schema::End;
use crate::session::{CallOptions, Compress, CompressionOffer, Config, Event, Role, Shape, Shapes};

/// Messages 1, 2 and 3 are compressed never, if enabled, and always.
fn pair(client: CompressionOffer, server: CompressionOffer) -> Pair {
    limited(client, server, &Limits::default())
}

/// The same with these limits.
fn limited(client: CompressionOffer, server: CompressionOffer, limits: &Limits) -> Pair {
    let kinds = [(1, Compress::Never), (2, Compress::IfEnabled), (3, Compress::Always)];
    let shapes =
        Shapes::new(kinds.map(|(number, compress)| {
            (End::Client, number, Shape { compress, ..Shape::default() })
        }));
    let side = |role, compression| Config {
        shapes: vec![shapes.clone()],
        limits: limits.clone().into(),
        compression,
        ..config(Protection::Plain.of(role))
    };
    Pair::with(side(Role::Client, client), side(Role::Server, server)).opened()
}

const BOTH: CompressionOffer = CompressionOffer::ALL;

/// Whether the client compresses this body of a message.
fn compresses(pair: &mut Pair, number: u16, compress: Option<bool>, body: &[u8]) -> bool {
    let options = CallOptions { compress, ..CallOptions::default() };
    let call = pair.client.session.call(pair.now, 0, number, options, append(body)).unwrap();
    let octets = pair.client.transmit();
    pair.server.receive(pair.now, &octets);
    let events = pair.server.take_events();
    let [Event::Request { body: got, .. }] = &events[..] else { panic!("{events:?}") };
    assert!(*got == body);
    pair.server.session.reply(call, append(body)).unwrap();
    pair.settle();
    let events = pair.client.take_events();
    assert!(matches!(&events[..], [Event::Reply { body: got, .. }] if *got == body));
    frames(&octets)[0].flags.has(Flags::COMPRESSED)
}

#[test]
fn f35_the_algorithm_is_one_that_both_read_and_messages_say_whether_they_use_it() {
    let lz4 = CompressionOffer { lz4: true, ..CompressionOffer::default() };
    for (client, server, expected) in [
        (BOTH, BOTH, Some(Algorithm::Zstd)),
        (BOTH, lz4, Some(Algorithm::Lz4)),
        (lz4, BOTH, Some(Algorithm::Lz4)),
        (BOTH, CompressionOffer::default(), None),
        (CompressionOffer::default(), BOTH, None),
    ] {
        let mut pair = pair(client, server);
        for side in [&pair.client, &pair.server] {
            assert_eq!(side.session.established().unwrap().compression, expected);
        }
        let text = b"all work and no play ".repeat(100);
        for (number, compress, smaller) in [
            (1, None, false),
            (1, Some(true), false),
            (2, None, false),
            (2, Some(true), true),
            (3, None, true),
            (3, Some(false), false),
        ] {
            let found = compresses(&mut pair, number, compress, &text);
            assert_eq!(found, smaller && expected.is_some(), "{number} {compress:?}");
        }
    }
    let mut enabled = pair(CompressionOffer { enabled: true, ..BOTH }, BOTH);
    let text = [7; 512];
    assert!(compresses(&mut enabled, 2, None, &text));
    assert!(!compresses(&mut enabled, 2, None, &text[1..]), "below the threshold");
    let noise: Vec<u8> =
        (0..600_u32).map(|n| n.wrapping_mul(0x9e37_79b1).to_be_bytes()[0]).collect();
    compresses(&mut enabled, 2, None, &noise);
}

#[test]
fn compress_min() {
    for (min, smaller) in [(200, true), (201, false)] {
        let limits = Limits::default().with_compress_min(min).unwrap();
        let mut pair = limited(BOTH, BOTH, &limits);
        assert_eq!(compresses(&mut pair, 3, None, &[7; 200]), smaller, "{min}");
    }
}

/// A compressed request with this body.
fn request(body: &[u8]) -> Vec<u8> {
    let head = Head::Request { call: id(1), method: method() };
    let len = u32::try_from(body.len()).unwrap();
    [&head.flagged(Flags::COMPRESSED, len), body].concat()
}

#[test]
fn z5_a_compressed_body_that_nobody_agreed_on_is_refused() {
    let mut pair = pair(CompressionOffer::default(), BOTH);
    pair.server.receive(pair.now, &request(&[0; 8]));
    assert_eq!(failure(&pair.server.take_events()), Error::NotNegotiated(Kind::Request));
}

#[test]
fn z1_z2_a_bomb_is_refused_by_its_length_before_anything_is_allocated() {
    let mut pair = pair(BOTH, BOTH);
    pair.server.receive(pair.now, &request(&[0xff, 0xff, 0xff, 0xff, 1, 2, 3]));
    let limit = CompressError::DecompressLimit { len: u32::MAX, max: 16_777_216 };
    assert_eq!(failure(&pair.server.take_events()), Error::Compression(limit));
}
