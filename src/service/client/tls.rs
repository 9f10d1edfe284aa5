//! Clients over TLS: what becomes of their files.

use super::Client;
use crate::config::NetworkConfig;
use crate::error::{Error, Result};
use crate::{tls, transport};

/// The files of a client, all PEM. They are read again when it reconnects: see
/// [`tls::ClientConfig`], which can say more.
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
/// Those of [`connect_with_config`](super::connect_with_config), and [`Error::Tls`] for what is wrong with
/// the files or the server's certificate.
pub async fn connect_tls(address: &str, tls: TlsClientConfig<'_>) -> Result<Client> {
    let config = NetworkConfig::default_with_overrides(|all| {
        all.client.address = transport::tls::url(address);
    });
    Client::open(&config, config.client_builder()?.tls(tls.client_config()?)).await
}

impl TlsClientConfig<'_> {
    fn client_config(self) -> Result<tls::ClientConfig, Error> {
        let files = tls::ClientConfig::new().server_name(self.server_name);
        let files = match self.ca_path {
            Some(ca) => files.ca(ca),
            None => files.platform_roots(),
        };
        match (self.cert_path, self.key_path) {
            (Some(certificate), Some(key)) => Ok(files.client_certificate(certificate, key)),
            (None, None) => Ok(files),
            (Some(_), None) | (None, Some(_)) => Err(Error::Config(
                "a certificate goes with its key: name both `cert_path` and `key_path`, or neither"
                    .into(),
            )),
        }
    }
}
