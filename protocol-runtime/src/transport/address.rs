//! Addresses as people write them. Parsing looks nothing up and opens nothing.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

use crate::error::Error;

/// Where a server listens or a client connects to.
///
/// ```
/// use protocol_runtime::Address;
/// assert_eq!("tcp://[::1]:9000".parse(), Ok(Address::Tcp { host: "::1".into(), port: 9000 }));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Address {
    /// `tcp://host:port`; the host is a name, an IPv4 address, or an IPv6 address in brackets.
    Tcp {
        /// The host, without brackets.
        host: String,
        /// The port; 0 lets the system choose one when listening.
        port: u16,
    },
    /// `tls://host:port`: TCP, and TLS over it. The host is as that of `tcp://`, and the name that the
    /// server's certificate is to be for.
    Tls {
        /// The host, without brackets.
        host: String,
        /// The port; 0 lets the system choose one when listening.
        port: u16,
    },
    /// `local://path-or-name`: on this machine, over a Unix domain socket or a named pipe. With a slash
    /// it is a path, absolute or from the working directory, as in `local:///run/chat.sock` and
    /// `local://./chat.sock`. A word is a name that is nowhere on a disk: abstract on Linux, a pipe on
    /// Windows, a file in the user's runtime directory elsewhere.
    Local {
        /// The path or name.
        name: String,
    },
    /// `mem://name`: within this process.
    Mem {
        /// The name, which one listener at a time can have.
        name: String,
    },
    /// A stream or a listener of the application's own, by the name it gave. There is no way to
    /// write it: nothing can be found by it.
    Other {
        /// The name, for logs.
        name: String,
    },
}

/// An address that cannot be read. The caller's mistake; each text says how to write it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// There is no `transport://` in front.
    #[error("`{address}` names no transport: write `tcp://{address}`")]
    NoScheme {
        /// What was written.
        address: String,
    },
    /// The transport in front of `://` is not one of ours.
    #[error(
        "`{scheme}` is no transport of this build: use `tcp://host:port`, `tls://host:port`, `local://path` or `mem://name`"
    )]
    UnknownScheme {
        /// What was written before `://`.
        scheme: String,
    },
    /// A TCP or TLS address without a port.
    #[error(
        "`{scheme}://{host}` has no port: write `{scheme}://{host}:9000`, or port 0 to listen on any free one"
    )]
    NoPort {
        /// The transport, as before `://`.
        scheme: &'static str,
        /// What was written after `://`.
        host: String,
    },
    /// A TCP or TLS address whose port is no number from 0 to 65535.
    #[error("`{port}` is no port: write a number from 0 to 65535 after the last colon")]
    BadPort {
        /// What was written after the last colon.
        port: String,
    },
    /// A TCP or TLS address without a host.
    #[error(
        "no host stands before `:{port}`: write `{scheme}://0.0.0.0:{port}` to listen on all interfaces, `{scheme}://127.0.0.1:{port}` for this machine"
    )]
    NoHost {
        /// The transport, as before `://`.
        scheme: &'static str,
        /// The port that was written.
        port: u16,
    },
    /// An IPv6 address without its brackets, where the port cannot be told from the address.
    #[error("an IPv6 address stands in brackets: write `{scheme}://[{host}]:{port}`")]
    BareIpv6 {
        /// The transport, as before `://`.
        scheme: &'static str,
        /// What was written before the last colon.
        host: String,
        /// What was written after the last colon.
        port: String,
    },
    /// Something in brackets that is no IPv6 address.
    #[error("`{host}` in brackets is no IPv6 address: write it as in `{scheme}://[::1]:9000`")]
    BadIpv6 {
        /// The transport, as before `://`.
        scheme: &'static str,
        /// What was written in the brackets.
        host: String,
    },
    /// A host with a character no host has, or with a path behind the port.
    #[error("`{rest}` is no `host:port`: leave out spaces, user names, paths and queries")]
    NotHostAndPort {
        /// What was written after `://`.
        rest: String,
    },
    /// Several addresses where one is wanted.
    #[error(
        "several addresses are for clients, which try one after the other: a server listens at one, so leave out `,` and what follows"
    )]
    Several,
    /// A memory address without a name.
    #[error("`mem://` has no name: write `mem://` and any word, the same in server and client")]
    NoName,
    /// A local address without a path or a name.
    #[error(
        "`local://` has no path: write `local:///run/chat.sock`, or a name as in `local://chat`"
    )]
    NoPath,
    /// A local address that no system takes.
    #[error("a path has no zero in it: leave it out")]
    BadPath,
}

