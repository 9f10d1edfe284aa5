use std::path::Path;

use super::*;
use crate::identity::StateDir;
use crate::limits::Limits;
use crate::noise::{Keypair, PresharedKey};
use crate::session::{ClientSecurity, ClockPolicy, ServerKey, ServerSecurity};
use crate::transport::Address;

fn key() -> Keypair {
    Keypair::generate().unwrap()
}

fn secret() -> PresharedKey {
    PresharedKey::generate().unwrap()
}

/// A directory of one test, which is not there yet.
fn state(test: &str) -> StateDir {
    let path = std::env::temp_dir().join(format!("np-setup-{test}-{}", std::process::id()));
    if path.exists() {
        std::fs::remove_dir_all(&path).unwrap();
    }
    StateDir::new(path)
}

fn tcp() -> Address {
    "tcp://example.com:9000".parse().unwrap()
}

fn mem() -> Address {
    "mem://setup".parse().unwrap()
}

async fn server(secure: Secure, address: &Address) -> Result<ServerSetup, Error> {
    secure.server(address, &Limits::default(), false).await
}

async fn refused_server(secure: Secure, address: &Address, listed: bool) -> String {
    let refused = secure.server(address, &Limits::default(), listed).await;
    refused.err().expect("options that contradict each other").to_string()
}

async fn refused_client(secure: Secure) -> String {
    secure.client(&tcp()).await.err().expect("options that contradict each other").to_string()
}

/// Sets an option.
type Choice = fn(&mut Secure);

#[tokio::test]
async fn options_that_contradict_each_other_are_named() {
    let plain: Choice = |secure| secure.plain = true;
    let anonymous: Choice = |secure| secure.anonymous = true;
    let shared: Choice = |secure| secure.shared_key = Some(secret());
    let identity: Choice = |secure| secure.identity = Some(key());
    let server_key: Choice = |secure| secure.server_key = Some(key().public());
    let server_auth: Choice = |secure| secure.server_auth = true;
    let (a, s, i) = (".insecure_anonymous()", ".shared_key(key)", ".identity(keypair)");
    let (k, n, p) = (".server_key(key)", ".server_auth()", ".insecure_plain()");
    let both = [
        ([plain, anonymous], [p, a]),
        ([plain, shared], [p, s]),
        ([plain, identity], [p, i]),
        ([plain, server_auth], [p, n]),
        ([anonymous, shared], [a, s]),
        ([anonymous, identity], [a, i]),
        ([anonymous, server_auth], [a, n]),
        ([shared, identity], [s, i]),
        ([shared, server_auth], [s, n]),
    ];
    let clients = [
        ([plain, server_key], [p, k]),
        ([anonymous, server_key], [a, k]),
        ([shared, server_key], [s, k]),
        ([server_auth, identity], [n, i]),
    ];
    let build = |options: &[Choice]| {
        let mut secure = Secure::default();
        options.iter().for_each(|option| option(&mut secure));
        secure
    };
    let text =
        |[one, other]: [&str; 2]| format!("`{one}` and `{other}` exclude each other: keep one");
    for (options, names) in both {
        for address in [tcp(), mem()] {
            assert_eq!(refused_server(build(&options), &address, false).await, text(names));
        }
    }
    for (options, names) in both.into_iter().chain(clients) {
        assert_eq!(refused_client(build(&options)).await, text(names));
    }
    let error = refused_client(build(&[server_auth])).await;
    assert!(error.contains("add `.server_key(key)` to `.server_auth()`"), "{error}");
}

#[tokio::test]
async fn what_needs_keys_of_clients_says_how_to_get_them() {
    let modes: [(Choice, Address, &str); 4] = [
        (|_| {}, mem(), "add `.identity(keypair)`"),
        (|secure| secure.anonymous = true, tcp(), "leave out `.insecure_anonymous()`"),
        (|secure| secure.server_auth = true, tcp(), "leave out `.server_auth()`"),
        (|secure| secure.shared_key = Some(secret()), tcp(), "leave out `.shared_key(key)`"),
    ];
    for (mode, address, mend) in modes {
        let build = |clock| {
            let mut secure = Secure { clock, ..Secure::default() };
            mode(&mut secure);
            secure
        };
        let error = refused_server(build(ClockPolicy::Warn), &address, true).await;
        assert!(error.contains("allow-list") && error.ends_with(mend), "{error}");
        if mend.contains("shared_key") {
            // There the clock is judged anyway.
            assert!(server(build(ClockPolicy::Enforce), &address).await.is_ok());
            continue;
        }
        let error = refused_server(build(ClockPolicy::Enforce), &address, false).await;
        assert!(error.contains(mend) && error.contains(".clock_policy(..)"), "{error}");
    }
}

#[tokio::test]
async fn nothing_is_chosen_that_protects_less_than_keys() {
    let state = state("default");
    let secure = || Secure { state: Some(state.clone()), ..Secure::default() };
    let made = server(secure(), &tcp()).await.unwrap();
    assert!(matches!(made.security, ServerSecurity::Mutual { .. }));
    // The same identity from then on.
    let again = secure().client(&tcp()).await.unwrap();
    assert_eq!(again.key, made.key);
    let unknown =
        |security| matches!(security, ClientSecurity::Mutual { server: ServerKey::Unknown, .. });
    assert!(unknown(again.security));
    assert!(again.trust.is_some_and(|trust| trust.gate().is_some()), "it is asked before");

    let theirs = key().public();
    state.servers().unwrap().trust(&"example.com:9000".parse().unwrap(), theirs).unwrap();
    let known = secure().client(&tcp()).await.unwrap();
    let pinned = ServerKey::Pinned(theirs);
    assert!(matches!(known.security, ClientSecurity::Mutual { server, .. } if server == pinned));

    let named = Secure { server_key: Some(theirs), ..secure() };
    let named = named.client(&tcp()).await.unwrap();
    let known = ServerKey::Known(theirs);
    assert!(matches!(named.security, ClientSecurity::Mutual { server, .. } if server == known));
    assert!(named.trust.is_none());
    std::fs::remove_dir_all(state.path()).unwrap();
}

#[tokio::test]
async fn an_identity_that_is_given_touches_no_file() {
    let state = state("given");
    let secure = Secure { identity: Some(key()), state: Some(state.clone()), ..Secure::default() };
    assert!(server(secure, &tcp()).await.is_ok());
    let secure = Secure {
        identity: Some(key()),
        server_key: Some(key().public()),
        state: Some(state.clone()),
        ..Secure::default()
    };
    assert!(secure.client(&tcp()).await.is_ok());
    let plain = Secure { state: Some(state.clone()), ..Secure::default() };
    assert!(matches!(server(plain, &mem()).await.unwrap().security, ServerSecurity::Plain));
    assert!(!state.path().exists());
}

#[tokio::test]
async fn a_file_that_cannot_be_used_is_named() {
    let secure =
        || Secure { state: Some(StateDir::new(Path::new("/dev/null/state"))), ..Secure::default() };
    for error in [refused_client(secure()).await, refused_server(secure(), &tcp(), false).await] {
        assert!(error.contains("/dev/null/state"), "{error}");
    }
}

#[tokio::test]
async fn secrets_are_not_shown() {
    let (identity, shared) = (key(), secret());
    let secure = Secure {
        identity: Some(identity.clone()),
        shared_key: Some(shared.clone()),
        ..Secure::default()
    };
    let shown = format!("{secure:?}");
    assert!(shown.contains(&identity.public().to_string()), "{shown}");
    assert!(!shown.contains(&*shared.to_text()), "{shown}");
}
