//! What can go wrong in the secure channel, and whose fault it is.

use super::keys::PublicKey;
use super::random::RandomError;

/// Why a handshake or a record was refused.
///
/// Every error ends the handshake or the direction it came from; nothing can be tried again on the
/// same keys. None of them says which secret was wrong, because the peer's bytes cannot tell.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoiseError {
    /// Bytes from the peer do not authenticate: changed, dropped, duplicated, reordered, replayed
    /// or reflected on the way, or made with another key, pre-shared key or prologue.
    #[error("the peer's bytes do not authenticate")]
    Authentication,
    /// The peer's key is a point of low order, with which every secret would come out as zero.
    #[error("the peer's public key is of low order")]
    BadPeerKey,
    /// The peer proved to hold another key than the pinned one. Either its key was changed, or
    /// somebody stands between; nothing it sent has been delivered.
    #[error(
        "the peer holds the key {presented}, not the pinned key {expected}; if its key was changed \
         on purpose, pin the new one, otherwise somebody stands between"
    )]
    PeerKeyMismatch {
        /// The pinned key.
        expected: PublicKey,
        /// The key whose possession the peer proved.
        presented: PublicKey,
    },
    /// The peer's handshake message ends before the keys it must carry.
    #[error("the handshake message is cut short")]
    MessageTruncated,
    /// The peer's handshake message is longer than the specification allows.
    #[error("a handshake message of {len} bytes exceeds the limit of {max}")]
    MessageTooLarge {
        /// Its length.
        len: usize,
        /// The limit, [`MESSAGE_MAX`](super::MESSAGE_MAX).
        max: usize,
    },
    /// The peer's record is shorter than the shortest or longer than the agreed record.
    #[error("a record of {len} bytes is not between {min} and {max}")]
    RecordLength {
        /// Its length, without the two bytes that announce it.
        len: usize,
        /// The shortest allowed.
        min: usize,
        /// The longest allowed.
        max: usize,
    },
    /// A direction has used up its counter. Only a new connection can go on.
    #[error("the record counter is used up")]
    NonceExhausted,
    /// The caller's payload does not fit one handshake message. Nothing was written.
    #[error("a payload of {len} bytes exceeds the {max} that fit this handshake message")]
    PayloadTooLarge {
        /// Its length.
        len: usize,
        /// What would have fitted.
        max: usize,
    },
    /// A message was read or written while it was the other side's turn.
    #[error("it is the other side's turn in the handshake")]
    OutOfTurn,
    /// A handshake message was read or written after the last one.
    #[error("the handshake has no further message")]
    Finished,
    /// The handshake was left before its last message.
    #[error("the handshake is not finished")]
    Unfinished,
    /// An earlier error ended this handshake or direction.
    #[error("an earlier error ended this channel")]
    Dead,
    /// The pattern needs a key that the caller did not give.
    #[error("the pattern needs {0}")]
    MissingKey(KeyUse),
    /// The caller gave a key that the pattern has no use for, so it would protect nothing.
    #[error("the pattern makes no use of {0}")]
    UnusedKey(KeyUse),
    /// The caller gave a secret of zeros only, which is never one that was generated.
    #[error("a secret key of zeros is not a key")]
    ZeroSecret,
    /// The caller asked for records of a size outside 1 to [`RECORD_MAX`](super::RECORD_MAX).
    #[error("a record cannot hold {size} bytes")]
    RecordSize {
        /// What was asked for.
        size: usize,
    },
    /// The caller's offset lies behind the end of its buffer. Nothing was sealed.
    #[error("the offset lies behind the end of the buffer")]
    OutOfBounds,
    /// The source of randomness failed, so that no key could be made.
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// Which key an error speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyUse {
    /// This side's own key pair.
    LocalStatic,
    /// The peer's public key.
    RemoteStatic,
    /// The pre-shared key.
    Psk,
    /// This side's ephemeral key. A pattern that asks for it before it was sent is no pattern of the
    /// specification.
    LocalEphemeral,
    /// The peer's ephemeral key. A pattern that asks for it too early is no pattern of the
    /// specification.
    RemoteEphemeral,
}

impl core::fmt::Display for KeyUse {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::LocalStatic => "a key pair of this side",
            Self::RemoteStatic => "the public key of the peer",
            Self::Psk => "a pre-shared key",
            Self::LocalEphemeral => "an ephemeral key of this side",
            Self::RemoteEphemeral => "the ephemeral key of the peer",
        })
    }
}
