//! Cap'n Proto by capnp-rpc. What its schema compiler generates is committed beside the schema, so
//! that a build does not need it.

use std::rc::Rc;

use anyhow::Result;
use bytes::Bytes;
use capnp_rpc::rpc_twoparty_capnp::Side;
use capnp_rpc::{RpcSystem, twoparty};
use futures::AsyncReadExt;
use futures::io::{BufReader, BufWriter};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, spawn_local};
use tokio_util::compat::TokioAsyncReadCompatExt;

use super::super::load::{self, Connection};
use super::Connect;
use crate::echo_capnp::echo;

struct Back;

impl echo::Server for Back {
    async fn echo(
        self: Rc<Self>,
        request: echo::EchoParams,
        mut reply: echo::EchoResults,
    ) -> Result<(), capnp::Error> {
        reply.get().set_body(request.get()?.get_body()?);
        Ok(())
    }
}

fn network(stream: TcpStream, side: Side) -> Box<impl capnp_rpc::VatNetwork<Side>> {
    let (reader, writer) = stream.compat().split();
    let (reader, writer) = (BufReader::new(reader), BufWriter::new(writer));
    Box::new(twoparty::VatNetwork::new(reader, writer, side, Default::default()))
}

pub async fn serve(address: &str, listening: impl FnOnce(&str) -> Result<()>) -> Result<()> {
    let listener = TcpListener::bind(address).await?;
    listening(&listener.local_addr()?.to_string())?;
    let client: echo::Client = capnp_rpc::new_client(Back);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let network = network(stream, Side::Server);
        spawn_local(RpcSystem::new(network, Some(client.clone().client)));
    }
}

pub struct Client;

#[derive(Clone)]
pub struct Caller {
    client: echo::Client,
    _system: Rc<System>,
}

/// Ends the connection with the last caller.
struct System(AbortHandle);

impl Drop for System {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Connect for Client {
    type Connection = Caller;

    async fn connect(&self, address: &str) -> Result<Caller> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let mut system = RpcSystem::new(network(stream, Side::Client), None);
        let client = system.bootstrap(Side::Server);
        let system = Rc::new(System(spawn_local(system).abort_handle()));
        Ok(Caller { client, _system: system })
    }
}

impl Connection for Caller {
    async fn call(&mut self, body: &Bytes) -> Result<Bytes> {
        let mut request = self.client.echo_request();
        request.get().set_body(body);
        let reply = request.send().promise.await?;
        Ok(Bytes::copy_from_slice(reply.get()?.get_body()?))
    }

    async fn echo(self, in_flight: usize, body: Bytes) -> Result<()> {
        load::share!(self, in_flight, body, spawn_local)
    }
}
