//! What a recorder of metrics gets to see of servers, clients, and their calls.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers fail as the tests do")]
#![expect(clippy::panic, reason = "a look fails where it finds another kind of number")]

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use metrics_util::debugging::{DebugValue, DebuggingRecorder, Snapshotter};
use network_protocol::{self as np, Client as _, Fault, Stream};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::sync::{Semaphore, mpsc};

#[network_protocol::protocol(package = "test::metrics")]
pub(crate) enum Meter {
    #[np(reply = u32)]
    Double(u32),
    #[np(reply = Stream<u32>)]
    Count(u32),
    /// So many numbers and then a panic, of the stream or of a task that sends it.
    #[np(reply = Stream<u32>)]
    Falter {
        numbers: u32,
        in_task: bool,
    },
    #[np(reply = u32)]
    Refuse,
    #[np(reply = u32)]
    Missing,
    Say(String),
}

struct Host;

impl MeterHandler for Host {
    async fn double(&self, _: &np::Cx, number: u32) -> u32 {
        number * 2
    }

    async fn count(&self, _: &np::Cx, to: u32) -> Stream<u32> {
        Stream::from_iter(0..to)
    }

    async fn falter(&self, _: &np::Cx, message: MeterFalter) -> Stream<u32> {
        let numbers = (0..=message.numbers).map(move |at| match at < message.numbers {
            true => at,
            false => panic!("as told"),
        });
        if !message.in_task {
            return Stream::from_iter(numbers);
        }
        let (sender, stream) = Stream::channel(1);
        tokio::spawn(async move {
            for number in numbers {
                sender.send(number).await.unwrap();
            }
        });
        stream
    }

    async fn refuse(&self, cx: &np::Cx) -> u32 {
        cx.fail(Fault::Unauthorized).await
    }
}

/// One recorder is for all of a process: one test at a time has it, to the end of its runtime.
fn alone<F: Future<Output = ()>>(test: impl FnOnce(&'static Snapshotter) -> F) {
    static ONE: OnceLock<Snapshotter> = OnceLock::new();
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let snapshotter = ONE.get_or_init(|| {
        let recorder = DebuggingRecorder::new();
        let snapshotter = recorder.snapshotter();
        recorder.install().expect("nobody else records");
        snapshotter
    });
    let _former = snapshotter.snapshot();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(test(snapshotter));
    drop(runtime);
    drop(turn);
}

/// What was recorded since the last look.
struct Look(Vec<(String, DebugValue)>);

impl Look {
    fn take(snapshotter: &Snapshotter) -> Self {
        let all = snapshotter.snapshot().into_vec().into_iter();
        Self(
            all.map(|(key, unit, about, value)| {
                let (_, key) = key.into_parts();
                assert!(unit.is_some() && about.is_some(), "{key}");
                let mut labels: Vec<_> = key
                    .labels()
                    .map(|label| format!("{}={}", label.key(), label.value()))
                    .collect();
                labels.sort();
                let name = key.name().strip_prefix("network_protocol_").unwrap();
                (format!("{name} {}", labels.join(" ")).trim_end().to_owned(), value)
            })
            .collect(),
        )
    }

    fn value(&self, name: &str) -> Option<&DebugValue> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    #[track_caller]
    fn counter(&self, name: &str) -> u64 {
        match self.value(name) {
            Some(DebugValue::Counter(count)) => *count,
            None => 0,
            other => panic!("{name}: {other:?} of {:?}", self.names()),
        }
    }

    fn gauge(&self, name: &str) -> f64 {
        match self.value(name) {
            Some(DebugValue::Gauge(value)) => value.0,
            other => panic!("{name}: {other:?} of {:?}", self.names()),
        }
    }

    fn recorded(&self, name: &str) -> usize {
        match self.value(name) {
            Some(DebugValue::Histogram(values)) => {
                assert!(values.iter().all(|value| (0.0..10.0).contains(&value.0)));
                values.len()
            }
            other => panic!("{name}: {other:?} of {:?}", self.names()),
        }
    }

    fn names(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).collect()
    }
}

