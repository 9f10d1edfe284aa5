//! The names of earlier versions: what each of them does, by what comes of it.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails where it is wrong, and handlers read as users write them"
)]

mod clients;
mod handlers;
mod programs;
mod servers;
mod tls;
mod transports;

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;

use network_protocol::error;
use network_protocol::protocol::dispatcher::Dispatcher;
use network_protocol::service::client::{self, Client, ClientConfig};
use network_protocol::service::daemon::{self, Daemon};
use tokio::task::JoinHandle;

/// An address in memory that no other test has.
fn address(test: &str) -> String {
    format!("mem://facade-{test}")
}

/// An empty directory for one test.
fn directory(test: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("facade").join(test);
    if path.exists() {
        std::fs::remove_dir_all(&path).unwrap();
    }
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    // For keys too, which are for nobody else.
    DirBuilder::new().mode(0o700).create(&path).unwrap();
    path
}

type Run = JoinHandle<error::Result<()>>;

/// Runs a server until it listens.
async fn run(daemon: &Daemon) -> Run {
    let running = daemon.clone();
    let run = tokio::spawn(async move { running.run().await });
    daemon.listening().await.unwrap();
    run
}

/// A server in memory with these handlers, and a client of it.
async fn served(test: &str, dispatcher: &Dispatcher) -> (Daemon, Run, Client) {
    let daemon = daemon::new(&address(test), dispatcher.clone());
    let run = run(&daemon).await;
    let client = client::connect(&address(test)).await.unwrap();
    (daemon, run, client)
}

/// The configuration of a client that does not reconnect.
fn once(address: &str) -> ClientConfig {
    ClientConfig { address: address.to_owned(), auto_reconnect: false, ..Default::default() }
}
