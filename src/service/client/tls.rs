//! Clients over TLS: what becomes of their files.

use super::Client;
use crate::config::NetworkConfig;
use crate::error::Result;
use crate::transport;

/// The files of a client, all PEM. They are read again when it reconnects: see
/// [`tls::ClientConfig`](crate::tls::ClientConfig), which can say more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TlsClientConfig<'a> {
    /// Its certificate, for servers that ask for one; with its key, or neither.
    pub cert_path: Option<&'a str>,
    /// Its private key.
    pub key_path: Option<&'a str>,
    /// The authority of the server; none for those that this system trusts.
    pub ca_path: Option<&'a str>,
    /// The name that the server's certificate has to be for.
    pub server_name: &'a str,
}

/// Connects to a server at `address` over TLS.
///
/// # Errors
///
/// Those of [`connect_with_config`](super::connect_with_config), and [`Error::Tls`](crate::Error::Tls) for what is wrong with
/// the files or the server's certificate.
pub async fn connect_tls(address: &str, tls: TlsClientConfig<'_>) -> Result<Client> {
    let config = NetworkConfig::default_with_overrides(|all| {
        all.client.address = transport::tls::url(address);
        all.tls.certificate_file = tls.cert_path.map(Into::into);
        all.tls.key_file = tls.key_path.map(Into::into);
        all.tls.ca_file = tls.ca_path.map(Into::into);
        all.tls.platform_roots = tls.ca_path.is_none();
        tls.server_name.clone_into(&mut all.tls.server_name);
    });
    super::from_config(&config).await
}
