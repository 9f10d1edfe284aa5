//! TLS over TCP, by rustls: certificates, whom to trust, and streams that shake hands by themselves.
//!
//! [`ServerConfig`] is for [`ServerBuilder::tls`](crate::server::ServerBuilder::tls) and [`ClientConfig`]
//! for [`ClientBuilder::tls`](crate::client::ClientBuilder::tls); [`TlsServer`] and [`TlsClient`] read
//! their files again while connections go on. No type of the library that does TLS is seen outside of
//! this folder, and nothing in it knows frames, sessions or deadlines.

mod certificate;
mod client;
#[cfg(feature = "dev-certs")]
pub mod dev;
mod fault;
mod live;
mod secured;
mod server;
mod source;
#[cfg(all(test, feature = "dev-certs"))]
mod tests;
mod verify;

use std::sync::Arc;

use rustls::SupportedProtocolVersion;
use rustls::crypto::CryptoProvider;
use rustls::time_provider::TimeProvider;
use rustls_pki_types::UnixTime;

pub use self::client::{ClientConfig, TlsClient};
pub(crate) use self::live::Clock;
pub(super) use self::secured::Secured;
pub use self::server::{ServerConfig, TlsServer};
pub use super::channel::{PeerCertificate, TlsChannel};
pub use crate::error::{Pin, TlsError};

/// What both sides say they speak over TLS.
const ALPN: &[u8] = b"np/1";

/// The versions that are spoken unless an option says otherwise.
static NEWEST: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13];

/// Who computes.
fn provider() -> Arc<CryptoProvider> {
    #[cfg(feature = "tls")]
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    #[cfg(not(feature = "tls"))]
    let provider = rustls::crypto::ring::default_provider();
    Arc::new(provider)
}

#[cfg(feature = "tls12")]
fn versions(tls12: bool) -> &'static [&'static SupportedProtocolVersion] {
    if tls12 { rustls::ALL_VERSIONS } else { NEWEST }
}

#[cfg(not(feature = "tls12"))]
fn versions(_: bool) -> &'static [&'static SupportedProtocolVersion] {
    NEWEST
}

fn now(time: &dyn TimeProvider) -> Result<UnixTime, TlsError> {
    time.current_time().ok_or(TlsError::Options("the clock of this machine stands before 1970"))
}

/// Where session keys are written to: nowhere, unless this build and the environment say so.
fn key_log() -> Arc<dyn rustls::KeyLog> {
    #[cfg(feature = "dev-keylog")]
    if let Some(file) = std::env::var_os("SSLKEYLOGFILE") {
        let file = std::path::Path::new(&file).display();
        tracing::warn!(%file, "insecure: the keys of all TLS sessions are written to a file");
        return Arc::new(rustls::KeyLogFile::new());
    }
    Arc::new(rustls::NoKeyLog)
}
