use core::num::NonZeroU64;

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{AeadInOut, KeyInit};
use chacha20poly1305::ChaCha20Poly1305;

use super::super::cipher::CipherState;
use super::super::{
    NoiseError, Opener, RECORD_HEADER, RECORD_MAX, RECORD_MAX_DEFAULT, RECORD_OVERHEAD,
    REKEY_INTERVAL, Sealer, Suite,
};
use super::{open, seal, suites};

const KEY: [u8; 32] = [7; 32];

fn channel(suite: Suite) -> (Sealer, Opener) {
    (Sealer::new(CipherState::new(suite, &KEY)), Opener::new(CipherState::new(suite, &KEY)))
}

/// A channel whose keys change after so many records.
fn rekeying(suite: Suite, interval: u64) -> (Sealer, Opener) {
    let (mut sealer, mut opener) = channel(suite);
    *sealer.for_test().1 = NonZeroU64::new(interval).unwrap();
    *opener.for_test().1 = NonZeroU64::new(interval).unwrap();
    (sealer, opener)
}

/// A channel of which so many records went through.
fn worn(suite: Suite, count: u64) -> (Sealer, Opener) {
    let (mut sealer, mut opener) = channel(suite);
    sealer.for_test().0.set_count(count);
    opener.for_test().0.set_count(count);
    (sealer, opener)
}

fn text(len: usize) -> Vec<u8> {
    (0..251).cycle().take(len).collect()
}

/// The records of a buffer, without their lengths.
fn records(mut buf: &[u8]) -> Vec<Vec<u8>> {
    let mut records = Vec::new();
    while let Some((header, rest)) = buf.split_first_chunk() {
        let (record, rest) = rest.split_at(usize::from(u16::from_be_bytes(*header)));
        records.push(record.to_vec());
        buf = rest;
    }
    assert_eq!(buf, b"");
    records
}

#[test]
fn the_sizes_are_those_of_the_wire() {
    assert_eq!(
        (RECORD_HEADER, RECORD_OVERHEAD, RECORD_MAX, RECORD_MAX_DEFAULT),
        (2, 18, 65_519, 16_384)
    );
    assert_eq!(REKEY_INTERVAL.get(), 65_536);
    assert_eq!(RECORD_MAX + 16, usize::from(u16::MAX));
}

#[test]
fn text_of_any_length_becomes_records_of_at_most_the_agreed_size() {
    for suite in suites() {
        for max in [1, 2, 5, 16, 18, 64] {
            for len in (0..40).chain([64, 65, 127, 128, 129, 500]) {
                let (mut sealer, mut opener) = channel(suite);
                sealer.set_record_max(max).unwrap();
                let mut buf = [&b"before"[..], &text(len)].concat();
                sealer.seal(&mut buf, 6).unwrap();
                assert_eq!(&buf[..6], b"before");
                let records = records(&buf[6..]);
                assert_eq!(records.len(), len.div_ceil(max));
                assert_eq!(sealer.count(), u64::try_from(records.len()).unwrap());
                let texts: Vec<Vec<u8>> =
                    records.iter().map(|record| open(&mut opener, record).unwrap()).collect();
                let expected: Vec<Vec<u8>> = text(len).chunks(max).map(<[u8]>::to_vec).collect();
                assert_eq!(texts, expected);
                assert_eq!(opener.count(), sealer.count());
            }
        }
    }
}

#[test]
fn reserved_room_for_the_header_gives_the_same_records() {
    for max in [1, 2, 5, 18, 64] {
        for len in [0, 1, 4, 5, 6, 17, 64, 65, 200] {
            let ((mut one, _), (mut other, _)) =
                (channel(Suite::ChaChaPoly), channel(Suite::ChaChaPoly));
            one.set_record_max(max).unwrap();
            other.set_record_max(max).unwrap();
            let mut moved = [&b"before"[..], &text(len)].concat();
            one.seal(&mut moved, 6).unwrap();
            let mut reserved = [&b"before"[..], &[0xee; RECORD_HEADER], &text(len)].concat();
            other.seal_reserved(&mut reserved, 6).unwrap();
            assert_eq!(moved, reserved, "{len} bytes in records of {max}");
        }
    }
}

