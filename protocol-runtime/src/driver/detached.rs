//! A handler on a task of its own, because it computes for long. What becomes of its call is the
//! same as in a slot, and its slot waits for it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::run::Run;
use super::scope::Inherited;
use super::slots::discard;
use super::watch::Watched;
use crate::session::CallId;

/// The task. However it ends, its slot learns of it.
pub(super) struct Detached<F> {
    future: Option<Pin<Box<F>>>,
    call: Option<CallId>,
    run: Arc<Run>,
    inherited: Inherited,
    watch: Watched,
}

impl<F> Detached<F> {
    pub(super) fn new(
        future: F,
        call: Option<CallId>,
        run: Arc<Run>,
        inherited: Inherited,
        watch: Watched,
    ) -> Self {
        Self { future: Some(Box::pin(future)), call, run, inherited, watch }
    }

    fn end(&mut self, panicked: bool) {
        let Some(future) = self.future.take() else { return };
        let panicked_too = catch_unwind(AssertUnwindSafe(|| drop(future))).is_err_and(discard);
        let outcome = self.run.settle(self.call, panicked || panicked_too);
        if let Some(watch) = self.watch.take() {
            watch.end(outcome);
        }
        self.run.finish();
    }
}

impl<F: Future<Output = ()>> Future for Detached<F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let Some(future) = &mut this.future else { return Poll::Ready(()) };
        if this.run.poll_stopped(task) {
            this.end(false);
            return Poll::Ready(());
        }
        let watched = this.watch.as_ref().map(|watch| watch.enter());
        let entered = this.inherited.enter();
        let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(task)));
        drop((entered, watched));
        match polled {
            Ok(Poll::Pending) if !this.run.has_failed() => return Poll::Pending,
            Ok(_) => this.end(false),
            Err(panic) => this.end(discard(panic)),
        }
        Poll::Ready(())
    }
}

impl<F> Drop for Detached<F> {
    fn drop(&mut self) {
        self.end(false);
    }
}
