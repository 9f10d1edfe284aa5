//! The way from a generated client to its connection.

use crate::call::{Answer, Call, Notify};
use crate::channel::Channel;
use crate::connection::Connection;
use crate::schema::ProtocolSchema;
use crate::wire::{AppError, Root};

/// One protocol on one connection, for calling. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Caller {
    connection: Connection,
    schema: &'static ProtocolSchema,
    /// `None` if the peer does not have the protocol.
    protocol: Option<u8>,
    /// What gives each call its connection, and the name of the protocol there.
    route: Option<(Channel, &'static str)>,
}

impl Caller {
    pub(crate) fn new(
        connection: Connection,
        schema: &'static ProtocolSchema,
        protocol: Option<u8>,
    ) -> Self {
        Self { connection, schema, protocol, route: None }
    }

    /// A caller whose calls go over whichever connection of a channel there is.
    pub(crate) fn routed(
        channel: Channel,
        schema: &'static ProtocolSchema,
        name: &'static str,
    ) -> Self {
        let connection = channel.none().clone();
        Self { connection, schema, protocol: None, route: Some((channel, name)) }
    }

    /// A call of message `number`. Nothing happens until it is awaited.
    pub fn call<M: Root, T: Answer, E: AppError>(&self, number: u16, message: M) -> Call<M, T, E> {
        Call::new(self.clone(), number, message)
    }

    /// The one-way message `number`. Nothing happens until it is awaited.
    pub fn notify<M: Root>(&self, number: u16, message: M) -> Notify<M> {
        Notify::new(self.clone(), number, message)
    }

    /// The connection that a call goes over that is made now. On a [channel](Self::channel) the next
    /// call may have another one; while there is none, this is one that is closed.
    #[must_use]
    pub fn connection(&self) -> Connection {
        match &self.route {
            Some((channel, _)) => channel.current(),
            None => self.connection.clone(),
        }
    }

    /// The connection of this attempt; of a caller on a channel that has none yet, one that is
    /// closed.
    pub(crate) const fn bound(&self) -> &Connection {
        &self.connection
    }

    /// The channel that the calls go over, if this is one that reconnects.
    #[must_use]
    pub fn channel(&self) -> Option<&Channel> {
        self.route.as_ref().map(|(channel, _)| channel)
    }

    /// The next call goes over this connection.
    pub(crate) fn bind(&mut self, connection: Connection) {
        self.protocol =
            self.route.as_ref().and_then(|(_, name)| connection.shared().protocol(name));
        self.connection = connection;
    }

    pub(crate) const fn schema(&self) -> &'static ProtocolSchema {
        self.schema
    }

    pub(crate) fn protocol(&self) -> Option<u8> {
        self.protocol
    }
}
