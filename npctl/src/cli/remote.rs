//! Servers: how one is reached, what it is asked about itself, and what its failures come to.
//!
//! Whatever a server tells is hostile until it was read as what it should be.

use std::convert::Infallible;
use std::path::PathBuf;
use std::time::Duration;

use protocol_runtime::call::CallError;
use protocol_runtime::client::{ClientBuilder, SchemaCheck};
use protocol_runtime::connection::Connection;
use protocol_runtime::error::{CloseReason, Error};
use protocol_runtime::frame::reason::Reason;
use protocol_runtime::identity::{KeyFile, SharedKeyFile};
use protocol_runtime::limits::Limits;
use protocol_runtime::noise::PublicKey;
use protocol_runtime::protocol::{DESCRIBE, LIST, LISTING};
use protocol_runtime::raw::{RawMessage, RawProtocol};
use protocol_runtime::tls::TlsError;
use protocol_schema::check::nearest;
use protocol_schema::text::milliseconds;

use super::tls::Tls;
use super::{Context, Refusal, codes};

/// The longest schema that is taken from a server, in bytes.
const SCHEMA_BYTES_MAX: usize = 1 << 20;
/// How many protocols one connection may offer.
const OFFERS: usize = 4;
/// How long a server may take to say what it serves.
const ASKING: Duration = Duration::from_secs(10);

/// Where a server is, and how the connection to it is protected.
#[derive(clap::Args)]
pub(crate) struct Remote {
    /// The server: `tcp://host:port`, `host:port`, `tls://host:port`, or `local://path-or-name`
    #[arg(value_name = "ADDRESS")]
    address: String,
    /// The key that the server has to prove to hold; without it the first one is trusted, and
    /// written down
    #[arg(long, value_name = "KEY", help_heading = "Security")]
    server_key: Option<PublicKey>,
    /// The file with this side's key pair, instead of the one in the state directory
    #[arg(long, value_name = "FILE", help_heading = "Security")]
    identity: Option<PathBuf>,
    /// The file with the pre-shared key of both sides
    #[arg(long, value_name = "FILE", help_heading = "Security")]
    shared_key: Option<PathBuf>,
    /// Only the server proves to hold a key
    #[arg(long, help_heading = "Security")]
    server_auth: bool,
    /// Encrypted, but whoever is in between can read and change everything
    #[arg(long, help_heading = "Security")]
    insecure_anonymous: bool,
    /// Without any protection
    #[arg(long, help_heading = "Security")]
    insecure_plain: bool,
    #[command(flatten)]
    tls: Tls,
    /// How long connecting may take, and the handshake as well: `500ms`, `5s`. 10 s each if it is not said
    #[arg(long, value_name = "TIME", value_parser = duration)]
    connect_timeout: Option<Duration>,
}

/// A length of time as text.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let ms = milliseconds(text).ok_or("write a number above 0 and a unit: 250ms, 5s, 2m or 1h")?;
    Ok(Duration::from_millis(ms))
}

impl Remote {
    /// As it is named in messages.
    pub(crate) fn name(&self) -> String {
        if self.address.contains("://") {
            self.address.clone()
        } else {
            format!("tcp://{}", self.address)
        }
    }

    /// A client of this server, with nothing offered yet.
    pub(crate) fn client(&self, context: &Context) -> Result<ClientBuilder, Refusal> {
        let mut builder = ClientBuilder::new();
        if let Some(dir) = context.state_dir() {
            builder = builder.state_dir(dir);
        }
        if let Some(key) = self.server_key {
            builder = builder.server_key(key);
        }
        if let Some(file) = &self.identity {
            builder = builder.identity(KeyFile::load(file).map_err(unread)?);
        }
        if let Some(file) = &self.shared_key {
            builder = builder.shared_key(SharedKeyFile::load(file).map_err(unread)?);
        }
        if self.server_auth {
            builder = builder.server_auth();
        }
        if self.insecure_anonymous {
            builder = builder.insecure_anonymous();
        }
        if self.insecure_plain {
            builder = builder.insecure_plain();
        }
        if let Some(tls) = self.tls.config(&self.name())? {
            builder = builder.tls(tls);
        }
        if let Some(timeout) = self.connect_timeout {
            let limits = Limits::default().with_handshake_timeout(timeout);
            let limits =
                limits.map_err(|error| Refusal::usage(format!("--connect-timeout: {error}")))?;
            builder = builder.connect_timeout(timeout).limits(limits);
        }
        Ok(builder)
    }

    /// Opens the connection of a client.
    pub(crate) async fn open(&self, client: ClientBuilder) -> Result<Connection, Refusal> {
        client.open(&self.name()).await.map_err(|error| self.not_open(&error))
    }

