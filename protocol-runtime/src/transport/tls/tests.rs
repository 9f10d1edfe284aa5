//! What is read of certificates, whatever they are.
#![expect(clippy::unwrap_used, reason = "a test fails where it is wrong")]

use proptest::prelude::*;
use rcgen::{CertificateParams, KeyPair, SanType};
use rustls_pki_types::UnixTime;
use sha2::{Digest as _, Sha256};

use super::certificate::{Certificate, Dates};
use super::source::Expiry;
use crate::error::Pin;

/// A certificate with names of each kind, from 2026-02-03 04:05:06 on.
fn certificate(year_of_end: i32) -> (KeyPair, Vec<u8>) {
    let mut params = CertificateParams::new(vec![
        "chat.example".to_owned(),
        "*.chat.example".to_owned(),
        "192.0.2.7".to_owned(),
        "2001:db8::7".to_owned(),
    ])
    .unwrap();
    let uri = "spiffe://example/chat".try_into().unwrap();
    let mail = "me@chat.example".try_into().unwrap();
    params.subject_alt_names.extend([SanType::URI(uri), SanType::Rfc822Name(mail)]);
    params.not_before = rcgen::date_time_ymd(2026, 2, 3);
    params.not_after = rcgen::date_time_ymd(year_of_end, 12, 31);
    let key = KeyPair::generate().unwrap();
    let der = params.self_signed(&key).unwrap().der().to_vec();
    (key, der)
}

fn at(secs: u64) -> UnixTime {
    UnixTime::since_unix_epoch(std::time::Duration::from_secs(secs))
}

#[test]
fn a_certificate_is_mentioned_in_time_whatever_its_life_is() {
    const DAY: u64 = 86_400;
    let stages = |life: u64, left: &[u64]| -> Vec<usize> {
        let expiry = Expiry { from: String::new(), not_after: 1_000 * DAY, life };
        left.iter().map(|left| expiry.stage(at(1_000 * DAY - left))).collect()
    };
    let year = [31 * DAY, 29 * DAY, 8 * DAY, 6 * DAY, 2 * DAY, DAY - 1, 0];
    assert_eq!(stages(365 * DAY, &year), [0, 1, 1, 2, 2, 3, 3]);
    // Those for development begin with 30 days.
    assert_eq!(stages(30 * DAY, &[30 * DAY, 11 * DAY, 9 * DAY, 4 * DAY, DAY - 1]), [0, 0, 1, 2, 3]);
    assert_eq!(stages(DAY, &[DAY, 9 * 3_600, 7 * 3_600, 3 * 3_600, 3_600]), [0, 0, 1, 2, 3]);
}

#[test]
fn key_names_and_dates_are_what_the_certificate_says() {
    use rcgen::PublicKeyData as _;
    // The second is written in another form, as its year has no short one.
    for (year, end) in [(2049, 2_524_521_600), (2051, 2_587_593_600)] {
        let (key, der) = certificate(year);
        let read = Certificate::read(&der).unwrap();
        assert_eq!((read.not_before, read.not_after), (1_770_076_800, end));
        assert_eq!(read.pin, Pin::new(Sha256::digest(key.subject_public_key_info()).into()));
        assert!(read.self_issued);
        let names = [
            "chat.example",
            "*.chat.example",
            "192.0.2.7",
            "2001:db8::7",
            "spiffe://example/chat",
            "me@chat.example",
        ];
        assert_eq!(read.names, names);
        assert_eq!(read.dates(at(1_770_076_799)), Dates::Ahead(1));
        assert_eq!(read.dates(at(1_770_076_800)), Dates::Valid);
        assert_eq!(read.dates(at(end)), Dates::Valid);
        assert_eq!(read.dates(at(end + 2)), Dates::Ago(2));
    }
}

#[test]
fn a_certificate_that_was_cut_is_none() {
    let (_, der) = certificate(2049);
    for len in 0..der.len() {
        assert_eq!(Certificate::read(&der[..len]), None, "{len}");
    }
}

#[test]
fn names_that_a_terminal_would_obey_are_left_out() {
    let (_, mut der) = certificate(2049);
    let name = b"spiffe://example/chat";
    let found = der.windows(name.len()).position(|part| part == name).unwrap();
    der[found] = 0x1B;
    let names = Certificate::read(&der).unwrap().names;
    assert_eq!(names.len(), 5, "{names:?}");
}

proptest! {
    #[test]
    fn whatever_is_read_is_read_without_harm(
        octets in proptest::collection::vec(any::<u8>(), 0..300),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
    ) {
        Certificate::read(&octets);
        thread_local! {
            static DER: Vec<u8> = certificate(2049).1;
        }
        let mut der = DER.with(Clone::clone);
        for (at, octet) in changes {
            let at = at.index(der.len());
            der[at] = octet;
        }
        if let Some(read) = Certificate::read(&der) {
            prop_assert!(read.names.iter().all(|name| name.len() <= 256));
        }
    }
}
