//! What is measured, of whom, and in which unit.

use clap::ValueEnum;

use crate::common::named;

/// A scenario, and a table of the report. The names say bytes and how many are in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Case {
    #[value(name = "lat-64")]
    Lat64,
    #[value(name = "pipe16-64")]
    Pipe16x64,
    #[value(name = "pipe64-64")]
    Pipe64x64,
    #[value(name = "pipe256-64")]
    Pipe256x64,
    #[value(name = "pipe64-1k")]
    Pipe64x1k,
    #[value(name = "pipe64-64k")]
    Pipe64x64k,
    #[value(name = "bulk-1m")]
    Bulk1m,
    #[value(name = "conns64-64")]
    Conns64,
    #[value(name = "conns1000-64")]
    Conns1000,
    StreamItems,
    StreamBytes,
    StreamSlow,
    Connect,
    Idle,
    Slow,
    Restart,
}

/// Who competes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Peer {
    /// This project, without encryption.
    Ours,
    /// This project as it is by default: both ends prove to hold their keys.
    OursNoise,
    /// Frames by hand, without concurrent callers.
    Raw,
    /// Frames by hand, with a task for each call in flight.
    Mux,
    /// As `Mux`, each batch sealed by the cipher of `OursNoise`.
    MuxRecords,
    Tarpc,
    CapnpRpc,
    Tonic,
    AxumJson,
    /// What this project was before, as published.
    Earlier,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Metric {
    /// Requests a second; connections in `connect`, items in streams.
    Rps,
    /// Bytes of items a second.
    MbS,
    #[value(name = "p50_us")]
    P50,
    #[value(name = "p99_us")]
    P99,
    /// Processor time for a request, of both processes.
    CpuUs,
    ServerUs,
    ClientUs,
    /// System calls of the server for a request.
    Syscalls,
    /// Allocations of the server for a request.
    Allocs,
    /// Memory of the server: for each connection, or how much it grew.
    Kib,
    /// From the start of the server's process to the first reply.
    Ms,
}

named!(Case, Peer);

impl std::fmt::Display for Metric {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Rps => "rps",
            Self::MbS => "mb_s",
            Self::P50 => "p50_us",
            Self::P99 => "p99_us",
            Self::CpuUs => "cpu_us",
            Self::ServerUs => "server_us",
            Self::ClientUs => "client_us",
            Self::Syscalls => "syscalls",
            Self::Allocs => "allocs",
            Self::Kib => "kib",
            Self::Ms => "ms",
        })
    }
}

impl Metric {
    pub fn from_name(name: &str) -> Option<Self> {
        Self::value_variants().iter().copied().find(|metric| metric.to_string() == name)
    }

    pub fn unit(self) -> &'static str {
        match self {
            Self::Rps => "1/s",
            Self::MbS => "MB/s",
            Self::P50 | Self::P99 | Self::CpuUs | Self::ServerUs | Self::ClientUs => "us",
            Self::Syscalls | Self::Allocs => "1",
            Self::Kib => "KiB",
            Self::Ms => "ms",
        }
    }

    pub fn more_is_better(self) -> bool {
        matches!(self, Self::Rps | Self::MbS)
    }
}

/// What a client does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Load {
    /// Echoes of so many bytes.
    Echo { connections: usize, in_flight: usize, bytes: usize },
    /// One stream from the server of items of so many bytes.
    Stream { bytes: usize },
    /// One stream from the server that nobody reads, of items of so many bytes.
    StreamSlow { bytes: usize },
    /// Connections one after the other, with one call each.
    Connect,
    /// Connections that do nothing after their first call.
    Idle,
    /// Honest connections beside one that asks for much and does not read.
    Slow,
    /// A server that goes away and comes back.
    Restart,
}

