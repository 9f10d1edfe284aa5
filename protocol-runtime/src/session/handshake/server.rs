//! The side that is spoken to: it judges the preface before it computes anything, and takes no
//! other security than the one it is configured with.

use bytes::{Bytes, BytesMut};

use super::agree::{Agreed, choose, record_bytes};
use super::{Next, Step, announced, message, noise, write_message};
use crate::error::Error;
use crate::frame::control::{Accept, Hello};
use crate::frame::preface::{self, Channel, FORMAT_MAX, PROLOGUE};
use crate::frame::unit;
use crate::noise::{Handshake, Pattern, Random, Suite};
use crate::session::config::{Config, Security};
use crate::session::open::{Keys, Open};
use crate::session::{Core, Role};
use crate::wire::{decode_root, encode_root};

/// The client's preface.
pub(super) struct ExpectPreface {
    pub(super) config: Config,
    pub(super) random: Box<dyn Random + Send>,
}

/// The first message of the Noise handshake.
pub(super) struct ExpectMessage1 {
    security: Security,
    kind: (Pattern, Suite),
    random: Box<dyn Random + Send>,
    preface: Bytes,
    agreed: Agreed,
    accept: Vec<u8>,
}

/// The third message of the Noise handshake, in which the client proves its key.
pub(super) struct ExpectMessage3 {
    noise: Handshake,
    agreed: Agreed,
}

impl ExpectPreface {
    pub(super) fn read(
        self,
        bytes: &mut BytesMut,
        left: &mut u32,
        core: &mut Core,
    ) -> Result<Next, Error> {
        let Some(preface) = preface::take(bytes)? else {
            return Ok(Next::Wait(Step::Preface(self)));
        };
        let spent = u32::try_from(preface.raw.len()).unwrap_or(u32::MAX);
        *left = left.saturating_sub(spent);
        let Self { config, random } = self;
        // The suite is the client's choice; the rest is not.
        let Channel::Noise { suite, .. } = preface.channel else {
            return plain(&config, &preface, core);
        };
        let ours = config.security.channel(suite);
        let (Channel::Noise { pattern, .. }, true) = (ours, ours == preface.channel) else {
            return Err(security(ours, preface.channel));
        };
        let agreed = agree(&config, &preface)?;
        let accept = accept(&config, &agreed)?;
        let step = ExpectMessage1 {
            security: config.security,
            kind: (pattern, suite),
            random,
            preface: preface.raw,
            agreed,
            accept,
        };
        Ok(Next::Go(Step::Message1(step)))
    }
}

impl ExpectMessage1 {
    pub(super) fn read(
        mut self,
        bytes: &mut BytesMut,
        left: &mut u32,
        core: &mut Core,
    ) -> Result<Next, Error> {
        let Some(message) = message(bytes, left)? else {
            return Ok(Next::Wait(Step::Message1(self)));
        };
        let prologue = [PROLOGUE, &self.preface].concat();
        let random = self.random.as_mut();
        let mut noise = noise(&self.security, self.kind, Role::Server, &prologue, random)?;
        let mut payload = Vec::new();
        noise.read_message(&message, &mut payload).map_err(Error::Handshake)?;
        if !payload.is_empty() {
            return Err(Error::Unexpected("a payload in the first message"));
        }
        write_message(&mut noise, &self.accept, &mut core.outbox)?;
        if !noise.is_finished() {
            let step = ExpectMessage3 { noise, agreed: self.agreed };
            return Ok(Next::Go(Step::Message3(step)));
        }
        let keys = Keys::new(noise, self.agreed.record_bytes)?;
        let established = self.agreed.established(&core.limits);
        Ok(Next::Open(Open::new(established, Some(keys), core)?))
    }
}

impl ExpectMessage3 {
    pub(super) fn read(
        mut self,
        bytes: &mut BytesMut,
        left: &mut u32,
        core: &mut Core,
    ) -> Result<Next, Error> {
        let Some(message) = message(bytes, left)? else {
            return Ok(Next::Wait(Step::Message3(self)));
        };
        let mut payload = Vec::new();
        self.noise.read_message(&message, &mut payload).map_err(Error::Handshake)?;
        let hello: Hello = decode_root(&payload.into(), &preface::small())
            .map_err(|error| Error::BadPreface(error.into()))?;
        let keys = Keys::new(self.noise, self.agreed.record_bytes)?;
        let mut established = self.agreed.established(&core.limits);
        established.peer_unix_ms = Some(hello.unix_ms);
        Ok(Next::Open(Open::new(established, Some(keys), core)?))
    }
}

/// Answers a client that asks for no protection.
fn plain(config: &Config, preface: &preface::Preface, core: &mut Core) -> Result<Next, Error> {
    let ours = config.security.channel(config.suite);
    if ours != Channel::Clear {
        return Err(security(ours, preface.channel));
    }
    let agreed = agree(config, preface)?;
    let accept = accept(config, &agreed)?;
    unit::put(core.outbox.clear(), |out| {
        out.extend_from_slice(&accept);
        Ok::<_, Error>(())
    })?;
    let established = agreed.established(&core.limits);
    Ok(Next::Open(Open::new(established, None, core)?))
}

const fn security(ours: Channel, theirs: Channel) -> Error {
    Error::Security { theirs: theirs.security(), ours: ours.security() }
}

fn agree(config: &Config, preface: &preface::Preface) -> Result<Agreed, Error> {
    let protocols = choose(&config.offers, &preface.body.offers)
        .map_err(|mismatch| Error::NoProtocol(Box::new(mismatch)))?;
    Ok(Agreed {
        channel: preface.channel,
        protocols,
        record_bytes: record_bytes(&config.limits, preface.body.record_max),
        peer: preface.body.limits.clone(),
    })
}

fn accept(config: &Config, agreed: &Agreed) -> Result<Vec<u8>, Error> {
    let accept = Accept {
        format: FORMAT_MAX,
        protocols: agreed.protocols.iter().map(|accepted| accepted.ours.clone()).collect(),
        record_max: agreed.record_bytes,
        limits: announced(&config.limits),
        unix_ms: config.unix_ms,
    };
    let mut body = Vec::new();
    encode_root(&accept, &mut body)?;
    Ok(body)
}
