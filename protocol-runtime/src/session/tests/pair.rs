//! Two sessions of a test: the pair that users have, and what only frames are made of.

use bytes::{Bytes, BytesMut};

use crate::frame::decoder::{Decoder, Frame};
use crate::frame::header::{Head, Method};
use crate::session::{CallId, CallOptions, Event};
use crate::wire::Root;

pub(crate) use crate::testing::{
    CLIENT_MS, Dice, Pair, Protection, SERVER_MS, Side, append, config, key, offer, shared, start,
};

/// The event of a request for message 1 of the first protocol.
pub(crate) fn request(call: CallId, body: &'static [u8]) -> Event {
    Event::Request {
        call,
        protocol: 0,
        number: 1,
        body: Bytes::from_static(body),
        deadline: None,
        metadata: None,
    }
}

/// The event of a reply.
pub(crate) fn reply(call: CallId, body: &'static [u8]) -> Event {
    Event::Reply { call, body: Bytes::from_static(body), metadata: None }
}

/// A frame as octets.
pub(crate) fn frame(head: Head, body: &[u8]) -> Vec<u8> {
    let len = u32::try_from(body.len()).unwrap();
    [&head.to_bytes(len), body].concat()
}

/// A frame with a body that the connection itself reads, as octets.
pub(crate) fn control<T: Root>(head: Head, body: &T) -> Vec<u8> {
    frame(head, &crate::wire::encode(body).unwrap())
}

/// The frames in these octets, and their bodies.
pub(crate) fn frames(octets: &[u8]) -> Vec<Frame> {
    let mut octets = BytesMut::from(octets);
    let decoder = Decoder::new(u32::MAX);
    let frames = std::iter::from_fn(|| decoder.next(&mut octets).unwrap()).collect();
    assert!(octets.is_empty());
    frames
}

/// The call with this number.
pub(crate) fn id(number: u32) -> CallId {
    CallId::new(number).unwrap()
}

/// Message 1 of the first protocol.
pub(crate) fn method() -> Method {
    Method::new(0, 1).unwrap()
}

/// A call without a timeout.
pub(crate) fn options() -> CallOptions<'static> {
    CallOptions::default()
}
