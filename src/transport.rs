//! Transports by the names of earlier versions. Each makes an address of what it is given, and
//! leaves all else to [`server`](crate::server) and [`client`](crate::client).
//!
//! Handlers, heartbeat and limits are the same on each: `docs/transports.md` says what is not.

/// The address of a transport, whether or not it says which.
fn with(scheme: &str, address: &str) -> String {
    if address.starts_with(scheme) { address.to_owned() } else { format!("{scheme}{address}") }
}

/// Defines a transport by how its addresses begin.
macro_rules! transport {
    ($(#[doc = $doc:literal])* $name:ident, $scheme:literal) => {
        $(#[doc = $doc])*
        pub mod $name {
            use crate::{Client, Result, Serve, Server, side};

            /// The address with its transport.
            #[must_use]
            pub fn url(address: &str) -> String {
                super::with($scheme, address)
            }

            /// Serves a protocol: see [`serve`](crate::serve).
            ///
            /// # Errors
            ///
            /// Those of [`ServerBuilder::listen`](crate::ServerBuilder::listen).
            pub async fn serve<P, H>(address: &str, handler: H) -> Result<Server>
            where
                P: Serve<H, side::Server>,
                H: Send + Sync + 'static,
            {
                crate::serve::<P, H>(&url(address), handler).await
            }

            /// Connects to a server: see [`connect`](crate::connect()).
            ///
            /// # Errors
            ///
            /// Those of [`ClientBuilder::connect`](crate::ClientBuilder::connect).
            pub async fn connect<C: Client>(address: &str) -> Result<C> {
                crate::connect(&url(address)).await
            }
        }
    };
}

transport! {
    /// TCP, encrypted by keys: `host:port`.
    tcp, "tcp://"
}

transport! {
    /// Sockets of this machine: a path or a name.
    local, "local://"
}

/// TLS over TCP, by certificates: `host:port`.
#[cfg(any(feature = "tls", feature = "tls-ring"))]
pub mod tls {
    use crate::tls::{ClientConfig, ServerConfig};
    use crate::{Client, Result, Serve, Server, side};

    /// The address with its transport.
    #[must_use]
    pub fn url(address: &str) -> String {
        super::with("tls://", address)
    }

    /// Serves a protocol with this certificate.
    ///
    /// # Errors
    ///
    /// Those of [`ServerBuilder::listen`](crate::ServerBuilder::listen).
    pub async fn serve<P, H>(address: &str, tls: ServerConfig, handler: H) -> Result<Server>
    where
        P: Serve<H, side::Server>,
        H: Send + Sync + 'static,
    {
        crate::server().tls(tls).add::<P, H>(handler).listen(&url(address)).await
    }

    /// Connects to a server whose certificate is right by this.
    ///
    /// # Errors
    ///
    /// Those of [`ClientBuilder::connect`](crate::ClientBuilder::connect).
    pub async fn connect<C: Client>(address: &str, tls: ClientConfig) -> Result<C> {
        crate::client().tls(tls).connect(&url(address)).await
    }
}

/// TCP, by its other name.
pub use self::tcp as remote;
