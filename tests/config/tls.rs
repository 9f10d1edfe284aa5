//! `[tls]`

use std::time::Duration;

use network_protocol::config::NetworkConfig;
use network_protocol::tls::dev::{DevCertificates, DevFiles};
use network_protocol::tls::{Pin, TlsError};
use network_protocol::{Client as _, Error, Identity, Result, Server};

use crate::lists::foreign_list;
use crate::{Clerk, Desk, DeskClient, Folder};

/// Development certificates in files, and configurations that use them.
struct Files {
    dev: DevFiles,
    folder: Folder,
}

impl Files {
    fn new() -> Self {
        let folder = Folder::new();
        let dev = DevCertificates::generate().unwrap().write(&folder.0, false).unwrap();
        Self { dev, folder }
    }

    /// A server with its certificate, and what `change` makes of it.
    fn server(&self, change: impl FnOnce(&mut NetworkConfig)) -> NetworkConfig {
        let dev = self.dev.clone();
        crate::config(|config| {
            config.server.address = "tls://127.0.0.1:0".into();
            config.tls.certificate_file = Some(dev.server_certificate);
            config.tls.key_file = Some(dev.server_key);
            change(config);
        })
    }

    /// A client that trusts the authority, and what `change` makes of it.
    fn client(&self, change: impl FnOnce(&mut NetworkConfig)) -> NetworkConfig {
        crate::config(|config| {
            config.client.address = "tls://127.0.0.1:0".into();
            config.tls.ca_file = Some(self.dev.ca.clone());
            change(config);
        })
    }

    /// Shows the client's certificate.
    fn shown(&self, config: &mut NetworkConfig) {
        config.tls.certificate_file = Some(self.dev.client_certificate.clone());
        config.tls.key_file = Some(self.dev.client_key.clone());
    }
}

async fn serve(config: &NetworkConfig) -> Server {
    config.serve::<Desk, _>(Clerk::default()).await.unwrap()
}

async fn connect(config: &NetworkConfig, server: &Server) -> Result<DeskClient> {
    let client: DeskClient = config.client_builder()?.connect(server.address()).await?;
    client.echo("?".into()).await?;
    Ok(client)
}

/// What TLS says against a client.
async fn refused(config: &NetworkConfig, server: &Server) -> TlsError {
    let error = connect(config, server).await.map(drop).unwrap_err();
    let Error::Tls(error) = error else { panic!("{error}") };
    *error
}

/// What the configuration itself says against it.
#[track_caller]
fn wrong(config: &NetworkConfig, key: &str) -> String {
    let text = config.validate_strict().unwrap_err().to_string();
    assert!(text.starts_with(key), "{text}");
    text
}

/// The key of the server, as a client that pinned another is told.
async fn pin_of(files: &Files, server: &Server) -> Pin {
    let none = Pin::new([0; 32]).to_string();
    let config = files.client(|config| {
        config.tls.pins = vec![none];
        config.tls.allow_single_pin = true;
    });
    let TlsError::PinMismatch { presented, .. } = refused(&config, server).await else {
        panic!("it is pinned")
    };
    presented
}

#[tokio::test]
async fn certificate_file_is_what_a_server_shows() {
    let (one, other) = (Files::new(), Files::new());
    let server = serve(&one.server(|_| ())).await;
    let client = connect(&one.client(|_| ()), &server).await.unwrap();
    assert!(client.connection().security().tls.is_some());
    assert_eq!(refused(&other.client(|_| ()), &server).await, TlsError::UnknownAuthority);
    let bare = crate::config(|config| config.server.address = "tls://127.0.0.1:0".into());
    let error = bare.server_builder().unwrap_err().to_string();
    assert!(error.starts_with("tls.certificate_file "), "{error}");
    let unused = one.server(|config| config.server.address = "tcp://127.0.0.1:0".into());
    assert!(wrong(&unused, "tls.certificate_file").contains("tls://host:9000"));
}

#[tokio::test]
async fn key_file_is_the_key_of_that_certificate() {
    let files = Files::new();
    let mixed = files.server(|config| config.tls.key_file = Some(files.dev.client_key.clone()));
    let error = mixed.serve::<Desk, _>(Clerk::default()).await.unwrap_err();
    assert!(error.to_string().contains("does not belong"), "{error}");
    wrong(&files.server(|config| config.tls.key_file = None), "tls.key_file");
}

#[tokio::test]
async fn ca_file_is_whom_a_client_trusts() {
    let (files, other) = (Files::new(), Files::new());
    let server = serve(&files.server(|_| ())).await;
    connect(&files.client(|_| ()), &server).await.unwrap();
    let foreign = files.client(|config| config.tls.ca_file = Some(other.dev.ca.clone()));
    assert_eq!(refused(&foreign, &server).await, TlsError::UnknownAuthority);
    let nobody = files.client(|config| config.tls.ca_file = None);
    let error = nobody.client_builder().unwrap_err().to_string();
    assert!(error.starts_with("tls.ca_file ") && error.contains("whom it trusts"), "{error}");
}

#[tokio::test]
async fn platform_roots_are_those_of_this_system() {
    let files = Files::new();
    let server = serve(&files.server(|_| ())).await;
    let system = files.client(|config| {
        config.tls.ca_file = None;
        config.tls.platform_roots = true;
    });
    // Where there are any, none of them has signed it.
    let error = refused(&system, &server).await;
    let known = matches!(error, TlsError::UnknownAuthority | TlsError::NoPlatformRoots { .. });
    assert!(known, "{error}");
}

