//! Handshakes between two well-meaning sides, and what a caller may do wrong.

use super::super::{Handshake, KeyUse, MESSAGE_MAX, NoiseError, Pattern, Role, Suite};
use super::{Side, client, keypair, open, pass, payload, psk, run, seal, server, suites, write};

#[test]
fn both_sides_end_with_the_same_hash_and_keys_that_fit() {
    for pattern in Pattern::ALL {
        for suite in suites() {
            let (initiator, responder) = Side::both(pattern, suite);
            let (mut client, mut server) = run(&initiator, &responder).unwrap();
            assert_eq!(client.hash, server.hash);
            for text in [&b"first"[..], b"second"] {
                let record = seal(&mut client.sealer, text);
                assert_eq!(open(&mut server.opener, &record).as_deref(), Ok(text));
                let record = seal(&mut server.sealer, text);
                assert_eq!(open(&mut client.opener, &record).as_deref(), Ok(text));
            }
        }
    }
}

#[test]
fn each_side_learns_the_key_that_the_pattern_proves_and_no_other() {
    let (client, server) = (Some(client().public()), Some(server().public()));
    let learnt = |pattern| {
        let (initiator, responder) = Side::both(pattern, Suite::ChaChaPoly);
        let (initiator, responder) = run(&initiator, &responder).unwrap();
        (initiator.remote_static, responder.remote_static)
    };
    assert_eq!(learnt(Pattern::Nn), (None, None));
    assert_eq!(learnt(Pattern::NnPsk0), (None, None));
    assert_eq!(learnt(Pattern::Nk), (server, None));
    assert_eq!(learnt(Pattern::Xk), (server, client));
    assert_eq!(learnt(Pattern::Xx), (server, client));
}

#[test]
fn getters_follow_the_handshake_step_by_step() {
    let (initiator, responder) = Side::both(Pattern::Xx, Suite::AesGcm);
    let (mut initiator, mut responder) = (initiator.start(), responder.start());
    let state = |side: &Handshake| {
        (
            side.is_my_turn(),
            side.is_finished(),
            side.remote_static(),
            side.handshake_hash().is_some(),
        )
    };
    let (client, server) = (Some(client().public()), Some(server().public()));
    assert_eq!(state(&initiator), (true, false, None, false));
    assert_eq!(state(&responder), (false, false, None, false));
    pass(&mut initiator, &mut responder, 0).unwrap();
    assert_eq!(state(&initiator), (false, false, None, false));
    assert_eq!(state(&responder), (true, false, None, false));
    pass(&mut responder, &mut initiator, 1).unwrap();
    assert_eq!(state(&initiator), (true, false, server, false));
    assert_eq!(state(&responder), (false, false, None, false));
    pass(&mut initiator, &mut responder, 2).unwrap();
    assert_eq!(state(&initiator), (false, true, server, true));
    assert_eq!(state(&responder), (false, true, client, true));
    let hash = initiator.handshake_hash();
    assert_eq!(responder.handshake_hash(), hash);
    assert_eq!(initiator.finish().map(|transport| transport.hash).ok(), hash);
}

#[test]
fn a_key_known_beforehand_is_known_from_the_start() {
    let initiator = Side::new(Pattern::Xk, Suite::ChaChaPoly, Role::Initiator).start();
    assert_eq!(initiator.remote_static(), Some(server().public()));
}

#[test]
fn a_pin_is_not_a_key_that_was_proved() {
    let mut initiator = Side::new(Pattern::Xx, Suite::ChaChaPoly, Role::Initiator);
    initiator.remote = Some(server().public());
    assert_eq!(initiator.start().remote_static(), None);
}

#[test]
fn messages_are_appended_behind_what_is_there() {
    let (initiator, responder) = Side::both(Pattern::Nn, Suite::ChaChaPoly);
    let (mut initiator, mut responder) = (initiator.start(), responder.start());
    let mut out = b"header".to_vec();
    initiator.write_message(b"in clear", &mut out).unwrap();
    assert_eq!((out.len(), &out[..6], &out[38..]), (46, &b"header"[..], &b"in clear"[..]));
    let mut payload = b"kept:".to_vec();
    responder.read_message(&out[6..], &mut payload).unwrap();
    assert_eq!(payload, b"kept:in clear");
    let mut out = b"header".to_vec();
    responder.write_message(b"secret", &mut out).unwrap();
    assert_eq!(out.len(), 6 + 32 + 6 + 16);
    let mut payload = b"kept:".to_vec();
    initiator.read_message(&out[6..], &mut payload).unwrap();
    assert_eq!(payload, b"kept:secret");
}

