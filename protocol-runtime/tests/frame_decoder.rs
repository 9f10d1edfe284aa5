//! The stream of frames: any slicing gives the same frames, and each rule is judged by as few
//! bytes as say it.

#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

use bytes::BytesMut;
use proptest::prelude::*;
use protocol_runtime::error::Error;
use protocol_runtime::frame::decoder::{Decoder, Frame};
use protocol_runtime::frame::header::{
    BadFrame, CONTROL_MAX, HEADER, Head, Kind, Method, NUMBER_MAX,
};
use protocol_runtime::frame::id::CallId;

const MAX: u32 = 100_000;

fn decoder() -> Decoder {
    Decoder::new(MAX)
}

fn call(number: u32) -> CallId {
    CallId::new(number).unwrap()
}

fn octets(head: Head, body: &[u8]) -> Vec<u8> {
    [&head.to_bytes(u32::try_from(body.len()).unwrap()), body].concat()
}

/// All frames that come out when the octets arrive in pieces of these sizes, over and over.
fn sliced(octets: &[u8], sizes: &[usize]) -> (Vec<Frame>, Option<Error>) {
    let (mut buffer, mut frames) = (BytesMut::new(), Vec::new());
    let mut rest = octets;
    for &size in sizes.iter().cycle() {
        let (piece, left) = rest.split_at(size.min(rest.len()));
        buffer.extend_from_slice(piece);
        rest = left;
        loop {
            match decoder().next(&mut buffer) {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(error) => return (frames, Some(error)),
            }
        }
        if rest.is_empty() {
            break;
        }
    }
    (frames, None)
}

fn head() -> impl Strategy<Value = Head> {
    let id = (1..=u32::MAX).prop_map(call);
    let method = (0_u8..16, 0..=NUMBER_MAX).prop_map(|(p, n)| Method::new(p, n).unwrap());
    prop_oneof![
        (id.clone(), method.clone()).prop_map(|(call, method)| Head::Request { call, method }),
        id.clone().prop_map(|call| Head::Reply { call }),
        id.clone().prop_map(|call| Head::Error { call }),
        id.clone().prop_map(|call| Head::Item { call }),
        id.prop_map(|call| Head::Credit { call: Some(call) }),
        method.prop_map(|method| Head::Event { method }),
        Just(Head::Ping),
        Just(Head::Pong),
        Just(Head::Close),
    ]
}

proptest! {
    #[test]
    fn f1_fr4_any_slicing_gives_the_same_frames(
        frames in prop::collection::vec((head(), prop::collection::vec(any::<u8>(), 0..200)), 0..20),
        sizes in prop::collection::vec(1_usize..50, 1..10),
    ) {
        let wire: Vec<u8> = frames.iter().flat_map(|(head, body)| octets(*head, body)).collect();
        let (got, error) = sliced(&wire, &sizes);
        prop_assert_eq!(error, None);
        let got: Vec<_> = got.into_iter().map(|frame| (frame.head, frame.body.to_vec())).collect();
        prop_assert_eq!(got, frames);
    }

    #[test]
    fn f6_garbage_gives_the_same_error_however_it_is_sliced(
        garbage in prop::collection::vec(any::<u8>(), 0..300),
        sizes in prop::collection::vec(1_usize..50, 1..10),
    ) {
        prop_assert_eq!(sliced(&garbage, &sizes), sliced(&garbage, &[garbage.len().max(1)]));
    }

    #[test]
    fn a_header_either_reads_back_as_itself_or_breaks_a_rule(bytes in any::<[u8; HEADER]>()) {
        if let Ok((head, flags)) = Head::from_bytes(bytes) {
            let len = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
            prop_assert_eq!(head.flagged(flags, len), bytes);
        }
    }
}

#[test]
fn fr4_two_frames_cut_at_every_offset() {
    let first = octets(Head::Reply { call: call(1) }, b"one");
    let wire = [first, octets(Head::Ping, b"two")].concat();
    let whole = sliced(&wire, &[wire.len()]);
    assert_eq!(whole.0.len(), 2);
    for cut in 1..wire.len() {
        assert_eq!(sliced(&wire, &[cut, wire.len()]), whole);
    }
}

#[test]
fn f4_the_limit_is_inclusive() {
    for len in [0, 1, MAX - 1, MAX] {
        let body = vec![1; usize::try_from(len).unwrap()];
        let mut buffer = BytesMut::from(&octets(Head::Reply { call: call(1) }, &body)[..]);
        assert_eq!(decoder().next(&mut buffer).unwrap().unwrap().body, body);
    }
    let mut buffer = BytesMut::from(&Head::Ping.to_bytes(MAX + 1)[..]);
    let too_large = Error::FrameTooLarge { len: MAX + 1, max: MAX };
    assert_eq!(decoder().next(&mut buffer), Err(too_large));
}

