//! What is seen of a connection, and of each of its calls, from outside: spans, and places in a trace.
//! While nobody looks a call is not watched, and costs nothing for it.
//!
//! A span has names, ids and times. What is in a message is in no field of it.

use std::sync::Arc;
#[cfg(feature = "metrics")]
use std::time::Instant;

use tracing::{Span, field};

#[cfg(feature = "metrics")]
use super::clock::now;
use super::scope::Inherited;
use super::shared::{Open, Shared};
#[cfg(feature = "metrics")]
use crate::measure::Timing;
use crate::metadata::{Metadata, TRACEPARENT, TraceParent};
use crate::noise::{OsRandom, Random};
use crate::schema::ProtocolSchema;
use crate::session::CallId;

/// The span of a connection. It belongs to nothing: a connection outlives whatever made it.
pub(super) fn span(shared: &Shared) -> Span {
    let (role, stranger) = (shared.with(|core| core.session.role()), shared.peer());
    tracing::info_span!(
        target: "protocol_runtime::connection",
        parent: None,
        "connection",
        role = role.name(),
        transport = stranger.transport(),
        address = stranger.address(),
        peer = field::Empty,
        secure = field::Empty,
        session = field::Empty,
    )
}

/// The peer was let in.
pub(super) fn admitted(span: &Span, open: &Open) {
    if span.is_disabled() {
        return;
    }
    let Open { peer, security, .. } = open;
    span.record("peer", field::display(peer.identity()));
    span.record("secure", field::display(security));
    // The start of it tells sessions apart; all of it binds tokens, and is for the application.
    if let Some([a, b, c, d, e, f, g, h, ..]) = security.handshake_hash {
        let session = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
        span.record("session", field::display(format_args!("{session:016x}")));
    }
}

/// The span of a call, of which nothing is said yet.
fn call_span() -> Span {
    tracing::debug_span!(
        target: "protocol_runtime::call",
        "call",
        side = field::Empty,
        protocol = field::Empty,
        message = field::Empty,
        call = field::Empty,
        trace_id = field::Empty,
        span_id = field::Empty,
        parent_id = field::Empty,
        outcome = field::Empty,
    )
}

/// A call that is watched. One that is dropped before its end was given up.
#[derive(Debug)]
pub(crate) struct Watch {
    span: Span,
    /// Its place in the trace, if it has a span.
    place: Option<TraceParent>,
    #[cfg(feature = "metrics")]
    timing: Timing,
    /// Whether what is entered is a poll of its handler.
    #[cfg(feature = "metrics")]
    serves: bool,
    ended: bool,
}

/// What is logged belongs to the call until this is dropped.
#[derive(Debug)]
pub(crate) struct Entered<'a> {
    _span: tracing::span::Entered<'a>,
    #[cfg(feature = "metrics")]
    polled: Option<(&'a Timing, Instant)>,
}

/// Which end of a call. Either side of a connection may be either.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Side {
    /// The one that made it.
    Caller,
    /// The one that serves it.
    Handler,
}

impl Side {
    /// As it is shown.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Handler => "handler",
        }
    }
}

/// A call that may be watched.
pub(crate) type Watched = Option<Box<Watch>>;

impl Watch {
    /// Watches a call, if anybody looks. `parent` is what is known of where it came from.
    #[inline]
    pub(crate) fn begin(
        side: Side,
        schema: &'static ProtocolSchema,
        number: u16,
        parent: impl FnOnce() -> Option<TraceParent>,
    ) -> Watched {
        // Asked apart, since a span that nobody looks at is made all the same where `tracing` also writes
        // to `log`, which another crate of the program may have asked it to.
        let seen = tracing::enabled!(target: "protocol_runtime::call", tracing::Level::DEBUG);
        if !seen && !cfg!(feature = "metrics") {
            return None;
        }
        let span = if seen { call_span() } else { Span::none() };
        let place = match span.is_disabled() {
            true => None,
            false => describe(&span, side, schema, number, parent()),
        };
        Some(Box::new(Self {
            span,
            place,
            #[cfg(feature = "metrics")]
            timing: {
                let message = schema.message_name(number);
                Timing::begin(now(), side.name(), schema.name, message)
            },
            #[cfg(feature = "metrics")]
            serves: matches!(side, Side::Handler),
            ended: false,
        }))
    }

