//! Handshakes with somebody in between, or with a peer that means no good.

use super::super::{Handshake, Keypair, NoiseError, Pattern, PublicKey, Role, Suite};
use super::{Side, client, implementations, keypair, pass, psk, run, server, write};

/// The messages of an honest handshake, and a way back to the moment before each is read.
struct Recorded {
    initiator: Side,
    responder: Side,
    messages: Vec<Vec<u8>>,
}

impl Recorded {
    fn new(pattern: Pattern, suite: Suite) -> Self {
        let (initiator, responder) = Side::both(pattern, suite);
        let mut recorded = Self { initiator, responder, messages: Vec::new() };
        let (mut from, mut to) = (recorded.initiator.start(), recorded.responder.start());
        while from.is_my_turn() {
            let message = write(&mut from, recorded.messages.len()).unwrap();
            to.read_message(&message, &mut Vec::new()).unwrap();
            recorded.messages.push(message);
            (from, to) = (to, from);
        }
        recorded
    }

    /// The side that reads the message with this index, just before it does.
    fn reader(&self, index: usize) -> Handshake {
        let (mut side, first) = if index.is_multiple_of(2) {
            (self.responder.start(), 1)
        } else {
            (self.initiator.start(), 0)
        };
        for (earlier, message) in self.messages.iter().enumerate().take(index) {
            if earlier % 2 == first {
                assert_eq!(write(&mut side, earlier).as_ref(), Ok(message));
            } else {
                side.read_message(message, &mut Vec::new()).unwrap();
            }
        }
        side
    }

    /// Hands `message` to the reader of the one with this index. What must come of it: an error
    /// there, or, where the pattern cannot tell yet, an error at the other side's next read.
    fn deliver(&self, index: usize, message: &[u8]) -> NoiseError {
        let mut reader = self.reader(index);
        let mut read = b"kept".to_vec();
        match reader.read_message(message, &mut read) {
            Err(error) => {
                assert_eq!(read, b"kept");
                assert_eq!(
                    reader.read_message(&self.messages[index], &mut read),
                    Err(NoiseError::Dead)
                );
                error
            }
            Ok(()) => {
                assert_eq!(index, 0, "only a first message can be read without a proof");
                let answer = write(&mut reader, 1).unwrap();
                let mut other = self.reader(1);
                other.read_message(&answer, &mut Vec::new()).unwrap_err()
            }
        }
    }
}

/// These patterns on each implementation.
fn each(patterns: &[Pattern]) -> impl Iterator<Item = Pattern> {
    implementations().flat_map(|_| patterns.iter().copied())
}

#[test]
fn any_bit_flipped_in_any_message_is_found() {
    for pattern in each(&[Pattern::Nn, Pattern::Xx]) {
        let recorded = Recorded::new(pattern, Suite::ChaChaPoly);
        for (index, message) in recorded.messages.iter().enumerate() {
            for bit in 0..message.len() * 8 {
                let mut flipped = message.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                let error = recorded.deliver(index, &flipped);
                assert_eq!(
                    error,
                    NoiseError::Authentication,
                    "{pattern}, message {index}, bit {bit}"
                );
            }
        }
    }
}

#[test]
fn one_bit_flipped_in_each_byte_is_found_in_every_pattern() {
    for pattern in each(&Pattern::ALL) {
        let recorded = Recorded::new(pattern, Suite::AesGcm);
        for (index, message) in recorded.messages.iter().enumerate() {
            for byte in 0..message.len() {
                let mut flipped = message.clone();
                flipped[byte] ^= 1 << (byte % 8);
                assert_eq!(recorded.deliver(index, &flipped), NoiseError::Authentication);
            }
        }
    }
}

#[test]
fn any_message_cut_anywhere_is_found() {
    // What each message must carry before its payload, with the tag behind it.
    let least = [
        (Pattern::Nn, vec![32, 48]),
        (Pattern::Xx, vec![32, 96, 64]),
        (Pattern::Nk, vec![48, 48]),
        (Pattern::Xk, vec![48, 48, 64]),
        (Pattern::NnPsk0, vec![48, 48]),
    ];
    for (pattern, least) in least {
        let recorded = Recorded::new(pattern, Suite::ChaChaPoly);
        for (index, message) in recorded.messages.iter().enumerate() {
            for len in 0..message.len() {
                let expected = if len < least[index] {
                    NoiseError::MessageTruncated
                } else {
                    NoiseError::Authentication
                };
                assert_eq!(
                    recorded.deliver(index, &message[..len]),
                    expected,
                    "{pattern} {index} {len}"
                );
            }
        }
    }
}

