//! What is measured, of whom, and in which unit.

use std::time::Duration;

use anyhow::Result;
use clap::ValueEnum;

use super::measure::Run;
use crate::common::named;

/// A table of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Case {
    /// Noise alone, both ends.
    Handshake,
    /// From the first byte until both sides may send messages, both ends.
    Session,
    #[value(name = "records-64")]
    Records64,
    #[value(name = "records-1k")]
    Records1k,
    #[value(name = "records-16k")]
    Records16k,
    /// Messages over TCP and back, both ends.
    Echo,
}

/// Who competes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Peer {
    /// This project; built without `accel` it has another name, so that figures are not mixed up.
    #[cfg_attr(not(feature = "accel"), value(name = "ours-plain"))]
    Ours,
    /// Two sessions of this project on a socket, without clients, handlers and tasks for them.
    #[cfg_attr(not(feature = "accel"), value(name = "sessions-plain"))]
    Sessions,
    /// As `Sessions`, without encryption.
    SessionsClear,
    /// Nothing but the Diffie-Hellman functions of a handshake, by the library that ours uses.
    #[cfg_attr(feature = "accel", value(name = "dh-aws-lc-rs"))]
    #[cfg_attr(not(feature = "accel"), value(name = "dh-dalek"))]
    DhAlone,
    Snow,
    /// Snow with ciphers and hash of ring.
    SnowRing,
    Ring,
    AwsLcRs,
    /// TLS 1.3 with X25519.
    Rustls,
    /// TLS 1.3 with X25519MLKEM768, as rustls has it by default.
    RustlsHybrid,
    /// No encryption.
    Clear,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Metric {
    /// Nobody proves who they are.
    Nn,
    /// The server proves to hold its key; in TLS, by a certificate.
    Nk,
    /// Both prove to hold their keys; in TLS, by certificates.
    Xx,
    /// As `Xx`, the server's key being known.
    Xk,
    /// Both prove to hold the same secret.
    #[value(name = "nnpsk0")]
    NnPsk0,
    SealAesGcm,
    OpenAesGcm,
    SealChacha,
    OpenChacha,
    #[value(name = "echo-64")]
    Echo64,
    #[value(name = "echo-1k")]
    Echo1k,
}

named!(Case, Peer, Metric);

/// What a rate is a rate of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Times,
    Bytes,
}

impl Case {
    /// What it is, in a few words.
    pub fn about(self) -> &'static str {
        match self {
            Self::Handshake => "Noise handshakes a second and core, both ends on it",
            Self::Session => "connections opened a second and core, both ends on it",
            Self::Records64 => "bytes a second in records of 64 B",
            Self::Records1k => "bytes a second in records of 1 KiB",
            Self::Records16k => "bytes a second in records of 16 KiB",
            Self::Echo => "echoes a second and core over TCP, both ends on it, 64 in flight",
        }
    }

    pub fn metrics(self) -> &'static [Metric] {
        match self {
            Self::Handshake | Self::Session => {
                &[Metric::Nn, Metric::Nk, Metric::Xx, Metric::Xk, Metric::NnPsk0]
            }
            Self::Records64 | Self::Records1k | Self::Records16k => {
                &[Metric::SealAesGcm, Metric::OpenAesGcm, Metric::SealChacha, Metric::OpenChacha]
            }
            Self::Echo => &[Metric::Echo64, Metric::Echo1k],
        }
    }

    /// What ratios are relative to.
    pub fn baseline(self) -> Peer {
        match self {
            Self::Handshake => Peer::Snow,
            Self::Session => Peer::Rustls,
            Self::Records64 | Self::Records1k | Self::Records16k | Self::Echo => Peer::AwsLcRs,
        }
    }

    pub fn unit(self) -> Unit {
        match self {
            Self::Handshake | Self::Session | Self::Echo => Unit::Times,
            Self::Records64 | Self::Records1k | Self::Records16k => Unit::Bytes,
        }
    }

    /// How much of the unit one time is.
    pub fn amount(self) -> f64 {
        match self {
            Self::Handshake | Self::Session | Self::Echo => 1.0,
            Self::Records64 => 64.0,
            Self::Records1k => 1_024.0,
            Self::Records16k => 16_384.0,
        }
    }
}

impl Peer {
    /// Whether it is of this project.
    pub fn is_ours(self) -> bool {
        matches!(self, Self::Ours | Self::Sessions | Self::SessionsClear)
    }
}

/// One thing that one peer does.
pub struct Contestant {
    pub peer: Peer,
    pub metric: Metric,
    pub run: Run,
}

impl Contestant {
    /// `run` does it so many times, checks what came out, and says how long that took without what
    /// had to be prepared.
    pub fn new(
        peer: Peer,
        metric: Metric,
        run: impl FnMut(u64) -> Result<Duration> + 'static,
    ) -> Self {
        Self { peer, metric, run: Box::new(run) }
    }
}
