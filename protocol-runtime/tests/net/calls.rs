//! Calls, one-way messages and pushes, over each transport and each security.
#![expect(clippy::disallowed_methods, reason = "tests start tasks and set time limits")]
#![expect(clippy::unwrap_used, reason = "helpers fail as the tests do")]

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::common::*;
use protocol_runtime::call::CallError;
use protocol_runtime::client::ClientBuilder;
use protocol_runtime::error::Error;
use protocol_runtime::limits::Limits;
use protocol_runtime::noise::{Pattern, PresharedKey, Suite, SuiteChoice};
use protocol_runtime::peer::Identity;
use protocol_runtime::serve::Client;
use protocol_runtime::server::ServerBuilder;
use tokio::time::{Instant, timeout};

/// Everything a protocol can do, over one kind of connection.
async fn everything(
    server: ServerBuilder,
    client: ClientBuilder,
    address: &str,
    pattern: Option<Pattern>,
) {
    let (host, mut said) = Host::new();
    let (guest, mut ticks) = Guest::new();
    let server = server.add::<Probe, _>(host).listen(address).await.unwrap();
    let probe: ProbeClient = client.on::<Probe, _>(guest).connect(server.address()).await.unwrap();

    assert_eq!(probe.echo("hello").await, Ok("hello".to_owned()));
    assert_eq!(probe.divide(5).await, Ok(20));
    assert_eq!(probe.divide(0).await, Err(CallError::Application("by zero".to_owned())));

    probe.say("one").await.unwrap();
    probe.say("two").await.unwrap();
    assert_eq!(said.recv().await.unwrap(), "one");
    assert_eq!(said.recv().await.unwrap(), "two");

    probe.push(100).await.unwrap();
    for expected in 0..100 {
        assert_eq!(ticks.recv().await, Some(expected));
    }
    assert_eq!(probe.ask("yes").await, Ok("they say yes".to_owned()));

    let big = probe.big(700_000).await.unwrap();
    assert!(big.len() == 700_000 && big.iter().all(|byte| *byte == 7));

    let connection = probe.connection();
    let security = connection.security();
    assert_eq!(security.pattern, pattern);
    assert_eq!(security.is_encrypted(), pattern.is_some());
    let transport = address.split(':').next().unwrap();
    assert_eq!(connection.peer().transport(), transport);
    let who = probe.who().await.unwrap();
    assert!(who.ends_with(&format!("over {transport}")), "{who}");
    match (security.local_key, pattern) {
        (Some(key), _) => {
            assert!(who.starts_with(&format!("key {}, ", key.fingerprint())), "{who}")
        }
        (None, Some(Pattern::NnPsk0)) => assert!(who.starts_with("shared key, "), "{who}"),
        (None, _) => assert!(who.starts_with("anonymous, "), "{who}"),
    }
    assert_eq!(security.peer_key, server.key());
    connection.ping().await.unwrap();

    server.shutdown(SOON).await.unwrap();
    assert!(connection.closed().await.is_clean());
}

#[tokio::test]
async fn plain_in_memory() {
    everything(ServerBuilder::new(), ClientBuilder::new(), &mem(), None).await;
}

#[tokio::test]
async fn plain_over_tcp_where_both_sides_ask_for_it() {
    let (server, client) =
        (ServerBuilder::new().insecure_plain(), ClientBuilder::new().insecure_plain());
    everything(server, client, TCP, None).await;
}

#[tokio::test]
async fn anonymous_over_tcp() {
    let (server, client) =
        (ServerBuilder::new().insecure_anonymous(), ClientBuilder::new().insecure_anonymous());
    everything(server, client, TCP, Some(Pattern::Nn)).await;
}

#[tokio::test]
async fn with_keys_over_tcp_and_ipv6_and_memory() {
    for address in [TCP, "tcp://localhost:0", &mem()] {
        let (ours, theirs) = (key(), key());
        let client = ClientBuilder::new().identity(ours).server_key(theirs.public());
        everything(ServerBuilder::new().identity(theirs), client, address, Some(Pattern::Xk)).await;
    }
}

#[tokio::test]
async fn with_a_key_of_the_server_alone() {
    for address in [TCP, &mem()] {
        let theirs = key();
        let client = ClientBuilder::new().server_auth().server_key(theirs.public());
        let server = ServerBuilder::new().server_auth().identity(theirs);
        everything(server, client, address, Some(Pattern::Nk)).await;
    }
}

