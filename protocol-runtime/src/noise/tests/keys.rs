use super::super::{
    Handshake, Keypair, NoiseError, OsRandom, Params, ParseKeyError, Pattern, PublicKey, Random,
    RandomError, Role, Suite,
};
use super::{Broken, Fixed, PSK, Seeded, Side, client, keypair, psk, run, server};

#[test]
fn text_is_standard_base64_on_one_line() {
    let key =
        PublicKey::from_bytes(core::array::from_fn(|index| u8::try_from(index * 8 + 3).unwrap()));
    assert_eq!(key.to_string(), "AwsTGyMrMztDS1NbY2tze4OLk5ujq7O7w8vT2+Pr8/s=");
    assert_eq!(format!("{key:?}"), "PublicKey(AwsTGyMrMztDS1NbY2tze4OLk5ujq7O7w8vT2+Pr8/s=)");
    assert_eq!(PublicKey::from_bytes([0xff; 32]).to_string(), format!("{}8=", "/".repeat(42)));
    assert_eq!(PublicKey::from_bytes([0; 32]).to_string(), format!("{}=", "A".repeat(43)));
}

#[test]
fn every_key_comes_back_from_its_text() {
    for seed in 0..200 {
        let mut bytes = [0; 32];
        Seeded(seed).fill(&mut bytes).unwrap();
        let key = PublicKey::from_bytes(bytes);
        assert_eq!(key.to_string().parse(), Ok(key));
        assert_eq!(key.as_bytes(), &bytes);
    }
}

#[test]
fn another_text_for_the_same_key_is_none() {
    let parse = |text: &str| text.parse::<PublicKey>();
    let good = PublicKey::from_bytes([0; 32]).to_string();
    assert_eq!(parse(&good), Ok(PublicKey::from_bytes([0; 32])));
    for last in "BCD".chars() {
        let text = format!("{}{last}=", "A".repeat(42));
        assert_eq!(parse(&text), Err(ParseKeyError::NotCanonical), "{text}");
    }
    assert_eq!(parse(&format!("{}E=", "A".repeat(42))).map(|key| key.as_bytes()[31]), Ok(1));
    for len in [0, 43, 45] {
        assert_eq!(parse(&"A".repeat(len)), Err(ParseKeyError::Length { len }));
    }
    assert_eq!(parse(&format!("{good}\n")), Err(ParseKeyError::Length { len: 45 }));
    assert_eq!(parse(&"A".repeat(44)), Err(ParseKeyError::Character));
    for bad in ['-', '_', '=', ' ', '\n', '\0', '@', '[', '`', '{', ':', '.', ','] {
        for at in [0, 20, 42] {
            let mut text: Vec<char> = good.chars().collect();
            text[at] = bad;
            let text: String = text.into_iter().collect();
            assert_eq!(parse(&text), Err(ParseKeyError::Character), "{text:?}");
        }
    }
    assert_eq!(parse(&format!("é{}=", "A".repeat(41))), Err(ParseKeyError::Character));
}

#[test]
fn a_fingerprint_is_half_a_hash_for_people_to_compare() {
    // SHA-256 of 32 zero bytes begins 66687aad f862bd77 6c8fc18b 8e9f8e20.
    assert_eq!(
        PublicKey::from_bytes([0; 32]).fingerprint(),
        "6668-7aad-f862-bd77-6c8f-c18b-8e9f-8e20"
    );
    assert_ne!(client().public().fingerprint(), server().public().fingerprint());
}

#[test]
fn a_pair_is_its_secret_and_the_public_key_that_follows() {
    // RFC 7748, section 5.2: one iteration from k = u = 9.
    let mut secret = [0; 32];
    secret[0] = 9;
    let pair = Keypair::from_secret(secret).unwrap();
    assert_eq!(pair.secret(), &secret);
    let expected = "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079";
    assert_eq!(hex::encode(pair.public().as_bytes()), expected);
    assert_eq!(pair.clone().public(), pair.public());
    assert_eq!(Keypair::generate_from(&mut Fixed(secret)).unwrap().public(), pair.public());
}

#[test]
fn zeros_are_no_secret() {
    assert_eq!(
        Keypair::from_secret([0; 32]).map(|pair| pair.public()),
        Err(NoiseError::ZeroSecret)
    );
    assert_eq!(
        Keypair::generate_from(&mut Fixed([0; 32])).map(|pair| pair.public()),
        Err(NoiseError::ZeroSecret)
    );
    let mut almost = [0; 32];
    almost[31] = 1;
    assert!(Keypair::from_secret(almost).is_ok());
}

