//! The time of day may jump, and nothing that lasts goes by it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use network_protocol as np;

use crate::clients::{builder, clients};
use crate::host::{Host, Load, LoadClient, Protection, server_key};

const HOUR_MS: u64 = 3_600_000;

/// A clock that is set by hand.
#[derive(Clone)]
struct Set(Arc<AtomicU64>);

impl np::TimeSource for Set {
    fn unix_ms(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t9_steps_of_the_clock_disconnect_nobody() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = u64::try_from(now.as_millis()).unwrap();
    let time = Set(Arc::new(AtomicU64::new(now)));
    let server = np::server().identity(server_key()).time_source(time.clone());
    let server = server.add::<Load, _>(Host::default()).listen("tcp://127.0.0.1:0").await.unwrap();
    let mut held = clients(server.address(), Protection::Keys, 20).await;
    let stepping = builder(Protection::Keys).time_source(time.clone());
    held.push(stepping.connect::<LoadClient>(server.address()).await.unwrap());
    for step in [now + HOUR_MS, now - HOUR_MS, 0, u64::MAX, now] {
        let waiting: Vec<_> = held
            .iter()
            .map(|load| tokio::spawn(load.wait(100).timeout(Duration::from_secs(30)).into_future()))
            .collect();
        time.0.store(step, Ordering::Relaxed);
        for call in waiting {
            assert_eq!(call.await.unwrap(), Ok(100), "{step}");
        }
        for load in &held {
            assert_eq!(load.next(1).await, Ok(2), "{step}");
        }
        // Whoever comes now is let in: without a policy a clock that is off is only told of.
        held.extend(clients(server.address(), Protection::Keys, 1).await);
        assert_eq!(server.connections(), held.len());
    }
}
