//! Handshakes and records of this implementation and of snow's, side by side: each end is there
//! twice, with the same keys, so that both write the same octets and both read or refuse what came.

use network_protocol::noise::{
    Handshake, Keypair, NoiseError, Params, Pattern, PresharedKey, Random, RandomError, Role,
    Suite, Transport,
};
use snow::{Builder, HandshakeState, TransportState};

use crate::corpus::Target;
use crate::input::Input;

/// The one target of this module.
pub const TARGET: Target = Target { name: "handshake_snow", run: handshake_snow, seeds };

/// The longest message of Noise.
const MESSAGE_MAX: usize = 65_535;

/// Pattern, suite, keys and prologue are chosen by the first bytes; then what each message carries,
/// and how it is changed on its way.
pub fn handshake_snow(data: &[u8]) {
    let mut input = Input::new(data);
    let kind = Kind::choose(&mut input);
    let mut initiator = End::new(&kind, Role::Initiator);
    let mut responder = End::new(&kind, Role::Responder);
    let (mut genuine, mut messages) = (true, 0);
    while !(initiator.ours.is_finished() && responder.ours.is_finished()) {
        let (writer, reader) = if initiator.ours.is_my_turn() {
            (&mut initiator, &mut responder)
        } else {
            (&mut responder, &mut initiator)
        };
        let payload = text(&mut input);
        let Some(sent) = writer.write(&payload) else {
            return assert!(!genuine, "nobody gave a reason to refuse");
        };
        let mut came = sent.clone();
        input.edit(&mut came);
        let Some(read) = reader.read(&came) else {
            return assert!(!genuine || came != sent, "what nobody changed was refused");
        };
        assert!(genuine, "another beginning was not noticed");
        genuine = came == sent;
        // What comes before any key is in clear: the next message is what proves it.
        let in_clear = messages == 0 && matches!(kind.pattern, Pattern::Nn | Pattern::Xx);
        assert!(genuine || in_clear, "a change went through");
        assert!(!genuine || read == payload);
        messages += 1;
    }
    assert!(genuine);
    let first = initiator.ours.handshake_hash();
    assert_eq!(first, responder.ours.handshake_hash());
    records(&mut input, initiator.finish(&kind), responder.finish(&kind));
}

/// Texts one way and the other. What was changed is refused by both, and then read as it was sent
/// by who is not dead: a refusal is no step.
fn records(input: &mut Input<'_>, initiator: Channel, responder: Channel) {
    let mut ends = [initiator, responder];
    while !input.is_empty() {
        if input.below(2) == 1 {
            ends.reverse();
        }
        let [from, to] = &mut ends;
        let text = [&[input.byte()], &text(input)[..]].concat();
        let sent = from.seal(&text);
        let mut came = sent.clone();
        input.edit(&mut came);
        let opened = to.open(&came);
        if came != sent {
            assert_eq!(opened, None, "a change went through");
            return to.open_after_refusal(&sent, &text);
        }
        assert_eq!(opened, Some(text));
    }
}

/// Octets of any number up to some thousands.
fn text(input: &mut Input<'_>) -> Vec<u8> {
    let times = input.below(17);
    input.some().repeat(times)
}

/// What both ends agree on, and the keys of both.
struct Kind {
    pattern: Pattern,
    suite: Suite,
    prologue: Vec<u8>,
    keys: [Keypair; 2],
    ephemeral: [[u8; 32]; 2],
    psk: [u8; 32],
}

impl Kind {
    fn choose(input: &mut Input<'_>) -> Self {
        let (pattern, suite) = (input.one(Pattern::ALL), input.one(Suite::ALL));
        // Five secrets that are never zero, and the same only if the input says so.
        let mut number = 0;
        let mut secret = || {
            number += 1;
            let mut secret = [number; 32];
            secret.iter_mut().zip(input.take(2)).for_each(|(to, from)| *to ^= *from);
            secret
        };
        let keys = [secret(), secret()].map(|key| Keypair::from_secret(key).expect("not zero"));
        let (ephemeral, psk) = ([secret(), secret()], secret());
        Self { pattern, suite, keys, ephemeral, psk, prologue: text(input) }
    }

    const fn key(&self, role: Role) -> &Keypair {
        let [initiator, responder] = &self.keys;
        match role {
            Role::Initiator => initiator,
            Role::Responder => responder,
        }
    }

