//! Clients that reconnect: what becomes of their calls, and when they give up.
#![expect(clippy::disallowed_methods, reason = "tests start tasks and let time pass")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers fail as the tests do")]

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::common::*;
use protocol_runtime::call::CallError;
use protocol_runtime::client::{Channel, ClientBuilder, ClientState, Reconnect, Retry};
use protocol_runtime::error::{CloseReason, Error};
use protocol_runtime::frame::reason::Reason;
use protocol_runtime::limits::Limits;
use protocol_runtime::noise::{Random, RandomError};
use protocol_runtime::serve::Client;
use protocol_runtime::server::{Server, ServerBuilder};
use tokio::time::{Instant, timeout};

const SECOND: Duration = Duration::from_secs(1);
const LOST: Result<u32, CallError> = Err(CallError::ConnectionLost { maybe_executed: true });

/// Each wait is as long as it may be.
struct Longest;

impl Random for Longest {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
        out.fill(0xFF);
        Ok(())
    }
}

async fn serve(address: &str) -> (Server, Host) {
    let (host, _said) = Host::new();
    let server = ServerBuilder::new().add::<Probe, _>(host.clone()).listen(address).await.unwrap();
    (server, host)
}

/// Ends a server as a crash would: at once, with its handlers.
async fn kill(server: Server) {
    // What it says is whether all handlers came to their end.
    drop(server.shutdown(Duration::ZERO).await);
    server.closed().await;
}

fn client() -> ClientBuilder {
    ClientBuilder::new().offer::<Probe>().randomness(Longest)
}