#[test]
fn fr1_fr6_a_length_over_the_limit_is_refused_after_four_bytes() {
    for len in [MAX + 1, 0x7fff_ffff, u32::MAX - 12, u32::MAX - 1, u32::MAX] {
        let mut buffer = BytesMut::from(&len.to_le_bytes()[..3]);
        assert_eq!(decoder().next(&mut buffer), Ok(None));
        buffer.extend_from_slice(&len.to_le_bytes()[3..]);
        let capacity = buffer.capacity();
        assert_eq!(decoder().next(&mut buffer), Err(Error::FrameTooLarge { len, max: MAX }));
        assert_eq!(buffer.capacity(), capacity);
    }
}

#[test]
fn fr6_no_length_wraps_even_without_a_limit() {
    for len in [u32::MAX - 12, u32::MAX - 11, u32::MAX] {
        let mut buffer = BytesMut::from(&Head::Reply { call: call(1) }.to_bytes(len)[..]);
        assert_eq!(Decoder::new(u32::MAX).next(&mut buffer), Ok(None));
        assert_eq!(buffer.len(), HEADER);
    }
}

#[test]
fn fr3_a_broken_rule_is_named_after_the_header_and_before_the_body() {
    let request = Head::Request { call: call(1), method: Method::new(0, 1).unwrap() };
    for (at, byte, expected) in [
        (4, 0, BadFrame::UnknownKind(0)),
        (4, 200, BadFrame::UnknownKind(200)),
        (5, 0x10, BadFrame::Flags { kind: Kind::Request, flags: 0x10 }),
        (5, 0x80, BadFrame::Flags { kind: Kind::Request, flags: 0x80 }),
        (8, 0, BadFrame::Call { kind: Kind::Request, call: 0 }),
    ] {
        let mut header = request.to_bytes(1_000);
        header[at] = byte;
        let mut buffer = BytesMut::from(&header[..HEADER - 1]);
        assert_eq!(decoder().next(&mut buffer), Ok(None));
        buffer.extend_from_slice(&header[HEADER - 1..]);
        assert_eq!(decoder().next(&mut buffer), Err(Error::BadFrame(expected)));
    }
}

#[test]
fn frames_of_the_connection_itself_are_small() {
    for head in [Head::Ping, Head::Pong, Head::GoAway, Head::Close, Head::Credit { call: None }] {
        let len = CONTROL_MAX + 1;
        let mut buffer = BytesMut::from(&head.to_bytes(len)[..]);
        let too_large = Error::FrameTooLarge { len, max: CONTROL_MAX };
        assert_eq!(decoder().next(&mut buffer), Err(too_large));
    }
}

#[test]
fn a_body_shares_the_buffer() {
    let mut buffer = BytesMut::from(&octets(Head::Reply { call: call(1) }, b"body")[..]);
    let memory = buffer.as_ptr_range();
    let frame = decoder().next(&mut buffer).unwrap().unwrap();
    assert!(memory.contains(&frame.body.as_ptr()));
    assert!(buffer.is_empty());
}

/// FR7: hostile octets, a hundred million times. One in two is a header whose every field is
/// likely to be in range, so that most rules are reached.
#[test]
#[ignore = "a hundred million rounds: cargo test --release -p protocol-runtime --test frame_decoder -- --ignored"]
fn fr7_a_hundred_million_random_streams_neither_panic_nor_grow() {
    let (mut state, mut buffer) = (0x9E37_79B9_7F4A_7C15_u64, BytesMut::with_capacity(64));
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let (mut whole, mut waiting, mut refused) = (0_u64, 0_u64, 0_u64);
    for _ in 0..100_000_000 {
        let (a, b, c) = (random(), random(), random());
        buffer.clear();
        if a & 1 == 0 {
            buffer.extend_from_slice(&[(a >> 8).to_le_bytes()[0] % 24, 0, 0, 0]);
            buffer.extend_from_slice(&[(b >> 8).to_le_bytes()[0] % 14, 0]);
            buffer.extend_from_slice(&c.to_le_bytes()[..2]);
        }
        buffer.extend_from_slice(&b.to_le_bytes());
        buffer.extend_from_slice(&c.to_le_bytes());
        match decoder().next(&mut buffer) {
            Ok(Some(_)) => whole += 1,
            Ok(None) => waiting += 1,
            Err(_) => refused += 1,
        }
        assert!(buffer.capacity() <= 64);
    }
    assert!(whole > 1_000 && waiting > 1_000 && refused > 1_000, "{whole} {waiting} {refused}");
}
