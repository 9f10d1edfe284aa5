use super::super::{NoiseError, ParseKeyError, PresharedKey, RandomError};
use super::{Broken, Fixed, PSK, Seeded, psk};

#[test]
fn a_key_comes_back_from_its_line_of_base64() {
    let key = psk(core::array::from_fn(|index| u8::try_from(index * 8 + 3).unwrap()));
    assert_eq!(*key.to_text(), "AwsTGyMrMztDS1NbY2tze4OLk5ujq7O7w8vT2+Pr8/s=");
    for seed in 0..100 {
        let key = PresharedKey::generate_from(&mut Seeded(seed)).unwrap();
        let read = PresharedKey::from_text(&key.to_text()).unwrap();
        assert_eq!(read.bytes(), key.bytes());
    }
}

#[test]
fn a_line_that_is_no_key_is_refused_and_says_why() {
    let refused = |text: &str| PresharedKey::from_text(text).map(|_| ()).unwrap_err();
    let good = psk(PSK).to_text();
    assert_eq!(refused(""), ParseKeyError::Length { len: 0 });
    assert_eq!(refused(&format!("{}\n", *good)), ParseKeyError::Length { len: 45 });
    assert_eq!(refused(&good.replace('=', "A")), ParseKeyError::Character);
    assert_eq!(refused(&good.replacen('W', "-", 1)), ParseKeyError::Character);
    assert_eq!(refused(&format!("{}B=", "A".repeat(42))), ParseKeyError::NotCanonical);
    assert_eq!(refused(&format!("{}=", "A".repeat(43))), ParseKeyError::ZeroSecret);
}

#[test]
fn zeros_are_no_key_and_a_failing_source_gives_none() {
    let error = |key: Result<PresharedKey, NoiseError>| key.map(|_| ()).unwrap_err();
    assert_eq!(error(PresharedKey::from_bytes([0; 32])), NoiseError::ZeroSecret);
    assert_eq!(error(PresharedKey::generate_from(&mut Fixed([0; 32]))), NoiseError::ZeroSecret);
    let failed = NoiseError::Random(RandomError { os_code: Some(5) });
    assert_eq!(error(PresharedKey::generate_from(&mut Broken)), failed);
    assert_eq!(PresharedKey::generate_from(&mut Fixed(PSK)).unwrap().bytes(), &PSK);
}

#[test]
fn generated_keys_differ_and_so_do_their_fingerprints() {
    let (one, other) = (PresharedKey::generate().unwrap(), PresharedKey::generate().unwrap());
    assert_ne!(one.bytes(), other.bytes());
    assert_ne!(one.fingerprint(), other.fingerprint());
    assert_eq!(one.clone().fingerprint(), one.fingerprint());
}

#[test]
fn a_fingerprint_is_of_the_label_and_the_key() {
    // printf 'np-psk-fingerprint/1\0' and 32 times 0x5a, through sha256sum.
    assert_eq!(psk(PSK).fingerprint(), "7ef1-1459-3717-4260-91aa-ce98-992e-ee5a");
}
