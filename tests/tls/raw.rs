//! The other end as somebody else would write it, by the TLS library itself: with options that ours does
//! not have, and without the honesty that ours has.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, ProtocolVersion, ServerConfig,
    ServerConnection, SignatureScheme, SupportedProtocolVersion,
};

/// All that is spoken.
pub(crate) const BOTH: &[&SupportedProtocolVersion] = rustls::ALL_VERSIONS;
pub(crate) const OLD: &[&SupportedProtocolVersion] = &[&rustls::version::TLS12];
pub(crate) const NEW: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13];

pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

/// A client that takes any server.
pub(crate) fn client(
    versions: &[&'static SupportedProtocolVersion],
    alpn: &[&str],
) -> ClientConfig {
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(versions)
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody(provider())))
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    config
}

/// A server that shows this certificate and signs with this key, whether or not they belong together.
pub(crate) fn server(
    versions: &[&'static SupportedProtocolVersion],
    chain: Vec<CertificateDer<'static>>,
    key: &str,
) -> ServerConfig {
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
    let key = provider().key_provider.load_private_key(key).unwrap();
    let pair = SingleCertAndKey::from(CertifiedKey::new(chain, key));
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(versions)
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(pair));
    config.alpn_protocols = vec![b"np/1".to_vec()];
    config
}

pub(crate) fn der(certificate: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()
}

/// Serves one connection after the other until nobody listens any more, each until it ends. Gives the
/// address.
pub(crate) fn serve(config: ServerConfig) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tls://{}", listener.local_addr().unwrap());
    let config = Arc::new(config);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut session = ServerConnection::new(config.clone()).unwrap();
            while session.complete_io(&mut stream).is_ok_and(|(read, _)| read > 0) {}
        }
    });
    address
}

/// What came of shaking hands and of what is read then.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) session: ClientConnection,
    /// How the connection ended, if it did by itself.
    pub(crate) end: std::io::Result<usize>,
}

/// Shakes hands, offers `early` before that is done, says `then` and reads until the end.
pub(crate) async fn connect(
    address: &str,
    config: Arc<ClientConfig>,
    early: &'static [u8],
    then: &'static [u8],
) -> Seen {
    let address = address.strip_prefix("tls://").unwrap().to_owned();
    let connecting = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let mut session = ClientConnection::new(config, name).unwrap();
        if let Some(mut data) = session.early_data() {
            data.write_all(early).unwrap();
        }
        let mut end = Ok(0);
        while session.is_handshaking() && end.is_ok() {
            end = session.complete_io(&mut stream).map(|(read, _)| read);
        }
        if end.is_ok() {
            session.writer().write_all(then).unwrap();
            let mut stream = rustls::Stream::new(&mut session, &mut stream);
            end = stream.read_to_end(&mut Vec::new());
        }
        Seen { session, end }
    });
    crate::common::soon(connecting).await.unwrap()
}

impl Seen {
    pub(crate) fn version(&self) -> Option<ProtocolVersion> {
        self.session.protocol_version()
    }

    /// What TLS says of the end.
    pub(crate) fn error(&self) -> &rustls::Error {
        let end = self.end.as_ref().unwrap_err();
        end.get_ref().and_then(|inner| inner.downcast_ref()).expect("an error of TLS")
    }
}

/// Takes any certificate, and looks at signatures.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
