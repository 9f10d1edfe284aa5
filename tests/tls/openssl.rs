//! The same against `openssl`, both ways, which has to be installed.

use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use network_protocol::tls::{ClientConfig, TlsError};
use network_protocol::{Error, Server};

use crate::common::{Authority, DAY, Pair, connect_to, now, of_tls, serve, soon, trusting};

/// Files in a folder of the test's own.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("np-openssl-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

/// What `s_client` makes of a server of ours, and whether it says that all is well.
async fn s_client(server: &Server, arguments: &[&str]) -> (bool, String) {
    let address = server.address().strip_prefix("tls://").unwrap().to_owned();
    let mut command = Command::new("openssl");
    command.args(["s_client", "-connect", &address, "-alpn", "np/1", "-verify_return_error"]);
    // What it says is no preface, so that the server closes.
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let run = tokio::task::spawn_blocking(move || {
        use std::io::Write as _;
        let mut child = command.spawn().expect("openssl is needed here: install it");
        let mut input = child.stdin.take().unwrap();
        input.write_all(b"nothing of np at all, but long enough to be seen\n").ok();
        // It ends when the server has closed, and not before it has heard why.
        let output = child.wait_with_output();
        drop(input);
        output.unwrap()
    });
    let Output { status, stdout, stderr } = soon(run).await.unwrap();
    let said = [stdout, stderr].concat();
    (status.success(), String::from_utf8_lossy(&said).into_owned())
}

#[tokio::test]
async fn s_client_takes_a_server_by_its_authority_and_no_other() {
    let folder = Folder::new("client");
    let (authority, other) = (Authority::new(), Authority::new());
    let lasting = authority.server(|params| params.not_after = (now() + DAY).into());
    let server = serve(lasting.server()).await;
    let ca = folder.file("ca", &authority.pem);
    let wrong = folder.file("wrong", &other.pem);
    let with = |file| ["-verify_hostname", "localhost", "-CAfile", utf8(file)];

    let (_, said) = s_client(&server, &[&with(&ca)[..], &["-tls1_3"]].concat()).await;
    assert!(said.contains("Verify return code: 0 (ok)"), "{said}");
    assert!(said.contains("ALPN protocol: np/1"), "{said}");
    let (well, said) = s_client(&server, &with(&wrong)).await;
    assert!(!well && said.contains("verify error"), "{said}");
    // In the year 2100.
    let later = [&with(&ca)[..], &["-attime", "4102444800"]].concat();
    let (well, said) = s_client(&server, &later).await;
    assert!(!well && said.contains("certificate has expired"), "{said}");
    let (well, said) = s_client(&server, &[&with(&ca)[..], &["-tls1_2"]].concat()).await;
    assert!(!well && said.contains("protocol version"), "{said}");
}

#[tokio::test]
async fn s_client_needs_a_certificate_where_the_server_asks_for_one() {
    let folder = Folder::new("mutual");
    let authority = Authority::new();
    let tls = authority.server(|_| {}).server().client_ca_pem(&authority.pem);
    let server = serve(tls).await;
    let ca = folder.file("ca", &authority.pem);
    let trust = ["-CAfile", ca.to_str().unwrap()];
    let (_, said) = s_client(&server, &trust).await;
    assert!(said.contains("alert certificate required"), "{said}");
    let client = authority.client("alice.example", |_| {});
    let (certificate, key) =
        (folder.file("crt", &client.certificate), folder.file("key", &client.key));
    let own = ["-cert", certificate.to_str().unwrap(), "-key", key.to_str().unwrap()];
    let (_, said) = s_client(&server, &[&trust[..], &own].concat()).await;
    assert!(!said.contains("alert certificate"), "{said}");
    assert!(said.contains("Verify return code: 0 (ok)"), "{said}");
}

/// A server of openssl's, which ends with its test.
struct Theirs {
    child: Child,
    address: String,
    output: BufReader<std::process::ChildStdout>,
}