#[test]
fn where_the_text_lies_in_the_buffer_makes_no_difference() {
    for max in 1..24 {
        let text = text(3 * max - 1);
        let seal_at = |from: usize| {
            let (mut sealer, _) = channel(Suite::ChaChaPoly);
            sealer.set_record_max(max).unwrap();
            let mut buf = [&vec![0xee; from], &text[..]].concat();
            sealer.seal(&mut buf, from).unwrap();
            buf.split_off(from)
        };
        let first = seal_at(0);
        for from in 1..40 {
            assert_eq!(seal_at(from), first, "from {from} in records of {max}");
        }
    }
}

#[test]
fn sealing_and_opening_stay_in_the_buffer_that_was_given() {
    let (mut sealer, mut opener) = channel(Suite::AesGcm);
    let mut buf = Vec::with_capacity(RECORD_MAX_DEFAULT * 3 + 3 * RECORD_OVERHEAD);
    for len in [1, 100, RECORD_MAX_DEFAULT, RECORD_MAX_DEFAULT * 3] {
        buf.clear();
        buf.extend_from_slice(&text(len));
        let place = buf.as_ptr();
        sealer.seal(&mut buf, 0).unwrap();
        assert_eq!(buf.as_ptr(), place);
        let (_, record) = buf.split_at_mut(RECORD_HEADER);
        let first = opener.record_len([0x40, 0x10]).unwrap().min(record.len());
        let len = opener.open(&mut record[..first]).unwrap();
        assert_eq!(record[..len], text(len));
        for record in records(&buf).iter().skip(1) {
            open(&mut opener, record).unwrap();
        }
    }
}

#[test]
fn an_offset_behind_the_end_is_refused() {
    let (mut sealer, _) = channel(Suite::ChaChaPoly);
    let mut buf = b"text".to_vec();
    assert_eq!(sealer.seal(&mut buf, 5), Err(NoiseError::OutOfBounds));
    assert_eq!(sealer.seal_reserved(&mut buf, 3), Err(NoiseError::OutOfBounds));
    assert_eq!(sealer.seal_reserved(&mut buf, usize::MAX), Err(NoiseError::OutOfBounds));
    assert_eq!((&buf[..], sealer.count()), (&b"text"[..], 0));
    sealer.seal(&mut buf, 4).unwrap();
    assert_eq!((&buf[..], sealer.count()), (&b"text"[..], 0));
    sealer.seal_reserved(&mut buf, 2).unwrap();
    assert_eq!((&buf[..], sealer.count()), (&b"te"[..], 0));
}

#[test]
fn a_record_size_is_between_one_byte_and_the_most_that_fits() {
    for suite in suites() {
        let (mut sealer, mut opener) = channel(suite);
        for size in [0, RECORD_MAX + 1, usize::MAX] {
            assert_eq!(sealer.set_record_max(size), Err(NoiseError::RecordSize { size }));
            assert_eq!(opener.set_record_max(size), Err(NoiseError::RecordSize { size }));
        }
        for size in [1, RECORD_MAX] {
            sealer.set_record_max(size).unwrap();
            opener.set_record_max(size).unwrap();
            let record = seal(&mut sealer, &text(size));
            assert_eq!(record.len(), size + 16);
            assert_eq!(open(&mut opener, &record), Ok(text(size)));
        }
    }
}

#[test]
fn r3_a_length_that_no_record_has_ends_the_direction() {
    let (min, max) = (17, 116);
    for (len, good) in [
        (0, false),
        (15, false),
        (16, false),
        (17, true),
        (116, true),
        (117, false),
        (65_535, false),
    ] {
        let (_, mut opener) = channel(Suite::ChaChaPoly);
        opener.set_record_max(100).unwrap();
        let header = u16::try_from(len).unwrap().to_be_bytes();
        let refused = NoiseError::RecordLength { len, min, max };
        assert_eq!(opener.record_len(header), if good { Ok(len) } else { Err(refused.clone()) });
        assert_eq!(opener.record_len([0, 50]), if good { Ok(50) } else { Err(NoiseError::Dead) });
        let (_, mut opener) = channel(Suite::ChaChaPoly);
        opener.set_record_max(100).unwrap();
        let expected = if good { NoiseError::Authentication } else { refused };
        assert_eq!(open(&mut opener, &vec![0; len]), Err(expected));
        assert_eq!(opener.record_len([0, 50]), Err(NoiseError::Dead));
    }
    let (_, mut opener) = channel(Suite::ChaChaPoly);
    assert_eq!(opener.record_len([0x40, 0x10]), Ok(RECORD_MAX_DEFAULT + 16));
    let (len, max) = (0x4011, RECORD_MAX_DEFAULT + 16);
    assert_eq!(opener.record_len([0x40, 0x11]), Err(NoiseError::RecordLength { len, min, max }));
}

