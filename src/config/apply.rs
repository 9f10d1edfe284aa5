//! From a configuration to builders. What contradicts itself is found before a file is read.

use std::path::Path;
use std::time::Duration;

use super::{ConfigError, NetworkConfig, Problem, SecurityMode, url};
use crate::identity::{FileError, KeyFile, SharedKeyFile};
use crate::limits::LimitError;
use crate::{
    Client, ClientBuilder, Keypair, Limits, LocalUsers, PresharedKey, PublicKey, Reconnect, Result,
    Retry, Serve, Server, ServerBuilder, side,
};

/// The keys in the files of the configuration.
struct Keys {
    identity: Option<Keypair>,
    shared: Option<PresharedKey>,
}

impl NetworkConfig {
    /// Serves a protocol at `server.address`, as configured.
    ///
    /// # Errors
    ///
    /// A configuration that cannot be used, and those of [`ServerBuilder::listen`].
    pub async fn serve<P, H>(&self, handler: H) -> Result<Server>
    where
        P: Serve<H, side::Server>,
        H: Send + Sync + 'static,
    {
        self.server_builder()?.add::<P, H>(handler).listen(&url(&self.server.address)).await
    }

    /// Connects to `client.address`, as configured.
    ///
    /// # Errors
    ///
    /// A configuration that cannot be used, and those of [`ClientBuilder::connect`].
    pub async fn connect<C: Client>(&self) -> Result<C> {
        self.client_builder()?.connect(&url(&self.client.address)).await
    }

    /// The address to listen at, with its transport.
    #[must_use]
    pub fn server_url(&self) -> String {
        url(&self.server.address)
    }

    /// The address to connect to, with its transport.
    #[must_use]
    pub fn client_url(&self) -> String {
        url(&self.client.address)
    }

    /// A server with everything that is configured; the protocols and the address are still to be
    /// said.
    ///
    /// # Errors
    ///
    /// A configuration that cannot be used, or a file of it.
    pub fn server_builder(&self) -> Result<ServerBuilder, ConfigError> {
        self.validate_strict()?;
        let (keys, security) = (self.keys()?, &self.security);
        let mut builder = ServerBuilder::new()
            .limits(self.server_limits()?)
            .shutdown_timeout(self.server.shutdown_timeout)
            .compression_enabled(self.transport.compression_enabled)
            .compression_level(self.transport.compression_level)
            .clock_policy(security.clock_policy)
            .local_users(security.users())
            .exempt_loopback(security.exempt_loopback)
            .trusted_sources(&security.trusted_sources);
        builder = match security.mode {
            SecurityMode::Mutual => builder,
            SecurityMode::ServerAuth => builder.server_auth(),
            SecurityMode::SharedKey => {
                keys.shared.into_iter().fold(builder, ServerBuilder::shared_key)
            }
            SecurityMode::InsecureAnonymous => builder.insecure_anonymous(),
            SecurityMode::InsecurePlain => builder.insecure_plain(),
        };
        #[cfg(any(feature = "tls", feature = "tls-ring"))]
        {
            builder = self.tls_server()?.into_iter().fold(builder, ServerBuilder::tls);
        }
        builder = keys.identity.into_iter().fold(builder, ServerBuilder::identity);
        builder = security.state_dir.iter().fold(builder, ServerBuilder::state_dir);
        Ok(security.allow_list.iter().fold(builder, ServerBuilder::allow_list))
    }

    /// A client with everything that is configured; the address is still to be said.
    ///
    /// A client that reconnects, which is the default, is for [`ClientBuilder::connect`] and
    /// [`ClientBuilder::channel`]; for [`ClientBuilder::open`] switch `client.auto_reconnect` off.
    ///
    /// # Errors
    ///
    /// A configuration that cannot be used, or a file of it.
    pub fn client_builder(&self) -> Result<ClientBuilder, ConfigError> {
        self.validate_strict()?;
        let (keys, security, client) = (self.keys()?, &self.security, &self.client);
        let mut builder = ClientBuilder::new()
            .limits(self.client_limits()?)
            .send_timeout(client.operation_timeout)
            .response_timeout(client.response_timeout)
            .compression_enabled(self.transport.compression_enabled)
            .compression_level(self.transport.compression_level)
            .clock_policy(security.clock_policy)
            .local_users(security.users())
            .schema_check(self.channel.schema_check)
            .suite(security.suite);
        builder = match security.mode {
            SecurityMode::Mutual => builder,
            SecurityMode::ServerAuth => builder.server_auth(),
            SecurityMode::SharedKey => {
                keys.shared.into_iter().fold(builder, ClientBuilder::shared_key)
            }
            SecurityMode::InsecureAnonymous => builder.insecure_anonymous(),
            SecurityMode::InsecurePlain => builder.insecure_plain(),
        };
        if client.auto_reconnect {
            builder = self.policies(builder);
        }
        #[cfg(any(feature = "tls", feature = "tls-ring"))]
        {
            builder = self.tls_client()?.into_iter().fold(builder, ClientBuilder::tls);
        }
        builder = keys.identity.into_iter().fold(builder, ClientBuilder::identity);
        builder = security.state_dir.iter().fold(builder, ClientBuilder::state_dir);
        let server_key = security.server_key.parse::<PublicKey>().ok();
        Ok(server_key.into_iter().fold(builder, ClientBuilder::server_key))
    }

