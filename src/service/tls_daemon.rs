//! A server of messages over TLS.
//!
//! It is a [`Daemon`] like any other; here is only what becomes of its certificates.

use crate::config::NetworkConfig;
use crate::error::{Error, Result};
use crate::protocol::message::Message;
use crate::service::daemon::{self, Daemon};
use crate::{Serve, side, tls, transport};

/// The files of a server, all PEM. They are read again while it serves: see
/// [`tls::ServerConfig`], which can say more.
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

/// Serves at `address` with the handlers that are [built in](daemon::built_in), until the future is
/// dropped.
///
/// # Errors
///
/// Those of [`new`] and [`Daemon::run`].
pub async fn start(address: &str, tls: TlsConfig<'_>) -> Result<()> {
    start_with(address, tls, daemon::built_in()).await
}

/// The same, with handlers of the program.
///
/// # Errors
///
/// Those of [`new`] and [`Daemon::run`].
pub async fn start_with<H>(address: &str, tls: TlsConfig<'_>, handler: H) -> Result<()>
where
    Message: Serve<H, side::Server>,
    H: Send + Sync + 'static,
{
    new(address, tls, handler)?.run().await
}

/// A server at `address` for messages that are handled as `handler` says. Whether the files are right is
/// told by [`Daemon::run`].
///
/// # Errors
///
/// Clients are to be verified, and there is no authority to verify them by.
pub fn new<H>(address: &str, tls: TlsConfig<'_>, handler: H) -> Result<Daemon>
where
    Message: Serve<H, side::Server>,
    H: Send + Sync + 'static,
{
    let config = NetworkConfig::default_with_overrides(|all| {
        all.server.address = transport::tls::url(address);
    });
    from_config(&config, tls, handler)
}

/// The same, with everything that can be configured. Its address is of the transport `tls`.
///
/// # Errors
///
/// Those of [`new`].
pub fn from_config<H>(config: &NetworkConfig, tls: TlsConfig<'_>, handler: H) -> Result<Daemon>
where
    Message: Serve<H, side::Server>,
    H: Send + Sync + 'static,
{
    let files = tls.server_config()?;
    let builder = config.server_builder();
    let builder = builder.map(|builder| builder.tls(files).add::<Message, H>(handler));
    Ok(Daemon::planned(config, builder))
}

impl TlsConfig<'_> {
    fn server_config(self) -> Result<tls::ServerConfig, Error> {
        let files = tls::ServerConfig::from_pem_files(self.cert_path, self.key_path);
        match self.ca_path {
            Some(ca) if self.verify_client => Ok(files.client_ca(ca)),
            Some(ca) => Ok(files.client_ca(ca).client_certificate_optional()),
            None if self.verify_client => Err(Error::Config(
                "`verify_client` needs the authority of the clients: name its file as `ca_path`"
                    .into(),
            )),
            None => Ok(files),
        }
    }
}
