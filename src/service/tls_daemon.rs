//! A server of messages over TLS.
//!
//! It is a [`Daemon`] like any other; here is only what becomes of its certificates.

use crate::config::NetworkConfig;
use crate::error::{Error, Result};
use crate::protocol::message::Message;
use crate::service::daemon::{self, Daemon};
use crate::{Serve, side, transport};

/// The files of a server, all PEM. They are read again while it serves: see
/// [`tls::ServerConfig`](crate::tls::ServerConfig), which can say more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TlsConfig<'a> {
    /// Its certificate, and those of authorities in between.
    pub cert_path: &'a str,
    /// Its private key.
    pub key_path: &'a str,
    /// The authority of its clients. With one, a certificate that a client shows has to be right.
    pub ca_path: Option<&'a str>,
    /// Whether a client has to show a certificate.
    pub verify_client: bool,
}

/// Serves at `address` with the handlers that are [built in](daemon::built_in), until the process is asked
/// to end: see [`daemon::start`].
///
/// # Errors
///
/// Those of [`new`] and [`daemon::start`].
pub async fn start(address: &str, tls: TlsConfig<'_>) -> Result<()> {
    start_with(address, tls, daemon::built_in()).await
}

/// The same, with handlers of the program.
///
/// # Errors
///
/// Those of [`start`].
pub async fn start_with<H>(address: &str, tls: TlsConfig<'_>, handler: H) -> Result<()>
where
    Message: Serve<H, side::Server>,
    H: Send + Sync + 'static,
{
    daemon::finished(new(address, tls, handler)?.run_until_signal().await?)
}

/// A server at `address` for messages that are handled as `handler` says. Whether the files are right is
/// told by [`Daemon::run`].
///
/// A server of the table `[tls]` of a configuration is made by [`daemon::from_config`].
///
/// # Errors
///
/// Clients are to be verified, and there is no authority to verify them by.
pub fn new<H>(address: &str, tls: TlsConfig<'_>, handler: H) -> Result<Daemon>
where
    Message: Serve<H, side::Server>,
    H: Send + Sync + 'static,
{
    if tls.verify_client && tls.ca_path.is_none() {
        let text = "`verify_client` needs the authority of the clients: name its file as `ca_path`";
        return Err(Error::Config(text.into()).into());
    }
    let config = NetworkConfig::default_with_overrides(|all| {
        all.server.address = transport::tls::url(address);
        all.tls.certificate_file = Some(tls.cert_path.into());
        all.tls.key_file = Some(tls.key_path.into());
        all.tls.client_ca_file = tls.ca_path.map(Into::into);
        all.tls.client_certificate_optional = tls.ca_path.is_some() && !tls.verify_client;
    });
    Ok(daemon::from_config(&config, handler))
}