/// The opener refuses this record, by the one error there is for that, gives nothing of it, counts
/// it not, and refuses the right one after it too.
fn assert_fatal(mut opener: Opener, record: &[u8], right: &[u8]) {
    let (count, mut tried) = (opener.count(), record.to_vec());
    assert_eq!(opener.open(&mut tried), Err(NoiseError::Authentication));
    let (text, tag) = record.split_at(record.len() - 16);
    assert!(tried == record || tried == [&vec![0; text.len()], tag].concat(), "{tried:?}");
    assert_eq!(opener.count(), count);
    assert_eq!(open(&mut opener, right), Err(NoiseError::Dead));
    assert_eq!(format!("{opener:?}"), format!("Opener {{ count: {count}, failed: true, .. }}"));
}

#[test]
fn r1_any_bit_flipped_in_a_record_is_found() {
    for suite in suites() {
        let record = seal(&mut channel(suite).0, b"a text of some bytes");
        for bit in 0..record.len() * 8 {
            let mut flipped = record.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_fatal(channel(suite).1, &flipped, &record);
        }
        for len in 17..record.len() {
            assert_fatal(channel(suite).1, &record[..len], &record);
        }
        assert_fatal(channel(suite).1, &[&record[..], &[0]].concat(), &record);
    }
}

#[test]
fn r1_a_record_dropped_repeated_swapped_or_played_again_is_found() {
    for suite in suites() {
        let (mut sealer, _) = channel(suite);
        let sent: Vec<Vec<u8>> = (0..9).map(|index| seal(&mut sealer, &[index])).collect();
        let after = |count: usize| {
            let (_, mut opener) = channel(suite);
            for (index, record) in sent.iter().enumerate().take(count) {
                assert_eq!(open(&mut opener, record), Ok(vec![u8::try_from(index).unwrap()]));
            }
            opener
        };
        assert_fatal(after(0), &sent[1], &sent[0]);
        assert_fatal(after(3), &sent[4], &sent[3]);
        for back in [1, 2, 4, 8] {
            assert_fatal(after(8), &sent[8 - back], &sent[8]);
        }
        let other =
            seal(&mut Sealer::new(CipherState::new(suite, &[8; 32])), b"from another session");
        assert_fatal(after(0), &other, &sent[0]);
    }
}

#[test]
fn r1_a_record_sent_back_is_found() {
    for suite in suites() {
        let (initiator, responder) = super::Side::both(super::Pattern::Xx, suite);
        let (mut client, mut server) = super::run(&initiator, &responder).unwrap();
        let there = seal(&mut client.sealer, b"there");
        let back = seal(&mut server.sealer, b"back");
        assert_fatal(client.opener, &there, &back);
        assert_fatal(server.opener, &back, &there);
    }
}

/// The record with this counter under this key, made by the cipher alone.
fn by_hand(suite: Suite, key: &[u8; 32], count: u64, text: &[u8]) -> Vec<u8> {
    let mut nonce = [0; 12];
    let mut out = text.to_vec();
    let tag: [u8; 16] = match suite {
        Suite::ChaChaPoly => {
            nonce[4..].copy_from_slice(&count.to_le_bytes());
            let cipher = ChaCha20Poly1305::new(key.into());
            cipher
                .encrypt_inout_detached(&nonce.into(), b"", out.as_mut_slice().into())
                .unwrap()
                .into()
        }
        Suite::AesGcm => {
            nonce[4..].copy_from_slice(&count.to_be_bytes());
            let cipher = Aes256Gcm::new(key.into());
            cipher
                .encrypt_inout_detached(&nonce.into(), b"", out.as_mut_slice().into())
                .unwrap()
                .into()
        }
    };
    out.extend_from_slice(&tag);
    out
}

/// REKEY of section 4.2.
fn next_key(suite: Suite, key: &[u8; 32]) -> [u8; 32] {
    by_hand(suite, key, u64::MAX, &[0; 32])[..32].try_into().unwrap()
}

