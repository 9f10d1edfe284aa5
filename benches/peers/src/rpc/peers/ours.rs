//! This project, as programs write it: a protocol, a handler, and a client that callers share.

use anyhow::{Result, ensure};
use network_protocol as np;
use np::limits::Limits;
use np::{Bytes, Cx, Keypair, Stream};

use super::super::load::{self, Connection};
use super::super::subject::Peer;
use super::Connect;

#[np::protocol(package = "peers")]
pub enum Echo {
    #[np(reply = Bytes)]
    Echo(Bytes),
    /// The same again and again.
    #[np(reply = Stream<Bytes>)]
    Items(Bytes),
}

struct Back;

impl EchoHandler for Back {
    async fn echo(&self, _: &Cx, body: Bytes) -> Bytes {
        body
    }

    async fn items(&self, _: &Cx, item: Bytes) -> Stream<Bytes> {
        Stream::from_iter(std::iter::repeat(item))
    }
}

/// As they are by default, but for what a case asks for: 256 calls in flight on a connection.
fn limits() -> Result<Limits> {
    Ok(Limits::default().with_calls_in_flight(256)?)
}

/// The keys of both ends, which a server started anew has to have, too.
fn keys() -> Result<(Keypair, Keypair)> {
    Ok((Keypair::from_secret([7; 32])?, Keypair::from_secret([9; 32])?))
}

pub async fn serve(
    peer: Peer,
    address: &str,
    listening: impl FnOnce(&str) -> Result<()>,
) -> Result<()> {
    let server = np::server().limits(limits()?).add::<Echo, _>(Back);
    let server =
        if peer == Peer::OursNoise { server.identity(keys()?.0) } else { server.insecure_plain() };
    let server = server.listen(&format!("tcp://{address}")).await?;
    listening(server.address().trim_start_matches("tcp://"))?;
    server.closed().await;
    Ok(())
}

pub struct Client {
    keys: Option<(np::PublicKey, Keypair)>,
}

impl Client {
    pub fn new(peer: Peer) -> Result<Self> {
        let (server, own) = keys()?;
        Ok(Self { keys: (peer == Peer::OursNoise).then(|| (server.public(), own)) })
    }
}

impl Connect for Client {
    type Connection = EchoClient;

    async fn connect(&self, address: &str) -> Result<EchoClient> {
        let client = np::client().limits(limits()?);
        let client = match &self.keys {
            Some((server, own)) => client.identity(own.clone()).server_key(*server),
            None => client.insecure_plain(),
        };
        Ok(client.connect::<EchoClient>(&format!("tcp://{address}")).await?)
    }
}

impl Connection for EchoClient {
    async fn call(&mut self, body: &Bytes) -> Result<Bytes> {
        Ok(Self::echo(self, body.clone()).await?)
    }

    async fn echo(self, in_flight: usize, body: Bytes) -> Result<()> {
        load::share!(self, in_flight, body)
    }

    async fn items(self, bytes: usize) -> Result<()> {
        let mut items = Self::items(&self, vec![b'i'; bytes].into()).await?;
        while let Some(item) = items.next().await {
            ensure!(item?.len() == bytes, "another item came");
            load::count(1);
        }
        Ok(())
    }
}