#[test]
fn a_failing_source_gives_no_key_and_no_handshake() {
    let failed = NoiseError::Random(RandomError { os_code: Some(5) });
    assert_eq!(Keypair::generate_from(&mut Broken).map(|pair| pair.public()), Err(failed.clone()));
    let params = Params {
        pattern: Pattern::Nn,
        suite: Suite::AesGcm,
        role: Role::Initiator,
        prologue: b"",
        local_static: None,
        remote_static: None,
        psk: None,
    };
    assert_eq!(Handshake::new(params, &mut Broken).map(|_| ()), Err(failed.clone()));
    assert_eq!(failed.to_string(), "the source of randomness failed (code 5)");
    assert_eq!(RandomError { os_code: None }.to_string(), "the source of randomness failed");
}

#[test]
fn the_operating_system_gives_other_bytes_each_time() {
    let mut drawn: Vec<[u8; 32]> = (0..8)
        .map(|_| {
            let mut bytes = [0; 32];
            OsRandom.fill(&mut bytes).unwrap();
            bytes
        })
        .collect();
    drawn.push([0; 32]);
    drawn.sort_unstable();
    drawn.dedup();
    assert_eq!(drawn.len(), 9);
}

#[test]
fn a_generated_pair_is_another_each_time() {
    let (one, other) = (Keypair::generate().unwrap(), Keypair::generate().unwrap());
    assert_ne!(one.public(), other.public());
    assert_eq!(Keypair::from_secret(*one.secret()).map(|pair| pair.public()), Ok(one.public()));
}

#[test]
fn no_debug_output_holds_a_secret() {
    let (initiator, responder) = Side::both(Pattern::Xx, Suite::ChaChaPoly);
    let shared = Side::new(Pattern::NnPsk0, Suite::ChaChaPoly, Role::Initiator);
    let pair = client();
    let shared_key = psk(PSK);
    let params = Params {
        pattern: Pattern::Xx,
        suite: Suite::ChaChaPoly,
        role: Role::Initiator,
        prologue: b"",
        local_static: Some(&pair),
        remote_static: None,
        psk: Some(&shared_key),
    };
    let (transport, _) = run(&initiator, &responder).unwrap();
    let shown = [
        format!("{pair:?}"),
        format!("{params:?}"),
        format!("{shared_key:?}"),
        format!("{:?}", initiator.start()),
        format!("{:?}", shared.start()),
        format!("{transport:?}"),
        format!("{:?} {:?}", transport.sealer, transport.opener),
    ];
    let mut ephemeral = [0; 32];
    Seeded(initiator.seed).fill(&mut ephemeral).unwrap();
    for text in &shown {
        for secret in [pair.secret(), &PSK, &ephemeral] {
            let list = format!("{secret:?}");
            for form in [hex::encode(secret), hex::encode_upper(secret), list[1..40].to_owned()] {
                assert!(!text.contains(&form), "{text}");
            }
        }
    }
    assert_eq!(shown[0], format!("Keypair {{ public: {:?}, .. }}", pair.public()));
    assert_eq!(
        shown[1],
        format!(
            "Params {{ pattern: Xx, suite: ChaChaPoly, role: Initiator, local_static: Some({pair:?}), remote_static: None, psk: Some(PresharedKey {{ .. }}), .. }}"
        )
    );
    assert_eq!(shown[3], "Handshake { pattern: \"XX\", role: Initiator, messages: 0, .. }");
    assert_eq!(shown[6], "Sealer { count: 0, .. } Opener { count: 0, failed: false, .. }");
}

#[test]
fn what_holds_a_key_wipes_it_when_dropped() {
    fn wiped<T: zeroize::ZeroizeOnDrop>() {}
    wiped::<x25519_dalek::StaticSecret>();
    wiped::<x25519_dalek::SharedSecret>();
    wiped::<chacha20poly1305::ChaCha20Poly1305>();
    wiped::<aes_gcm::Aes256Gcm>();
    wiped::<zeroize::Zeroizing<[u8; 32]>>();
}

#[test]
fn an_error_says_what_was_wrong() {
    let mismatch =
        NoiseError::PeerKeyMismatch { expected: client().public(), presented: keypair(9).public() };
    assert_eq!(
        mismatch.to_string(),
        format!(
            "the peer holds the key {}, not the pinned key {}; if its key was changed on purpose, \
             pin the new one, otherwise somebody stands between",
            keypair(9).public(),
            client().public()
        )
    );
    let needs: Vec<String> = [
        super::super::KeyUse::LocalStatic,
        super::super::KeyUse::RemoteStatic,
        super::super::KeyUse::Psk,
        super::super::KeyUse::LocalEphemeral,
        super::super::KeyUse::RemoteEphemeral,
    ]
    .map(|key| NoiseError::MissingKey(key).to_string())
    .to_vec();
    assert_eq!(
        needs,
        [
            "the pattern needs a key pair of this side",
            "the pattern needs the public key of the peer",
            "the pattern needs a pre-shared key",
            "the pattern needs an ephemeral key of this side",
            "the pattern needs the ephemeral key of the peer",
        ]
    );
}
