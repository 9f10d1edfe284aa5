//! What a session starts from, and what both sides agreed on when it is open.

use std::fmt;

use crate::frame::control::Offer;
use crate::frame::id::Role;
use crate::frame::preface::Channel;
use crate::limits::Limits;
use crate::noise::{Keypair, Pattern, PublicKey, Suite};

/// What a session starts from.
#[derive(Clone, Debug)]
pub struct Config {
    /// Which side this is.
    pub role: Role,
    /// How the connection is protected. A server takes nothing else from a client.
    pub security: Security,
    /// With which algorithms a client asks for protection; a server takes any of them.
    pub suite: Suite,
    /// A client: the one to four protocols it offers. A server: those it serves, each once.
    pub offers: Vec<Offer>,
    /// The limits of this side.
    pub limits: Limits,
    /// The time of day, in milliseconds since 1970, for the peer to compare its clock with.
    pub unix_ms: u64,
}

/// How a connection is protected.
#[derive(Clone)]
pub enum Security {
    /// Not by this library. For a stream that is protected otherwise: in memory, on a local
    /// socket, inside TLS.
    Plain,
    /// Encrypted without proof of who the peer is: whoever is in between reads everything.
    Nn,
    /// Encrypted, and both sides prove to hold their keys.
    Xx {
        /// This side's key.
        local: Keypair,
        /// The key the peer must hold. A client must name it; a server takes any key if there is
        /// none, and shows it.
        remote: Option<PublicKey>,
    },
}

impl Security {
    /// What a client asks for.
    pub(crate) const fn channel(&self, suite: Suite) -> Channel {
        match self {
            Self::Plain => Channel::Clear,
            Self::Nn => Channel::Noise { pattern: Pattern::Nn, suite },
            Self::Xx { .. } => Channel::Noise { pattern: Pattern::Xx, suite },
        }
    }
}

impl fmt::Debug for Security {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain => f.write_str("Plain"),
            Self::Nn => f.write_str("Nn"),
            Self::Xx { local, remote } => f
                .debug_struct("Xx")
                .field("local", &local.public())
                .field("remote", remote)
                .finish(),
        }
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
    /// The peer's time of day, in milliseconds since 1970, if it was told under protection of the
    /// handshake. A server learns it with XX, a client always.
    pub peer_unix_ms: Option<u64>,
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
