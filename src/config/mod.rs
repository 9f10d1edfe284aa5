//! Configuration: a file, the environment and code over defaults, checked as a whole.
//!
//! Nothing here opens a connection, and no field is there that does nothing. Keys are never part of
//! it, only the names of the files they are in.

mod apply;
mod fields;
mod layers;
mod problem;
#[cfg(any(feature = "tls", feature = "tls-ring"))]
mod secured;
mod table;
mod value;
mod written;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

#[cfg(feature = "admin")]
pub use self::fields::AdminConfig;
#[cfg(any(feature = "tls", feature = "tls-ring"))]
pub use self::fields::TlsConfig;
pub use self::fields::{
    ChannelConfig, ClientConfig, LimitsConfig, NetworkConfig, SecurityConfig, SecurityMode,
    ServerConfig, TransportConfig,
};
#[cfg(feature = "logging")]
pub use self::fields::{LogLevel, LoggingConfig};
pub use self::layers::Layers;
pub use self::problem::{ConfigError, Problem};
pub use self::table::Field;
pub use self::value::Kind;

impl NetworkConfig {
    /// What [`from_toml`](Self::from_toml) calls the text in its errors.
    const TEXT: &str = "the text";

    /// Starts to say where the configuration comes from.
    pub fn layers() -> Layers {
        Layers::default()
    }

    /// A file of TOML over the defaults, and the environment over that: what most programs want.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the file and the variables, each with its place.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        Self::layers().file(path.as_ref()).environment().load()
    }

    /// A file of TOML over the defaults.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the file, with its lines.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        Self::layers().file(path.as_ref()).load()
    }

    /// A text of TOML over the defaults.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the text, with its lines.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        Self::layers().toml(Self::TEXT, text).load()
    }

    /// The environment over the defaults.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the variables, by their names.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::layers().environment().load()
    }

    /// The defaults, changed by code. What the code wrote is checked where it is used, or by
    /// [`validate`](Self::validate).
    ///
    /// ```
    /// use network_protocol::config::NetworkConfig;
    ///
    /// let config = NetworkConfig::default_with_overrides(|config| {
    ///     config.server.max_connections = 50;
    /// });
    /// assert_eq!(config.validate(), []);
    /// ```
    #[must_use]
    pub fn default_with_overrides(change: impl FnOnce(&mut Self)) -> Self {
        let mut config = Self::default();
        change(&mut config);
        config
    }

    /// Everything that is wrong with the values; nothing if they can be used.
    #[must_use]
    pub fn validate(&self) -> Vec<Problem> {
        self.check(&BTreeMap::new())
    }

    /// The same as an error.
    ///
    /// # Errors
    ///
    /// If [`validate`](Self::validate) finds anything.
    pub fn validate_strict(&self) -> Result<(), ConfigError> {
        ConfigError::unless_none(self.validate())
    }

    /// A file with every field at its default and what it does as a comment. Read again it gives the
    /// defaults.
    #[must_use]
    pub fn example_config() -> String {
        written::commented(&Self::default())
    }

    /// Writes the configuration to a file, with its comments, in the place of what is there. The file is
    /// there as a whole or, if that fails, as it was.
    ///
    /// # Errors
    ///
    /// What the system says against it.
    pub fn save_to_file(&self, path: impl AsRef<Path>) -> Result<(), ConfigError> {
        let path = path.as_ref();
        let mut beside = path.as_os_str().to_owned();
        beside.push(format!(".{}.tmp", std::process::id()));
        let wrote = fs::write(&beside, written::commented(self));
        wrote.and_then(|()| fs::rename(&beside, path)).map_err(|error| {
            // That it is gone again is best effort; the first error is the one to report.
            drop(fs::remove_file(&beside));
            layers::file_problem(path, true, &error).into()
        })
    }

    /// What is known of each field, in the order of the file.
    #[must_use]
    pub fn fields() -> Vec<Field> {
        let rows = Self::default().rows().into_iter();
        let field = |row: table::Row| Field {
            section: row.section,
            name: row.name,
            text: row.text(),
            kind: row.kind,
            variables: row.variables(),
            allowed: row.allowed,
            default: row.value,
        };
        rows.map(field).collect()
    }

    /// The page about each field, in Markdown.
    #[doc(hidden)]
    #[must_use]
    pub fn reference() -> String {
        written::page()
    }

    /// What is wrong, with where it came from as far as that is known.
    fn check(&self, origins: &BTreeMap<String, String>) -> Vec<Problem> {
        let origin = |key: &str| {
            origins
                .get(key)
                .cloned()
                .unwrap_or_else(|| "set by the program, or a default".to_owned())
        };
        let bad = self.rows().into_iter().filter(|row| !row.good).map(|row| Problem::BadValue {
            key: row.key(),
            origin: origin(&row.key()),
            allowed: row.allowed,
            value: row.value,
        });
        let together = self.together().into_iter().map(|(key, text)| Problem::Unusable {
            key: key.to_owned(),
            origin: origin(key),
            text,
        });
        bad.chain(together).collect()
    }
}

/// An address as the runtime takes it, which may be several: one without a transport is of TCP, and what
/// stands behind a comma the runtime knows.
fn url(address: &str) -> String {
    let address = address.trim();
    let first = address.split(',').next().unwrap_or_default();
    if first.contains("://") { address.to_owned() } else { format!("tcp://{address}") }
}

/// Whether one of them is of TLS.
fn is_tls(address: &str) -> bool {
    address.split(',').any(|one| one.trim_start().starts_with("tls://"))
}