impl Address {
    /// The places that a client tries in turn, one at least: `tcp://a:1,b:2`, `tcp://a:1,local:///run/b`.
    ///
    /// What stands behind a comma without a transport is of the transport before it. Paths and names may
    /// have commas in them, so that after these only a transport begins another address.
    ///
    /// # Errors
    ///
    /// What is wrong with the first that is none.
    pub fn several(text: &str) -> Result<Vec<Self>, AddressError> {
        let mut written: Vec<String> = Vec::new();
        let mut scheme = "";
        for piece in text.split(',') {
            match (piece.split_once("://"), written.last_mut()) {
                (Some((own, _)), _) if is_scheme(own.trim_start()) => {
                    scheme = own.trim_start();
                    written.push(piece.trim_start().to_owned());
                }
                (_, Some(path)) if matches!(scheme, "local" | "mem") => {
                    path.push(',');
                    path.push_str(piece);
                }
                (_, Some(_)) => written.push(format!("{scheme}://{}", piece.trim())),
                (_, None) => written.push(piece.to_owned()),
            }
        }
        written.iter().map(|address| address.parse()).collect()
    }

    /// The same with another port, if it has one.
    pub(super) fn with_port(&self, port: u16) -> Self {
        match self {
            Self::Tcp { host, .. } => Self::Tcp { host: host.clone(), port },
            Self::Tls { host, .. } => Self::Tls { host: host.clone(), port },
            Self::Local { .. } | Self::Mem { .. } | Self::Other { .. } => self.clone(),
        }
    }

    /// The transport's name, as before `://`.
    pub fn transport(&self) -> &'static str {
        match self {
            Self::Tcp { .. } => "tcp",
            Self::Tls { .. } => "tls",
            Self::Local { .. } => "local",
            Self::Mem { .. } => "mem",
            Self::Other { .. } => "other",
        }
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err(AddressError::NoScheme { address: text.to_owned() });
        };
        match scheme {
            "tcp" => {
                let (host, port) = host_and_port("tcp", rest)?;
                Ok(Self::Tcp { host, port })
            }
            "tls" => {
                let (host, port) = host_and_port("tls", rest)?;
                Ok(Self::Tls { host, port })
            }
            "local" if rest.is_empty() => Err(AddressError::NoPath),
            "local" if rest.contains('\0') => Err(AddressError::BadPath),
            "local" => Ok(Self::Local { name: rest.to_owned() }),
            "mem" if rest.is_empty() => Err(AddressError::NoName),
            "mem" => Ok(Self::Mem { name: rest.to_owned() }),
            _ => Err(AddressError::UnknownScheme { scheme: scheme.to_owned() }),
        }
    }
}

impl From<AddressError> for Error {
    fn from(error: AddressError) -> Self {
        Self::Config(error.to_string().into())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } | Self::Tls { host, port } => {
                let scheme = self.transport();
                if host.contains(':') {
                    write!(f, "{scheme}://[{host}]:{port}")
                } else {
                    write!(f, "{scheme}://{host}:{port}")
                }
            }
            Self::Local { name } => write!(f, "local://{name}"),
            Self::Mem { name } => write!(f, "mem://{name}"),
            Self::Other { name } => write!(f, "other://{name}"),
        }
    }
}

fn is_scheme(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_alphabetic())
}

fn host_and_port(scheme: &'static str, rest: &str) -> Result<(String, u16), AddressError> {
    if rest.contains(',') {
        return Err(AddressError::Several);
    }
    if rest.contains(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '@')) {
        return Err(AddressError::NotHostAndPort { rest: rest.to_owned() });
    }
    if let Some(inner) = rest.strip_prefix('[') {
        let Some((host, behind)) = inner.split_once(']') else {
            return Err(AddressError::BadIpv6 { scheme, host: inner.to_owned() });
        };
        // A zone, as in `fe80::1%eth0`, is the resolver's business.
        let plain = host.split_once('%').map_or(host, |(address, _)| address);
        if plain.parse::<Ipv6Addr>().is_err() {
            return Err(AddressError::BadIpv6 { scheme, host: host.to_owned() });
        }
        let Some(port) = behind.strip_prefix(':') else {
            return Err(AddressError::NoPort { scheme, host: rest.to_owned() });
        };
        return Ok((host.to_owned(), number(port)?));
    }
    if rest.parse::<Ipv6Addr>().is_ok() {
        let (host, port) = rest.rsplit_once(':').unwrap_or((rest, "9000"));
        return Err(AddressError::BareIpv6 {
            scheme,
            host: host.to_owned(),
            port: port.to_owned(),
        });
    }
    let Some((host, port)) = rest.rsplit_once(':') else {
        return Err(AddressError::NoPort { scheme, host: rest.to_owned() });
    };
    if host.contains(':') {
        return Err(AddressError::BareIpv6 {
            scheme,
            host: host.to_owned(),
            port: port.to_owned(),
        });
    }
    let port = number(port)?;
    if host.is_empty() {
        return Err(AddressError::NoHost { scheme, port });
    }
    Ok((host.to_owned(), port))
}

fn number(port: &str) -> Result<u16, AddressError> {
    // `parse` would take a sign.
    if port.starts_with('+') {
        return Err(AddressError::BadPort { port: port.to_owned() });
    }
    port.parse().map_err(|_| AddressError::BadPort { port: port.to_owned() })
}
