//! Where handlers run: slots in the driver, reused for one call after the other.
//!
//! A slot is taken, the dispatch future is put in, and it is polled at once, in place. If it is
//! done, the reply is in the output already and the slot is free again; if not, it waits for its
//! own waker. Nothing is spawned and, once the slots exist, nothing is allocated; only a message
//! that asks for it gets a task of its own, which its slot waits for. A panic is caught here and
//! ends one call.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;

use super::Message;
use super::detached::Detached;
use super::run::Run;
use super::scope::Inherited;
use super::service::Kind;
use super::shared::{Shared, Woken};
use super::spare;
use super::watch::{Watch, Watched};
use crate::cx::Cx;
use crate::schema::ProtocolSchema;
use crate::session::{CallId, Dropped, Memory};

/// The handlers of one protocol on one connection. Erases the type of their futures.
pub(crate) trait Handlers: Send {
    /// Runs the handler of a message as far as it goes.
    fn start(&mut self, message: Message, kind: Kind) -> Progress;

    /// Runs a handler on that was woken. `Idle` if that handler is gone already.
    fn resume(&mut self, slot: usize) -> Progress;

    /// Nobody waits for this call any more: drops its handler, or lets it know. `Idle` if there is
    /// none.
    fn give_up(&mut self, call: CallId, why: Dropped) -> Progress;

    /// Gives the slot back that a connection with one call at a time has, if nothing runs in it.
    fn rest(&mut self);

    /// Drops the handlers that run: those of calls, which get no answer, or also those of one-way
    /// messages. Says how many that were.
    fn clear(&mut self, all: bool) -> usize;
}

/// How far a handler got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// It waits for something.
    Running,
    /// It ended, and its call is answered. A one-way message cost the peer this much.
    Ended(usize),
    /// There was none.
    Idle,
}

/// The slots of one protocol, for dispatch futures of type `F`.
struct Pool<D, F> {
    dispatch: D,
    shared: Arc<Shared>,
    schema: &'static ProtocolSchema,
    protocol: u8,
    slots: Slots<F>,
    bells: Vec<Bell>,
}

/// Places for handlers, which other connections may have after this one.
pub(super) struct Slots<F> {
    all: Vec<Slot<F>>,
    free: Vec<usize>,
}

struct Slot<F> {
    /// Stays where it is; only its content comes and goes.
    future: Pin<Box<Option<F>>>,
    work: Option<Work>,
}

/// What of a slot belongs to this connection.
struct Bell {
    run: Arc<Run>,
    waker: Waker,
}

/// What a slot that is taken is taken for.
struct Work {
    call: Option<CallId>,
    kind: Kind,
    cost: usize,
    inherited: Inherited,
    /// A handler on a task of its own is watched there.
    watch: Watched,
}

/// The handlers of a protocol, `dispatch` making the future of a message.
pub(crate) fn handlers<D, F>(
    shared: Arc<Shared>,
    schema: &'static ProtocolSchema,
    protocol: u8,
    dispatch: D,
) -> Box<dyn Handlers>
where
    D: Fn(Cx, u16, Bytes) -> F + Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let (slots, bells) = (Slots::default(), Vec::new());
    Box::new(Pool { dispatch, shared, schema, protocol, slots, bells })
}

