//! TLS of a server: which certificate it shows, and which it asks for.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::sign::SingleCertAndKey;
use rustls::time_provider::TimeProvider;
use tokio::net::TcpStream;
use tokio::time::{MissedTickBehavior, interval};

use super::live::{Clock, Describes, Live};
use super::source::{Expiry, Own, Source, Stamp, crls, roots};
use super::verify::ClientVerifier;
use super::{ALPN, Secured, key_log, now, provider, versions};
use crate::error::{Error, TlsError};
use crate::transport::Stream;

/// How a server does TLS: its certificate, and what it asks of its clients.
///
/// ```
/// use protocol_runtime::tls;
///
/// let tls = tls::ServerConfig::from_pem_files("server.crt", "server.key")
///     // Clients show a certificate of this authority; whoever has none is turned away.
///     .client_ca("clients-ca.crt")
///     .crl("clients-ca.crl");
/// # let _ = tls;
/// ```
///
/// TLS 1.3 is spoken, and `np/1` (ALPN) required. Early data is never taken. Sessions are resumed
/// where clients show no certificate, and never where they do: a resumed session would pass over what
/// has become of the certificate.
#[derive(Clone, Debug)]
#[must_use = "a server takes it by `.tls(..)`"]
pub struct ServerConfig {
    own: Own,
    client_ca: Vec<Source>,
    optional: bool,
    crls: Vec<Source>,
    tls12: bool,
    reload_every: Option<Duration>,
}

impl ServerConfig {
    /// A server with the certificate in one file, first and before those of authorities in between, and
    /// its private key in the other (PKCS#8, SEC1 or PKCS#1). Both are PEM.
    pub fn from_pem_files(certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        Self::new(Source::File(certificate.into()), Source::File(key.into()))
    }

    /// As [`from_pem_files`](Self::from_pem_files), of text that the application has.
    pub fn from_pem(certificate: impl AsRef<[u8]>, key: impl AsRef<[u8]>) -> Self {
        Self::new(Source::text(certificate), Source::text(key))
    }

    fn new(chain: Source, key: Source) -> Self {
        let own = Own { chain, key };
        let (client_ca, crls) = (Vec::new(), Vec::new());
        Self { own, client_ca, optional: false, crls, tls12: false, reload_every: None }
    }

    /// Asks each client for a certificate that an authority in this file has signed. May be named
    /// several times. Handlers and [authorizers](crate::peer::Authorizer) see
    /// [whose](crate::peer::Identity::Certificate) it is.
    pub fn client_ca(mut self, file: impl Into<PathBuf>) -> Self {
        self.client_ca.push(Source::File(file.into()));
        self
    }

    /// As [`client_ca`](Self::client_ca), of text that the application has.
    pub fn client_ca_pem(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.client_ca.push(Source::text(pem));
        self
    }

    /// Takes clients without a certificate too, which are [anonymous](crate::peer::Identity::Anonymous)
    /// then. A certificate that is shown still has to be right.
    pub fn client_certificate_optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// Refuses clients whose certificates are on this list. With any list, each authority needs one,
    /// and it must not be expired.
    pub fn crl(mut self, file: impl Into<PathBuf>) -> Self {
        self.crls.push(Source::File(file.into()));
        self
    }

    /// As [`crl`](Self::crl), of text that the application has.
    pub fn crl_pem(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.crls.push(Source::text(pem));
        self
    }

    /// Looks at the files so often, and reads them again when one of them has changed, as
    /// [`TlsServer::reload`] does. By default they are read again when that is called.
    pub fn reload_every(mut self, interval: Duration) -> Self {
        self.reload_every = Some(interval);
        self
    }

    /// Speaks TLS 1.2 too, with clients that have no 1.3.
    #[cfg(feature = "tls12")]
    pub fn tls12(mut self) -> Self {
        self.tls12 = true;
        self
    }

    /// What changes with the files.
    fn stamps(&self) -> Vec<Stamp> {
        let own = [&self.own.chain, &self.own.key];
        own.into_iter().chain(&self.client_ca).chain(&self.crls).map(Source::stamp).collect()
    }

    fn check(&self) -> Result<(), TlsError> {
        if self.reload_every.is_some_and(|interval| interval.is_zero()) {
            return Err(TlsError::Options("`.reload_every(..)` is longer than nothing"));
        }
        if self.client_ca.is_empty() && !self.crls.is_empty() {
            return Err(TlsError::Options(
                "`.crl(..)` is of the certificates of clients: name their authority with `.client_ca(..)`",
            ));
        }
        if self.client_ca.is_empty() && self.optional {
            return Err(TlsError::Options(
                "`.client_certificate_optional()` is for servers that ask for one with `.client_ca(..)`",
            ));
        }
        Ok(())
    }
}

/// What connections are accepted with.
pub(super) struct Made {
    config: Arc<rustls::ServerConfig>,
    expiry: Expiry,
    /// Of the files, before they were read.
    stamps: Vec<Stamp>,
}

impl Describes for ServerConfig {
    type Made = Made;

