//! A client of built-in messages over TLS. It is that of the README of earlier versions, but for its files and its log:
//! `cargo run --example tls_client -- 127.0.0.1:9443 certs`, see `tls_server`.

use network_protocol::error::Result;
use network_protocol::protocol::message::Message;
use network_protocol::service::client::{self, TlsClientConfig};
use network_protocol::utils::logging;
use tracing::info;

#[tokio::main]
async fn main() -> Result<()> {
    logging::init_logging(Some("info"), None)?;
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().unwrap_or("127.0.0.1:9443".to_string());
    let directory = arguments.next().unwrap_or("certs".to_string());

    // Configure TLS client
    let tls_config = TlsClientConfig {
        cert_path: Some(&format!("{directory}/dev-client.crt")), // For mTLS
        key_path: Some(&format!("{directory}/dev-client.key")),  // For mTLS
        ca_path: Some(&format!("{directory}/dev-ca.crt")),       // Server verification
        server_name: "localhost",                                // SNI
    };

    // Connect with TLS
    let mut conn = client::connect_tls(&address, tls_config).await?;

    info!("Connected securely to TLS server");

    // Communicate securely
    conn.send(Message::Echo("secure message".into())).await?;
    let reply = conn.receive().await?;

    info!(response = ?reply, "Received secure response");

    // Close connection properly
    conn.close().await
}