    /// Why there is no connection.
    fn not_open(&self, error: &Error) -> Refusal {
        let refusal = not_open(error);
        if matches!(error, Error::HandshakeTruncated) && self.name().starts_with("tls://") {
            return refusal
                .help("is it a server of TLS? One at `tcp://` ends the handshake like this");
        }
        refusal
    }

    /// The names of the protocols that the server has; `None` if it does not tell.
    pub(crate) async fn protocols(
        &self,
        context: &Context,
    ) -> Result<Option<Vec<String>>, Refusal> {
        let listing = RawProtocol::new(LISTING, [RawMessage::new(LIST, "List").reply()]);
        let client = self.client(context)?.schema_check(SchemaCheck::Off).offer_raw(&listing);
        let connection = match client.open(&self.name()).await {
            Ok(connection) => connection,
            Err(error) if is_unknown(&error) => return Ok(None),
            Err(error) => return Err(self.not_open(&error)),
        };
        let caller = connection.raw(&listing).map_err(|error| not_open(&error))?;
        let names = caller.call::<(), Vec<String>, Infallible>(LIST, ()).timeout(ASKING).await;
        connection.close().await;
        let names = names.map_err(|error| failed(&error))?;
        Ok(Some(names.into_iter().filter(|name| is_name(name)).collect()))
    }

    /// The whole name of a protocol, which may be given without its package.
    pub(crate) async fn whole_name(
        &self,
        context: &Context,
        given: &str,
    ) -> Result<String, Refusal> {
        if given.contains("::") {
            return Ok(given.to_owned());
        }
        let Some(names) = self.protocols(context).await? else { return Ok(given.to_owned()) };
        let own = |name: &&String| name.rsplit("::").next() == Some(given);
        let found: Vec<_> = names.iter().filter(own).collect();
        match found[..] {
            [name] => Ok(name.clone()),
            [] => Err(no_protocol(given, &names)),
            _ => {
                let found: Vec<_> = found.into_iter().map(String::as_str).collect();
                Err(Refusal::usage(format!("the server has several protocols called `{given}`"))
                    .help(format!("name one in full: {}", found.join(", "))))
            }
        }
    }

    /// What the server says that these protocols are, as the text that it gives.
    pub(crate) async fn describe(
        &self,
        context: &Context,
        names: &[String],
    ) -> Result<Vec<String>, Refusal> {
        let mut texts = Vec::new();
        for names in names.chunks(OFFERS) {
            let raw: Vec<_> = names.iter().map(|name| RawProtocol::new(name, [])).collect();
            let client = self.client(context)?.schema_check(SchemaCheck::Off);
            let client = raw.iter().fold(client, ClientBuilder::offer_raw);
            let connection = match client.open(&self.name()).await {
                Ok(connection) => connection,
                Err(error) if is_unknown(&error) => return Err(self.unknown(context, names).await),
                Err(error) => return Err(self.not_open(&error)),
            };
            for protocol in &raw {
                let caller = connection.raw(protocol).map_err(|error| not_open(&error))?;
                let call = caller.call::<(), String, Infallible>(DESCRIBE, ());
                let text = call.timeout(ASKING).await.map_err(|error| untold(&error))?;
                if text.len() > SCHEMA_BYTES_MAX {
                    return Err(Refusal::new(
                        codes::FAILED,
                        "the schema of the server is too long",
                    ));
                }
                texts.push(text);
            }
            connection.close().await;
        }
        Ok(texts)
    }

    /// None of these is served.
    async fn unknown(&self, context: &Context, names: &[String]) -> Refusal {
        let given = names.first().map(String::as_str).unwrap_or_default();
        match self.protocols(context).await {
            Ok(Some(known)) => no_protocol(given, &known),
            Ok(None) => Refusal::usage(format!("the server has no protocol `{given}`")).help(
                "it does not tell which it has: name the protocol in full, `package::Protocol`",
            ),
            Err(refusal) => refusal,
        }
    }
}

fn unread(error: protocol_runtime::identity::FileError) -> Refusal {
    Refusal { code: codes::USAGE, ..Refusal::from(error) }
}

fn no_protocol(given: &str, known: &[String]) -> Refusal {
    let own = |name: &str| name.rsplit("::").next().unwrap_or_default().to_owned();
    let own: Vec<_> = known.iter().map(|name| own(name)).collect();
    let near = nearest(given, known.iter().chain(&own).map(String::as_str));
    let refusal = Refusal::usage(format!("the server has no protocol `{given}`"));
    match near {
        Some(near) => refusal.help(format!("did you mean `{near}`?")),
        None if known.is_empty() => refusal,
        None => refusal.help(format!("it has {}", known.join(", "))),
    }
}

