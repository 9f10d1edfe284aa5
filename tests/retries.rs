//! Calls that a client on a channel makes again by itself, because they were certainly not run.
#![expect(clippy::unwrap_used, reason = "helpers fail as the tests do")]

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use network_protocol::{self as np, CallError, Fault};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::Instant;

#[network_protocol::protocol(package = "test::retries")]
pub(crate) enum Desk {
    #[np(reply = String)]
    Ask,
    /// Is answered when the desk is told to.
    #[np(reply = String)]
    Wait,
    /// Is lost with its connection the first time.
    #[np(reply = String, idempotent)]
    Lose,
}

struct Clerk {
    name: &'static str,
    asked: AtomicU32,
    /// How many are told to come again, and when.
    busy: u32,
    retry_after: Option<Duration>,
    done: Semaphore,
}

impl Clerk {
    fn new(name: &'static str) -> Arc<Self> {
        Self::busy(name, 0, None)
    }

    fn busy(name: &'static str, busy: u32, retry_after: Option<Duration>) -> Arc<Self> {
        let (asked, done) = (AtomicU32::new(0), Semaphore::new(0));
        Arc::new(Self { name, asked, busy, retry_after, done })
    }
}

impl DeskHandler for Arc<Clerk> {
    async fn ask(&self, cx: &np::Cx) -> String {
        if self.asked.fetch_add(1, Ordering::Relaxed) < self.busy {
            return cx.fail(Fault::Overloaded { retry_after: self.retry_after }).await;
        }
        self.name.to_owned()
    }

    async fn wait(&self, _: &np::Cx) -> String {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.done.acquire().await.unwrap().forget();
        self.name.to_owned()
    }

    async fn lose(&self, cx: &np::Cx) -> String {
        if self.asked.fetch_add(1, Ordering::Relaxed) > 0 {
            return cx.fail(Fault::Overloaded { retry_after: None }).await;
        }
        cx.connection().close().await;
        std::future::pending().await
    }
}

async fn asked(clerk: &Clerk, count: u32) {
    while clerk.asked.load(Ordering::Relaxed) < count {
        tokio::task::yield_now().await;
    }
}

