//! Whether a peer that has shaken hands may come in.
//!
//! Until that is decided nothing of the peer is handled, no call is made, and its place among the
//! unfinished handshakes stays taken. What a client sent with the end of its handshake waits in
//! the session, and so does what it sends then; both are little, as `pre_auth_bytes` bounds each, and
//! enough to see that it leaves. Nobody waits for the verdict then, unless it left one-way messages:
//! their sender may have closed in the belief that they will be handled.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use super::shared::Open;
use super::{Core, Driver, HalfOpen, Service};
use crate::error::Error;
use crate::frame::reason::Reason;
use crate::measure::OpenConnection;
use crate::noise::PublicKey;
use crate::peer::{Grant, Peer};

/// What is asked about each peer after its handshake. Asking runs nothing of the user's yet.
pub(crate) type Gate = Arc<dyn Fn(Peer) -> Verdict + Send + Sync>;

/// What becomes of a peer: it comes in, or the connection fails with an error, or with none but
/// that it may not.
pub(crate) type Verdict = Pin<Box<dyn Future<Output = Result<Grant, Option<Error>>> + Send>>;

/// What is needed until the peer was let in, and kept no longer.
pub(super) struct Door {
    pub(super) services: Arc<[Arc<dyn Service>]>,
    pub(super) local_key: Option<PublicKey>,
    /// Who is told when the peer was let in.
    pub(super) half_open: Option<Box<dyn HalfOpen>>,
    /// What is asked about the peer after the handshake.
    gate: Option<Gate>,
    /// The peer, until that is answered.
    pub(super) deciding: Option<Deciding>,
    /// When it has to be.
    pub(super) decided_by: Instant,
    /// Why the peer was not let in, where that is worth an error.
    pub(super) refused: Option<Error>,
}

/// A peer that waits.
pub(super) struct Deciding {
    open: Open,
    verdict: Verdict,
    /// How much is still read meanwhile.
    room: usize,
}

impl Door {
    pub(super) fn new(
        services: Arc<[Arc<dyn Service>]>,
        local_key: Option<PublicKey>,
        half_open: Option<Box<dyn HalfOpen>>,
        gate: Option<Gate>,
        decided_by: Instant,
    ) -> Self {
        let (deciding, refused) = (None, None);
        Self { services, local_key, half_open, gate, deciding, decided_by, refused }
    }
}

impl Driver {
    /// Whether it is being decided if the peer may come in.
    pub(super) fn is_deciding(&self) -> bool {
        self.door.as_ref().is_some_and(|door| door.deciding.is_some())
    }

    /// When that has to be decided, if it is being.
    pub(super) fn decided_by(&self) -> Option<Instant> {
        self.door.as_ref().filter(|door| door.deciding.is_some()).map(|door| door.decided_by)
    }

    /// The handshake is done: asks whether the peer may come in.
    pub(super) fn ask(&mut self, core: &mut Core, open: Open) {
        let room = self.stranger_bytes();
        let Some(door) = &mut self.door else { return };
        match &door.gate {
            None => self.admit(core, open, None),
            Some(gate) => {
                let verdict = gate(open.peer.clone());
                door.deciding = Some(Deciding { open, verdict, room });
            }
        }
    }

    /// How much may be read now: of a stranger little at a time, as more may come with the end of
    /// its handshake.
    pub(super) fn may_read(&self) -> usize {
        match self.door.as_deref() {
            Some(Door { deciding: Some(deciding), .. }) => deciding.room,
            Some(Door { half_open: Some(_), .. }) => self.stranger_bytes(),
            Some(_) | None => usize::MAX,
        }
    }

    fn stranger_bytes(&self) -> usize {
        usize::try_from(self.shared.limits.pre_auth_bytes()).unwrap_or(usize::MAX)
    }

    /// So much was read; 0 was the end of the stream.
    pub(super) fn has_read(&mut self, len: usize) {
        if let Some(deciding) = self.door.as_mut().and_then(|door| door.deciding.as_mut()) {
            deciding.room = if len == 0 { 0 } else { deciding.room.saturating_sub(len) };
        }
    }

    /// The peer, if nobody needs to know any more whether it may come in: the connection is over,
    /// and nothing of it would be handled.
    pub(super) fn needless(&mut self, core: &Core) -> Option<Deciding> {
        let over = core.session.close_reason().is_some();
        let command = self.command;
        let deciding = &mut self.door.as_mut()?.deciding;
        deciding.take_if(|_| over && (command.is_some() || !core.session.left_messages()))
    }

    /// Looks whether there is a verdict. True if something came of it.
    pub(super) fn decide(&mut self, task: &mut Context<'_>, now: Instant) -> bool {
        let Some(door) = &mut self.door else { return false };
        let Some(deciding) = &mut door.deciding else { return false };
        let verdict = &mut deciding.verdict;
        let outcome = match catch_unwind(AssertUnwindSafe(|| verdict.as_mut().poll(task))) {
            Ok(Poll::Pending) if now < door.decided_by => return false,
            Ok(Poll::Pending) => {
                tracing::error!("the authorizer did not decide in time");
                Err(None)
            }
            Ok(Poll::Ready(outcome)) => outcome,
            Err(_panic) => {
                tracing::error!("the authorizer panicked");
                Err(None)
            }
        };
        let Some(Deciding { open, verdict, .. }) = door.deciding.take() else { return false };
        let _late = catch_unwind(AssertUnwindSafe(|| drop(verdict)));
        let shared = self.shared.clone();
        match outcome {
            Ok(grant) => shared.with(|core| self.admit(core, open, Some(grant))),
            Err(error) => {
                let (peer, address) = (open.peer.identity(), open.peer.address());
                tracing::warn!(%peer, %address, "the peer was not let in");
                door.refused = error;
                shared.with(|core| core.session.close(Reason::Unauthorized, ""));
            }
        }
        true
    }

    /// Calls may go both ways.
    fn admit(&mut self, core: &mut Core, mut open: Open, grant: Option<Grant>) {
        let Some(door) = self.door.take() else { return };
        if let Some(half_open) = door.half_open {
            half_open.opened();
        }
        if let Some(grant) = grant {
            open.peer = open.peer.granted(grant);
        }
        self.protocols.reserve_exact(open.protocols.len());
        for (index, agreed) in (0..).zip(&open.protocols) {
            let service = door.services.iter().find(|service| service.name() == agreed.name);
            self.protocols.extend(service.map(|service| super::Protocol {
                handlers: service.handlers(&self.shared, index),
                service: service.clone(),
            }));
        }
        let (peer, security) = (&open.peer, &open.security);
        super::watch::admitted(&self.span, &open);
        self.counted = Some(OpenConnection::begin(core.session.role()));
        let (transport, address) = (peer.transport(), peer.address());
        tracing::info!(%transport, %address, %security, "connection opened");
        self.shared.set_open(open);
        core.opening.wake_all(&mut self.wakers);
    }
}
