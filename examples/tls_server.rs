//! A server of built-in messages over TLS, for clients with certificates. It is that of the README of earlier versions, but for
//! its files and its log: `cargo run -p npctl -- cert dev --dir certs` makes certificates, and
//! `cargo run --example tls_server -- 127.0.0.1:9443 certs` serves with them.

use network_protocol::error::Result;
use network_protocol::service::tls_daemon::TlsConfig;
use network_protocol::utils::logging;

#[tokio::main]
async fn main() -> Result<()> {
    logging::init_logging(Some("info"), None)?;
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().unwrap_or("127.0.0.1:9443".to_string());
    let directory = arguments.next().unwrap_or("certs".to_string());

    // Generate or load certificates
    let cert_config = TlsConfig {
        cert_path: &format!("{directory}/dev-server.crt"),
        key_path: &format!("{directory}/dev-server.key"),
        ca_path: Some(&format!("{directory}/dev-ca.crt")), // For mTLS
        verify_client: true,                               // Enable mTLS
    };

    // Start TLS server
    network_protocol::service::tls_daemon::start(&address, cert_config).await?;
    Ok(())
}