async fn serve(limits: np::Limits) -> np::Server {
    let server = np::server().insecure_anonymous().limits(limits).add::<Meter, _>(Host);
    server.listen("tcp://127.0.0.1:0").await.unwrap()
}

async fn connect(server: &np::Server) -> MeterClient {
    np::client().insecure_anonymous().connect(server.address()).await.unwrap()
}

const DOUBLE: &str = "message=Double outcome=ok protocol=test::metrics::Meter";

#[test]
fn calls_are_counted_by_message_and_outcome_at_both_ends() {
    alone(|snapshotter| async {
        let server = serve(np::Limits::default()).await;
        let client = connect(&server).await;
        for number in 0..3 {
            assert_eq!(client.double(number).await, Ok(number * 2));
        }
        client.refuse().await.unwrap_err();
        client.missing().await.unwrap_err();
        let look = Look::take(snapshotter);
        for side in ["caller", "handler"] {
            assert_eq!(look.counter(&format!("calls_finished_total {DOUBLE} side={side}")), 3);
            assert_eq!(look.recorded(&format!("call_duration_seconds {DOUBLE} side={side}")), 3);
            for (message, outcome) in [("Refuse", "unauthorized"), ("Missing", "unimplemented")] {
                let labels =
                    format!("message={message} outcome={outcome} protocol=test::metrics::Meter");
                assert_eq!(look.counter(&format!("calls_finished_total {labels} side={side}")), 1);
            }
            let began = format!("message=Double protocol=test::metrics::Meter side={side}");
            assert_eq!(look.counter(&format!("calls_started_total {began}")), 3);
        }
        let polls = "handler_poll_seconds message=Double protocol=test::metrics::Meter";
        assert_eq!(look.recorded(polls), 3);
    });
}

#[test]
fn a_stream_that_panics_is_counted_as_a_handler_that_does() {
    for in_task in [false, true] {
        alone(|snapshotter| async move {
            let server = serve(np::Limits::default()).await;
            let client = connect(&server).await;
            let mut numbers = client.falter(MeterFalter { numbers: 3, in_task }).await.unwrap();
            for number in 0..3 {
                assert_eq!(numbers.next().await, Some(Ok(number)));
            }
            assert_eq!(numbers.next().await, Some(Err(np::CallError::HandlerPanicked)));
            let look = Look::take(snapshotter);
            let labels = "message=Falter outcome=handler_panicked protocol=test::metrics::Meter side=handler";
            assert_eq!(look.counter(&format!("calls_finished_total {labels}")), 1);
        });
    }
}

#[test]
fn what_is_counted_is_what_the_snapshot_of_the_server_says() {
    alone(|snapshotter| async {
        let server = serve(np::Limits::default()).await;
        let client = connect(&server).await;
        let mut numbers = client.count(5).await.unwrap();
        let mut sum = 0;
        while let Some(number) = numbers.next().await {
            sum += number.unwrap();
        }
        assert_eq!(sum, 10);
        let connection = client.connection().clone();
        connection.close().await;
        server.shutdown(Duration::from_secs(5)).await.unwrap();
        let (stats, ours) = (server.stats().session, connection.stats().session);
        let look = Look::take(snapshotter);
        for (role, stats) in [("server", stats), ("client", ours)] {
            let count = |name: &str| look.counter(&format!("{name} role={role}"));
            assert_eq!(count("received_bytes_total"), stats.octets_in, "{role}");
            assert_eq!(count("sent_bytes_total"), stats.octets_out, "{role}");
            assert_eq!((count("streams_opened_total"), stats.streams), (1, 1), "{role}");
            assert_eq!(count("items_received_total"), stats.items_in);
            assert_eq!(count("items_sent_total"), stats.items_out);
        }
        assert_eq!((stats.items_out, ours.items_in), (5, 5));
        assert_eq!(stats.octets_out, ours.octets_in);
    });
}

