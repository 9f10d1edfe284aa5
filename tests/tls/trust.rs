//! Whom a client trusts, and why not.

use network_protocol::tls::{ClientConfig, TlsError};
use rcgen::{
    CertificateParams, ExtendedKeyUsagePurpose, GeneralSubtree, KeyPair, NameConstraints, SanType,
};

use crate::common::{Authority, DAY, Pair, connect, now, pin_of, refusal, serve, trusting};

#[tokio::test]
async fn l2_each_wrong_certificate_has_an_error_of_its_own() {
    let authority = Authority::new();
    let other = Authority::new();
    let trust = || trusting(&authority);

    let names = authority.server(|params| {
        params.subject_alt_names = vec![SanType::DnsName("chat.example".try_into().unwrap())];
    });
    let error = refusal(&serve(names.server()).await, trust()).await;
    assert!(matches!(error, TlsError::WrongName { .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains("`127.0.0.1`") && text.contains("`chat.example`"), "{text}");

    let error = refusal(&serve(other.server(|_| {}).server()).await, trust()).await;
    assert_eq!(error, TlsError::UnknownAuthority);

    let usage = authority.server(|params| {
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    });
    let error = refusal(&serve(usage.server()).await, trust()).await;
    assert_eq!(error, TlsError::WrongUse);

    let revoked = authority.server(|params| params.serial_number = Some(77_u64.into()));
    let server = serve(revoked.server()).await;
    let error = refusal(&server, trust().crl_pem(authority.crl(&[77], 1))).await;
    assert_eq!(error, TlsError::Revoked);
    connect(&server, trust().crl_pem(authority.crl(&[78], 1))).await.unwrap();
    let error = refusal(&server, trust().crl_pem(authority.crl(&[78], -3))).await;
    assert!(matches!(error, TlsError::CrlExpired { ago } if ago >= 3 * DAY), "{error}");
    let foreign = Authority::with(|params| {
        params.distinguished_name.push(rcgen::DnType::OrganizationName, "another");
    });
    let error = refusal(&server, trust().crl_pem(foreign.crl(&[], 1))).await;
    assert_eq!(error, TlsError::RevocationUnknown);

    let key = KeyPair::generate().unwrap();
    let mut own = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    own.distinguished_name.push(rcgen::DnType::CommonName, "self");
    let certificate = own.self_signed(&key).unwrap().pem();
    let own = Pair { certificate, key: key.serialize_pem(), pin: pin_of(&key) };
    let error = refusal(&serve(own.server()).await, trust()).await;
    assert_eq!(error, TlsError::SelfSigned);
}

#[tokio::test]
async fn l2_an_authority_for_some_names_signs_no_wildcard_beyond_them() {
    let authority = Authority::with(|params| {
        params.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![GeneralSubtree::DnsName("inner.chat.example".to_owned())],
            excluded_subtrees: Vec::new(),
        });
    });
    let named = |name: &str| {
        authority.server(|params| {
            params.subject_alt_names = vec![SanType::DnsName(name.try_into().unwrap())];
        })
    };
    let inner = serve(named("a.inner.chat.example").server()).await;
    connect(&inner, trusting(&authority).server_name("a.inner.chat.example")).await.unwrap();
    let outer = serve(named("*.chat.example").server()).await;
    let error = refusal(&outer, trusting(&authority).server_name("inner.chat.example")).await;
    assert_eq!(error, TlsError::NameNotAllowed);
}

#[tokio::test]
async fn l3_pins_are_of_keys_and_hold_over_renewals() {
    let authority = Authority::new();
    let (key, backup) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let pinned =
        || trusting(&authority).pin(pin_of(&key).to_string()).pin(pin_of(&backup).to_string());
    for (held, serial) in [(&key, 1_u64), (&key, 2), (&backup, 3)] {
        let pair = authority.server_with(held, |params| params.serial_number = Some(serial.into()));
        connect(&serve(pair.server()).await, pinned()).await.unwrap();
    }
    let other = authority.server(|_| {});
    let server = serve(other.server()).await;
    let error = refusal(&server, pinned()).await;
    let expected = vec![pin_of(&key), pin_of(&backup)];
    assert_eq!(error, TlsError::PinMismatch { presented: other.pin, expected });
    let single = trusting(&authority).pin(other.pin.to_string()).allow_single_pin();
    connect(&server, single).await.unwrap();
    // A pin does not stand for the rest.
    let unknown = serve(Authority::new().server_with(&key, |_| {}).server()).await;
    assert_eq!(refusal(&unknown, pinned()).await, TlsError::UnknownAuthority);
}

#[tokio::test]
async fn pins_alone_take_what_nobody_else_signed_while_it_is_valid() {
    let key = KeyPair::generate().unwrap();
    let pins = || {
        let backup = KeyPair::generate().unwrap();
        ClientConfig::new()
            .pin(pin_of(&key).to_string())
            .pin(pin_of(&backup).to_string())
            .pin_only()
    };
    let mut own = CertificateParams::new(vec!["anything.example".to_owned()]).unwrap();
    own.not_after = (now() + DAY).into();
    let certificate = own.self_signed(&key).unwrap().pem();
    let pair = Pair { certificate, key: key.serialize_pem(), pin: pin_of(&key) };
    let server = serve(pair.server()).await;
    connect(&server, pins()).await.unwrap().am_i().await.unwrap();
    let stranger = serve(Authority::new().server(|_| {}).server()).await;
    let error = refusal(&stranger, pins()).await;
    assert!(matches!(error, TlsError::PinMismatch { .. }), "{error}");
}
