//! The side that speaks first: preface and first message go out at once, then the server's answer
//! is expected. A refusal ends it; nothing is tried again.

use bytes::{Bytes, BytesMut};

use super::agree::{Agreed, accepted, fits};
use super::{Next, Step, announced, noise, write_message};
use crate::error::Error;
use crate::frame::control::{Accept, Hello, Offer, Preface};
use crate::frame::preface::{self, Channel, FORMAT_MAX, Guess, LEAST, PROLOGUE, check_limits};
use crate::frame::prefix;
use crate::frame::unit::{self, Unit};
use crate::noise::{Handshake, Random};
use crate::session::config::{Config, Security};
use crate::session::open::{Keys, Open};
use crate::session::outbox::Outbox;
use crate::session::{Core, Role};
use crate::wire::{decode_root, encode_root};

/// The server's Accept, alone or as the payload of the second message.
pub(super) struct ExpectAccept {
    channel: Channel,
    /// The handshake under way, and the Hello for its third message, if it has one.
    noise: Option<(Handshake, Option<Hello>)>,
    offers: Vec<Offer>,
    record_bytes: u32,
}

/// Writes the preface, and the first message behind it.
pub(super) fn start(
    config: Config,
    mut random: Box<dyn Random + Send>,
    outbox: &mut Outbox,
) -> Result<ExpectAccept, Error> {
    if matches!(config.security, Security::Xx { remote: None, .. }) {
        let text = "a client needs the server's public key: pin it with `server_key`";
        return Err(Error::Config(text.into()));
    }
    let channel = config.security.channel(config.suite);
    let record_bytes = config.limits.record_bytes();
    let body = Preface {
        offers: config.offers,
        record_max: record_bytes,
        limits: announced(&config.limits),
    };
    preface::put(outbox.clear(), channel, &body)?;
    let noise = match channel {
        Channel::Clear => None,
        Channel::Noise { pattern, suite } => {
            let prologue = [PROLOGUE, outbox.clear()].concat();
            let kind = (pattern, suite);
            let mut handshake =
                noise(&config.security, kind, Role::Client, &prologue, random.as_mut())?;
            write_message(&mut handshake, &[], outbox)?;
            let hello = match config.security {
                Security::Plain | Security::Nn => None,
                Security::Xx { .. } => {
                    let mut nonce = [0; 16];
                    random.fill(&mut nonce).map_err(|error| Error::Handshake(error.into()))?;
                    Some(Hello { unix_ms: config.unix_ms, nonce })
                }
            };
            Some((handshake, hello))
        }
    };
    Ok(ExpectAccept { channel, noise, offers: body.offers, record_bytes })
}

impl ExpectAccept {
    pub(super) fn read(
        self,
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
        self.accept(message, core)
    }

    fn accept(self, message: BytesMut, core: &mut Core) -> Result<Next, Error> {
        let Self { channel, noise, offers, record_bytes } = self;
        let own = |body: &Bytes| read_accept(body, channel, &offers, record_bytes);
        let Some((mut handshake, hello)) = noise else {
            let (agreed, unix_ms) = own(&message.freeze())?;
            let mut established = agreed.established(&core.limits);
            established.peer_unix_ms = Some(unix_ms);
            return Ok(Next::Open(Open::new(established, None, core)?));
        };
        let mut payload = Vec::new();
        handshake.read_message(&message, &mut payload).map_err(Error::Handshake)?;
        let (agreed, unix_ms) = own(&payload.into())?;
        if let Some(hello) = hello {
            let mut payload = Vec::new();
            encode_root(&hello, &mut payload)?;
            write_message(&mut handshake, &payload, &mut core.outbox)?;
        }
        let keys = Keys::new(handshake, agreed.record_bytes)?;
        let mut established = agreed.established(&core.limits);
        established.peer_unix_ms = Some(unix_ms);
        Ok(Next::Open(Open::new(established, Some(keys), core)?))
    }
}

/// Reads an Accept and holds it against what was offered. Also says the server's time of day.
fn read_accept(
    body: &Bytes,
    channel: Channel,
    offers: &[Offer],
    record_bytes: u32,
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
    let agreed =
        Agreed { channel, protocols, record_bytes: accept.record_max, peer: accept.limits };
    Ok((agreed, accept.unix_ms))
}
