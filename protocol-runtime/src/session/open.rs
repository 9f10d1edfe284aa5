//! An open connection: calls both ways, one-way messages, pings, and the rules of their frames.

use std::time::{Duration, Instant};

use bytes::{Buf, Bytes, BytesMut};

use super::budget::Budget;
use super::config::Established;
use super::event::{CallFailure, CallRefused, Event, Unanswered};
use super::in_flight::{Answered, InFlight};
use super::served::Served;
use super::{Core, Rest, stats};
use crate::error::{APPLICATION, CloseReason, Error, Fault, Flood, PeerText};
use crate::frame::control::{Close, ErrorBody, Ping, Pong};
use crate::frame::decoder::{Decoder, Frame};
use crate::frame::header::{BadFrame, CONTROL_MAX, Flags, HEADER, Head, Kind, Method};
use crate::frame::id::CallId;
use crate::frame::preface::small;
use crate::frame::prefix;
use crate::frame::reason::Reason;
use crate::limits::Limits;
use crate::noise::{Handshake, Opener, PublicKey, RECORD_HEADER, Sealer};
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
    /// How many protocols were accepted.
    protocols: u8,
    /// The longest body that the peer takes.
    body_max: u32,
    in_flight: InFlight,
    served: Served,
    pings_in: Budget,
    pings_out: Budget,
    /// Tokens of pings that are not answered yet, oldest first.
    pings: Vec<u64>,
    /// Octets of frames without effect that no useful frame has paid for.
    overhead: u32,
    /// Octets of answers that the session gave by itself, and the batch they wait in.
    refusals: (u64, usize),
}

