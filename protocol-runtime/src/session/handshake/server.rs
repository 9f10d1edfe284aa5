//! The side that is spoken to: it judges the preface before it computes anything, and takes no
//! other security than the one it is configured with.

use std::time::Instant;

use bytes::{Bytes, BytesMut};

use super::agree::{Agreed, choose, compression, record_bytes};
use super::{Next, Own, Step, announced, message, noise, read_hello, write_message};
use crate::compress::Algorithm;
use crate::error::{Error, Skew};
use crate::frame::control::{Accept, Offer};
use crate::frame::preface::{self, Channel, FORMAT_MAX, PROLOGUE};
use crate::frame::unit;
use crate::limits::Limits;
use crate::noise::{Handshake, Pattern, Suite};
use crate::session::clock::Clock;
use crate::session::config::ServerSecurity;
use crate::session::open::{Keys, Open};
use crate::session::{Core, Role};
use crate::wire::encode_root;

/// The client's preface.
pub(super) struct ExpectPreface {
    own: Own<ServerSecurity>,
}

/// The first message of the Noise handshake.
pub(super) struct ExpectMessage1 {
    own: Own<ServerSecurity>,
    kind: (Pattern, Suite),
    preface: Bytes,
    agreed: Agreed,
}

/// The third message of the Noise handshake, in which the client proves its key.
pub(super) struct ExpectMessage3 {
    noise: Handshake,
    agreed: Agreed,
    clock: Clock,
}

impl ExpectPreface {
    pub(super) const fn new(own: Own<ServerSecurity>) -> Self {
        Self { own }
    }

    pub(super) fn read(
        self,
        now: Instant,
        bytes: &mut BytesMut,
        left: &mut u32,
        core: &mut Core,
    ) -> Result<Next, Error> {
        let Some(preface) = preface::take(bytes)? else {
            return Ok(Next::Wait(Step::Preface(self)));
        };
        let spent = u32::try_from(preface.raw.len()).unwrap_or(u32::MAX);
        *left = left.saturating_sub(spent);
        let Self { own } = self;
        // Pattern and suite are the client's choice, within what protects as this side wants it.
        let (ours, theirs) = (own.security.mode(), preface.channel.mode());
        if ours != theirs {
            return Err(Error::Security { theirs, ours });
        }
        let agreed = agree((&own.offers, own.compression), &preface, &core.limits)?;
        match preface.channel {
            Channel::Clear => plain(now, &own.clock, agreed, core),
            Channel::Noise { pattern, suite } => {
                let kind = (pattern, suite);
                let step = ExpectMessage1 { own, kind, preface: preface.raw, agreed };
                Ok(Next::Go(Step::Message1(step)))
            }
        }
    }
}

impl ExpectMessage1 {
    pub(super) fn read(
        mut self,
        now: Instant,
        bytes: &mut BytesMut,
        left: &mut u32,
        core: &mut Core,
    ) -> Result<Next, Error> {
        let Some(message) = message(bytes, left)? else {
            return Ok(Next::Wait(Step::Message1(self)));
        };
        let prologue = [PROLOGUE, &self.preface].concat();
        let (keys, random) = (self.own.security.keys(), self.own.random.as_mut());
        let mut noise = noise(self.kind, Role::Server, keys, &prologue, random)?;
        let mut payload = Vec::new();
        noise.read_message(&message, &mut payload).map_err(Error::Handshake)?;
        let heard = self.judge(now, &message, payload)?;
        let accept = accept(self.own.clock.unix_ms(now), &self.agreed, &core.limits)?;
        write_message(&mut noise, &accept, &mut core.outbox)?;
        if !noise.is_finished() {
            let step = ExpectMessage3 { noise, agreed: self.agreed, clock: self.own.clock };
            return Ok(Next::Go(Step::Message3(step)));
        }
        let keys = Keys::new(noise, self.agreed.record_bytes)?;
        let mut established = self.agreed.established(&core.limits);
        if let Some(unix_ms) = heard {
            established.peer_unix_ms = Some(unix_ms);
            established.clock_skew = Some(Skew::between(unix_ms, self.own.clock.unix_ms(now)));
        }
        Ok(Next::Open(Open::new(now, established, Some(keys), core)?))
    }

    /// What the first message carries: with a shared key the client's time of day, which with its
    /// octets tells whether it was sent before; otherwise nothing.
    fn judge(&self, now: Instant, message: &[u8], payload: Vec<u8>) -> Result<Option<u64>, Error> {
        match &self.own.security {
            ServerSecurity::SharedKey { replay, .. } => {
                let hello = read_hello(payload)?;
                replay.admit(self.own.clock.unix_ms(now), hello.unix_ms, message)?;
                Ok(Some(hello.unix_ms))
            }
            ServerSecurity::Plain
            | ServerSecurity::InsecureAnonymous
            | ServerSecurity::Mutual { .. }
            | ServerSecurity::ServerAuth { .. } => {
                if payload.is_empty() {
                    Ok(None)
                } else {
                    Err(Error::Unexpected("a payload in the first message"))
                }
            }
        }
    }
}

impl ExpectMessage3 {
    pub(super) fn read(
        mut self,
        now: Instant,
        bytes: &mut BytesMut,
        left: &mut u32,
        core: &mut Core,
    ) -> Result<Next, Error> {
        let Some(message) = message(bytes, left)? else {
            return Ok(Next::Wait(Step::Message3(self)));
        };
        let mut payload = Vec::new();
        self.noise.read_message(&message, &mut payload).map_err(Error::Handshake)?;
        let hello = read_hello(payload)?;
        let skew = self.clock.compare(now, hello.unix_ms, &core.limits)?;
        let keys = Keys::new(self.noise, self.agreed.record_bytes)?;
        let mut established = self.agreed.established(&core.limits);
        established.peer_unix_ms = Some(hello.unix_ms);
        established.clock_skew = Some(skew);
        Ok(Next::Open(Open::new(now, established, Some(keys), core)?))
    }
}

/// Answers a client that asks for no protection.
fn plain(now: Instant, clock: &Clock, agreed: Agreed, core: &mut Core) -> Result<Next, Error> {
    let accept = accept(clock.unix_ms(now), &agreed, &core.limits)?;
    unit::put(core.outbox.clear(), |out| {
        out.extend_from_slice(&accept);
        Ok::<_, Error>(())
    })?;
    let established = agreed.established(&core.limits);
    Ok(Next::Open(Open::new(now, established, None, core)?))
}

fn agree(
    (offers, ours): (&[Offer], u8),
    preface: &preface::Preface,
    limits: &Limits,
) -> Result<Agreed, Error> {
    let protocols = choose(offers, &preface.body.offers)
        .map_err(|mismatch| Error::NoProtocol(Box::new(mismatch)))?;
    Ok(Agreed {
        channel: preface.channel,
        protocols,
        record_bytes: record_bytes(limits, preface.body.record_max),
        compression: compression(ours, preface.body.compression),
        peer: preface.body.limits.clone(),
    })
}

fn accept(unix_ms: u64, agreed: &Agreed, limits: &Limits) -> Result<Vec<u8>, Error> {
    let accept = Accept {
        format: FORMAT_MAX,
        protocols: agreed.protocols.iter().map(|accepted| accepted.ours.clone()).collect(),
        record_max: agreed.record_bytes,
        limits: announced(limits),
        unix_ms,
        compression: agreed.compression.map_or(0, Algorithm::code),
    };
    let mut body = Vec::new();
    encode_root(&accept, &mut body)?;
    Ok(body)
}
