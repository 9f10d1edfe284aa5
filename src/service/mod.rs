//! Servers and clients of the [messages](crate::protocol::message) that are built in, by the names of
//! earlier versions.
//!
//! They are the servers and clients of the runtime, configured as [`config`](crate::config) says, and
//! nothing besides: a program that declares a protocol of its own does without them.

pub mod client;
pub mod daemon;
#[cfg(any(feature = "tls", feature = "tls-ring"))]
pub mod tls_daemon;
