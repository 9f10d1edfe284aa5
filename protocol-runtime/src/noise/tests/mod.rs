//! What the tests of this module share: repeatable randomness, and two sides that talk.

mod handshake;
mod hostile;
mod key_pem;
mod keys;
mod pattern;
mod psk;
mod record;
mod rows;
mod vectors;
mod wycheproof;

use super::implementation::Implementation;
use super::{
    Handshake, Keypair, NoiseError, Params, Pattern, PresharedKey, PublicKey, Random, RandomError,
    Role, Suite, Transport,
};

const PROLOGUE: &[u8] = b"np-secure/1\0";
const PSK: [u8; 32] = [0x5a; 32];

/// Gives the same bytes each time: SplitMix64.
struct Seeded(u64);

impl Seeded {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }
}

impl Random for Seeded {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
        for chunk in out.chunks_mut(8) {
            let bytes = self.next().to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
        Ok(())
    }
}

/// Gives what it was made with.
struct Fixed([u8; 32]);

impl Random for Fixed {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
        out.copy_from_slice(&self.0);
        Ok(())
    }
}

/// Fails, as an operating system's source may.
struct Broken;

impl Random for Broken {
    fn fill(&mut self, _: &mut [u8]) -> Result<(), RandomError> {
        Err(RandomError { os_code: Some(5) })
    }
}

/// Both ciphers on each implementation, which is at work for what is made while they are at hand.
fn suites() -> impl Iterator<Item = Suite> {
    implementations().flat_map(|_| Suite::ALL)
}

/// Each implementation, which is at work for what is made while it is at hand. The last one is that
/// which programs have.
fn implementations() -> impl Iterator<Item = Implementation> {
    Implementation::ALL.iter().copied().inspect(|implementation| implementation.choose())
}

fn keypair(seed: u64) -> Keypair {
    Keypair::generate_from(&mut Seeded(seed)).unwrap()
}

fn client() -> Keypair {
    keypair(1)
}

fn server() -> Keypair {
    keypair(2)
}

fn psk(bytes: [u8; 32]) -> PresharedKey {
    PresharedKey::from_bytes(bytes).unwrap()
}

/// What one side of a test needs, changed by a test where it wants to be wrong.
#[derive(Clone)]
struct Side {
    pattern: Pattern,
    suite: Suite,
    role: Role,
    prologue: Vec<u8>,
    local: Option<Keypair>,
    remote: Option<PublicKey>,
    psk: Option<PresharedKey>,
    seed: u64,
}

impl Side {
    /// A side with just the keys its pattern asks for.
    fn new(pattern: Pattern, suite: Suite, role: Role) -> Self {
        let row = pattern.row();
        let has_static = |side| row.sends_static(side) || row.is_known(side);
        let (ours, theirs) = match role {
            Role::Initiator => (client(), server()),
            Role::Responder => (server(), client()),
        };
        Self {
            pattern,
            suite,
            role,
            prologue: PROLOGUE.to_vec(),
            local: has_static(role).then_some(ours),
            remote: row.is_known(role.peer()).then(|| theirs.public()),
            psk: (row.psks() > 0).then(|| psk(PSK)),
            seed: if role == Role::Initiator { 11 } else { 12 },
        }
    }

    fn both(pattern: Pattern, suite: Suite) -> (Self, Self) {
        (Self::new(pattern, suite, Role::Initiator), Self::new(pattern, suite, Role::Responder))
    }

    fn try_start(&self) -> Result<Handshake, NoiseError> {
        let params = Params {
            pattern: self.pattern,
            suite: self.suite,
            role: self.role,
            prologue: &self.prologue,
            local_static: self.local.as_ref(),
            remote_static: self.remote.as_ref(),
            psk: self.psk.as_ref(),
        };
        Handshake::new(params, &mut Seeded(self.seed))
    }

    fn start(&self) -> Handshake {
        self.try_start().unwrap()
    }
}

/// The payload of the message with this index.
fn payload(index: usize) -> Vec<u8> {
    [&b"an accept that says which"[..], b"hello", b""][index % 3].to_vec()
}

fn write(side: &mut Handshake, index: usize) -> Result<Vec<u8>, NoiseError> {
    let mut message = Vec::new();
    side.write_message(&payload(index), &mut message).map(|()| message)
}

/// Hands one message over. The reading side's error is given back; the writing side has none.
fn pass(from: &mut Handshake, to: &mut Handshake, index: usize) -> Result<(), NoiseError> {
    let message = write(from, index).unwrap();
    let mut read = Vec::new();
    to.read_message(&message, &mut read)?;
    assert_eq!(read, payload(index));
    Ok(())
}

/// Runs two sides to the end, or to the first error on a reading side.
fn run(initiator: &Side, responder: &Side) -> Result<(Transport, Transport), NoiseError> {
    let (mut initiator, mut responder) = (initiator.start(), responder.start());
    for index in 0.. {
        if initiator.is_finished() {
            break;
        }
        let (from, to) = if index % 2 == 0 {
            (&mut initiator, &mut responder)
        } else {
            (&mut responder, &mut initiator)
        };
        pass(from, to, index)?;
    }
    Ok((initiator.finish()?, responder.finish()?))
}

/// Seals a text into one record, without its length.
fn seal(sealer: &mut super::Sealer, text: &[u8]) -> Vec<u8> {
    let mut record = text.to_vec();
    sealer.seal(&mut record, 0).unwrap();
    assert_eq!(usize::from(u16::from_be_bytes([record[0], record[1]])), record.len() - 2);
    record.split_off(2)
}

fn open(opener: &mut super::Opener, record: &[u8]) -> Result<Vec<u8>, NoiseError> {
    let mut record = record.to_vec();
    let len = opener.open(&mut record)?;
    record.truncate(len);
    Ok(record)
}
