//! What the builders of servers and clients have in common. Mistakes made in them come out when
//! they are used, each with what mends it.

mod secure;
#[cfg(test)]
mod tests;
mod trust;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::compress::CompressionLevel;
use crate::driver::Service;
use crate::error::{Error, TlsError};
use crate::frame::preface::OFFERS_MAX;
use crate::session::CompressionOffer;
use crate::transport::Address;

pub(crate) use self::secure::{ClientSetup, Secure, ServerSetup, blocking};
pub(crate) use self::trust::Trust;

/// What mends it that an address asks for TLS in a build without it.
const NO_TLS: &str = "this build has no TLS: turn on the feature `tls`, and set it up";

/// How long a call waits for its answer unless told otherwise.
pub(crate) const RESPONSE_TIMEOUT: Duration = Duration::from_secs(30);

/// TLS is set up where the address asks for it, and nowhere else: nobody who asked for it is to do
/// without. `mend` says what there is to set up.
pub(crate) fn check_tls(address: &Address, set_up: bool, mend: &'static str) -> Result<(), Error> {
    let mend = if cfg!(feature = "_tls") { mend } else { NO_TLS };
    let error = match (address, set_up) {
        (Address::Tls { .. }, false) => TlsError::Missing(mend),
        (Address::Tcp { host, port }, true) => {
            let (host, port) = (host.clone(), *port);
            TlsError::NotTlsAddress { wanted: Address::Tls { host, port }.to_string() }
        }
        (Address::Local { .. } | Address::Mem { .. } | Address::Other { .. }, true) => {
            TlsError::NotTlsAddress { wanted: "tls://host:port".to_owned() }
        }
        (Address::Tls { .. }, true) | (_, false) => return Ok(()),
    };
    Err(Error::Tls(Box::new(error)))
}

/// How bodies are compressed, with the level that was asked for.
pub(crate) fn compression(
    offer: CompressionOffer,
    level: Option<u32>,
) -> Result<CompressionOffer, Error> {
    let Some(level) = level else { return Ok(offer) };
    let level = CompressionLevel::new(level).ok_or_else(|| {
        Error::Config(format!("`.compression_level({level})`: it is from 1 to 22").into())
    })?;
    Ok(CompressionOffer { level, ..offer })
}

/// The protocols of one side.
#[derive(Clone, Default)]
pub(crate) struct Services(Vec<Arc<dyn Service>>);

impl Services {
    pub(crate) fn add(&mut self, service: Arc<dyn Service>) {
        self.0.push(service);
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|service| service.name() == name)
    }

    /// The protocols, one to four and each once. `none` says what to do when there is none.
    pub(crate) fn finish(self, none: &'static str) -> Result<Arc<[Arc<dyn Service>]>, Error> {
        if self.0.is_empty() {
            return Err(Error::Config(none.into()));
        }
        if self.0.len() > OFFERS_MAX {
            let text = format!(
                "{} protocols for one connection, at most {OFFERS_MAX} fit: use several addresses",
                self.0.len()
            );
            return Err(Error::Config(text.into()));
        }
        for (at, service) in self.0.iter().enumerate() {
            if self.0.iter().take(at).any(|earlier| earlier.name() == service.name()) {
                let text = format!(
                    "protocol `{}` was added twice: add it once, with one handler",
                    service.name()
                );
                return Err(Error::Config(text.into()));
            }
        }
        Ok(self.0.into())
    }
}

impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|service| service.name())).finish()
    }
}
