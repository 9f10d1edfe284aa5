//! A server of built-in messages, until Ctrl+C. It is that of the README of earlier versions, but for the address, which
//! can be given: `cargo run --example tcp_server -- 127.0.0.1:9000`, and `tcp_client` in another terminal.
#![expect(clippy::expect_used, reason = "a program that cannot log says so and ends")]

use network_protocol::error::Result;
use network_protocol::protocol::dispatcher::Dispatcher;
use network_protocol::service::daemon::{self, ServerConfig};
use network_protocol::utils::logging;
use std::sync::Arc;
use std::time::Duration;
use tracing::info;

#[tokio::main]
async fn main() -> Result<()> {
    // Initialize structured logging
    logging::init_logging(Some("info"), None).expect("Failed to initialize logging");

    // Create a dispatcher
    let dispatcher = Arc::new(Dispatcher::default());

    // Register message handlers
    dispatcher.register("ECHO", |msg| {
        info!(message_type = "ECHO", "Processing echo request");
        Ok(msg.clone())
    });

    // Option 1: Load configuration from file
    // let config = NetworkConfig::from_file("config.toml")?.server;

    // Option 2: Load configuration from environment variables
    // let config = NetworkConfig::from_env()?.server;

    // Option 3: Configure server with custom settings
    let config = ServerConfig {
        address: std::env::args().nth(1).unwrap_or("127.0.0.1:9000".to_string()),
        backpressure_limit: 100, // Limit pending messages
        connection_timeout: Duration::from_secs(30),
        heartbeat_interval: Duration::from_secs(15),
        shutdown_timeout: Duration::from_secs(10),
        max_connections: 1000,
    };
    info!("Server starting on {}", config.address);

    // Start server with configuration
    let server = daemon::new_with_config(config, dispatcher);

    // Handle Ctrl+C for graceful shutdown
    let handle = server.clone();
    tokio::spawn(async move {
        tokio::signal::ctrl_c().await.expect("Failed to listen for ctrl+c");
        info!("Initiating graceful shutdown...");
        handle.shutdown(Some(Duration::from_secs(10))).await;
    });

    // Run server until stopped
    server.run().await
}
