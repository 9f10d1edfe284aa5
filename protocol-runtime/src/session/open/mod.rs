//! An open connection: frames of both sides, and the rules that hold for all of them. What each
//! kind of frame does is with its concern.

mod burden;
mod calls;
mod drain;
mod incoming;
mod joining;
mod life;
mod messages;
mod one_way;
mod serving;
mod streams;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::{Buf, Bytes, BytesMut};

use self::drain::Drain;
use self::incoming::Incoming;
use self::joining::{Joining, Prefix};
use self::life::Life;
use super::budget::Budget;
use super::config::Established;
use super::event::{CallFailure, CallRefused, Event};
use super::in_flight::InFlight;
use super::outbox::Outgoing;
use super::served::Served;
use super::shape::{Compress, Shape, Shapes};
use super::spare::Spare;
use super::window::{COST_MIN, Receiving, Sending};
use super::{Core, Rest, stats};
use crate::compress::{Algorithm, Compressor};
use crate::error::{APPLICATION, CloseReason, Error, Fault, Flood, PeerText};
use crate::frame::control::{Close, Credit, ErrorBody, Meta, Ping, Pong};
use crate::frame::decoder::{Decoder, Frame};
use crate::frame::header::{BadFrame, CONTROL_MAX, Flags, HEADER, Head, Kind, Method};
use crate::frame::id::{CallId, Role};
use crate::frame::preface::small;
use crate::frame::prefix;
use crate::frame::reason::Reason;
use crate::limits::Limits;
use crate::metadata::Metadata;
use crate::noise::{Handshake, Opener, PublicKey, Sealer};
use crate::schema::End;
use crate::wire::{DecodeOptions, EncodeError, Root, decode_root, encode_root};

/// A ping is remembered until so many came after it.
const PINGS_REMEMBERED: usize = 16;

/// What a finished handshake leaves.
pub(super) struct Keys {
    sealer: Sealer,
    opener: Opener,
    hash: [u8; 32],
    peer: Option<PublicKey>,
}

impl Keys {
    pub(super) fn new(noise: Handshake, record_bytes: u32) -> Result<Self, Error> {
        let mut keys = noise.finish().map_err(Error::Handshake)?;
        let size = usize::try_from(record_bytes).unwrap_or(usize::MAX);
        keys.sealer.set_record_max(size).map_err(Error::Handshake)?;
        keys.opener.set_record_max(size).map_err(Error::Handshake)?;
        Ok(Self {
            sealer: keys.sealer,
            opener: keys.opener,
            hash: keys.hash,
            peer: keys.remote_static,
        })
    }
}

pub(super) struct Open {
    incoming: Incoming,
    decoder: Decoder,
    /// By the protocol's index.
    shapes: Vec<Shapes>,
    compression: Option<Algorithm>,
    /// The longest body that the peer takes.
    body_max: u32,
    /// The longest frame that this side writes.
    fragment: u32,
    /// The credit that the peer gives to each new stream.
    stream_first: u32,
    in_flight: InFlight,
    served: Served,
    /// How many of the served calls have streams.
    streaming: usize,
    /// The last call of the peer, by the order of numbers.
    newest: Option<CallId>,
    joining: Joining,
    /// One-way messages to the peer, and from it.
    events_out: Sending,
    events_in: Receiving,
    pings_in: Budget,
    pings_out: Budget,
    cancels_in: Budget,
    cancels_out: Budget,
    /// Calls that were given up and of which the peer is not told yet; they have slots.
    cancels_due: VecDeque<CallId>,
    control: Budget,
    /// Calls that were answered and not yet held against those that were cancelled, in and out.
    done: (u32, u32),
    /// Tokens of pings that are not answered yet, oldest first.
    pings: Vec<u64>,
    /// Octets of frames without effect that no useful frame has paid for.
    overhead: u32,
    /// Answers that the peer may still give to calls without a slot.
    unanswered: u32,
    /// What may still come for streams that are over, and is no fault.
    forgiven: u32,
    /// Octets of answers that the session gave by itself, and the batch they wait in.
    refusals: (u64, usize),
    life: Life,
    drain: Drain,
}

/// Whether the connection goes on.
pub(super) enum Done {
    /// What is there is taken.
    Wait,
    /// The peer closed it.
    Closed(CloseReason),
}