async fn channel(address: &str, build: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Channel {
    build(client()).channel(address).await.unwrap()
}

fn probe(channel: &Channel) -> ProbeClient {
    channel.client().unwrap()
}

async fn until(channel: &Channel, wanted: impl Fn(&ClientState) -> bool) -> ClientState {
    let mut states = channel.states();
    loop {
        let state = states.next().await.expect("another state");
        if wanted(&state) {
            return state;
        }
    }
}

fn waits(state: &ClientState) -> bool {
    matches!(state, ClientState::Waiting { .. })
}

#[tokio::test(start_paused = true)]
async fn f31_a_client_goes_on_after_its_server_was_started_again() {
    let address = mem();
    let (server, _host) = serve(&address).await;
    let channel = channel(&address, |client| client).await;
    let probe = probe(&channel);
    assert_eq!(probe.echo("one").await.unwrap(), "one");

    kill(server).await;
    until(&channel, waits).await;
    let lost = Instant::now();
    let (_server, _host) = serve(&address).await;
    // A call that is made meanwhile waits.
    assert_eq!(probe.echo("two").await.unwrap(), "two");
    assert!(lost.elapsed() <= Reconnect::default().spread + SECOND, "{:?}", lost.elapsed());
    assert_eq!(channel.state(), ClientState::Ready);
}

#[tokio::test]
async fn f31_a_client_goes_on_over_tcp_where_the_server_was_before() {
    let key = key();
    let listen = |address: String| {
        let (host, _said) = Host::new();
        let builder = ServerBuilder::new().identity(key.clone()).add::<Probe, _>(host);
        async move { builder.listen(&address).await }
    };
    let server = listen(TCP.into()).await.unwrap();
    let address = server.address().to_owned();
    let short = Duration::from_millis(5);
    let policy =
        Reconnect { base_delay: short, max_delay: short, spread: short, ..Reconnect::default() };
    let builder = ClientBuilder::new().identity(crate::common::key());
    let builder = builder.server_key(key.public()).reconnect(policy);
    let probe: ProbeClient = builder.connect(&address).await.unwrap();
    assert_eq!(probe.echo("once").await.unwrap(), "once");
    kill(server).await;
    let server = listen(address).await.unwrap();
    let answer = timeout(SOON, probe.echo("again").idempotent()).await.unwrap();
    assert_eq!(answer.unwrap(), "again");
    kill(server).await;
}

#[tokio::test(start_paused = true)]
async fn f31_a_client_gives_up_by_name_after_so_many_attempts() {
    let address = mem();
    let (server, _host) = serve(&address).await;
    let policy = Reconnect { attempts: Some(4), spread: SECOND, ..Reconnect::default() };
    let channel = channel(&address, |client| client.reconnect(policy)).await;
    let probe = probe(&channel);
    // Long enough to be a good connection, whose loss is no failure yet.
    tokio::time::sleep(SECOND).await;
    kill(server).await;
    until(&channel, waits).await;
    let began = Instant::now();
    let failed = probe.echo("?").await.unwrap_err();
    // 1 s after the loss, then 2, 4 and 8.
    let waited = began.elapsed().as_millis();
    assert!((14_900..15_100).contains(&waited), "{waited}");
    let CallError::NotConnected(error) = failed else { panic!("{failed}") };
    assert!(matches!(&*error, Error::GaveUp { attempts: 4, .. }), "{error}");
    assert!(error.to_string().contains("gave up after 4 failed attempts"), "{error}");
    assert_eq!(channel.ready().await, Err((*error).clone()));
    assert_eq!(channel.state(), ClientState::Closed { error: Some(*error) });
    // Not even a server that comes back changes that.
    let (_server, _host) = serve(&address).await;
    assert!(matches!(probe.echo("?").await, Err(CallError::NotConnected(_))));
}

#[tokio::test(start_paused = true)]
async fn t8_a_call_that_may_have_been_run_is_repeated_only_if_it_says_so() {
    let address = mem();
    let (server, host) = serve(&address).await;
    let channel = channel(&address, |client| client).await;
    let probe = probe(&channel);
    let plain = tokio::spawn(probe.wait().into_future());
    let twice = tokio::spawn(probe.wait().idempotent().into_future());
    host.until_running(2).await;
    kill(server).await;
    assert_eq!(plain.await.unwrap(), LOST);

    let (_server, host) = serve(&address).await;
    host.until_running(1).await;
    host.gate.add_permits(1);
    assert_eq!(twice.await.unwrap(), Ok(7));
    assert_eq!(host.started.load(Ordering::SeqCst), 1, "the other was not run again");
}

#[tokio::test(start_paused = true)]
async fn t8_a_repeated_call_keeps_to_its_attempts_and_tells_the_truth() {
    let address = mem();
    let (mut server, mut host) = serve(&address).await;
    let retry = Retry { attempts: 2, ..Retry::default() };
    let channel = channel(&address, |client| client.retry(retry)).await;
    let call = tokio::spawn(probe(&channel).wait().idempotent().no_timeout().into_future());
    for _ in 0..2 {
        host.until_running(1).await;
        kill(server).await;
        (server, host) = serve(&address).await;
    }
    assert_eq!(call.await.unwrap(), LOST);
    kill(server).await;

    // Lost once, and then nobody is there: it may have been run, whatever the last attempt says.
    let (server, host) = serve(&address).await;
    channel.ready().await.unwrap();
    let call = probe(&channel).wait().idempotent().wait_for_ready(false);
    let call = tokio::spawn(call.into_future());
    host.until_running(1).await;
    kill(server).await;
    assert_eq!(call.await.unwrap(), LOST);
}

#[tokio::test(start_paused = true)]
async fn a_call_without_a_connection_waits_until_its_deadline_or_fails_at_once() {
    let address = mem();
    let (server, _host) = serve(&address).await;
    let channel = channel(&address, |client| client).await;
    let probe = probe(&channel);
    kill(server).await;
    until(&channel, waits).await;

    let began = Instant::now();
    let late = probe.echo("late").timeout(SECOND).await;
    assert_eq!(late, Err(CallError::DeadlineExceeded));
    assert_eq!(began.elapsed().as_secs(), 1);

    until(&channel, waits).await;
    let began = Instant::now();
    let fast = probe.echo("fast").wait_for_ready(false).await;
    assert!(matches!(fast, Err(CallError::NotConnected(_))), "{fast:?}");
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_fails_fast_does_so_unless_a_call_says_otherwise() {
    let address = mem();
    let (server, _host) = serve(&address).await;
    let channel = channel(&address, |client| client.fail_fast()).await;
    let probe = probe(&channel);
    kill(server).await;
    until(&channel, waits).await;
    assert!(matches!(probe.echo("fast").await, Err(CallError::NotConnected(_))));
    assert!(matches!(probe.say("fast").await, Err(Error::Call(_))));
    let patient = tokio::spawn(probe.echo("patient").wait_for_ready(true).into_future());
    let (_server, _host) = serve(&address).await;
    assert_eq!(patient.await.unwrap().unwrap(), "patient");
}

#[tokio::test(start_paused = true)]
async fn what_waits_too_long_to_be_sent_fails_and_was_not_sent() {
    let address = mem();
    let limits = Limits::default().with_events_window(1_024).unwrap();
    let (host, _said) = Host::new();
    let server = ServerBuilder::new().limits(limits).add::<Probe, _>(host);
    let server = server.listen(&address).await.unwrap();
    let policy = Reconnect { spread: 60 * SECOND, ..Reconnect::default() };
    let build = |client: ClientBuilder| client.reconnect(policy).send_timeout(SECOND);
    let channel = channel(&address, build).await;
    let probe = probe(&channel);

    // One-way messages of which the server takes no more, as its handlers do not end.
    let began = Instant::now();
    let refused = loop {
        if let Err(error) = probe.stay().await {
            break error;
        }
    };
    assert_eq!(began.elapsed().as_secs(), 1);
    assert!(refused.to_string().contains("not sent in time"), "{refused}");
    // The answer may take longer.
    let slow = probe.wait().timeout(3 * SECOND).await;
    assert_eq!((slow, began.elapsed().as_secs()), (Err(CallError::DeadlineExceeded), 4));

    // Messages for which there is no connection.
    kill(server).await;
    until(&channel, waits).await;
    let began = Instant::now();
    assert_eq!(probe.echo("?").await, Err(CallError::NotSent));
    assert_eq!(began.elapsed().as_secs(), 1);
    let refused = probe.say("?").await.unwrap_err();
    assert!(refused.to_string().contains("not sent in time"), "{refused}");
    assert_eq!(began.elapsed().as_secs(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_lazy_client_connects_when_it_is_used() {
    let address = mem();
    let channel = channel(&address, |client| client.lazy()).await;
    assert_eq!(channel.state(), ClientState::Idle);
    let (server, _host) = serve(&address).await;
    assert_eq!(server.connections(), 0);
    probe(&channel).say("hello").await.unwrap();
    assert_eq!(channel.state(), ClientState::Ready);
    assert_eq!(server.connections(), 1);

    // One that is not fails as a connection would.
    let error = client().reconnect(Reconnect::default()).channel(&mem()).await.unwrap_err();
    assert!(matches!(error, Error::Io { .. }), "{error}");
}

#[tokio::test(start_paused = true)]
async fn states_are_told_in_order() {
    let address = mem();
    let channel = channel(&address, |client| client.lazy()).await;
    let mut states = channel.states();
    assert_eq!(states.next().await, Some(ClientState::Idle));
    let waiting = tokio::spawn({
        let channel = channel.clone();
        async move { channel.ready().await }
    });
    let mut next = async || states.next().await.unwrap();
    let mut state = next().await;
    if state == ClientState::Connecting {
        state = next().await;
    }
    let ClientState::Waiting { retry_in, error: Error::Io { .. } } = state else {
        panic!("{state:?}")
    };
    assert_eq!(retry_in.as_millis(), 99, "the longest of less than 100 ms");
    let (_server, _host) = serve(&address).await;
    waiting.await.unwrap().unwrap();
    until(&channel, |state| *state == ClientState::Ready).await;
    channel.close().await;
    until(&channel, |state| *state == ClientState::Closed { error: None }).await;
    assert!(matches!(channel.ready().await, Err(Error::Closed(_))));
    assert!(matches!(probe(&channel).echo("?").await, Err(CallError::NotConnected(_))));
    assert_eq!(channel.states().next().await, Some(ClientState::Closed { error: None }));
}

#[tokio::test(start_paused = true)]
async fn waits_get_longer_and_begin_again_after_a_good_connection() {
    let address = mem();
    let policy = Reconnect { max_delay: 4 * SECOND, ..Reconnect::default() };
    let channel = channel(&address, |client| client.lazy().reconnect(policy)).await;
    let mut states = channel.states();
    let patient = tokio::spawn({
        let channel = channel.clone();
        async move { channel.ready().await }
    });
    let mut waits = Vec::new();
    while waits.len() < 6 {
        if let Some(ClientState::Waiting { retry_in, .. }) = states.next().await {
            waits.push(retry_in.as_millis() + 1);
        }
    }
    assert_eq!(waits, [100, 200, 400, 800, 1_600, 3_200]);
    let (server, _host) = serve(&address).await;
    patient.await.unwrap().unwrap();
    tokio::time::sleep(5 * SECOND).await;
    kill(server).await;
    waits.clear();
    while waits.len() < 3 {
        if let Some(ClientState::Waiting { retry_in, .. }) = states.next().await {
            waits.push(retry_in.as_millis() + 1);
        }
    }
    assert_eq!(waits, [3_000, 4_000, 4_000], "from the spread on");
}

#[tokio::test(start_paused = true)]
async fn whoever_is_not_let_in_does_not_ask_for_ever() {
    let address = mem();
    let (host, _said) = Host::new();
    let own = key();
    let list = Dir::new("channel-not-let-in").write("clients", "# nobody\n");
    let builder = ServerBuilder::new().identity(own.clone()).add::<Probe, _>(host);
    let server = builder.allow_list(list).listen(&address).await.unwrap();
    let with_key = client().identity(key()).server_key(own.public()).lazy();
    let channel = with_key.channel(&address).await.unwrap();
    let refused = probe(&channel).echo("?").idempotent().await;
    assert_eq!(refused, Err(CallError::NotLetIn { maybe_executed: false }));
    let state = until(&channel, |state| matches!(state, ClientState::Closed { .. })).await;
    let ClientState::Closed { error: Some(Error::Closed(reason)) } = state else {
        panic!("{state:?}")
    };
    assert!(
        matches!(*reason, CloseReason::Peer { reason: Reason::Unauthorized, .. }),
        "{reason:?}"
    );
    kill(server).await;
}

#[tokio::test(start_paused = true)]
async fn a_server_with_another_key_is_not_asked_for_ever() {
    let address = mem();
    let (host, _said) = Host::new();
    let server = ServerBuilder::new().identity(key()).add::<Probe, _>(host);
    let server = server.listen(&address).await.unwrap();
    let wrong = client().identity(key()).server_key(key().public()).lazy();
    let channel = wrong.channel(&address).await.unwrap();
    // A refusal is not authenticated, so it is believed at the third time.
    let error = timeout(60 * SECOND, channel.ready()).await.unwrap().unwrap_err();
    assert!(!matches!(error, Error::GaveUp { .. }), "{error}");
    assert_eq!(channel.state(), ClientState::Closed { error: Some(error) });
    kill(server).await;
}

#[tokio::test(start_paused = true)]
async fn a_pool_gives_each_call_to_the_connection_with_the_fewest() {
    let address = mem();
    let (host, _said) = Host::new();
    let limits = Limits::default().with_calls_in_flight(2).unwrap();
    let builder = ServerBuilder::new().limits(limits).add::<Probe, _>(host.clone());
    let server = builder.listen(&address).await.unwrap();
    let channel = channel(&address, |client| client.connections(3)).await;
    while server.connections() < 3 {
        tokio::task::yield_now().await;
    }
    // Let all three be ready on this side too.
    tokio::time::sleep(SECOND).await;
    let probe = probe(&channel);
    let calls: Vec<_> = (0..6).map(|_| tokio::spawn(probe.wait().into_future())).collect();
    // Two of each fit; with another division some would have to wait for their turn.
    host.until_running(6).await;
    host.gate.add_permits(6);
    for call in calls {
        assert_eq!(call.await.unwrap(), Ok(7));
    }
    for wrong in [0, 1_025] {
        let error = client().connections(wrong).channel(&address).await.unwrap_err();
        assert!(matches!(error, Error::Config(_)), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_not_run_is_repeated_whatever_it_is() {
    let address = mem();
    let (server, host) = serve(&address).await;
    let channel = channel(&address, |client| client).await;
    let probe = probe(&channel);
    // The server goes away, and this side takes its time to notice; the call was not sent.
    kill(server).await;
    let call = tokio::spawn(probe.echo("not sent").into_future());
    let (_server, second) = serve(&address).await;
    assert_eq!(call.await.unwrap().unwrap(), "not sent");
    assert_eq!(host.started.load(Ordering::SeqCst), 0);
    assert_eq!(second.started.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn the_last_handle_closes_the_connections() {
    let address = mem();
    let (server, host) = serve(&address).await;
    let channel = channel(&address, |client| client.connections(2)).await;
    let probe = probe(&channel);
    drop(channel);
    let call = tokio::spawn(probe.wait().into_future());
    host.until_running(1).await;
    drop(probe);
    tokio::time::sleep(SECOND).await;
    // A call under way is a handle too.
    host.gate.add_permits(1);
    assert_eq!(call.await.unwrap(), Ok(7));
    let closed = timeout(SOON, async {
        while server.connections() > 0 {
            tokio::time::sleep(SECOND / 10).await;
        }
    });
    closed.await.unwrap();
}

#[tokio::test]
async fn a_connection_by_itself_takes_no_policy() {
    for builder in [
        client(),
        ClientBuilder::new().reconnect(Reconnect::default()),
        ClientBuilder::new().connections(2),
        ClientBuilder::new().retry(Retry::default()),
        ClientBuilder::new().fail_fast(),
        ClientBuilder::new().lazy(),
    ] {
        let error = builder.offer::<Probe>().open(&mem()).await.unwrap_err();
        assert!(matches!(error, Error::Config(_)), "{error}");
    }
    let channel = channel(&mem(), |client| client.lazy()).await;
    let other = ClientBuilder::new().lazy().offer::<Other>().channel(&mem()).await.unwrap();
    assert!(other.client::<ProbeClient>().is_err());
    // A client on a channel has no connection to show.
    let probe = probe(&channel);
    assert!(matches!(probe.connection().closed().await, CloseReason::Local { .. }));
    assert!(!probe.connection().security().is_encrypted());
    assert!(probe.caller().channel().is_some());
}