#[test]
fn bytes_behind_a_message_are_found() {
    for pattern in each(&Pattern::ALL) {
        let recorded = Recorded::new(pattern, Suite::ChaChaPoly);
        for (index, message) in recorded.messages.iter().enumerate() {
            let longer = [&message[..], &[0]].concat();
            assert_eq!(recorded.deliver(index, &longer), NoiseError::Authentication);
        }
    }
}

#[test]
fn a_side_does_not_accept_its_own_message() {
    for pattern in each(&Pattern::ALL) {
        let recorded = Recorded::new(pattern, Suite::ChaChaPoly);
        let error = recorded.deliver(1, &recorded.messages[0]);
        // An answer of XX carries a key, for which its first message is too short.
        let short = pattern == Pattern::Xx;
        assert_eq!(
            error,
            if short { NoiseError::MessageTruncated } else { NoiseError::Authentication }
        );
    }
}

#[test]
fn a_recorded_first_flight_gets_no_session() {
    // The whole of a client's messages, played to the same server with another ephemeral key.
    for pattern in each(&[Pattern::Xx, Pattern::Xk]) {
        let recorded = Recorded::new(pattern, Suite::ChaChaPoly);
        let mut server = Side { seed: 99, ..recorded.responder.clone() }.start();
        server.read_message(&recorded.messages[0], &mut Vec::new()).unwrap();
        write(&mut server, 1).unwrap();
        let mut read = Vec::new();
        assert_eq!(
            server.read_message(&recorded.messages[2], &mut read),
            Err(NoiseError::Authentication)
        );
        assert_eq!(read, b"");
    }
}

#[test]
fn what_both_must_have_seen_alike_is_compared() {
    for pattern in each(&Pattern::ALL) {
        let (initiator, responder) = Side::both(pattern, Suite::ChaChaPoly);
        let other = Side { prologue: b"another offer".to_vec(), ..responder.clone() };
        assert_eq!(run(&initiator, &other).map(|_| ()), Err(NoiseError::Authentication));
        let other = Side { suite: Suite::AesGcm, ..responder.clone() };
        assert_eq!(run(&initiator, &other).map(|_| ()), Err(NoiseError::Authentication));
    }
    let initiator = Side::new(Pattern::Xx, Suite::ChaChaPoly, Role::Initiator);
    let responder = Side::new(Pattern::Nn, Suite::ChaChaPoly, Role::Responder);
    let (mut initiator, mut responder) = (initiator.start(), responder.start());
    pass(&mut initiator, &mut responder, 0).unwrap();
    let mut answer = Vec::new();
    responder.write_message(&[0; 100], &mut answer).unwrap();
    let result = initiator.read_message(&answer, &mut Vec::new());
    assert_eq!(result, Err(NoiseError::Authentication));
}

#[test]
fn another_server_than_the_known_one_cannot_answer() {
    for pattern in each(&[Pattern::Nk, Pattern::Xk]) {
        let (initiator, responder) = Side::both(pattern, Suite::ChaChaPoly);
        let other = Side { local: Some(keypair(66)), ..responder };
        assert_eq!(run(&initiator, &other).map(|_| ()), Err(NoiseError::Authentication));
    }
}

#[test]
fn another_shared_key_cannot_be_used() {
    let (initiator, responder) = Side::both(Pattern::NnPsk0, Suite::ChaChaPoly);
    let other = Side { psk: Some(psk([0x5b; 32])), ..responder };
    assert_eq!(run(&initiator, &other).map(|_| ()), Err(NoiseError::Authentication));
}

#[test]
fn a_pinned_key_is_accepted_and_any_other_ends_the_handshake() {
    let (initiator, responder) = Side::both(Pattern::Xx, Suite::ChaChaPoly);
    let pinned = Side { remote: Some(server().public()), ..initiator.clone() };
    assert_eq!(run(&pinned, &responder).map(|_| ()), Ok(()));
    let pinned = Side { remote: Some(client().public()), ..responder.clone() };
    assert_eq!(run(&initiator, &pinned).map(|_| ()), Ok(()));

    let expected = keypair(3).public();
    let wrong = Side { remote: Some(expected), ..initiator };
    let presented = server().public();
    assert_eq!(
        run(&wrong, &responder).map(|_| ()),
        Err(NoiseError::PeerKeyMismatch { expected, presented })
    );
    for pattern in each(&[Pattern::Xx, Pattern::Xk]) {
        let (initiator, responder) = Side::both(pattern, Suite::ChaChaPoly);
        let wrong = Side { remote: Some(expected), ..responder };
        let presented = client().public();
        assert_eq!(
            run(&initiator, &wrong).map(|_| ()),
            Err(NoiseError::PeerKeyMismatch { expected, presented })
        );
    }
}

