//! `[security]`

use std::time::Duration;

use network_protocol::config::{NetworkConfig, SecurityMode};
use network_protocol::identity::SharedKeyFile;
use network_protocol::noise::Suite;
use network_protocol::{
    Client as _, ClockPolicy, Error, Keypair, PresharedKey, Result, SuiteChoice, TimeSource,
};
use tokio::sync::mpsc;

use crate::server::{From, over};
use crate::{Clerk, Desk, DeskClient, Folder, serve, tcp};

/// A client of a server that listens at a port it was given.
async fn client(config: &NetworkConfig, address: &str) -> Result<DeskClient> {
    config.client_builder()?.connect(address).await
}

#[tokio::test]
async fn mode_is_how_connections_are_protected() {
    let folder = Folder::new();
    let file = folder.0.join("shared");
    SharedKeyFile::create(&file, &PresharedKey::generate().unwrap()).unwrap();
    for (mode, encrypted, authenticated) in [
        (SecurityMode::Mutual, true, true),
        (SecurityMode::ServerAuth, true, true),
        (SecurityMode::SharedKey, true, true),
        (SecurityMode::InsecureAnonymous, true, false),
        (SecurityMode::InsecurePlain, false, false),
    ] {
        let (mut config, _folder) = tcp(|config| config.security.mode = mode);
        if mode == SecurityMode::SharedKey {
            config.security.shared_key_file = Some(file.clone());
        }
        let server = serve(&config).await;
        if mode == SecurityMode::ServerAuth {
            config.security.server_key = server.key().unwrap().to_string();
        }
        let client = client(&config, server.address()).await.unwrap();
        let security = client.connection().security();
        let found = (security.is_encrypted(), security.is_authenticated());
        assert_eq!(found, (encrypted, authenticated), "{mode:?}");
        assert_eq!(security.local_key.is_some(), mode == SecurityMode::Mutual);
    }
}

#[tokio::test]
async fn state_dir_is_where_the_identity_is_made() {
    let (config, folder) = tcp(|_| ());
    let server = serve(&config).await;
    assert!(folder.0.join("state/identity").is_file() || folder.0.join("state").is_dir());
    let (other, _other) = tcp(|_| ());
    assert_ne!(server.key(), serve(&other).await.key());
    drop(server);
    let again = serve(&config).await;
    let connected = client(&config, again.address()).await.unwrap();
    assert_eq!(connected.connection().security().local_key, again.key());
}

#[tokio::test]
async fn identity_file_has_the_key_of_this_side() {
    let keys = Folder::new();
    for name in ["one", "two"] {
        let (pair, path) = keys.keypair(name);
        let (config, _folder) = tcp(|config| config.security.identity_file = Some(path));
        let server = serve(&config).await;
        assert_eq!(server.key(), Some(pair.public()));
        let client = client(&config, server.address()).await.unwrap();
        assert_eq!(client.connection().security().local_key, Some(pair.public()));
    }
    let missing = keys.0.join("none");
    let (config, _folder) = tcp(|config| config.security.identity_file = Some(missing.clone()));
    let refused = config.server_builder().unwrap_err().to_string();
    assert!(refused.starts_with("security.identity_file "), "{refused}");
    assert!(refused.contains(&*missing.to_string_lossy()), "{refused}");
}

#[tokio::test]
async fn shared_key_file_has_the_secret_of_both_sides() {
    let folder = Folder::new();
    let with = |name: &str| {
        let path = folder.0.join(name);
        SharedKeyFile::create(&path, &PresharedKey::generate().unwrap()).unwrap();
        tcp(|config| {
            config.security.mode = SecurityMode::SharedKey;
            config.security.shared_key_file = Some(path);
        })
    };
    let ((one, _one), (other, _other)) = (with("one"), with("other"));
    let server = serve(&one).await;
    client(&one, server.address()).await.unwrap();
    client(&other, server.address()).await.unwrap_err();
}

#[tokio::test]
async fn server_key_is_the_only_one_that_is_taken() {
    let (mut config, _folder) = tcp(|_| ());
    let server = serve(&config).await;
    config.security.server_key = server.key().unwrap().to_string();
    client(&config, server.address()).await.unwrap();
    config.security.server_key = Keypair::generate().unwrap().public().to_string();
    client(&config, server.address()).await.unwrap_err();
}

