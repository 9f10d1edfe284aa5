//! What carries a protocol: its encoding, frames, encrypted channel and sessions, and the shell
//! that drives them over a transport.
//!
//! The rows below each other, a module using only those below its own and plain data:
//!
//! | row | modules | |
//! |---|---|---|
//! | 7 | `testing` | what tests of protocols need |
//! | 6 | `client`, `server` | handles and policies |
//! | 5 | `setup`; `dispatcher`, `tower` | what their builders share: options to security, trust on first use; handlers of closures and with layers |
//! | 4 | `driver`; `connection`, `caller`, `call`, `channel`, `cx`, `peer`, `serve` | the only loop, the only clock; what user code holds of it |
//! | 3 | `transport`; `identity`; `measure` | byte streams; key files and lists of keys; numbers for a recorder of metrics |
//! | 2 | [`session`] | one state machine per connection |
//! | 1 | [`frame`], [`protocol`], [`raw`], `json` | headers and decoder; what generated code says, and what is said where there is none; values to JSON |
//! | 0 | [`wire`], [`noise`], [`compress`], [`fingerprint`] | values to bytes and back; handshake and keys; bodies made smaller; identity |
//! | – | [`error`], [`limits`], [`metadata`], [`schema`], [`types`] | plain data |
//!
//! Rows 0 to 2 never do IO, read no clock, spawn nothing, and draw randomness only from a source
//! that is passed in. Rows 3 to 6 need the feature `net`.

#[doc(hidden)]
pub mod __private;
mod buffers;
#[cfg(feature = "net")]
pub mod call;
#[cfg(feature = "net")]
pub mod caller;
#[cfg(feature = "net")]
pub mod channel;
#[cfg(feature = "net")]
pub mod client;
pub mod compress;
#[cfg(feature = "net")]
pub mod connection;
#[cfg(feature = "net")]
pub mod cx;
#[cfg(feature = "net")]
pub mod dispatcher;
#[cfg(feature = "net")]
mod driver;
pub mod error;
pub mod fingerprint;
pub mod frame;
#[cfg(feature = "net")]
pub mod identity;
#[cfg(feature = "serde")]
pub mod json;
pub mod limits;
#[cfg(feature = "net")]
mod measure;
pub mod metadata;
pub mod noise;
#[cfg(feature = "net")]
pub mod peer;
pub mod protocol;
pub mod raw;
#[cfg(feature = "reflect")]
pub mod reflect;
pub mod schema;
#[cfg(feature = "net")]
pub mod serve;
#[cfg(feature = "net")]
pub mod server;
pub mod session;
#[cfg(feature = "net")]
mod setup;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(feature = "tower")]
pub mod tower;
#[cfg(feature = "net")]
mod transport;
pub mod types;
pub mod wire;

#[cfg(feature = "net")]
pub use driver::TimeSource;
#[cfg(feature = "_tls")]
pub use transport::tls;
#[cfg(feature = "net")]
pub use transport::{
    Address, AddressError, Arrival, ByteStream, Listen, LocalPeer, LocalUsers, PeerCertificate,
    TlsChannel,
};

pub use bytes::Bytes;
pub use types::{Secret, Stream, StreamSender, Timestamp, Uuid};
pub use wire::RawVariant;
