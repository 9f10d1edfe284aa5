//! A key file is believed only if it is exactly what a key file is.

use std::sync::Barrier;
use std::{fs, thread};

use super::{Dir, chmod, key, pair, problem};
use crate::identity::file::{Pending, read_all};
use crate::identity::{FileProblem, KEY_FILE_BYTES_MAX, KeyFile, SharedKeyFile};
use crate::noise::{ParseKeyError, PemError, PresharedKey};

#[track_caller]
fn refused(text: impl AsRef<[u8]>, expected: &FileProblem, mend: &str) {
    let dir = Dir::new();
    let path = dir.write("identity", text, 0o600);
    assert_eq!(problem(&KeyFile::load(&path).unwrap_err(), &path, mend), *expected);
}

fn pem(der: &[u8]) -> String {
    use base64_of_tests::encode;
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", encode(der))
}

/// PKCS#8 of a secret of any length, with lengths that agree; the last byte of the identifier of
/// the algorithm can be chosen.
fn der(algorithm: u8, secret: &[u8]) -> Vec<u8> {
    let len = u8::try_from(secret.len()).unwrap();
    let mut der = vec![0x30, len + 14, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, algorithm, 4, len + 2];
    der.extend([4, len]);
    der.extend(secret);
    der
}

/// Base64 as it is written everywhere, for files that are no key files.
mod base64_of_tests {
    pub(super) fn encode(bytes: &[u8]) -> String {
        const ALPHABET: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut text = String::new();
        for group in bytes.chunks(3) {
            let mut padded = [0; 4];
            padded[1..=group.len()].copy_from_slice(group);
            let bits = u32::from_be_bytes(padded);
            for place in 0..4 {
                let six = usize::try_from(bits >> (18 - 6 * place) & 63).unwrap();
                let there = place <= group.len();
                text.push(if there { char::from(ALPHABET[six]) } else { '=' });
            }
        }
        text
    }
}

#[test]
fn what_is_created_is_loaded_and_is_for_its_owner_alone() {
    let dir = Dir::new();
    let path = dir.path("identity");
    KeyFile::create(&path, &pair(7)).unwrap();
    assert_eq!(KeyFile::load(&path).unwrap().public(), key(7));
    assert_eq!(fs::read_to_string(&path).unwrap(), *pair(7).to_pem());
    assert_eq!(fs::read_to_string(&path).unwrap(), pem(&der(0x6e, &[7; 32])), "the test's own");
    assert_eq!(dir.names(), ["identity"], "nothing else is left");
    #[cfg(unix)]
    assert_eq!(super::mode(&path), 0o600);
}

#[test]
fn a_file_that_is_there_is_never_written_over_unless_asked_for() {
    let dir = Dir::new();
    let path = dir.write("identity", "something else", 0o600);
    let error = KeyFile::create(&path, &pair(1)).unwrap_err();
    assert_eq!(problem(&error, &path, "choose another name"), FileProblem::Exists);
    assert_eq!(fs::read_to_string(&path).unwrap(), "something else");
    assert_eq!(dir.names(), ["identity"]);

    KeyFile::replace(&path, &pair(2)).unwrap();
    assert_eq!(KeyFile::load(&path).unwrap().public(), key(2));
    assert_eq!(dir.names(), ["identity"]);
}

#[test]
#[cfg(unix)]
fn a_file_that_others_may_read_is_refused_whatever_they_may() {
    let dir = Dir::new();
    let path = dir.path("identity");
    KeyFile::create(&path, &pair(1)).unwrap();
    for mode in [0o644, 0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o666, 0o777] {
        chmod(&path, mode);
        let mend = format!("chmod 600 {}", path.display());
        let found = problem(&KeyFile::load(&path).unwrap_err(), &path, &mend);
        assert_eq!(found, FileProblem::OpenToOthers { mode });
        let text = KeyFile::load(&path).unwrap_err().to_string();
        assert!(text.contains(&format!("(mode {mode:04o})")), "{text}");
    }
    for mode in [0o600, 0o400, 0o700] {
        chmod(&path, mode);
        assert_eq!(KeyFile::load(&path).unwrap().public(), key(1));
    }
}

