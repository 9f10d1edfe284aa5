//! TLS of a client: whom it trusts, and which certificate it shows.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::sign::SingleCertAndKey;
use rustls::time_provider::TimeProvider;
use rustls_pki_types::ServerName;
use tokio::net::TcpStream;

use super::live::{Clock, Describes, Live};
use super::source::{Expiry, Own, Source, crls, roots};
use super::verify::Verifier;
use super::{ALPN, Secured, key_log, now, provider, versions};
use crate::error::{Error, Pin, TlsError};
use crate::transport::Stream;

/// How a client does TLS: whom it trusts, and what it shows.
///
/// ```
/// use protocol_runtime::tls;
///
/// let tls = tls::ClientConfig::new()
///     .ca("company-ca.crt")
///     .client_certificate("me.crt", "me.key");
/// # let _ = tls;
/// ```
///
/// It trusts nobody by itself: not the authorities of the system either, unless it is told to. TLS 1.3
/// is spoken, and `np/1` (ALPN) required. Early data is never sent. Sessions are resumed, but not where
/// a certificate or pins are in use: a resumed session would pass over them.
#[derive(Clone, Debug, Default)]
#[must_use = "a client takes it by `.tls(..)`"]
pub struct ClientConfig {
    ca: Vec<Source>,
    platform_roots: bool,
    crls: Vec<Source>,
    pins: Pins,
    own: Option<Own>,
    server_name: Option<String>,
    tls12: bool,
}

/// The keys that a server may have.
#[derive(Clone, Debug, Default)]
struct Pins {
    /// As they were written.
    texts: Vec<String>,
    /// Whether they are enough.
    only: bool,
    /// Whether one is enough.
    single: bool,
}

impl ClientConfig {
    /// A client that trusts nobody yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes servers whose certificates an authority in this file (PEM) has signed. May be named several
    /// times.
    pub fn ca(mut self, file: impl Into<PathBuf>) -> Self {
        self.ca.push(Source::File(file.into()));
        self
    }

    /// As [`ca`](Self::ca), of text that the application has.
    pub fn ca_pem(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.ca.push(Source::text(pem));
        self
    }

    /// Takes servers whose certificates an authority has signed that this system trusts, as browsers
    /// do. For servers that are public.
    pub fn platform_roots(mut self) -> Self {
        self.platform_roots = true;
        self
    }

    /// Takes only servers with this key, beside all else that their certificates have to be:
    /// `sha256/` and the base64 of its hash, see [`Pin`]. Two at least are to be named: the key in
    /// use, and the one that takes its place when it is lost.
    pub fn pin(mut self, pin: impl Into<String>) -> Self {
        self.pins.texts.push(pin.into());
        self
    }

    /// The pins are enough: no authority and no name is asked for, as with certificates that servers have
    /// signed themselves. The certificate must be valid at the time, and the server prove that it
    /// holds the key.
    pub fn pin_only(mut self) -> Self {
        self.pins.only = true;
        self
    }

    /// One pin is enough. If the server loses its key, no client comes in before it is told the new
    /// one.
    pub fn allow_single_pin(mut self) -> Self {
        self.pins.single = true;
        self
    }

    /// Refuses servers whose certificates are on this list. With any list, each authority needs one, and
    /// it must not be expired.
    pub fn crl(mut self, file: impl Into<PathBuf>) -> Self {
        self.crls.push(Source::File(file.into()));
        self
    }

    /// As [`crl`](Self::crl), of text that the application has.
    pub fn crl_pem(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.crls.push(Source::text(pem));
        self
    }

    /// Shows this certificate (PEM, those of authorities in between after it) to servers that ask for
    /// one, and proves to hold its key.
    pub fn client_certificate(
        mut self,
        certificate: impl Into<PathBuf>,
        key: impl Into<PathBuf>,
    ) -> Self {
        let (chain, key) = (Source::File(certificate.into()), Source::File(key.into()));
        self.own = Some(Own { chain, key });
        self
    }

    /// As [`client_certificate`](Self::client_certificate), of text that the application has.
    pub fn client_certificate_pem(
        mut self,
        certificate: impl AsRef<[u8]>,
        key: impl AsRef<[u8]>,
    ) -> Self {
        self.own = Some(Own { chain: Source::text(certificate), key: Source::text(key) });
        self
    }

    /// The name that the server's certificate is to be for, if it is not the host that is connected to.
    pub fn server_name(mut self, name: impl Into<String>) -> Self {
        self.server_name = Some(name.into());
        self
    }

    /// Speaks TLS 1.2 too, with servers that have no 1.3.
    #[cfg(feature = "tls12")]
    pub fn tls12(mut self) -> Self {
        self.tls12 = true;
        self
    }

    fn check(&self) -> Result<Vec<Pin>, TlsError> {
        let pins =
            self.pins.texts.iter().map(|pin| pin.parse()).collect::<Result<Vec<Pin>, _>>()?;
        let authorities = self.platform_roots || !self.ca.is_empty();
        if self.pins.only && authorities {
            return Err(TlsError::Options(
                "`.pin_only()` asks for no authority: leave out `.ca(..)` and `.platform_roots()`, or `.pin_only()`",
            ));
        }
        if self.pins.only && pins.is_empty() {
            return Err(TlsError::Options("`.pin_only()` is nothing without `.pin(..)`"));
        }
        if !authorities && !self.pins.only {
            return Err(TlsError::NoTrust);
        }
        if self.pins.only && !self.crls.is_empty() {
            return Err(TlsError::Options(
                "`.crl(..)` is of an authority, and with `.pin_only()` there is none",
            ));
        }
        let distinct = pins.iter().any(|pin| pins.first() != Some(pin));
        if !pins.is_empty() && !distinct && !self.pins.single {
            return Err(TlsError::SinglePin);
        }
        Ok(pins)
    }

