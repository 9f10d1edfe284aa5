//! How TLS protects a stream, as plain data: compiled whether or not this build has TLS.

/// How TLS protects a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TlsChannel {
    /// The version, as in `TLS 1.3`.
    pub version: &'static str,
    /// The ciphers, as in `TLS13_AES_256_GCM_SHA384`.
    pub suite: &'static str,
    /// How the keys were agreed on, as in `X25519MLKEM768`.
    pub key_exchange: &'static str,
    /// The certificate that the peer proved to hold the key of; none if it showed none.
    pub peer: Option<PeerCertificate>,
}

/// What is known of a peer by its certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PeerCertificate {
    /// The SHA-256 of its public key (`SubjectPublicKeyInfo`): what pins are of.
    pub spki_sha256: [u8; 32],
    /// The names it is for: host names, IP addresses, mail addresses and URIs.
    pub names: Vec<String>,
}