#[test]
#[cfg(unix)]
fn a_link_is_refused_wherever_it_leads() {
    let dir = Dir::new();
    KeyFile::create(&dir.path("real"), &pair(1)).unwrap();
    for target in ["real", "nothing"] {
        let path = dir.path(&format!("to_{target}"));
        std::os::unix::fs::symlink(dir.path(target), &path).unwrap();
        let error = KeyFile::load(&path).unwrap_err();
        assert_eq!(problem(&error, &path, "name the file that it leads to"), FileProblem::Symlink);
        let error = KeyFile::load_or_create(&path).unwrap_err();
        assert_eq!(error.problem, FileProblem::Symlink, "nothing is created through a link");
        assert_eq!(KeyFile::create(&path, &pair(2)).unwrap_err().problem, FileProblem::Exists);
    }
    assert!(!dir.path("nothing").exists());
}

#[test]
fn a_directory_is_no_key_file() {
    let dir = Dir::new();
    let error = KeyFile::load(&dir.0).unwrap_err();
    assert_eq!(problem(&error, &dir.0, "name a file"), FileProblem::Directory);
    let error = KeyFile::replace(&dir.0, &pair(1)).unwrap_err();
    assert_eq!(problem(&error, &dir.0, "name a file"), FileProblem::Directory);
}