impl Open {
    pub(super) fn new(
        now: Instant,
        mut established: Established,
        keys: Option<Keys>,
        core: &mut Core,
    ) -> Result<Box<Self>, Error> {
        if u8::try_from(established.protocols.len()).is_err() {
            return Err(Error::Internal("more protocols than an index tells apart"));
        }
        let incoming = match keys {
            None => Incoming::Clear,
            Some(keys) => {
                established.handshake_hash = Some(keys.hash);
                established.peer_key = keys.peer;
                core.outbox.seal_with(keys.sealer);
                Incoming::sealed(keys.opener)
            }
        };
        // Of protocols that are not in use nobody asks any more.
        let offered = std::mem::take(&mut core.shapes);
        let shapes = established.protocols.iter().map(|accepted| {
            let known = offered.iter().find(|(name, _)| name == accepted.name());
            known.map(|(_, shapes)| shapes.clone()).unwrap_or_default()
        });
        let limits = &core.limits;
        let size = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        let usual = Limits::default();
        let interval = limits.pings_interval();
        let control = limits.control_interval();
        let open = Self {
            incoming,
            decoder: Decoder::new(limits.frame_bytes()),
            shapes: shapes.collect(),
            compression: established.compression,
            body_max: established.body_bytes,
            fragment: limits.fragment_bytes().min(established.frame_bytes),
            stream_first: established.stream_window,
            in_flight: InFlight::new(core.role, size(established.calls)),
            served: Served::new(size(limits.calls_in_flight())),
            streaming: 0,
            newest: None,
            joining: Joining::default(),
            events_out: Sending::new(established.events_window),
            events_in: Receiving::new(limits.events_window()),
            pings_in: Budget::new(pings(limits, established.heartbeat), interval),
            // Half as many as a peer usually answers, in twice the time: what is held up on the way
            // for an interval falls into two of them.
            pings_out: Budget::new(
                limits.pings().min(usual.pings()) / 2,
                interval.max(usual.pings_interval()).saturating_mul(2),
            ),
            cancels_in: Budget::new(limits.cancels(), control),
            cancels_out: Budget::new(
                limits.cancels().min(usual.cancels()) / 2,
                control.max(usual.control_interval()).saturating_mul(2),
            ),
            cancels_due: VecDeque::new(),
            control: Budget::new(limits.control_frames(), control),
            done: (0, 0),
            pings: Vec::new(),
            overhead: 0,
            unanswered: 0,
            forgiven: 0,
            refusals: (0, 0),
            life: Life::new(now, limits),
            drain: Drain::default(),
        };
        core.established = Some(Box::new(established));
        Ok(Box::new(open))
    }

    // Inputs.

    pub(super) fn handle_bytes(
        &mut self,
        now: Instant,
        bytes: &mut BytesMut,
        core: &mut Core,
    ) -> Result<Done, Error> {
        self.life.hear(now, bytes.len());
        while let Some(mut frames) = self.incoming.next(self.decoder, bytes)? {
            while let Some(frame) = self.decoder.next_of(&mut frames)? {
                stats::count(&mut core.stats.frames_in);
                let (head, flags) = (frame.head, frame.flags);
                if let Some(reason) = self.on_frame(now, frame, core)? {
                    return Ok(Done::Closed(reason));
                }
                if let Head::Item { call } = head
                    && flags == Flags::NONE
                {
                    self.more_items(call, &mut frames, core);
                }
            }
        }
        self.life.leave(bytes.len());
        self.send_cancels(now, core);
        Ok(Done::Wait)
    }

    pub(super) fn handle_timeout(&mut self, now: Instant, core: &mut Core) -> Result<(), Error> {
        self.expire_calls(now, core);
        self.send_cancels(now, core);
        self.expire_served(now, core)?;
        self.expire_messages(now, core)?;
        self.beat(now, core)
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        let [beat, idle, end] = self.life.deadlines(self.drain.is_begun());
        let calls = earlier(self.in_flight.deadline(), self.served.deadline());
        let calls = earlier(calls, self.cancels_deadline());
        let calls = earlier(calls, self.joining.look());
        earlier(calls, earlier(beat, earlier(idle, end)))
    }

    // Outputs.

