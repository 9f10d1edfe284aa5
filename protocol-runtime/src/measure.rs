//! Numbers for whatever recorder of the `metrics` facade the application has installed: the table of
//! them, and one function for each thing that is counted.
//!
//! Without the feature `metrics` there is nothing of it: the functions do nothing. What a session
//! counts is counted there alone; here only the difference to the last look is passed on. Never keeps
//! a number of its own.

use std::time::SystemTime;
#[cfg(feature = "metrics")]
use std::time::{Duration, Instant};

use crate::frame::id::Role;
use crate::frame::reason::Reason;
use crate::session::Stats;

/// What a metric is.
#[cfg(feature = "metrics")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Counter,
    Gauge,
    Histogram,
}

/// Writes a constant for each name, and the table.
macro_rules! table {
    ($($name:ident: $kind:ident $text:literal, $unit:ident, [$($label:literal),*], $about:literal;)*) => {
        $(
            #[cfg(feature = "metrics")]
            const $name: &str = concat!("network_protocol_", $text);
        )*

        /// Tells the recorder what each metric means, and its unit.
        pub(crate) fn describe() {
            #[cfg(feature = "metrics")]
            for (name, kind, unit, about) in [$(($name, Kind::$kind, metrics::Unit::$unit, $about),)*] {
                match kind {
                    Kind::Counter => metrics::describe_counter!(name, unit, about),
                    Kind::Gauge => metrics::describe_gauge!(name, unit, about),
                    Kind::Histogram => metrics::describe_histogram!(name, unit, about),
                }
            }
        }

        /// Each with its kind, unit and labels, as `docs/operations.md` has them.
        #[cfg(all(test, feature = "metrics"))]
        const ROWS: &[(&str, Kind, metrics::Unit, &[&str])] =
            &[$(($name, Kind::$kind, metrics::Unit::$unit, &[$($label),*]),)*];
    };
}

table! {
    CONNECTIONS_OPENED: Counter "connections_opened_total", Count, ["role"],
        "connections whose peer was let in";
    CONNECTIONS_OPEN: Gauge "connections_open", Count, ["role"],
        "connections that are open at this moment";
    CONNECTIONS_CLOSED: Counter "connections_closed_total", Count, ["role", "reason"],
        "connections that were open and ended";
    CONNECTIONS_REFUSED: Counter "connections_refused_total", Count, ["limit"],
        "connections there was no place for";
    HANDSHAKES_FAILED: Counter "handshakes_failed_total", Count, ["role", "reason"],
        "connections that ended before their peer was let in";
    ACCEPT_ERRORS: Counter "accept_errors_total", Count, [],
        "times that a listener failed to give the next connection";
    CERTIFICATE_NOT_AFTER: Gauge "tls_certificate_not_after_seconds", Seconds, ["listener"],
        "when the certificate of a TLS listener expires, in seconds since 1970";
    RELOADS_FAILED: Counter "tls_reloads_failed_total", Count, ["listener"],
        "times that files of TLS were read again and could not be used";
    RECONNECTS: Counter "reconnects_total", Count, [],
        "times that a client connected again";
    CALLS_STARTED: Counter "calls_started_total", Count, ["side", "protocol", "message"],
        "calls and one-way messages that began";
    CALLS_FINISHED: Counter "calls_finished_total", Count, ["side", "protocol", "message", "outcome"],
        "calls and one-way messages that ended";
    CALL_DURATION: Histogram "call_duration_seconds", Seconds, ["side", "protocol", "message", "outcome"],
        "from the beginning of a call to its end";
    CALLS_REFUSED: Counter "calls_refused_total", Count, ["role", "reason"],
        "calls of the peer that no handler was started for, or that were ended before they were answered";
    HANDLER_POLL: Histogram "handler_poll_seconds", Seconds, ["protocol", "message"],
        "how long a handler kept its connection waiting at a time";
    RECEIVED: Counter "received_bytes_total", Bytes, ["role"], "octets taken from peers";
    SENT: Counter "sent_bytes_total", Bytes, ["role"], "octets handed out for peers";
    STREAMS: Counter "streams_opened_total", Count, ["role"], "calls with a stream, either way";
    ITEMS_RECEIVED: Counter "items_received_total", Count, ["role"], "values of streams that came";
    ITEMS_SENT: Counter "items_sent_total", Count, ["role"], "values of streams that were sent";
    READS_PAUSED: Counter "reads_paused_total", Count, ["role"],
        "times that a side stopped reading, because there was enough to do";
    HEARTBEATS_MISSED: Counter "heartbeats_missed_total", Count, ["role"],
        "heartbeats in which nothing was heard of the peer";
}

/// A connection is open for as long as this is kept.
#[derive(Debug)]
pub(crate) struct OpenConnection {
    #[cfg(feature = "metrics")]
    role: Role,
}

impl OpenConnection {
    /// The peer was let in.
    pub(crate) fn begin(role: Role) -> Self {
        #[cfg(feature = "metrics")]
        {
            metrics::counter!(CONNECTIONS_OPENED, "role" => role.name()).increment(1);
            metrics::gauge!(CONNECTIONS_OPEN, "role" => role.name()).increment(1.0);
            Self { role }
        }
        #[cfg(not(feature = "metrics"))]
        {
            let _ = role;
            Self {}
        }
    }
}

#[cfg(feature = "metrics")]
impl Drop for OpenConnection {
    fn drop(&mut self) {
        metrics::gauge!(CONNECTIONS_OPEN, "role" => self.role.name()).decrement(1.0);
    }
}

/// What is done with nothing, where nothing is counted.
macro_rules! unless_counted {
    ($($unused:expr),*) => {
        #[cfg(not(feature = "metrics"))]
        { $(let _ = $unused;)* }
    };
}