    /// Watches a call of the peer. What its handler calls belongs to it.
    #[inline]
    pub(super) fn serve(
        schema: &'static ProtocolSchema,
        number: u16,
        call: Option<CallId>,
        inherited: &mut Inherited,
    ) -> Watched {
        let came = || inherited.metadata.as_deref().and_then(parent);
        let watch = Self::begin(Side::Handler, schema, number, came)?;
        if let Some(call) = call {
            watch.numbered(call);
        }
        if watch.place.is_some() {
            let mut metadata = inherited.metadata.as_deref().cloned().unwrap_or_default();
            watch.mark(&mut metadata);
            inherited.metadata = Some(Arc::new(metadata));
        }
        Some(watch)
    }

    /// What is logged from now on belongs to the call, until the guard is dropped.
    pub(crate) fn enter(&self) -> Entered<'_> {
        Entered {
            _span: self.span.enter(),
            #[cfg(feature = "metrics")]
            polled: self.serves.then(|| (&self.timing, now())),
        }
    }

    /// The same, where a handler is made and does not run yet.
    pub(super) fn within(&self) -> tracing::span::Entered<'_> {
        self.span.enter()
    }

    /// The call has this number now.
    pub(crate) fn numbered(&self, call: CallId) {
        self.span.record("call", call.get());
    }

    /// Has what goes along with a message say where the call stands in its trace.
    pub(crate) fn mark(&self, metadata: &mut Metadata) {
        let Some(place) = self.place else { return };
        // A text of 55 characters can be encoded.
        let _marked = metadata.insert(&TRACEPARENT, &place.to_string());
    }

    /// Whether the call has a place in a trace.
    pub(crate) const fn is_traced(&self) -> bool {
        self.place.is_some()
    }

    /// The call is over.
    pub(crate) fn end(mut self, outcome: &'static str) {
        self.over(outcome);
    }

    fn over(&mut self, outcome: &'static str) {
        self.ended = true;
        #[cfg(feature = "metrics")]
        self.timing.end(now(), outcome);
        self.span.record("outcome", outcome);
    }
}

#[cfg(feature = "metrics")]
impl Drop for Entered<'_> {
    fn drop(&mut self) {
        if let Some((timing, began)) = self.polled {
            timing.polled(now().saturating_duration_since(began));
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if !self.ended {
            self.over("cancelled");
        }
    }
}

/// Where the sender of a message stands in its trace, if it says so in the way that is agreed on.
pub(crate) fn parent(metadata: &Metadata) -> Option<TraceParent> {
    metadata.get(&TRACEPARENT)?.ok()?.parse().ok()
}

/// Gives a span its fields, and a place in the trace.
#[cold]
fn describe(
    span: &Span,
    side: Side,
    schema: &'static ProtocolSchema,
    number: u16,
    parent: Option<TraceParent>,
) -> Option<TraceParent> {
    span.record("side", side.name());
    span.record("protocol", schema.name);
    span.record("message", schema.message_name(number));
    let place = match (parent, ids()?) {
        (Some(parent), (_, id)) => parent.with_span(id)?,
        (None, (trace, id)) => TraceParent::new(trace, id, true)?,
    };
    span.record("trace_id", field::display(place.trace_id()));
    span.record("span_id", field::display(place.span_id()));
    if let Some(parent) = parent {
        span.record("parent_id", field::display(parent.span_id()));
    }
    Some(place)
}

/// A trace and a span that nobody had before. None if the system has no randomness: then there is no
/// trace, and all else goes on.
fn ids() -> Option<(u128, u64)> {
    let (mut trace, mut span) = ([0; 16], [0; 8]);
    OsRandom.fill(&mut trace).ok()?;
    OsRandom.fill(&mut span).ok()?;
    Some((u128::from_be_bytes(trace), u64::from_be_bytes(span)))
}
