//! A handshake: a short interpreter over the tokens of a pattern.
//! [The HandshakeState object](https://noiseprotocol.org/noise.html#the-handshakestate-object),
//! [processing rules](https://noiseprotocol.org/noise.html#processing-rules).
//!
//! Messages go one way and then the other, in the pattern's order and no other; there is none to
//! skip and none to ignore. The first error ends it: no state that saw bad bytes is used again.

use core::fmt;

use super::dh;
use super::error::{KeyUse, NoiseError};
use super::keys::{Keypair, PublicKey};
use super::pattern::{Half, Pattern, Role, Row, Suite, Token};
use super::psk::PresharedKey;
use super::random::Random;
use super::record::{Opener, Sealer};
use super::secret::Secret;
use super::symmetric::SymmetricState;

/// The longest handshake message, in bytes.
pub const MESSAGE_MAX: usize = 65_535;

/// What a handshake starts from.
#[derive(Clone, Copy)]
pub struct Params<'a> {
    /// Who proves which key.
    pub pattern: Pattern,
    /// The cipher.
    pub suite: Suite,
    /// Which side this is.
    pub role: Role,
    /// What both sides must have seen alike; it is not sent.
    pub prologue: &'a [u8],
    /// This side's key pair, where the pattern proves it.
    pub local_static: Option<&'a Keypair>,
    /// The peer's key. A pattern in which it is known beforehand needs it; where the peer sends its
    /// key this is a pin, and any other key ends the handshake.
    pub remote_static: Option<&'a PublicKey>,
    /// The pre-shared key, where the pattern has one.
    pub psk: Option<&'a PresharedKey>,
}

impl Params<'_> {
    fn check(&self) -> Result<(), NoiseError> {
        let (row, peer) = (self.pattern.row(), self.role.peer());
        let uses = |side| row.sends_static(side) || row.is_known(side);
        demand(KeyUse::LocalStatic, self.local_static.is_some(), uses(self.role), uses(self.role))?;
        demand(KeyUse::RemoteStatic, self.remote_static.is_some(), row.is_known(peer), uses(peer))?;
        demand(KeyUse::Psk, self.psk.is_some(), row.psks() > 0, row.psks() > 0)
    }
}

fn demand(key: KeyUse, given: bool, needed: bool, usable: bool) -> Result<(), NoiseError> {
    match given {
        true if !usable => Err(NoiseError::UnusedKey(key)),
        false if needed => Err(NoiseError::MissingKey(key)),
        _ => Ok(()),
    }
}

impl fmt::Debug for Params<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Params")
            .field("pattern", &self.pattern)
            .field("suite", &self.suite)
            .field("role", &self.role)
            .field("local_static", &self.local_static)
            .field("remote_static", &self.remote_static)
            .field("psk", &self.psk)
            .finish_non_exhaustive()
    }
}

/// A handshake under way.
///
/// After its first error it answers [`NoiseError::Dead`] to everything; what it wrote to the
/// caller's buffer in the failing call is taken back.
pub struct Handshake {
    state: Option<Box<HandshakeState>>,
}

/// What a finished handshake leaves: the two directions of a channel.
#[derive(Debug)]
pub struct Transport {
    /// Encrypts what this side sends.
    pub sealer: Sealer,
    /// Decrypts what the peer sends.
    pub opener: Opener,
    /// The handshake hash: the same on both sides and in no other session, for binding an
    /// application's token to this channel.
    pub hash: [u8; 32],
    /// The key that the peer proved to hold, where the pattern proves one.
    pub remote_static: Option<PublicKey>,
}

impl Handshake {
    /// Starts a handshake. The ephemeral key is drawn here, and no randomness later.
    ///
    /// # Errors
    /// [`NoiseError::MissingKey`] or [`NoiseError::UnusedKey`] when the keys do not suit the
    /// pattern, [`NoiseError::Random`] when the source failed.
    pub fn new(params: Params<'_>, random: &mut dyn Random) -> Result<Self, NoiseError> {
        params.check()?;
        let keys = Keys {
            local: params.local_static.cloned(),
            remote: params.remote_static.copied(),
            psks: params.psk.cloned().into_iter().collect(),
        };
        let row = params.pattern.row();
        HandshakeState::new(row, params.suite, params.role, params.prologue, keys, random)
            .map(Self::from)
    }

