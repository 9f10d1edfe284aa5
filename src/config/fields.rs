//! The one table of what can be configured: each field with its default and what it may be.

use std::path::PathBuf;
use std::time::Duration;

use super::table::sections;
use super::value::{any, being, which};
use crate::{ClockPolicy, PublicKey, SchemaCheck, SuiteChoice};

/// How connections are protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecurityMode {
    /// Both sides prove to hold their keys.
    #[default]
    Mutual,
    /// The server proves to hold its key, and clients stay anonymous.
    ServerAuth,
    /// Both sides prove to hold the secret in the `shared_key_file`.
    SharedKey,
    /// Encrypted without proof of who the peer is.
    InsecureAnonymous,
    /// Not protected at all.
    InsecurePlain,
}

/// The least important events that are logged.
#[cfg(feature = "logging")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogLevel {
    /// Every step.
    Trace,
    /// What helps to find a mistake.
    Debug,
    /// What happens.
    #[default]
    Info,
    /// What may be wrong.
    Warn,
    /// What is wrong.
    Error,
}

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);
const YEAR: Duration = Duration::from_secs(365 * 86_400);

const fn millis(number: u64) -> Duration {
    Duration::from_millis(number)
}

/// The address that both sides begin with.
const ADDRESS: &str = "127.0.0.1:9000";

fn are_addresses(text: &str) -> bool {
    protocol_runtime::Address::several(&super::url(text)).is_ok()
}

fn is_address(text: &str) -> bool {
    super::url(text).parse::<protocol_runtime::Address>().is_ok()
}

