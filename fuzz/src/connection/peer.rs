//! The other end of a session, made by hand: it opens a connection as it must, and then says
//! whatever it is told to.

use bytes::BytesMut;
use network_protocol::error::Error;
use network_protocol::frame::control::{Accept, PeerLimits, Preface};
use network_protocol::frame::decoder::{Decoder, Frame};
use network_protocol::frame::preface::{self, Channel, PROLOGUE};
use network_protocol::frame::unit::{self, Unit};
use network_protocol::noise::{
    Handshake, Opener, Params, Pattern, RECORD_HEADER, Role as NoiseRole, Sealer, Suite,
};
use network_protocol::session::{Event, Role};
use network_protocol::wire;

use super::{Counted, End, offer};

const RECORD_BYTES: u32 = 1_024;

pub(super) struct Peer {
    keys: Option<(Sealer, Opener)>,
    /// Frames that are not all there yet.
    text: BytesMut,
}

impl Peer {
    /// Opens a connection with `end`, by Noise NN or in clear.
    pub(super) fn open(end: &mut End, noise: bool, limits: PeerLimits) -> Self {
        let channel = if noise {
            Channel::Noise { pattern: Pattern::Nn, suite: Suite::ChaChaPoly }
        } else {
            Channel::Clear
        };
        let noise = match end.session.role() {
            Role::Server => ask(end, channel, limits),
            Role::Client => answer(end, limits),
        };
        assert_eq!(std::mem::take(&mut end.events), [Event::Established]);
        let keys = noise.map(|noise| {
            let keys = noise.finish().expect("it is");
            (keys.sealer, keys.opener)
        });
        Self { keys, text: BytesMut::new() }
    }

    /// Octets of frames as they go over the connection, in records of up to `size` octets.
    pub(super) fn wrap(&mut self, mut octets: Vec<u8>, size: usize) -> Vec<u8> {
        if let Some((sealer, _)) = &mut self.keys {
            sealer.set_record_max(size).expect("a size within bounds");
            sealer.seal(&mut octets, 0).expect("few records");
        }
        octets
    }

    /// The frames that the session sent; all that it sends is well-formed and whole.
    pub(super) fn read(&mut self, octets: &[u8]) -> Vec<Frame> {
        let decoder = Decoder::new(u32::MAX);
        match &mut self.keys {
            None => self.text.extend_from_slice(octets),
            Some((_, opener)) => {
                let mut octets = octets.to_vec();
                let mut rest = &mut octets[..];
                while let Some((header, behind)) = rest.split_first_chunk_mut::<RECORD_HEADER>() {
                    let len = opener.record_len(*header).expect("a record of the agreed size");
                    let (record, more) = behind.split_at_mut(len);
                    let len = opener.open(record).expect("a record");
                    self.text.extend_from_slice(&record[..len]);
                    rest = more;
                }
            }
        }
        let frames = std::iter::from_fn(|| decoder.next(&mut self.text).expect("a frame"));
        let frames = frames.collect();
        assert!(self.text.is_empty(), "a frame was cut off");
        frames
    }
}

fn handshake(role: NoiseRole, preface: &[u8]) -> Handshake {
    let params = Params {
        pattern: Pattern::Nn,
        suite: Suite::ChaChaPoly,
        role,
        prologue: &[PROLOGUE, preface].concat(),
        local_static: None,
        remote_static: None,
        psk: None,
    };
    Handshake::new(params, &mut Counted(5)).expect("nothing is missing")
}

/// As a client.
fn ask(end: &mut End, channel: Channel, limits: PeerLimits) -> Option<Handshake> {
    let offers = vec![offer("test::A", 3, 2), offer("test::B", 1, 1)];
    let mut said = Vec::new();
    let body = Preface { offers, record_max: RECORD_BYTES, limits, compression: 0 };
    preface::put(&mut said, channel, &body).expect("it is in order");
    let mut noise = (channel != Channel::Clear).then(|| handshake(NoiseRole::Initiator, &said));
    if let Some(noise) = &mut noise {
        unit::put(&mut said, |out| noise.write_message(&[], out).map_err(Error::Handshake))
            .expect("it fits");
    }
    end.receive(&said, &[]);
    let answer = message(end);
    if let Some(noise) = &mut noise {
        noise.read_message(&answer, &mut Vec::new()).expect("a message");
    }
    noise
}

/// As a server.
fn answer(end: &mut End, limits: PeerLimits) -> Option<Handshake> {
    let mut asked = BytesMut::from(&end.transmit()[..]);
    let preface = preface::take(&mut asked).expect("a preface").expect("a whole one");
    let accept = Accept {
        format: 0,
        protocols: preface.body.offers,
        record_max: RECORD_BYTES,
        limits,
        unix_ms: 0,
        compression: 0,
    };
    let accept = wire::encode(&accept).expect("it is small");
    let mut said = Vec::new();
    if preface.channel == Channel::Clear {
        unit::put(&mut said, |out| {
            out.extend_from_slice(&accept);
            Ok::<_, Error>(())
        })
        .expect("it fits");
        end.receive(&said, &[]);
        return None;
    }
    let mut noise = handshake(NoiseRole::Responder, &preface.raw);
    let Ok(Some(Unit::Message(message))) = unit::take(&mut asked, &mut 4_096) else {
        unreachable!("a client says two things at once")
    };
    noise.read_message(&message, &mut Vec::new()).expect("a message");
    unit::put(&mut said, |out| noise.write_message(&accept, out).map_err(Error::Handshake))
        .expect("it fits");
    end.receive(&said, &[]);
    Some(noise)
}

/// The only unit that the session sent.
fn message(end: &mut End) -> BytesMut {
    let mut said = BytesMut::from(&end.transmit()[..]);
    let Ok(Some(Unit::Message(message))) = unit::take(&mut said, &mut 4_096) else {
        unreachable!("a server that was asked in order answers in order")
    };
    message
}
