//! From the first octet to an open connection.
//!
//! Each step is a type of its own that owns what it needs and is taken by value, so no message
//! can be left out, repeated or read out of order. A client never goes on with less than it
//! asked for, and sends nothing after a refusal.

mod agree;
mod client;
mod server;

use std::time::Instant;

use bytes::BytesMut;

use self::client::ExpectAccept;
use self::server::{ExpectMessage1, ExpectMessage3, ExpectPreface};
use super::config::{Config, Security};
use super::open::Open;
use super::outbox::Outbox;
use super::{Core, Role};
use crate::error::{Error, Rejected, Waiting};
use crate::frame::preface::{FORMAT_MAX, FORMAT_MIN, check_offers};
use crate::frame::reason::Reason;
use crate::frame::unit;
use crate::limits::Limits;
use crate::noise::{self, Handshake, NoiseError, Pattern, Random, Suite};

/// A connection that is not open yet.
pub(super) struct Handshaking {
    step: Step,
    /// How many octets the handshake may still take.
    left: u32,
    /// Until when the first octet must be there.
    first_byte: Option<Instant>,
    /// Until when the handshake must be done.
    done: Option<Instant>,
}

/// What is expected next.
enum Step {
    Preface(ExpectPreface),
    Message1(ExpectMessage1),
    Message3(ExpectMessage3),
    Accept(ExpectAccept),
}

/// What became of a step.
enum Next {
    /// What is expected is not all there yet.
    Wait(Step),
    /// The next step may have what it expects.
    Go(Step),
    /// The handshake is done.
    Open(Box<Open>),
}

/// What became of a handshake.
pub(super) enum Progress {
    Wait(Box<Handshaking>),
    Open(Box<Open>),
}

impl Handshaking {
    pub(super) fn new(
        config: Config,
        random: Box<dyn Random + Send>,
        now: Instant,
        outbox: &mut Outbox,
    ) -> Result<Self, Error> {
        check_offers(&config.offers)?;
        let limits = &config.limits;
        let left = limits.pre_auth_bytes();
        let done = now.checked_add(limits.handshake_timeout());
        let first_byte = match config.role {
            Role::Server => now.checked_add(limits.first_byte_timeout()),
            Role::Client => None,
        };
        let step = match config.role {
            Role::Server => Step::Preface(ExpectPreface { config, random }),
            Role::Client => Step::Accept(client::start(config, random, outbox)?),
        };
        Ok(Self { step, left, first_byte, done })
    }

    /// Goes as many steps as the octets allow. On an error the peer was told, where it may be.
    pub(super) fn handle_bytes(
        mut self: Box<Self>,
        bytes: &mut BytesMut,
        core: &mut Core,
    ) -> Result<Progress, Error> {
        if !bytes.is_empty() {
            self.first_byte = None;
        }
        let mut step = self.step;
        loop {
            let hears_reject = step.hears_reject();
            let next = match step {
                Step::Preface(step) => step.read(bytes, &mut self.left, core),
                Step::Message1(step) => step.read(bytes, &mut self.left, core),
                Step::Message3(step) => step.read(bytes, &mut self.left, core),
                Step::Accept(step) => step.read(bytes, &mut self.left, core),
            };
            match next {
                Ok(Next::Wait(step)) => {
                    let this = Self { step, ..*self };
                    return Ok(Progress::Wait(Box::new(this)));
                }
                Ok(Next::Go(next)) => step = next,
                Ok(Next::Open(open)) => return Ok(Progress::Open(open)),
                Err(error) => {
                    if !hears_reject {
                        core.outbox.discard();
                    } else if tells(&error) {
                        reject(error.reason(), &mut core.outbox);
                    }
                    return Err(error);
                }
            }
        }
    }

    /// What was waited for too long.
    pub(super) fn overdue(&self, now: Instant) -> Option<Waiting> {
        let passed = |deadline: Option<Instant>| deadline.is_some_and(|deadline| deadline <= now);
        if passed(self.first_byte) {
            return Some(Waiting::FirstByte);
        }
        passed(self.done).then_some(Waiting::Handshake)
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        [self.first_byte, self.done].into_iter().flatten().min()
    }

    /// Refuses the peer, if it can hear that: a server before its answer. Otherwise nothing more
    /// is said.
    pub(super) fn refuse(&self, reason: Reason, outbox: &mut Outbox) {
        if self.step.hears_reject() {
            reject(reason, outbox);
        } else {
            outbox.discard();
        }
    }

    /// As [`refuse`](Self::refuse), unless the failure is one that is met with silence.
    pub(super) fn refuse_for(&self, error: &Error, outbox: &mut Outbox) {
        if tells(error) {
            self.refuse(error.reason(), outbox);
        }
    }

    /// The name of the step, for the table of transitions.
    #[cfg(test)]
    pub(super) const fn step(&self) -> &'static str {
        match self.step {
            Step::Preface(_) => "preface",
            Step::Message1(_) => "message-1",
            Step::Message3(_) => "message-3",
            Step::Accept(_) => "accept",
        }
    }
}

impl Step {
    /// Whether the peer is a client that still waits for an answer in clear.
    const fn hears_reject(&self) -> bool {
        match self {
            Self::Preface(_) | Self::Message1(_) => true,
            Self::Message3(_) | Self::Accept(_) => false,
        }
    }
}

/// Whether a peer is told about such a failure. Who said nothing, or something foreign, is met
/// with silence.
const fn tells(error: &Error) -> bool {
    !matches!(error, Error::NotOurProtocol(_) | Error::HandshakeTimeout(Waiting::FirstByte))
}

fn reject(reason: Reason, outbox: &mut Outbox) {
    let rejected =
        Rejected { reason, format_min: FORMAT_MIN, format_max: FORMAT_MAX, retry_after: None };
    unit::put_reject(outbox.clear(), rejected);
}

/// The Noise handshake for a kind of security; the keys that it needs are those of `security`.
fn noise(
    security: &Security,
    (pattern, suite): (Pattern, Suite),
    role: Role,
    prologue: &[u8],
    random: &mut dyn Random,
) -> Result<Handshake, Error> {
    let (local_static, remote_static) = match security {
        Security::Plain | Security::Nn => (None, None),
        Security::Xx { local, remote } => (Some(local), remote.as_ref()),
    };
    let role = match role {
        Role::Client => noise::Role::Initiator,
        Role::Server => noise::Role::Responder,
    };
    let params =
        noise::Params { pattern, suite, role, prologue, local_static, remote_static, psk: None };
    Handshake::new(params, random).map_err(Error::Handshake)
}

/// Takes the next message of the handshake, or says `None` if it is not all there yet.
fn message(bytes: &mut BytesMut, left: &mut u32) -> Result<Option<BytesMut>, Error> {
    match unit::take(bytes, left)? {
        Some(unit::Unit::Message(message)) => Ok(Some(message)),
        Some(unit::Unit::Reject(_)) => Err(Error::Unexpected("a client that refuses")),
        None => Ok(None),
    }
}

/// Appends a message of the Noise handshake, with this payload, as a unit.
fn write_message(noise: &mut Handshake, payload: &[u8], outbox: &mut Outbox) -> Result<(), Error> {
    unit::put(outbox.clear(), |out| {
        noise.write_message(payload, out).map_err(|error: NoiseError| Error::Handshake(error))
    })
}

/// Limits as they are announced to the peer.
fn announced(limits: &Limits) -> crate::frame::control::PeerLimits {
    crate::frame::control::PeerLimits {
        calls: limits.calls_in_flight(),
        message: limits.message_bytes(),
        frame: limits.frame_bytes(),
    }
}
