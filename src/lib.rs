#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

#[doc(hidden)]
pub use protocol_runtime::__private;

// Declaring a protocol.
pub use protocol_macros::{Wire, include_schema, protocol, schema};
pub use protocol_runtime::types::{Secret, Stream, StreamSender, Timestamp, Uuid};
pub use protocol_runtime::wire::{DecodeError, EncodeError, Root, Wire};
pub use protocol_runtime::{Bytes, RawVariant, flags};

// Serving and calling.
pub use protocol_runtime::TimeSource;
pub use protocol_runtime::call::{Answer, Call, CallError, Notify};
pub use protocol_runtime::caller::Caller;
pub use protocol_runtime::client::{
    Channel, ClientBuilder, ClientState, Reconnect, Retry, SchemaCheck, States,
};
pub use protocol_runtime::connection::{Connection, ConnectionStats, Security};
pub use protocol_runtime::cx::Cx;
pub use protocol_runtime::dispatcher::{Dispatcher, RegisterError};
pub use protocol_runtime::error::{CloseReason, Error, Fault};
pub use protocol_runtime::limits::Limits;
pub use protocol_runtime::metadata::{MetaKey, Metadata};
pub use protocol_runtime::noise::{Keypair, OsRandom, PresharedKey, PublicKey, SuiteChoice};
pub use protocol_runtime::peer::{Authorizer, Decision, Identity, Peer};
pub use protocol_runtime::protocol::{Protocol, side};
pub use protocol_runtime::serve::{Client, Serve};
pub use protocol_runtime::server::{
    ConnectionState, Ended, Monitor, Phase, Server, ServerBuilder, ServerState, ServerStats, Signal,
};
pub use protocol_runtime::session::{ClockPolicy, CompressionOffer, MessageMemory};
#[cfg(any(feature = "tls", feature = "tls-ring"))]
#[doc(inline)]
pub use protocol_runtime::tls;
pub use protocol_runtime::{Arrival, ByteStream, Listen, LocalPeer, LocalUsers};
pub use protocol_runtime::{PeerCertificate, TlsChannel};

#[cfg(feature = "admin")]
pub mod admin;
#[cfg(feature = "config")]
pub mod config;
pub mod error;
#[cfg(feature = "logging")]
pub mod logging;
#[cfg(feature = "service")]
pub mod protocol;
#[cfg(feature = "service")]
pub mod service;
pub mod transport;
#[cfg(feature = "logging")]
pub mod utils;

/// Tests of your protocol: clients over handlers without a socket, pairs of sessions with a clock
/// that is moved by hand, streams with faults.
#[cfg(feature = "testing")]
pub use protocol_runtime::testing;
#[cfg(feature = "tower")]
#[doc(inline)]
pub use protocol_runtime::tower;

/// Protocols as canonical `.np` text, and tests that hold them to it.
#[cfg(feature = "reflect")]
pub mod reflect {
    pub use protocol_runtime::reflect::{Change, Difference, Effect, compare, text};

    /// The canonical text of a protocol.
    #[must_use]
    pub fn to_np<P: crate::Protocol>() -> String {
        P::to_np()
    }
}
#[cfg(feature = "reflect")]
pub use protocol_runtime::assert_schema;

// The layers, for those who want one without the others.
#[cfg(feature = "serde")]
#[doc(inline)]
pub use protocol_runtime::json;
#[doc(inline)]
pub use protocol_runtime::{
    compress, fingerprint, frame, identity, limits, metadata, noise, raw, schema, session, wire,
};

/// What things of this library return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Serves one protocol, with the identity of this user and whoever has a key as a client:
/// [`server`] has the options.
///
/// # Errors
///
/// Those of [`ServerBuilder::listen`].
pub async fn serve<P, H>(address: &str, handler: H) -> Result<Server>
where
    P: Serve<H, side::Server>,
    H: Send + Sync + 'static,
{
    server().add::<P, H>(handler).listen(address).await
}

/// Connects to a server, with the identity of this user; the key of the server is written down at
/// the first contact, and no other taken from then on. [`client`] has the options.
///
/// # Errors
///
/// Those of [`ClientBuilder::connect`].
pub async fn connect<C: Client>(address: &str) -> Result<C> {
    client().connect(address).await
}

/// Starts to describe a server.
pub fn server() -> ServerBuilder {
    ServerBuilder::new()
}

/// Starts to describe a client.
pub fn client() -> ClientBuilder {
    ClientBuilder::new()
}