#[test]
fn r4_the_key_changes_as_the_specification_says_and_the_counter_goes_on() {
    for suite in suites() {
        let (mut sealer, mut opener) = rekeying(suite, 4);
        let mut key = KEY;
        for count in 0..13u8 {
            if count > 0 && count % 4 == 0 {
                key = next_key(suite, &key);
            }
            let record = seal(&mut sealer, &[count]);
            assert_eq!(record, by_hand(suite, &key, count.into(), &[count]), "record {count}");
            assert_eq!(open(&mut opener, &record), Ok(vec![count]));
        }
        assert_ne!(key, KEY);
    }
}

#[test]
fn r4_a_batch_may_cross_the_change_of_keys() {
    for suite in suites() {
        let (mut sealer, mut opener) = rekeying(suite, 4);
        sealer.set_record_max(3).unwrap();
        let mut buf = text(3 * 10 + 1);
        sealer.seal(&mut buf, 0).unwrap();
        let read: Vec<u8> =
            records(&buf).iter().flat_map(|record| open(&mut opener, record).unwrap()).collect();
        assert_eq!((read, sealer.count()), (text(31), 11));
    }
}

#[test]
fn r4_sides_that_change_keys_at_different_records_part_at_the_first_difference() {
    let (mut sealer, _) = rekeying(Suite::ChaChaPoly, 4);
    let (_, mut opener) = rekeying(Suite::ChaChaPoly, 5);
    for count in 0..4 {
        let record = seal(&mut sealer, &[count]);
        assert_eq!(open(&mut opener, &record), Ok(vec![count]));
    }
    let record = seal(&mut sealer, b"after");
    assert_fatal(opener, &record, &record);
}

#[test]
fn r4_a_flip_next_to_the_change_of_keys_is_found() {
    for (suite, at) in suites().flat_map(|suite| (2..7).map(move |at| (suite, at))) {
        let (mut sealer, mut opener) = rekeying(suite, 4);
        for count in 0..at {
            open(&mut opener, &seal(&mut sealer, &[count])).unwrap();
        }
        let record = seal(&mut sealer, b"text");
        let mut flipped = record.clone();
        flipped[3] ^= 0x10;
        assert_fatal(opener, &flipped, &record);
    }
}

#[test]
fn r4_the_directions_change_keys_each_by_its_own_count() {
    let (initiator, responder) = super::Side::both(super::Pattern::Nn, Suite::ChaChaPoly);
    let (mut client, mut server) = super::run(&initiator, &responder).unwrap();
    for interval in [
        client.sealer.for_test().1,
        client.opener.for_test().1,
        server.sealer.for_test().1,
        server.opener.for_test().1,
    ] {
        *interval = NonZeroU64::new(4).unwrap();
    }
    for count in 0..30u8 {
        let record = seal(&mut client.sealer, &[count]);
        assert_eq!(open(&mut server.opener, &record), Ok(vec![count]));
        if count % 7 == 0 {
            let record = seal(&mut server.sealer, &[count]);
            assert_eq!(open(&mut client.opener, &record), Ok(vec![count]));
        }
    }
    assert_eq!((client.sealer.count(), client.opener.count()), (30, 5));
}

#[test]
fn r4_the_true_interval_ends_with_record_65535_counted_from_zero() {
    for suite in suites() {
        let (mut sealer, mut opener) = channel(suite);
        sealer.for_test().0.set_count(65_533);
        opener.for_test().0.set_count(65_533);
        for count in 65_533..65_539u64 {
            let key = if count < 65_536 { KEY } else { next_key(suite, &KEY) };
            let record = seal(&mut sealer, b"text");
            assert_eq!(record, by_hand(suite, &key, count, b"text"), "record {count}");
            assert_eq!(open(&mut opener, &record).as_deref(), Ok(&b"text"[..]));
        }
    }
}

