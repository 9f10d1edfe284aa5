//! TLS 1.3 by rustls with aws-lc-rs: a private authority, certificates of P-256, no resumption, no
//! tickets. Both ends in memory.

use std::sync::Arc;

use anyhow::{Result, ensure};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::client::Resumption;
use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs::{cipher_suite, default_provider, kx_group};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::WebPkiClientVerifier;
use rustls::version::TLS13;
use rustls::{
    ClientConfig, ClientConnection, ConnectionCommon, RootCertStore, ServerConfig,
    ServerConnection, SupportedCipherSuite,
};

use super::subject::Peer;

pub const AES: SupportedCipherSuite = cipher_suite::TLS13_AES_256_GCM_SHA384;
pub const CHACHA: SupportedCipherSuite = cipher_suite::TLS13_CHACHA20_POLY1305_SHA256;

const NAME: &str = "peers.example";

/// Both ends of connections to come.
pub struct Tls {
    client: Arc<ClientConfig>,
    server: Arc<ServerConfig>,
    name: ServerName<'static>,
}

/// Whether clients have to show a certificate, too.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    Server,
    Mutual,
}

impl Tls {
    pub fn new(peer: Peer, suite: SupportedCipherSuite, proof: Proof) -> Result<Self> {
        let provider = Arc::new(CryptoProvider {
            cipher_suites: vec![suite],
            kx_groups: vec![match peer {
                Peer::RustlsHybrid => kx_group::X25519MLKEM768,
                _ => kx_group::X25519,
            }],
            ..default_provider()
        });
        let authority = Authority::new()?;
        let roots = Arc::new(authority.roots()?);

        let client = ClientConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(&[&TLS13])?
            .with_root_certificates(roots.clone());
        let mut client = match proof {
            Proof::Server => client.with_no_client_auth(),
            Proof::Mutual => {
                let (chain, key) = authority.issue("client.example")?;
                client.with_client_auth_cert(chain, key)?
            }
        };
        client.resumption = Resumption::disabled();

        let server = ServerConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(&[&TLS13])?;
        let server = match proof {
            Proof::Server => server.with_no_client_auth(),
            Proof::Mutual => server.with_client_cert_verifier(
                WebPkiClientVerifier::builder_with_provider(roots, provider).build()?,
            ),
        };
        let (chain, key) = authority.issue(NAME)?;
        let mut server = server.with_single_cert(chain, key)?;
        server.send_tls13_tickets = 0;

        let tls = Self {
            client: Arc::new(client),
            server: Arc::new(server),
            name: ServerName::try_from(NAME)?,
        };
        tls.check(proof)?;
        Ok(tls)
    }

    /// A handshake, as far as both ends may send.
    pub fn connect(&self) -> Result<(ClientConnection, ServerConnection)> {
        let mut client = ClientConnection::new(self.client.clone(), self.name.clone())?;
        let mut server = ServerConnection::new(self.server.clone())?;
        let mut wire = Vec::with_capacity(4_096);
        while carry(&mut client, &mut server, &mut wire)?
            | carry(&mut server, &mut client, &mut wire)?
        {}
        ensure!(!client.is_handshaking() && !server.is_handshaking(), "the handshake stopped");
        Ok((client, server))
    }

    /// Both ends have the same secret, and the certificates that were asked for.
    fn check(&self, proof: Proof) -> Result<()> {
        let (client, server) = self.connect()?;
        let ours = client.export_keying_material([0; 32], b"check", None)?;
        ensure!(ours == server.export_keying_material([0; 32], b"check", None)?, "ends differ");
        ensure!(client.peer_certificates().is_some(), "no certificate of the server");
        let shown = server.peer_certificates().is_some();
        ensure!(shown == (proof == Proof::Mutual), "another proof of the client than asked for");
        Ok(())
    }
}

/// Carries what one end has to say to the other; false if it has nothing.
pub fn carry<A, B>(
    from: &mut ConnectionCommon<A>,
    to: &mut ConnectionCommon<B>,
    wire: &mut Vec<u8>,
) -> Result<bool> {
    wire.clear();
    while from.wants_write() {
        from.write_tls(wire)?;
    }
    let mut rest = wire.as_slice();
    while !rest.is_empty() {
        to.read_tls(&mut rest)?;
        to.process_new_packets()?;
    }
    Ok(!wire.is_empty())
}

struct Authority {
    der: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Result<Self> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let der = params.self_signed(&key)?.der().clone();
        Ok(Self { der, issuer: Issuer::new(params, key) })
    }

    fn roots(&self) -> Result<RootCertStore> {
        let mut roots = RootCertStore::empty();
        roots.add(self.der.clone())?;
        Ok(roots)
    }

    fn issue(&self, name: &str) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)> {
        let key = KeyPair::generate()?;
        let leaf = CertificateParams::new([name.to_owned()])?.signed_by(&key, &self.issuer)?;
        let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(anyhow::Error::msg)?;
        Ok((vec![leaf.der().clone()], key))
    }
}
