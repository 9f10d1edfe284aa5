//! Streams of either side, and what becomes of calls that nobody waits for.
#![expect(clippy::disallowed_methods, reason = "tests start tasks and set time limits")]

use std::sync::atomic::Ordering;
use std::time::Duration;

use protocol_runtime::call::CallError;
use protocol_runtime::limits::Limits;
use protocol_runtime::serve::Client;
use protocol_runtime::types::Stream;
use tokio::time::{Instant, timeout};

use crate::common::SOON;
use crate::flow::*;

const SECOND: Duration = Duration::from_secs(1);

async fn usual() -> (protocol_runtime::server::Server, FlowClient, Works, Works) {
    flow(Limits::default()).await
}

/// Lets everything go on that can.
async fn settle() {
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_answer_may_be_a_stream() {
    let (_server, client, _works, _) = usual().await;
    let values: Vec<u32> = client.count(10_000).await.unwrap().try_collect().await.unwrap();
    assert_eq!(values, (0..10_000).collect::<Vec<_>>());
    let none: Vec<u32> = client.count(0).await.unwrap().try_collect().await.unwrap();
    assert!(none.is_empty());
    let stats = client.connection().stats();
    assert_eq!((stats.calls_in_flight, stats.served_in_flight), (0, 0));
}

#[tokio::test]
async fn a_message_may_come_with_a_stream() {
    let (_server, client, _works, _) = usual().await;
    let sum = client.sum(Stream::from_iter(0..50_000)).await;
    assert_eq!(sum, Ok((0..50_000_u32).fold(0, u32::wrapping_add)));
    assert_eq!(client.sum(Stream::empty()).await, Ok(0));
}

#[tokio::test]
async fn streams_go_both_ways_at_once_and_each_ends_by_itself() {
    let (_server, client, _works, _) = usual().await;
    let (sender, values) = Stream::channel(1);
    let mut doubled = client.double(values).await.unwrap();
    for value in 0..100 {
        sender.send(value).await.unwrap();
        assert_eq!(doubled.next().await, Some(Ok(value * 2)));
    }
    drop(sender);
    assert_eq!(timeout(SOON, doubled.next()).await.unwrap(), None);
    assert_eq!(client.connection().stats().calls_in_flight, 0);
}

#[tokio::test]
async fn a_stream_ends_with_the_messages_own_error() {
    let (_server, client, _works, _) = usual().await;
    let mut values = client.fail(3).await.unwrap();
    for value in 0..3 {
        assert_eq!(values.next().await, Some(Ok(value)));
    }
    let error = CallError::Application("that is all".to_owned());
    assert_eq!(values.next().await, Some(Err(error)));
    assert_eq!(values.next().await, None);
}

#[tokio::test]
async fn s8_a_stream_that_is_not_read_is_not_sent_beyond_its_window() {
    let (_server, client, works, _) = usual().await;
    let mut values = client.burst().await.unwrap();
    settle().await;
    let made = works.made.load(Ordering::SeqCst);
    // A window of 256 KiB, the output of 64 KiB, and what is taken ahead.
    assert!((200..400).contains(&made), "{made}");
    // Other calls pass meanwhile.
    assert_eq!(timeout(SOON, client.view("abc")).await.unwrap(), Ok(3));
    for _ in 0..2_000 {
        assert_eq!(values.next().await.unwrap().unwrap().len(), 1_000);
    }
    let more = works.made.load(Ordering::SeqCst) - 2_000;
    assert!(more < 400, "{more}");
}

#[tokio::test]
async fn the_window_of_a_stream_is_the_receivers() {
    let limits = Limits::default().with_stream_window(4_096).unwrap();
    let (_server, client, works, _) = flow(limits).await;
    let _values = client.burst().await.unwrap();
    settle().await;
    let made = works.made.load(Ordering::SeqCst);
    assert!(made < 20, "{made}");
}

#[tokio::test]
async fn dropping_a_received_stream_ends_the_one_that_is_sent() {
    let (_server, client, works, _) = usual().await;
    let mut values = client.burst().await.unwrap();
    assert!(values.next().await.unwrap().is_ok());
    works.until_alive(1).await;
    drop(values);
    timeout(SOON, works.until_alive(0)).await.unwrap();
    assert_eq!(client.view("on").await, Ok(2));
    assert_eq!(client.connection().stats().calls_in_flight, 0);
}

#[tokio::test]
async fn dropping_a_call_ends_the_stream_that_came_with_it_on_both_sides() {
    let (_server, client, works, back) = usual().await;
    let values = Stream::new(back.endless(|at| u32::try_from(at).unwrap_or(0)));
    let call = tokio::spawn(client.sum(values).into_future());
    works.until_alive(1).await;
    call.abort();
    timeout(SOON, works.until_alive(0)).await.unwrap();
    timeout(SOON, back.until_alive(0)).await.unwrap();
    assert_eq!(client.view("on").await, Ok(2));
}

#[tokio::test]
async fn an_answer_ends_the_stream_that_its_handler_did_not_read() {
    let (_server, client, _works, back) = usual().await;
    let values = Stream::new(back.endless(|at| u32::try_from(at).unwrap_or(0)));
    assert_eq!(client.ignore(values).await, Ok(5));
    timeout(SOON, back.until_alive(0)).await.unwrap();
    assert_eq!(client.view("on").await, Ok(2));
}

#[tokio::test]
async fn a_stream_that_panics_ends_its_call_and_nothing_else() {
    let (_server, client, _works, _) = usual().await;
    let mut values = client.count(u32::MAX).await.unwrap();
    assert_eq!(values.next().await, Some(Err(CallError::HandlerPanicked)));
    assert_eq!(client.sum(Stream::new(Panics)).await, Err(CallError::Cancelled));
    assert_eq!(client.view("on").await, Ok(2));
    let stats = client.connection().stats();
    assert_eq!(stats.served_in_flight, 0);
}

#[tokio::test]
async fn the_end_of_a_connection_ends_its_streams() {
    let (server, client, works, back) = usual().await;
    let mut received = client.burst().await.unwrap();
    let values = Stream::new(back.endless(|_| 1));
    let sent = tokio::spawn(client.sum(values).into_future());
    works.until_alive(2).await;
    server.shutdown(Duration::ZERO).await.unwrap();
    let end = loop {
        match received.next().await.unwrap() {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert!(matches!(end, CallError::ConnectionLost { .. }), "{end:?}");
    assert!(sent.await.unwrap().is_err());
    timeout(SOON, works.until_alive(0)).await.unwrap();
    timeout(SOON, back.until_alive(0)).await.unwrap();
}

#[tokio::test]
async fn a_connection_lives_as_long_as_a_stream_that_is_received() {
    let (_server, client, _works, _) = usual().await;
    let values = client.count(100_000).await.unwrap();
    drop(client);
    let values: Vec<u32> = values.try_collect().await.unwrap();
    assert_eq!(values.len(), 100_000);
}

// Calls that nobody waits for.

#[tokio::test]
async fn dropping_a_call_drops_its_handler() {
    let (_server, client, works, _) = usual().await;
    for _ in 0..10 {
        let call = tokio::spawn(client.hang().into_future());
        works.until_alive(1).await;
        call.abort();
        timeout(SOON, works.until_alive(0)).await.unwrap();
    }
    assert_eq!(*works.ended.borrow(), 0);
    assert_eq!(client.view("on").await, Ok(2));
    assert_eq!(client.connection().stats().calls_in_flight, 0);
}

#[tokio::test]
async fn a_handler_whose_message_says_so_runs_on_when_nobody_waits() {
    let (_server, client, works, _) = usual().await;
    let call = tokio::spawn(client.keep().into_future());
    works.until_alive(1).await;
    call.abort();
    // It learns of that, and takes its time.
    works.permits().add_permits(1);
    timeout(SOON, works.until_ended(1)).await.unwrap();
    assert_eq!(client.view("on").await, Ok(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_on_a_task_of_its_own_holds_up_nobody() {
    let (_server, client, works, _) = usual().await;
    let blocked = tokio::spawn(client.block().into_future());
    works.until_alive(1).await;
    assert_eq!(timeout(SOON, client.view("meanwhile")).await.unwrap(), Ok(9));
    works.unblock();
    assert_eq!(blocked.await.unwrap(), Ok(7));
    works.until_alive(0).await;
    assert_eq!(client.connection().stats().calls_in_flight, 0);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_ends_the_handler_too() {
    let (_server, client, works, _) = usual().await;
    let before = Instant::now();
    let late = client.hang().timeout(SECOND * 5).await;
    assert_eq!(late, Err(CallError::DeadlineExceeded));
    assert!(before.elapsed() >= SECOND * 5 && before.elapsed() < SECOND * 6);
    works.until_alive(0).await;
    assert!(before.elapsed() < SECOND * 6);
    let past = client.hang().deadline(before.into()).await;
    assert_eq!(past, Err(CallError::DeadlineExceeded));
}

#[tokio::test(start_paused = true)]
async fn a_call_in_a_handler_has_what_is_left_of_the_time() {
    let (_server, client, _works, _) = usual().await;
    for how in [0, 1] {
        assert_eq!(client.relay(how).timeout(SECOND * 8).await, Ok(8), "{how}");
        // Its own time, if that is less.
        assert_eq!(client.relay(how).no_timeout().await, Ok(30), "{how}");
    }
}

#[tokio::test]
async fn metadata_goes_along_and_on_unless_it_is_for_one_call() {
    let (_server, client, works, _) = usual().await;
    let call = client.relay(2).meta(&TENANT, &42).meta(&TOKEN, &"hush".to_owned());
    let (tenant, along) = call.with_metadata().await.unwrap();
    assert_eq!((tenant, works.tenant.load(Ordering::SeqCst)), (42, 42));
    assert_eq!(along.get(&SERVED), Some(Ok(77)));
    let (tenant, _) = client.relay(2).with_metadata().await.unwrap();
    assert_eq!(tenant, 0);
}

#[tokio::test(start_paused = true)]
async fn s12_calls_given_up_at_random_leave_nothing_behind() {
    let limits = Limits::default().with_calls_in_flight(8).unwrap();
    let limits = limits.with_stream_window(2_048).unwrap().with_write_high_water(2_048).unwrap();
    let (_server, client, works, back) = flow(limits).await;
    let mut seed = 1_u32;
    for round in 0..40 {
        let mut tasks = Vec::new();
        for _ in 0..6 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let values = Stream::new(back.endless(|_| 1));
            let task = match seed >> 30 {
                0 => tokio::spawn({
                    let c = client.clone();
                    async move { drop(c.hang().await) }
                }),
                1 => tokio::spawn({
                    let c = client.clone();
                    async move { drop(c.sum(values).await) }
                }),
                2 => tokio::spawn({
                    let c = client.clone();
                    async move { drop(c.burst().await) }
                }),
                _ => tokio::spawn({
                    let c = client.clone();
                    async move { drop(c.view("x").await) }
                }),
            };
            tasks.push(task);
        }
        for _ in 0..(seed >> 12) % 7 {
            tokio::task::yield_now().await;
        }
        for task in &tasks {
            task.abort();
        }
        for task in tasks {
            drop(task.await);
        }
        // It may have to wait until the peer can be told of the others.
        let answer = timeout(SOON * 3, client.view("on")).await;
        assert_eq!(answer.expect("in time"), Ok(2), "{round}");
    }
    timeout(SOON, works.until_alive(0)).await.unwrap();
    timeout(SOON, back.until_alive(0)).await.unwrap();
    let stats = client.connection().stats();
    assert_eq!((stats.calls_in_flight, stats.served_in_flight), (0, 0));
}
