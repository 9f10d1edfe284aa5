//! What is served, and who connects in good faith.

use std::time::{Duration, Instant};

use network_protocol as np;
use np::Limits;

#[np::protocol(package = "test::floods")]
pub(crate) enum Ping {
    #[np(reply = u32)]
    Next(u32),
}

pub(crate) struct Host;

impl PingHandler for Host {
    async fn next(&self, _: &np::Cx, number: u32) -> u32 {
        number + 1
    }
}

/// The server's key, which its clients know.
pub(crate) fn server_key() -> np::Keypair {
    np::Keypair::from_secret([7; 32]).unwrap()
}

pub(crate) fn client_key() -> np::Keypair {
    np::Keypair::from_secret([8; 32]).unwrap()
}

/// A server for which each address of this machine is a source.
pub(crate) fn builder(limits: Limits) -> np::ServerBuilder {
    np::server().identity(server_key()).limits(limits).exempt_loopback(false).add::<Ping, _>(Host)
}

/// Connects from 127.0.0.1.
pub(crate) async fn client(address: &str) -> Result<PingClient, np::Error> {
    let client = np::client().identity(client_key()).server_key(server_key().public());
    client.connect::<PingClient>(address).await
}

/// Connects and calls once. Says how long connecting took.
pub(crate) async fn visit(address: &str) -> Result<Duration, String> {
    let begin = Instant::now();
    let ping = client(address).await.map_err(|error| error.to_string())?;
    let took = begin.elapsed();
    match ping.next(1).await {
        Ok(2) => Ok(took),
        other => Err(format!("{other:?}")),
    }
}
