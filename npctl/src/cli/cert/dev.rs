//! `npctl cert dev`: certificates for this machine and 30 days.

use std::path::{Path, PathBuf};

use protocol_runtime::tls::TlsError;
use protocol_runtime::tls::dev::{DevCertificates, DevFiles};

use super::super::{Done, Refusal, after_help, json};

/// Makes certificates for development: of an authority, a server and a client, for this machine and
/// 30 days
///
/// They are for localhost, 127.0.0.1 and ::1, and whatever --name adds. Private keys are for you alone. That
/// of the authority is thrown away once it has signed the two, so that nobody signs more with it. Files
/// that are there stay as they are.
#[derive(clap::Args)]
#[command(after_help = after_help!(
    "npctl cert dev\n  npctl cert dev --dir certs --name chat.test --force\n  npctl call tls://localhost:9000 Chat.Join --tls-ca dev-ca.crt"
))]
pub(crate) struct Arguments {
    /// The directory of the files, which is made if it is not there
    #[arg(long, value_name = "DIR", default_value = ".")]
    dir: PathBuf,
    /// Another host name or address that the server has; may be given several times
    #[arg(long, value_name = "NAME")]
    name: Vec<String>,
    /// Write over files that are there; what was signed before is not trusted any more
    #[arg(long)]
    force: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<Done, Refusal> {
    let names: Vec<&str> = arguments.name.iter().map(String::as_str).collect();
    let made = DevCertificates::generate_for(&names).map_err(|error| refused(&error))?;
    let files = made.write(&arguments.dir, arguments.force).map_err(|error| refused(&error))?;
    Ok(Done::text(told(&files, &names, arguments.json)))
}

fn refused(error: &TlsError) -> Refusal {
    if matches!(error, TlsError::Exists { .. }) {
        return Refusal::new(1, error.to_string())
            .help("`--force` writes over them, `--dir DIR` takes another directory");
    }
    Refusal::usage(error.to_string())
}

fn told(files: &DevFiles, names: &[&str], as_json: bool) -> String {
    let text = |path: &Path| path.display().to_string();
    let DevFiles { ca, server_certificate, server_key, client_certificate, client_key, .. } = files;
    let (ca, client_key) = (text(ca), text(client_key));
    let (server, server_key) = (text(server_certificate), text(server_key));
    let client = text(client_certificate);
    if as_json {
        let facts = [
            ("ca", ca.as_str()),
            ("server_certificate", &server),
            ("server_key", &server_key),
            ("client_certificate", &client),
            ("client_key", &client_key),
        ];
        return json::object(&facts) + "\n";
    }
    let names = names.iter().map(|name| format!(", {name}")).collect::<String>();
    let width = server.len();
    format!(
        "written, for localhost, 127.0.0.1, ::1{names} and 30 days:
  {ca:width$}  whom the other side trusts
  {server:width$}  the server's certificate
  {server_key:width$}  its private key
  {client:width$}  a client's certificate, for servers that ask for one
  {client_key:width$}  its private key

server  .tls(tls::ServerConfig::from_pem_files({server:?}, {server_key:?}))
        .listen(\"tls://localhost:9000\")
client  .tls(tls::ClientConfig::new().ca({ca:?}))
        .connect(\"tls://localhost:9000\")
both    to have clients prove who they are, add .client_ca({ca:?}) at the server
        and .client_certificate({client:?}, {client_key:?}) at the client
"
    )
}
