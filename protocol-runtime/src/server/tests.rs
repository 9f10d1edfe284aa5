use std::convert::Infallible;
use std::io;
use std::sync::OnceLock;

use bytes::Bytes;

use super::accept::pause;
use super::*;
use crate::client::ClientBuilder;
use crate::cx::Cx;
use crate::fingerprint::Fingerprint;
use crate::protocol::Protocol;
use crate::schema::ProtocolSchema;
use crate::transport::fail_accept;
use crate::wire::{DecodeError, DecodeOptions, EncodeError};

/// A protocol without messages.
struct Empty(Infallible);

impl Protocol for Empty {
    const NAME: &'static str = "test::Empty";
    const VERSION: u32 = 1;
    const MIN_VERSION: u32 = 1;

    fn schema() -> &'static ProtocolSchema {
        static SCHEMA: ProtocolSchema = ProtocolSchema::new("test::Empty", &[]);
        &SCHEMA
    }

    fn fingerprint() -> Fingerprint {
        static ONCE: OnceLock<Fingerprint> = OnceLock::new();
        *ONCE.get_or_init(|| Fingerprint::of(Self::schema()))
    }

    fn number(&self) -> u16 {
        match self.0 {}
    }

    fn encode(self, _: &mut Vec<u8>) -> Result<(), EncodeError> {
        match self.0 {}
    }

    fn decode(_: u16, _: &Bytes, _: &DecodeOptions) -> Result<Option<Self>, DecodeError> {
        Ok(None)
    }
}

impl Serve<()> for Empty {
    async fn dispatch(_: Arc<()>, cx: Cx, _: u16, _: Bytes) {
        cx.unknown();
    }
}

#[tokio::test(start_paused = true)]
async fn errors_of_accept_neither_end_nor_spin_the_loop() {
    let server =
        ServerBuilder::new().add::<Empty, _>(()).listen("mem://accept-errors").await.unwrap();
    let open = || ClientBuilder::new().offer::<Empty>().open("mem://accept-errors");
    let first = open().await.unwrap();
    let before = driver::now();
    for kind in [io::ErrorKind::ConnectionAborted, io::ErrorKind::Interrupted, io::ErrorKind::Other]
    {
        for _ in 0..4 {
            fail_accept("accept-errors", kind.into()).await;
        }
    }
    let second = open().await.unwrap();
    // Twelve failures took the pauses of twelve, and the next connection begins anew.
    let passed = driver::now() - before;
    let pauses: Duration = (0..12).map(pause).sum();
    assert!(passed >= pauses && passed < pauses + Duration::from_secs(1), "{passed:?} {pauses:?}");
    assert_eq!(server.connections(), 2);
    let before = driver::now();
    let third = open().await.unwrap();
    assert_eq!(driver::now(), before);
    drop((first, second, third));
    server.shutdown(Duration::from_secs(5)).await.unwrap();
}

#[test]
fn pauses_double_up_to_half_a_second() {
    let millis = |failures| pause(failures).as_millis();
    assert_eq!([0, 1, 2, 6, 7, 31, 32, u32::MAX].map(millis), [5, 10, 20, 320, 500, 500, 500, 500]);
}

#[test]
fn of_two_limits_of_a_shutdown_the_earlier_counts() {
    let (soon, late) = (driver::now(), driver::now() + Duration::from_secs(9));
    let mut stop = Stop::Running;
    assert!(stop.by(None));
    assert!(stop.by(Some(late)));
    assert!(stop.by(Some(soon)));
    assert!(!stop.by(Some(late)));
    assert!(!stop.by(None));
    assert_eq!(stop, Stop::By(Some(soon)));
}

#[test]
fn places_come_back_when_dropped_even_by_a_panic() {
    let limits = Limits::default().with_half_open(1).unwrap();
    let exempt = Exempt { loopback: true, networks: Vec::new() };
    let registry = Arc::new(Registry::new(&limits, exempt));
    let place = registry.admit(None, driver::now()).unwrap();
    assert_eq!(registry.admit(None, driver::now()).unwrap_err().limit, "half_open");
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
        let _place = place;
        panic!("while holding it");
    }));
    assert!(panicked.is_err());
    assert_eq!(registry.len(), 0);
    assert!(registry.admit(None, driver::now()).is_ok());
}
