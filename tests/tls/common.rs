//! Authorities and certificates as a test wants them, and a protocol to call over them.

use std::time::{Duration, SystemTime};

use network_protocol::tls::{ClientConfig, Pin, ServerConfig};
use network_protocol::{self as np, Error, Server};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, PublicKeyData,
    RevokedCertParams, SerialNumber,
};
use sha2::{Digest as _, Sha256};

pub(crate) const DAY: Duration = Duration::from_secs(86_400);

/// Time enough for whatever ends by itself.
pub(crate) const SOON: Duration = Duration::from_secs(30);

#[np::protocol(package = "test::tls")]
pub(crate) enum Who {
    /// How the server sees its client.
    #[np(reply = String)]
    AmI,
}

pub(crate) struct Host;

impl WhoHandler for Host {
    async fn am_i(&self, cx: &np::Cx) -> String {
        cx.peer().identity().to_string()
    }
}

/// An authority, which signs what it is told to.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) pem: String,
}

/// A certificate and its key.
#[derive(Clone)]
pub(crate) struct Pair {
    pub(crate) certificate: String,
    pub(crate) key: String,
    pub(crate) pin: Pin,
}

pub(crate) fn pin_of(key: &KeyPair) -> Pin {
    Pin::new(Sha256::digest(key.subject_public_key_info()).into())
}

impl Authority {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut CertificateParams)) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, "test authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// A server's certificate for this machine, but for what `change` does to it.
    pub(crate) fn server(&self, change: impl FnOnce(&mut CertificateParams)) -> Pair {
        self.server_with(&KeyPair::generate().unwrap(), change)
    }

    /// The same for a key that there is already.
    pub(crate) fn server_with(
        &self,
        key: &KeyPair,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Pair {
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        self.sign(key, names, ExtendedKeyUsagePurpose::ServerAuth, change)
    }

    /// A client's certificate.
    pub(crate) fn client(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Pair {
        let key = KeyPair::generate().unwrap();
        self.sign(&key, vec![name.to_owned()], ExtendedKeyUsagePurpose::ClientAuth, change)
    }

    fn sign(
        &self,
        key: &KeyPair,
        names: Vec<String>,
        usage: ExtendedKeyUsagePurpose,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Pair {
        let mut params = CertificateParams::new(names).unwrap();
        params.distinguished_name.push(DnType::CommonName, "test");
        params.is_ca = IsCa::ExplicitNoCa;
        params.extended_key_usages = vec![usage];
        change(&mut params);
        let certificate = params.signed_by(key, &self.issuer).unwrap().pem();
        Pair { certificate, key: key.serialize_pem(), pin: pin_of(key) }
    }

    /// A revocation list with these serial numbers, whose time ends so many days from now.
    pub(crate) fn crl(&self, revoked: &[u64], days: i64) -> String {
        let span = DAY * u32::try_from(days.unsigned_abs()).unwrap();
        let end = if days < 0 { now() - span } else { now() + span };
        let revoked = revoked.iter().map(|serial| RevokedCertParams {
            serial_number: SerialNumber::from(*serial),
            revocation_time: (now() - 2 * DAY).into(),
            reason_code: None,
            invalidity_date: None,
        });
        let params = CertificateRevocationListParams {
            this_update: (now() - 30 * DAY).into(),
            next_update: end.into(),
            crl_number: SerialNumber::from(1_u64),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        params.signed_by(&self.issuer).unwrap().pem().unwrap()
    }
}

impl Pair {
    pub(crate) fn server(&self) -> ServerConfig {
        ServerConfig::from_pem(&self.certificate, &self.key)
    }

    /// A client that shows it and trusts `authority`.
    pub(crate) fn client(&self, authority: &Authority) -> ClientConfig {
        trusting(authority).client_certificate_pem(&self.certificate, &self.key)
    }
}

pub(crate) fn trusting(authority: &Authority) -> ClientConfig {
    ClientConfig::new().ca_pem(&authority.pem)
}

pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}

pub(crate) async fn serve(tls: impl Into<np::tls::TlsServer>) -> Server {
    let builder = np::server().tls(tls).add::<Who, _>(Host);
    builder.listen("tls://127.0.0.1:0").await.unwrap()
}

pub(crate) async fn connect(
    server: &Server,
    tls: impl Into<np::tls::TlsClient>,
) -> np::Result<WhoClient> {
    connect_to(server.address(), tls).await
}

pub(crate) async fn connect_to(
    address: &str,
    tls: impl Into<np::tls::TlsClient>,
) -> np::Result<WhoClient> {
    soon(np::client().tls(tls).connect(address)).await
}

/// What a client is told of a server that it is not to talk to.
pub(crate) async fn refusal(
    server: &Server,
    tls: impl Into<np::tls::TlsClient>,
) -> np::tls::TlsError {
    of_tls(connect(server, tls).await.map(drop).unwrap_err())
}

/// What TLS says about it.
pub(crate) fn of_tls(error: Error) -> np::tls::TlsError {
    let Error::Tls(error) = error else { panic!("{error}") };
    *error
}

/// What comes of this, which ends by itself.
pub(crate) async fn soon<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(SOON, work).await.expect("it ends by itself")
}