    const fn ephemeral(&self, role: Role) -> &[u8; 32] {
        let [initiator, responder] = &self.ephemeral;
        match role {
            Role::Initiator => initiator,
            Role::Responder => responder,
        }
    }

    const fn proves(&self, role: Role) -> bool {
        match self.pattern {
            Pattern::Nn | Pattern::NnPsk0 => false,
            Pattern::Nk => matches!(role, Role::Responder),
            Pattern::Xx | Pattern::Xk => true,
        }
    }

    const fn knows_peer(&self, role: Role) -> bool {
        matches!(self.pattern, Pattern::Nk | Pattern::Xk) && matches!(role, Role::Initiator)
    }

    fn ours(&self, role: Role) -> Handshake {
        let peer = self.key(role.peer()).public();
        let psk = PresharedKey::from_bytes(self.psk).expect("not zero");
        let params = Params {
            pattern: self.pattern,
            suite: self.suite,
            role,
            prologue: &self.prologue,
            local_static: self.proves(role).then(|| self.key(role)),
            remote_static: self.knows_peer(role).then_some(&peer),
            psk: (self.pattern == Pattern::NnPsk0).then_some(&psk),
        };
        Handshake::new(params, &mut Given(self.ephemeral(role))).expect("the keys it needs")
    }

    fn theirs(&self, role: Role) -> HandshakeState {
        let name = format!("Noise_{}_25519_{}_SHA256", self.pattern, self.suite);
        let peer = self.key(role.peer()).public();
        let name = name.parse().expect("a name of Noise");
        let mut builder = Builder::new(name)
            .fixed_ephemeral_key_for_testing_only(self.ephemeral(role))
            .prologue(&self.prologue)
            .expect("once");
        if self.proves(role) {
            builder = builder.local_private_key(self.key(role).secret()).expect("once");
        }
        if self.knows_peer(role) {
            builder = builder.remote_public_key(peer.as_bytes()).expect("once");
        }
        if self.pattern == Pattern::NnPsk0 {
            builder = builder.psk(0, &self.psk).expect("once");
        }
        match role {
            Role::Initiator => builder.build_initiator(),
            Role::Responder => builder.build_responder(),
        }
        .expect("the keys it needs")
    }
}

/// The secret that is to be drawn.
struct Given<'a>(&'a [u8; 32]);

impl Random for Given<'_> {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
        out.copy_from_slice(self.0);
        Ok(())
    }
}

/// One end of a handshake, in both implementations.
struct End {
    role: Role,
    ours: Handshake,
    theirs: HandshakeState,
}

impl End {
    fn new(kind: &Kind, role: Role) -> Self {
        Self { role, ours: kind.ours(role), theirs: kind.theirs(role) }
    }

    /// The next message, unless what was read before makes it impossible.
    fn write(&mut self, payload: &[u8]) -> Option<Vec<u8>> {
        let (mut ours, mut theirs) = (Vec::new(), vec![0; MESSAGE_MAX]);
        let written = self.ours.write_message(payload, &mut ours);
        let len = self.theirs.write_message(payload, &mut theirs).expect("it is small");
        theirs.truncate(len);
        // Snow goes on with a key of low order, and finds out later.
        if written == Err(NoiseError::BadPeerKey) {
            return None;
        }
        assert_eq!(written, Ok(()));
        assert_eq!(ours, theirs, "they write otherwise");
        Some(ours)
    }

    /// What a message carries, if it is believed.
    fn read(&mut self, message: &[u8]) -> Option<Vec<u8>> {
        let (mut ours, mut theirs) = (Vec::new(), vec![0; MESSAGE_MAX]);
        let read = self.ours.read_message(message, &mut ours);
        match (read, self.theirs.read_message(message, &mut theirs)) {
            (Ok(()), Ok(len)) => {
                assert_eq!(ours, theirs[..len]);
                Some(ours)
            }
            (Err(_), Err(_)) | (Err(NoiseError::BadPeerKey), Ok(_)) => None,
            (ours, theirs) => panic!("they disagree: {ours:?}, {theirs:?}"),
        }
    }