#[test]
fn r5_a_direction_ends_before_its_counter_comes_round() {
    for suite in suites() {
        let (mut sealer, mut opener) = worn(suite, u64::MAX - 2);
        for text in [b"next to last", b"at long last"] {
            let record = seal(&mut sealer, text);
            assert_eq!(open(&mut opener, &record).as_deref(), Ok(&text[..]));
        }
        let mut buf = b"too late".to_vec();
        for _ in 0..2 {
            assert_eq!(sealer.seal(&mut buf, 0), Err(NoiseError::NonceExhausted));
            assert_eq!((&buf[..], sealer.count()), (&b"too late"[..], u64::MAX));
        }
        let forged = by_hand(suite, &KEY, u64::MAX, b"too late");
        assert_eq!(open(&mut opener, &forged), Err(NoiseError::NonceExhausted));
        assert_eq!(open(&mut opener, &forged), Err(NoiseError::Dead));
    }
}

#[test]
fn r5_a_batch_for_which_the_counter_does_not_reach_is_not_begun() {
    for suite in suites() {
        let (mut sealer, _) = worn(suite, u64::MAX - 2);
        sealer.set_record_max(4).unwrap();
        let mut buf = b"three records".to_vec();
        assert_eq!(sealer.seal(&mut buf, 1), Err(NoiseError::NonceExhausted));
        assert_eq!((&buf[..], sealer.count()), (&b"three records"[..], u64::MAX - 2));
        buf.truncate(9);
        sealer.seal(&mut buf, 1).unwrap();
        assert_eq!(sealer.count(), u64::MAX);
    }
}

#[test]
fn r6_a_record_that_failed_leaves_no_way_to_go_on() {
    // The counter of a receiver that moves on by a failed record can be driven apart from its
    // sender's by anybody: RUSTSEC-2024-0011. Here it does not move, and nothing else does either.
    for suite in suites() {
        let (mut sealer, mut opener) = channel(suite);
        let sent: Vec<Vec<u8>> = (0..4).map(|index| seal(&mut sealer, &[index])).collect();
        assert_eq!(open(&mut opener, &sent[0]), Ok(vec![0]));
        assert_eq!(open(&mut opener, &sent[2]), Err(NoiseError::Authentication));
        for record in &sent {
            assert_eq!(open(&mut opener, record), Err(NoiseError::Dead));
            assert_eq!(opener.record_len([0, 17]), Err(NoiseError::Dead));
        }
        assert_eq!(opener.count(), 1);
    }
}

#[test]
fn r1_what_came_before_a_bad_record_was_delivered_and_nothing_after() {
    for suite in suites() {
        let (mut sealer, _) = channel(suite);
        let sent: Vec<Vec<u8>> = (0..6).map(|index| seal(&mut sealer, &[index])).collect();
        let delivered = |stream: &[&Vec<u8>]| {
            let mut opener = channel(suite).1;
            let opened = stream.iter().map_while(|record| open(&mut opener, record).ok());
            opened.flatten().collect::<Vec<u8>>()
        };
        let all: Vec<&Vec<u8>> = sent.iter().collect();
        assert_eq!(delivered(&all), [0, 1, 2, 3, 4, 5]);
        for at in 0..5u8 {
            let index = usize::from(at);
            let prefix: Vec<u8> = (0..at).collect();
            let (mut dropped, mut repeated, mut swapped) = (all.clone(), all.clone(), all.clone());
            dropped.remove(index);
            repeated.insert(index + 1, &sent[index]);
            swapped.swap(index, index + 1);
            assert_eq!(delivered(&dropped), prefix);
            assert_eq!(delivered(&repeated), [&prefix[..], &[at]].concat());
            assert_eq!(delivered(&swapped), prefix);
        }
    }
}

#[test]
fn a_failed_record_leaves_nothing_of_its_text() {
    for suite in suites() {
        let text = [0x61; 300];
        let mut record = seal(&mut channel(suite).0, &text);
        *record.last_mut().unwrap() ^= 1;
        assert_eq!(channel(suite).1.open(&mut record), Err(NoiseError::Authentication));
        assert!(!record.windows(4).any(|window| window == [0x61; 4]));
    }
}

#[test]
fn what_shows_a_direction_shows_how_far_it_came() {
    let (mut sealer, mut opener) = channel(Suite::AesGcm);
    let record = seal(&mut sealer, b"a");
    open(&mut opener, &record).unwrap();
    open(&mut opener, &record).unwrap_err();
    assert_eq!(format!("{sealer:?}"), "Sealer { count: 1, .. }");
    assert_eq!(format!("{opener:?}"), "Opener { count: 1, failed: true, .. }");
}
