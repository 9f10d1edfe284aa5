//! Configurations in use: made of files when they are needed first, and made anew while connections
//! go on. What cannot be made leaves the one from before in its place.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::time_provider::{DefaultTimeProvider, TimeProvider};
use rustls_pki_types::UnixTime;

use super::source::Expiry;
use crate::error::{Error, TlsError};

/// The time of day in milliseconds since 1970.
pub(crate) type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// How a configuration is described, and what TLS is done with.
pub(super) trait Describes: Clone + Send + 'static {
    type Made: Send + Sync + 'static;

    /// Reads the files. May wait for a disk.
    fn make(&self, time: &Arc<dyn TimeProvider>) -> Result<Self::Made, TlsError>;

    /// When the certificate in it expires, if there is one.
    fn expiry(made: &Self::Made) -> Option<&Expiry>;
}

/// A configuration in use.
pub(super) struct Live<C: Describes> {
    state: Mutex<State<C>>,
}

struct State<C: Describes> {
    described: C,
    time: Arc<dyn TimeProvider>,
    made: Option<Arc<C::Made>>,
    /// How soon it was said that the certificate expires.
    said: usize,
    /// How often files could not be used when they were read again.
    failures: u64,
}

impl<C: Describes> Live<C> {
    pub(super) fn new(described: C) -> Self {
        let time = Arc::new(DefaultTimeProvider);
        Self { state: Mutex::new(State { described, time, made: None, said: 0, failures: 0 }) }
    }

    /// How it is described now.
    pub(super) fn described(&self) -> C {
        self.state().described.clone()
    }

    /// What is made from now on follows this clock.
    pub(super) fn set_clock(&self, clock: Clock) {
        self.state().time = Arc::new(Told(clock));
    }

    /// What there is, if it was made before.
    pub(super) fn made(&self) -> Option<Arc<C::Made>> {
        self.state().made.clone()
    }

    /// What there is, made if need be.
    pub(super) async fn current(&self) -> Result<Arc<C::Made>, Error> {
        match self.made() {
            Some(made) => Ok(made),
            None => self.renew(None).await,
        }
    }

    /// Makes it anew, of the same files or as described here.
    pub(super) async fn renew(&self, other: Option<C>) -> Result<Arc<C::Made>, Error> {
        let (described, time, first) = {
            let state = self.state();
            let described = other.unwrap_or_else(|| state.described.clone());
            (described, state.time.clone(), state.made.is_none())
        };
        let (making, clock) = (described.clone(), time);
        let made = tokio::task::spawn_blocking(move || making.make(&clock)).await;
        let made = made.map_err(|_| Error::Internal("reading a file panicked"))?;
        match made {
            Ok(made) => {
                let made = Arc::new(made);
                let mut state = self.state();
                (state.described, state.made, state.said) = (described, Some(made.clone()), 0);
                drop(state);
                self.look();
                if !first {
                    tracing::info!("the certificates of TLS were read again");
                }
                Ok(made)
            }
            Err(error) => {
                if !first {
                    let mut state = self.state();
                    state.failures = state.failures.saturating_add(1);
                    drop(state);
                    tracing::error!(%error, "the certificates of TLS stay as they were");
                }
                Err(Error::Tls(Box::new(error)))
            }
        }
    }

    /// Says that the certificate expires, once for each time to say so.
    pub(super) fn look(&self) {
        let mut state = self.state();
        let (Some(made), Some(now)) = (state.made.clone(), state.time.current_time()) else {
            return;
        };
        let Some(expiry) = C::expiry(&made) else { return };
        let stage = expiry.stage(now);
        if stage > std::mem::replace(&mut state.said, stage) {
            drop(state);
            expiry.mention(now);
        }
    }

    /// How often files could not be used when they were read again.
    pub(super) fn failures(&self) -> u64 {
        self.state().failures
    }

    fn state(&self) -> MutexGuard<'_, State<C>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A clock that was handed in.
struct Told(Clock);

impl TimeProvider for Told {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(std::time::Duration::from_millis((self.0)())))
    }
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Told")
    }
}