/// Where frames come from.
enum Incoming {
    Clear,
    Sealed {
        opener: Opener,
        /// Text of records, up to the frame that is incomplete.
        text: BytesMut,
    },
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
        mut established: Established,
        keys: Option<Keys>,
        core: &mut Core,
    ) -> Result<Box<Self>, Error> {
        let protocols = u8::try_from(established.protocols.len())
            .map_err(|_| Error::Internal("more protocols than an index tells apart"))?;
        let incoming = match keys {
            None => Incoming::Clear,
            Some(keys) => {
                established.handshake_hash = Some(keys.hash);
                established.peer_key = keys.peer;
                core.outbox.seal_with(keys.sealer);
                Incoming::Sealed { opener: keys.opener, text: BytesMut::new() }
            }
        };
        let limits = &core.limits;
        let size = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        let usual = Limits::default();
        let interval = limits.pings_interval();
        let open = Self {
            incoming,
            decoder: Decoder::new(limits.frame_bytes().min(limits.message_bytes())),
            protocols,
            body_max: established.body_bytes,
            in_flight: InFlight::new(core.role, size(established.calls)),
            served: Served::new(size(limits.calls_in_flight())),
            pings_in: Budget::new(limits.pings(), interval),
            // Half as many as a peer usually answers, since pings may be held up on the way and
            // arrive closer together.
            pings_out: Budget::new(
                limits.pings().min(usual.pings()) / 2,
                interval.max(usual.pings_interval()),
            ),
            pings: Vec::new(),
            overhead: 0,
            refusals: (0, 0),
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
        loop {
            let frame = match &mut self.incoming {
                Incoming::Clear => self.decoder.next(bytes)?,
                Incoming::Sealed { opener, text } => loop {
                    if let Some(frame) = self.decoder.next(text)? {
                        break Some(frame);
                    }
                    if !open_record(opener, bytes, text)? {
                        break None;
                    }
                },
            };
            let Some(frame) = frame else { return Ok(Done::Wait) };
            stats::count(&mut core.stats.frames_in);
            if let Some(reason) = self.on_frame(now, frame, core)? {
                return Ok(Done::Closed(reason));
            }
        }
    }

    pub(super) fn handle_timeout(&mut self, now: Instant, core: &mut Core) {
        let grace = core.limits.late_reply_grace();
        let Core { events, stats, .. } = core;
        self.in_flight.expire(now, grace, |call| {
            stats::count(&mut stats.calls_timed_out);
            events.push_back(Event::Failed { call, error: CallFailure::TimedOut });
        });
    }

    pub(super) const fn deadline(&self) -> Option<Instant> {
        self.in_flight.deadline()
    }

    // Commands.

    pub(super) fn call(
        &mut self,
        core: &mut Core,
        now: Instant,
        (protocol, number): (u8, u16),
        timeout: Option<Duration>,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<CallId, CallRefused> {
        let method = self.method(protocol, number)?;
        let Some(call) = self.in_flight.next() else {
            let max = core.established.as_ref().map_or(0, |established| established.calls);
            return Err(CallRefused::TooManyCalls { max });
        };
        core.outbox.frame(Head::Request { call, method }, self.body_max, encode)?;
        stats::count(&mut core.stats.frames_out);
        stats::count(&mut core.stats.calls);
        let deadline = timeout.and_then(|timeout| now.checked_add(timeout));
        self.in_flight.begin(call, deadline, core.outbox.batch());
        Ok(call)
    }

    pub(super) fn notify(
        &self,
        core: &mut Core,
        (protocol, number): (u8, u16),
        encode: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<(), CallRefused> {
        let method = self.method(protocol, number)?;
        core.outbox.frame(Head::Event { method }, self.body_max, encode)?;
        stats::count(&mut core.stats.frames_out);
        Ok(())
    }

    pub(super) fn reply(
        &mut self,
        core: &mut Core,
        call: CallId,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<(), Unanswered> {
        if !self.served.remove(call) {
            return Err(Unanswered::NotOpen);
        }
        let written = core.outbox.frame(Head::Reply { call }, self.body_max, encode);
        Self::answered(core, call, written)
    }

    pub(super) fn reply_error(
        &mut self,
        core: &mut Core,
        call: CallId,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<(), Unanswered> {
        if !self.served.remove(call) {
            return Err(Unanswered::NotOpen);
        }
        let mut detail = Vec::new();
        let written = encode(&mut detail).and_then(|()| {
            let body = ErrorBody {
                code: APPLICATION,
                retry_after_ms: 0,
                text: String::new(),
                detail: detail.into(),
            };
            let max = self.body_max;
            core.outbox.frame(Head::Error { call }, max, |out| encode_root(&body, out))
        });
        Self::answered(core, call, written)
    }

    pub(super) fn fail(
        &mut self,
        core: &mut Core,
        call: CallId,
        fault: &Fault,
    ) -> Result<(), Unanswered> {
        if !self.served.remove(call) {
            return Err(Unanswered::NotOpen);
        }
        core.write_fault(call, fault)?;
        Ok(())
    }

    pub(super) fn forget(&mut self, core: &Core, now: Instant, call: CallId) {
        self.in_flight.forget(call, now.checked_add(core.limits.late_reply_grace()));
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

    // Getters.

    pub(super) const fn calls(&self) -> usize {
        self.in_flight.len()
    }

    pub(super) const fn served(&self) -> usize {
        self.served.len()
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
        let kind = head.kind();
        if flags != Flags::NONE {
            return Err(BadFrame::Flags { kind, flags: flags.bits() }.into());
        }
        match head {
            Head::Request { call, method } => self.on_request(call, method, body, core)?,
            Head::Event { method } => self.on_one_way(method, body, core)?,
            Head::Reply { call } => self.on_answer(Kind::Reply, call, body, core)?,
            Head::Error { call } => self.on_answer(Kind::Error, call, body, core)?,
            Head::Item { call } | Head::End { call } => {
                return Err(BadFrame::NoStream { kind, call }.into());
            }
            // Nothing is streamed, so nothing waits for credit.
            Head::Credit { .. } | Head::Cancel { .. } | Head::GoAway => self.stray(&body, core)?,
            Head::Ping => self.on_ping(now, &body, core)?,
            Head::Pong => self.on_pong(&body, core)?,
            Head::Close => {
                let close: Close = read(Kind::Close, &body)?;
                let reason = Reason::from_code(close.reason);
                return Ok(Some(CloseReason::Peer { reason, text: PeerText::new(close.text) }));
            }
        }
        Ok(None)
    }

    fn on_request(
        &mut self,
        call: CallId,
        method: Method,
        body: Bytes,
        core: &mut Core,
    ) -> Result<(), Error> {
        if call.caller() == core.role {
            return Err(BadFrame::Parity { kind: Kind::Request, call }.into());
        }
        self.check_protocol(method)?;
        if self.served.contains(call) {
            return Err(BadFrame::Open(call).into());
        }
        if self.served.is_full() {
            stats::count(&mut core.stats.overloaded);
            return self.refuse(call, &Fault::Overloaded { retry_after: None }, core);
        }
        self.served.insert(call);
        self.useful(&body);
        stats::count(&mut core.stats.requests);
        let (protocol, number) = (method.protocol(), method.number());
        core.events.push_back(Event::Request {
            call,
            protocol,
            number,
            body,
            deadline: None,
            metadata: None,
        });
        Ok(())
    }

    fn on_one_way(&mut self, method: Method, body: Bytes, core: &mut Core) -> Result<(), Error> {
        self.check_protocol(method)?;
        if method.number() == 0 {
            return self.stray(&body, core);
        }
        self.useful(&body);
        stats::count(&mut core.stats.one_way);
        let (protocol, number) = (method.protocol(), method.number());
        core.events.push_back(Event::OneWay { protocol, number, body, metadata: None, cost: 0 });
        Ok(())
    }

    fn on_answer(
        &mut self,
        kind: Kind,
        call: CallId,
        body: Bytes,
        core: &mut Core,
    ) -> Result<(), Error> {
        if call.caller() != core.role {
            return Err(BadFrame::Parity { kind, call }.into());
        }
        match self.in_flight.finish(call) {
            Answered::NeverMade => return Err(BadFrame::NeverMade { kind, call }.into()),
            Answered::Over => return self.stray(&body, core),
            Answered::Late => stats::count(&mut core.stats.late_replies),
            Answered::Awaited if kind == Kind::Error => {
                self.useful(&body);
                let failure = read_failure(&body, core);
                // The call ends even if what the peer says about it cannot be read.
                let lost = CallFailure::ConnectionLost { maybe_executed: true };
                let error = failure.clone().unwrap_or(lost);
                core.events.push_back(Event::Failed { call, error });
                failure?;
            }
            Answered::Awaited => {
                self.useful(&body);
                core.events.push_back(Event::Reply { call, body, metadata: None });
            }
        }
        Ok(())
    }

    fn on_ping(&mut self, now: Instant, body: &Bytes, core: &mut Core) -> Result<(), Error> {
        let Ping { token } = read(Kind::Ping, body)?;
        if self.pings_in.spend(now).is_err() {
            return Err(Error::Flood(Flood::Pings { max: core.limits.pings() }));
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
            None => self.stray(body, core),
        }
    }

    // Rules.

    /// The method of a message that this side sends.
    fn method(&self, protocol: u8, number: u16) -> Result<Method, CallRefused> {
        Method::new(protocol, number)
            .filter(|method| protocol < self.protocols && method.number() != 0)
            .ok_or(CallRefused::NoSuchMessage { protocol, number })
    }

    fn check_protocol(&self, method: Method) -> Result<(), BadFrame> {
        if method.protocol() < self.protocols {
            Ok(())
        } else {
            Err(BadFrame::Protocol(method.protocol()))
        }
    }

    /// A call is over, and this is what came of its answer.
    fn answered(
        core: &mut Core,
        call: CallId,
        written: Result<(), EncodeError>,
    ) -> Result<(), Unanswered> {
        match written {
            Ok(()) => {
                stats::count(&mut core.stats.frames_out);
                Ok(())
            }
            Err(error) => {
                core.write_fault(call, &Fault::ResponseTooLarge)?;
                Err(error.into())
            }
        }
    }

    /// Answers a call without handing it on.
    fn refuse(&mut self, call: CallId, fault: &Fault, core: &mut Core) -> Result<(), Error> {
        let before = core.outbox.len();
        core.write_fault(call, fault)?;
        self.answered_here(before, core)
    }

    /// The session wrote something by itself; a peer that does not read may not have more and
    /// more of it.
    fn answered_here(&mut self, before: usize, core: &Core) -> Result<(), Error> {
        let batch = core.outbox.batch();
        if self.refusals.0 != batch {
            self.refusals = (batch, 0);
        }
        let grown = core.outbox.len().saturating_sub(before);
        self.refusals.1 = self.refusals.1.saturating_add(grown);
        let max = core.limits.refusal_bytes();
        if u32::try_from(self.refusals.1).is_ok_and(|waiting| waiting <= max) {
            return Ok(());
        }
        Err(Error::Flood(Flood::Refusals { max }))
    }

    /// A frame that did something pays for others that did nothing.
    fn useful(&mut self, body: &Bytes) {
        self.overhead = self.overhead.saturating_sub(cost(body));
    }

    /// A frame without effect.
    fn stray(&mut self, body: &Bytes, core: &mut Core) -> Result<(), Error> {
        stats::count(&mut core.stats.strays);
        self.overhead = self.overhead.saturating_add(cost(body));
        let max = core.limits.overhead_bytes();
        if self.overhead > max { Err(Error::Flood(Flood::Overhead { max })) } else { Ok(()) }
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
        let after = if let Fault::Overloaded { retry_after: Some(after) } = fault {
            after.as_millis()
        } else {
            0
        };
        let body = ErrorBody {
            code: fault.code(),
            retry_after_ms: u32::try_from(after).unwrap_or(u32::MAX),
            text: fault.text().to_owned(),
            detail: Bytes::new(),
        };
        self.write_small(Head::Error { call }, &body)
    }

    /// Appends the last frame of this side.
    pub(super) fn write_close(&mut self, reason: Reason, text: &str) {
        let text = PeerText::from(text).into_string();
        let written = self.write_small(Head::Close, &Close { reason: reason.code(), text });
        debug_assert!(written.is_ok(), "a Close of bounded text fits");
    }
}

/// Opens the next record behind `text`; false if it is not all there yet.
fn open_record(
    opener: &mut Opener,
    bytes: &mut BytesMut,
    text: &mut BytesMut,
) -> Result<bool, Error> {
    if text.is_empty() {
        // Lets go of the memory of the last record, so that it can be read into again.
        *text = BytesMut::new();
    }
    let Some(header) = prefix::<RECORD_HEADER>(bytes) else { return Ok(false) };
    let len = opener.record_len(header).map_err(Error::Record)?;
    let whole = len.saturating_add(RECORD_HEADER);
    if bytes.len() < whole {
        return Ok(false);
    }
    let mut record = bytes.split_to(whole);
    record.advance(RECORD_HEADER);
    let len = opener.open(&mut record).map_err(Error::Record)?;
    record.truncate(len);
    if text.is_empty() {
        *text = record;
    } else {
        text.extend_from_slice(&record);
    }
    Ok(true)
}

/// What an Error frame says.
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

/// Reads a body that the connection itself understands.
fn read<T: Root>(kind: Kind, body: &Bytes) -> Result<T, Error> {
    decode_root(body, &small()).map_err(|error| Error::BadControl { kind, error })
}

/// What a frame costs, in octets.
fn cost(body: &Bytes) -> u32 {
    u32::try_from(body.len().saturating_add(HEADER)).unwrap_or(u32::MAX)
}