    /// Adds fragments of large messages to what is sent next, as far as they have credit.
    ///
    /// With `all` it does not stop at the size of a batch: nothing can follow. With `share` long
    /// ones are not copied: the batch is taken in parts, right after this.
    pub(super) fn pump(&mut self, core: &mut Core, all: bool, share: bool) {
        while (all || core.outbox.has_room())
            && let Some((at, head)) = core.outbox.next_large()
        {
            let most = match head {
                Head::Item { call } => self.sending(call).map_or(0, |sending| sending.left()),
                Head::Event { .. } => self.events_out.left(),
                // No credit is needed for these, and those of the connection are never large.
                Head::Request { .. }
                | Head::Reply { .. }
                | Head::Error { .. }
                | Head::End { .. }
                | Head::Credit { .. }
                | Head::Cancel { .. }
                | Head::Ping
                | Head::Pong
                | Head::GoAway
                | Head::Close => u32::MAX,
            };
            if most < COST_MIN {
                core.outbox.block(at);
                continue;
            }
            let Some(fragment) = core.outbox.fragment(at, most, share) else { return };
            stats::count(&mut core.stats.frames_out);
            self.fragment_sent(fragment, core);
        }
    }

    pub(super) fn ping(
        &mut self,
        core: &mut Core,
        now: Instant,
        token: u64,
    ) -> Result<(), CallRefused> {
        self.pings_out.spend(now).map_err(|after| CallRefused::TooManyPings { after })?;
        core.write_small(Head::Ping, &Ping { token })?;
        if self.pings.len() >= PINGS_REMEMBERED {
            self.pings.remove(0);
        }
        self.pings.push(token);
        Ok(())
    }

    /// Ends each call that somebody waits for with an event.
    pub(super) fn end_calls(&self, core: &mut Core, rest: Rest) {
        let batch = core.outbox.batch();
        for (call, sent) in self.in_flight.awaited() {
            let maybe_executed = rest == Rest::Sent || sent != batch;
            let error = CallFailure::ConnectionLost { maybe_executed };
            core.events.push_back(Event::Failed { call, error });
        }
    }

    /// Gives back the tables that nothing is in.
    pub(super) fn rest(&mut self, spare: &mut Spare) {
        self.incoming.rest();
        self.in_flight.rest(spare);
        self.served.rest(spare);
    }

    /// For how many calls there is memory, of this side and of the peer.
    #[cfg(test)]
    pub(super) const fn places(&self) -> (usize, usize) {
        (self.in_flight.places(), self.served.places())
    }

    // Getters.

    pub(super) const fn calls(&self) -> usize {
        self.in_flight.len()
    }

    pub(super) const fn calls_free(&self) -> usize {
        self.in_flight.left()
    }

    pub(super) const fn served(&self) -> usize {
        self.served.len()
    }

    /// Whether this side waits for nothing from the peer.
    pub(super) fn may_pause(&self) -> bool {
        self.streaming == 0
            && self.events_out.is_idle()
            // Also calls that were given up: until that is answered, both outputs may be full.
            && self.in_flight.len() == 0
    }

    /// Whether a message of the peer is unfinished.
    #[cfg(feature = "net")]
    pub(super) const fn is_joining(&self) -> bool {
        !self.joining.is_empty()
    }

    /// The next call of this side has this number, or the next free one after it.
    #[cfg(test)]
    pub(super) fn skip_calls(&mut self, next: CallId) {
        self.in_flight.skip_to(next);
    }

    // Frames.

    /// Does what a frame asks for; a reason ends the connection in order.
    fn on_frame(
        &mut self,
        now: Instant,
        Frame { head, flags, body }: Frame,
        core: &mut Core,
    ) -> Result<Option<CloseReason>, Error> {
        match head {
            Head::Request { .. }
            | Head::Event { .. }
            | Head::Reply { .. }
            | Head::Error { .. }
            | Head::Item { .. } => self.on_message(now, head, flags, body, core)?,
            Head::End { call } => self.on_end(call, core)?,
            Head::Credit { call } => self.on_credit(now, call, &body, core)?,
            Head::Cancel { call } => self.on_cancel(now, call, core)?,
            Head::Ping => self.on_ping(now, &body, core)?,
            Head::Pong => self.on_pong(&body, core)?,
            Head::GoAway => self.on_go_away(now, &body, core)?,
            Head::Close => {
                let close: Close = read(Kind::Close, &body)?;
                let reason = Reason::from_code(close.reason);
                return Ok(Some(CloseReason::Peer { reason, text: PeerText::new(close.text) }));
            }
        }
        Ok(None)
    }