#[test]
#[cfg(unix)]
fn only_a_file_is_written_over() {
    use std::os::unix::fs::FileTypeExt;

    let dir = Dir::new();
    let socket = dir.path("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let shared = PresharedKey::from_bytes([7; 32]).unwrap();
    for error in [KeyFile::replace(&socket, &pair(1)), SharedKeyFile::replace(&socket, &shared)] {
        let error = error.unwrap_err();
        assert_eq!(problem(&error, &socket, "name a file"), FileProblem::NotAFile);
    }
    assert!(fs::symlink_metadata(&socket).unwrap().file_type().is_socket());
    let link = dir.path("link");
    std::os::unix::fs::symlink("elsewhere", &link).unwrap();
    let error = KeyFile::replace(&link, &pair(1)).unwrap_err();
    assert_eq!(problem(&error, &link, "name the file that it leads to"), FileProblem::Symlink);
    assert_eq!(dir.names(), ["link", "socket"], "nothing else is left");
}

#[test]
#[cfg(unix)]
fn neither_a_pipe_nor_a_device_is_waited_for() {
    let dir = Dir::new();
    let path = dir.path("pipe");
    let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(made.success());
    chmod(&path, 0o600);
    for path in [path.as_path(), "/dev/null".as_ref()] {
        let error = KeyFile::load(path).unwrap_err();
        assert_eq!(problem(&error, path, "name a file"), FileProblem::NotAFile);
    }
}

#[test]
fn what_is_missing_is_named_with_the_command_that_makes_it() {
    let dir = Dir::new();
    let path = dir.path("none");
    let error = KeyFile::load(&path).unwrap_err();
    let mend = format!("npctl key new {}", path.display());
    assert_eq!(problem(&error, &path, &mend), FileProblem::Missing);

    let path = dir.path("none/identity");
    let error = KeyFile::create(&path, &pair(1)).unwrap_err();
    problem(&error, &path, "create its directory first");
}

#[test]
fn a_file_that_is_not_exactly_a_key_is_refused_with_the_reason() {
    let good = pair(5).to_pem();
    let bad = |problem| FileProblem::Keypair(problem);
    refused("", &bad(PemError::Empty), "npctl key new");
    for len in [31, 33] {
        let secret = vec![5; len];
        let error = PemError::Length {
            len: base64_of_tests::encode(&der(0x6e, &secret)).trim_end_matches('=').len(),
        };
        refused(pem(&der(0x6e, &secret)), &bad(error), "64");
    }
    // A secret of 31 bytes that was made to fit.
    let mut padded = der(0x6e, &[5; 31]);
    padded.push(0);
    refused(pem(&padded), &bad(PemError::NotX25519), "openssl genpkey -algorithm X25519");
    for algorithm in [0x6f, 0x70, 0x71] {
        refused(pem(&der(algorithm, &[5; 32])), &bad(PemError::NotX25519), "openssl genpkey");
    }
    refused(pem(&der(0x6e, &[0; 32])), &bad(PemError::ZeroSecret), "npctl key new");
    refused(good.replace('\n', "\r\n"), &bad(PemError::CarriageReturn), "dos2unix");
    for more in ["\n", " ", "x", &good] {
        let error = bad(PemError::Trailing { len: more.len() });
        refused(format!("{}{more}", *good), &error, "delete what follows");
    }
    refused(format!("\u{feff}{}", *good), &bad(PemError::Begin), "openssl genpkey");
    refused(b"-----BEGIN PRIVATE KEY-----\n\xff", &FileProblem::NotUtf8, "the right file");
}

#[test]
fn every_shorter_file_and_every_changed_byte_is_refused() {
    let good = pair(5).to_pem();
    let dir = Dir::new();
    for len in 0..good.len() {
        let path = dir.write("identity", &good[..len], 0o600);
        assert!(KeyFile::load(&path).is_err(), "cut short at {len}");
    }
    for place in 0..good.len() {
        let mut bytes = good.as_bytes().to_vec();
        bytes[place] ^= 1;
        let path = dir.write("identity", bytes, 0o600);
        // Within the secret another character is another key.
        let other = KeyFile::load(&path).map(|pair| pair.public());
        assert!(other.is_err() || other != Ok(key(5)), "changed at {place}");
        assert!(other.is_err() || (49..92).contains(&place), "changed at {place}");
    }
}

#[test]
fn a_long_file_is_refused_by_its_length_alone() {
    let dir = Dir::new();
    let path = dir.path("identity");
    let file = fs::File::create(&path).unwrap();
    chmod(&path, 0o600);
    // Of which no byte is on the disk, and most would not fit into memory.
    file.set_len(1 << 40).unwrap();
    let limit = KEY_FILE_BYTES_MAX;
    let error = KeyFile::load(&path).unwrap_err();
    assert_eq!(problem(&error, &path, "the right file"), FileProblem::TooLong { limit });

    let filled = |len| dir.write("filled", "x".repeat(len), 0o600);
    let error = KeyFile::load(&filled(limit)).unwrap_err();
    assert_eq!(error.problem, FileProblem::Keypair(PemError::Begin));
    let error = KeyFile::load(&filled(limit + 1)).unwrap_err();
    assert_eq!(error.problem, FileProblem::TooLong { limit });
}

#[test]
fn a_file_that_grows_or_shrinks_while_it_is_read_is_not_believed() {
    let dir = Dir::new();
    let path = dir.write("list", "abc", 0o600);
    let read = |len| read_all(fs::File::open(&path).unwrap(), len).unwrap();
    assert_eq!(read(3).as_deref(), Some(&b"abc".to_vec()));
    for other in [0, 2, 4] {
        assert_eq!(read(other), None, "{other} bytes a moment ago");
    }
}

#[test]
fn whoever_comes_first_makes_the_pair_and_all_have_it() {
    const THREADS: usize = 16;
    let dir = Dir::new();
    let path = dir.path("identity");
    for _ in 0..8 {
        drop(fs::remove_file(&path));
        let start = Barrier::new(THREADS);
        let keys: Vec<_> = thread::scope(|scope| {
            let run = || {
                start.wait();
                KeyFile::load_or_create(&path).unwrap().public()
            };
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(run)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(keys, vec![keys[0]; THREADS]);
        assert_eq!(KeyFile::load(&path).unwrap().public(), keys[0]);
    }
    assert_eq!(dir.names(), ["identity"]);
}

#[test]
fn a_broken_file_is_not_taken_for_a_missing_one() {
    let dir = Dir::new();
    let path = dir.write("identity", "", 0o600);
    let error = KeyFile::load_or_create(&path).unwrap_err();
    assert_eq!(error.problem, FileProblem::Keypair(PemError::Empty));
    assert_eq!(fs::read(&path).unwrap(), b"");
}

#[test]
fn a_crash_before_the_new_name_leaves_the_old_file() {
    let dir = Dir::new();
    let path = dir.path("identity");
    KeyFile::create(&path, &pair(1)).unwrap();
    let text = pair(2).to_pem();
    std::mem::forget(Pending::write(&path, &text).unwrap());
    assert_eq!(KeyFile::load(&path).unwrap().public(), key(1));
    assert_eq!(dir.names().len(), 2, "as a crash would leave it");
    #[cfg(unix)]
    for name in dir.names() {
        assert_eq!(super::mode(&dir.path(&name)), 0o600, "{name}");
    }
    // What was left is in nobody's way, a process of the same number included.
    KeyFile::replace(&path, &pair(3)).unwrap();
    assert_eq!(KeyFile::load(&path).unwrap().public(), key(3));
}

#[test]
fn a_new_text_that_is_not_wanted_any_more_is_gone() {
    let dir = Dir::new();
    drop(Pending::write(&dir.path("identity"), "text").unwrap());
    assert_eq!(dir.names(), [""; 0]);
}

#[test]
fn where_files_have_one_name_only_one_is_written_in_place() {
    let dir = Dir::new();
    let path = dir.path("identity");
    Pending::write(&path, "new").unwrap().copy().unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    #[cfg(unix)]
    assert_eq!(super::mode(&path), 0o600);
    let error = Pending::write(&path, "newer").unwrap().copy().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AlreadyExists);
    assert_eq!(fs::read_to_string(&path).unwrap(), "new");
}

#[test]
fn errors_hold_nothing_of_the_secret() {
    let dir = Dir::new();
    let pem = pair(5).to_pem();
    let secret = &pem[49..92];
    let path = dir.write("identity", format!("{}x", *pem), 0o600);
    let error = KeyFile::load(&path).unwrap_err();
    assert!(!format!("{error} {error:?}").contains(secret));
    let line = PresharedKey::from_bytes([9; 32]).unwrap().to_text();
    let path = dir.write("shared", format!("{}x", *line), 0o600);
    let error = SharedKeyFile::load(&path).unwrap_err();
    assert!(!format!("{error} {error:?}").contains(&line[..20]));
}

#[test]
fn a_shared_key_is_one_line_for_its_owner_alone() {
    let dir = Dir::new();
    let path = dir.path("shared");
    let shared = PresharedKey::from_bytes([9; 32]).unwrap();
    SharedKeyFile::create(&path, &shared).unwrap();
    assert_eq!(SharedKeyFile::load(&path).unwrap().to_text(), shared.to_text());
    assert_eq!(fs::read_to_string(&path).unwrap(), format!("{}\n", *shared.to_text()));
    assert_eq!(SharedKeyFile::create(&path, &shared).unwrap_err().problem, FileProblem::Exists);
    let other = PresharedKey::from_bytes([8; 32]).unwrap();
    SharedKeyFile::replace(&path, &other).unwrap();
    assert_eq!(SharedKeyFile::load(&path).unwrap().to_text(), other.to_text());
    assert_eq!(dir.names(), ["shared"]);
    #[cfg(unix)]
    {
        assert_eq!(super::mode(&path), 0o600);
        chmod(&path, 0o640);
        let error = SharedKeyFile::load(&path).unwrap_err();
        let expected = FileProblem::OpenToOthers { mode: 0o640 };
        assert_eq!(problem(&error, &path, "chmod 600"), expected);
    }
}

#[test]
fn a_shared_key_without_the_end_of_its_line_is_one_and_with_more_it_is_none() {
    let dir = Dir::new();
    let good = PresharedKey::from_bytes([9; 32]).unwrap().to_text();
    let load = |text: String| {
        let path = dir.write("shared", text, 0o600);
        SharedKeyFile::load(&path).map(|key| key.to_text()).map_err(|error| error.problem)
    };
    assert_eq!(load(good.to_string()), Ok(good.clone()));
    assert_eq!(load(String::new()), Err(FileProblem::Empty));
    assert_eq!(load(format!("{}\r\n", *good)), Err(FileProblem::CarriageReturn));
    for more in ["\n\n", "\n#", "\nx\n"] {
        assert_eq!(load(format!("{}{more}", *good)), Err(FileProblem::Trailing));
    }
    let bad = |error| Err(FileProblem::SharedKey(error));
    assert_eq!(load(good[1..].to_owned()), bad(ParseKeyError::Length { len: 43 }));
    assert_eq!(load(format!(" {}", *good)), bad(ParseKeyError::Length { len: 45 }));
    assert_eq!(load(format!("{}\n", good.replace('=', "A"))), bad(ParseKeyError::Character));
    assert_eq!(load(format!("{}=\n", "A".repeat(43))), bad(ParseKeyError::ZeroSecret));
    let pem = pair(1).to_pem();
    assert_eq!(load(pem.to_string()), Err(FileProblem::NotShared));
}