#[tokio::test]
async fn with_a_shared_key() {
    for address in [TCP, &mem()] {
        let secret = PresharedKey::generate().unwrap();
        let client = ClientBuilder::new().shared_key(secret.clone());
        let server = ServerBuilder::new().shared_key(secret);
        everything(server, client, address, Some(Pattern::NnPsk0)).await;
    }
}

#[tokio::test]
async fn with_nothing_but_a_state_directory() {
    let dir = Dir::new("everything");
    let (ours, theirs) = (dir.path("ours"), dir.path("theirs"));
    // First contact, with nobody known.
    let (server, client) = (ServerBuilder::new(), ClientBuilder::new());
    everything(server.state_dir(theirs), client.state_dir(ours), TCP, Some(Pattern::Xx)).await;
}

#[tokio::test]
async fn with_each_cipher() {
    for (choice, suite) in
        [(SuiteChoice::ChaChaPoly, Suite::ChaChaPoly), (SuiteChoice::AesGcm, Suite::AesGcm)]
    {
        let (host, _said) = Host::new();
        let server = ServerBuilder::new().identity(key()).add::<Probe, _>(host);
        let server = server.listen(TCP).await.unwrap();
        let client = ClientBuilder::new().identity(key()).server_key(server.key().unwrap());
        let probe: ProbeClient = client.suite(choice).connect(server.address()).await.unwrap();
        assert_eq!(probe.echo("x").await, Ok("x".to_owned()));
        assert_eq!(probe.connection().security().suite, Some(suite));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_several_threads() {
    let (ours, theirs) = (key(), key());
    let client = ClientBuilder::new().identity(ours).server_key(theirs.public());
    everything(ServerBuilder::new().identity(theirs), client, TCP, Some(Pattern::Xk)).await;
}

#[tokio::test]
async fn a_thousand_calls_at_once_on_one_connection() {
    let (server, host, _said) = plain(|builder| builder).await;
    let probe = connect(&server).await;
    let calls: Vec<_> = (0..1000)
        .map(|number| {
            let probe = probe.clone();
            tokio::spawn(
                async move { probe.echo(number.to_string()).await == Ok(number.to_string()) },
            )
        })
        .collect();
    for call in calls {
        assert!(call.await.unwrap());
    }
    assert_eq!(host.started.load(Ordering::SeqCst), 1000);
    assert_eq!(probe.connection().stats().session.overloaded, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_callers_on_several_threads_get_their_own_answers() {
    let (server, _host, _said) = plain(|builder| builder).await;
    let probe = connect(&server).await;
    let callers: Vec<_> = (0..64)
        .map(|caller| {
            let probe = probe.clone();
            tokio::spawn(async move {
                for number in 0..50 {
                    let text = format!("{caller}/{number}");
                    assert_eq!(probe.echo(text.clone()).await, Ok(text));
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
    let stats = probe.connection().stats();
    assert_eq!((stats.session.calls, stats.calls_in_flight, stats.waiting_octets), (3200, 0, 0));
}

#[tokio::test]
async fn each_failure_is_its_own_and_the_connection_lives_on() {
    let limits = Limits::default().with_message_bytes(1_048_576).unwrap();
    let (server, _host, _said) = plain(|builder| builder.limits(limits.clone())).await;
    let client = ClientBuilder::new().limits(limits);
    let probe: ProbeClient = client.connect(server.address()).await.unwrap();

    assert_eq!(probe.plain(PANIC).await, Err(CallError::HandlerPanicked));
    assert_eq!(probe.plain(MISSING).await, Err(CallError::Unimplemented));
    assert_eq!(probe.plain(UNKNOWN).await, Err(CallError::Unimplemented));
    assert_eq!(probe.plain(SILENT).await, Err(CallError::Unimplemented));
    assert_eq!(probe.plain(REFUSE).await, Err(CallError::Refused { text: "not today".into() }));
    let unreadable = probe.raw::<_, String>(ECHO, 5_u8).await;
    assert!(matches!(unreadable, Err(CallError::BadMessage { .. })), "{unreadable:?}");
    let one_way = probe.plain(SAY).await;
    assert!(
        matches!(&one_way, Err(CallError::BadMessage { text }) if text.as_str().contains("one-way"))
    );
    let too_large = probe.big(2_000_000).await;
    assert_eq!(too_large, Err(CallError::ResponseTooLarge));
    let not_sent = probe.echo("x".repeat(2_000_000)).await;
    assert!(matches!(not_sent, Err(CallError::Encode(_))), "{not_sent:?}");
    let wrong_reply = probe.raw::<_, u64>(ECHO, "abc".to_owned()).await;
    assert!(matches!(wrong_reply, Err(CallError::Decode(_))), "{wrong_reply:?}");

    assert_eq!(probe.echo("still here").await, Ok("still here".to_owned()));
    let stats = probe.connection().stats();
    assert_eq!((stats.calls_in_flight, stats.served_in_flight), (0, 0));
}

#[tokio::test]
async fn panicking_handlers_give_their_slots_back() {
    let limits = Limits::default().with_calls_in_flight(2).unwrap();
    let (server, _host, _said) = plain(|builder| builder.limits(limits)).await;
    let probe = connect(&server).await;
    for _ in 0..50 {
        let (one, two) =
            tokio::join!(probe.plain(PANIC).into_future(), probe.plain(PANIC).into_future());
        assert_eq!((one, two), (Err(CallError::HandlerPanicked), Err(CallError::HandlerPanicked)));
    }
}

#[tokio::test]
async fn events_that_nothing_is_done_with_are_counted_and_harmless() {
    let (server, host, mut said) = plain(|builder| builder).await;
    let probe = connect(&server).await;
    let caller = probe.caller();
    caller.notify(UNKNOWN, ()).await.unwrap();
    caller.notify(ECHO, "a request as an event".to_owned()).await.unwrap();
    caller.notify(SAY, 5_u8).await.unwrap();
    probe.say("fine").await.unwrap();
    assert_eq!(said.recv().await.unwrap(), "fine");
    // The unreadable one reached its dispatch; the wrong kind and the unknown one did not.
    assert_eq!(host.started.load(Ordering::SeqCst), 2);
    assert_eq!(probe.echo("on").await, Ok("on".to_owned()));
}

#[tokio::test]
async fn a_client_without_handlers_answers_and_counts() {
    let (server, _host, _said) = plain(|builder| builder).await;
    let probe = connect(&server).await;
    assert_eq!(
        probe.ask("anybody?").await,
        Ok("failed: the message is not implemented by the peer".to_owned())
    );
    probe.push(3).await.unwrap();
    assert_eq!(probe.echo("after").await, Ok("after".to_owned()));
    assert_eq!(probe.connection().stats().dropped, 3);
}

#[tokio::test(start_paused = true)]
async fn a_call_without_an_answer_ends_in_time_and_its_late_reply_goes_to_nobody() {
    let (server, host, _said) = plain(|builder| builder).await;
    let probe = connect(&server).await;
    let before = Instant::now();
    let late = probe.wait().timeout(Duration::from_secs(5)).await;
    assert_eq!(late, Err(CallError::DeadlineExceeded));
    assert!(before.elapsed() >= Duration::from_secs(5));
    assert!(before.elapsed() < Duration::from_secs(6));

    host.gate.add_permits(1);
    assert_eq!(probe.echo("not 7").await, Ok("not 7".to_owned()));
    assert_eq!(probe.echo("nor this").await, Ok("nor this".to_owned()));
    assert_eq!(probe.connection().stats().session.late_replies, 1);
}

#[tokio::test(start_paused = true)]
async fn the_default_timeout_is_the_clients() {
    let (server, _host, _said) = plain(|builder| builder).await;
    let probe: ProbeClient = ClientBuilder::new()
        .response_timeout(Duration::from_millis(700))
        .connect(server.address())
        .await
        .unwrap();
    let before = Instant::now();
    assert_eq!(probe.wait().await, Err(CallError::DeadlineExceeded));
    assert!(before.elapsed() >= Duration::from_millis(700));
    assert!(before.elapsed() < Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn callers_over_the_limit_wait_their_turn_and_their_timeout_counts() {
    let limits = Limits::default().with_calls_in_flight(2).unwrap();
    let (server, host, _said) = plain(|builder| builder.limits(limits)).await;
    let probe = connect(&server).await;
    let running: Vec<_> = (0..2)
        .map(|_| {
            let probe = probe.clone();
            tokio::spawn(async move { probe.wait().await })
        })
        .collect();
    host.until_running(2).await;

    // Nothing else happens on the connection: its own time alone ends the call.
    let before = Instant::now();
    let third = probe.echo("third").timeout(Duration::from_secs(3)).await;
    assert_eq!(third, Err(CallError::DeadlineExceeded));
    assert!(before.elapsed() < Duration::from_secs(4), "{:?}", before.elapsed());
    assert_eq!(host.started.load(Ordering::SeqCst), 2);

    let fourth = tokio::spawn({
        let probe = probe.clone();
        async move { probe.echo("fourth").await }
    });
    host.gate.add_permits(2);
    assert_eq!(fourth.await.unwrap(), Ok("fourth".to_owned()));
    for call in running {
        assert_eq!(call.await.unwrap(), Ok(7));
    }
}

#[tokio::test]
async fn a_caller_that_gives_up_in_line_passes_its_turn_on() {
    let limits = Limits::default().with_calls_in_flight(1).unwrap();
    let (server, host, _said) = plain(|builder| builder.limits(limits)).await;
    let probe = connect(&server).await;
    let first = tokio::spawn({
        let probe = probe.clone();
        async move { probe.wait().await }
    });
    host.until_running(1).await;
    let waiting: Vec<_> = (0..5)
        .map(|number| {
            let probe = probe.clone();
            tokio::spawn(async move { probe.echo(number.to_string()).await })
        })
        .collect();
    tokio::task::yield_now().await;
    for call in &waiting[..4] {
        call.abort();
    }
    host.gate.add_permits(1);
    assert_eq!(first.await.unwrap(), Ok(7));
    let last = waiting.into_iter().last().unwrap();
    assert_eq!(timeout(SOON, last).await.unwrap().unwrap(), Ok("4".to_owned()));
}

#[tokio::test]
async fn a_dropped_call_frees_the_caller_and_disturbs_nobody() {
    let (server, host, _said) = plain(|builder| builder).await;
    let probe = connect(&server).await;
    for _ in 0..10 {
        let call = tokio::spawn({
            let probe = probe.clone();
            async move { probe.wait().await }
        });
        host.until_running(1).await;
        call.abort();
        assert!(call.await.unwrap_err().is_cancelled());
        // Its handler is dropped, and its slot is free.
        host.until_running(0).await;
    }
    assert_eq!(probe.echo("fine").await, Ok("fine".to_owned()));
    assert_eq!(probe.connection().stats().session.late_replies, 10);
}

#[tokio::test]
async fn two_servers_and_their_clients_live_in_one_process() {
    let ours = key();
    let mut servers = Vec::new();
    for _ in 0..2 {
        let (host, _said) = Host::new();
        let server = ServerBuilder::new().identity(key()).add::<Probe, _>(host);
        servers.push(server.listen(TCP).await.unwrap());
    }
    let connecting = (0..40).map(|number| {
        let server = &servers[number % 2];
        let client = ClientBuilder::new().identity(ours.clone()).server_key(server.key().unwrap());
        let address = server.address().to_owned();
        tokio::spawn(async move {
            let probe: ProbeClient = client.connect(&address).await.unwrap();
            let answer = probe.echo(number.to_string()).await.unwrap();
            (answer == number.to_string(), probe.connection().security().handshake_hash.unwrap())
        })
    });
    let mut hashes = Vec::new();
    for task in connecting.collect::<Vec<_>>() {
        let (answered, hash) = task.await.unwrap();
        assert!(answered);
        hashes.push(hash);
    }
    hashes.sort_unstable();
    hashes.dedup();
    assert_eq!(hashes.len(), 40);
}

#[tokio::test]
async fn one_server_serves_several_protocols_on_one_connection() {
    let (host, _said) = Host::new();
    let server = ServerBuilder::new().add::<Other, _>(host.clone()).add::<Probe, _>(host);
    let server = server.listen(&mem()).await.unwrap();
    let connection = ClientBuilder::new().offer::<Probe>().open(server.address()).await.unwrap();
    let probe: ProbeClient = connection.client().unwrap();
    assert_eq!(probe.echo("x").await, Ok("x".to_owned()));
    assert_eq!(*connection.peer().identity(), Identity::Anonymous);
}

#[tokio::test]
async fn the_error_of_a_call_becomes_the_error_of_a_program() {
    async fn program(probe: &ProbeClient) -> Result<(), Error> {
        probe.plain(MISSING).await?;
        Ok(())
    }
    let (server, _host, _said) = plain(|builder| builder).await;
    let error = program(&connect(&server).await).await.unwrap_err();
    assert_eq!(error, Error::Call("the message is not implemented by the peer".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_pushed_before_a_reply_is_handled_when_the_reply_is_there() {
    let (host, _said) = Host::new();
    let (guest, mut ticks) = Guest::new();
    let server = ServerBuilder::new().insecure_anonymous().add::<Probe, _>(host);
    let server = server.listen(TCP).await.unwrap();
    let client = ClientBuilder::new().insecure_anonymous().on::<Probe, _>(guest);
    let probe: ProbeClient = client.connect(server.address()).await.unwrap();
    for _ in 0..500 {
        probe.push(1).await.unwrap();
        assert_eq!(ticks.try_recv(), Ok(0));
    }
}
