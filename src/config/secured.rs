//! From the table `[tls]` to what the builders take. Its files are read when a server listens or a
//! client connects.

use super::{ConfigError, NetworkConfig, TlsConfig, is_tls};
use crate::tls::{ClientConfig, ServerConfig, TlsClient, TlsServer};

impl NetworkConfig {
    /// TLS of the server, if `server.address` asks for it. A clone that is kept, and given to
    /// [`ServerBuilder::tls`](crate::ServerBuilder::tls), reads the files again when it is told to.
    ///
    /// # Errors
    ///
    /// A configuration that cannot be used.
    pub fn tls_server(&self) -> Result<Option<TlsServer>, ConfigError> {
        if !is_tls(&self.server.address) {
            return Ok(None);
        }
        let TlsConfig { certificate_file, key_file, client_ca_file, crl_files, .. } = &self.tls;
        let (Some(certificate), Some(key)) = (certificate_file, key_file) else {
            let text = "a server at tls:// shows a certificate: name its file, and that of its key in tls.key_file";
            return Err(super::apply::unusable("tls.certificate_file", text.to_owned()));
        };
        let mut config = ServerConfig::from_pem_files(certificate, key);
        if !self.tls.reload_interval.is_zero() {
            config = config.reload_every(self.tls.reload_interval);
        }
        if let Some(file) = client_ca_file {
            config = config.client_ca(file);
            config = crl_files.iter().fold(config, ServerConfig::crl);
            if self.tls.client_certificate_optional {
                config = config.client_certificate_optional();
            }
        }
        Ok(Some(config.into()))
    }

    /// TLS of the client, if `client.address` asks for it, as [`tls_server`](Self::tls_server).
    ///
    /// # Errors
    ///
    /// A configuration that cannot be used.
    pub fn tls_client(&self) -> Result<Option<TlsClient>, ConfigError> {
        if !is_tls(&self.client.address) {
            return Ok(None);
        }
        let tls = &self.tls;
        let authorities = tls.platform_roots || tls.ca_file.is_some();
        if !authorities && !tls.pin_only {
            let text = "a client at tls:// says whom it trusts: name the file of an authority, or say tls.platform_roots, or tls.pins and tls.pin_only";
            return Err(super::apply::unusable("tls.ca_file", text.to_owned()));
        }
        let mut config = tls.ca_file.iter().fold(ClientConfig::new(), ClientConfig::ca);
        if tls.platform_roots {
            config = config.platform_roots();
        }
        config = tls.pins.iter().fold(config, ClientConfig::pin);
        if tls.pin_only {
            config = config.pin_only();
        }
        if tls.allow_single_pin {
            config = config.allow_single_pin();
        }
        if authorities {
            config = tls.crl_files.iter().fold(config, ClientConfig::crl);
        }
        if let (Some(certificate), Some(key)) = (&tls.certificate_file, &tls.key_file) {
            config = config.client_certificate(certificate, key);
        }
        if !tls.server_name.is_empty() {
            config = config.server_name(&tls.server_name);
        }
        Ok(Some(config.into()))
    }

    /// What is wrong in the table with values that are good by themselves.
    pub(super) fn tls_together(&self) -> Vec<(&'static str, String)> {
        let tls = &self.tls;
        let authorities = tls.platform_roots || tls.ca_file.is_some();
        let in_use = is_tls(&self.server.address) || is_tls(&self.client.address);
        let pinned_once = tls.pins.iter().all(|pin| Some(pin) == tls.pins.first());
        let checks = [
            (
                in_use || *tls == TlsConfig::default(),
                "tls.certificate_file",
                "the table tls is for addresses like \"tls://host:9000\": say one in server.address or client.address, or leave the table out",
            ),
            (
                tls.certificate_file.is_some() == tls.key_file.is_some(),
                "tls.key_file",
                "it goes with tls.certificate_file, and that with it: say both or neither",
            ),
            (
                !tls.pin_only || (!tls.pins.is_empty() && !authorities),
                "tls.pin_only",
                "it is for tls.pins without tls.ca_file and tls.platform_roots",
            ),
            (
                tls.pins.is_empty() || !pinned_once || tls.allow_single_pin,
                "tls.pins",
                "one is one too few: add that of the key which takes its place when it is lost, or say tls.allow_single_pin",
            ),
            (
                !tls.client_certificate_optional || tls.client_ca_file.is_some(),
                "tls.client_certificate_optional",
                "it is for servers that ask for one: name their authority in tls.client_ca_file",
            ),
            (
                tls.crl_files.is_empty() || authorities || tls.client_ca_file.is_some(),
                "tls.crl_files",
                "they are of an authority: name it in tls.ca_file or tls.client_ca_file",
            ),
        ];
        let wrong = checks.into_iter().filter(|(good, ..)| !good);
        wrong.map(|(_, key, text)| (key, text.to_owned())).collect()
    }
}
