//! Streams that callers of this side pass along with their calls. The driver sends them, as the
//! caller waits for the answer meanwhile; each has a waker of its own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use super::Driver;
use super::pump::Pump;
use super::shared::{Shared, Woken};
use super::slots::discard;
use crate::error::{CallError, Fault};
use crate::session::{CallFailure, CallId};
use crate::types::Stream;
use crate::wire::Root;

/// A stream that is to be sent behind its call.
pub(crate) struct Started {
    call: CallId,
    pump: Pin<Box<dyn Future<Output = ()> + Send>>,
}

/// Makes what sends a stream, when its call is known.
pub(crate) type Input = Box<dyn FnOnce(Arc<Shared>, CallId) -> Started + Send>;

/// What sends `stream` behind a call.
pub(crate) fn input<T: Root + Send>(stream: Stream<T>) -> Input {
    Box::new(move |shared, call| {
        let mut pump = Pump::new(shared.clone(), call, stream);
        let pump = Box::pin(async move {
            match pump.run().await {
                // The call is over already if this finds none.
                Some(Ok(())) => drop(shared.with(|core| core.session.end(call))),
                Some(Err(error)) => shared.abandon(call, &error),
                None => {}
            }
        });
        Started { call, pump }
    })
}

impl Shared {
    /// The driver is to send the stream behind a call, if that is not over by now: its answer may have
    /// come before anybody could stop the stream.
    pub(crate) fn send_input(self: &Arc<Self>, call: CallId, input: Input) {
        let mut started = Some(input(self.clone(), call));
        self.with(|core| {
            if core.session.is_sending(call) {
                core.started.extend(started.take());
            }
        });
    }
}

/// The streams that are being sent.
#[derive(Default)]
pub(super) struct Pumps {
    slots: Vec<Option<Slot>>,
}

struct Slot {
    started: Started,
    bell: Arc<Bell>,
    waker: Waker,
}

/// Brings the driver back to a slot.
struct Bell {
    shared: Arc<Shared>,
    place: Woken,
    queued: AtomicBool,
}

/// The protocol's index in the list of woken slots that means one of these.
pub(super) const PUMPS: u8 = u8::MAX;

impl Driver {
    /// Begins to send what callers left, and drops what nobody wants any more.
    pub(super) fn start_pumps(&mut self) -> bool {
        let (started, stopped) = self
            .shared
            .with(|core| (std::mem::take(&mut core.started), std::mem::take(&mut core.stopped)));
        let busy = !started.is_empty();
        for started in started {
            let index = self.pumps.add(&self.shared, started);
            self.pumps.resume(index);
        }
        for call in stopped {
            self.pumps.stop(call);
        }
        busy
    }
}

impl Pumps {
    fn add(&mut self, shared: &Arc<Shared>, started: Started) -> usize {
        let free = self.slots.iter().position(Option::is_none);
        let index = free.unwrap_or(self.slots.len());
        let place = Woken { protocol: PUMPS, slot: index };
        let bell = Arc::new(Bell { shared: shared.clone(), place, queued: AtomicBool::new(false) });
        let slot = Some(Slot { started, waker: Waker::from(bell.clone()), bell });
        match self.slots.get_mut(index) {
            Some(free) => *free = slot,
            None => self.slots.push(slot),
        }
        index
    }

    /// Sends on.
    pub(super) fn resume(&mut self, index: usize) {
        let Some(place) = self.slots.get_mut(index) else { return };
        let Some(slot) = place else { return };
        // Taken off the list before the poll: a wake-up during it counts.
        slot.bell.queued.store(false, Ordering::Release);
        let mut task = Context::from_waker(&slot.waker);
        let pump = slot.started.pump.as_mut();
        match catch_unwind(AssertUnwindSafe(|| pump.poll(&mut task))) {
            Ok(Poll::Pending) => {}
            Ok(Poll::Ready(())) => drop_slot(place),
            Err(panic) => {
                discard(panic);
                slot.bell.shared.abandon(slot.started.call, &CallError::Cancelled);
                drop_slot(place);
            }
        }
    }

    /// Whether something is being sent.
    pub(super) fn is_empty(&self) -> bool {
        self.slots.iter().all(Option::is_none)
    }

    /// The call is over.
    pub(super) fn stop(&mut self, call: CallId) {
        for slot in &mut self.slots {
            if slot.as_ref().is_some_and(|slot| slot.started.call == call) {
                drop_slot(slot);
            }
        }
    }

    /// The connection is over.
    pub(super) fn clear(&mut self) {
        self.slots.iter_mut().for_each(drop_slot);
        self.slots = Vec::new();
    }
}

/// Drops the stream of a user, which may panic.
fn drop_slot(slot: &mut Option<Slot>) {
    let slot = slot.take();
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(slot))) {
        discard(panic);
    }
}

impl Shared {
    /// A call of this side is over, because its stream failed.
    fn abandon(&self, call: CallId, error: &CallError) {
        tracing::debug!(%error, "the stream of a call failed");
        let failure = if let CallError::Encode(error) = error {
            CallFailure::Unsent(*error)
        } else {
            CallFailure::Remote(Fault::Cancelled)
        };
        self.with_wakers(|core, wakers| {
            core.session.cancel(self.now(), call);
            wakers.extend(core.calls.finish(call, Err(failure)));
        });
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.queued.swap(true, Ordering::AcqRel) {
            self.shared.woken.lock().unwrap_or_else(PoisonError::into_inner).push(self.place);
            self.shared.signal.ring();
        }
    }
}

impl std::fmt::Debug for Started {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Started").field("call", &self.call).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::limits::Limits;
    use crate::peer::{Identity, Peer};
    use crate::session::CallOptions;
    use crate::testing::{Pair, append};

    /// Streams that the driver is to send, after a call with one was made and, if so, answered before
    /// the stream was left to the driver; and whether whoever makes the values was told.
    fn left(answered: bool) -> (usize, bool) {
        let Pair { client, mut server, now, .. } = Pair::streaming(|limits| limits);
        let stranger = Peer::new(Identity::Anonymous, "tcp", String::new());
        let (limits, wait) = (Arc::new(Limits::default()), Duration::from_secs(30));
        let shared = Arc::new(Shared::new(client.session, limits, wait, stranger));
        let (call, mut asked) = shared.with(|core| {
            let options = CallOptions::default();
            let call = core.session.call(now, 0, 3, options, append(b"")).unwrap();
            let mut asked = Vec::new();
            core.session.poll_transmit(&mut asked);
            (call, bytes::BytesMut::from(&asked[..]))
        });
        server.session.handle_bytes(now, &mut asked);
        if answered {
            server.session.reply(call, append(b"enough")).unwrap();
            let mut answer = bytes::BytesMut::from(&server.transmit()[..]);
            shared.with(|core| core.session.handle_bytes(now, &mut answer));
        }
        let (sender, stream) = Stream::<u32>::channel(1);
        shared.send_input(call, input(stream));
        let left = shared.with(|core| core.started.len());
        (left, sender.is_closed())
    }

    #[test]
    fn a_stream_whose_call_was_answered_already_is_left_to_nobody() {
        assert_eq!(left(false), (1, false));
        assert_eq!(left(true), (0, true));
    }
}