#[test]
fn connections_are_counted_from_their_beginning_to_their_end() {
    alone(|snapshotter| async {
        let limits = np::Limits::default().with_connections(2).unwrap();
        let server = serve(limits).await;
        let (one, _other) = (connect(&server).await, connect(&server).await);
        let refused =
            np::client().insecure_anonymous().offer::<Meter>().open(server.address()).await;
        assert!(matches!(refused, Err(np::Error::Rejected(_))), "{refused:?}");
        let look = Look::take(snapshotter);
        for role in ["client", "server"] {
            assert_eq!(look.counter(&format!("connections_opened_total role={role}")), 2);
            assert_eq!(look.gauge(&format!("connections_open role={role}")), 2.0);
        }
        assert_eq!(look.counter("connections_refused_total limit=connections"), 1);
        assert_eq!(look.counter("handshakes_failed_total reason=Internal role=client"), 1);

        one.connection().close().await;
        while server.connections() > 1 {
            tokio::task::yield_now().await;
        }
        let look = Look::take(snapshotter);
        for role in ["client", "server"] {
            let name = format!("connections_closed_total reason=Normal role={role}");
            assert_eq!(look.counter(&name), 1);
        }
        let mut stranger =
            TcpStream::connect(server.address().trim_start_matches("tcp://")).await.unwrap();
        stranger.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
        let mut said = Vec::new();
        drop(stranger.read_to_end(&mut said).await);
        while server.connections() > 1 {
            tokio::task::yield_now().await;
        }
        let look = Look::take(snapshotter);
        assert_eq!(look.counter("handshakes_failed_total reason=BadPreface role=server"), 1);
    });
}

#[test]
fn a_client_that_connects_again_is_counted() {
    alone(|snapshotter| async {
        let server = serve(np::Limits::default()).await;
        let at = server.address().to_owned();
        let client = np::client().insecure_anonymous().reconnect(np::Reconnect {
            base_delay: Duration::from_millis(1),
            spread: Duration::from_millis(1),
            ..Default::default()
        });
        let channel = client.offer::<Meter>().channel(&at).await.unwrap();
        server.shutdown(Duration::ZERO).await.unwrap();
        let again =
            np::server().insecure_anonymous().add::<Meter, _>(Host).listen(&at).await.unwrap();
        let client: MeterClient = channel.client().unwrap();
        assert_eq!(client.double(1).idempotent().await, Ok(2));
        assert!(Look::take(snapshotter).counter("reconnects_total") >= 1);
        again.shutdown(Duration::ZERO).await.unwrap();
    });
}

#[test]
fn a_heartbeat_without_an_answer_is_counted() {
    alone(|snapshotter| async {
        let server = serve(np::Limits::default()).await;
        let limits = np::Limits::default().with_heartbeat(Duration::from_millis(20)).unwrap();
        let client: MeterClient = np::client()
            .insecure_anonymous()
            .limits(limits)
            .connect(server.address())
            .await
            .unwrap();
        while client.connection().stats().session.heartbeats_missed == 0 {
            tokio::task::yield_now().await;
        }
        client.double(1).await.unwrap();
        let missed = client.connection().stats().session.heartbeats_missed;
        let told = Look::take(snapshotter).counter("heartbeats_missed_total role=client");
        assert!((1..=missed).contains(&told), "{told} of {missed}");
    });
}

/// Carries what one end says to the other, a few octets for each permit.
async fn carry(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    permits: Arc<Semaphore>,
) -> Option<()> {
    let mut octets = [0; 64];
    loop {
        permits.acquire().await.ok()?.forget();
        let len = from.read(&mut octets).await.ok().filter(|len| *len > 0)?;
        to.write_all(octets.get(..len)?).await.ok()?;
    }
}

