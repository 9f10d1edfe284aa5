//! What happened and was not taken yet. Items of a stream that came together are one entry, cut
//! apart when they are taken.

use std::collections::VecDeque;

use bytes::{Buf, Bytes};

use super::event::Event;
use super::window;
use crate::frame::header::HEADER;
use crate::frame::id::CallId;
use crate::frame::prefix;

/// Events, first in, first out.
#[derive(Debug, Default)]
pub(super) struct Events {
    queue: VecDeque<Entry>,
}

/// What is taken at a time.
#[derive(Debug)]
pub(super) enum Entry {
    Event(Event),
    Items(CallId, Items),
}

/// Items of one stream, in the order in which they came.
#[derive(Debug)]
pub(crate) struct Items(Source);

#[derive(Debug)]
enum Source {
    /// One, and what it cost.
    #[cfg_attr(not(feature = "net"), expect(dead_code, reason = "a driver makes it of an event"))]
    One(Bytes, usize),
    /// Frames, each of one whole item.
    Frames(Bytes),
}

impl Events {
    pub(super) fn push_back(&mut self, event: Event) {
        self.queue.push_back(Entry::Event(event));
    }

    /// Adds items that lie in these frames, which were judged and paid for.
    pub(super) fn push_items(&mut self, call: CallId, frames: Bytes) {
        self.queue.push_back(Entry::Items(call, Items(Source::Frames(frames))));
    }

    /// The next event.
    pub(super) fn pop_front(&mut self) -> Option<Event> {
        loop {
            match self.queue.front_mut()? {
                Entry::Items(call, items) => {
                    let call = *call;
                    if let Some((body, cost)) = items.next() {
                        return Some(Event::Item { call, body, cost });
                    }
                    self.queue.pop_front();
                }
                Entry::Event(_) => match self.queue.pop_front()? {
                    Entry::Event(event) => return Some(event),
                    Entry::Items(..) => {}
                },
            }
        }
    }

    /// The items that are next, all that came together, if there are any.
    #[cfg(feature = "net")]
    #[inline]
    pub(super) fn pop_items(&mut self) -> Option<(CallId, Items)> {
        if !matches!(self.queue.front(), Some(Entry::Items(..))) {
            return None;
        }
        match self.queue.pop_front()? {
            Entry::Items(call, items) => Some((call, items)),
            Entry::Event(_) => None,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Whether there are one-way messages.
    #[cfg(feature = "net")]
    pub(super) fn has_one_way(&self) -> bool {
        self.queue.iter().any(|entry| matches!(entry, Entry::Event(Event::OneWay { .. })))
    }

    /// The memory, for whoever lends and keeps it.
    pub(super) const fn queue(&mut self) -> &mut VecDeque<Entry> {
        &mut self.queue
    }

    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.queue.capacity()
    }
}

impl Items {
    /// A single one, and what it cost.
    #[cfg(feature = "net")]
    pub(crate) const fn one(body: Bytes, cost: usize) -> Self {
        Self(Source::One(body, cost))
    }

    /// Reads the next one, which is a part of the bytes behind it, and says what it cost.
    #[cfg(feature = "net")]
    #[inline]
    pub(crate) fn read<T>(&mut self, read: impl FnOnce(&[u8], &Bytes) -> T) -> Option<(T, usize)> {
        match &mut self.0 {
            Source::One(body, cost) => {
                let (body, cost) = (std::mem::take(body), *cost);
                self.0 = Source::Frames(Bytes::new());
                Some((read(&body, &body), cost))
            }
            Source::Frames(frames) => {
                let len = length(frames)?;
                let body = frames.get(HEADER..)?.get(..len)?;
                let value = read(body, frames);
                frames.advance(HEADER.saturating_add(len));
                Some((value, cost(len)))
            }
        }
    }
}

impl Iterator for Items {
    type Item = (Bytes, usize);

    fn next(&mut self) -> Option<(Bytes, usize)> {
        match &mut self.0 {
            Source::One(body, cost) => {
                let one = (std::mem::take(body), *cost);
                self.0 = Source::Frames(Bytes::new());
                Some(one)
            }
            Source::Frames(frames) => {
                let len = length(frames)?;
                frames.advance(HEADER);
                Some((frames.split_to(len), cost(len)))
            }
        }
    }
}

/// How long the first of these items is.
#[inline]
fn length(frames: &[u8]) -> Option<usize> {
    let len = usize::try_from(u32::from_le_bytes(prefix(frames)?)).ok()?;
    (frames.len().saturating_sub(HEADER) >= len).then_some(len)
}

#[inline]
fn cost(len: usize) -> usize {
    usize::try_from(window::cost(len)).unwrap_or(usize::MAX)
}
