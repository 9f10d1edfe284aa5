//! This project as it was published before, `network-protocol` 0.9.9: always encrypted, and a client
//! that sends and receives but has no callers.

use std::collections::VecDeque;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};
use bytes::Bytes;
use earlier::protocol::message::Message;
use earlier::service::client::Client as Session;
use earlier::service::daemon;

use super::super::load::{self, Connection};
use super::Connect;

pub async fn serve(address: &str, listening: impl FnOnce(&str) -> Result<()>) -> Result<()> {
    // It does not say where it listens, so a free port is looked for before.
    let address = TcpListener::bind(address)?.local_addr()?.to_string();
    let serving = address.clone();
    let server = tokio::spawn(async move { daemon::start(&serving).await });
    while std::net::TcpStream::connect(&address).is_err() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    listening(&address)?;
    server.await?.map_err(|error| anyhow!("{error}"))
}

pub struct Client;

pub struct Earlier(Session);

impl Connect for Client {
    type Connection = Earlier;

    async fn connect(&self, address: &str) -> Result<Earlier> {
        let session = Session::connect(address).await;
        session.map(Earlier).map_err(|error| anyhow!("{error}"))
    }
}

impl Earlier {
    async fn send(&mut self, body: &[u8]) -> Result<()> {
        let message = Message::Echo(str::from_utf8(body)?.to_owned());
        self.0.send(message).await.map_err(|error| anyhow!("{error}"))
    }

    async fn receive(&mut self) -> Result<Bytes> {
        loop {
            match self.0.recv().await.map_err(|error| anyhow!("{error}"))? {
                Message::Echo(text) => return Ok(text.into()),
                Message::Ping => {}
                other => bail!("{other:?} came"),
            }
        }
    }
}

impl Connection for Earlier {
    async fn call(&mut self, body: &Bytes) -> Result<Bytes> {
        self.send(body).await?;
        self.receive().await
    }

    async fn echo(mut self, in_flight: usize, body: Bytes) -> Result<()> {
        let mut started = VecDeque::new();
        loop {
            while started.len() < in_flight {
                started.push_back(Instant::now());
                self.send(&body).await?;
            }
            let echo = self.receive().await?;
            load::check(&body, &echo)?;
            load::count(1);
            started.pop_front().map(load::time);
        }
    }
}