/// A connection ended, which was open or was not yet.
pub(crate) fn connection_ended(role: Role, open: bool, reason: Reason) {
    #[cfg(feature = "metrics")]
    {
        let name = if open { CONNECTIONS_CLOSED } else { HANDSHAKES_FAILED };
        metrics::counter!(name, "role" => role.name(), "reason" => reason.name()).increment(1);
    }
    unless_counted!(role, open, reason);
}

/// There was no place for a connection, by this limit.
pub(crate) fn connection_refused(limit: &'static str) {
    #[cfg(feature = "metrics")]
    metrics::counter!(CONNECTIONS_REFUSED, "limit" => limit).increment(1);
    unless_counted!(limit);
}

/// A listener failed.
pub(crate) fn accept_failed() {
    #[cfg(feature = "metrics")]
    metrics::counter!(ACCEPT_ERRORS).increment(1);
}

/// A client connects again.
pub(crate) fn reconnecting() {
    #[cfg(feature = "metrics")]
    metrics::counter!(RECONNECTS).increment(1);
}

/// The certificate of a listener expires then, and its files could not be used so often since the last look.
pub(crate) fn certificate(listener: &str, expires: Option<SystemTime>, failures: u64) {
    #[cfg(feature = "metrics")]
    {
        let expires = expires.and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok());
        if let Some(expires) = expires {
            metrics::gauge!(CERTIFICATE_NOT_AFTER, "listener" => listener.to_owned())
                .set(expires.as_secs_f64());
        }
        metrics::counter!(RELOADS_FAILED, "listener" => listener.to_owned()).increment(failures);
    }
    unless_counted!(listener, expires, failures);
}

/// A side stopped reading.
pub(crate) fn paused(role: Role) {
    #[cfg(feature = "metrics")]
    metrics::counter!(READS_PAUSED, "role" => role.name()).increment(1);
    unless_counted!(role);
}

/// What a session has counted since the last look.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    #[cfg(feature = "metrics")]
    told: Stats,
}

impl Meter {
    /// Passes on what is new.
    #[inline]
    pub(crate) fn look(&mut self, role: Role, stats: impl FnOnce() -> Stats) {
        #[cfg(feature = "metrics")]
        {
            let now = stats();
            let then = std::mem::replace(&mut self.told, now);
            if now != then {
                tell(role.name(), &then, &now);
            }
        }
        unless_counted!(role, stats);
    }
}

#[cfg(feature = "metrics")]
fn tell(role: &'static str, then: &Stats, now: &Stats) {
    for (name, then, now) in [
        (RECEIVED, then.octets_in, now.octets_in),
        (SENT, then.octets_out, now.octets_out),
        (STREAMS, then.streams, now.streams),
        (ITEMS_RECEIVED, then.items_in, now.items_in),
        (ITEMS_SENT, then.items_out, now.items_out),
        (HEARTBEATS_MISSED, then.heartbeats_missed, now.heartbeats_missed),
    ] {
        if now != then {
            metrics::counter!(name, "role" => role).increment(now.wrapping_sub(then));
        }
    }
    for (reason, then, now) in [
        ("overloaded", then.overloaded, now.overloaded),
        ("no_memory", then.no_memory, now.no_memory),
        ("expired", then.expired, now.expired),
        ("cancelled", then.cancelled, now.cancelled),
    ] {
        if now != then {
            let labels = [("role", role), ("reason", reason)];
            metrics::counter!(CALLS_REFUSED, &labels).increment(now.wrapping_sub(then));
        }
    }
}

/// A call that is under way.
#[cfg(feature = "metrics")]
#[derive(Debug)]
pub(crate) struct Timing {
    since: Instant,
    side: &'static str,
    protocol: &'static str,
    message: &'static str,
}

#[cfg(feature = "metrics")]
impl Timing {
    /// A call began.
    pub(crate) fn begin(
        since: Instant,
        side: &'static str,
        protocol: &'static str,
        message: &'static str,
    ) -> Self {
        let labels = [("side", side), ("protocol", protocol), ("message", message)];
        metrics::counter!(CALLS_STARTED, &labels).increment(1);
        Self { since, side, protocol, message }
    }

    /// It is over.
    pub(crate) fn end(&self, now: Instant, outcome: &'static str) {
        let labels = [
            ("side", self.side),
            ("protocol", self.protocol),
            ("message", self.message),
            ("outcome", outcome),
        ];
        metrics::counter!(CALLS_FINISHED, &labels).increment(1);
        metrics::histogram!(CALL_DURATION, &labels).record(now.duration_since(self.since));
    }

    /// Its handler ran for so long.
    pub(crate) fn polled(&self, took: Duration) {
        let labels = [("protocol", self.protocol), ("message", self.message)];
        metrics::histogram!(HANDLER_POLL, &labels).record(took);
    }
}

#[cfg(all(test, feature = "metrics"))]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_each_metric_with_its_unit_and_labels_and_no_other() {
        let page = include_str!("../../docs/operations.md");
        let rows = page.lines().filter(|line| line.starts_with("| `network_protocol_"));
        let told: Vec<String> =
            rows.map(|row| row.rsplitn(3, '|').last().unwrap().to_owned()).collect();
        let drawn: Vec<String> = ROWS
            .iter()
            .map(|(name, kind, unit, labels)| {
                let labels: Vec<String> = labels.iter().map(|label| format!("`{label}`")).collect();
                let kind = format!("{kind:?}").to_lowercase();
                format!("| `{name}` | {kind} | {} | {} ", unit.as_str(), labels.join(", "))
            })
            .collect();
        assert_eq!(told, drawn);
    }
}
