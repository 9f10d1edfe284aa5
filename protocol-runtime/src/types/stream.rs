//! `Stream<T>`: values that arrive one after another.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Values that arrive one after another: what a message or a reply of the schema calls
/// `Stream<T>`.
///
/// It holds any other stream, so that a handler has one type to return:
///
/// ```
/// use protocol_runtime::types::Stream;
///
/// let lines: Stream<u32> = Stream::from_iter([1, 2, 3]);
/// let same = Stream::new(lines);
/// assert_eq!(format!("{same:?}"), "Stream { .. }");
/// ```
pub struct Stream<T>(Pin<Box<dyn futures_core::Stream<Item = T> + Send>>);

impl<T> Stream<T> {
    /// Holds `stream`.
    pub fn new(stream: impl futures_core::Stream<Item = T> + Send + 'static) -> Self {
        Self(Box::pin(stream))
    }

    /// Nothing at all.
    #[must_use]
    pub fn empty() -> Self
    where
        T: 'static,
    {
        Self::from_iter(std::iter::empty())
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
        T: 'static,
    {
        Self::new(Items(items.into_iter()))
    }
}

impl<T> Default for Stream<T>
where
    T: 'static,
{
    fn default() -> Self {
        Self::empty()
    }
}

impl<T> futures_core::Stream for Stream<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.0.as_mut().poll_next(cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<T> fmt::Debug for Stream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").finish_non_exhaustive()
    }
}

/// An iterator as a stream: always ready. It is never pinned, so it may move.
struct Items<I>(I);

impl<I> Unpin for Items<I> {}

impl<I: Iterator> futures_core::Stream for Items<I> {
    type Item = I::Item;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<I::Item>> {
        Poll::Ready(self.0.next())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}
