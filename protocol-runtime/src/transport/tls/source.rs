//! Where certificates and keys come from: files, or text that the application has. PEM only.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustls::RootCertStore;
use rustls::crypto::CryptoProvider;
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::{self, PemObject};
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer, UnixTime};
use zeroize::Zeroizing;

use super::certificate::{Certificate, Dates};
use crate::error::TlsError;

/// A certificate of this side is mentioned in the log when it has less than this left, or than this part
/// of its life if that is less; from the second on it is warned about.
const SOON: [(u64, u64); 3] = [(30 * DAY, 3), (7 * DAY, 6), (DAY, 12)];
const DAY: u64 = 86_400;

/// PEM, in a file or not.
#[derive(Clone)]
pub(super) enum Source {
    File(PathBuf),
    Text(Arc<Zeroizing<Vec<u8>>>),
}

/// When a file was written, and how long it is.
pub(super) type Stamp = Option<(SystemTime, u64)>;

/// A certificate of this side, those in between, and the key.
#[derive(Clone, Debug)]
pub(super) struct Own {
    pub(super) chain: Source,
    pub(super) key: Source,
}

impl Source {
    pub(super) fn text(pem: impl AsRef<[u8]>) -> Self {
        Self::Text(Arc::new(Zeroizing::new(pem.as_ref().to_vec())))
    }

    fn read(&self) -> Result<Arc<Zeroizing<Vec<u8>>>, TlsError> {
        match self {
            Self::File(path) => match std::fs::read(path) {
                Ok(bytes) => Ok(Arc::new(Zeroizing::new(bytes))),
                Err(error) => {
                    Err(TlsError::Unreadable { path: path.clone(), why: error.to_string() })
                }
            },
            Self::Text(text) => Ok(text.clone()),
        }
    }

    /// What changes with the file; nothing of what is no file, or not there.
    pub(super) fn stamp(&self) -> Stamp {
        let Self::File(path) = self else { return None };
        let file = std::fs::metadata(path).ok()?;
        Some((file.modified().ok()?, file.len()))
    }

    /// All of one kind that the text holds, one at least.
    fn all<T: PemObject>(&self, wanted: &'static str) -> Result<Vec<T>, TlsError> {
        let text = self.read()?;
        let found = T::pem_slice_iter(&text).collect::<Result<Vec<T>, pem::Error>>();
        let found = found.map_err(|error| self.unusable(wanted, error))?;
        if found.is_empty() {
            return Err(TlsError::Nothing { from: self.to_string(), wanted });
        }
        Ok(found)
    }

    pub(super) fn crls(&self) -> Result<Vec<CertificateRevocationListDer<'static>>, TlsError> {
        self.all("revocation list")
    }

    fn certificates(&self) -> Result<Vec<CertificateDer<'static>>, TlsError> {
        self.all("certificate")
    }

    fn key(&self) -> Result<PrivateKeyDer<'static>, TlsError> {
        let text = self.read()?;
        if let Self::File(path) = self {
            warn_if_open(path);
        }
        match PrivateKeyDer::from_pem_slice(&text) {
            Ok(key) => Ok(key),
            Err(pem::Error::NoItemsFound) => {
                Err(TlsError::Nothing { from: self.to_string(), wanted: "private key" })
            }
            Err(error) => Err(self.unusable("private key", error)),
        }
    }

    pub(super) fn unusable(&self, what: &'static str, why: impl fmt::Display) -> TlsError {
        TlsError::Unusable { from: self.to_string(), what, why: why.to_string() }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "`{}`", path.display()),
            Self::Text(_) => f.write_str("the PEM that was passed"),
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Own {
    /// Reads the two, and looks whether they belong together and are valid.
    pub(super) fn load(
        &self,
        provider: &CryptoProvider,
        now: UnixTime,
    ) -> Result<Loaded, TlsError> {
        let chain = self.chain.certificates()?;
        let read = chain.first().and_then(|first| Certificate::read(first));
        let read = read.ok_or_else(|| self.chain.unusable("certificate", "it cannot be read"))?;
        let from = || self.chain.to_string();
        match read.dates(now) {
            Dates::Valid => {}
            Dates::Ahead(secs) => {
                let ahead = Duration::from_secs(secs);
                return Err(TlsError::OwnNotYetValid { from: from(), ahead });
            }
            Dates::Ago(secs) => {
                let ago = Duration::from_secs(secs);
                return Err(TlsError::OwnExpired { from: from(), ago });
            }
        }
        let key = self.key.key()?;
        let pair = CertifiedKey::from_der(chain, key, provider).map_err(|error| {
            if matches!(error, rustls::Error::InconsistentKeys(_)) {
                return TlsError::KeyMismatch { certificate: from(), key: self.key.to_string() };
            }
            self.key.unusable("private key", error)
        })?;
        let life = read.not_after.saturating_sub(read.not_before);
        let expiry = Expiry { from: from(), not_after: read.not_after, life };
        Ok(Loaded { pair: Arc::new(pair), expiry })
    }
}

/// A certificate and its key, ready for use.
pub(super) struct Loaded {
    pub(super) pair: Arc<CertifiedKey>,
    pub(super) expiry: Expiry,
}

/// When a certificate of this side expires.
pub(super) struct Expiry {
    pub(super) from: String,
    /// In seconds since 1970.
    pub(super) not_after: u64,
    /// For how many seconds it is valid in all.
    pub(super) life: u64,
}

impl Expiry {
    /// How soon the certificate expires: not at all, or the first, second or third time to say so.
    pub(super) fn stage(&self, now: UnixTime) -> usize {
        let left = self.left(now);
        SOON.iter().filter(|(soon, part)| left < (*soon).min(self.life / part)).count()
    }

    /// Says that the certificate has to be renewed.
    pub(super) fn mention(&self, now: UnixTime) {
        let (certificate, hours) = (&self.from, self.left(now) / 3_600);
        match self.stage(now) {
            0 => {}
            1 => tracing::info!(%certificate, hours, "the certificate is to be renewed"),
            _ => tracing::warn!(%certificate, hours, "the certificate expires soon: renew it"),
        }
    }

    fn left(&self, now: UnixTime) -> u64 {
        self.not_after.saturating_sub(now.as_secs())
    }
}

/// The authorities in all of these.
pub(super) fn roots(sources: &[Source]) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for source in sources {
        for certificate in source.certificates()? {
            roots
                .add(certificate)
                .map_err(|error| source.unusable("authority's certificate", error))?;
        }
    }
    Ok(roots)
}

/// The revocation lists in all of these.
pub(super) fn crls(
    sources: &[Source],
) -> Result<Vec<CertificateRevocationListDer<'static>>, TlsError> {
    let mut all = Vec::new();
    for source in sources {
        all.extend(source.crls()?);
    }
    Ok(all)
}

/// Keys of TLS are often shared with a group, or mounted; so it is said and not refused.
#[cfg(unix)]
fn warn_if_open(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let open = std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o004 != 0);
    if open {
        let file = path.display();
        tracing::warn!(%file, "everybody on this machine can read the key: `chmod 600` it");
    }
}

#[cfg(not(unix))]
fn warn_if_open(_: &Path) {}