/// Everything a dead handshake may be asked answers that it is dead.
fn assert_dead(mut side: Handshake) {
    let mut buffer = b"kept".to_vec();
    assert!(!side.is_my_turn() && !side.is_finished());
    assert_eq!((side.remote_static(), side.handshake_hash()), (None, None));
    assert_eq!(side.write_message(b"x", &mut buffer), Err(NoiseError::Dead));
    assert_eq!(side.read_message(&[0; 96], &mut buffer), Err(NoiseError::Dead));
    assert_eq!(buffer, b"kept");
    assert_eq!(format!("{side:?}"), "Handshake { dead: true, .. }");
    assert_eq!(side.finish().map(|_| ()), Err(NoiseError::Dead));
}

#[test]
fn a_step_out_of_turn_ends_the_handshake() {
    for pattern in Pattern::ALL {
        let (initiator, responder) = Side::both(pattern, Suite::ChaChaPoly);
        let (mut first, mut second) = (initiator.start(), responder.start());
        let mut buffer = b"kept".to_vec();
        assert_eq!(first.read_message(&[7; 200], &mut buffer), Err(NoiseError::OutOfTurn));
        assert_eq!(second.write_message(b"x", &mut buffer), Err(NoiseError::OutOfTurn));
        assert_eq!(buffer, b"kept");
        assert_dead(first);
        assert_dead(second);
        let (mut first, mut second) = (initiator.start(), responder.start());
        pass(&mut first, &mut second, 0).unwrap();
        assert_eq!(write(&mut first, 1), Err(NoiseError::OutOfTurn));
        assert_eq!(second.read_message(&[7; 200], &mut buffer), Err(NoiseError::OutOfTurn));
        assert_dead(first);
        assert_dead(second);
    }
}

#[test]
fn no_message_follows_the_last() {
    let finished = || {
        let (initiator, responder) = Side::both(Pattern::Nn, Suite::ChaChaPoly);
        let (mut initiator, mut responder) = (initiator.start(), responder.start());
        pass(&mut initiator, &mut responder, 0).unwrap();
        pass(&mut responder, &mut initiator, 1).unwrap();
        [initiator, responder]
    };
    for mut side in finished() {
        assert_eq!(write(&mut side, 2), Err(NoiseError::Finished));
        assert_dead(side);
    }
    for mut side in finished() {
        assert_eq!(side.read_message(&[7; 200], &mut Vec::new()), Err(NoiseError::Finished));
        assert_dead(side);
    }
}

#[test]
fn a_handshake_cannot_be_left_early() {
    let (initiator, responder) = Side::both(Pattern::Xx, Suite::ChaChaPoly);
    for messages in 0..3 {
        let (mut first, mut second) = (initiator.start(), responder.start());
        for index in 0..messages {
            let (from, to) =
                if index == 1 { (&mut second, &mut first) } else { (&mut first, &mut second) };
            pass(from, to, index).unwrap();
        }
        assert_eq!(first.finish().map(|_| ()), Err(NoiseError::Unfinished));
        assert_eq!(second.finish().map(|_| ()), Err(NoiseError::Unfinished));
    }
}

#[test]
fn a_payload_fills_a_message_to_its_limit_and_not_beyond() {
    let (initiator, responder) = Side::both(Pattern::Nn, Suite::ChaChaPoly);
    for (index, overhead) in [(0, 32), (1, 32 + 16)] {
        let max = MESSAGE_MAX - overhead;
        for len in [max, max + 1] {
            let (mut from, mut to) = (initiator.start(), responder.start());
            if index == 1 {
                pass(&mut from, &mut to, 0).unwrap();
                (from, to) = (to, from);
            }
            let (text, mut out) = (vec![0x61; len], b"kept".to_vec());
            let result = from.write_message(&text, &mut out);
            if len == max {
                assert_eq!((result, out.len()), (Ok(()), 4 + MESSAGE_MAX));
                let mut read = Vec::new();
                to.read_message(&out[4..], &mut read).unwrap();
                assert_eq!(read, text);
            } else {
                assert_eq!(result, Err(NoiseError::PayloadTooLarge { len, max }));
                assert_eq!(out, b"kept");
                assert_dead(from);
            }
        }
    }
}

#[test]
fn a_message_longer_than_the_specification_allows_is_not_looked_at() {
    let mut responder = Side::new(Pattern::Nn, Suite::ChaChaPoly, Role::Responder).start();
    let mut buffer = b"kept".to_vec();
    let expected = NoiseError::MessageTooLarge { len: MESSAGE_MAX + 1, max: 65_535 };
    assert_eq!(responder.read_message(&[9; MESSAGE_MAX + 1], &mut buffer), Err(expected));
    assert_eq!(buffer, b"kept");
    assert_dead(responder);
}

