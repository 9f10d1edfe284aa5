//! A server that is sent anything at all.

use bytes::BytesMut;
use network_protocol::error::{CloseReason, Error};
use network_protocol::frame::preface::{self, Channel};
use network_protocol::session::{Established, Event, Role, Status};

use super::{End, Protection, config};
use crate::input::Input;

/// Raw octets for a server, in one piece and in several.
pub fn preface(data: &[u8]) {
    let mut input = Input::new(data);
    let protection = input.one(Protection::ALL);
    let cuts = input.cuts();
    let octets = input.rest();
    let served = serve(protection, octets, &[]);
    assert_eq!(serve(protection, octets, cuts), served);

    let read = preface::take(&mut BytesMut::from(octets));
    if let Ok(Some(read)) = &read {
        assert!(octets.starts_with(&read.raw));
        check(read);
    }
    match &served.close {
        Some(CloseReason::Failed(error)) if matches!(**error, Error::NotOurProtocol(_)) => {
            assert!(served.said.is_empty(), "a stranger was answered");
        }
        _ => {}
    }
    match &served.established {
        Some(established) => {
            let read = read.expect("a connection needs a preface").expect("a whole one");
            assert_eq!(established.channel, read.channel);
            assert!(!protection.proves_client(), "nobody proved a key");
            assert_eq!(protection == Protection::Plain, read.channel == Channel::Clear);
            assert!((1_024..=65_519).contains(&established.record_bytes));
        }
        None => assert!(served.said.len() < 1_024),
    }
}

/// The rules of a preface, and that it reads as it is written.
fn check(read: &preface::Preface) {
    let body = &read.body;
    assert!((1..=4).contains(&body.offers.len()));
    for offer in &body.offers {
        assert!((1..=64).contains(&offer.name.len()));
        assert!(offer.min <= offer.version, "{offer:?}");
        assert_eq!(body.offers.iter().filter(|other| other.name == offer.name).count(), 1);
    }
    let least = body.record_max.min(body.limits.frame).min(body.limits.message);
    assert!(least >= 1_024, "{body:?}");
    let mut written = Vec::new();
    preface::put(&mut written, read.channel, body).expect("it was read");
    let again = preface::take(&mut BytesMut::from(&written[..]));
    let again = again.expect("it was written").expect("it is whole");
    assert_eq!((again.channel, &again.body), (read.channel, body));
}

/// All that a server did.
#[derive(Debug, PartialEq)]
struct Served {
    said: Vec<u8>,
    events: Vec<Event>,
    established: Option<Established>,
    close: Option<CloseReason>,
    status: Status,
}

fn serve(protection: Protection, octets: &[u8], cuts: &[u8]) -> Served {
    let mut server = End::new(config(protection.of(Role::Server)), 2);
    server.receive(octets, cuts);
    let said = server.transmit();
    let served = Served {
        said,
        events: server.events.clone(),
        established: server.session.established().cloned(),
        close: server.session.close_reason().cloned(),
        status: server.session.status(),
    };
    server.check();
    served
}

pub(super) fn seeds() -> Vec<(String, Vec<u8>)> {
    let mut seeds = Vec::new();
    for (index, protection) in (0..6).zip(Protection::ALL) {
        let mut client = End::new(config(protection.of(Role::Client)), 1);
        let said = client.transmit();
        let name = format!("{protection:?}").to_lowercase();
        let with = |octets: &[u8]| [&[index, 1, 5], octets].concat();
        seeds.push((format!("{name}-cut"), with(&said[..said.len() - 1])));
        seeds.push((format!("{name}-less"), [&[(index + 1) % 6, 0], &said[..]].concat()));
        seeds.push((name, with(&said)));
    }
    for (name, start) in [
        ("http", &b"GET / HTTP/1.1\r\n\r\n"[..]),
        ("tls", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
        ("ssh", b"SSH-2.0-OpenSSH_9.6\r\n"),
        ("format", b"NPRO\x09"),
        ("length", b"NPRO\x00\x00\x00\x00\xff\xff"),
        ("reserved", b"NPRO\x00\x00\x00\x01\x00\x00"),
    ] {
        seeds.push((name.into(), [&[0, 0], start].concat()));
    }
    seeds
}
