//! Sessions between this implementation and snow's, in both roles, over the public interface only.
//!
//! Repeatable: each session's pattern, suite, keys, payloads and record sizes follow from its number.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests, which may panic"
)]

use std::collections::BTreeMap;

use protocol_runtime::noise::{
    Handshake, Keypair, NoiseError, Params, Pattern, PresharedKey, PublicKey, REKEY_INTERVAL,
    Random, RandomError, Role, Suite, Transport,
};
use snow::{Builder, HandshakeState, TransportState};

/// So many for each pattern, suite and role.
const SESSIONS_EACH: u64 = 100;
const KINDS: u64 = 5 * 2 * 2;

/// SplitMix64.
struct Seeded(u64);

impl Seeded {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound).unwrap()).unwrap()
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes).unwrap();
        bytes
    }

    /// Text of any length below `bound`, the shortest and the longest more often than by chance.
    fn text(&mut self, bound: usize) -> Vec<u8> {
        let len = match self.below(8) {
            0 => 0,
            1 => bound - 1,
            _ => self.below(bound),
        };
        let mut text = vec![0; len];
        self.fill(&mut text).unwrap();
        text
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

/// The keys of a session; who is given which follows from the pattern.
struct Session {
    pattern: Pattern,
    suite: Suite,
    ours: Role,
    prologue: Vec<u8>,
    keys: [Keypair; 2],
    psk: [u8; 32],
}

impl Session {
    fn new(random: &mut Seeded, number: usize) -> Self {
        Self {
            pattern: Pattern::ALL[number % 5],
            suite: Suite::ALL[number / 5 % 2],
            ours: if (number / 10).is_multiple_of(2) { Role::Initiator } else { Role::Responder },
            prologue: random.text(600),
            keys: [
                Keypair::generate_from(random).unwrap(),
                Keypair::generate_from(random).unwrap(),
            ],
            psk: random.bytes(),
        }
    }

    fn key(&self, role: Role) -> &Keypair {
        if role == Role::Initiator { &self.keys[0] } else { &self.keys[1] }
    }

    fn proves(&self, role: Role) -> bool {
        match self.pattern {
            Pattern::Nn | Pattern::NnPsk0 => false,
            Pattern::Nk => role == Role::Responder,
            Pattern::Xx | Pattern::Xk => true,
        }
    }

    fn knows_peer(&self, role: Role) -> bool {
        matches!(self.pattern, Pattern::Nk | Pattern::Xk) && role == Role::Initiator
    }

    fn ours(&self, random: &mut Seeded) -> Handshake {
        let peer = self.key(self.ours.peer()).public();
        let psk = PresharedKey::from_bytes(self.psk).unwrap();
        let params = Params {
            pattern: self.pattern,
            suite: self.suite,
            role: self.ours,
            prologue: &self.prologue,
            local_static: self.proves(self.ours).then(|| self.key(self.ours)),
            remote_static: self.knows_peer(self.ours).then_some(&peer),
            psk: (self.pattern == Pattern::NnPsk0).then_some(&psk),
        };
        Handshake::new(params, random).unwrap()
    }

    fn theirs(&self) -> HandshakeState {
        let role = self.ours.peer();
        let name = format!("Noise_{}_25519_{}_SHA256", self.pattern, self.suite);
        let known = self.key(self.ours).public();
        let mut builder = Builder::new(name.parse().unwrap()).prologue(&self.prologue).unwrap();
        if self.proves(role) {
            builder = builder.local_private_key(self.key(role).secret()).unwrap();
        }
        if self.knows_peer(role) {
            builder = builder.remote_public_key(known.as_bytes()).unwrap();
        }
        if self.pattern == Pattern::NnPsk0 {
            builder = builder.psk(0, &self.psk).unwrap();
        }
        match role {
            Role::Initiator => builder.build_initiator(),
            Role::Responder => builder.build_responder(),
        }
        .unwrap()
    }
}

/// Runs a handshake to its end, comparing payloads, the hash and the keys learnt.
fn agree(session: &Session, random: &mut Seeded) -> (Transport, TransportState) {
    let (mut ours, mut theirs) = (session.ours(random), session.theirs());
    let mut scratch = vec![0; 65_535];
    while !ours.is_finished() {
        let payload = random.text(3_000);
        if ours.is_my_turn() {
            assert!(!theirs.is_my_turn());
            let mut message = Vec::new();
            ours.write_message(&payload, &mut message).unwrap();
            let len = theirs.read_message(&message, &mut scratch).unwrap();
            assert_eq!(scratch[..len], payload);
        } else {
            let len = theirs.write_message(&payload, &mut scratch).unwrap();
            let mut read = Vec::new();
            ours.read_message(&scratch[..len], &mut read).unwrap();
            assert_eq!(read, payload);
        }
    }
    assert!(theirs.is_handshake_finished());
    assert_eq!(ours.handshake_hash().unwrap(), theirs.get_handshake_hash());
    let peer =
        session.proves(session.ours.peer()).then(|| session.key(session.ours.peer()).public());
    assert_eq!(ours.remote_static(), peer);
    let learnt =
        theirs.get_remote_static().map(|key| PublicKey::from_bytes(key.try_into().unwrap()));
    assert_eq!(learnt, session.proves(session.ours).then(|| session.key(session.ours).public()));
    (ours.finish().unwrap(), theirs.into_transport_mode().unwrap())
}

/// Seals a text, of any length, and has snow read it record by record.
fn send(ours: &mut Transport, theirs: &mut TransportState, text: &[u8], record_max: usize) {
    let mut buf = text.to_vec();
    ours.sealer.seal(&mut buf, 0).unwrap();
    let (mut rest, mut read, mut scratch) = (&buf[..], Vec::new(), vec![0; 65_535]);
    while let Some((header, tail)) = rest.split_first_chunk() {
        let (record, tail) = tail.split_at(usize::from(u16::from_be_bytes(*header)));
        let len = theirs.read_message(record, &mut scratch).unwrap();
        assert!((1..=record_max).contains(&len));
        read.extend_from_slice(&scratch[..len]);
        rest = tail;
    }
    assert_eq!((rest, &read[..]), (&[][..], text));
}

/// Has snow write a text as one record and opens it.
fn receive(ours: &mut Transport, theirs: &mut TransportState, text: &[u8]) {
    let mut scratch = vec![0; text.len() + 16];
    let len = theirs.write_message(text, &mut scratch).unwrap();
    let record = &mut scratch[..len];
    let header = u16::try_from(record.len()).unwrap().to_be_bytes();
    assert_eq!(ours.opener.record_len(header), Ok(len));
    let len = ours.opener.open(record).unwrap();
    assert_eq!(record[..len], *text);
}

#[test]
fn sessions_of_every_kind_agree_with_snow() {
    let mut kinds = BTreeMap::new();
    for number in 0..SESSIONS_EACH * KINDS {
        let random = &mut Seeded(number);
        let session = Session::new(random, usize::try_from(number).unwrap());
        let kind = (session.pattern, session.suite, session.ours == Role::Initiator);
        *kinds.entry(kind).or_insert(0) += 1;
        let (mut ours, mut theirs) = agree(&session, random);
        let record_max = 1 + random.below(2_000);
        ours.sealer.set_record_max(record_max).unwrap();
        for _ in 0..random.below(12) {
            let text = random.text(5_000);
            if random.below(2) == 0 {
                send(&mut ours, &mut theirs, &text, record_max);
            } else if !text.is_empty() {
                receive(&mut ours, &mut theirs, &text);
            }
        }
        assert_eq!(ours.sealer.count(), theirs.receiving_nonce());
        assert_eq!(ours.opener.count(), theirs.sending_nonce());
    }
    assert_eq!(u64::try_from(kinds.len()), Ok(KINDS));
    assert!(kinds.values().all(|count| *count == SESSIONS_EACH));
}

#[test]
fn the_largest_messages_agree_with_snow() {
    for suite in Suite::ALL {
        let random = &mut Seeded(7);
        let session = Session { pattern: Pattern::Nn, suite, ..Session::new(random, 0) };
        let (mut ours, mut theirs) = agree(&session, random);
        ours.sealer.set_record_max(65_519).unwrap();
        ours.opener.set_record_max(65_519).unwrap();
        let text: Vec<u8> = (0..=255).cycle().take(65_519).collect();
        send(&mut ours, &mut theirs, &text, 65_519);
        receive(&mut ours, &mut theirs, &text);
        assert_eq!(ours.sealer.count(), 1);
    }
}

#[test]
fn keys_change_after_65536_records_sent() {
    // Far more goes there than comes back: each direction changes its key by its own count.
    let random = &mut Seeded(8);
    let suite = Suite::AesGcm;
    let session = Session { pattern: Pattern::Nn, suite, ..Session::new(random, 0) };
    let (mut ours, mut theirs) = agree(&session, random);
    for count in 0..REKEY_INTERVAL.get() + 3 {
        if count == REKEY_INTERVAL.get() {
            theirs.rekey_incoming();
        }
        send_byte(&mut ours, &mut theirs);
        if count % 1_000 == 0 {
            receive(&mut ours, &mut theirs, b"back");
        }
    }
    assert_eq!((ours.sealer.count(), ours.opener.count()), (65_539, 66));
}

#[test]
fn keys_change_after_65536_records_received() {
    let random = &mut Seeded(9);
    let suite = Suite::ChaChaPoly;
    let session = Session { pattern: Pattern::Nn, suite, ..Session::new(random, 0) };
    let (mut ours, mut theirs) = agree(&session, random);
    for _ in 0..REKEY_INTERVAL.get() {
        receive(&mut ours, &mut theirs, b"a");
    }
    theirs.rekey_outgoing();
    receive(&mut ours, &mut theirs, b"with the new key");
    send_byte(&mut ours, &mut theirs);
    assert_eq!((ours.sealer.count(), ours.opener.count()), (1, 65_537));
}

fn send_byte(ours: &mut Transport, theirs: &mut TransportState) {
    let (mut buf, mut read) = (Vec::with_capacity(19), [0; 17]);
    buf.push(0x61);
    ours.sealer.seal(&mut buf, 0).unwrap();
    assert_eq!(theirs.read_message(&buf[2..], &mut read).unwrap(), 1);
    assert_eq!(read[0], 0x61);
}

#[test]
fn a_changed_byte_is_refused_by_both_implementations() {
    for number in 0..40 {
        let random = &mut Seeded(1_000 + number);
        let session = Session::new(random, usize::try_from(number).unwrap());
        let (mut ours, mut theirs) = agree(&session, random);
        let mut record = random.text(300);
        record.push(1);
        ours.sealer.seal(&mut record, 0).unwrap();
        let at = 2 + random.below(record.len() - 2);
        record[at] ^= 0x20;
        assert!(theirs.read_message(&record[2..], &mut vec![0; 400]).is_err());

        let mut record = vec![0; 316];
        let len = theirs.write_message(&[random.text(299), vec![1]].concat(), &mut record).unwrap();
        let at = random.below(len);
        record[at] ^= 0x20;
        assert_eq!(ours.opener.open(&mut record[..len]), Err(NoiseError::Authentication));
    }
}

#[test]
fn the_feature_decides_who_computes() {
    // It shows in what is left of a record that does not open: nothing of aws-lc-rs, the ciphertext
    // of the other. Neither is text.
    for suite in Suite::ALL {
        let random = &mut Seeded(10);
        let session = Session { pattern: Pattern::Nn, suite, ..Session::new(random, 0) };
        let (mut ours, mut theirs) = agree(&session, random);
        let mut record = [0; 36];
        let len = theirs.write_message(b"some text of snow\0\0\0", &mut record).unwrap();
        record[len - 1] ^= 1;
        let sent = record;
        assert_eq!(ours.opener.open(&mut record), Err(NoiseError::Authentication));
        let accelerated = cfg!(feature = "accel");
        let left: &[u8] = if accelerated { &[0; 20] } else { &sent[..20] };
        assert_eq!(&record[..20], left);
    }
}
