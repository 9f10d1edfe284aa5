//! `Stream<T>`: values that arrive one after another.
//!
//! Knows nothing of connections: what a handler makes and what a caller receives are the same
//! type, and the rows above bring the streams that stand behind it.

mod channel;
#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream as Values;

use crate::error::CallError;

pub use self::channel::{Closed, StreamSender};

/// Values that arrive one after another, perhaps with an error at the end: what a message or a
/// reply of the schema calls `Stream<T>`.
///
/// A handler returns one and a caller passes one, made of whatever has the values; the other side
/// receives one and asks it for the next. It ends after its first error. Dropping one that is
/// received tells the other side that no more is wanted.
///
/// ```
/// # use protocol_runtime::types::{Closed, Stream, StreamSender};
/// # async fn receive(_: Stream<u32>) {}
/// # async fn send() -> Result<(), Closed<u32>> {
/// let lines: Stream<u32> = Stream::from_iter([1, 2, 3]);
/// # receive(lines).await;
/// let (sender, mut lines): (StreamSender<u32>, Stream<u32>) = Stream::channel(16);
/// sender.send(4).await?;
/// drop(sender);
/// while let Some(line) = lines.next().await {
///     assert_eq!(line, Ok(4));
/// }
/// # Ok(())
/// # }
/// ```
pub struct Stream<T, E = Infallible> {
    source: Source<T, E>,
}

/// Where the values come from.
enum Source<T, E> {
    Items(Box<dyn Iterator<Item = T> + Send>),
    Values(Pin<Box<dyn Values<Item = T> + Send>>),
    Results(Pin<Box<dyn Values<Item = Result<T, E>> + Send>>),
    Received(Pin<Box<dyn Values<Item = Result<T, CallError<E>>> + Send>>),
    Failed(Box<CallError<E>>),
    Over,
}

impl<T, E> Stream<T, E> {
    /// The values of `stream`.
    pub fn new(stream: impl Values<Item = T> + Send + 'static) -> Self {
        Self { source: Source::Values(Box::pin(stream)) }
    }

    /// The values of `stream`, up to its first error, which is the message's own.
    pub fn try_new(stream: impl Values<Item = Result<T, E>> + Send + 'static) -> Self {
        Self { source: Source::Results(Box::pin(stream)) }
    }

    /// The values of `items`, each as soon as it is asked for.
    #[expect(
        clippy::should_implement_trait,
        reason = "the trait cannot ask for iterators that are Send and 'static"
    )]
    pub fn from_iter<I>(items: I) -> Self
    where
        I: IntoIterator<Item = T>,
        I::IntoIter: Send + 'static,
    {
        Self { source: Source::Items(Box::new(items.into_iter())) }
    }

    /// Nothing at all.
    #[must_use]
    pub const fn empty() -> Self {
        Self { source: Source::Over }
    }

    /// No value, but this error.
    #[must_use]
    pub fn failed(error: CallError<E>) -> Self {
        Self { source: Source::Failed(Box::new(error)) }
    }

    /// A stream of what is sent by a [`StreamSender`], which waits while `capacity` values, at least
    /// one, lie in between.
    #[must_use]
    pub fn channel(capacity: usize) -> (StreamSender<T, E>, Self)
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let (sender, receiver) = channel::channel(capacity);
        (sender, Self { source: Source::Received(Box::pin(receiver)) })
    }

    /// What comes over a connection.
    #[cfg(feature = "net")]
    pub(crate) fn received(
        stream: impl Values<Item = Result<T, CallError<E>>> + Send + 'static,
    ) -> Self {
        Self { source: Source::Received(Box::pin(stream)) }
    }

    /// The next value, an error that is the last one, or the end.
    pub async fn next(&mut self) -> Option<Result<T, CallError<E>>> {
        poll_fn(|task| self.poll(task)).await
    }

    /// All values, if no error comes.
    ///
    /// # Errors
    ///
    /// The error that ended the stream; what came before it is dropped.
    pub async fn try_collect<C: Default + Extend<T>>(mut self) -> Result<C, CallError<E>> {
        let mut all = C::default();
        while let Some(value) = self.next().await {
            all.extend([value?]);
        }
        Ok(all)
    }

    #[inline]
    fn poll(&mut self, task: &mut Context<'_>) -> Poll<Option<Result<T, CallError<E>>>> {
        let polled = match &mut self.source {
            Source::Items(items) => Poll::Ready(items.next().map(Ok)),
            Source::Values(stream) => stream.as_mut().poll_next(task).map(|next| next.map(Ok)),
            Source::Results(stream) => {
                let polled = stream.as_mut().poll_next(task);
                polled.map(|next| next.map(|value| value.map_err(CallError::Application)))
            }
            Source::Received(stream) => stream.as_mut().poll_next(task),
            Source::Over => return Poll::Ready(None),
            Source::Failed(_) => {
                let Source::Failed(error) = std::mem::replace(&mut self.source, Source::Over)
                else {
                    return Poll::Ready(None);
                };
                return Poll::Ready(Some(Err(*error)));
            }
        };
        if let Poll::Ready(None | Some(Err(_))) = polled {
            // Whoever sends learns at once that this is the end.
            self.source = Source::Over;
        }
        polled
    }
}

impl<T, E> Default for Stream<T, E> {
    fn default() -> Self {
        Self::empty()
    }
}

impl<T, E> Values for Stream<T, E> {
    type Item = Result<T, CallError<E>>;

    fn poll_next(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(task)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.source {
            Source::Items(items) => items.size_hint(),
            Source::Values(stream) => stream.size_hint(),
            Source::Results(stream) => stream.size_hint(),
            Source::Received(stream) => stream.size_hint(),
            Source::Failed(_) => (1, Some(1)),
            Source::Over => (0, Some(0)),
        }
    }
}

impl<T, E> fmt::Debug for Stream<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").finish_non_exhaustive()
    }
}