impl Theirs {
    async fn start(folder: &Folder, pair: &Pair, more: &[&str]) -> Self {
        let certificate = folder.file("server.crt", &pair.certificate);
        let key = folder.file("server.key", &pair.key);
        let mut command = Command::new("openssl");
        command.args(["s_server", "-accept", "127.0.0.1:0", "-alpn", "np/1", "-naccept", "1"]);
        command.args(["-cert".as_ref(), certificate.as_os_str()]);
        command.args(["-key".as_ref(), key.as_os_str()]).args(more);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let start = tokio::task::spawn_blocking(move || {
            let mut child = command.spawn().expect("openssl is needed here: install it");
            let mut output = BufReader::new(child.stdout.take().unwrap());
            let address = read_until(&mut output, "ACCEPT ");
            let address = format!("tls://{}", address.trim().strip_prefix("ACCEPT ").unwrap());
            Self { child, address, output }
        });
        soon(start).await.unwrap()
    }

    /// Waits until it says this.
    async fn says(mut self, text: &'static str) {
        let said = tokio::task::spawn_blocking(move || read_until(&mut self.output, text));
        soon(said).await.unwrap();
    }
}

/// The line that has this in it.
fn read_until(output: &mut impl std::io::BufRead, text: &str) -> String {
    let mut line = String::new();
    while !line.contains(text) {
        line.clear();
        assert!(output.read_line(&mut line).unwrap() > 0, "it never says `{text}`");
    }
    line
}

impl Drop for Theirs {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

async fn refused(theirs: &Theirs, tls: ClientConfig) -> TlsError {
    of_tls(connect_to(&theirs.address, tls).await.map(drop).unwrap_err())
}

#[tokio::test]
async fn a_client_judges_s_server_as_it_does_others() {
    let folder = Folder::new("server");
    let (authority, other) = (Authority::new(), Authority::new());
    let pair = authority.server(|_| {});

    let right = Theirs::start(&folder, &pair, &["-tls1_3"]).await;
    let (address, trust) = (right.address.clone(), trusting(&authority));
    let connecting = tokio::spawn(async move { connect_to(&address, trust).await.map(drop) });
    // It has shaken hands, and knows nothing of what comes then.
    right.says("CIPHER is TLS_").await;
    let error = soon(connecting).await.unwrap().unwrap_err();
    assert!(!matches!(error, Error::Tls(_)), "{error}");

    let wrong = Theirs::start(&folder, &pair, &[]).await;
    assert_eq!(refused(&wrong, trusting(&other)).await, TlsError::UnknownAuthority);
    let expired = authority.server(|params| params.not_after = (now() - DAY).into());
    let expired = Theirs::start(&folder, &expired, &[]).await;
    let error = refused(&expired, trusting(&authority)).await;
    assert!(matches!(error, TlsError::Expired { .. }), "{error}");
    let other_alpn = Theirs::start(&folder, &pair, &["-alpn", "h2"]).await;
    assert_eq!(refused(&other_alpn, trusting(&authority)).await, TlsError::NoAlpn);
    let old = Theirs::start(&folder, &pair, &["-tls1_2"]).await;
    let error = refused(&old, trusting(&authority)).await;
    assert!(matches!(error, TlsError::VersionTooOld | TlsError::Refused { alert: 70 }), "{error}");
}

#[tokio::test]
async fn s_server_asks_for_a_certificate_and_gets_the_right_one() {
    let folder = Folder::new("asks");
    let authority = Authority::new();
    let pair = authority.server(|_| {});
    let ca = folder.file("ca", &authority.pem);
    let asks = ["-Verify", "2", "-verify_return_error", "-CAfile", utf8(&ca)];
    let bare = Theirs::start(&folder, &pair, &asks).await;
    assert_eq!(refused(&bare, trusting(&authority)).await, TlsError::Refused { alert: 116 });
    let right = Theirs::start(&folder, &pair, &asks).await;
    let client = authority.client("alice.example", |_| {}).client(&authority);
    let address = right.address.clone();
    let connecting = tokio::spawn(async move { connect_to(&address, client).await.map(drop) });
    right.says("CIPHER is TLS_").await;
    let error = soon(connecting).await.unwrap().unwrap_err();
    assert!(!matches!(error, Error::Tls(_)), "{error}");
}

fn utf8(path: &Path) -> &str {
    path.to_str().unwrap()
}
