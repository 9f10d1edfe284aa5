//! Certificates for development: an authority, a server and a client, for this machine and 30 days.
//!
//! The key of the authority is thrown away as soon as it has signed the two, so that nobody can sign more
//! with it. Nothing of it is for production: names and files say `dev`.

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls_pki_types::{ServerName, UnixTime};
use zeroize::Zeroizing;

use super::{ClientConfig, ServerConfig};
use crate::error::TlsError;

/// The names that each server certificate is for.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
/// Clocks that are a little behind take them too.
const BEFORE: Duration = Duration::from_secs(3_600);
/// How long they are valid.
const AFTER: Duration = Duration::from_secs(30 * 86_400);

/// Certificates for development, as PEM.
///
/// ```
/// use protocol_runtime::tls::dev::DevCertificates;
///
/// # fn main() -> Result<(), protocol_runtime::tls::TlsError> {
/// let dev = DevCertificates::generate()?;
/// let server = dev.server_config(); // for `.tls(..)` of a server at tls://localhost:…
/// let client = dev.client_config(); // for `.tls(..)` of its clients
/// # let _ = (server, client); Ok(())
/// # }
/// ```
#[non_exhaustive]
pub struct DevCertificates {
    /// The authority that signed the others: what the other side is to trust.
    pub ca: String,
    /// The server's, for `localhost`, `127.0.0.1` and `::1`.
    pub server_certificate: String,
    /// The server's private key.
    pub server_key: Zeroizing<String>,
    /// A client's, for servers that ask for one.
    pub client_certificate: String,
    /// The client's private key.
    pub client_key: Zeroizing<String>,
}

/// Where development certificates were written to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DevFiles {
    /// `dev-ca.crt`.
    pub ca: PathBuf,
    /// `dev-server.crt`.
    pub server_certificate: PathBuf,
    /// `dev-server.key`.
    pub server_key: PathBuf,
    /// `dev-client.crt`.
    pub client_certificate: PathBuf,
    /// `dev-client.key`.
    pub client_key: PathBuf,
}

impl DevCertificates {
    /// Makes them, for this machine.
    ///
    /// # Errors
    ///
    /// [`TlsError::Unusable`] if the system has no randomness.
    pub fn generate() -> Result<Self, TlsError> {
        Self::generate_for(&[])
    }

    /// Makes them, for this machine and these names and addresses of it.
    ///
    /// # Errors
    ///
    /// [`TlsError::BadName`] if one of the names can be none in a certificate, and
    /// [`TlsError::Unusable`] if the system has no randomness.
    pub fn generate_for(names: &[&str]) -> Result<Self, TlsError> {
        if let Some(bad) = names.iter().find(|name| ServerName::try_from(**name).is_err()) {
            return Err(TlsError::BadName { name: (*bad).to_owned() });
        }
        generate(names).map_err(|error| TlsError::Unusable {
            from: "development certificates".to_owned(),
            what: "name or key",
            why: error.to_string(),
        })
    }

    /// A server with them, that asks for no certificate of its clients. With
    /// [`client_ca_pem`](ServerConfig::client_ca_pem) of [`ca`](Self::ca) it does.
    pub fn server_config(&self) -> ServerConfig {
        ServerConfig::from_pem(&self.server_certificate, self.server_key.as_str())
    }

    /// A client that trusts their authority, and shows its certificate to servers that ask for one.
    pub fn client_config(&self) -> ClientConfig {
        ClientConfig::new()
            .ca_pem(&self.ca)
            .client_certificate_pem(&self.client_certificate, self.client_key.as_str())
    }

    /// Writes them to files in a directory, which is made if it is not there: keys for their owner
    /// alone. Files that are there already are an error, unless `replace` says otherwise.
    ///
    /// # Errors
    ///
    /// [`TlsError::Exists`], before anything is written, or [`TlsError::Unwritable`].
    pub fn write(&self, directory: &Path, replace: bool) -> Result<DevFiles, TlsError> {
        let files = DevFiles::of(directory);
        let texts = [
            (&files.ca, self.ca.as_str(), false),
            (&files.server_certificate, &self.server_certificate, false),
            (&files.server_key, &self.server_key, true),
            (&files.client_certificate, &self.client_certificate, false),
            (&files.client_key, &self.client_key, true),
        ];
        if !replace
            && let Some((taken, ..)) =
                texts.iter().find(|(path, ..)| path.symlink_metadata().is_ok())
        {
            return Err(TlsError::Exists { path: (*taken).clone() });
        }
        let failed = |path: &Path, error: &io::Error| TlsError::Unwritable {
            path: path.to_owned(),
            why: error.to_string(),
        };
        fs::create_dir_all(directory).map_err(|error| failed(directory, &error))?;
        for (path, text, secret) in texts {
            write(path, text, secret).map_err(|error| failed(path, &error))?;
        }
        Ok(files)
    }
}

impl std::fmt::Debug for DevCertificates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DevCertificates").finish_non_exhaustive()
    }
}

impl DevFiles {
    /// The files in a directory, whether or not they are there.
    #[must_use]
    pub fn of(directory: &Path) -> Self {
        Self {
            ca: directory.join("dev-ca.crt"),
            server_certificate: directory.join("dev-server.crt"),
            server_key: directory.join("dev-server.key"),
            client_certificate: directory.join("dev-client.crt"),
            client_key: directory.join("dev-client.key"),
        }
    }
}

fn generate(names: &[&str]) -> Result<DevCertificates, rcgen::Error> {
    let mut authority = params("development authority", Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority_key = KeyPair::generate()?;
    let ca = authority.self_signed(&authority_key)?.pem();
    let issuer = Issuer::new(authority, authority_key);

    let all = NAMES.iter().chain(names).map(|name| (*name).to_owned()).collect();
    let server = leaf("development server", all, ExtendedKeyUsagePurpose::ServerAuth)?;
    let client = leaf(
        "development client",
        vec!["dev-client".to_owned()],
        ExtendedKeyUsagePurpose::ClientAuth,
    )?;
    let (server_key, client_key) = (KeyPair::generate()?, KeyPair::generate()?);
    Ok(DevCertificates {
        ca,
        server_certificate: server.signed_by(&server_key, &issuer)?.pem(),
        server_key: Zeroizing::new(server_key.serialize_pem()),
        client_certificate: client.signed_by(&client_key, &issuer)?.pem(),
        client_key: Zeroizing::new(client_key.serialize_pem()),
    })
}

fn leaf(
    name: &str,
    names: Vec<String>,
    usage: ExtendedKeyUsagePurpose,
) -> Result<CertificateParams, rcgen::Error> {
    let mut params = params(name, names)?;
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![usage];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

fn params(name: &str, names: Vec<String>) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, name);
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(UnixTime::now().as_secs());
    params.not_before = (now - BEFORE).into();
    params.not_after = (now + AFTER).into();
    Ok(params)
}

/// Puts a whole file in its place, or none.
fn write(path: &Path, text: &str, secret: bool) -> io::Result<()> {
    let name = path.file_name().ok_or(ErrorKind::InvalidFilename)?;
    let temporary =
        path.with_file_name(format!(".{}.{}.tmp", name.to_string_lossy(), std::process::id()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(if secret { 0o600 } else { 0o644 });
    }
    #[cfg(not(unix))]
    let _by_the_folder = secret;
    let mut file = options.open(&temporary)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    let placed = written.and_then(|()| fs::rename(&temporary, path));
    placed.inspect_err(|_| {
        // That it is gone again is best effort; the first error is the one to report.
        drop(fs::remove_file(&temporary));
    })
}