    /// Appends the next message, carrying `payload`, to `out`. The payload is secret only as far as
    /// the pattern has come.
    ///
    /// # Errors
    /// [`NoiseError::OutOfTurn`], [`NoiseError::Finished`], [`NoiseError::PayloadTooLarge`],
    /// [`NoiseError::BadPeerKey`] when the peer's last message brought a key of low order, and
    /// [`NoiseError::Dead`] after an earlier error. `out` is then as before.
    pub fn write_message(&mut self, payload: &[u8], out: &mut Vec<u8>) -> Result<(), NoiseError> {
        self.step(out, |state, out| state.write(payload, out))
    }

    /// Reads the peer's next message and appends what it carried to `payload`.
    ///
    /// # Errors
    /// [`NoiseError::Authentication`], [`NoiseError::BadPeerKey`], [`NoiseError::PeerKeyMismatch`],
    /// [`NoiseError::MessageTruncated`], [`NoiseError::MessageTooLarge`],
    /// [`NoiseError::OutOfTurn`], [`NoiseError::Finished`], and [`NoiseError::Dead`] after an
    /// earlier error. `payload` is then as before.
    pub fn read_message(
        &mut self,
        message: &[u8],
        payload: &mut Vec<u8>,
    ) -> Result<(), NoiseError> {
        self.step(payload, |state, payload| state.read(message, payload))
    }

    /// Leaves the handshake for the channel it made.
    ///
    /// # Errors
    /// [`NoiseError::Unfinished`] before the last message, [`NoiseError::Dead`] after an error.
    pub fn finish(self) -> Result<Transport, NoiseError> {
        let state = self.state.ok_or(NoiseError::Dead)?;
        if !state.is_finished() {
            return Err(NoiseError::Unfinished);
        }
        let (first, second) = state.symmetric.split();
        let (sending, receiving) = match state.role {
            Role::Initiator => (first, second),
            Role::Responder => (second, first),
        };
        Ok(Transport {
            sealer: Sealer::new(sending),
            opener: Opener::new(receiving),
            hash: state.symmetric.hash(),
            remote_static: state.remote_static,
        })
    }

    /// Whether the next message is this side's to write. Not so when finished or dead.
    #[must_use]
    pub fn is_my_turn(&self) -> bool {
        self.state.as_ref().is_some_and(|state| state.is_turn_of(state.role))
    }

    /// Whether the last message went through.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.state.as_ref().is_some_and(|state| state.is_finished())
    }

    /// The peer's static key, once a message proved it or if it was known beforehand.
    #[must_use]
    pub fn remote_static(&self) -> Option<PublicKey> {
        self.state.as_ref().and_then(|state| state.remote_static)
    }

    /// The handshake hash, once finished.
    #[must_use]
    pub fn handshake_hash(&self) -> Option<[u8; 32]> {
        let finished = self.state.as_ref().filter(|state| state.is_finished());
        finished.map(|state| state.symmetric.hash())
    }

    fn step(
        &mut self,
        buffer: &mut Vec<u8>,
        step: impl FnOnce(&mut HandshakeState, &mut Vec<u8>) -> Result<(), NoiseError>,
    ) -> Result<(), NoiseError> {
        let len = buffer.len();
        let state = self.state.as_mut().ok_or(NoiseError::Dead)?;
        let result = step(state, buffer);
        if result.is_err() {
            self.state = None;
            buffer.truncate(len);
        }
        result
    }
}

impl From<HandshakeState> for Handshake {
    fn from(state: HandshakeState) -> Self {
        Self { state: Some(Box::new(state)) }
    }
}

impl fmt::Debug for Handshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("Handshake");
        if let Some(state) = &self.state {
            f.field("pattern", &state.row.name)
                .field("role", &state.role)
                .field("messages", &state.messages);
        } else {
            f.field("dead", &true);
        }
        f.finish_non_exhaustive()
    }
}