#[tokio::test]
async fn allow_list_names_who_may_come_in() {
    let (folder, keys) = (Folder::new(), Folder::new());
    let ((listed, listed_file), (_, other_file)) = (keys.keypair("listed"), keys.keypair("other"));
    let list = folder.0.join("clients");
    std::fs::write(&list, format!("{} reporter\n", listed.public())).unwrap();
    let (config, _state) = tcp(|config| config.security.allow_list = Some(list));
    let server = serve(&config).await;
    for (file, taken) in [(listed_file, true), (other_file, false)] {
        let (config, _state) = tcp(|config| config.security.identity_file = Some(file));
        let client = client(&config, server.address()).await;
        let answer = match client {
            Ok(client) => client.echo("?".into()).await.is_ok(),
            Err(_) => false,
        };
        assert_eq!(answer, taken);
    }
}

/// Whether a source may have a second connection where one may have one only.
async fn second(source: &str, change: impl FnOnce(&mut NetworkConfig)) -> bool {
    let config = crate::config(change);
    let limits = config.server_limits().unwrap().with_connections_per_source(1).unwrap();
    let (sender, receiver) = mpsc::channel(8);
    let builder = config.server_builder().unwrap().insecure_plain().limits(limits);
    let listener = From(receiver, source.parse().unwrap());
    let _server =
        builder.add::<Desk, _>(Clerk::default()).serve_on("pipes", listener).await.unwrap();
    let client = || config.client_builder().unwrap().insecure_plain();
    let _first = over(client(), sender.clone()).await.unwrap();
    match over(client(), sender).await {
        Ok(_) => true,
        Err(error) => {
            assert!(matches!(error, Error::Rejected(_)), "{error}");
            false
        }
    }
}

#[tokio::test]
async fn trusted_sources_have_no_limit_of_their_own() {
    let trust = |network: &str| {
        let network = network.to_owned();
        move |config: &mut NetworkConfig| config.security.trusted_sources = vec![network]
    };
    assert!(!second("10.1.2.3", |_| ()).await);
    assert!(second("10.1.2.3", trust("10.0.0.0/8")).await);
    assert!(!second("10.1.2.3", trust("10.2.0.0/16")).await);
}

#[tokio::test]
async fn exempt_loopback_leaves_this_machine_out_of_such_limits() {
    assert!(second("127.0.0.1", |_| ()).await);
    assert!(!second("127.0.0.1", |config| config.security.exempt_loopback = false).await);
}

/// The time of day at some moment of 2001.
struct LongAgo;

impl TimeSource for LongAgo {
    fn unix_ms(&self) -> u64 {
        1_000_000_000_000
    }
}

#[tokio::test]
async fn clock_policy_is_what_becomes_of_a_clock_that_is_off() {
    use ClockPolicy::{Enforce, Warn};
    for (of_server, of_client, taken) in
        [(Warn, Warn, true), (Enforce, Warn, false), (Warn, Enforce, false)]
    {
        let (config, _folder) = tcp(|config| config.security.clock_policy = of_server);
        let server = serve(&config).await;
        let (config, _folder) = tcp(|config| config.security.clock_policy = of_client);
        let client = config.client_builder().unwrap().time_source(LongAgo);
        let answer = match client.connect::<DeskClient>(server.address()).await {
            Ok(client) => client.echo("?".into()).await.is_ok(),
            Err(_) => false,
        };
        assert_eq!(answer, taken, "{of_server:?} {of_client:?}");
    }
}

#[tokio::test]
async fn suite_is_the_cipher_that_a_client_asks_for() {
    for (choice, suite) in
        [(SuiteChoice::ChaChaPoly, Suite::ChaChaPoly), (SuiteChoice::AesGcm, Suite::AesGcm)]
    {
        let (config, _folder) = tcp(|config| config.security.suite = choice);
        let server = serve(&config).await;
        let client = client(&config, server.address()).await.unwrap();
        assert_eq!(client.connection().security().suite, Some(suite));
        server.shutdown(Duration::ZERO).await.unwrap();
    }
}

#[cfg(unix)]
#[tokio::test]
async fn local_users_is_who_may_be_at_a_local_socket() {
    use std::os::unix::fs::PermissionsExt as _;

    for (users, mode) in [(vec![], 0o600), (vec!["33".to_owned()], 0o666)] {
        let folder = Folder::new();
        let path = folder.0.join("desk.sock");
        let config = crate::config(|config| {
            config.server.address = format!("local://{}", path.display());
            config.client.address.clone_from(&config.server.address);
            config.security.local_users.clone_from(&users);
        });
        // The others are let through to the socket, and looked at there.
        let _server = serve(&config).await;
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, mode);
        let client = crate::connect(&config).await;
        assert_eq!(client.echo("here".into()).await.unwrap(), "here");
    }
    let wrong = "[security]\nlocal_users = [\"www-data\"]";
    assert!(NetworkConfig::from_toml(wrong).unwrap_err().to_string().contains("a list of numbers"));
}
