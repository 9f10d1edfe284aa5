//! Who is at the other end, and who says whether it may come in.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use crate::noise::PublicKey;
use crate::transport::{LocalPeer, PeerCertificate};

/// The other end of a connection, as the handshake left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    identity: Identity,
    transport: &'static str,
    address: Arc<str>,
    /// Most peers have none.
    grant: Option<Box<Grant>>,
}

/// What the peer proved about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Identity {
    /// Nothing: it may be anybody.
    Anonymous,
    /// That it holds the secret of this key. Whether that is a key to trust is for an allow-list,
    /// an [`Authorizer`] or the handlers to say.
    StaticKey(PublicKey),
    /// That it holds the shared key, as all do who have it.
    SharedKey,
    /// That it holds the key of this certificate, over TLS. A client's is signed by an authority that the
    /// server trusts; whether it is one to let in is for an [`Authorizer`] or the handlers to say.
    Certificate(Box<PeerCertificate>),
    /// Nothing by a key, and the system says which process of this machine it is. It was among the
    /// [users](crate::LocalUsers) who may connect.
    Local(LocalPeer),
}

/// Says which peers may come in.
///
/// Asked once for each connection, after the handshake and before any message of the peer is
/// handled, within the time that is left of [`handshake_timeout`]. A peer for which no answer comes
/// in time, or a panic, is turned away; all of these close the connection with `Unauthorized`. Where
/// there is an allow-list, only those of its peers are asked about.
///
/// ```
/// use protocol_runtime::peer::{Authorizer, Decision, Peer};
///
/// struct FromHere;
///
/// impl Authorizer for FromHere {
///     async fn authorize(&self, peer: &Peer) -> Decision {
///         if peer.address().starts_with("tcp://127.0.0.1:") {
///             Decision::Allow { principal: None }
///         } else {
///             Decision::Deny
///         }
///     }
/// }
/// ```
///
/// [`handshake_timeout`]: crate::limits::Limits::handshake_timeout
pub trait Authorizer: Send + Sync + 'static {
    /// Decides about one peer.
    fn authorize(&self, peer: &Peer) -> impl Future<Output = Decision> + Send;
}

/// Whether a peer may come in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// It may.
    Allow {
        /// What [`Peer::principal`] is from now on; with none it stays what it was.
        principal: Option<String>,
    },
    /// It may not. It learns no more than that.
    Deny,
}

impl Peer {
    pub(crate) fn new(identity: Identity, transport: &'static str, address: String) -> Self {
        Self { identity, transport, address: address.into(), grant: None }
    }

    /// A peer of which nothing is proven, but what the system says of it.
    pub(crate) fn unproven(
        local: Option<LocalPeer>,
        transport: &'static str,
        address: String,
    ) -> Self {
        let identity = local.map_or(Identity::Anonymous, Identity::Local);
        Self::new(identity, transport, address)
    }

    /// The same peer, when it is known what it proves.
    pub(crate) fn proven(&self, identity: Identity) -> Self {
        Self { identity, ..self.clone() }
    }

    /// The same peer, let in under a name.
    pub(crate) fn granted(mut self, grant: Grant) -> Self {
        self.grant = (grant != Grant::default()).then(|| Box::new(grant));
        self
    }

    /// What the allow-list called the peer when it came in.
    pub(crate) fn listed(&self) -> Option<&str> {
        self.grant.as_ref()?.listed.as_deref()
    }

    /// What the peer proved about itself.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The key that the peer proved to hold, if it did.
    #[must_use]
    pub fn key(&self) -> Option<PublicKey> {
        match self.identity {
            Identity::Anonymous
            | Identity::SharedKey
            | Identity::Certificate(_)
            | Identity::Local(_) => None,
            Identity::StaticKey(key) => Some(key),
        }
    }

    /// What the peer is called: by the [`Authorizer`], or else by the allow-list. When it has another
    /// name there, the connection is closed.
    #[must_use]
    pub fn principal(&self) -> Option<&str> {
        self.grant.as_ref()?.principal.as_deref()
    }

    /// What the peer may do, in the words of the allow-list. When these change there, the connection
    /// is closed, so that they are never out of date for longer than that takes.
    #[must_use]
    pub fn roles(&self) -> &[String] {
        self.grant.as_ref().map_or(&[], |grant| &grant.roles)
    }

    /// What carries the connection: `tcp`, `tls`, `local`, `mem`, or `other` for a stream of the application's own.
    #[must_use]
    pub fn transport(&self) -> &'static str {
        self.transport
    }

    /// Where the peer is: for a server where the connection came from, for a client where it
    /// went to. Not proven, and the same for many peers behind one gateway.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }
}

/// As it stands in logs: the fingerprint of a key says more than the key.
impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anonymous => f.write_str("anonymous"),
            Self::StaticKey(key) => write!(f, "key {}", key.fingerprint()),
            Self::SharedKey => f.write_str("shared key"),
            Self::Certificate(certificate) => {
                let PeerCertificate { spki_sha256, names } = &**certificate;
                write!(f, "certificate sha256/{}", PublicKey::from_bytes(*spki_sha256))?;
                if names.is_empty() { Ok(()) } else { write!(f, " of {}", names.join(", ")) }
            }
            Self::Local(peer) => peer.fmt(f),
        }
    }
}

/// What a peer that was let in is called and may do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) principal: Option<String>,
    pub(crate) roles: Vec<String>,
    /// Its name in the allow-list, whatever the authorizer calls it.
    pub(crate) listed: Option<String>,
}

/// An [`Authorizer`] of whatever type.
pub(crate) trait AnyAuthorizer: Send + Sync {
    /// Nothing of the user's runs before the future is polled.
    fn decide(self: Arc<Self>, peer: Peer) -> Pin<Box<dyn Future<Output = Decision> + Send>>;
}

impl<A: Authorizer> AnyAuthorizer for A {
    fn decide(self: Arc<Self>, peer: Peer) -> Pin<Box<dyn Future<Output = Decision> + Send>> {
        Box::pin(async move { self.authorize(&peer).await })
    }
}