/// Names are printed, so a server does not choose what is in them.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ':'))
}

fn is_unknown(error: &Error) -> bool {
    let reasons = [Reason::NoProtocol, Reason::ProtocolVersion];
    matches!(error, Error::Rejected(rejected) if reasons.contains(&rejected.reason))
}

/// Why there is no connection.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "whatever else happens, the server is not reached"
)]
pub(crate) fn not_open(error: &Error) -> Refusal {
    let refused = |code, text: String| Refusal::new(code, text);
    let text = || as_options(&error.to_string());
    match error {
        Error::Config(_) | Error::Limit(_) | Error::Key(_) | Error::SchemaMismatch(_) => {
            refused(codes::USAGE, text())
        }
        Error::Tls(tls) if tls.is_setup() => refused(codes::USAGE, text()),
        // The alert of a server that wants a certificate.
        Error::Tls(tls) if matches!(**tls, TlsError::Refused { alert: 116 }) => {
            refused(codes::REFUSED, text())
                .help("show one with `--tls-cert FILE --tls-key FILE`")
        }
        Error::Tls(_) => refused(codes::REFUSED, text()),
        _ if is_unknown(error) => refused(codes::USAGE, text())
            .help("`npctl describe ADDRESS --list` shows what the server has"),
        Error::Rejected(rejected)
            if matches!(rejected.reason, Reason::Busy | Reason::ShuttingDown) =>
        {
            refused(codes::UNREACHED, text())
        }
        Error::Rejected(rejected) if rejected.reason == Reason::Security => {
            refused(codes::REFUSED, text()).help(
                "the server is protected another way: see --shared-key, --server-auth, --insecure-plain and --insecure-anonymous",
            )
        }
        Error::Rejected(_) | Error::Handshake(_) | Error::ServerKeyChanged(_) => {
            refused(codes::REFUSED, text())
        }
        Error::Closed(reason) => closed(reason, error),
        Error::HandshakeTruncated => refused(codes::REFUSED, text())
            .help("the server does not take this side's key, which `npctl key show` prints, or is too busy to say why"),
        _ => refused(codes::UNREACHED, text()),
    }
}

/// The mends that the library names, as this program has them.
fn as_options(text: &str) -> String {
    const OPTIONS: [(&str, &str); 8] = [
        ("`.ca(..)` at a client or `.client_ca(..)` at a server", "`--tls-ca FILE`"),
        ("`.ca(..)`", "`--tls-ca FILE`"),
        ("`.server_name(..)`", "`--tls-name NAME`"),
        ("`.pin(..)` and `.pin_only()`", "`--tls-pin PIN`"),
        ("`.client_certificate(..)`", "`--tls-cert FILE --tls-key FILE`"),
        ("`.crl(..)`", "`--tls-crl FILE`"),
        ("`.server_key(key)`", "`--server-key KEY`"),
        ("`.tls(..)` is for", "TLS is for"),
    ];
    OPTIONS.iter().fold(text.to_owned(), |text, (method, option)| text.replace(method, option))
}

fn closed(reason: &CloseReason, error: &Error) -> Refusal {
    if reason.reason() == Reason::Unauthorized {
        return Refusal::new(codes::REFUSED, error.to_string()).help(
            "whoever runs the server has to allow this side's key: `npctl key show` prints it",
        );
    }
    Refusal::new(codes::LOST, error.to_string())
}

fn untold(error: &CallError) -> Refusal {
    if *error == CallError::Unimplemented {
        return Refusal::usage("the server does not tell its schema")
            .help("name it with `--schema FILE.np`");
    }
    failed(error)
}

/// Why a connection that was there is no more.
#[expect(clippy::wildcard_enum_match_arm, reason = "whatever else happens, the connection is gone")]
pub(crate) fn ended(error: &Error) -> Refusal {
    match error {
        Error::Closed(reason) => closed(reason, error),
        Error::Encode(_) => Refusal::usage(error.to_string()),
        _ => Refusal::new(codes::LOST, error.to_string()),
    }
}

/// Why a call came to nothing, other than by an error of its own.
#[expect(clippy::wildcard_enum_match_arm, reason = "whatever else happens, the call failed")]
pub(crate) fn failed<E: std::fmt::Display>(error: &CallError<E>) -> Refusal {
    let code = match error {
        CallError::DeadlineExceeded => codes::DEADLINE,
        CallError::Refused { .. } | CallError::Unauthorized | CallError::NotLetIn { .. } => {
            codes::REFUSED
        }
        CallError::ConnectionLost { .. } => codes::LOST,
        CallError::Encode(_) => codes::USAGE,
        _ => codes::FAILED,
    };
    Refusal::new(code, error.to_string())
}
