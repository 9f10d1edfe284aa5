//! What stands for TLS in a build without it: nothing that could ever be made.

use std::io;
use std::time::SystemTime;

use tokio::net::TcpStream;

use super::Stream;
use crate::error::Error;

/// The time of day in milliseconds since 1970.
pub(crate) type Clock = std::sync::Arc<dyn Fn() -> u64 + Send + Sync>;

/// TLS of a server.
#[derive(Clone, Debug)]
pub(crate) enum TlsServer {}

/// TLS of a client.
#[derive(Clone, Debug)]
pub(crate) enum TlsClient {}

/// What protects a connection that we make.
pub(super) enum Secures {}

impl TlsServer {
    #[expect(clippy::unused_async, reason = "it reads files where there is TLS")]
    pub(crate) async fn start(&self, _: Option<Clock>) -> Result<(), Error> {
        match *self {}
    }

    #[expect(clippy::unused_async, reason = "it looks at files where there is TLS")]
    pub(crate) async fn follow(&self) {
        match *self {}
    }

    pub(crate) fn look(&self) {
        match *self {}
    }

    pub(crate) fn expires(&self) -> Option<SystemTime> {
        match *self {}
    }

    pub(crate) fn failed_reloads(&self) -> u64 {
        match *self {}
    }

    pub(super) fn accept(&self, _: TcpStream) -> io::Result<Stream> {
        match *self {}
    }
}

impl TlsClient {
    pub(crate) fn set_clock(&self, _: Clock) {
        match *self {}
    }

    #[expect(clippy::unused_async, reason = "it reads files where there is TLS")]
    pub(super) async fn to(&self, _: &str) -> Result<Secures, Error> {
        match *self {}
    }
}

impl Secures {
    pub(super) fn secure(self, _: TcpStream) -> Stream {
        match self {}
    }
}
