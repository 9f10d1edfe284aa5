//! JSON over HTTP: axum serves, hyper is the client. One call in flight goes by HTTP/1.1; more on
//! one connection by HTTP/2, which HTTP/1.1 cannot do.

use anyhow::{Result, ensure};
use axum::serve::ListenerExt;
use axum::{Json, Router, routing};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::{http1, http2};
use hyper::{Request, header};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde::{Deserialize, Serialize};
use tokio::net::{TcpListener, TcpStream};

use super::super::load::{self, Connection};
use super::Connect;

#[derive(Serialize, Deserialize)]
struct Message {
    body: String,
}

async fn echo(message: Json<Message>) -> Json<Message> {
    message
}

pub async fn serve(address: &str, listening: impl FnOnce(&str) -> Result<()>) -> Result<()> {
    let listener = TcpListener::bind(address).await?;
    listening(&listener.local_addr()?.to_string())?;
    let listener = listener.tap_io(|stream| {
        // It works without, only slower.
        let _ = stream.set_nodelay(true);
    });
    let router = Router::new().route("/echo", routing::post(echo));
    Ok(axum::serve(listener, router).await?)
}

pub struct Client {
    /// Whether a connection is for several calls at a time.
    pub shared: bool,
}

pub enum Http {
    One(http1::SendRequest<Full<Bytes>>),
    Two(http2::SendRequest<Full<Bytes>>),
}

impl Connect for Client {
    type Connection = Http;

    async fn connect(&self, address: &str) -> Result<Http> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let stream = TokioIo::new(stream);
        if self.shared {
            let (sender, connection) = http2::handshake(TokioExecutor::new(), stream).await?;
            tokio::spawn(connection);
            return Ok(Http::Two(sender));
        }
        let (sender, connection) = http1::handshake(stream).await?;
        tokio::spawn(connection);
        Ok(Http::One(sender))
    }
}

impl Connection for Http {
    async fn call(&mut self, body: &Bytes) -> Result<Bytes> {
        let message = Message { body: std::str::from_utf8(body)?.to_owned() };
        let request = Request::post("http://localhost/echo")
            .header(header::HOST, "localhost")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(serde_json::to_vec(&message)?.into()))?;
        let reply = match self {
            Self::One(sender) => {
                sender.ready().await?;
                sender.send_request(request).await?
            }
            Self::Two(sender) => {
                sender.ready().await?;
                sender.send_request(request).await?
            }
        };
        ensure!(reply.status().is_success(), "{}", reply.status());
        let reply = reply.into_body().collect().await?.to_bytes();
        let message: Message = serde_json::from_slice(&reply)?;
        Ok(message.body.into())
    }

    async fn echo(self, in_flight: usize, body: Bytes) -> Result<()> {
        match self {
            Self::One(_) => load::calls(self, body, true).await,
            Self::Two(sender) => {
                let callers: Vec<_> = (0..in_flight)
                    .map(|_| {
                        let caller = Self::Two(sender.clone());
                        tokio::spawn(load::calls(caller, body.clone(), false))
                    })
                    .collect();
                for caller in callers {
                    caller.await??;
                }
                Ok(())
            }
        }
    }
}
