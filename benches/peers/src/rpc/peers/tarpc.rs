//! tarpc over TCP with bincode.

use anyhow::Result;
use bytes::Bytes;
use futures::StreamExt;
use tarpc::server::{BaseChannel, Channel};
use tarpc::tokio_serde::formats::Bincode;
use tarpc::tokio_util::codec::LengthDelimitedCodec;
use tarpc::{client, context, serde_transport};
use tokio::net::{TcpListener, TcpStream};

use super::super::load::{self, Connection};
use super::Connect;

#[tarpc::service]
pub trait Echo {
    async fn echo(body: Bytes) -> Bytes;
}

#[derive(Clone)]
struct Back;

impl Echo for Back {
    async fn echo(self, _: context::Context, body: Bytes) -> Bytes {
        body
    }
}

pub async fn serve(address: &str, listening: impl FnOnce(&str) -> Result<()>) -> Result<()> {
    let listener = TcpListener::bind(address).await?;
    listening(&listener.local_addr()?.to_string())?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let framed = LengthDelimitedCodec::builder().new_framed(stream);
        let channel = BaseChannel::with_defaults(serde_transport::new(framed, Bincode::default()));
        tokio::spawn(channel.execute(Back.serve()).for_each(|answer| async {
            tokio::spawn(answer);
        }));
    }
}

pub struct Client;

impl Connect for Client {
    type Connection = EchoClient;

    async fn connect(&self, address: &str) -> Result<EchoClient> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let framed = LengthDelimitedCodec::builder().new_framed(stream);
        let transport = serde_transport::new(framed, Bincode::default());
        // As many as the largest case has in flight.
        let mut config = client::Config::default();
        config.max_in_flight_requests = 1_000;
        config.pending_request_buffer = 1_000;
        Ok(EchoClient::new(config, transport).spawn())
    }
}

impl Connection for EchoClient {
    async fn call(&mut self, body: &Bytes) -> Result<Bytes> {
        Ok(Self::echo(self, context::current(), body.clone()).await?)
    }

    async fn echo(self, in_flight: usize, body: Bytes) -> Result<()> {
        load::share!(self, in_flight, body)
    }
}
