//! A client and the handler it calls, in one process and without a socket.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::client::ClientBuilder;
use crate::connection::Connection;
use crate::driver;
use crate::error::Error;
use crate::protocol::side;
use crate::serve::{Client, Serve};
use crate::server::ServerBuilder;

/// Each handler is a server with a name of its own.
static NAMES: AtomicU64 = AtomicU64::new(1);

/// A client of `handler`: what it calls goes through the encoding, the frames and the limits of a real
/// connection, in memory. The handler is dropped when the connection is over.
///
/// ```ignore
/// let logs: LogsClient = np::testing::client(Counter::default()).await?;
/// assert_eq!(logs.ship(batch).await?.lines, 3);
/// ```
///
/// # Errors
///
/// As [`ClientBuilder::connect`], which in memory means that something is wrong with the protocol.
pub async fn client<C, H>(handler: H) -> Result<C, Error>
where
    C: Client,
    C::Protocol: Serve<H, side::Server>,
    H: Send + Sync + 'static,
{
    connect(handler, ClientBuilder::new()).await
}

/// The same, with a handler for what the server calls and sends by itself.
///
/// ```ignore
/// let chat: ChatClient = np::testing::client_with(Room::default(), Ears::default()).await?;
/// ```
///
/// # Errors
///
/// Those of [`client`].
pub async fn client_with<C, H, E>(handler: H, events: E) -> Result<C, Error>
where
    C: Client,
    C::Protocol: Serve<H, side::Server> + Serve<E, side::Client>,
    H: Send + Sync + 'static,
    E: Send + Sync + 'static,
{
    connect(handler, ClientBuilder::new().on::<C::Protocol, E>(events)).await
}

/// One server for one connection, which ends with it.
async fn connect<C, H>(handler: H, client: ClientBuilder) -> Result<C, Error>
where
    C: Client,
    C::Protocol: Serve<H, side::Server>,
    H: Send + Sync + 'static,
{
    let name = format!("mem://np-testing-{}", NAMES.fetch_add(1, Ordering::Relaxed));
    let server = ServerBuilder::new().add::<C::Protocol, H>(handler).listen(&name).await?;
    let client: C = client.connect(&name).await?;
    // A handle that keeps nothing open.
    let watched = Connection::new(client.connection().shared().clone(), false);
    driver::spawn(async move {
        watched.closed().await;
        drop(server);
    });
    Ok(client)
}