    fn finish(self, kind: &Kind) -> Channel {
        let hash = self.ours.handshake_hash().expect("it is finished");
        assert_eq!(self.theirs.get_handshake_hash(), hash);
        let peer = self.role.peer();
        let proved = kind.proves(peer).then(|| kind.key(peer).public());
        assert_eq!(self.ours.remote_static(), proved);
        assert_eq!(self.theirs.get_remote_static(), proved.as_ref().map(|key| &key.as_bytes()[..]));
        let ours = self.ours.finish().expect("it is finished");
        assert_eq!((ours.hash, ours.remote_static), (hash, proved));
        Channel { ours, theirs: self.theirs.into_transport_mode().expect("it is finished") }
    }
}

/// One end of a channel, in both implementations.
struct Channel {
    ours: Transport,
    theirs: TransportState,
}

impl Channel {
    /// One record, without its length.
    fn seal(&mut self, text: &[u8]) -> Vec<u8> {
        let (mut ours, mut theirs) = (text.to_vec(), vec![0; MESSAGE_MAX]);
        self.ours.sealer.seal(&mut ours, 0).expect("it is small");
        let len = self.theirs.write_message(text, &mut theirs).expect("it is small");
        let (length, record) = ours.split_first_chunk().expect("a length");
        assert_eq!(usize::from(u16::from_be_bytes(*length)), len);
        assert_eq!(record, &theirs[..len], "they seal otherwise");
        record.to_vec()
    }

    fn open(&mut self, record: &[u8]) -> Option<Vec<u8>> {
        let (mut ours, mut theirs) = (record.to_vec(), vec![0; MESSAGE_MAX]);
        let opened = self.ours.opener.open(&mut ours);
        match (opened, self.theirs.read_message(record, &mut theirs)) {
            (Ok(len), Ok(same)) => {
                assert_eq!(ours[..len], theirs[..same]);
                assert_eq!(self.ours.opener.count(), self.theirs.receiving_nonce());
                Some(ours[..len].to_vec())
            }
            (Err(_), Err(_)) => None,
            (ours, theirs) => panic!("they disagree: {ours:?}, {theirs:?}"),
        }
    }

    fn open_after_refusal(&mut self, record: &[u8], text: &[u8]) {
        let count = self.ours.opener.count();
        assert_eq!(self.ours.opener.open(&mut record.to_vec()), Err(NoiseError::Dead));
        assert_eq!(self.ours.opener.count(), count);
        let mut theirs = vec![0; MESSAGE_MAX];
        let len = self.theirs.read_message(record, &mut theirs).expect("it did not count");
        assert_eq!(&theirs[..len], text);
    }
}

fn seeds() -> Vec<(String, Vec<u8>)> {
    let mut seeds = Vec::new();
    for (number, pattern) in (0_u8..).zip(Pattern::ALL) {
        for (suite, suite_name) in [(0, "chacha"), (1, "aes")] {
            // Ten bytes of keys, no prologue, and messages that carry something.
            let kind = [&[number, suite][..], &[0; 10], &[0, 0]].concat();
            let message = [2, 3, b'a', b'b', b'c', 0];
            let messages =
                message.repeat(if matches!(pattern, Pattern::Xx | Pattern::Xk) { 3 } else { 2 });
            let name = format!("{}-{suite_name}", pattern.name().to_lowercase());
            let record = [0, 7, 2, 3, b'd', b'e', b'f', 0];
            let answer = [1, 7, 2, 3, b'd', b'e', b'f', 0];
            seeds.push((name.clone(), [&kind[..], &messages, &record, &answer, &record].concat()));
            // One bit of the first message, of the second, of a record.
            let flip = [2, 3, b'a', b'b', b'c', 1, 5, 0, 5, 0, 0];
            seeds.push((format!("{name}-first"), [&kind[..], &flip, &messages].concat()));
            seeds
                .push((format!("{name}-second"), [&kind[..], &message, &flip, &messages].concat()));
            let flipped = [0, 7, 2, 3, b'd', b'e', b'f', 1, 5, 0, 5, 0, 0];
            seeds.push((format!("{name}-record"), [&kind[..], &messages, &flipped].concat()));
        }
    }
    // A key of low order for an ephemeral one.
    let zeros = [&[0, 0, 1, 0, 0, 0, 0, 6, 32][..], &[0; 32]].concat();
    seeds.push(("low-order".into(), [&[0; 14][..], &zeros].concat()));
    seeds
}