    /// An admin endpoint with everything that is configured, if there is to be one; what it shows is still
    /// to be said, and where it listens: `.listen(&config.admin.address)`.
    ///
    /// # Errors
    ///
    /// A configuration that cannot be used.
    #[cfg(feature = "admin")]
    pub fn admin_builder(&self) -> Result<Option<crate::admin::AdminBuilder>, ConfigError> {
        self.validate_strict()?;
        let admin = &self.admin;
        let builder = crate::admin::AdminBuilder::new()
            .max_connections(admin.max_connections)
            .request_timeout(admin.request_timeout);
        let builder = if admin.allow_remote { builder.allow_remote() } else { builder };
        Ok(admin.enabled.then_some(builder))
    }

    /// What a client does that connects again.
    fn policies(&self, builder: ClientBuilder) -> ClientBuilder {
        let (delay, channel) = (self.client.reconnect_delay, &self.channel);
        let reconnect = Reconnect {
            base_delay: delay,
            max_delay: delay,
            spread: delay,
            attempts: Some(self.client.max_reconnect_attempts),
        };
        let retry = Retry { attempts: channel.retry_attempts, ..Retry::default() };
        // More than there may be is refused where it is read, and again by the builder.
        let connections = usize::try_from(channel.connections).unwrap_or(usize::MAX);
        let builder = builder.reconnect(reconnect).retry(retry).connections(connections);
        let builder = if channel.fail_fast { builder.fail_fast() } else { builder };
        if channel.lazy { builder.lazy() } else { builder }
    }

    /// The limits of the server and its connections.
    ///
    /// # Errors
    ///
    /// A value that is out of its range.
    pub fn server_limits(&self) -> Result<Limits, ConfigError> {
        let server = &self.server;
        let limits = self.limits_of(server.connection_timeout, server.heartbeat_interval);
        let limits = limits.and_then(|limits| {
            limits
                .with_calls_in_flight(server.backpressure_limit)?
                .with_connections(server.max_connections)
        });
        limits.map_err(limit)
    }

    /// The limits of the client's connections.
    ///
    /// # Errors
    ///
    /// A value that is out of its range.
    pub fn client_limits(&self) -> Result<Limits, ConfigError> {
        self.limits_of(self.client.connection_timeout, self.client.heartbeat_interval)
            .map_err(limit)
    }

    /// What both sides have in common.
    fn limits_of(&self, handshake: Duration, heartbeat: Duration) -> Result<Limits, LimitError> {
        let (transport, limits) = (&self.transport, &self.limits);
        let usual = Limits::default();
        // Four times what a message may have, which is what the default is for its default.
        let decode = transport.max_payload_size.saturating_mul(4).max(1_024 * 1_024);
        usual
            .with_handshake_timeout(handshake)?
            .with_heartbeat(heartbeat)?
            .with_message_bytes(transport.max_payload_size)?
            .with_decode_bytes(decode)?
            .with_idle_timeout(limits.idle_timeout)?
            .with_max_age(limits.max_age)?
            .with_heartbeats_missed(limits.heartbeats_missed)?
            .with_stream_window(limits.stream_window)?
            .with_events_window(limits.events_window)?
            .with_decode_total_bytes(limits.decode_total_bytes)?
            .with_message_stall(limits.message_stall)?
            .with_write_stall(limits.write_stall)?
            .with_connections_per_source(limits.connections_per_source)?
            .with_half_open(limits.half_open)?
            .with_half_open_per_source(limits.half_open_per_source)?
            // A body of no bytes is not compressed anyway.
            .with_compress_min(transport.compression_threshold_bytes.max(1))
    }

