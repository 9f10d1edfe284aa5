//! The way from a generated client to its connection.

use crate::call::{Answer, Call, Notify};
use crate::connection::Connection;
use crate::wire::{AppError, Root};

/// One protocol on one connection, for calling. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Caller {
    connection: Connection,
    /// `None` if the peer does not have the protocol.
    protocol: Option<u8>,
}

impl Caller {
    pub(crate) fn new(connection: Connection, protocol: Option<u8>) -> Self {
        Self { connection, protocol }
    }

    /// A call of message `number`. Nothing happens until it is awaited.
    pub fn call<M: Root, T: Answer, E: AppError>(&self, number: u16, message: M) -> Call<M, T, E> {
        Call::new(self.clone(), number, message)
    }

    /// The one-way message `number`. Nothing happens until it is awaited.
    pub fn notify<M: Root>(&self, number: u16, message: M) -> Notify<M> {
        Notify::new(self.clone(), number, message)
    }

    /// The connection that the calls go over.
    #[must_use]
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    pub(crate) fn protocol(&self) -> Option<u8> {
        self.protocol
    }
}
