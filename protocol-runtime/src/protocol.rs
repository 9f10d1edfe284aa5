//! What generated code says about a protocol, and how the runtime calls it.

use bytes::Bytes;

use crate::fingerprint::Fingerprint;
use crate::schema::ProtocolSchema;
use crate::wire::{DecodeError, DecodeOptions, EncodeError, Slot, Wire};

/// The number of the message *Describe*, which every protocol has: it has no content, and is answered
/// with the canonical text of the protocol by peers that are built with the feature `reflect`.
pub const DESCRIBE: u16 = 0;

/// The name of the protocol that servers have beside their own if they are built with the feature
/// `reflect`: it tells the names of those to whoever was let in and knows none.
pub const LISTING: &str = "np::Protocols";

/// The number of its one message: without content, answered with the names, a `Vec<String>`.
pub const LIST: u16 = 1;

/// A protocol: the enum of its messages.
///
/// Implemented by `#[protocol]` and by `npgen`. A value is one message with its content, for code
/// that passes messages on without asking which one it is.
pub trait Protocol: Sized + Send + 'static {
    /// `package::Name`, or `Name` where there is no package; at most 64 bytes.
    const NAME: &'static str;
    /// This side's version.
    const VERSION: u32;
    /// The oldest version of a peer that is still served.
    const MIN_VERSION: u32;

    /// The protocol as data.
    fn schema() -> &'static ProtocolSchema;

    /// The identity of the wire form; computed once.
    fn fingerprint() -> Fingerprint;

    /// The protocol as canonical `.np` text.
    #[cfg(feature = "reflect")]
    #[must_use]
    fn to_np() -> String {
        crate::reflect::text(&[Self::schema()])
    }

    /// The wire number of this message.
    fn number(&self) -> u16;

    /// Appends the content of this message.
    ///
    /// # Errors
    ///
    /// [`EncodeError`], when the content is too large to encode; `out` is then as it was.
    fn encode(self, out: &mut Vec<u8>) -> Result<(), EncodeError>;

    /// Reads the content of message `number`; `None` for a number this side does not know.
    ///
    /// # Errors
    ///
    /// [`DecodeError`], for bytes that are no such message.
    fn decode(
        number: u16,
        body: &Bytes,
        options: &DecodeOptions,
    ) -> Result<Option<Self>, DecodeError>;
}

/// A default as the block bytes of its type, which the fingerprint covers; a `bool` is one byte.
#[must_use]
pub fn default_block<T: Wire>(value: &T) -> Vec<u8> {
    let mut block = vec![0; T::BLOCK.max(T::BITS.min(1))];
    value.encode_block(&mut block, Slot::START);
    block
}

/// Marks which end of a connection runs a handler.
pub mod side {
    /// The end that listens.
    #[derive(Clone, Copy, Debug)]
    pub enum Server {}
    /// The end that connects.
    #[derive(Clone, Copy, Debug)]
    pub enum Client {}
}
