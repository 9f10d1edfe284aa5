//! What is left in memory of keys that were dropped: nothing.
//!
//! An allocator looks through every block that is given back, and on Linux all writable memory of
//! the process but the stack is looked through as well, which finds what C libraries give back. The
//! keys to look for are computed here a second time, from the specification.
#![expect(unsafe_code, reason = "an allocator that looks at what is given back")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests, which may panic"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering::SeqCst};

use chacha20poly1305::aead::{AeadInOut, KeyInit as _};
use hmac::{Hmac, Mac as _};
use protocol_runtime::noise::{
    Handshake, Keypair, Params, Pattern, PresharedKey, REKEY_INTERVAL, Random, RandomError, Role,
    Suite, Transport,
};
use sha2::{Digest as _, Sha256};
use x25519_dalek::{PublicKey, StaticSecret};

/// So that what is looked for is not found where it is kept.
const MASK: u8 = 0xa7;
const LEN: usize = 16;
const MOST: usize = 128;
static ZEROS: [u8; 4_096] = [0; 4_096];

#[global_allocator]
static ALLOCATOR: Looking = Looking {
    given: AtomicUsize::new(0),
    looking: AtomicBool::new(false),
    found: AtomicUsize::new(0),
    count: AtomicUsize::new(0),
    needles: [const { [const { AtomicU8::new(0) }; LEN] }; MOST],
};

thread_local! {
    /// Whether this is the thread of the test.
    static HERE: Cell<bool> = const { Cell::new(false) };
}

/// Gives back to the system what it has looked through.
struct Looking {
    /// How many blocks were given out to the thread of the test.
    given: AtomicUsize,
    looking: AtomicBool,
    found: AtomicUsize,
    count: AtomicUsize,
    needles: [[AtomicU8; LEN]; MOST],
}

// SAFETY: passes everything on to the system's allocator. Memory is given out zeroed, so that all of
// it may be read.
unsafe impl GlobalAlloc for Looking {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // The harness has threads of its own.
        if HERE.get() {
            self.given.fetch_add(1, SeqCst);
        }
        // SAFETY: the caller's promise is the same.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if self.looking.load(SeqCst) {
            // SAFETY: the block is the caller's until it is given back below, and was zeroed.
            let bytes = unsafe { core::slice::from_raw_parts(block, layout.size()) };
            self.found.fetch_add(self.matches(bytes), SeqCst);
        }
        // SAFETY: the caller's promise is the same.
        unsafe { System.dealloc(block, layout) }
    }
}

impl Looking {
    /// Looks for this from now on, in two halves: either would be worth something.
    fn look_for(&self, secret: &[u8]) {
        for half in secret.chunks_exact(LEN) {
            let place = self.count.fetch_add(1, SeqCst);
            for (to, from) in self.needles[place].iter().zip(half) {
                to.store(from ^ MASK, SeqCst);
            }
        }
    }

    fn forget_all(&self) {
        self.count.store(0, SeqCst);
    }

    /// How often something that is looked for stands in these bytes.
    fn matches(&self, bytes: &[u8]) -> usize {
        // Most memory is zeros, and without optimisation looking closer takes its time.
        if ZEROS.get(..bytes.len()) == Some(bytes) {
            return 0;
        }
        let needles = &self.needles[..self.count.load(SeqCst)];
        let mut firsts = [false; 256];
        for needle in needles {
            firsts[usize::from(needle[0].load(SeqCst) ^ MASK)] = true;
        }
        let mut found = 0;
        for window in bytes.windows(LEN) {
            if firsts[usize::from(window[0])] {
                let same = |needle: &&[AtomicU8; LEN]| {
                    let mut pairs = needle.iter().zip(window);
                    pairs.all(|(one, other)| one.load(SeqCst) ^ MASK == *other)
                };
                found += needles.iter().filter(same).count();
            }
        }
        found
    }

