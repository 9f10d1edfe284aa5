//! What a session starts from, and what both sides agreed on when it is open.

use std::sync::Arc;
use std::time::Duration;

use super::clock::ClockPolicy;
use super::memory::MessageMemory;
use super::replay::ReplayFilter;
use super::shape::Shapes;
use crate::compress::{Algorithm, CompressionLevel};
use crate::error::Skew;
use crate::frame::control::Offer;
use crate::frame::id::Role;
use crate::frame::preface::{Channel, Mode};
use crate::limits::Limits;
use crate::noise::{Keypair, Pattern, PresharedKey, PublicKey, Suite};

/// What a session starts from.
#[derive(Clone, Debug)]
pub struct Config {
    /// Which side this is, and how the connection is protected.
    pub security: Security,
    /// With which algorithms a client asks for protection; a server takes any of them.
    pub suite: Suite,
    /// A client: the one to four protocols it offers. A server: those it serves, each once.
    pub offers: Vec<Offer>,
    /// The limits of this side; all connections with the same ones share them.
    pub limits: Arc<Limits>,
    /// The time of day when the session is made, in milliseconds since 1970.
    pub unix_ms: u64,
    /// What becomes of a peer with another time of day.
    pub clock: ClockPolicy,
    /// What is known of the messages of each of the `offers`, in their order. Of a protocol that is
    /// missing here each message is a plain call.
    pub shapes: Vec<Shapes>,
    /// How bodies may be compressed.
    pub compression: CompressionOffer,
    /// The memory for large messages; the same for all sessions of a server.
    pub memory: MessageMemory,
}

/// Which compressed bodies this side reads, and whether it compresses what it sends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CompressionOffer {
    /// LZ4 blocks.
    pub lz4: bool,
    /// zstd frames. Where both sides read both, this is what they use.
    pub zstd: bool,
    /// Whether all messages are compressed that hold no secret, and not only those that say so.
    pub enabled: bool,
    /// How hard this side tries where zstd is used.
    pub level: CompressionLevel,
}

/// How a connection is protected, and from which side it is seen.
#[derive(Clone, Debug)]
pub enum Security {
    /// This side connected, and asks.
    Client(ClientSecurity),
    /// This side was connected to, and takes what it is configured for and nothing else.
    Server(ServerSecurity),
}

/// How a client protects its connection.
#[derive(Clone, Debug)]
pub enum ClientSecurity {
    /// Not by this library. For a stream that is protected otherwise: in memory, on a local
    /// socket, inside TLS.
    Plain,
    /// Encrypted without proof of who the peer is: whoever is in between reads everything.
    InsecureAnonymous,
    /// Both sides prove to hold their keys.
    Mutual {
        /// This side's key.
        local: Keypair,
        /// What is known of the server's.
        server: ServerKey,
    },
    /// The server proves to hold its key, and this side stays anonymous.
    ServerAuth {
        /// The key the server must hold.
        server: PublicKey,
    },
    /// Both sides prove to hold the same secret.
    SharedKey {
        /// The secret.
        key: PresharedKey,
    },
}

/// What a client knows of its server's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerKey {
    /// The server must hold this one. Whoever does not learns nothing of this side, and cannot even
    /// say which key it holds (Noise XK).
    Known(PublicKey),
    /// The server must hold this one. Another one that is presented is refused by name, so that
    /// people can compare the two (Noise XX).
    Pinned(PublicKey),
    /// The server may hold any. Which one it is stands in [`Established::peer_key`], to be judged
    /// before anything is sent (Noise XX).
    Unknown,
}

/// What a server asks of its clients.
#[derive(Clone, Debug)]
pub enum ServerSecurity {
    /// No protection by this library, as [`ClientSecurity::Plain`].
    Plain,
    /// Encryption without any proof, as [`ClientSecurity::InsecureAnonymous`].
    InsecureAnonymous,
    /// Both sides prove to hold their keys. Any client's key is taken, and stands in
    /// [`Established::peer_key`] to be judged.
    Mutual {
        /// This side's key.
        local: Keypair,
    },
    /// This side proves to hold its key to clients that stay anonymous.
    ServerAuth {
        /// This side's key.
        local: Keypair,
    },
    /// Both sides prove to hold the same secret.
    SharedKey {
        /// The secret.
        key: PresharedKey,
        /// What was seen of clients by all sessions with that secret.
        replay: Arc<ReplayFilter>,
    },
}

/// The keys that go into a Noise handshake.
#[derive(Clone, Copy, Default)]
pub(super) struct Keys<'a> {
    pub(super) local: Option<&'a Keypair>,
    pub(super) remote: Option<&'a PublicKey>,
    pub(super) shared: Option<&'a PresharedKey>,
}

impl CompressionOffer {
    /// Reads all that this build can, and compresses the messages that say so.
    pub const ALL: Self =
        Self { lz4: true, zstd: true, enabled: false, level: CompressionLevel::QUICK };

