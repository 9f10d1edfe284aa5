//! Key files are those of openssl, both ways.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{Dir, chmod};
use crate::identity::KeyFile;
use crate::noise::{Keypair, PublicKey};

/// What openssl prints, or `None` where it is not installed.
fn openssl(arguments: &[&str]) -> Option<Vec<u8>> {
    match Command::new("openssl").args(arguments).output() {
        Ok(done) => {
            let said = String::from_utf8_lossy(&done.stderr);
            assert!(done.status.success(), "openssl {arguments:?}: {said}");
            Some(done.stdout)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("skipped: openssl is not installed");
            None
        }
        Err(error) => panic!("openssl does not run: {error}"),
    }
}

/// The public key of a key file, as openssl computes it.
fn public(path: &Path) -> Option<PublicKey> {
    let path = path.to_str().unwrap();
    let der = openssl(&["pkey", "-in", path, "-pubout", "-outform", "DER"])?;
    Some(PublicKey::from_bytes(der[der.len() - 32..].try_into().unwrap()))
}

#[test]
fn what_openssl_generates_is_loaded_and_written_alike() {
    let dir = Dir::new();
    for number in 0..8 {
        let path = dir.path(&format!("theirs{number}"));
        let name = path.to_str().unwrap();
        if openssl(&["genpkey", "-algorithm", "X25519", "-out", name]).is_none() {
            return;
        }
        chmod(&path, 0o600);
        let pair = KeyFile::load(&path).unwrap();
        assert_eq!(Some(pair.public()), public(&path));
        assert_eq!(fs::read_to_string(&path).unwrap(), *pair.to_pem());
    }
}

#[test]
fn what_is_created_openssl_reads_and_writes_alike() {
    let dir = Dir::new();
    for number in 0..8 {
        let path = dir.path(&format!("ours{number}"));
        let pair = Keypair::generate().unwrap();
        KeyFile::create(&path, &pair).unwrap();
        let Some(public) = public(&path) else { return };
        assert_eq!(public, pair.public());
        let again = openssl(&["pkey", "-in", path.to_str().unwrap()]).unwrap();
        assert_eq!(again, fs::read(&path).unwrap());
    }
}
