//! A call that is alone on its connection is written by its caller: the driver sleeps on until the
//! answer comes, which saves it a turn and the caller a wait for it. Where more is in flight the driver
//! writes, once for all. Nothing waits in here: what the stream does not take at once is the driver's.

use std::cell::RefCell;
use std::sync::Weak;
use std::time::Instant;

use bytes::Buf;

use super::shared::Core;
use crate::session::Batch;
use crate::transport::{Stream, Writer};

/// More than this is left to the driver, which copies less of large messages.
const OCTETS_MAX: usize = 16 * 1024;

thread_local! {
    /// The batch that is written, for its memory.
    static BATCH: RefCell<Batch> = RefCell::new(Batch::default());
}

/// What callers need who write by themselves.
#[derive(Debug, Default)]
pub(super) struct Alone {
    /// None where the stream can only be written to by the driver.
    writer: Option<Weak<dyn Writer>>,
    /// Whether several callers are about to call, so that none of them is alone.
    crowded: bool,
    /// When the driver wakes by itself.
    wakes: Option<Instant>,
    /// What the stream did not take.
    left: Option<Box<Batch>>,
}

impl Alone {
    pub(super) fn new(stream: &Stream) -> Self {
        Self { writer: stream.writer(), ..Self::default() }
    }

    /// The driver sleeps, and not beyond `wakes`. It may have woken several callers together.
    pub(super) fn driver_sleeps(&mut self, wakes: Option<Instant>, crowded: bool) {
        (self.wakes, self.crowded) = (wakes, crowded);
    }

    /// What a caller could not write, for the driver. It comes before all else.
    pub(super) fn left(&mut self) -> Option<Box<Batch>> {
        self.left.take()
    }

    pub(super) fn has_left(&self) -> bool {
        self.left.is_some()
    }

    /// Nothing will be written any more.
    pub(super) fn discard(&mut self) {
        *self = Self::default();
    }
}

