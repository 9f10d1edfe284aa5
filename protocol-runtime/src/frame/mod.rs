//! What stands between bytes and calls: the preface, the units of the handshake, and frames.
//!
//! Everything here looks at a length while it holds only the header, and compares it with a limit
//! before it waits for what the length announces. It never allocates by a length that a peer
//! announced, and it keeps no state about calls.

/// The bodies that the connection itself reads and writes, generated from `control.np`.
#[expect(clippy::allow_attributes, clippy::allow_attributes_without_reason, reason = "generated")]
#[rustfmt::skip]
pub mod control;
pub mod decoder;
pub mod header;
pub mod id;
pub mod preface;
pub mod reason;
pub mod unit;

/// The first bytes of `bytes`, if there are so many.
pub(crate) fn prefix<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.first_chunk::<N>().copied()
}
