use super::super::{Keypair, PemError};
use super::{keypair, server};

/// Written by `openssl genpkey -algorithm X25519`, with what `openssl pkey` says of them.
const OPENSSL: [(&str, &str, &str); 2] = [
    (
        "-----BEGIN PRIVATE KEY-----\n\
         MC4CAQAwBQYDK2VuBCIEINhgxJ1+Guybdrx4RmPwJKpYjvH73JH0zrsYH6tWXMV3\n\
         -----END PRIVATE KEY-----\n",
        "d860c49d7e1aec9b76bc784663f024aa588ef1fbdc91f4cebb181fab565cc577",
        "/A+9R4SqscEDAlf7+v4aWYb/HoByaugcigiunIOV61s=",
    ),
    (
        "-----BEGIN PRIVATE KEY-----\n\
         MC4CAQAwBQYDK2VuBCIEIFjGXlipFs303rV3tXyJhN9rv0xlTkrWdTFKaMWWvYh6\n\
         -----END PRIVATE KEY-----\n",
        "58c65e58a916cdf4deb577b57c8984df6bbf4c654e4ad675314a68c596bd887a",
        "MhyDZvZLD5z6D64ZUCadZlOy/rIv4xmP/c1IQcJ8vRY=",
    ),
];

fn refused(pem: &str) -> PemError {
    Keypair::from_pem(pem).map(|pair| pair.public()).unwrap_err()
}

/// A key file with this between its first line and its last.
fn around(body: &str) -> String {
    format!("-----BEGIN PRIVATE KEY-----\n{body}-----END PRIVATE KEY-----\n")
}

#[test]
fn what_openssl_wrote_is_read_and_written_byte_for_byte() {
    for (pem, secret, public) in OPENSSL {
        let pair = Keypair::from_pem(pem).unwrap();
        assert_eq!(hex::encode(pair.secret()), secret);
        assert_eq!(pair.public().to_string(), public);
        assert_eq!(*pair.to_pem(), pem);
    }
}

#[test]
fn every_pair_comes_back_from_its_text() {
    for seed in 0..100 {
        let pair = keypair(seed);
        let read = Keypair::from_pem(&pair.to_pem()).unwrap();
        assert_eq!((read.secret(), read.public()), (pair.secret(), pair.public()));
    }
}

#[test]
fn any_character_changed_is_refused_or_is_of_the_secret() {
    let pem = server().to_pem();
    for at in 0..pem.len() {
        for other in ["A", "z", "/", "-", "=", " ", "\n", "\0"] {
            let mut changed = pem.to_string();
            changed.replace_range(at..=at, other);
            // The first 22 of the 64 characters hold the prefix and two bits of the secret.
            let first = 28;
            let of_secret = first + 21..first + 64;
            match Keypair::from_pem(&changed) {
                Ok(read) => {
                    assert!(changed == *pem || of_secret.contains(&at), "{changed}");
                    assert_eq!(*read.to_pem(), changed);
                }
                Err(_) => assert_ne!(changed, *pem),
            }
        }
    }
}

#[test]
fn any_cut_is_refused() {
    let pem = server().to_pem();
    assert_eq!(refused(""), PemError::Empty);
    for len in 1..pem.len() {
        let expected = if len < 28 { PemError::Begin } else { PemError::End };
        assert_eq!(refused(&pem[..len]), expected, "{len}");
    }
}

#[test]
fn what_is_around_the_key_is_refused_by_name() {
    let pem = server().to_pem();
    let of = |from: &str, to: &str| refused(&pem.replace(from, to));
    assert_eq!(of("\n", "\r\n"), PemError::CarriageReturn);
    assert_eq!(refused(&format!("{}\n", *pem)), PemError::Trailing { len: 1 });
    assert_eq!(refused(&format!("{0}{0}", *pem)), PemError::Trailing { len: pem.len() });
    assert_eq!(refused(&format!("\n{}", *pem)), PemError::Begin);
    assert_eq!(refused(&format!("\u{feff}{}", *pem)), PemError::Begin);
    assert_eq!(of("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"), PemError::Encrypted);
    assert_eq!(of("PRIVATE KEY", "PUBLIC KEY"), PemError::PublicKey);
    assert_eq!(of("PRIVATE KEY", "OPENSSH PRIVATE KEY"), PemError::Begin);
    assert_eq!(of("\n-----END", "-----END"), PemError::End);
    assert_eq!(of("-----END", "-----FIN"), PemError::End);
    assert_eq!(refused(&around("")), PemError::Length { len: 0 });
}

#[test]
fn what_is_no_key_of_32_bytes_for_x25519_is_refused_by_name() {
    let of = |body: &str| refused(&around(body));
    // Secrets of 31 and 33 bytes, with lengths to match.
    let short = format!("MC0CAQAwBQYDK2VuBCEEH{}=\n", "A".repeat(42));
    let long = format!("MC8CAQAwBQYDK2VuBCMEI{}==\n", "A".repeat(45));
    assert_eq!(of(&short), PemError::Length { len: 63 });
    assert_eq!(of(&long), PemError::Length { len: 66 });
    // Ed25519, which differs in one byte of the object identifier: as openssl writes it.
    let ed25519 = "MC4CAQAwBQYDK2VwBCIEIKvQTeqd29fI2ueAEm+NuyDIyoTj/8UvoPltxtF38n2x\n";
    assert_eq!(of(ed25519), PemError::NotX25519);
    let wrapped = "MC4CAQAwBQYDK2VuBCIEINhgxJ1+Guybdrx4\nRmPwJKpYjvH73JH0zrsYH6tWXMV3\n";
    assert_eq!(of(wrapped), PemError::Character);
    assert_eq!(of(&wrapped.replace('\n', "")), PemError::End);
    assert_eq!(of(&format!("MC4CAQAwBQYDK2VuBCIEI{}\n", "A".repeat(43))), PemError::ZeroSecret);
    // An RSA key has many lines.
    assert_eq!(of(&format!("{}\n", "A".repeat(64)).repeat(26)), PemError::Length { len: 1_664 });
}