    /// How much was found in blocks that `run` gave back.
    fn watch<T>(&self, run: impl FnOnce() -> T) -> (T, usize) {
        self.found.store(0, SeqCst);
        self.looking.store(true, SeqCst);
        let done = run();
        self.looking.store(false, SeqCst);
        (done, self.found.load(SeqCst))
    }
}

/// How often something that is looked for stands anywhere in writable memory, stacks excepted: what
/// a call leaves on a stack is overwritten by the next, and nobody promises more.
#[cfg(target_os = "linux")]
fn in_memory() -> usize {
    use std::fs::{File, read_to_string};
    use std::os::unix::fs::FileExt as _;

    let here = [0u8; 1];
    let here = here.as_ptr().addr();
    let memory = File::open("/proc/self/mem").unwrap();
    let mut found = 0;
    for line in read_to_string("/proc/self/maps").unwrap().lines() {
        let mut words = line.split_whitespace();
        let (range, rights) = (words.next().unwrap(), words.next().unwrap());
        let path = words.nth(3).unwrap_or_default();
        let (start, end) = range.split_once('-').unwrap();
        let start = usize::from_str_radix(start, 16).unwrap();
        let end = usize::from_str_radix(end, 16).unwrap();
        if !rights.starts_with("rw") || path == "[stack]" || (start..end).contains(&here) {
            continue;
        }
        // On the stack, which is not looked through.
        let mut window = [0; ZEROS.len()];
        let mut at = start;
        while at < end {
            let want = window.len().min(end - at);
            let Ok(len) = memory.read_at(&mut window[..want], at.try_into().unwrap()) else {
                break;
            };
            found += ALLOCATOR.matches(&window[..len]);
            // Windows overlap, so that nothing is missed between two of them.
            at += if at + len < end { len - (LEN - 1) } else { len };
        }
    }
    found
}

/// Gives what it was made with.
struct Fixed([u8; 32]);

impl Random for Fixed {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
        out.copy_from_slice(&self.0);
        Ok(())
    }
}

/// A secret of this run. It is told from a number, so that it need not be kept.
fn secret(number: u8) -> [u8; 32] {
    Sha256::digest([number, 0x51, 0x77]).into()
}

const CLIENT: u8 = 1;
const SERVER: u8 = 2;
const CLIENT_EPHEMERAL: u8 = 3;
const SERVER_EPHEMERAL: u8 = 4;
const SHARED: u8 = 5;

/// The chaining key of a handshake, computed by the specification. All that comes of it is looked for.
struct Chain([u8; 32]);

impl Chain {
    fn new(pattern: Pattern, suite: Suite) -> Self {
        let name = format!("Noise_{pattern}_25519_{suite}_SHA256");
        let mut padded = [0; 32];
        match padded.get_mut(..name.len()) {
            Some(head) => head.copy_from_slice(name.as_bytes()),
            None => padded = Sha256::digest(name).into(),
        }
        Self(padded)
    }

    fn hmac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
        parts.iter().for_each(|part| mac.update(part));
        mac.finalize().into_bytes().into()
    }

    /// HKDF with three outputs, of which the first two are the same as with two.
    fn hkdf(&self, input: &[u8]) -> [[u8; 32]; 3] {
        let secret = Self::hmac(&self.0, &[input]);
        let first = Self::hmac(&secret, &[&[1]]);
        let second = Self::hmac(&secret, &[&first, &[2]]);
        let third = Self::hmac(&secret, &[&second, &[3]]);
        for found in [&secret, &first, &second] {
            ALLOCATOR.look_for(found);
        }
        [first, second, third]
    }

    fn mix_key(&mut self, input: &[u8]) {
        [self.0, ..] = self.hkdf(input);
    }

    fn mix_dh(&mut self, ours: u8, theirs: u8) {
        let shared = StaticSecret::from(secret(ours)).diffie_hellman(&public(theirs));
        ALLOCATOR.look_for(shared.as_bytes());
        self.mix_key(shared.as_bytes());
    }

    /// The keys of the two directions, and the next ones.
    fn split(&self, suite: Suite) {
        let [first, second, _] = self.hkdf(&[]);
        for key in [first, second] {
            let mut zeros = [0; 32];
            let nonce = [[0; 4], [0xff; 4], [0xff; 4]].concat();
            let nonce: [u8; 12] = nonce.try_into().unwrap();
            let text = zeros.as_mut_slice().into();
            let _tag = match suite {
                Suite::ChaChaPoly => chacha20poly1305::ChaCha20Poly1305::new(&key.into())
                    .encrypt_inout_detached(&nonce.into(), b"", text)
                    .unwrap(),
                Suite::AesGcm => aes_gcm::Aes256Gcm::new(&key.into())
                    .encrypt_inout_detached(&nonce.into(), b"", text)
                    .unwrap(),
            };
            ALLOCATOR.look_for(&zeros);
        }
    }
}