    fn on_ping(&mut self, now: Instant, body: &Bytes, core: &mut Core) -> Result<(), Error> {
        let Ping { token } = read(Kind::Ping, body)?;
        if self.pings_in.spend(now).is_err() {
            return Err(Error::Flood(Flood::Pings { max: self.pings_in.max() }));
        }
        stats::count(&mut core.stats.pings);
        let before = core.outbox.len();
        core.write_small(Head::Pong, &Pong { token })?;
        self.answered_here(before, core)
    }

    fn on_pong(&mut self, body: &Bytes, core: &mut Core) -> Result<(), Error> {
        let Pong { token } = read(Kind::Pong, body)?;
        match self.pings.iter().position(|sent| *sent == token) {
            Some(at) => {
                self.pings.remove(at);
                core.events.push_back(Event::Pong { token });
                Ok(())
            }
            None if self.life.answered(token) => Ok(()),
            None => self.stray(body, core),
        }
    }

    // Rules.

    /// The method of a message that this side sends.
    fn method(&self, protocol: u8, number: u16) -> Result<Method, CallRefused> {
        Method::new(protocol, number)
            .filter(|_| usize::from(protocol) < self.shapes.len())
            .ok_or(CallRefused::NoSuchMessage { protocol, number })
    }

    fn check_protocol(&self, method: Method) -> Result<(), BadFrame> {
        if usize::from(method.protocol()) < self.shapes.len() {
            Ok(())
        } else {
            Err(BadFrame::Protocol(method.protocol()))
        }
    }

    /// What is known of a message that this role sends.
    fn shape(&self, from: Role, method: Method) -> Shape {
        let from = match from {
            Role::Client => End::Client,
            Role::Server => End::Server,
        };
        let shapes = self.shapes.get(usize::from(method.protocol()));
        shapes.and_then(|shapes| shapes.get(from, method.number())).unwrap_or_default()
    }

    /// A message to be written.
    fn outgoing<'a>(
        &self,
        head: Head,
        metadata: Option<&'a Metadata>,
        core: &Core,
    ) -> Outgoing<'a> {
        Outgoing {
            head,
            deadline: None,
            metadata,
            max: self.body_max,
            fragment: self.fragment,
            credit: u32::MAX,
            metadata_max: core.limits.metadata_bytes(),
            compress: None,
        }
    }

    /// Gives the peer more credit.
    fn give(call: Option<CallId>, bytes: Option<u32>, core: &mut Core) -> Result<(), Error> {
        if let Some(bytes) = bytes {
            core.write_small(Head::Credit { call }, &Credit { bytes })?;
        }
        Ok(())
    }
}

impl Core {
    /// Appends a frame with a small body of the connection's own.
    fn write_small<T: Root>(&mut self, head: Head, body: &T) -> Result<(), EncodeError> {
        self.outbox.frame(head, CONTROL_MAX, |out| encode_root(body, out))?;
        stats::count(&mut self.stats.frames_out);
        Ok(())
    }

    fn write_fault(&mut self, call: CallId, fault: &Fault) -> Result<(), EncodeError> {
        self.write_small(Head::Error { call }, &failure(fault))
    }

    /// Appends the last frame of this side.
    pub(super) fn write_close(&mut self, reason: Reason, text: &str) {
        let text = PeerText::from(text).into_string();
        let written = self.write_small(Head::Close, &Close { reason: reason.code(), text });
        debug_assert!(written.is_ok(), "a Close of bounded text fits");
    }
}

/// What an Error frame says of a fault that is not the application's.
fn failure(fault: &Fault) -> ErrorBody {
    let after = if let Fault::Overloaded { retry_after: Some(after) } = fault {
        after.as_millis()
    } else {
        0
    };
    ErrorBody {
        code: fault.code(),
        retry_after_ms: u32::try_from(after).unwrap_or(u32::MAX),
        text: fault.text().to_owned(),
        detail: Bytes::new(),
    }
}