/// The keys a handshake starts from; checked against the pattern by whoever makes them.
pub(super) struct Keys {
    pub(super) local: Option<Keypair>,
    pub(super) remote: Option<PublicKey>,
    pub(super) psks: Vec<PresharedKey>,
}

/// The state of the specification: what is known, and how many messages went through.
pub(super) struct HandshakeState {
    row: &'static Row,
    role: Role,
    messages: usize,
    symmetric: SymmetricState,
    local_static: Option<Keypair>,
    /// Drawn at the start, and made a key when it is sent: before that it is worth no work.
    ephemeral_secret: Option<Secret>,
    local_ephemeral: Option<dh::PrivateKey>,
    remote_static: Option<PublicKey>,
    remote_ephemeral: Option<PublicKey>,
    pin: Option<PublicKey>,
    psks: Vec<PresharedKey>,
    psks_used: usize,
}

impl HandshakeState {
    /// `Initialize`: binds the protocol's name, the prologue and the keys known beforehand.
    pub(super) fn new(
        row: &'static Row,
        suite: Suite,
        role: Role,
        prologue: &[u8],
        keys: Keys,
        random: &mut dyn Random,
    ) -> Result<Self, NoiseError> {
        let ephemeral = Secret::filled(|secret| random.fill(secret))?;
        let name = format!("Noise_{}_25519_{}_SHA256", row.name, suite.name());
        let mut state = Self {
            row,
            role,
            messages: 0,
            symmetric: SymmetricState::new(&name, suite),
            local_static: keys.local,
            ephemeral_secret: Some(ephemeral),
            local_ephemeral: None,
            remote_static: keys.remote.filter(|_| row.is_known(role.peer())),
            remote_ephemeral: None,
            pin: keys.remote,
            psks: keys.psks,
            psks_used: 0,
        };
        state.symmetric.mix_hash(prologue);
        for side in [Role::Initiator, Role::Responder] {
            if row.is_known(side) {
                let known = state.static_of(side)?;
                state.symmetric.mix_hash(known.as_bytes());
            }
        }
        Ok(state)
    }

    /// `WriteMessage`.
    fn write(&mut self, payload: &[u8], out: &mut Vec<u8>) -> Result<(), NoiseError> {
        let start = out.len();
        for token in self.tokens(self.role)? {
            match *token {
                Token::E => {
                    let missing = NoiseError::MissingKey(KeyUse::LocalEphemeral);
                    let secret = self.ephemeral_secret.take().ok_or(missing)?;
                    let private = dh::PrivateKey::new(secret);
                    let public = self.local_ephemeral.insert(private).public();
                    out.extend_from_slice(public.as_bytes());
                    self.mix_ephemeral(public);
                }
                Token::S => {
                    let public = self.static_of(self.role)?;
                    self.symmetric.encrypt_and_hash(public.as_bytes(), out)?;
                }
                Token::Dh(initiator, responder) => self.mix_dh(initiator, responder)?,
                Token::Psk => self.mix_psk()?,
            }
        }
        let max = MESSAGE_MAX - (out.len() - start) - self.symmetric.tag_len();
        if payload.len() > max {
            return Err(NoiseError::PayloadTooLarge { len: payload.len(), max });
        }
        self.symmetric.encrypt_and_hash(payload, out)?;
        self.messages += 1;
        Ok(())
    }