fn public(number: u8) -> PublicKey {
    PublicKey::from(&StaticSecret::from(secret(number)))
}

/// Looks for all secrets of a handshake, computed beforehand.
fn look_for_all(pattern: Pattern, suite: Suite) {
    ALLOCATOR.forget_all();
    for number in [CLIENT, SERVER, CLIENT_EPHEMERAL, SERVER_EPHEMERAL, SHARED] {
        ALLOCATOR.look_for(&secret(number));
    }
    let mut chain = Chain::new(pattern, suite);
    if pattern == Pattern::NnPsk0 {
        let [chaining_key, _, key] = chain.hkdf(&secret(SHARED));
        ALLOCATOR.look_for(&key);
        chain.0 = chaining_key;
        chain.mix_key(public(CLIENT_EPHEMERAL).as_bytes());
        chain.mix_key(public(SERVER_EPHEMERAL).as_bytes());
    }
    chain.mix_dh(CLIENT_EPHEMERAL, SERVER_EPHEMERAL);
    if pattern == Pattern::Xx {
        chain.mix_dh(CLIENT_EPHEMERAL, SERVER);
        chain.mix_dh(CLIENT, SERVER_EPHEMERAL);
    }
    chain.split(suite);
}

fn start(pattern: Pattern, suite: Suite, role: Role) -> Handshake {
    let (own, ephemeral) = match role {
        Role::Initiator => (CLIENT, CLIENT_EPHEMERAL),
        Role::Responder => (SERVER, SERVER_EPHEMERAL),
    };
    let local = Keypair::from_secret(secret(own)).unwrap();
    let psk = PresharedKey::from_bytes(secret(SHARED)).unwrap();
    let params = Params {
        pattern,
        suite,
        role,
        prologue: b"",
        local_static: (pattern == Pattern::Xx).then_some(&local),
        remote_static: None,
        psk: (pattern == Pattern::NnPsk0).then_some(&psk),
    };
    Handshake::new(params, &mut Fixed(secret(ephemeral))).unwrap()
}

fn handshake(pattern: Pattern, suite: Suite) -> (Transport, Transport) {
    let mut client = start(pattern, suite, Role::Initiator);
    let mut server = start(pattern, suite, Role::Responder);
    while !client.is_finished() {
        let (from, to) = match client.is_my_turn() {
            true => (&mut client, &mut server),
            false => (&mut server, &mut client),
        };
        let mut message = Vec::new();
        from.write_message(b"payload", &mut message).unwrap();
        to.read_message(&message, &mut Vec::new()).unwrap();
    }
    (client.finish().unwrap(), server.finish().unwrap())
}

/// Sends so much that the first direction changes its key, and a little the other way.
fn talk(client: &mut Transport, server: &mut Transport) {
    let mut buffer = Vec::with_capacity(64);
    for count in 0..REKEY_INTERVAL.get() + 2 {
        let (sealer, opener) = match count {
            5 => (&mut server.sealer, &mut client.opener),
            _ => (&mut client.sealer, &mut server.opener),
        };
        buffer.clear();
        buffer.extend_from_slice(b"text");
        sealer.seal(&mut buffer, 0).unwrap();
        opener.open(&mut buffer[2..]).unwrap();
    }
    assert!(client.sealer.count() > REKEY_INTERVAL.get());
}