    fn keys(&self) -> Result<Keys, ConfigError> {
        let security = &self.security;
        let identity =
            key("security.identity_file", security.identity_file.as_deref(), KeyFile::load)?;
        let shared = security.shared_key_file.as_deref();
        let shared = key("security.shared_key_file", shared, SharedKeyFile::load)?;
        Ok(Keys { identity, shared })
    }

    /// What is wrong with values that are good by themselves.
    pub(super) fn together(&self) -> Vec<(&'static str, String)> {
        let (client, channel, transport, security) =
            (&self.client, &self.channel, &self.transport, &self.security);
        let mut found = Vec::new();
        let mut unless = |good: bool, key: &'static str, text: &str| {
            if !good {
                found.push((key, text.to_owned()));
            }
        };
        unless(
            !client.auto_reconnect || client.max_reconnect_attempts >= 1,
            "client.max_reconnect_attempts",
            "it must be 1 or more, or client.auto_reconnect false",
        );
        for (usual, key) in [
            (channel.connections == 1, "channel.connections"),
            (!channel.fail_fast, "channel.fail_fast"),
            (!channel.lazy, "channel.lazy"),
        ] {
            let text = "it is of clients that connect again: leave it out, or say client.auto_reconnect = true";
            unless(usual || client.auto_reconnect, key, text);
        }
        unless(
            transport.compression_threshold_bytes <= transport.max_payload_size,
            "transport.compression_threshold_bytes",
            "it must be at most transport.max_payload_size",
        );
        let shared = security.mode == SecurityMode::SharedKey;
        unless(
            shared == security.shared_key_file.is_some(),
            "security.shared_key_file",
            "it goes with security.mode = \"shared_key\", and that with it: say both or neither",
        );
        let keys = matches!(security.mode, SecurityMode::Mutual | SecurityMode::ServerAuth);
        unless(
            keys || security.identity_file.is_none(),
            "security.identity_file",
            "it is not used in this security.mode: leave it out, or say \"mutual\" or \"server_auth\"",
        );
        unless(
            keys || security.server_key.is_empty(),
            "security.server_key",
            "it is not used in this security.mode: leave it out, or say \"mutual\" or \"server_auth\"",
        );
        unless(
            security.mode == SecurityMode::Mutual || security.allow_list.is_none(),
            "security.allow_list",
            "it is of clients' keys, which they show in security.mode = \"mutual\" only",
        );
        #[cfg(feature = "admin")]
        unless(
            self.admin.allow_remote || crate::admin::is_of_this_machine(&self.admin.address),
            "admin.address",
            "it is not of this machine alone: say one like 127.0.0.1:9001, or admin.allow_remote = true",
        );
        #[cfg(any(feature = "tls", feature = "tls-ring"))]
        found.extend(self.tls_together());
        #[cfg(feature = "logging")]
        found.extend(self.logging.together());
        found
    }
}

impl super::SecurityConfig {
    /// Who may be at the other end of a local socket.
    fn users(&self) -> LocalUsers {
        LocalUsers::same().and(self.local_users.iter().filter_map(|user| user.parse().ok()))
    }
}

#[cfg(feature = "logging")]
impl super::LoggingConfig {
    /// What is wrong with values that are good by themselves.
    pub(crate) fn together(&self) -> Vec<(&'static str, String)> {
        let mut found = Vec::new();
        if !self.log_to_console && !self.log_to_file {
            let text = "it must be true, or logging.log_to_file: one output must be on";
            found.push(("logging.log_to_console", text.to_owned()));
        }
        match &self.log_file_path {
            None if self.log_to_file => {
                let text = "it must be the path of a file, or logging.log_to_file false";
                found.push(("logging.log_file_path", text.to_owned()));
            }
            Some(path) if self.log_to_file => {
                let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
                let directory = directory.unwrap_or(Path::new("."));
                if !directory.is_dir() {
                    let text =
                        format!("there is no directory {}: make it first", directory.display());
                    found.push(("logging.log_file_path", text));
                }
            }
            Some(_) | None => {}
        }
        found
    }
}

/// The key in a file, if one is named.
fn key<T>(
    key: &str,
    path: Option<&Path>,
    load: impl Fn(&Path) -> Result<T, FileError>,
) -> Result<Option<T>, ConfigError> {
    path.map(load).transpose().map_err(|error| unusable(key, error.to_string()))
}

fn limit(error: LimitError) -> ConfigError {
    unusable("limits", error.to_string())
}

pub(super) fn unusable(key: &str, text: String) -> ConfigError {
    let origin = "the configuration".to_owned();
    Problem::Unusable { key: key.to_owned(), origin, text }.into()
}