    fn make(&self, time: &Arc<dyn TimeProvider>) -> Result<Made, TlsError> {
        self.check()?;
        let stamps = self.stamps();
        let provider = provider();
        let own = self.own.load(&provider, now(&**time)?)?;
        let builder = rustls::ServerConfig::builder_with_details(provider.clone(), time.clone())
            .with_protocol_versions(versions(self.tls12))
            .map_err(|error| self.own.chain.unusable("protocol version", error))?;
        let builder = if self.client_ca.is_empty() {
            builder.with_no_client_auth()
        } else {
            let authorities = Arc::new(roots(&self.client_ca)?);
            let verifier = WebPkiClientVerifier::builder_with_provider(authorities, provider)
                .with_crls(crls(&self.crls)?)
                .enforce_revocation_expiration();
            let verifier = if self.optional { verifier.allow_unauthenticated() } else { verifier };
            let verifier = verifier.build().map_err(|error| TlsError::Unusable {
                from: "`.client_ca(..)` and `.crl(..)`".to_owned(),
                what: "verifier",
                why: error.to_string(),
            })?;
            builder.with_client_cert_verifier(Arc::new(ClientVerifier(verifier)))
        };
        let mut config = builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(own.pair)));
        config.alpn_protocols = vec![ALPN.to_vec()];
        if !self.client_ca.is_empty() {
            config.send_tls13_tickets = 0;
            config.session_storage = Arc::new(NoServerSessionStorage {});
        }
        config.key_log = key_log();
        Ok(Made { config: Arc::new(config), expiry: own.expiry, stamps })
    }

    fn expiry(made: &Made) -> Option<&Expiry> {
        Some(&made.expiry)
    }
}

/// TLS of servers at work: whoever keeps a clone can have its files read again while they run.
///
/// ```
/// # use protocol_runtime::server::ServerBuilder;
/// use protocol_runtime::tls::{ServerConfig, TlsServer};
///
/// # async fn run(builder: ServerBuilder) -> Result<(), protocol_runtime::error::Error> {
/// let tls = TlsServer::from(ServerConfig::from_pem_files("server.crt", "server.key"));
/// let server = builder.tls(tls.clone()).listen("tls://0.0.0.0:9000").await?;
///
/// // Later, when the certificate was renewed:
/// tls.reload().await?;
/// # drop(server); Ok(())
/// # }
/// ```
///
/// Connections that are open go on as they are, and each that comes after is accepted with what was read
/// last.
#[derive(Clone)]
pub struct TlsServer {
    live: Arc<Live<ServerConfig>>,
}

impl From<ServerConfig> for TlsServer {
    fn from(config: ServerConfig) -> Self {
        Self { live: Arc::new(Live::new(config)) }
    }
}

impl TlsServer {
    /// Reads the certificate, the key, the authorities and the revocation lists again.
    ///
    /// # Errors
    ///
    /// [`Error::Tls`] if one of them cannot be used. The ones from before stay in use then, and an
    /// error is logged.
    pub async fn reload(&self) -> Result<(), Error> {
        self.live.renew(None).await.map(drop)
    }

    /// Goes on with another configuration.
    ///
    /// # Errors
    ///
    /// [`Error::Tls`] if it cannot be used. The one from before stays in use then, and an error is
    /// logged.
    pub async fn replace(&self, config: ServerConfig) -> Result<(), Error> {
        self.live.renew(Some(config)).await.map(drop)
    }

    /// When the certificate expires that is in use; none before a server has begun to use it.
    #[must_use]
    pub fn expires(&self) -> Option<SystemTime> {
        let not_after = Duration::from_secs(self.live.made()?.expiry.not_after);
        SystemTime::UNIX_EPOCH.checked_add(not_after)
    }

    /// How often files were read again, by [`reload`](Self::reload) or because they had changed, and could
    /// not be used.
    #[must_use]
    pub fn failed_reloads(&self) -> u64 {
        self.live.failures()
    }

    /// Has it said in the log if the certificate expires soon, once for each time to say so.
    pub(crate) fn look(&self) {
        self.live.look();
    }

    /// Reads everything, for a server that begins.
    pub(crate) async fn start(&self, clock: Option<Clock>) -> Result<(), Error> {
        if let Some(clock) = clock {
            self.live.set_clock(clock);
        }
        self.live.current().await.map(drop)
    }

    /// Reads the files again whenever they have changed, for as long as a server runs.
    pub(crate) async fn follow(&self) {
        let Some(period) = self.live.described().reload_every else { return };
        let mut look = interval(period);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut seen = self.live.made().map(|made| made.stamps.clone());
        loop {
            look.tick().await;
            let described = self.live.described();
            let Ok(stamps) = tokio::task::spawn_blocking(move || described.stamps()).await else {
                return;
            };
            if seen.as_ref().is_some_and(|seen| *seen != stamps) {
                // What goes wrong is logged there, once for each change.
                let _logged = self.reload().await;
            }
            seen = Some(stamps);
        }
    }

    /// A connection that somebody made to us.
    pub(in crate::transport) fn accept(&self, stream: TcpStream) -> io::Result<Stream> {
        let made = self.live.made().ok_or(io::ErrorKind::NotConnected)?;
        Ok(Stream::Tls(Box::new(Secured::accepted(stream, made.config.clone()))))
    }
}

impl std::fmt::Debug for TlsServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TlsServer").finish_non_exhaustive()
    }
}