/// Reads what an Error frame says.
fn read_failure(body: &Bytes, core: &Core) -> Result<CallFailure, Error> {
    // As large as any message: the typed error is the application's, and shares the frame.
    let options = DecodeOptions { budget: body.len().saturating_add(small().budget), ..small() };
    let error: ErrorBody = decode_root(body, &options)
        .map_err(|error| Error::BadControl { kind: Kind::Error, error })?;
    if error.code == APPLICATION {
        return Ok(CallFailure::Application(error.detail));
    }
    let after = Duration::from_millis(error.retry_after_ms.into());
    let after = (!after.is_zero()).then(|| after.min(core.limits.retry_after()));
    Ok(CallFailure::Remote(Fault::read(error.code, after, PeerText::new(error.text))))
}

/// The earlier of two moments, of which there may be none.
pub(crate) fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// How many pings a peer may send in an interval that told how often it asks for signs of life.
fn pings(limits: &Limits, heartbeat: Option<Duration>) -> u32 {
    // Nobody needs to ask more often than this.
    const LEAST: Duration = Duration::from_millis(10);
    let beats = heartbeat.map_or(0, |every| {
        limits.pings_interval().as_millis() / every.max(LEAST).as_millis().max(1)
    });
    let beats = u32::try_from(beats).unwrap_or(u32::MAX).saturating_mul(3);
    limits.pings().max(beats)
}

/// By what a message of this shape is compressed, and from what length on.
#[inline]
fn compressor(
    algorithm: Option<Algorithm>,
    shape: Shape,
    wanted: Option<bool>,
    core: &Core,
) -> Option<(Compressor, usize)> {
    let algorithm = algorithm?;
    let compress = match (shape.compress, wanted) {
        (Compress::Never, _) => false,
        (Compress::IfEnabled | Compress::Always, Some(wanted)) => wanted,
        (Compress::Always, None) => true,
        (Compress::IfEnabled, None) => core.compress,
    };
    let compressor = Some(algorithm).filter(|_| compress).and_then(Compressor::new)?;
    let compressor = compressor.with_level(core.level);
    Some((compressor, usize::try_from(core.limits.compress_min()).unwrap_or(usize::MAX)))
}

/// Refuses a body longer than the peer was told.
#[inline]
fn check_len(len: usize, core: &Core) -> Result<(), Error> {
    let max = core.limits.message_bytes();
    if u32::try_from(len).is_ok_and(|len| len <= max) {
        return Ok(());
    }
    Err(Error::MessageTooLarge { len: len.try_into().unwrap_or(u64::MAX), max })
}

/// Takes what stands before the body of a message off its first frame.
#[inline]
fn take_prefix(kind: Kind, flags: Flags, body: &mut Bytes, max: u32) -> Result<Prefix, Error> {
    let mut found = Prefix { compressed: flags.has(Flags::COMPRESSED), ..Prefix::default() };
    if flags.has(Flags::DEADLINE) {
        found.deadline = Some(u32::from_le_bytes(prefix(body).ok_or(BadFrame::Prefix(kind))?));
        body.advance(4);
    }
    if flags.has(Flags::METADATA) {
        found.metadata = Some(take_metadata(kind, body, max)?);
    }
    Ok(found)
}

/// Takes metadata off the first frame of a message.
#[cold]
fn take_metadata(kind: Kind, body: &mut Bytes, max: u32) -> Result<Metadata, Error> {
    let len = u16::from_le_bytes(prefix(body).ok_or(BadFrame::Prefix(kind))?);
    body.advance(2);
    if body.len() < usize::from(len) || u32::from(len) > max {
        return Err(BadFrame::Prefix(kind).into());
    }
    let metadata = body.split_to(len.into());
    let entries = decode_root::<std::collections::BTreeMap<String, Meta>>(&metadata, &small());
    Ok(Metadata::from_entries(entries.map_err(|_| BadFrame::Prefix(kind))?))
}

/// Reads a body that the connection itself understands.
fn read<T: Root>(kind: Kind, body: &Bytes) -> Result<T, Error> {
    decode_root(body, &small()).map_err(|error| Error::BadControl { kind, error })
}

/// What a frame costs, in octets.
fn cost(body: &Bytes) -> u32 {
    u32::try_from(body.len().saturating_add(HEADER)).unwrap_or(u32::MAX)
}