#[tokio::test]
async fn pins_are_the_keys_that_a_server_may_have() {
    let files = Files::new();
    let server = serve(&files.server(|_| ())).await;
    let [right, backup, other] =
        [pin_of(&files, &server).await, Pin::new([1; 32]), Pin::new([2; 32])];
    let pinned = |pins: [Pin; 2]| {
        files.client(|config| config.tls.pins = pins.map(|pin| pin.to_string()).to_vec())
    };
    connect(&pinned([backup, right]), &server).await.unwrap();
    let error = refused(&pinned([backup, other]), &server).await;
    assert!(matches!(error, TlsError::PinMismatch { .. }), "{error}");
    let text = NetworkConfig::from_toml("[tls]\npins = [\"sha256/no\"]").unwrap_err().to_string();
    assert!(text.starts_with("tls.pins is ") && text.contains("(the text:2)"), "{text}");
    assert!(text.contains("sha256/…"), "{text}");
}

#[tokio::test]
async fn pin_only_asks_for_no_authority() {
    let files = Files::new();
    let server = serve(&files.server(|_| ())).await;
    let right = pin_of(&files, &server).await;
    let mut config = files.client(|config| {
        config.tls.ca_file = None;
        config.tls.pins = vec![right.to_string(), Pin::new([1; 32]).to_string()];
        config.tls.pin_only = true;
    });
    connect(&config, &server).await.unwrap();
    config.tls.platform_roots = true;
    wrong(&config, "tls.pin_only");
}

#[tokio::test]
async fn allow_single_pin_takes_one_where_two_are_wanted() {
    let files = Files::new();
    let server = serve(&files.server(|_| ())).await;
    let right = pin_of(&files, &server).await.to_string();
    let mut config = files.client(|config| config.tls.pins = vec![right.clone(), right]);
    assert!(wrong(&config, "tls.pins").contains("tls.allow_single_pin"));
    config.tls.allow_single_pin = true;
    connect(&config, &server).await.unwrap();
}

#[tokio::test]
async fn server_name_is_the_name_that_the_certificate_has() {
    let files = Files::new();
    let server = serve(&files.server(|_| ())).await;
    let named = |name: &str| files.client(|config| config.tls.server_name = name.to_owned());
    connect(&named("localhost"), &server).await.unwrap();
    let error = refused(&named("elsewhere.example"), &server).await;
    assert!(matches!(error, TlsError::WrongName { .. }), "{error}");
}

#[tokio::test]
async fn client_ca_file_has_clients_show_a_certificate() {
    let files = Files::new();
    let asks = files.server(|config| config.tls.client_ca_file = Some(files.dev.ca.clone()));
    let server = serve(&asks).await;
    let error = refused(&files.client(|_| ()), &server).await;
    assert_eq!(error, TlsError::Refused { alert: 116 });
    connect(&files.client(|config| files.shown(config)), &server).await.unwrap();
    let seen = server.connected();
    let identity = seen.first().unwrap().peer().identity();
    assert!(matches!(identity, Identity::Certificate(_)), "{identity}");
}

#[tokio::test]
async fn client_certificate_optional_lets_others_in_too() {
    let files = Files::new();
    let mut asks = files.server(|config| {
        config.tls.client_ca_file = Some(files.dev.ca.clone());
        config.tls.client_certificate_optional = true;
    });
    let server = serve(&asks).await;
    connect(&files.client(|_| ()), &server).await.unwrap();
    asks.tls.client_ca_file = None;
    wrong(&asks, "tls.client_certificate_optional");
}

#[tokio::test]
async fn crl_files_are_read_and_held_to() {
    let files = Files::new();
    // Of another authority, so that nothing is known of the server's certificate.
    let path = files.folder.0.join("other.crl").display().to_string();
    std::fs::write(&path, foreign_list()).unwrap();
    let server = serve(&files.server(|_| ())).await;
    let mut config = files.client(|config| config.tls.crl_files = vec![path.clone()]);
    assert_eq!(refused(&config, &server).await, TlsError::RevocationUnknown);
    config.tls.ca_file = None;
    wrong(&config, "tls.crl_files");
    let asks = files.server(|config| {
        config.tls.client_ca_file = Some(files.dev.ca.clone());
        config.tls.crl_files = vec![path];
    });
    let server = serve(&asks).await;
    let error = refused(&files.client(|config| files.shown(config)), &server).await;
    assert_eq!(error, TlsError::Refused { alert: 48 });
    let missing = files.client(|config| config.tls.crl_files = vec!["none.crl".into()]);
    let error = refused(&missing, &server).await;
    assert_eq!(error.to_string().split(':').next(), Some("cannot read `none.crl`"));
    assert!(matches!(error, TlsError::Unreadable { path, .. } if path.ends_with("none.crl")));
}

#[tokio::test]
async fn reload_interval_is_how_often_a_server_looks_at_its_files() {
    let (files, renewed) = (Files::new(), Files::new());
    let every = |interval: Duration| files.server(|config| config.tls.reload_interval = interval);
    let (never, often) =
        (serve(&every(Duration::ZERO)).await, serve(&every(Duration::from_millis(10))).await);
    for server in [&never, &often] {
        connect(&files.client(|_| ()), server).await.unwrap();
    }
    let trust = renewed.client(|_| ());
    for (from, to) in [
        (&renewed.dev.server_certificate, &files.dev.server_certificate),
        (&renewed.dev.server_key, &files.dev.server_key),
    ] {
        std::fs::copy(from, to).unwrap();
    }
    while connect(&trust, &often).await.is_err() {}
    assert_eq!(refused(&trust, &never).await, TlsError::UnknownAuthority);
}
