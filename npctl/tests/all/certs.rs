//! Certificates for development, and servers that are called over TLS with them.

use std::fs;

use network_protocol::tls::ServerConfig;

use crate::common::{Dir, Run, command, npctl, snapshot};
use crate::desk::Served;
use crate::lists::foreign_list;

/// A server with the certificates in `DIR/certs`, which it has made.
fn served(dir: &Dir, with: impl FnOnce(ServerConfig) -> ServerConfig) -> Served {
    npctl(dir, &["cert", "dev", "--dir", "certs"]).good();
    let at = |name: &str| dir.path("certs").join(name);
    let tls = ServerConfig::from_pem_files(at("dev-server.crt"), at("dev-server.key"));
    Served::at("tls://127.0.0.1:0", |server| server.tls(with(tls)))
}

fn half(dir: &Dir, address: &str, options: &[&str]) -> Run {
    Run::of(command(dir, &[&["call", address, "Desk.Half", "8"], options].concat()))
}

#[test]
fn one_command_makes_certificates_and_says_how_they_are_used() {
    let dir = Dir::new("cert_dev");
    let mut texts = npctl(&dir, &["cert", "dev", "--dir", "certs"]).good().to_owned();
    let again = npctl(&dir, &["cert", "dev", "--dir", "certs"]);
    texts.push_str(again.refused(1));
    snapshot("cert_dev.txt", &texts);
    let before = dir.read("certs/dev-ca.crt");
    npctl(&dir, &["cert", "dev", "--dir", "certs", "--force", "--name", "chat.test"]).good();
    assert_ne!(before, dir.read("certs/dev-ca.crt"));
    let json = npctl(&dir, &["cert", "dev", "--json"]);
    assert!(json.good().contains(r#""server_key":"./dev-server.key""#), "{json:?}");
    assert!(
        npctl(&dir, &["cert", "dev", "--force", "--name", "no name"]).refused(2).contains("name")
    );
    #[cfg(unix)]
    for key in ["dev-server.key", "certs/dev-client.key"] {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(dir.path(key).metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_server_is_called_and_described_over_tls() {
    let dir = Dir::new("over_tls");
    let served = served(&dir, |tls| tls);
    let trust = ["--tls-ca", "certs/dev-ca.crt"];
    assert_eq!(half(&dir, &served.address, &trust).good(), "4\n");
    let by_name = served.address.replace("127.0.0.1", "localhost");
    assert_eq!(half(&dir, &by_name, &trust).good(), "4\n");
    let listed = npctl(&dir, &[&["describe", &served.address, "--list"][..], &trust].concat());
    assert_eq!(listed.good(), "test::desk::Desk\nClock\n");
    assert!(!dir.path("state").exists(), "no key of Noise was needed");
}

#[test]
fn whom_to_trust_is_asked_for_and_then_held_to() {
    let (dir, other) = (Dir::new("tls_trust"), Dir::new("tls_trust_other"));
    let served = served(&dir, |tls| tls);
    npctl(&other, &["cert", "dev"]).good();
    let foreign = other.path("dev-ca.crt");
    let foreign = foreign.to_str().unwrap();
    let run = half(&dir, &served.address, &[]);
    assert!(run.refused(2).contains("--tls-ca FILE"), "{run:?}");
    let run = half(&dir, &served.address, &["--tls-ca", foreign]);
    assert!(run.refused(5).contains("no authority that this side trusts"), "{run:?}");
    assert!(run.stderr.contains("name the right one with `--tls-ca FILE`"), "{run:?}");
    let run = half(&dir, &served.address, &["--tls-ca", "none.crt"]);
    assert!(run.refused(2).contains("cannot read `none.crt`"), "{run:?}");
    let run =
        half(&dir, &served.address, &["--tls-ca", "certs/dev-ca.crt", "--tls-name", "x.test"]);
    assert!(run.refused(5).contains("not for `x.test` but for `localhost`"), "{run:?}");
    assert!(run.stderr.contains("name one with `--tls-name NAME`"), "{run:?}");
    fs::write(dir.path("foreign.crl"), foreign_list()).unwrap();
    let listed = ["--tls-ca", "certs/dev-ca.crt", "--tls-crl", "foreign.crl"];
    let run = half(&dir, &served.address, &listed);
    assert!(run.refused(5).contains("add that list with `--tls-crl FILE`"), "{run:?}");
    let clear = Served::plain();
    let address = clear.address.replace("tcp://", "tls://");
    let run = half(&dir, &address, &["--tls-ca", "certs/dev-ca.crt"]);
    assert!(run.refused(5).contains("is it a server of TLS?"), "{run:?}");
    let run = half(&dir, "tcp://127.0.0.1:9", &["--tls-ca", "certs/dev-ca.crt"]);
    assert!(run.refused(2).contains("has no TLS, which was asked for"), "{run:?}");
    let wrong = "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let run = half(&dir, &served.address, &["--tls-pin", wrong]);
    let presented = run.refused(5).split("the server's key is ").nth(1).unwrap();
    let presented = presented.split(',').next().unwrap();
    assert_eq!(half(&dir, &served.address, &["--tls-pin", presented]).good(), "4\n");
    let both = ["--tls-pin", presented, "--tls-ca", foreign];
    assert_eq!(half(&dir, &served.address, &both).code, Some(5), "a pin is no authority");
    let run = half(&dir, &served.address, &["--tls-pin", "sha256/no"]);
    assert!(run.stderr.contains("44 characters of base64"), "{run:?}");
}

#[test]
fn a_certificate_is_shown_where_the_server_asks_for_one() {
    let dir = Dir::new("tls_mutual");
    let ca = dir.path("certs/dev-ca.crt");
    let served = served(&dir, |tls| tls.client_ca(ca));
    let trust = ["--tls-ca", "certs/dev-ca.crt"];
    let run = half(&dir, &served.address, &trust);
    assert!(run.refused(5).contains("certificate_required"), "{run:?}");
    assert!(run.stderr.contains("show one with `--tls-cert FILE --tls-key FILE`"), "{run:?}");
    let own = ["--tls-cert", "certs/dev-client.crt", "--tls-key", "certs/dev-client.key"];
    assert_eq!(half(&dir, &served.address, &[&trust[..], &own].concat()).good(), "4\n");
    let run = half(&dir, &served.address, &[&trust[..], &own[..2]].concat());
    assert_eq!(run.code, Some(2), "{run:?}");
}