    /// The set of algorithms that this side reads, as it is announced.
    pub(super) fn bits(self) -> u8 {
        let wanted = |algorithm: &Algorithm| match algorithm {
            Algorithm::Lz4 => self.lz4,
            Algorithm::Zstd => self.zstd,
        };
        let available = Algorithm::AVAILABLE.iter().copied().filter(wanted);
        available.fold(0, |bits, algorithm| bits | algorithm.bit())
    }
}

impl Config {
    /// Which side this is.
    #[must_use]
    pub const fn role(&self) -> Role {
        match self.security {
            Security::Client(_) => Role::Client,
            Security::Server(_) => Role::Server,
        }
    }
}

impl ClientSecurity {
    /// What this side asks for.
    pub(super) const fn channel(&self, suite: Suite) -> Channel {
        let pattern = match self {
            Self::Plain => return Channel::Clear,
            Self::InsecureAnonymous => Pattern::Nn,
            Self::Mutual { server: ServerKey::Known(_), .. } => Pattern::Xk,
            Self::Mutual { server: ServerKey::Pinned(_) | ServerKey::Unknown, .. } => Pattern::Xx,
            Self::ServerAuth { .. } => Pattern::Nk,
            Self::SharedKey { .. } => Pattern::NnPsk0,
        };
        Channel::Noise { pattern, suite }
    }

    pub(super) const fn keys(&self) -> Keys<'_> {
        let (local, remote, shared) = match self {
            Self::Plain | Self::InsecureAnonymous => (None, None, None),
            Self::Mutual { local, server: ServerKey::Known(key) | ServerKey::Pinned(key) } => {
                (Some(local), Some(key), None)
            }
            Self::Mutual { local, server: ServerKey::Unknown } => (Some(local), None, None),
            Self::ServerAuth { server } => (None, Some(server), None),
            Self::SharedKey { key } => (None, None, Some(key)),
        };
        Keys { local, remote, shared }
    }
}

impl ServerSecurity {
    /// What this side takes.
    pub(super) const fn mode(&self) -> Mode {
        match self {
            Self::Plain => Mode::Plain,
            Self::InsecureAnonymous => Mode::InsecureAnonymous,
            Self::Mutual { .. } => Mode::Mutual,
            Self::ServerAuth { .. } => Mode::ServerAuth,
            Self::SharedKey { .. } => Mode::SharedKey,
        }
    }

    pub(super) const fn keys(&self) -> Keys<'_> {
        let (local, shared) = match self {
            Self::Plain | Self::InsecureAnonymous => (None, None),
            Self::Mutual { local } | Self::ServerAuth { local } => (Some(local), None),
            Self::SharedKey { key, .. } => (None, Some(key)),
        };
        Keys { local, remote: None, shared }
    }
}

/// What both sides agreed on.
#[derive(Clone, Debug, PartialEq)]
pub struct Established {
    /// The protocols in use; the place of each is its index.
    pub protocols: Vec<Accepted>,
    /// How the connection is protected.
    pub channel: Channel,
    /// The key that the peer proved to hold; none unless the pattern proves one.
    pub peer_key: Option<PublicKey>,
    /// What is unique to this connection and the same on both sides, to bind tokens of the
    /// application to it; none without Noise.
    pub handshake_hash: Option<[u8; 32]>,
    /// The largest plaintext of a record, either way.
    pub record_bytes: u32,
    /// How many calls of this side may be open at a time: what the peer serves, and at most
    /// this side's own limit.
    pub calls: u32,
    /// The largest body of a message that the peer takes.
    pub body_bytes: u32,
    /// The longest frame that the peer takes, without its header.
    pub frame_bytes: u32,
    /// How many bytes of items the peer takes on a stream before it gives more credit.
    pub stream_window: u32,
    /// How many bytes of one-way messages the peer takes before it gives more credit.
    pub events_window: u32,
    /// How either side compresses bodies, if at all.
    pub compression: Option<Algorithm>,
    /// How often the peer asks this side for a sign of life when it hears nothing; `None` for never.
    pub heartbeat: Option<Duration>,
    /// The peer's time of day, in milliseconds since 1970, if it told. A server learns it with XX,
    /// XK and NNpsk0, a client always.
    pub peer_unix_ms: Option<u64>,
    /// How far that was from this side's when it came.
    pub clock_skew: Option<Skew>,
}

/// A protocol in use on a connection.
#[derive(Clone, Debug, PartialEq)]
pub struct Accepted {
    /// Its place in Accept.
    pub index: u8,
    /// What this side has.
    pub ours: Offer,
    /// What the peer has.
    pub theirs: Offer,
    /// Whether both have the same schema, so that bodies are decoded exactly.
    pub exact: bool,
}

impl Accepted {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.ours.name
    }
}