    fn authorities(
        &self,
        provider: &Arc<rustls::crypto::CryptoProvider>,
    ) -> Result<Option<Arc<WebPkiServerVerifier>>, TlsError> {
        if self.pins.only {
            return Ok(None);
        }
        let mut roots = roots(&self.ca)?;
        if self.platform_roots {
            let found = rustls_native_certs::load_native_certs();
            let (added, _unusable) = roots.add_parsable_certificates(found.certs);
            if added == 0 {
                let why = found.errors.first().map_or_else(|| "none".into(), ToString::to_string);
                return Err(TlsError::NoPlatformRoots { why });
            }
        }
        let verifier =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
                .with_crls(crls(&self.crls)?)
                .enforce_revocation_expiration()
                .build();
        verifier.map(Some).map_err(|error| TlsError::Unusable {
            from: "`.ca(..)` and `.crl(..)`".to_owned(),
            what: "verifier",
            why: error.to_string(),
        })
    }
}

/// What connections are made with.
pub(super) struct Made {
    config: Arc<rustls::ClientConfig>,
    server_name: Option<ServerName<'static>>,
    expiry: Option<Expiry>,
}

impl Describes for ClientConfig {
    type Made = Made;

    fn make(&self, time: &Arc<dyn TimeProvider>) -> Result<Made, TlsError> {
        let pins = self.check()?;
        let provider = provider();
        let verifier = Verifier {
            authorities: self.authorities(&provider)?,
            algorithms: provider.signature_verification_algorithms,
            pins,
        };
        let server_name = self.server_name.as_deref().map(name).transpose()?;
        let at = now(&**time)?;
        let own = self.own.as_ref().map(|own| own.load(&provider, at)).transpose()?;
        let resumes = own.is_none() && verifier.pins.is_empty();
        let builder = rustls::ClientConfig::builder_with_details(provider, time.clone())
            .with_protocol_versions(versions(self.tls12))
            .map_err(|error| TlsError::Unusable {
                from: "this build".to_owned(),
                what: "protocol version",
                why: error.to_string(),
            })?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let (mut config, expiry) = match own {
            Some(own) => {
                let pair = Arc::new(SingleCertAndKey::from(own.pair));
                (builder.with_client_cert_resolver(pair), Some(own.expiry))
            }
            None => (builder.with_no_client_auth(), None),
        };
        config.alpn_protocols = vec![ALPN.to_vec()];
        if !resumes {
            config.resumption = Resumption::disabled();
        }
        config.key_log = key_log();
        Ok(Made { config: Arc::new(config), server_name, expiry })
    }

    fn expiry(made: &Made) -> Option<&Expiry> {
        made.expiry.as_ref()
    }
}

/// The name of a server, as its certificate has it.
fn name(text: &str) -> Result<ServerName<'static>, TlsError> {
    // A zone, as in `fe80::1%eth0`, is none of the certificate's.
    let plain = text.split_once('%').map_or(text, |(address, _)| address);
    let name = ServerName::try_from(plain.to_owned());
    name.map_err(|_| TlsError::BadName { name: text.to_owned() })
}

/// What protects a connection that we make.
pub(in crate::transport) struct Secures {
    config: Arc<rustls::ClientConfig>,
    name: ServerName<'static>,
}

impl Secures {
    pub(in crate::transport) fn secure(self, stream: TcpStream) -> Stream {
        Stream::Tls(Box::new(Secured::connecting(stream, self.config, self.name)))
    }
}

/// TLS of clients at work: whoever keeps a clone can have its files read again while they run, as
/// with [`TlsServer`](super::TlsServer).
#[derive(Clone)]
pub struct TlsClient {
    live: Arc<Live<ClientConfig>>,
}

impl From<ClientConfig> for TlsClient {
    fn from(config: ClientConfig) -> Self {
        Self { live: Arc::new(Live::new(config)) }
    }
}

impl TlsClient {
    /// Reads the authorities, the revocation lists, the certificate and the key again.
    ///
    /// # Errors
    ///
    /// [`Error::Tls`] if one of them cannot be used. The ones from before stay in use then, and an
    /// error is logged.
    pub async fn reload(&self) -> Result<(), Error> {
        self.live.renew(None).await.map(drop)
    }

    /// Goes on with another configuration, other pins for instance.
    ///
    /// # Errors
    ///
    /// [`Error::Tls`] if it cannot be used. The one from before stays in use then, and an error is
    /// logged.
    pub async fn replace(&self, config: ClientConfig) -> Result<(), Error> {
        self.live.renew(Some(config)).await.map(drop)
    }

    /// Follows the clock that the client is built with.
    pub(crate) fn set_clock(&self, clock: Clock) {
        self.live.set_clock(clock);
    }

    /// What a connection to `host` is to be protected with.
    pub(in crate::transport) async fn to(&self, host: &str) -> Result<Secures, Error> {
        let made = self.live.current().await?;
        let name = match &made.server_name {
            Some(name) => name.clone(),
            None => name(host).map_err(|error| Error::Tls(Box::new(error)))?,
        };
        Ok(Secures { config: made.config.clone(), name })
    }
}

impl std::fmt::Debug for TlsClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TlsClient").finish_non_exhaustive()
    }
}
