//! The patterns as a table, and the names of a handshake's parts.
//! [Handshake patterns](https://noiseprotocol.org/noise.html#handshake-patterns),
//! [protocol names](https://noiseprotocol.org/noise.html#protocol-names-and-modifiers).
//!
//! Adding a pattern adds a row; nothing else in this module knows their names.

use core::fmt;

/// A handshake pattern that is offered: who must prove which key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pattern {
    /// Encryption without any authentication.
    Nn,
    /// The initiator knows the responder's key and stays anonymous.
    Nk,
    /// Both send their keys and prove them.
    Xx,
    /// The initiator knows the responder's key and sends its own.
    Xk,
    /// Both hold the same pre-shared key.
    NnPsk0,
}

impl Pattern {
    /// All of them, by their number on the wire.
    pub const ALL: [Self; 5] = [Self::Nn, Self::Nk, Self::Xx, Self::Xk, Self::NnPsk0];

    /// The pattern with this number in a preface.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|pattern| pattern.code() == code)
    }

    /// Its number in a preface. Zero is no pattern.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Nn => 1,
            Self::Nk => 2,
            Self::Xx => 3,
            Self::Xk => 4,
            Self::NnPsk0 => 5,
        }
    }

    /// Its name in the specification.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    pub(super) const fn row(self) -> &'static Row {
        match self {
            Self::Nn => &NN,
            Self::Nk => &NK,
            Self::Xx => &XX,
            Self::Xk => &XK,
            Self::NnPsk0 => &NN_PSK0,
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The cipher of a handshake. Both are of equal strength and always there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Suite {
    /// ChaCha20-Poly1305: quick on every processor.
    ChaChaPoly,
    /// AES-256-GCM: quicker where the processor has AES.
    AesGcm,
}

impl Suite {
    /// Both, by their number on the wire.
    pub const ALL: [Self; 2] = [Self::ChaChaPoly, Self::AesGcm];

    /// The quicker one on this processor.
    #[must_use]
    pub fn auto() -> Self {
        if has_aes() { Self::AesGcm } else { Self::ChaChaPoly }
    }

    /// The suite with this number in a preface.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.code() == code)
    }

    /// Its number in a preface. Zero is no suite.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::ChaChaPoly => 1,
            Self::AesGcm => 2,
        }
    }

    /// Its name in the specification.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ChaChaPoly => "ChaChaPoly",
            Self::AesGcm => "AESGCM",
        }
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Which side of a handshake this is. The initiator writes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Writes the first message.
    Initiator,
    /// Reads the first message.
    Responder,
}

impl Role {
    /// The other side.
    #[must_use]
    pub const fn peer(self) -> Self {
        match self {
            Self::Initiator => Self::Responder,
            Self::Responder => Self::Initiator,
        }
    }
}

/// One pattern: which static keys are known beforehand, and the tokens of each message, the
/// initiator's first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) initiator_known: bool,
    pub(super) responder_known: bool,
    pub(super) messages: &'static [&'static [Token]],
}

/// A step in building or reading a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// The sender's ephemeral key, in clear.
    E,
    /// The sender's static key, encrypted once there is a key.
    S,
    /// A Diffie-Hellman of the initiator's key (first) with the responder's (second).
    Dh(Half, Half),
    /// The next pre-shared key.
    Psk,
}

/// One of the two keys of a side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Half {
    Ephemeral,
    Static,
}

pub(super) const EE: Token = Token::Dh(Half::Ephemeral, Half::Ephemeral);
pub(super) const ES: Token = Token::Dh(Half::Ephemeral, Half::Static);
pub(super) const SE: Token = Token::Dh(Half::Static, Half::Ephemeral);

use Token::{E, Psk, S};

const NN: Row = row("NN", false, false, &[&[E], &[E, EE]]);
const NK: Row = row("NK", false, true, &[&[E, ES], &[E, EE]]);
const XX: Row = row("XX", false, false, &[&[E], &[E, EE, S, ES], &[S, SE]]);
const XK: Row = row("XK", false, true, &[&[E, ES], &[E, EE], &[S, SE]]);
const NN_PSK0: Row = row("NNpsk0", false, false, &[&[Psk, E], &[E, EE]]);

pub(super) const fn row(
    name: &'static str,
    initiator_known: bool,
    responder_known: bool,
    messages: &'static [&'static [Token]],
) -> Row {
    Row { name, initiator_known, responder_known, messages }
}

impl Row {
    /// Whose message the one with this index is.
    pub(super) fn sender(index: usize) -> Role {
        if index.is_multiple_of(2) { Role::Initiator } else { Role::Responder }
    }

    /// Whether the other side must know this side's static key beforehand.
    pub(super) fn is_known(&self, side: Role) -> bool {
        match side {
            Role::Initiator => self.initiator_known,
            Role::Responder => self.responder_known,
        }
    }

    /// Whether this side sends its static key.
    pub(super) fn sends_static(&self, side: Role) -> bool {
        let mut messages = self.messages.iter().enumerate();
        messages.any(|(index, tokens)| Self::sender(index) == side && tokens.contains(&S))
    }

    /// How many pre-shared keys are mixed in.
    pub(super) fn psks(&self) -> usize {
        self.messages.iter().copied().flatten().filter(|token| **token == Psk).count()
    }
}

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
fn has_aes() -> bool {
    std::arch::is_x86_feature_detected!("aes") && std::arch::is_x86_feature_detected!("pclmulqdq")
}

#[cfg(target_arch = "aarch64")]
fn has_aes() -> bool {
    std::arch::is_aarch64_feature_detected!("aes")
}

#[cfg(not(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64")))]
fn has_aes() -> bool {
    false
}