#[test]
fn keys_must_suit_the_pattern() {
    use KeyUse::{LocalStatic, Psk, RemoteStatic};
    use NoiseError::{MissingKey, UnusedKey};
    use Role::{Initiator, Responder};
    for pattern in Pattern::ALL {
        for role in [Initiator, Responder] {
            let right = Side::new(pattern, Suite::ChaChaPoly, role);
            assert_eq!(right.try_start().map(|_| ()), Ok(()));
            let tried = |change: fn(&mut Side)| {
                let mut side = right.clone();
                change(&mut side);
                side.try_start().map(|_| ())
            };
            let local = tried(|side| side.local = side.local.is_none().then(client));
            let remote =
                tried(|side| side.remote = side.remote.is_none().then(|| server().public()));
            let psk = tried(|side| side.psk = side.psk.is_none().then(|| psk([1; 32])));
            let expected = match (pattern, role) {
                (Pattern::Nn, _) => {
                    (UnusedKey(LocalStatic), Err(UnusedKey(RemoteStatic)), UnusedKey(Psk))
                }
                (Pattern::NnPsk0, _) => {
                    (UnusedKey(LocalStatic), Err(UnusedKey(RemoteStatic)), MissingKey(Psk))
                }
                (Pattern::Nk, Initiator) => {
                    (UnusedKey(LocalStatic), Err(MissingKey(RemoteStatic)), UnusedKey(Psk))
                }
                (Pattern::Nk, Responder) => {
                    (MissingKey(LocalStatic), Err(UnusedKey(RemoteStatic)), UnusedKey(Psk))
                }
                (Pattern::Xk, Initiator) => {
                    (MissingKey(LocalStatic), Err(MissingKey(RemoteStatic)), UnusedKey(Psk))
                }
                (Pattern::Xk, Responder) | (Pattern::Xx, _) => {
                    (MissingKey(LocalStatic), Ok(()), UnusedKey(Psk))
                }
            };
            assert_eq!(
                (local, remote, psk),
                (Err(expected.0), expected.1, Err(expected.2)),
                "{pattern} {role:?}"
            );
        }
    }
}

#[test]
fn the_payloads_of_a_handshake_stay_apart_from_its_keys() {
    // The length of each message is that of its tokens: a change here would break every peer.
    let lengths = |pattern| {
        let (initiator, responder) = Side::both(pattern, Suite::ChaChaPoly);
        let (mut from, mut to) = (initiator.start(), responder.start());
        let mut lengths = Vec::new();
        while from.is_my_turn() {
            let message = write(&mut from, 2).unwrap();
            to.read_message(&message, &mut Vec::new()).unwrap();
            lengths.push(message.len());
            (from, to) = (to, from);
        }
        lengths
    };
    assert_eq!(payload(2), b"");
    assert_eq!(lengths(Pattern::Nn), [32, 48]);
    assert_eq!(lengths(Pattern::Nk), [48, 48]);
    assert_eq!(lengths(Pattern::Xx), [32, 96, 64]);
    assert_eq!(lengths(Pattern::Xk), [48, 48, 64]);
    assert_eq!(lengths(Pattern::NnPsk0), [48, 48]);
}

#[test]
fn handshakes_in_one_process_do_not_disturb_each_other() {
    let sides: Vec<(Side, Side)> = (0..6)
        .map(|index| {
            let pattern = Pattern::ALL[index % 5];
            let (mut initiator, mut responder) = Side::both(pattern, Suite::ALL[index % 2]);
            let seed = u64::try_from(index).unwrap();
            (initiator.seed, responder.seed) = (100 + seed, 200 + seed);
            if initiator.local.is_some() {
                initiator.local = Some(keypair(300 + seed));
            }
            if pattern == Pattern::Xk {
                responder.remote = None;
            }
            (initiator, responder)
        })
        .collect();
    let alone: Vec<[u8; 32]> = sides.iter().map(|(a, b)| run(a, b).unwrap().0.hash).collect();
    let mut together: Vec<_> = sides.iter().map(|(a, b)| (a.start(), b.start())).collect();
    for index in 0..3 {
        for (initiator, responder) in
            together.iter_mut().filter(|(initiator, _)| !initiator.is_finished())
        {
            let (from, to) =
                if index == 1 { (responder, initiator) } else { (initiator, responder) };
            pass(from, to, index).unwrap();
        }
    }
    for ((initiator, responder), hash) in together.into_iter().zip(alone) {
        assert_eq!(initiator.finish().map(|transport| transport.hash), Ok(hash));
        assert_eq!(responder.finish().map(|transport| transport.hash), Ok(hash));
    }
}