#[test]
fn what_an_unpinned_peer_sent_is_not_delivered() {
    let (initiator, responder) = Side::both(Pattern::Xx, Suite::ChaChaPoly);
    let mut initiator = Side { remote: Some(keypair(3).public()), ..initiator }.start();
    let mut responder = responder.start();
    pass(&mut initiator, &mut responder, 0).unwrap();
    let message = write(&mut responder, 1).unwrap();
    let mut read = b"kept".to_vec();
    assert!(initiator.read_message(&message, &mut read).is_err());
    assert_eq!(read, b"kept");
    assert!(!initiator.is_my_turn());
}

/// The points of order 1, 2, 4 and 8 on the curve and its twist in every encoding of 255 bits.
/// X25519 ignores the 256th, so each stands for two texts.
const LOW_ORDER: [&str; 7] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

fn low_order() -> Vec<[u8; 32]> {
    let points = LOW_ORDER.map(|text| <[u8; 32]>::try_from(hex::decode(text).unwrap()).unwrap());
    points
        .into_iter()
        .flat_map(|point| {
            let mut high = point;
            high[31] |= 0x80;
            [point, high]
        })
        .collect()
}

#[test]
fn a_point_of_low_order_as_ephemeral_key_is_refused() {
    for pattern in each(&Pattern::ALL) {
        for point in low_order() {
            let recorded = Recorded::new(pattern, Suite::ChaChaPoly);
            let mut message = recorded.messages[1].clone();
            message[..32].copy_from_slice(&point);
            assert_eq!(recorded.deliver(1, &message), NoiseError::BadPeerKey);
        }
    }
    // In a first message of NN and XX it is met when the answer is made, before anything is sent.
    for pattern in each(&[Pattern::Nn, Pattern::Xx]) {
        for point in low_order() {
            let mut responder = Side::new(pattern, Suite::ChaChaPoly, Role::Responder).start();
            responder.read_message(&point, &mut Vec::new()).unwrap();
            let mut out = b"kept".to_vec();
            assert_eq!(responder.write_message(b"secret", &mut out), Err(NoiseError::BadPeerKey));
            assert_eq!(out, b"kept");
        }
    }
    // With a known key it is met while reading.
    for pattern in each(&[Pattern::Nk, Pattern::Xk]) {
        let recorded = Recorded::new(pattern, Suite::ChaChaPoly);
        for point in low_order() {
            let mut message = recorded.messages[0].clone();
            message[..32].copy_from_slice(&point);
            assert_eq!(recorded.deliver(0, &message), NoiseError::BadPeerKey);
        }
    }
}

#[test]
fn a_point_of_low_order_as_static_key_is_refused() {
    for point in implementations().flat_map(|_| low_order()) {
        let point = PublicKey::from_bytes(point);
        let forged = |pair: &Keypair| Some(pair.with_public(point));
        let (initiator, responder) = Side::both(Pattern::Xx, Suite::ChaChaPoly);
        let bad = Side { local: forged(&server()), ..responder.clone() };
        assert_eq!(run(&initiator, &bad).map(|_| ()), Err(NoiseError::BadPeerKey));
        let bad = Side { local: forged(&client()), ..initiator };
        assert_eq!(run(&bad, &responder).map(|_| ()), Err(NoiseError::BadPeerKey));

        let knows = Side {
            remote: Some(point),
            ..Side::new(Pattern::Nk, Suite::ChaChaPoly, Role::Initiator)
        };
        assert_eq!(write(&mut knows.start(), 0), Err(NoiseError::BadPeerKey));
    }
}

#[test]
fn random_bytes_never_get_through() {
    let mut bytes = super::Seeded(5);
    for pattern in each(&Pattern::ALL) {
        let recorded = Recorded::new(pattern, Suite::ChaChaPoly);
        for len in (0..200).step_by(3) {
            let mut message = vec![0; len];
            super::Random::fill(&mut bytes, &mut message).unwrap();
            for index in 0..recorded.messages.len() {
                let error = recorded.deliver(index, &message);
                assert!(
                    matches!(error, NoiseError::Authentication | NoiseError::MessageTruncated),
                    "{error}"
                );
            }
        }
    }
}