impl Case {
    pub fn load(self) -> Load {
        let echo = |connections, in_flight, bytes| Load::Echo { connections, in_flight, bytes };
        match self {
            Self::Lat64 => echo(1, 1, 64),
            Self::Pipe16x64 => echo(1, 16, 64),
            Self::Pipe64x64 => echo(1, 64, 64),
            Self::Pipe256x64 => echo(1, 256, 64),
            Self::Pipe64x1k => echo(1, 64, 1_024),
            Self::Pipe64x64k => echo(1, 64, 65_536),
            Self::Bulk1m => echo(1, 1, 1_048_576),
            Self::Conns64 => echo(64, 1, 64),
            Self::Conns1000 => echo(1_000, 1, 64),
            Self::StreamItems => Load::Stream { bytes: 64 },
            Self::StreamBytes => Load::Stream { bytes: 16_384 },
            Self::StreamSlow => Load::StreamSlow { bytes: 64 },
            Self::Connect => Load::Connect,
            Self::Idle => Load::Idle,
            Self::Slow => Load::Slow,
            Self::Restart => Load::Restart,
        }
    }

    /// What it is, in a few words.
    pub fn about(self) -> &'static str {
        match self {
            Self::Lat64 => "64 B, one call in flight",
            Self::Pipe16x64 => "64 B, 16 calls in flight on one connection",
            Self::Pipe64x64 => "64 B, 64 calls in flight on one connection",
            Self::Pipe256x64 => "64 B, 256 calls in flight on one connection",
            Self::Pipe64x1k => "1 KiB, 64 calls in flight on one connection",
            Self::Pipe64x64k => "64 KiB, 64 calls in flight on one connection",
            Self::Bulk1m => "1 MiB, one call in flight",
            Self::Conns64 => "64 B, 64 connections with one call in flight each",
            Self::Conns1000 => "64 B, 1,000 connections with one call in flight each",
            Self::StreamItems => "a stream from the server, items of 64 B",
            Self::StreamBytes => "a stream from the server, items of 16 KiB",
            Self::StreamSlow => {
                "how much the server grows by a stream that is not read, items of 64 B"
            }
            Self::Connect => "connecting and one call, one after the other",
            Self::Idle => "memory of the server for each idle connection",
            Self::Slow => "16 honest connections beside one that asks for much and does not read",
            Self::Restart => "from the start of the server's process to the first reply",
        }
    }

    /// Whether it counts system calls and allocations: where requests are many and alike.
    pub fn counts(self) -> bool {
        matches!(self.load(), Load::Echo { .. } | Load::Stream { .. })
    }

    /// What the picture has panels of.
    pub fn panels(self) -> &'static [Metric] {
        match self.load() {
            Load::Echo { .. } | Load::Slow => {
                &[Metric::Rps, Metric::P50, Metric::P99, Metric::CpuUs]
            }
            Load::Stream { .. } => &[Metric::Rps, Metric::CpuUs],
            Load::Connect => &[Metric::Rps, Metric::P50],
            Load::Idle | Load::StreamSlow { .. } => &[Metric::Kib],
            Load::Restart => &[Metric::Ms],
        }
    }
}

impl Peer {
    /// Whether it is of this project, as it is.
    pub fn is_ours(self) -> bool {
        matches!(self, Self::Ours | Self::OursNoise)
    }

    /// Whether it can do a case at all.
    pub fn does(self, case: Case) -> bool {
        match (self, case.load()) {
            (Self::Ours | Self::OursNoise | Self::Raw | Self::Tonic, _) => true,
            (_, Load::Stream { .. } | Load::StreamSlow { .. }) => false,
            // Closes each connection ten seconds after its first byte, takes some 40 ms for a
            // handshake, and stops for good if more is in flight than its queues take.
            (Self::Earlier, Load::Echo { connections, in_flight, bytes }) => {
                connections <= 64 && in_flight <= 64 && (in_flight == 1 || bytes <= 1_024)
            }
            (Self::Earlier, load) => load == Load::Connect,
            _ => true,
        }
    }
}
