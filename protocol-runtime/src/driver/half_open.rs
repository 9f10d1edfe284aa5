//! What a driver tells its server about a handshake under way.

use std::time::Instant;

/// A handshake, as the server counts it. That it failed shows in the end of the connection, so that
/// not even a panic can keep its place.
pub(crate) trait HalfOpen: Send {
    /// The peer was let in.
    fn opened(&self);

    /// Whether the log may say that a peer was not let in: how many were left out before it.
    fn note(&self, now: Instant) -> Option<u64>;
}