impl Core {
    /// Writes the call that was just made, if it is alone and the driver sleeps. False if the driver
    /// is to be woken, to write what is left or because there is more for it to do.
    pub(crate) fn write_alone(&mut self) -> bool {
        let alone = !self.alone.crowded
            && self.session.calls_in_flight() == 1
            && self.unsent == 0
            && self.session.out_len() <= OCTETS_MAX
            && !self.session.is_paused();
        if !alone {
            return false;
        }
        let Some(writer) = self.alone.writer.as_ref().and_then(Weak::upgrade) else {
            return false;
        };
        let write = |batch: &RefCell<Batch>| {
            let batch = &mut *batch.borrow_mut();
            self.session.poll_batch(batch, false);
            self.session.leave_buffer();
            while !batch.is_empty() {
                match writer.write_now(batch.chunk()) {
                    Ok(count) if count > 0 => batch.advance(count),
                    // Whatever it is, the driver meets it, too.
                    Ok(_) | Err(_) => {
                        self.unsent = batch.remaining();
                        self.alone.left = Some(Box::new(std::mem::take(batch)));
                        break;
                    }
                }
            }
        };
        if BATCH.try_with(write).is_err() {
            // The thread ends.
            return false;
        }
        let due = self.session.poll_timeout();
        let in_time = due.is_none_or(|due| self.alone.wakes.is_some_and(|wakes| wakes <= due));
        let done = in_time && !self.alone.has_left() && !self.session.has_events();
        if done {
            // Nobody wakes the driver for it.
            self.turn_began = None;
        }
        done
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use super::super::shared::Shared;
    use super::*;
    use crate::limits::Limits;
    use crate::peer::{Identity, Peer};
    use crate::session::{CallId, CallOptions, Event};
    use crate::testing::{Pair, Protection, Side, append};

    /// The server has the call.
    fn assert_request(events: &[Event], expected: CallId) {
        let [Event::Request { call, body, .. }] = events else { panic!("{events:?}") };
        assert_eq!((*call, &body[..]), (expected, &b"alone"[..]));
    }

    /// Takes so many octets, and then none for now.
    #[derive(Debug)]
    struct Narrow {
        room: Mutex<usize>,
        taken: Mutex<Vec<u8>>,
    }

    impl Writer for Narrow {
        fn write_now(&self, octets: &[u8]) -> io::Result<usize> {
            let mut room = self.room.lock().unwrap();
            let count = octets.len().min(*room);
            if count == 0 {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            *room -= count;
            self.taken.lock().unwrap().extend_from_slice(&octets[..count]);
            Ok(count)
        }
    }

    /// A client's connection whose driver sleeps, and its server.
    struct Lone {
        shared: Shared,
        stream: Arc<Narrow>,
        server: Side,
        now: Instant,
    }

    impl Lone {
        fn new(protection: Protection, room: usize) -> Self {
            let Pair { client, server, now, .. } = Pair::open(protection);
            let limits = Arc::new(Limits::default());
            let stranger = Peer::new(Identity::Anonymous, "tcp", String::new());
            let shared = Shared::new(client.session, limits, Duration::from_secs(30), stranger);
            let stream = Arc::new(Narrow { room: Mutex::new(room), taken: Mutex::default() });
            shared.with(|core| {
                let writer: Weak<Narrow> = Arc::downgrade(&stream);
                core.alone.writer = Some(writer);
                core.alone.driver_sleeps(core.session.poll_timeout(), false);
            });
            Self { shared, stream, server, now }
        }

        fn call(&self, core: &mut Core, timeout: Option<Duration>) -> CallId {
            let options = CallOptions { timeout, ..CallOptions::default() };
            core.session.call(self.now, 0, 1, options, append(b"alone")).unwrap()
        }

        fn taken(&self) -> Vec<u8> {
            std::mem::take(&mut *self.stream.taken.lock().unwrap())
        }
    }

    #[test]
    fn a_call_that_is_alone_is_written_whole() {
        for protection in [Protection::Plain, Protection::Xx] {
            let mut lone = Lone::new(protection, usize::MAX);
            for _ in 0..3 {
                let call = lone.shared.with(|core| {
                    let call = lone.call(core, None);
                    core.turn_began = Some(lone.now);
                    assert!(core.write_alone());
                    assert_eq!((core.turn_began, core.backlog()), (None, 0));
                    call
                });
                let taken = lone.taken();
                lone.server.receive(lone.now, &taken);
                assert_request(&lone.server.take_events(), call);
                lone.server.session.reply(call, append(b"answered")).unwrap();
                let answer = lone.server.transmit();
                lone.shared.with(|core| {
                    core.session.handle_bytes(lone.now, &mut answer[..].into());
                    assert!(core.session.poll_event().is_some());
                });
            }
        }
    }

    #[test]
    fn what_the_stream_does_not_take_is_left_to_the_driver_and_comes_first() {
        for room in [0, 1, 7] {
            let mut lone = Lone::new(Protection::Xx, room);
            let (call, left) = lone.shared.with(|core| {
                let call = lone.call(core, None);
                assert!(!core.write_alone());
                assert!(core.backlog() > 0 && core.alone.has_left());
                // Nobody writes past it.
                assert!(!core.write_alone());
                (call, core.alone.left().unwrap())
            });
            assert!(!lone.shared.with(|core| core.alone.has_left()));
            let octets = [&lone.taken(), left.chunk()].concat();
            lone.server.receive(lone.now, &octets);
            assert_request(&lone.server.take_events(), call);
        }
    }

    /// What is not written in this state is written when the state is over.
    fn not_while(state: impl FnOnce(&Lone, &mut Core), over: impl FnOnce(&Lone, &mut Core)) {
        let lone = Lone::new(Protection::Plain, usize::MAX);
        lone.shared.with(|core| {
            let last = lone.call(core, None);
            state(&lone, core);
            assert!(!core.write_alone());
            assert!(lone.taken().is_empty() && core.session.out_len() > 0);
            over(&lone, core);
            assert!(core.write_alone(), "{last:?}");
            assert!(!lone.taken().is_empty());
        });
    }

    #[test]
    fn where_others_call_too_the_driver_writes_for_all() {
        not_while(
            |_, core| core.alone.driver_sleeps(core.session.poll_timeout(), true),
            |_, core| core.alone.driver_sleeps(core.session.poll_timeout(), false),
        );
        let lone = Lone::new(Protection::Plain, usize::MAX);
        lone.shared.with(|core| {
            lone.call(core, None);
            lone.call(core, None);
            assert!(!core.write_alone());
        });
        assert!(lone.taken().is_empty());
    }

    #[test]
    fn a_side_that_does_not_read_is_left_to_its_driver() {
        not_while(
            |lone, core| core.session.set_paused(lone.now, true),
            |lone, core| core.session.set_paused(lone.now, false),
        );
    }

    #[test]
    fn a_batch_that_the_driver_writes_is_not_overtaken() {
        not_while(|_, core| core.unsent = 1, |_, core| core.unsent = 0);
    }

    #[test]
    fn a_large_message_is_left_to_the_driver() {
        let lone = Lone::new(Protection::Plain, usize::MAX);
        lone.shared.with(|core| {
            let body = vec![0; OCTETS_MAX + 1];
            let options = CallOptions::default();
            core.session.call(lone.now, 0, 1, options, append(&body)).unwrap();
            assert!(!core.write_alone());
        });
        assert!(lone.taken().is_empty());
    }

    #[test]
    fn the_driver_is_woken_for_a_deadline_that_comes_before_it_wakes() {
        let lone = Lone::new(Protection::Plain, usize::MAX);
        lone.shared.with(|core| {
            let wakes = core.session.poll_timeout().unwrap();
            let before = wakes - lone.now - Duration::from_millis(1);
            lone.call(core, Some(before));
            assert!(!core.write_alone());
            assert!(!lone.taken().is_empty(), "it is written all the same");
        });
    }

    #[test]
    fn without_a_stream_nothing_is_written() {
        let lone = Lone::new(Protection::Plain, usize::MAX);
        lone.shared.with(|core| {
            core.alone.discard();
            lone.call(core, None);
            assert!(!core.write_alone());
        });
    }
}