#[test]
fn a_side_that_stops_reading_is_counted_once_until_it_reads_again() {
    alone(|snapshotter| async {
        // Answers of one turn are more than the output and the pipe hold.
        let limits = np::Limits::default().with_write_high_water(1_024).unwrap();
        let (arrive, arrivals) = mpsc::channel(1);
        let server = np::server().insecure_plain().limits(limits).add::<Meter, _>(Host);
        let server = server.serve_on("pipes", arrivals).await.unwrap();
        let ((asked, out), (from, said)) = (tokio::io::simplex(8_192), tokio::io::simplex(256));
        arrive.send(tokio::io::join(asked, said)).await.unwrap();
        let (heard, to) = tokio::io::simplex(256);
        let permits = Arc::new(Semaphore::new(1_000));
        tokio::spawn(carry(from, to, permits.clone()));
        let stream = Mutex::new(Some(tokio::io::join(heard, out)));
        let client = np::client().insecure_plain().offer::<Meter>();
        let client = client.open_on("pipes", move || {
            let stream = stream.lock().unwrap().take();
            async move { stream.ok_or(std::io::ErrorKind::NotConnected.into()) }
        });
        let client: MeterClient = client.await.unwrap().client().unwrap();
        assert_eq!(client.double(1).await, Ok(2));
        let paused = |look: &Look| {
            ["server", "client"]
                .map(|role| look.counter(&format!("reads_paused_total role={role}")))
        };
        assert_eq!(paused(&Look::take(snapshotter)), [0, 0]);

        permits.forget_permits(1_000);
        let calls: Vec<_> =
            (0..300).map(|number| tokio::spawn(client.double(number).into_future())).collect();
        // It is the same pause as long as there is too much to do. The client waits for answers, so
        // it may not pause.
        let mut seen = [0, 0];
        for _ in 0..5 {
            for _ in 0..500 {
                tokio::task::yield_now().await;
            }
            let [server, client] = paused(&Look::take(snapshotter));
            seen = [seen[0] + server, seen[1] + client];
            permits.add_permits(1);
        }
        assert_eq!(seen, [1, 0]);
        permits.add_permits(1_000);
        for (number, call) in (0..).zip(calls) {
            assert_eq!(call.await.unwrap(), Ok(number * 2));
        }
        assert_eq!(paused(&Look::take(snapshotter))[1], 0);
        server.shutdown(Duration::ZERO).await.unwrap();
    });
}

#[test]
fn the_end_of_a_certificate_and_reloads_that_failed_are_told() {
    use np::tls::dev::DevCertificates;
    use np::tls::{ServerConfig, TlsServer};

    let folder = std::env::temp_dir().join(format!("np-metrics-{}", std::process::id()));
    alone(|snapshotter| {
        let folder = folder.clone();
        async move {
            let files = DevCertificates::generate().unwrap().write(&folder, true).unwrap();
            let config = ServerConfig::from_pem_files(&files.server_certificate, &files.server_key);
            let tls = TlsServer::from(config);
            let server = np::server().tls(tls.clone()).add::<Meter, _>(Host);
            let server = server.listen("tls://127.0.0.1:0").await.unwrap();
            let lasting = DevCertificates::generate().unwrap().server_config();
            let other = np::server().tls(lasting).add::<Meter, _>(Host);
            let other = other.listen("tls://127.0.0.1:0").await.unwrap();
            std::fs::write(&files.server_certificate, "none").unwrap();
            tls.reload().await.unwrap_err();
            // What there is is looked at every ten seconds.
            tokio::time::pause();
            tokio::time::sleep(Duration::from_secs(30)).await;
            let look = Look::take(snapshotter);
            let failed = |server: &np::Server| {
                look.counter(&format!("tls_reloads_failed_total listener={}", server.address()))
            };
            assert_eq!((failed(&server), failed(&other), tls.failed_reloads()), (1, 0, 1));
            let expires = tls.expires().unwrap().duration_since(std::time::UNIX_EPOCH).unwrap();
            let name = format!("tls_certificate_not_after_seconds listener={}", server.address());
            let told = look.gauge(&name);
            assert!((told - expires.as_secs_f64()).abs() < 1.0, "{told}");
        }
    });
    std::fs::remove_dir_all(&folder).unwrap();
}