sections! {
    /// The server.
    server: ServerConfig {
        /// Where it listens: `host:port`, or a URL with its transport. Port 0 takes a free one.
        address: String = ADDRESS.to_owned(), being("an address like \"127.0.0.1:9000\" or \"tcp://[::1]:9000\"", |text| is_address(text)), "NETWORK_PROTOCOL_SERVER_ADDRESS";
        /// How many calls of one connection are served at a time; one more is answered `Overloaded`.
        backpressure_limit: u32 = 32, which("from 1 to 65536", |n| (1..=65_536).contains(n)), "NETWORK_PROTOCOL_BACKPRESSURE_LIMIT";
        /// How long the handshake of a client may take; one that sends nothing at all has 3 s of it. It does
        /// not bound the connection.
        connection_timeout: Duration = 5 * SECOND, which("from 100ms to 5m", |t| (millis(100)..=5 * MINUTE).contains(t)), "NETWORK_PROTOCOL_CONNECTION_TIMEOUT_MS";
        /// After how long a silence a client is asked for a sign of life. After three of them it
        /// counts as dead.
        heartbeat_interval: Duration = 15 * SECOND, which("from 100ms to 1h", |t| (millis(100)..=HOUR).contains(t)), "NETWORK_PROTOCOL_HEARTBEAT_INTERVAL_MS";
        /// How long handlers that run may take to finish when the server drains.
        shutdown_timeout: Duration = 30 * SECOND, which("from 1s to 1m", |t| (SECOND..=MINUTE).contains(t));
        /// How many connections are open at a time; one more is refused as busy.
        max_connections: u32 = 1_000, which("from 1 to 100000", |n| (1..=100_000).contains(n));
    }

    /// The client.
    client: ClientConfig {
        /// The server to connect to: `host:port`, or a URL with its transport. The host may be a name.
        /// Several, with commas between them, are tried in turn.
        address: String = ADDRESS.to_owned(), being("an address like \"localhost:9000\" or \"tcp://[::1]:9000\", or several with commas between them", |text| are_addresses(text));
        /// How long connecting may take, and then the handshake. It does not bound the connection.
        connection_timeout: Duration = 5 * SECOND, which("from 100ms to 1h", |t| (millis(100)..=HOUR).contains(t)), "NETWORK_PROTOCOL_CONNECTION_TIMEOUT_MS";
        /// How long a message may wait until it is handed to the connection: for the connection to be
        /// made again, for room in its output, or for its turn among the calls in flight.
        operation_timeout: Duration = 3 * SECOND, which("from 10ms to 1h", |t| (millis(10)..=HOUR).contains(t));
        /// How long a call waits for its answer.
        response_timeout: Duration = 30 * SECOND, which("100ms or more", |t| *t >= millis(100));
        /// After how long a silence the server is asked for a sign of life; 0 for never. After three of
        /// them it counts as dead.
        heartbeat_interval: Duration = 15 * SECOND, which("at most 1h", |t| *t <= HOUR);
        /// Whether the client connects again when its connection ends.
        auto_reconnect: bool = true, any();
        /// How many attempts to connect may fail in a row before the client gives up; at least 1 if
        /// `auto_reconnect` is on.
        max_reconnect_attempts: u32 = 3, any();
        /// The longest wait before each attempt. It is drawn between nothing and this, so that many
        /// clients do not come back in one moment.
        reconnect_delay: Duration = SECOND, which("from 10ms to 1m", |t| (millis(10)..=MINUTE).contains(t));
    }

    /// What a client does that connects again, which is one with `client.auto_reconnect`, and what it asks
    /// of its server.
    channel: ChannelConfig {
        /// How often a call is made at most that was certainly not run, or may be run twice. 1
        /// makes each once.
        retry_attempts: u32 = 3, which("from 1 to 100", |n| (1..=100).contains(n));
        /// How many connections to the server are kept. A call is made on the one
        /// with the fewest in flight.
        connections: u32 = 1, which("from 1 to 1024", |n| (1..=1_024).contains(n));
        /// Whether calls fail at once while there is no connection and none is being made.
        /// They wait until their deadline if not.
        fail_fast: bool = false, any();
        /// Whether the client connects only when something is called.
        lazy: bool = false, any();
        /// What becomes of a server with another schema: `refuse` asks for it, and does not connect to one
        /// that does not fit; `report` only says so; `off` does not ask.
        schema_check: SchemaCheck = SchemaCheck::Refuse, any();
    }

    /// What both sides do with messages on their way.
    transport: TransportConfig {
        /// Whether all messages are compressed that hold no secret, and not only those whose schema says
        /// so.
        compression_enabled: bool = false, any();
        /// Has to be on. How connections are protected is said by `security.mode`.
        encryption_enabled: bool = true, being("true; to do without encryption say security.mode = \"insecure_plain\"", |on| *on);
        /// The longest message taken from the other side, in bytes.
        max_payload_size: u32 = 16 * 1_024 * 1_024, which("from 1024 (1 KiB) to 104857600 (100 MiB)", |n| (1_024..=104_857_600).contains(n));
        /// How hard zstd tries, from 1 (quick) to 22 (small). LZ4 has no levels.
        compression_level: u32 = 6, which("from 1 to 22", |n| (1..=22).contains(n));
        /// How long a message is at least that is compressed, in bytes; at most `max_payload_size`.
        compression_threshold_bytes: u32 = 512, any();
    }

    /// Who may talk to whom. No field holds a key: these are the files with them.
    security: SecurityConfig {
        /// How connections are protected. `mutual`: both sides prove to hold their keys. `server_auth`:
        /// the server does, clients stay anonymous. `shared_key`: both hold the secret in the
        /// `shared_key_file`. `insecure_anonymous`: encrypted, but whoever is in between can read and
        /// change everything. `insecure_plain`: not protected at all. Both sides have to say the same. At
        /// `tls://` addresses TLS stands in the place of `mutual`, unless a key is named here.
        mode: SecurityMode = SecurityMode::Mutual, any();
        /// The directory with the identity of this user and the servers that were trusted; none for the
        /// usual one.
        state_dir: Option<PathBuf> = None, any();
        /// The file with the key pair of this side, as PEM; none for the one in the `state_dir`.
        identity_file: Option<PathBuf> = None, any();
        /// The file with the secret of both sides, for the mode `shared_key`.
        shared_key_file: Option<PathBuf> = None, any();
        /// A client: the key that the server has to prove to hold, as text; empty to trust the first
        /// one that it shows.
        server_key: String = String::new(), being("the text of a public key, or empty", |key| key.is_empty() || key.parse::<PublicKey>().is_ok());
        /// A server: the file with the keys of the clients that may come in; none to let in any.
        allow_list: Option<PathBuf> = None, any();
        /// A server: networks like `10.0.0.0/8` whose connections no limit on one source is about.
        trusted_sources: Vec<String> = Vec::new(), any();
        /// A server: whether the limits on one source leave out connections from this machine.
        exempt_loopback: bool = true, any();
        /// The numbers of the users of this machine who may be at the other end of a local socket, besides the one
        /// of this process and root.
        local_users: Vec<String> = Vec::new(), being("a list of numbers of users, like [\"33\"]", |users| users.iter().all(|user| user.parse::<u32>().is_ok()));
        /// What becomes of a peer whose clock is off: `warn` logs it, `enforce` refuses.
        clock_policy: ClockPolicy = ClockPolicy::Warn, any();
        /// A client: the cipher it asks for; `auto` for the quicker one on this processor.
        suite: SuiteChoice = SuiteChoice::Auto, any();
    }

    /// TLS, at addresses like `tls://host:9000`. All files are PEM.
    #[cfg(any(feature = "tls", feature = "tls-ring"))]
    tls: TlsConfig {
        /// The certificate of this side, and behind it those of authorities in between: a server shows it to
        /// all, a client to servers that ask for one.
        certificate_file: Option<PathBuf> = None, any();
        /// The private key that belongs to it.
        key_file: Option<PathBuf> = None, any();
        /// A client: the authority that has signed the certificates of its servers.
        ca_file: Option<PathBuf> = None, any();
        /// A client: whether the authorities are trusted that this system trusts.
        platform_roots: bool = false, any();
        /// A client: the keys that its server may have, beside all else that is asked for; any if there
        /// are none. Two at least.
        pins: Vec<String> = Vec::new(), being("a list of texts like \"sha256/…\", each the SHA-256 of a public key in base64", |pins| pins.iter().all(|pin| pin.parse::<crate::tls::Pin>().is_ok()));
        /// A client: whether the pins are enough, so that no authority and no name is asked for.
        pin_only: bool = false, any();
        /// A client: whether one pin is enough.
        allow_single_pin: bool = false, any();
        /// A client: the name that the server's certificate is for; empty for the host of the address.
        server_name: String = String::new(), any();
        /// A server: the authority that has signed the certificates of its clients, who are asked for
        /// one then; none to ask for none.
        client_ca_file: Option<PathBuf> = None, any();
        /// A server: whether clients without a certificate come in too.
        client_certificate_optional: bool = false, any();
        /// Lists of certificates that were revoked, one for each authority if there is any.
        crl_files: Vec<String> = Vec::new(), any();
        /// A server: how often it looks whether the files have changed, and reads them again if so; 0 for
        /// never.
        reload_interval: Duration = MINUTE, which("0, or from 10ms to 1day", |t| t.is_zero() || (millis(10)..=24 * HOUR).contains(t));
    }

    /// What a peer can cause beyond what the other tables bound, on both sides. `Limits` has more, for
    /// code.
    limits: LimitsConfig {
        /// How long a connection may be open without any call, stream or message; 0 for ever.
        idle_timeout: Duration = Duration::ZERO, which("at most 365days", |t| *t <= YEAR);
        /// How old a connection may become before this side goes away; 0 for ever.
        max_age: Duration = 24 * HOUR, which("at most 365days", |t| *t <= YEAR);
        /// After how many heartbeats without a sign of life the other side counts as dead.
        heartbeats_missed: u32 = 3, which("from 1 to 1000", |n| (1..=1_000).contains(n));
        /// How many bytes of items the other side may send on a stream before some of them were taken.
        stream_window: u32 = 256 * 1_024, which("from 1024 to 1073741824", |n| (1_024..=1_073_741_824).contains(n));
        /// How many bytes of one-way messages the other side may send before the handlers of some of them
        /// have ended.
        events_window: u32 = 1_024 * 1_024, which("from 1024 to 1073741824", |n| (1_024..=1_073_741_824).contains(n));
        /// How much memory messages that are unfinished, compressed or large may take, over all
        /// connections, in bytes. A call beyond that is answered `Overloaded`.
        decode_total_bytes: u32 = 1_024 * 1_024 * 1_024, which("1048576 or more", |n| *n >= 1_048_576);
        /// How long nothing may come of a message that is unfinished while nothing keeps the other side. It
        /// is given up within twice that time.
        message_stall: Duration = 30 * SECOND, which("from 1ms to 1day", |t| (millis(1)..=24 * HOUR).contains(t));
        /// How long a write may make no progress before the connection is closed.
        write_stall: Duration = 30 * SECOND, which("from 1ms to 1h", |t| (millis(1)..=HOUR).contains(t));
        /// A server: how many connections may come from one source, an IPv4 address or an IPv6 network of
        /// 64 bits.
        connections_per_source: u32 = 1_048_576, which("from 1 to 1048576", |n| (1..=1_048_576).contains(n));
        /// A server: how many connections may be in their handshake.
        half_open: u32 = 1_024, which("from 1 to 1048576", |n| (1..=1_048_576).contains(n));
        /// A server: how many handshakes from one source may be unfinished, or have failed lately.
        half_open_per_source: u32 = 32, which("from 1 to 1048576", |n| (1..=1_048_576).contains(n));
    }

    /// The admin endpoint of a server: live state, metrics and probes over HTTP.
    #[cfg(feature = "admin")]
    admin: AdminConfig {
        /// Whether there is one.
        enabled: bool = false, any();
        /// Where it listens: an IP address with a port, of this machine alone unless `allow_remote` is on. Port
        /// 0 takes a free one.
        address: String = "127.0.0.1:9001".to_owned(), being("an IP address with a port like \"127.0.0.1:9001\" or \"[::1]:9001\"", |text| text.parse::<std::net::SocketAddr>().is_ok());
        /// Whether other machines may read it. It has no password and no encryption: whoever reaches it sees
        /// who is connected.
        allow_remote: bool = false, any();
        /// How many connections it has at a time; one more takes the place of the oldest that has no answer yet.
        max_connections: u32 = 16, which("from 1 to 1024", |n| (1..=1_024).contains(n));
        /// How long a request and its answer may take together.
        request_timeout: Duration = 10 * SECOND, which("from 100ms to 5m", |t| (millis(100)..=5 * MINUTE).contains(t));
    }

    /// What is written of what happens, and where. The variable `RUST_LOG`, where it is set, says which
    /// events, instead of `log_level`.
    #[cfg(feature = "logging")]
    logging: LoggingConfig {
        /// What stands in each line for the program.
        app_name: String = "network-protocol".to_owned(), which("1 to 64 characters without control characters", |name| (1..=64).contains(&name.chars().count()) && !name.chars().any(char::is_control));
        /// The least important events that are written.
        log_level: LogLevel = LogLevel::Info, any();
        /// Whether lines go to the standard error output. They have colours on a terminal, unless the
        /// variable `NO_COLOR` is set.
        log_to_console: bool = true, any();
        /// Whether lines go to the file `log_file_path`. At least one of the two must be on.
        log_to_file: bool = false, any();
        /// The file, in a directory that is there.
        log_file_path: Option<PathBuf> = None, any();
        /// From how many bytes on the file is put aside, as `name.1`, and another begun; 0 for never.
        log_file_max_bytes: u64 = 10 * 1_024 * 1_024, which("0, or 1024 or more", |n| *n == 0 || *n >= 1_024);
        /// How many files that were put aside are kept.
        log_files_kept: u32 = 5, which("from 0 to 1000", |n| *n <= 1_000);
        /// Whether each line is a JSON object, on the console and in the file.
        json_format: bool = false, any();
    }
}
