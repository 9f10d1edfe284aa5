//! The first bytes of a connection: each rule is judged by as few of them as say it.

#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

use bytes::BytesMut;
use proptest::prelude::*;
use protocol_runtime::error::Error;
use protocol_runtime::frame::control::{Offer, PeerLimits, Preface};
use protocol_runtime::frame::preface::{self, BadPreface, Channel, Guess};
use protocol_runtime::noise::{Pattern, Suite};

fn offer(name: &str) -> Offer {
    Offer { name: name.into(), version: 3, min: 2, fingerprint: [9; 16] }
}

fn body() -> Preface {
    Preface {
        offers: vec![offer("acme::chat::Chat"), offer("b")],
        record_max: 16_384,
        limits: PeerLimits {
            calls: 128,
            message: 1 << 24,
            frame: 1 << 20,
            stream_window: 262_144,
            events_window: 1_048_576,
            heartbeat_ms: 15_000,
        },
        compression: 0,
    }
}

fn octets(channel: Channel, body: &Preface) -> Vec<u8> {
    let mut out = Vec::new();
    preface::put(&mut out, channel, body).unwrap();
    out
}

fn take(octets: &[u8]) -> Result<Option<preface::Preface>, Error> {
    preface::take(&mut BytesMut::from(octets))
}

#[test]
fn a_preface_comes_out_as_it_went_in_and_keeps_its_bytes() {
    let mut channels = vec![Channel::Clear];
    for pattern in Pattern::ALL {
        channels.extend(Suite::ALL.map(|suite| Channel::Noise { pattern, suite }));
    }
    for channel in channels {
        let octets = octets(channel, &body());
        let mut buffer = BytesMut::from(&[&octets[..], b"rest"].concat()[..]);
        let got = preface::take(&mut buffer).unwrap().unwrap();
        assert_eq!((got.channel, got.body), (channel, body()));
        assert_eq!(got.raw, octets);
        assert_eq!(&buffer[..], b"rest");
    }
}

#[test]
fn every_cut_waits_for_the_rest() {
    let octets = octets(Channel::Clear, &body());
    for end in 0..octets.len() {
        assert_eq!(take(&octets[..end]), Ok(None), "{end}");
    }
}

#[test]
fn the_fixed_part_is_as_documented() {
    let channel = Channel::Noise { pattern: Pattern::Xx, suite: Suite::AesGcm };
    let octets = octets(channel, &body());
    let length = u16::try_from(octets.len() - 10).unwrap();
    assert_eq!(&octets[..8], b"NPRO\0\x03\x02\0");
    assert_eq!(octets[8..10], length.to_le_bytes());
}

#[test]
fn f3_fr3_each_rule_is_judged_by_its_own_bytes() {
    for (octets, expected) in [
        (&b"NPRX"[..], Error::NotOurProtocol(Guess::Unknown)),
        (b"NPRO\x01", Error::Format { theirs: 1, min: 0, max: 0 }),
        (b"NPRO\xff", Error::Format { theirs: 255, min: 0, max: 0 }),
        (b"NPRO\0\x09\x01\0\0\0", BadPreface::Security(9).into()),
        (b"NPRO\0\x01\x09\0\0\0", BadPreface::Suite { security: 1, suite: 9 }.into()),
        (b"NPRO\0\x01\x01\x80\0\0", BadPreface::Reserved(0x80).into()),
        (b"NPRO\0\x01\x01\0\xf7\x01", BadPreface::Length(503).into()),
    ] {
        assert_eq!(take(&octets[..octets.len() - 1]), Ok(None));
        assert_eq!(take(octets), Err(expected));
    }
}

#[test]
fn fr8_other_protocols_are_named() {
    for (octets, guess) in [
        (&b"GET / HT"[..], Guess::Http),
        (b"HEAD / H", Guess::Http),
        (b"OPTIONS ", Guess::Http),
        (b"\x16\x03\x01\x00", Guess::Tls),
        (b"\x16\x03\x03\x02", Guess::Tls),
        (b"SSH-2.0-", Guess::Ssh),
        (b"\x16\x04\x01\x00", Guess::Unknown),
        (b"\0\0\0\x05", Guess::Unknown),
    ] {
        assert_eq!(take(octets), Err(Error::NotOurProtocol(guess)));
    }
}

#[test]
fn a_preface_that_breaks_the_rules_is_not_written() {
    let mut out = vec![1];
    let mut put = |body: Preface| preface::put(&mut out, Channel::Clear, &body).unwrap_err();
    assert_eq!(put(Preface { offers: vec![], ..body() }), BadPreface::Offers(0).into());
    let long = Preface { offers: vec![offer(&"x".repeat(65))], ..body() };
    assert_eq!(put(long), BadPreface::Name(65).into());
    let limit = |name, value| BadPreface::Limit { name, value }.into();
    assert_eq!(put(Preface { record_max: 1_023, ..body() }), limit("records", 1_023));
    let limits = PeerLimits { calls: 0, message: 0, frame: 1_024, ..body().limits };
    assert_eq!(put(Preface { limits, ..body() }), limit("messages", 0));
    assert_eq!(out, [1]);
}

proptest! {
    #[test]
    fn f6_no_octets_panic_and_none_are_lost(
        start in prop::sample::select(vec![&b""[..], b"NPRO", b"NPRO\0\x03\x01\0\x20\0"]),
        rest in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let octets = [start, &rest].concat();
        let mut buffer = BytesMut::from(&octets[..]);
        if let Ok(Some(preface)) = preface::take(&mut buffer) {
            prop_assert_eq!([&preface.raw[..], &buffer].concat(), octets);
        } else {
            prop_assert!(buffer.len() == octets.len() || octets.starts_with(b"NPRO"));
        }
    }
}
