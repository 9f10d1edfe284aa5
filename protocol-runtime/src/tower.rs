//! `tower` layers on both sides: around the handlers of a protocol, and around calls. Nothing else of
//! this library names `tower`.
//!
//! A handler with layers is [`Layered`], and is added to a server like any other. On the other side
//! [`Execute`] is the innermost service of a stack that takes calls.

use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use tower_layer::Layer;
use tower_service::Service;

use crate::call::{Answer, Call, CallError, CallFuture};
use crate::cx::Cx;
use crate::error::Fault;
use crate::metadata::Metadata;
use crate::peer::Peer;
use crate::serve::{Handling, Serve};
use crate::wire::{AppError, Root};

/// A message on its way to its handler, not decoded yet.
#[derive(Debug)]
pub struct Request {
    cx: Cx,
    protocol: &'static str,
    number: u16,
    body: Bytes,
}

impl Request {
    /// The protocol's name.
    #[must_use]
    pub fn protocol(&self) -> &'static str {
        self.protocol
    }

    /// The message's number.
    #[must_use]
    pub fn number(&self) -> u16 {
        self.number
    }

    /// The message, encoded.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// What came along.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        self.cx.metadata()
    }

    /// Who sent it.
    #[must_use]
    pub fn peer(&self) -> &Peer {
        self.cx.peer()
    }

    /// Whether nobody waits for an answer.
    #[must_use]
    pub fn one_way(&self) -> bool {
        self.cx.one_way()
    }
}

/// The innermost service of a [`Layered`] handler: runs the handler, which answers.
pub struct Handle<P, H, S> {
    handler: Arc<H>,
    types: PhantomData<fn() -> (P, S)>,
}

impl<P, H, S> Clone for Handle<P, H, S> {
    fn clone(&self) -> Self {
        Self { handler: self.handler.clone(), types: PhantomData }
    }
}

impl<P, H, S> fmt::Debug for Handle<P, H, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").finish_non_exhaustive()
    }
}

impl<P: Serve<H, S>, H: Send + Sync + 'static, S: 'static> Service<Request> for Handle<P, H, S> {
    type Response = ();
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<(), Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let Request { cx, number, body, .. } = request;
        let handling = P::dispatch(self.handler.clone(), cx, number, body);
        Box::pin(async {
            handling.await;
            Ok(())
        })
    }
}

/// A handler with layers around it.
///
/// An error of a layer answers the call, as what [`Layered::faults`] makes of it. Otherwise a [`Fault`]
/// is that one, a time that has elapsed (of `tower`'s `timeout`, or of tokio's) is
/// [`Fault::DeadlineExceeded`], and all else is [`Fault::Refused`] with the error's text. A layer that
/// answers itself by `Ok(())` leaves the caller with [`Fault::Unimplemented`].
///
/// ```ignore
/// let layers = ServiceBuilder::new().layer(Auth).concurrency_limit(64);
/// let handler = Layered::new::<Chat, side::Server>(Room::default(), layers);
/// let server = np::server().add::<Chat, _>(handler).listen("tcp://[::]:9000").await?;
/// ```
pub struct Layered<H, S> {
    service: Mutex<S>,
    handler: PhantomData<fn() -> H>,
    faults: fn(&(dyn Error + Send + Sync + 'static)) -> Option<Fault>,
}

impl<H: Send + Sync + 'static, S> Layered<H, S> {
    /// The handler `handler` of protocol `P` at the end `E`, inside of `layers`.
    pub fn new<P: Serve<H, E>, E>(
        handler: H,
        layers: impl Layer<Handle<P, H, E>, Service = S>,
    ) -> Self {
        let handle = Handle { handler: Arc::new(handler), types: PhantomData };
        Self { service: Mutex::new(layers.layer(handle)), handler: PhantomData, faults: |_| None }
    }

    /// What the errors of layers are to callers; `None` for those that are what they are without this.
    #[must_use]
    pub fn faults(
        mut self,
        faults: fn(&(dyn Error + Send + Sync + 'static)) -> Option<Fault>,
    ) -> Self {
        self.faults = faults;
        self
    }

    fn fault(&self, error: &(dyn Error + Send + Sync + 'static)) -> Fault {
        let late = error.is::<tower::timeout::error::Elapsed>()
            || error.is::<tokio::time::error::Elapsed>();
        let said = (self.faults)(error).or_else(|| error.downcast_ref().cloned());
        let said = said.or_else(|| late.then_some(Fault::DeadlineExceeded));
        said.unwrap_or_else(|| Fault::Refused { text: error.to_string().as_str().into() })
    }
}

impl<H, S> fmt::Debug for Layered<H, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Layered").finish_non_exhaustive()
    }
}

impl<P, H, S, E> Serve<Layered<H, S>, E> for P
where
    P: Serve<H, E>,
    H: Send + Sync + 'static,
    S: Service<Request, Response = ()> + Clone + Send + 'static,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    S::Future: Send,
    E: 'static,
{
    const HANDLING: &'static [Handling] = <P as Serve<H, E>>::HANDLING;

    async fn dispatch(handler: Arc<Layered<H, S>>, cx: Cx, number: u16, body: Bytes) {
        // Clones share what is to be shared, and each is ready for one call.
        let mut service = handler.service.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let request = Request { cx: cx.twin(), protocol: P::NAME, number, body };
        let ready = poll_fn(|task| service.poll_ready(task)).await.map_err(Into::into);
        let outcome = match ready {
            Ok(()) => service.call(request).await.map_err(Into::into),
            Err(error) => Err(error),
        };
        if let Err(error) = outcome {
            // Recorded at once; what would wait for it is not needed.
            drop(cx.fail::<()>(handler.fault(&*error)));
        }
    }
}

/// Runs calls: the innermost service of a stack of layers on the caller's side.
///
/// ```ignore
/// let calls = ServiceBuilder::new().timeout(limit).concurrency_limit(8).service(Execute);
/// let totals = calls.clone().oneshot(logs.ship(batch)).await?;
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Execute;

impl<M: Root, T: Answer, E: AppError> Service<Call<M, T, E>> for Execute {
    type Response = T;
    type Error = CallError<E>;
    type Future = CallFuture<M, T, E>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), CallError<E>>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, call: Call<M, T, E>) -> Self::Future {
        call.into_future()
    }
}