#[test]
fn h19_nothing_of_a_key_is_left_in_memory() {
    HERE.set(true);
    for pattern in [Pattern::Xx, Pattern::NnPsk0] {
        for suite in Suite::ALL {
            look_for_all(pattern, suite);
            let ((mut client, mut server), found) = ALLOCATOR.watch(|| handshake(pattern, suite));
            assert_eq!(found, 0, "{pattern} {suite}: after the handshake");
            let given = ALLOCATOR.given.load(SeqCst);
            let ((), found) = ALLOCATOR.watch(|| talk(&mut client, &mut server));
            // The buffer, and for each side the place of a new key.
            assert!(ALLOCATOR.given.load(SeqCst) - given <= 3, "{pattern} {suite}");
            assert_eq!(found, 0, "{pattern} {suite}: after a change of keys");
            #[cfg(target_os = "linux")]
            if suite == Suite::ChaChaPoly {
                assert_ne!(in_memory(), 0, "{pattern} {suite}: the keys in use are somewhere");
            }
            let ((), found) = ALLOCATOR.watch(|| drop((client, server)));
            assert_eq!(found, 0, "{pattern} {suite}: after the end");
            #[cfg(target_os = "linux")]
            assert_eq!(in_memory(), 0, "{pattern} {suite}");
        }
    }
    broken_off_handshakes();
    keys_as_text();
    what_would_be_found();
}

/// At every message, by either side.
fn broken_off_handshakes() {
    look_for_all(Pattern::Xx, Suite::ChaChaPoly);
    for messages in 0..3 {
        let ((), found) = ALLOCATOR.watch(|| {
            let mut from = start(Pattern::Xx, Suite::ChaChaPoly, Role::Initiator);
            let mut to = start(Pattern::Xx, Suite::ChaChaPoly, Role::Responder);
            for _ in 0..messages {
                let mut message = Vec::new();
                from.write_message(b"", &mut message).unwrap();
                to.read_message(&message, &mut Vec::new()).unwrap();
                (from, to) = (to, from);
            }
            to.read_message(&[7; 31], &mut Vec::new()).unwrap_err();
            drop(from);
        });
        assert_eq!(found, 0, "{messages} messages");
    }
    #[cfg(target_os = "linux")]
    assert_eq!(in_memory(), 0);
}

/// A key file's text and a pre-shared key's line are secrets as well.
fn keys_as_text() {
    ALLOCATOR.forget_all();
    ALLOCATOR.look_for(&secret(CLIENT));
    ALLOCATOR.look_for(&secret(SHARED));
    let pair = Keypair::from_secret(secret(CLIENT)).unwrap();
    let shared = PresharedKey::from_bytes(secret(SHARED)).unwrap();
    let pem = pair.to_pem();
    let line = pem.lines().nth(1).unwrap();
    ALLOCATOR.look_for(&line.as_bytes()[32..]);
    ALLOCATOR.look_for(&shared.to_text().as_bytes()[12..]);
    let ((), found) = ALLOCATOR.watch(|| {
        drop(Keypair::from_pem(&pem).unwrap());
        drop(PresharedKey::from_text(&shared.to_text()).unwrap());
        drop((pem, pair, shared));
    });
    assert_eq!(found, 0);
    #[cfg(target_os = "linux")]
    assert_eq!(in_memory(), 0);
}

/// Both ways of looking see a key that was not wiped.
fn what_would_be_found() {
    ALLOCATOR.forget_all();
    ALLOCATOR.look_for(&secret(CLIENT));
    let copy = black_box(Box::new(secret(CLIENT)));
    #[cfg(target_os = "linux")]
    assert_eq!(in_memory(), 2);
    let ((), found) = ALLOCATOR.watch(|| drop(copy));
    assert_eq!(found, 2);
}
