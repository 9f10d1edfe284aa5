//! The texts of files with keys and names: what is taken is written again as it was read, and what
//! is refused is refused in words that can be shown.

use std::fmt::Write as _;

use network_protocol::identity::{AllowList, ServerName};
use network_protocol::noise::{Keypair, PresharedKey, PublicKey, SuiteChoice};

use crate::corpus::Target;
use crate::input::Input;

/// The one target of this module.
pub const TARGET: Target = Target { name: "key_file", run: key_file, seeds };

/// The first byte chooses what is read, the second whether the rest is the text or changes a good
/// one.
pub fn key_file(data: &[u8]) {
    let mut input = Input::new(data);
    let (good, read) = input.one(KINDS);
    let text = if input.below(2) == 1 {
        let mut secret = [7; 32];
        secret.iter_mut().zip(input.some()).for_each(|(to, from)| *to ^= *from);
        let mut text = good(secret).into_bytes();
        input.edit(&mut text);
        text
    } else {
        input.rest().to_vec()
    };
    read(&String::from_utf8_lossy(&text));
}

/// How a good text is made of 32 bytes, and what is to be held of any.
type Kind = (fn([u8; 32]) -> String, fn(&str));

const KINDS: [Kind; 6] = [
    (|secret| pair(secret).to_pem().to_string(), key_pair),
    (|secret| shared(secret).to_text().to_string(), shared_key),
    (|secret| pair(secret).public().to_string(), public_key),
    (good_list, allow_list),
    (good_name, server_name),
    (|_| SuiteChoice::default().to_string(), suite),
];

/// The pair of a secret, or of another one where it is zeros.
fn pair(secret: [u8; 32]) -> Keypair {
    Keypair::from_secret(secret).unwrap_or_else(|_| pair([1; 32]))
}

fn shared(secret: [u8; 32]) -> PresharedKey {
    PresharedKey::from_bytes(secret).unwrap_or_else(|_| shared([1; 32]))
}

fn key_pair(text: &str) {
    match Keypair::from_pem(text) {
        Ok(pair) => {
            assert_eq!(*pair.to_pem(), text);
            assert_eq!(
                Keypair::from_secret(*pair.secret()).map(|same| same.public()),
                Ok(pair.public())
            );
        }
        Err(error) => shown(&error.to_string()),
    }
}

fn shared_key(text: &str) {
    match PresharedKey::from_text(text) {
        Ok(key) => assert_eq!(*key.to_text(), text),
        Err(error) => shown(&error.to_string()),
    }
}

fn public_key(text: &str) {
    match text.parse::<PublicKey>() {
        Ok(key) => assert_eq!(key.to_string(), text),
        Err(error) => shown(&error.to_string()),
    }
}

fn good_list(bytes: [u8; 32]) -> String {
    let key = PublicKey::from_bytes(bytes);
    format!("# who may come in\n\n{key} alice roles=a,b not-after=2027-01-01T00:00:00Z\n")
}

fn allow_list(text: &str) {
    let list = match AllowList::from_text(text) {
        Ok(list) => list,
        Err(problem) => return shown(&problem.to_string()),
    };
    let mut written = String::from("#\n");
    for entry in list.iter() {
        writeln!(written, "{entry}").expect("a string grows");
        assert!(text.contains(entry.name()) && text.contains(&entry.key().to_string()));
        let found = list.find(&entry.key(), u64::MAX);
        assert!(found == Some(entry) || found.is_none() && entry.not_after().is_some());
    }
    assert_eq!(AllowList::from_text(&written), Ok(list));
}

fn good_name(bytes: [u8; 32]) -> String {
    let [a, b, c, d, kind, port, ..] = bytes;
    let port = u16::from(port) + 1;
    match kind % 3 {
        0 => format!("{a}.{b}.{c}.{d}:{port}"),
        1 => format!("[fe80::{a:x}:{b:x}:{c:x}%eth{d}]:{port}"),
        _ => format!("host-{a}.example:{port}"),
    }
}

fn server_name(text: &str) {
    match text.parse::<ServerName>() {
        Ok(name) => {
            assert_eq!(name.to_string().parse().as_ref(), Ok(&name));
            assert_eq!(ServerName::new(name.host(), name.port()).as_ref(), Ok(&name));
            // It is a word of a line in a file.
            assert_eq!(name.to_string().split_whitespace().count(), 1);
            shown(&name.to_string());
        }
        Err(error) => shown(&error.to_string()),
    }
}

fn suite(text: &str) {
    match text.parse::<SuiteChoice>() {
        Ok(choice) => assert_eq!(choice.to_string(), text),
        Err(error) => shown(&error.to_string()),
    }
}

/// What is said to people moves no cursor and is not without end.
fn shown(message: &str) {
    assert!(!message.is_empty() && message.len() < 1_000, "{message}");
    assert!(!message.contains(char::is_control), "{message:?}");
}

fn seeds() -> Vec<(String, Vec<u8>)> {
    let names = ["pair", "shared-key", "public-key", "allow-list", "server-name", "suite"];
    let mut seeds = Vec::new();
    for ((index, (good, _)), name) in (0_u8..).zip(KINDS).zip(names) {
        let text = good([7; 32]).into_bytes();
        seeds.push((name.to_owned(), [&[index, 0], &text[..]].concat()));
        seeds.push((format!("{name}-made"), vec![index, 1, 2, 8, 9]));
        seeds.push((format!("{name}-flip"), vec![index, 1, 0, 1, 4, 0, 4, 0, 0]));
        seeds.push((format!("{name}-cut"), vec![index, 1, 0, 1, 9, 0, 9, 0, 1]));
        seeds.push((format!("{name}-none"), vec![index, 0]));
        let crlf = String::from_utf8_lossy(&text).replace('\n', "\r\n").into_bytes();
        seeds.push((format!("{name}-crlf"), [&[index, 0], &crlf[..]].concat()));
    }
    let list = |text: &str| [&[3, 0], text.as_bytes()].concat();
    let key = PublicKey::from_bytes([7; 32]);
    seeds.push(("allow-list-twice".into(), list(&format!("{key} a\n{key} b\n"))));
    seeds.push(("allow-list-word".into(), list(&format!("{key} a rolls=x\n"))));
    seeds.push(("allow-list-nameless".into(), list(&format!("{key}\n"))));
    seeds.push(("allow-list-nobody".into(), list("# nobody\n")));
    let name = |text: &str| [&[4, 0], text.as_bytes()].concat();
    seeds.push(("server-name-upper".into(), name("Example.COM:009")));
    seeds.push(("server-name-six".into(), name("[::ffff:1.2.3.4]:65535")));
    seeds.push(("server-name-port".into(), name("a:+1")));
    seeds
}
