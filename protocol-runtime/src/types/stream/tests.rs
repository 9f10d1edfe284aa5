use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_core::Stream as _;

use super::{Closed, Stream, StreamSender};
use crate::error::CallError;

fn is_send<T: Send>(value: T) -> T {
    value
}

#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Count {
    fn get(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

fn now<F: Future>(future: F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

fn next<T, E>(stream: &mut Stream<T, E>) -> Poll<Option<Result<T, CallError<E>>>> {
    now(stream.next())
}

#[test]
fn a_stream_gives_what_it_holds() {
    let mut stream: Stream<_> = is_send(Stream::from_iter(["a", "b"]));
    assert_eq!(stream.size_hint(), (2, Some(2)));
    assert_eq!(next(&mut stream), Poll::Ready(Some(Ok("a"))));
    let mut task = Context::from_waker(Waker::noop());
    assert_eq!(Pin::new(&mut stream).poll_next(&mut task), Poll::Ready(Some(Ok("b"))));
    assert_eq!(next(&mut stream), Poll::Ready(None));
    assert_eq!(next(&mut stream), Poll::Ready(None));
    assert_eq!(next(&mut Stream::<u8>::default()), Poll::Ready(None));
    let all: Stream<_> = Stream::from_iter([1, 2]);
    assert_eq!(now(all.try_collect::<Vec<u8>>()), Poll::Ready(Ok(vec![1, 2])));
}

#[test]
fn a_sender_that_panics_does_not_end_its_stream_as_if_all_were_sent() {
    let (sender, mut stream) = Stream::<u8>::channel(4);
    let other = sender.clone();
    let sent = std::thread::spawn(move || {
        assert_eq!(now(sender.send(1)), Poll::Ready(Ok(())));
        panic!("half way");
    });
    assert!(sent.join().is_err());
    assert_eq!(next(&mut stream), Poll::Ready(Some(Ok(1))));
    assert_eq!(next(&mut stream), Poll::Pending, "another one still sends");
    drop(other);
    assert_eq!(next(&mut stream), Poll::Ready(Some(Err(CallError::HandlerPanicked))));
    assert_eq!(next(&mut stream), Poll::Ready(None));
}

#[test]
fn the_first_error_is_the_end() {
    let (sender, receiver) = Stream::<u8, &str>::channel(4);
    assert_eq!(now(sender.send(1)), Poll::Ready(Ok(())));
    sender.fail("enough");
    let mut stream = receiver;
    assert_eq!(next(&mut stream), Poll::Ready(Some(Ok(1))));
    assert_eq!(next(&mut stream), Poll::Ready(Some(Err(CallError::Application("enough")))));
    assert_eq!(next(&mut stream), Poll::Ready(None));
    let failed: Stream<u8, &str> = Stream::failed(CallError::Cancelled);
    assert_eq!(now(failed.try_collect::<Vec<u8>>()), Poll::Ready(Err(CallError::Cancelled)));
}

#[test]
fn a_full_channel_holds_its_sender_up_until_a_value_is_taken() {
    let (sender, mut stream) = Stream::<u8>::channel(2);
    for value in 0..2 {
        assert_eq!(now(sender.send(value)), Poll::Ready(Ok(())));
    }
    let count = Arc::new(Count::default());
    let waker = Waker::from(count.clone());
    let mut third = pin!(sender.send(2));
    for _ in 0..3 {
        assert_eq!(third.as_mut().poll(&mut Context::from_waker(&waker)), Poll::Pending);
    }
    assert_eq!(count.get(), 0);
    assert_eq!(next(&mut stream), Poll::Ready(Some(Ok(0))));
    assert_eq!(count.get(), 1, "woken once, however often it was polled");
    assert_eq!(now(third), Poll::Ready(Ok(())));
    assert_eq!(next(&mut stream), Poll::Ready(Some(Ok(1))));
    assert_eq!(next(&mut stream), Poll::Ready(Some(Ok(2))));
    assert_eq!(next(&mut stream), Poll::Pending);
}

#[test]
fn a_receiver_is_woken_by_a_value_and_by_the_end() {
    let (sender, mut stream) = Stream::<u8>::channel(2);
    let count = Arc::new(Count::default());
    let waker = Waker::from(count.clone());
    let mut task = Context::from_waker(&waker);
    assert!(Pin::new(&mut stream).poll_next(&mut task).is_pending());
    assert_eq!(now(sender.send(1)), Poll::Ready(Ok(())));
    assert_eq!(count.get(), 1);
    assert_eq!(next(&mut stream), Poll::Ready(Some(Ok(1))));
    assert!(Pin::new(&mut stream).poll_next(&mut task).is_pending());
    let other = sender.clone();
    drop(sender);
    assert_eq!(count.get(), 1, "one sender is left");
    drop(other);
    assert_eq!(count.get(), 2);
    assert_eq!(next(&mut stream), Poll::Ready(None));
}

#[test]
fn a_sender_learns_that_nobody_receives() {
    let (sender, stream): (StreamSender<u8, Infallible>, _) = Stream::channel(1);
    assert_eq!(now(sender.send(1)), Poll::Ready(Ok(())));
    let count = Arc::new(Count::default());
    let waker = Waker::from(count.clone());
    let mut task = Context::from_waker(&waker);
    let (mut closed, mut second) = (pin!(sender.closed()), pin!(sender.send(2)));
    assert!(closed.as_mut().poll(&mut task).is_pending());
    assert!(second.as_mut().poll(&mut task).is_pending());
    assert!(!sender.is_closed());
    drop(stream);
    assert_eq!(count.get(), 1);
    assert!(sender.is_closed());
    assert_eq!(now(closed), Poll::Ready(()));
    assert_eq!(now(second), Poll::Ready(Err(Closed(2))));
}
