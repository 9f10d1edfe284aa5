//! gRPC by tonic, with the messages as prost derives them and the rest as tonic generates it from
//! `build.rs`, which needs no `protoc`.

use std::pin::Pin;

use anyhow::{Result, ensure};
use bytes::Bytes;
use futures::{Stream, stream};
use tokio::net::TcpListener;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Endpoint, Server};
use tonic::{Request, Response, Status};

use super::super::load::{self, Connection};
use super::Connect;

use self::generated::echo_client::EchoClient;
use self::generated::echo_server::{Echo, EchoServer};

mod generated {
    tonic::include_proto!("peers.Echo");
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Body {
    #[prost(bytes = "bytes", tag = "1")]
    body: Bytes,
}

struct Back;

#[tonic::async_trait]
impl Echo for Back {
    async fn echo(&self, request: Request<Body>) -> Result<Response<Body>, Status> {
        Ok(Response::new(request.into_inner()))
    }

    type ItemsStream = Pin<Box<dyn Stream<Item = Result<Body, Status>> + Send>>;

    async fn items(&self, request: Request<Body>) -> Result<Response<Self::ItemsStream>, Status> {
        let item = request.into_inner();
        Ok(Response::new(Box::pin(stream::repeat_with(move || Ok(item.clone())))))
    }
}

pub async fn serve(address: &str, listening: impl FnOnce(&str) -> Result<()>) -> Result<()> {
    let listener = TcpListener::bind(address).await?;
    listening(&listener.local_addr()?.to_string())?;
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    let server = Server::builder().add_service(EchoServer::new(Back));
    Ok(server.serve_with_incoming(incoming).await?)
}

pub struct Client;

impl Connect for Client {
    type Connection = EchoClient<Channel>;

    async fn connect(&self, address: &str) -> Result<Self::Connection> {
        let endpoint = Endpoint::from_shared(format!("http://{address}"))?.tcp_nodelay(true);
        Ok(EchoClient::new(endpoint.connect().await?))
    }
}

impl Connection for EchoClient<Channel> {
    async fn call(&mut self, body: &Bytes) -> Result<Bytes> {
        let reply = Self::echo(self, Body { body: body.clone() }).await?;
        Ok(reply.into_inner().body)
    }

    async fn echo(self, in_flight: usize, body: Bytes) -> Result<()> {
        load::share!(self, in_flight, body)
    }

    async fn items(mut self, bytes: usize) -> Result<()> {
        let body = vec![b'i'; bytes].into();
        let mut items = Self::items(&mut self, Body { body }).await?.into_inner();
        while let Some(item) = items.message().await? {
            ensure!(item.body.len() == bytes, "another item came");
            load::count(1);
        }
        Ok(())
    }
}