impl<D, F> Handlers for Pool<D, F>
where
    D: Fn(Cx, u16, Bytes) -> F + Send,
    F: Future<Output = ()> + Send + 'static,
{
    fn start(&mut self, message: Message, kind: Kind) -> Progress {
        let Message { call, number, body, cost, mut inherited, .. } = message;
        let watch = Watch::serve(self.schema, number, call, &mut inherited);
        let index = self.free();
        let Some((slot, bell)) = self.slots.at(index, &self.bells) else {
            return Progress::Idle;
        };
        bell.run.begin();
        let cx = Cx::new(bell.run.clone(), call, self.protocol, inherited.clone());
        slot.work = Some(Work { call, kind, cost, inherited, watch });
        if kind.spawn {
            return self.start_apart(index, (cx, number, body));
        }
        self.run(index, |dispatch, mut future| future.set(Some(dispatch(cx, number, body))))
    }

    fn resume(&mut self, slot: usize) -> Progress {
        let Some(Bell { run, .. }) = self.bells.get(slot) else {
            return Progress::Idle;
        };
        // Taken off the list before the poll: a wake-up during it counts.
        run.off_the_list();
        match self.slots.all.get(slot).and_then(|slot| slot.work.as_ref()) {
            None => Progress::Idle,
            Some(work) if !work.kind.spawn => self.poll(slot),
            Some(_) if run.is_over() => self.vacate(slot, None),
            Some(_) => Progress::Running,
        }
    }

    fn give_up(&mut self, call: CallId, why: Dropped) -> Progress {
        let serves =
            |slot: &Slot<F>| slot.work.as_ref().is_some_and(|work| work.call == Some(call));
        let Some(index) = self.slots.all.iter().position(serves) else {
            return Progress::Idle;
        };
        self.stop(index, why)
    }

    fn rest(&mut self) {
        // Where handlers ran side by side, they are likely to do so again.
        if self.slots.all.len() == 1 && self.slots.free.len() == 1 {
            spare::keep(&mut self.slots);
        }
    }

    fn clear(&mut self, all: bool) -> usize {
        let mut count = 0;
        for index in 0..self.slots.all.len() {
            let work = self.slots.all.get(index).and_then(|slot| slot.work.as_ref());
            let Some(work) = work.filter(|work| all || work.call.is_some()) else { continue };
            let lives_on = !all && work.kind.no_cancel;
            let why = Dropped::Cancelled;
            let ended = if lives_on { self.stop(index, why) } else { self.drop_now(index, why) };
            if let Progress::Ended(_) = ended {
                count += 1;
            }
        }
        count
    }
}

impl<D, F> Pool<D, F>
where
    D: Fn(Cx, u16, Bytes) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    /// Starts a handler on a task of its own.
    fn start_apart(&mut self, index: usize, (cx, number, body): (Cx, u16, Bytes)) -> Progress {
        let Some((Slot { work: Some(work), .. }, Bell { run, .. })) =
            self.slots.at(index, &self.bells)
        else {
            return Progress::Idle;
        };
        let watched = work.watch.as_ref().map(|watch| watch.within());
        let entered = work.inherited.enter();
        let dispatch = &self.dispatch;
        let made = catch_unwind(AssertUnwindSafe(|| dispatch(cx, number, body)));
        drop((entered, watched));
        match made {
            Ok(future) => {
                let (watch, inherited) = (work.watch.take(), work.inherited.clone());
                super::spawn(Detached::new(future, work.call, run.clone(), inherited, watch));
                Progress::Running
            }
            Err(panic) => self.vacate(index, Some(panic)),
        }
    }
}

