//! The side that speaks first: preface and first message go out at once, then the server's answer
//! is expected. A refusal ends it; nothing is tried again.

use std::time::Instant;

use bytes::{Bytes, BytesMut};

use super::agree::{Agreed, accepted, fits};
use super::{Next, Own, Step, announced, hello_in, noise, write_message};
use crate::compress::Algorithm;
use crate::error::Error;
use crate::frame::control::{Accept, Hello, Offer, Preface};
use crate::frame::preface::{self, Channel, FORMAT_MAX, Guess, LEAST, PROLOGUE, check_limits};
use crate::frame::prefix;
use crate::frame::unit::{self, Unit};
use crate::limits::Limits;
use crate::noise::{Handshake, Random, Suite};
use crate::session::clock::Clock;
use crate::session::config::ClientSecurity;
use crate::session::open::{Keys, Open};
use crate::session::outbox::Outbox;
use crate::session::{Core, Role};
use crate::wire::{decode_root, encode_root};

/// The server's Accept, alone or as the payload of the second message.
pub(super) struct ExpectAccept {
    channel: Channel,
    noise: Option<Pending>,
    offers: Vec<Offer>,
    record_bytes: u32,
    /// The algorithms that were offered.
    compression: u8,
    clock: Clock,
}

/// A Noise handshake under way, and what its third message will carry, if it has one.
struct Pending {
    handshake: Handshake,
    nonce: Option<[u8; 16]>,
}

/// Writes the preface, and the first message behind it.
pub(super) fn start(
    own: Own<ClientSecurity>,
    suite: Suite,
    limits: &Limits,
    now: Instant,
    outbox: &mut Outbox,
) -> Result<ExpectAccept, Error> {
    let Own { security, offers, clock, compression, mut random } = own;
    let channel = security.channel(suite);
    let record_bytes = limits.record_bytes();
    let limits = announced(limits);
    let body = Preface { offers, record_max: record_bytes, limits, compression };
    preface::put(outbox.clear(), channel, &body)?;
    let noise = match channel {
        Channel::Clear => None,
        Channel::Noise { pattern, suite } => {
            let prologue = [PROLOGUE, outbox.clear()].concat();
            let (kind, random) = ((pattern, suite), random.as_mut());
            let mut handshake = noise(kind, Role::Client, security.keys(), &prologue, random)?;
            let hello_in = hello_in(pattern);
            let mut nonce = hello_in.map(|_| draw(random)).transpose()?;
            let payload = match nonce.take_if(|_| hello_in == Some(1)) {
                Some(nonce) => hello(clock.unix_ms(now), nonce)?,
                None => Vec::new(),
            };
            write_message(&mut handshake, &payload, outbox)?;
            Some(Pending { handshake, nonce })
        }
    };
    Ok(ExpectAccept { channel, noise, offers: body.offers, record_bytes, compression, clock })
}

impl ExpectAccept {
    pub(super) fn read(
        self,
        now: Instant,
        bytes: &mut BytesMut,
        left: &mut u32,
        core: &mut Core,
    ) -> Result<Next, Error> {
        let unit = match unit::take(bytes, left) {
            Ok(Some(unit)) => unit,
            Ok(None) => return Ok(Next::Wait(Step::Accept(self))),
            // A length that no server would send: four bytes may tell what else it is.
            Err(error) => {
                return match prefix(bytes).map(Guess::from_start) {
                    None => Ok(Next::Wait(Step::Accept(self))),
                    Some(Guess::Unknown) => Err(error),
                    Some(guess) => Err(Error::NotOurProtocol(guess)),
                };
            }
        };
        let message = match unit {
            Unit::Message(message) => message,
            Unit::Reject(mut rejected) => {
                let most = core.limits.retry_after();
                rejected.retry_after = rejected.retry_after.map(|after| after.min(most));
                return Err(Error::Rejected(rejected));
            }
        };
        self.accept(now, message, core)
    }

    fn accept(self, now: Instant, message: BytesMut, core: &mut Core) -> Result<Next, Error> {
        let Self { channel, noise, offers, record_bytes, compression, clock } = self;
        let (body, pending) = match noise {
            None => (message.freeze(), None),
            Some(mut pending) => {
                let mut payload = Vec::new();
                let read = pending.handshake.read_message(&message, &mut payload);
                read.map_err(Error::Handshake)?;
                (payload.into(), Some(pending))
            }
        };
        let (agreed, unix_ms) = read_accept(&body, channel, &offers, (record_bytes, compression))?;
        let skew = clock.compare(now, unix_ms, &core.limits)?;
        let keys = match pending {
            None => None,
            Some(Pending { mut handshake, nonce }) => {
                if let Some(nonce) = nonce {
                    let hello = hello(clock.unix_ms(now), nonce)?;
                    write_message(&mut handshake, &hello, &mut core.outbox)?;
                }
                Some(Keys::new(handshake, agreed.record_bytes)?)
            }
        };
        let mut established = agreed.established(&core.limits);
        established.peer_unix_ms = Some(unix_ms);
        established.clock_skew = Some(skew);
        Ok(Next::Open(Open::new(now, established, keys, core)?))
    }
}

fn draw(random: &mut dyn Random) -> Result<[u8; 16], Error> {
    let mut nonce = [0; 16];
    random.fill(&mut nonce).map_err(|error| Error::Handshake(error.into()))?;
    Ok(nonce)
}

/// What a client says of itself once only the server can read it.
fn hello(unix_ms: u64, nonce: [u8; 16]) -> Result<Vec<u8>, Error> {
    let mut payload = Vec::new();
    encode_root(&Hello { unix_ms, nonce }, &mut payload)?;
    Ok(payload)
}

/// Reads an Accept and holds it against what was offered. Also says the server's time of day.
fn read_accept(
    body: &Bytes,
    channel: Channel,
    offers: &[Offer],
    (record_bytes, compression): (u32, u8),
) -> Result<(Agreed, u64), Error> {
    let accept: Accept =
        decode_root(body, &preface::small()).map_err(|error| Error::BadPreface(error.into()))?;
    if accept.format != FORMAT_MAX {
        return Err(Error::BadAccept("another wire format"));
    }
    if accept.record_max > record_bytes || accept.record_max < LEAST {
        return Err(Error::BadAccept("another record size"));
    }
    check_limits(accept.record_max, &accept.limits)?;
    preface::check_offers(&accept.protocols)?;
    let mut protocols = Vec::new();
    for theirs in &accept.protocols {
        let ours = offers.iter().find(|ours| fits(ours, theirs));
        match ours.and_then(|ours| accepted(protocols.len(), ours, theirs)) {
            Some(accepted) => protocols.push(accepted),
            None => return Err(Error::BadAccept("a protocol or version")),
        }
    }
    if protocols.is_empty() {
        return Err(Error::BadAccept("nothing at all"));
    }
    let chosen = Algorithm::from_code(accept.compression);
    if chosen.map_or(accept.compression != 0, |chosen| chosen.bit() & compression == 0) {
        return Err(Error::BadAccept("another compression"));
    }
    let agreed = Agreed {
        channel,
        protocols,
        record_bytes: accept.record_max,
        compression: chosen,
        peer: accept.limits,
    };
    Ok((agreed, accept.unix_ms))
}
