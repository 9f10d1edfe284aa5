//! Frames out of a stream: how it was cut never matters.

use bytes::BytesMut;
use network_protocol::error::Error;
use network_protocol::frame::decoder::{Decoder, Frame};
use network_protocol::frame::header::{HEADER, Head, Kind, Method};
use network_protocol::frame::id::CallId;

use crate::input::{Input, pieces};

/// Decodes a stream in one piece, in pieces, and octet by octet.
pub fn frame_decode(data: &[u8]) {
    let mut input = Input::new(data);
    let max = input.one([1_024, 65_536, 1_048_576, u32::MAX]);
    let cuts = input.cuts();
    let stream = input.rest();
    let whole = decode(max, stream, &[]);
    assert_eq!(decode(max, stream, cuts), whole);
    assert_eq!(decode(max, stream, &[1]), whole);

    let mut written = Vec::new();
    for Frame { head, flags, body } in &whole.0 {
        let len = u32::try_from(body.len()).expect("a length that was read from 32 bits");
        assert!(len <= max);
        written.extend(head.flagged(*flags, len));
        written.extend_from_slice(body);
    }
    assert!(stream.starts_with(&written), "frames read back as other octets");
    if whole.1.is_none() {
        let left = &stream[written.len()..];
        let wanted = left.first_chunk().map(|len| u32::from_le_bytes(*len));
        let wanted = wanted.map_or(HEADER, |len| usize::try_from(len).expect("64 bits") + HEADER);
        assert!(left.len() < wanted, "a whole frame was left");
    }
}

fn decode(max: u32, stream: &[u8], cuts: &[u8]) -> (Vec<Frame>, Option<Error>) {
    let (decoder, mut inbox, mut frames) = (Decoder::new(max), BytesMut::new(), Vec::new());
    for piece in pieces(stream, cuts) {
        inbox.extend_from_slice(piece);
        loop {
            match decoder.next(&mut inbox) {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(error) => return (frames, Some(error)),
            }
        }
    }
    (frames, None)
}

pub(super) fn seeds() -> Vec<(String, Vec<u8>)> {
    let call = CallId::new(1).expect("not zero");
    let method = Method::new(1, 2).expect("small");
    let heads = [
        Head::Request { call, method },
        Head::Reply { call },
        Head::Error { call },
        Head::Event { method },
        Head::Ping,
        Head::Pong,
        Head::Close,
    ];
    let frame = |head: Head, body: &[u8]| {
        [&head.to_bytes(u32::try_from(body.len()).expect("small")), body].concat()
    };
    let all: Vec<u8> = heads.iter().flat_map(|head| frame(*head, &[9; 8])).collect();
    let mut seeds: Vec<_> = heads
        .iter()
        .map(|head| {
            (
                format!("{:?}", head.kind()).to_lowercase(),
                [&[0, 0], &frame(*head, &[])[..]].concat(),
            )
        })
        .collect();
    let of = |octets: &[u8]| [&[0, 2, 1, 30], octets].concat();
    seeds.push(("all".into(), of(&all)));
    seeds.push(("cut".into(), of(&all[..all.len() - 3])));
    seeds.push(("too-large".into(), of(&[&all[..], &[0xff; 4]].concat())));
    seeds.push(("bad-kind".into(), of(&[0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0])));
    seeds.push(("bad-flags".into(), of(&[0, 0, 0, 0, Kind::Ping.number(), 1, 0, 0, 0, 0, 0, 0])));
    seeds
}