impl<D, F: Future<Output = ()> + 'static> Pool<D, F> {
    /// Takes a free slot.
    fn free(&mut self) -> usize {
        if self.slots.all.is_empty() {
            spare::lend(&mut self.slots);
        }
        let index = self.slots.free.pop().unwrap_or_else(|| self.slots.add());
        while self.bells.len() <= index {
            let place = Woken { protocol: self.protocol, slot: self.bells.len() };
            let run = Arc::new(Run::new(self.shared.clone(), place));
            if self.bells.is_empty() {
                // Most connections have one call at a time.
                self.bells.reserve_exact(1);
            }
            self.bells.push(Bell { waker: Waker::from(run.clone()), run });
        }
        index
    }

    fn poll(&mut self, index: usize) -> Progress {
        self.run(index, |_, _| ())
    }

    /// Polls what is in a slot after `prepare` has put it there.
    #[inline]
    fn run(&mut self, index: usize, prepare: impl FnOnce(&D, Pin<&mut Option<F>>)) -> Progress {
        let Some((Slot { future, work: Some(work) }, Bell { run, waker })) =
            self.slots.at(index, &self.bells)
        else {
            return Progress::Idle;
        };
        let mut task = Context::from_waker(waker);
        let watched = work.watch.as_ref().map(|watch| watch.enter());
        let entered = work.inherited.enter();
        let dispatch = &self.dispatch;
        let polled = catch_unwind(AssertUnwindSafe(|| {
            prepare(dispatch, future.as_mut());
            let polled = match future.as_mut().as_pin_mut() {
                Some(future) => future.poll(&mut task),
                None => Poll::Ready(()),
            };
            if polled.is_ready() {
                future.set(None);
            }
            polled
        }));
        drop((entered, watched));
        match polled {
            Ok(Poll::Pending) if !run.has_failed() => Progress::Running,
            Ok(_) => self.vacate(index, None),
            Err(panic) => self.vacate(index, Some(panic)),
        }
    }

    /// Nobody waits for the answer any more.
    fn stop(&mut self, index: usize, why: Dropped) -> Progress {
        let Some((Slot { work: Some(work), .. }, Bell { run, .. })) =
            self.slots.at(index, &self.bells)
        else {
            return Progress::Idle;
        };
        run.give_up(why);
        if work.kind.no_cancel { Progress::Running } else { self.drop_now(index, why) }
    }

    /// Drops a handler, or has its task drop it.
    fn drop_now(&mut self, index: usize, why: Dropped) -> Progress {
        let Some((Slot { work: Some(work), .. }, Bell { run, .. })) =
            self.slots.at(index, &self.bells)
        else {
            return Progress::Idle;
        };
        run.give_up(why);
        if work.kind.spawn {
            run.stop();
            return Progress::Running;
        }
        self.vacate(index, None)
    }

    /// Ends a handler: drops it, answers its call if nothing did, frees the slot.
    fn vacate(&mut self, index: usize, panic: Option<Box<dyn Any + Send>>) -> Progress {
        let Some((slot, Bell { run, .. })) = self.slots.at(index, &self.bells) else {
            return Progress::Idle;
        };
        let Some(work) = slot.work.take() else {
            return Progress::Idle;
        };
        let panicked = panic.is_some_and(discard);
        let panicked = slot.empty() || panicked;
        let outcome = run.settle(work.call, panicked);
        if let Some(watch) = work.watch {
            watch.end(outcome);
        }
        if let Some(call) = work.call.filter(|_| work.kind.input) {
            self.shared.close_input(call);
        }
        self.slots.free.push(index);
        Progress::Ended(work.cost)
    }
}

impl<F> Slots<F> {
    /// One more slot, which is taken.
    fn add(&mut self) -> usize {
        let index = self.all.len();
        if index == 0 {
            // Most connections have one call at a time.
            self.all.reserve_exact(1);
            self.free.reserve_exact(1);
        }
        self.all.push(Slot { future: Box::pin(None), work: None });
        index
    }

    #[inline]
    fn at<'a>(
        &'a mut self,
        index: usize,
        bells: &'a [Bell],
    ) -> Option<(&'a mut Slot<F>, &'a Bell)> {
        self.all.get_mut(index).zip(bells.get(index))
    }
}

impl<F> Default for Slots<F> {
    fn default() -> Self {
        Self { all: Vec::new(), free: Vec::new() }
    }
}

impl<F> Memory for Slots<F> {
    fn places(&self) -> usize {
        self.all.len()
    }
}

impl<F> Slot<F> {
    /// Drops the future, if there is one. Says whether that panicked.
    fn empty(&mut self) -> bool {
        if self.future.is_none() {
            return false;
        }
        let future = self.future.as_mut();
        let mut future = AssertUnwindSafe(future);
        catch_unwind(move || future.set(None)).is_err_and(discard)
    }
}

/// Drops what a panic carried, which may panic again. Always true, for [`Result::is_err_and`].
pub(super) fn discard(panic: Box<dyn Any + Send>) -> bool {
    if let Err(again) = catch_unwind(AssertUnwindSafe(move || drop(panic))) {
        // Whoever does this twice loses a few bytes, and nobody else anything.
        std::mem::forget(again);
    }
    true
}