async fn channel(address: &str, attempts: u32) -> DeskClient {
    let retry = np::Retry { attempts, ..Default::default() };
    np::client().retry(retry).connect(address).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_call_that_the_server_had_no_time_for_is_made_again_when_it_said() {
    let after = Duration::from_secs(20);
    let clerk = Clerk::busy("patient", 2, Some(after));
    let server = np::server().add::<Desk, _>(clerk.clone());
    let server = server.listen("mem://retries-overloaded").await.unwrap();
    let client = channel(server.address(), 3).await;
    let began = Instant::now();
    assert_eq!(client.ask().no_timeout().await.unwrap(), "patient");
    assert_eq!(clerk.asked.load(Ordering::Relaxed), 3);
    assert!(began.elapsed() >= 2 * after && began.elapsed() < 3 * after, "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn it_is_made_as_often_as_the_policy_says_and_not_past_its_deadline() {
    let clerk = Clerk::busy("busy", 9, Some(Duration::from_secs(20)));
    let server = np::server().add::<Desk, _>(clerk.clone());
    let server = server.listen("mem://retries-limits").await.unwrap();
    let overloaded = Err(CallError::Overloaded { retry_after: Some(Duration::from_secs(20)) });
    let client = channel(server.address(), 2).await;
    assert_eq!(client.ask().no_timeout().await, overloaded);
    assert_eq!(clerk.asked.load(Ordering::Relaxed), 2);
    // The next attempt would be too late, so the caller hears of the failure at once.
    let began = Instant::now();
    assert_eq!(client.ask().timeout(Duration::from_secs(10)).await, overloaded);
    assert_eq!(began.elapsed().as_secs(), 0);
    assert_eq!(clerk.asked.load(Ordering::Relaxed), 3);
    // One connection by itself makes no call again.
    let alone: DeskClient = np::client().connect(server.address()).await.unwrap();
    assert_eq!(alone.ask().no_timeout().await, overloaded);
    assert_eq!(clerk.asked.load(Ordering::Relaxed), 4);
}

#[tokio::test]
async fn policies_that_would_do_nothing_at_all_are_refused() {
    let reconnect = np::Reconnect { attempts: Some(0), ..Default::default() };
    let retry = np::Retry { attempts: 0, ..Default::default() };
    let builders = [
        (np::client().retry(retry), "1 makes each once"),
        (np::client().reconnect(reconnect), "`.open(..)` connects once"),
        (np::client().connections(0), "1 to 1024"),
        (np::client().connections(1_025), "1 to 1024"),
    ];
    for (builder, mend) in builders {
        // Even before it connects.
        let refused = builder.lazy().offer::<Desk>().channel("mem://nowhere").await;
        let error = refused.unwrap_err();
        assert!(
            matches!(error, np::Error::Config(_)) && error.to_string().contains(mend),
            "{error}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_wait_before_an_attempt_is_no_wait_for_the_connection() {
    let after = Duration::from_secs(20);
    let clerk = Clerk::busy("patient", 2, Some(after));
    let server = np::server().add::<Desk, _>(clerk.clone());
    let server = server.listen("mem://retries-send-timeout").await.unwrap();
    let client = np::client().retry(np::Retry::default()).send_timeout(Duration::from_secs(1));
    let client: DeskClient = client.connect(server.address()).await.unwrap();
    assert_eq!(client.ask().no_timeout().await.unwrap(), "patient");
    assert_eq!(clerk.asked.load(Ordering::Relaxed), 3);
}

#[tokio::test(start_paused = true)]
async fn what_the_last_attempt_says_does_not_hide_that_an_earlier_one_may_have_been_run() {
    let clerk = Clerk::new("forgetful");
    let server = np::server().add::<Desk, _>(clerk.clone());
    let server = server.listen("mem://retries-doubt").await.unwrap();
    let client = channel(server.address(), 3).await;
    let lost = Err(CallError::ConnectionLost { maybe_executed: true });
    assert_eq!(client.lose().no_timeout().await, lost);
    assert_eq!(clerk.asked.load(Ordering::Relaxed), 3);
    // Where no attempt was in doubt, it is told as it is.
    let overloaded = Err(CallError::Overloaded { retry_after: None });
    assert_eq!(client.lose().no_timeout().await, overloaded);
}

/// Passes on what goes from one to the other, while it is let through.
async fn pass(
    mut from: tokio::io::ReadHalf<DuplexStream>,
    mut to: tokio::io::WriteHalf<DuplexStream>,
    mut open: watch::Receiver<bool>,
) -> io::Result<()> {
    let mut octets = vec![0; 4_096];
    loop {
        let len = from.read(&mut octets).await?;
        drop(open.wait_for(|open| *open).await);
        if len == 0 {
            return to.shutdown().await;
        }
        to.write_all(octets.get(..len).unwrap_or_default()).await?;
    }
}

#[tokio::test]
async fn a_call_that_a_leaving_server_did_not_take_is_made_again_at_another() {
    let (old, new) = (Clerk::new("old"), Clerk::new("new"));
    let (to_old, at_old) = mpsc::channel(1);
    let (to_new, at_new) = mpsc::channel(1);
    let serve = |clerk: &Arc<Clerk>| np::server().insecure_plain().add::<Desk, _>(clerk.clone());
    let leaving = serve(&old).serve_on("old", at_old).await.unwrap();
    let _staying = serve(&new).serve_on("new", at_new).await.unwrap();
    let (gate, open) = watch::channel(true);
    let first = Arc::new(AtomicU32::new(0));
    let open_one = move || {
        let (to_old, to_new, open) = (to_old.clone(), to_new.clone(), open.clone());
        let is_first = first.fetch_add(1, Ordering::Relaxed) == 0;
        async move {
            let (near, far) = tokio::io::duplex(4_096);
            if !is_first {
                to_new.send(far).await.map_err(|_| io::ErrorKind::ConnectionRefused)?;
                return Ok(near);
            }
            // What the first server says passes a gate.
            let (beyond, there) = tokio::io::duplex(4_096);
            to_old.send(there).await.map_err(|_| io::ErrorKind::ConnectionRefused)?;
            let ((from_client, to_client), (from_server, to_server)) =
                (tokio::io::split(far), tokio::io::split(beyond));
            let (_, always) = watch::channel(true);
            tokio::spawn(pass(from_client, to_server, always));
            tokio::spawn(pass(from_server, to_client, open));
            Ok(near)
        }
    };
    let client = np::client().insecure_plain().offer::<Desk>();
    let client = client.reconnect(np::Reconnect {
        base_delay: Duration::from_millis(1),
        spread: Duration::from_millis(1),
        ..Default::default()
    });
    let client: DeskClient = client.channel_on("desk", open_one).await.unwrap().client().unwrap();

    let waiting = tokio::spawn(client.wait().into_future());
    asked(&old, 1).await;
    // The server goes away, and this client does not hear of it yet.
    gate.send_replace(false);
    let leaving = Arc::new(leaving);
    let shutdown = tokio::spawn({
        let leaving = leaving.clone();
        async move { leaving.shutdown(Duration::from_secs(60)).await }
    });
    let before = leaving.stats().session;
    while leaving.stats().session.frames_out == before.frames_out {
        tokio::task::yield_now().await;
    }
    let late = tokio::spawn(client.ask().into_future());
    while leaving.stats().session.strays == before.strays {
        tokio::task::yield_now().await;
    }
    gate.send_replace(true);
    assert_eq!(late.await.unwrap().unwrap(), "new");
    assert_eq!(old.asked.load(Ordering::Relaxed), 1, "it was not run there");
    // What the server had taken before it answers all the same.
    old.done.add_permits(1);
    assert_eq!(waiting.await.unwrap().unwrap(), "old");
    shutdown.await.unwrap().unwrap();
}
