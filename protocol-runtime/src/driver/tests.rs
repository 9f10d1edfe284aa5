use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Poll, Wake, Waker};
use std::time::Duration;

use bytes::Bytes;

use super::calls::{Answered, Calls, Outcome};
use super::signal::Signal;
use super::{Ticket, Waiters, now};
use crate::session::CallId;

#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// A waker, and how often it was called.
fn waker() -> (Waker, Arc<Count>) {
    let count = Arc::new(Count::default());
    (Waker::from(count.clone()), count)
}

fn id(number: u32) -> CallId {
    CallId::new(number).unwrap()
}

fn reply(number: u32) -> Outcome {
    Ok(Answered { body: Some(Bytes::from(number.to_string())), metadata: None })
}

#[test]
fn each_call_gets_its_own_outcome_once() {
    let mut calls = Calls::default();
    let (waker, _) = waker();
    for number in (1..2000).step_by(2) {
        assert!(calls.insert(id(number), waker.clone()).is_none());
    }
    assert_eq!(calls.waiting().len(), 1000);
    for number in (1..2000).rev().step_by(2) {
        assert!(calls.finish(id(number), reply(number)).is_some());
        assert!(calls.finish(id(number), reply(0)).is_none());
    }
    let mut dropped = None;
    for number in (1..2000).step_by(2) {
        let polled = calls.poll(id(number), &waker, &mut dropped);
        assert_eq!(polled, Poll::Ready(Some(reply(number))));
        assert_eq!(calls.poll(id(number), &waker, &mut dropped), Poll::Ready(None));
    }
    assert!(calls.finish(id(1), reply(1)).is_none());
}

#[test]
fn a_call_that_nobody_looked_at_yields_its_place_only_to_itself() {
    let mut calls = Calls::default();
    let (waker, _) = waker();
    assert!(calls.insert(id(1), waker.clone()).is_none());
    assert!(calls.finish(id(1), reply(1)).is_some());
    // In most rings these two meet.
    assert!(calls.insert(id(1 + 2 * 1024), waker.clone()).is_none());
    let mut dropped = None;
    assert_eq!(calls.poll(id(1), &waker, &mut dropped), Poll::Ready(Some(reply(1))));
    assert_eq!(calls.poll(id(1 + 2 * 1024), &waker, &mut dropped), Poll::Pending);
    // The same number again, when numbers have gone round: the earlier one makes room.
    assert!(calls.insert(id(1 + 2 * 1024), waker.clone()).is_some());
}

#[test]
fn an_answer_that_nobody_takes_costs_no_memory_for_later_calls() {
    let mut calls = Calls::default();
    let (waker, _) = waker();
    let mut dropped = None;
    for number in [1, 3, 5] {
        assert!(calls.insert(id(number), waker.clone()).is_none());
        assert!(calls.finish(id(number), reply(number)).is_some());
    }
    for number in (7..200_001).step_by(2) {
        assert!(calls.insert(id(number), waker.clone()).is_none());
        assert!(calls.finish(id(number), reply(number)).is_some());
        assert!(calls.poll(id(number), &waker, &mut dropped).is_ready());
    }
    assert_eq!(calls.capacity(), 16);
    assert!(calls.remove(id(3)).is_none());
    for (number, answer) in [(1, Some(reply(1))), (3, None), (5, Some(reply(5)))] {
        assert_eq!(calls.poll(id(number), &waker, &mut dropped), Poll::Ready(answer));
        assert_eq!(calls.poll(id(number), &waker, &mut dropped), Poll::Ready(None));
    }
}

#[test]
fn a_waiting_call_wakes_whoever_polled_last() {
    let mut calls = Calls::default();
    let ((first, _), (second, count)) = (waker(), waker());
    assert!(calls.insert(id(2), first).is_none());
    let mut dropped = None;
    assert_eq!(calls.poll(id(2), &second, &mut dropped), Poll::Pending);
    assert!(dropped.is_some());
    calls.finish(id(2), reply(2)).unwrap().wake();
    assert_eq!(count.0.load(Ordering::SeqCst), 1);
    assert!(calls.remove(id(2)).is_none());
}

#[test]
fn the_line_keeps_its_order_and_a_place_is_kept_while_waiting() {
    let mut line = Waiters::default();
    let wakers: Vec<_> = (0..4).map(|_| waker()).collect();
    let mut tickets: Vec<Option<Ticket>> = (0..4).map(|_| None).collect();
    for (ticket, (waker, _)) in tickets.iter_mut().zip(&wakers) {
        assert!(line.wait(ticket, waker, None).is_none());
        assert!(line.wait(ticket, waker, None).is_none());
    }
    let mut out = Vec::new();
    line.wake(2, &mut out);
    // The first was woken for nothing and waits again: before the third.
    assert!(line.wait(&mut tickets[0], &wakers[0].0, None).is_none());
    line.wake(1, &mut out);
    assert!(line.leave(tickets[2].as_ref().unwrap()).is_some());
    assert!(line.leave(tickets[2].as_ref().unwrap()).is_none());
    line.wake_all(&mut out);
    out.into_iter().for_each(Waker::wake);
    let woken: Vec<_> = wakers.iter().map(|(_, count)| count.0.load(Ordering::SeqCst)).collect();
    assert_eq!(woken, [2, 1, 0, 1]);
}

#[test]
fn those_whose_time_is_over_are_woken_and_the_next_deadline_is_known() {
    let mut line = Waiters::default();
    let now = now();
    let at = |seconds| Some(now + Duration::from_secs(seconds));
    let (mut early, mut late, mut never) = (None, None, None);
    let (waker, count) = waker();
    assert!(line.wait(&mut late, &waker, at(9)).is_none());
    assert!(line.wait(&mut early, &waker, at(3)).is_none());
    assert!(line.wait(&mut never, &waker, None).is_none());
    assert_eq!(line.deadline(), at(3));
    let mut out = Vec::new();
    line.wake_expired(now, &mut out);
    assert!(out.is_empty());
    line.wake_expired(now + Duration::from_secs(3), &mut out);
    out.drain(..).for_each(Waker::wake);
    assert_eq!((count.0.load(Ordering::SeqCst), line.deadline()), (1, at(9)));
    line.wake_all(&mut out);
    assert_eq!((out.len(), line.deadline()), (2, None));
}

#[test]
fn the_driver_is_woken_only_when_it_sleeps_and_only_once() {
    let signal = Signal::default();
    let (waker, count) = waker();
    signal.ring();
    signal.awake(&waker);
    signal.ring();
    assert_eq!(count.0.load(Ordering::SeqCst), 0);
    signal.asleep();
    signal.ring();
    signal.ring();
    assert_eq!(count.0.load(Ordering::SeqCst), 1);
}