    /// `ReadMessage`. A key that the message brought counts only once the whole message did.
    fn read(&mut self, message: &[u8], payload: &mut Vec<u8>) -> Result<(), NoiseError> {
        if message.len() > MESSAGE_MAX {
            return Err(NoiseError::MessageTooLarge { len: message.len(), max: MESSAGE_MAX });
        }
        let mut rest = message;
        for token in self.tokens(self.role.peer())? {
            match *token {
                Token::E => {
                    let public = PublicKey::from_bytes(*take_key(&mut rest)?);
                    self.remote_ephemeral = Some(public);
                    self.mix_ephemeral(public);
                }
                Token::S => {
                    let sealed = take(&mut rest, 32 + self.symmetric.tag_len())?;
                    let mut public = Vec::with_capacity(sealed.len());
                    self.symmetric.decrypt_and_hash(sealed, &mut public)?;
                    let public = take_key(&mut &*public).copied().map(PublicKey::from_bytes)?;
                    self.remote_static = Some(public);
                }
                Token::Dh(initiator, responder) => self.mix_dh(initiator, responder)?,
                Token::Psk => self.mix_psk()?,
            }
        }
        if rest.len() < self.symmetric.tag_len() {
            return Err(NoiseError::MessageTruncated);
        }
        self.symmetric.decrypt_and_hash(rest, payload)?;
        self.messages += 1;
        self.check_pin()
    }

    /// The tokens of the next message, if it is this side's.
    fn tokens(&self, sender: Role) -> Result<&'static [Token], NoiseError> {
        let tokens = self.row.messages.get(self.messages).ok_or(NoiseError::Finished)?;
        if self.is_turn_of(sender) { Ok(tokens) } else { Err(NoiseError::OutOfTurn) }
    }

    fn mix_ephemeral(&mut self, public: PublicKey) {
        self.symmetric.mix_hash(public.as_bytes());
        // Section 9.2: with a pre-shared key the ephemeral makes every key of a session its own.
        if !self.psks.is_empty() {
            self.symmetric.mix_key(public.as_bytes());
        }
    }

    fn mix_dh(&mut self, initiator: Half, responder: Half) -> Result<(), NoiseError> {
        let (ours, theirs) = match self.role {
            Role::Initiator => (initiator, responder),
            Role::Responder => (responder, initiator),
        };
        let private = match ours {
            Half::Ephemeral => self
                .local_ephemeral
                .as_ref()
                .ok_or(NoiseError::MissingKey(KeyUse::LocalEphemeral))?,
            Half::Static => self.local()?.private(),
        };
        let public = match theirs {
            Half::Ephemeral => {
                self.remote_ephemeral.ok_or(NoiseError::MissingKey(KeyUse::RemoteEphemeral))?
            }
            Half::Static => {
                self.remote_static.ok_or(NoiseError::MissingKey(KeyUse::RemoteStatic))?
            }
        };
        let shared = private.dh(public)?;
        self.symmetric.mix_key(shared.as_ref());
        Ok(())
    }

    fn mix_psk(&mut self) -> Result<(), NoiseError> {
        let psk = self.psks.get(self.psks_used).ok_or(NoiseError::MissingKey(KeyUse::Psk))?;
        self.symmetric.mix_key_and_hash(psk.bytes());
        self.psks_used += 1;
        Ok(())
    }

    fn check_pin(&self) -> Result<(), NoiseError> {
        match (self.pin, self.remote_static) {
            (Some(expected), Some(presented)) if expected != presented => {
                Err(NoiseError::PeerKeyMismatch { expected, presented })
            }
            _ => Ok(()),
        }
    }

    fn is_turn_of(&self, side: Role) -> bool {
        !self.is_finished() && Row::sender(self.messages) == side
    }

    fn is_finished(&self) -> bool {
        self.messages >= self.row.messages.len()
    }

    fn local(&self) -> Result<&Keypair, NoiseError> {
        self.local_static.as_ref().ok_or(NoiseError::MissingKey(KeyUse::LocalStatic))
    }

    fn static_of(&self, side: Role) -> Result<PublicKey, NoiseError> {
        if side == self.role {
            self.local().map(Keypair::public)
        } else {
            self.remote_static.ok_or(NoiseError::MissingKey(KeyUse::RemoteStatic))
        }
    }
}

fn take<'a>(rest: &mut &'a [u8], len: usize) -> Result<&'a [u8], NoiseError> {
    let (head, tail) = rest.split_at_checked(len).ok_or(NoiseError::MessageTruncated)?;
    *rest = tail;
    Ok(head)
}

fn take_key<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8; 32], NoiseError> {
    let (head, tail) = rest.split_first_chunk().ok_or(NoiseError::MessageTruncated)?;
    *rest = tail;
    Ok(head)
}
