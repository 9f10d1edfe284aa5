//! How a connection to a `tls://` address is protected: whom to trust, and what to show.

use std::path::PathBuf;

use protocol_runtime::tls::{ClientConfig, Pin};

use super::Refusal;

/// The options of TLS.
#[derive(clap::Args)]
pub(crate) struct Tls {
    /// The authority (PEM) that has signed the certificate of a server at tls://; may be given several
    /// times
    #[arg(long, value_name = "FILE", help_heading = "TLS")]
    tls_ca: Vec<PathBuf>,
    /// Trust the authorities that this system trusts, as browsers do
    #[arg(long, help_heading = "TLS")]
    tls_platform_roots: bool,
    /// The revocation list (PEM) of such an authority; may be given several times
    #[arg(long, value_name = "FILE", requires = "tls_ca", help_heading = "TLS")]
    tls_crl: Vec<PathBuf>,
    /// The key that the server has to have: `sha256/…`; may be given several times. Without
    /// --tls-ca and --tls-platform-roots it is all that is asked for
    #[arg(long, value_name = "PIN", help_heading = "TLS")]
    tls_pin: Vec<Pin>,
    /// The certificate (PEM) that this side shows if it is asked for one
    #[arg(long, value_name = "FILE", requires = "tls_key", help_heading = "TLS")]
    tls_cert: Option<PathBuf>,
    /// Its private key (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert", help_heading = "TLS")]
    tls_key: Option<PathBuf>,
    /// The name that the server's certificate is for, if it is not the host in the address
    #[arg(long, value_name = "NAME", help_heading = "TLS")]
    tls_name: Option<String>,
}

impl Tls {
    /// What was asked for, if the address is one of TLS.
    pub(crate) fn config(&self, address: &str) -> Result<Option<ClientConfig>, Refusal> {
        let trusts = self.tls_platform_roots || !self.tls_ca.is_empty();
        if !address.starts_with("tls://") {
            if trusts
                || self.tls_cert.is_some()
                || self.tls_name.is_some()
                || !self.tls_pin.is_empty()
            {
                return Err(Refusal::usage(format!("`{address}` has no TLS, which was asked for"))
                    .help("write `tls://host:port`, or leave out the options of TLS"));
            }
            return Ok(None);
        }
        if !trusts && self.tls_pin.is_empty() {
            return Err(Refusal::usage("whose certificates are trusted is not said").help(
                "name the authority of the server's with `--tls-ca FILE`, or its key with `--tls-pin PIN`, or take what this system trusts with `--tls-platform-roots`",
            ));
        }
        let mut config = ClientConfig::new();
        for file in &self.tls_ca {
            config = config.ca(file);
        }
        for file in &self.tls_crl {
            config = config.crl(file);
        }
        if self.tls_platform_roots {
            config = config.platform_roots();
        }
        for pin in &self.tls_pin {
            // Who calls once is not locked out by it.
            config = config.pin(pin.to_string()).allow_single_pin();
        }
        if !trusts {
            config = config.pin_only();
        }
        if let (Some(certificate), Some(key)) = (&self.tls_cert, &self.tls_key) {
            config = config.client_certificate(certificate, key);
        }
        if let Some(name) = &self.tls_name {
            config = config.server_name(name);
        }
        Ok(Some(config))
    }
}
