//! A server as people name it: a host and a port, in one form for each.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use thiserror::Error;

/// The longest host name there is.
const HOST_BYTES_MAX: usize = 253;

/// A host and a port. Names in capitals, and addresses written with more zeros than they need, are
/// the same as without. As text it is `host:port`, an IPv6 address in brackets.
///
/// ```
/// use protocol_runtime::identity::ServerName;
///
/// let name: ServerName = "[0:0::1]:9000".parse().unwrap();
/// assert_eq!(name.to_string(), "[::1]:9000");
/// assert_eq!(Ok(name), ServerName::new("::1", 9000));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServerName {
    host: String,
    port: u16,
}

/// The text names no server.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "`{text}` names no server: write `host:port`, an IPv6 address in brackets as in `[::1]:9000`"
)]
pub struct ServerNameError {
    text: String,
}

impl ServerName {
    /// A host, which is a name or an address without brackets, and a port.
    ///
    /// # Errors
    /// When no host is of that name, or the port is 0.
    pub fn new(host: &str, port: u16) -> Result<Self, ServerNameError> {
        let fail = || ServerNameError { text: printable(&format!("{host}:{port}")) };
        let host = canonical(host).filter(|_| port != 0).ok_or_else(fail)?;
        Ok(Self { host, port })
    }

    /// The host, without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }
}

fn canonical(host: &str) -> Option<String> {
    if let Ok(address) = host.parse::<Ipv4Addr>() {
        return Some(address.to_string());
    }
    // A zone, as in `fe80::1%eth0`, tells two addresses of different networks apart.
    let (address, zone) = match host.split_once('%') {
        Some((address, zone)) => (address, Some(zone)),
        None => (host, None),
    };
    if let Ok(address) = address.parse::<Ipv6Addr>() {
        return match zone {
            None => Some(address.to_string()),
            Some(zone) if plain(zone) => Some(format!("{address}%{zone}")),
            Some(_) => None,
        };
    }
    plain(host).then(|| host.to_ascii_lowercase())
}

/// Letters of any script, digits and what stands between them; nothing that means something in an
/// address, a list or a terminal.
fn plain(host: &str) -> bool {
    let good = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    (1..=HOST_BYTES_MAX).contains(&host.len()) && host.chars().all(good)
}

impl FromStr for ServerName {
    type Err = ServerNameError;

    fn from_str(text: &str) -> Result<Self, ServerNameError> {
        let fail = || ServerNameError { text: printable(text) };
        let (host, port) = text.rsplit_once(':').ok_or_else(fail)?;
        // `parse` would take a sign.
        let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
        let port = digits.then(|| port.parse().ok()).flatten().ok_or_else(fail)?;
        let inner = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        // Brackets are for addresses with colons in them, and these need them.
        if inner.is_some() != inner.unwrap_or(host).contains(':') {
            return Err(fail());
        }
        Self::new(inner.unwrap_or(host), port).map_err(|_| fail())
    }
}

impl fmt::Display for ServerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (host, port) = (&self.host, self.port);
        let text =
            if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
        f.pad(&text)
    }
}

/// A part of a file as it may be shown: short, and without what would move a cursor.
pub(super) fn printable(text: &str) -> String {
    const SHOWN_MAX: usize = 80;
    let shown = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    text.chars().take(SHOWN_MAX).map(shown).collect()
}
