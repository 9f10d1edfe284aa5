//! Memory of drivers that rest: the queues of one that sleeps and has nothing to do are those of
//! the next one that wakes on the same thread, and so are the places of its handlers.

use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::task::Waker;

use bytes::BytesMut;

use super::shared::Woken;
use super::{Driver, Message};
use crate::session::{CallId, Dropped, Memory, PLACES_MAX, Stack};

/// A body up to this is copied rather than that it keeps a whole buffer.
const SMALL_BYTES_MAX: usize = 4 * 1024;

thread_local! {
    static SPARE: RefCell<Spare> = const { RefCell::new(Spare::new()) };
    /// Stacks of one type each: as many as the program has protocols.
    static TYPED: RefCell<Vec<(TypeId, Box<dyn Any>)>> = const { RefCell::new(Vec::new()) };
}

struct Spare {
    inbox: Stack<VecDeque<Message>>,
    given_up: Stack<Vec<(CallId, Dropped)>>,
    wakers: Stack<Vec<Waker>>,
    woken: Stack<Vec<Woken>>,
}

impl Driver {
    /// Takes queues for what may happen now.
    pub(super) fn prepare(&mut self) {
        if self.inbox.capacity() > 0 {
            return;
        }
        Spare::with(|spare| {
            spare.inbox.lend(&mut self.inbox);
            spare.given_up.lend(&mut self.given_up);
            spare.wakers.lend(&mut self.wakers);
            spare.woken.lend(&mut self.woken);
        });
    }

    /// Gives back queues that nothing is in.
    pub(super) fn rest(&mut self) {
        settle(&mut self.inbox);
        for handlers in self.protocols.iter_mut().filter_map(|one| one.handlers.as_mut()) {
            handlers.rest();
        }
        // Also where nothing is read for the time being.
        self.input.release();
        if !self.inbox.is_empty() {
            return;
        }
        Spare::with(|spare| {
            spare.inbox.keep(&mut self.inbox);
            spare.given_up.keep(&mut self.given_up);
            spare.wakers.keep(&mut self.wakers);
            spare.woken.keep(&mut self.woken);
        });
    }
}

/// Leaves here what is of a type that the driver does not know.
pub(super) fn keep<T: Memory + 'static>(place: &mut T) {
    typed(|stack| stack.keep(place));
}

/// Takes such a one, if there is one.
pub(super) fn lend<T: Memory + 'static>(place: &mut T) {
    typed(|stack| stack.lend(place));
}

fn typed<T: Memory + 'static>(change: impl FnOnce(&mut Stack<T>)) {
    let id = TypeId::of::<T>();
    let _gone = TYPED.try_with(|typed| {
        let mut typed = typed.borrow_mut();
        let known = typed.iter().position(|(known, _)| *known == id);
        let at = known.unwrap_or_else(|| {
            typed.push((id, Box::new(Stack::<T>::new(PLACES_MAX))));
            typed.len().saturating_sub(1)
        });
        if let Some(stack) = typed.get_mut(at).and_then(|(_, stack)| stack.downcast_mut()) {
            change(stack);
        }
    });
}

/// Copies the bodies of messages that came last, and wait, out of the buffers they were read into,
/// of which they keep far more than they need.
fn settle(inbox: &mut VecDeque<Message>) {
    let came = inbox.iter().rev().take_while(|message| !message.apart).count();
    let came = inbox.len().saturating_sub(came)..;
    let small = |message: &Message| message.body.len() <= SMALL_BYTES_MAX;
    let sizes = inbox.range(came.clone()).filter(|one| small(one)).map(|one| one.body.len());
    let mut bodies = BytesMut::with_capacity(sizes.sum());
    for message in inbox.range_mut(came) {
        message.apart = true;
        if small(message) {
            bodies.extend_from_slice(&message.body);
            message.body = bodies.split().freeze();
        }
    }
}

impl Spare {
    const fn new() -> Self {
        Self {
            inbox: Stack::new(PLACES_MAX),
            given_up: Stack::new(PLACES_MAX),
            wakers: Stack::new(PLACES_MAX),
            woken: Stack::new(PLACES_MAX),
        }
    }

    /// Nothing happens on a thread that ends.
    fn with(change: impl FnOnce(&mut Self)) {
        // An error means that there is nothing to leave it with.
        let _gone = SPARE.try_with(|spare| change(&mut spare.borrow_mut()));
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::driver::Inherited;

    fn message(body: &Bytes) -> Message {
        Message {
            call: None,
            protocol: 0,
            number: 1,
            kind: None,
            body: body.clone(),
            cost: 0,
            inherited: Inherited { deadline: None, metadata: None },
            apart: false,
        }
    }

    #[test]
    fn small_messages_that_wait_keep_no_buffer_that_was_read_into() {
        let first = Bytes::from(vec![1; 65_536]);
        let second = Bytes::from(vec![2; 65_536]);
        let mut inbox = VecDeque::new();
        inbox.extend([message(&first.slice(..10)), message(&first.slice(10..10))]);
        settle(&mut inbox);
        assert!(first.is_unique());
        let settled = inbox[0].body.as_ptr();
        inbox.extend([message(&second.slice(5..9)), message(&second.slice(9..))]);
        settle(&mut inbox);
        assert_eq!(inbox[0].body.as_ptr(), settled, "once is enough");
        inbox.truncate(3);
        assert!(second.is_unique());
        let bodies: Vec<_> = inbox.iter().map(|message| &message.body[..]).collect();
        assert_eq!(bodies, [&[1; 10][..], &[], &[2; 4]]);
    }

    #[test]
    fn what_is_left_is_found_by_its_type() {
        let (mut octets, mut words) = (Vec::<u8>::with_capacity(10), Vec::<u16>::with_capacity(20));
        let left = octets.as_ptr();
        keep(&mut octets);
        keep(&mut words);
        assert_eq!((octets.capacity(), words.capacity()), (0, 0));
        lend(&mut octets);
        assert_eq!(octets.as_ptr(), left);
        let mut another = Vec::<u8>::new();
        lend(&mut another);
        assert_eq!(another.capacity(), 0, "there was one");
        lend(&mut words);
        assert_eq!(words.capacity(), 20);
    }

    #[test]
    fn a_large_message_stays_where_it_was_read() {
        let read = Bytes::from(vec![1; 65_536]);
        let mut inbox = VecDeque::from([message(&read.slice(100..))]);
        settle(&mut inbox);
        assert_eq!(inbox[0].body.as_ptr(), read[100..].as_ptr());
    }
}
