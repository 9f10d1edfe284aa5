//! From the first octet to an open connection.
//!
//! Each step is a type of its own that owns what it needs and is taken by value, so no message
//! can be left out, repeated or read out of order. A client never goes on with less than it
//! asked for, and sends nothing after a refusal.

mod agree;
mod client;
mod server;

use std::time::{Duration, Instant};

use bytes::BytesMut;

use self::client::ExpectAccept;
use self::server::{ExpectMessage1, ExpectMessage3, ExpectPreface};
use super::clock::Clock;
use super::config::{Config, Keys, Security};
use super::open::Open;
use super::outbox::Outbox;
use super::{Core, Role};
use crate::error::{Error, Rejected, Waiting};
use crate::frame::control::{Hello, Offer, PeerLimits};
use crate::frame::preface::{FORMAT_MAX, FORMAT_MIN, check_offers, small};
use crate::frame::reason::Reason;
use crate::frame::unit;
use crate::limits::Limits;
use crate::noise::{self, Handshake, NoiseError, Pattern, Random, Suite};
use crate::wire::decode_root;

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

/// What a side has for its handshake, beside its limits.
struct Own<S> {
    security: S,
    offers: Vec<Offer>,
    clock: Clock,
    /// The algorithms that it reads.
    compression: u8,
    random: Box<dyn Random + Send>,
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
        let role = config.role();
        let Config { security, suite, offers, limits, unix_ms, clock, compression, .. } = config;
        let compression = compression.bits();
        check_offers(&offers)?;
        let clock = Clock::new(unix_ms, now, clock);
        let left = limits.pre_auth_bytes();
        let done = now.checked_add(limits.handshake_timeout());
        let first_byte = match role {
            Role::Server => now.checked_add(limits.first_byte_timeout()),
            Role::Client => None,
        };
        let step = match security {
            Security::Server(security) => Step::Preface(ExpectPreface::new(Own {
                security,
                offers,
                clock,
                compression,
                random,
            })),
            Security::Client(security) => {
                let own = Own { security, offers, clock, compression, random };
                Step::Accept(client::start(own, suite, &limits, now, outbox)?)
            }
        };
        Ok(Self { step, left, first_byte, done })
    }

    /// Goes as many steps as the octets allow. On an error the peer was told, where it may be.
    pub(super) fn handle_bytes(
        mut self: Box<Self>,
        now: Instant,
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
                Step::Preface(step) => step.read(now, bytes, &mut self.left, core),
                Step::Message1(step) => step.read(now, bytes, &mut self.left, core),
                Step::Message3(step) => step.read(now, bytes, &mut self.left, core),
                Step::Accept(step) => step.read(now, bytes, &mut self.left, core),
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
                        reject_for(&error, &mut core.outbox);
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
            reject(reason, None, outbox);
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

/// Refuses the peer for a failure. All failures to authenticate look alike.
fn reject_for(error: &Error, outbox: &mut Outbox) {
    let retry_after =
        if let Error::ReplayFull { retry_after } = error { Some(*retry_after) } else { None };
    reject(error.reason(), retry_after, outbox);
}

fn reject(reason: Reason, retry_after: Option<Duration>, outbox: &mut Outbox) {
    let rejected = Rejected { reason, format_min: FORMAT_MIN, format_max: FORMAT_MAX, retry_after };
    unit::put_reject(outbox.clear(), rejected);
}

/// Which message of a pattern carries the client's Hello, counted from 1: the last one, if it is the
/// client's, and otherwise the first, if there is a key for it that strangers do not have.
const fn hello_in(pattern: Pattern) -> Option<u8> {
    match pattern {
        Pattern::Nn | Pattern::Nk => None,
        Pattern::Xx | Pattern::Xk => Some(3),
        Pattern::NnPsk0 => Some(1),
    }
}

/// The Noise handshake of one side.
fn noise(
    (pattern, suite): (Pattern, Suite),
    role: Role,
    keys: Keys<'_>,
    prologue: &[u8],
    random: &mut dyn Random,
) -> Result<Handshake, Error> {
    let role = match role {
        Role::Client => noise::Role::Initiator,
        Role::Server => noise::Role::Responder,
    };
    let params = noise::Params {
        pattern,
        suite,
        role,
        prologue,
        local_static: keys.local,
        remote_static: keys.remote,
        psk: keys.shared,
    };
    Handshake::new(params, random).map_err(Error::Handshake)
}

/// Reads the client's Hello.
fn read_hello(payload: Vec<u8>) -> Result<Hello, Error> {
    decode_root(&payload.into(), &small()).map_err(|error| Error::BadPreface(error.into()))
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
fn announced(limits: &Limits) -> PeerLimits {
    PeerLimits {
        calls: limits.calls_in_flight(),
        message: limits.message_bytes(),
        frame: limits.frame_bytes(),
        stream_window: limits.stream_window(),
        events_window: limits.events_window(),
        heartbeat_ms: u32::try_from(limits.heartbeat().as_millis()).unwrap_or(u32::MAX),
    }
}
