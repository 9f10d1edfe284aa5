//! Whom each side trusts: authorities, and at a client pins, or both.
//!
//! Signatures are never judged here. Whoever shows a certificate has to prove that it holds the key of
//! it, pinned or not, and that proof is for the TLS library.

use std::sync::Arc;
use std::time::Duration;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, OtherError, SignatureScheme,
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use super::certificate::{Certificate, Dates};
use crate::error::{PeerText, Pin, TlsError};

/// Judges the certificates of clients.
#[derive(Debug)]
pub(super) struct ClientVerifier(pub(super) Arc<dyn ClientCertVerifier>);

impl ClientCertVerifier for ClientVerifier {
    fn offer_client_auth(&self) -> bool {
        self.0.offer_client_auth()
    }

    fn client_auth_mandatory(&self) -> bool {
        self.0.client_auth_mandatory()
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.0.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        let judged = self.0.verify_client_cert(end_entity, intermediates, now);
        judged.map_err(|error| of_chain(error, Certificate::read(end_entity).as_ref()))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

/// Judges the certificates of servers.
#[derive(Debug)]
pub(super) struct Verifier {
    /// The authorities; none where the pins are enough.
    pub(super) authorities: Option<Arc<WebPkiServerVerifier>>,
    /// The keys that a server may have; any if there are none.
    pub(super) pins: Vec<Pin>,
    pub(super) algorithms: WebPkiSupportedAlgorithms,
}

impl Verifier {
    fn judge(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<(), rustls::Error> {
        let read = Certificate::read(end_entity);
        match &self.authorities {
            Some(authorities) => {
                let judged = authorities.verify_server_cert(
                    end_entity,
                    intermediates,
                    server_name,
                    ocsp,
                    now,
                );
                judged.map_err(|error| of_chain(error, read.as_ref()))?;
            }
            None => dates(read.as_ref(), now)?,
        }
        if self.pins.is_empty() {
            return Ok(());
        }
        let presented = read.ok_or_else(unreadable)?.pin;
        if self.pins.contains(&presented) {
            return Ok(());
        }
        Err(refuse(TlsError::PinMismatch { presented, expected: self.pins.clone() }))
    }
}

/// What is wrong with the certificates of a peer, told apart from what is wrong with its proof that it
/// holds the key.
fn of_chain(error: rustls::Error, read: Option<&Certificate>) -> rustls::Error {
    let rustls::Error::InvalidCertificate(kind) = &error else { return error };
    let self_signed = read.is_some_and(|certificate| certificate.self_issued);
    let unknown = matches!(kind, CertificateError::UnknownIssuer | CertificateError::Other(_));
    if *kind == CertificateError::BadSignature {
        // An authority of the same name signed it, with another key.
        CertificateError::UnknownIssuer.into()
    } else if unknown && self_signed {
        refuse(TlsError::SelfSigned)
    } else {
        error
    }
}

/// A pinned certificate has a time as any other.
fn dates(certificate: Option<&Certificate>, now: UnixTime) -> Result<(), rustls::Error> {
    match certificate.ok_or_else(unreadable)?.dates(now) {
        Dates::Valid => Ok(()),
        Dates::Ahead(secs) => {
            Err(refuse(TlsError::NotYetValid { ahead: Duration::from_secs(secs) }))
        }
        Dates::Ago(secs) => Err(refuse(TlsError::Expired { ago: Duration::from_secs(secs) })),
    }
}

fn refuse(error: TlsError) -> rustls::Error {
    CertificateError::Other(OtherError(Arc::new(error))).into()
}

fn unreadable() -> rustls::Error {
    refuse(TlsError::BadCertificate { why: PeerText::from("it cannot be read") })
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.judge(end_entity, intermediates, server_name, ocsp_response, now)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
