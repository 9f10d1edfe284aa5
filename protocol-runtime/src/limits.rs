//! Every number that bounds what a peer can make this side do, wait for or keep.
//!
//! This is the only place with such numbers. A [`Limits`] that exists is valid: each setter refuses
//! what lies outside the range of its limit. Nothing here enforces anything; the rows above take
//! a `Limits` by constructor and compare *before* they wait, allocate or loop.

use std::time::Duration;

use thiserror::Error;

/// A limit was set outside its range.
///
/// The caller's configuration is at fault; the limits are as they were before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("limit {name} is {given} {unit}, it must be from {min} to {max}")]
pub struct LimitError {
    /// The name of the limit.
    pub name: &'static str,
    /// What it was to be, in `unit`.
    pub given: u64,
    /// The least that is allowed.
    pub min: u64,
    /// The most that is allowed.
    pub max: u64,
    /// What is counted.
    pub unit: &'static str,
}

/// A type that a limit may have.
trait Value: Copy {
    /// The value as one number, durations in milliseconds.
    fn number(self) -> u64;
}

impl Value for u32 {
    fn number(self) -> u64 {
        self.into()
    }
}

impl Value for Duration {
    fn number(self) -> u64 {
        self.as_millis().try_into().unwrap_or(u64::MAX)
    }
}

/// Writes the struct, its defaults, a getter and a checked setter for each row of the table.
macro_rules! limits {
    ($($(#[$doc:meta])* $name:ident / $with:ident: $ty:ty = $default:expr, $min:expr => $max:expr, $unit:literal;)*) => {
        /// The limits of one connection, and of the server that accepts it.
        ///
        /// ```
        /// # use protocol_runtime::limits::{LimitError, Limits};
        /// let limits = Limits::default().with_calls_in_flight(32)?;
        /// assert_eq!(limits.calls_in_flight(), 32);
        /// assert!(Limits::default().with_calls_in_flight(0).is_err());
        /// # Ok::<(), LimitError>(())
        /// ```
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct Limits {
            $($name: $ty,)*
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($name: $default,)* }
            }
        }

        impl Limits {
            $(
                #[doc = concat!("These limits with another [`", stringify!($name), "`](Self::", stringify!($name), ").")]
                ///
                /// # Errors
                ///
                #[doc = concat!("If the value is not from `", stringify!($min), "` to `", stringify!($max), "`.")]
                pub fn $with(mut self, value: $ty) -> Result<Self, LimitError> {
                    let (min, max): ($ty, $ty) = ($min, $max);
                    if (min..=max).contains(&value) {
                        self.$name = value;
                        return Ok(self);
                    }
                    Err(LimitError {
                        name: stringify!($name),
                        given: value.number(),
                        min: min.number(),
                        max: max.number(),
                        unit: $unit,
                    })
                }
            )*

            $(
                $(#[$doc])*
                ///
                #[doc = concat!("Default `", stringify!($default), "`, from `", stringify!($min), "` to `", stringify!($max), "`, in ", $unit, ".")]
                #[must_use]
                pub const fn $name(&self) -> $ty {
                    self.$name
                }
            )*

            /// Each limit with its unit and its value (durations in milliseconds), for logs.
            #[must_use]
            pub fn list(&self) -> Vec<(&'static str, u64, &'static str)> {
                vec![$((stringify!($name), self.$name.number(), $unit),)*]
            }
        }
    };
}

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);
const YEAR: Duration = Duration::from_secs(31_536_000);
const MILLISECOND: Duration = Duration::from_millis(1);

limits! {
    /// The longest frame taken from a peer, without its header. Advertised. A longer message comes
    /// in fragments.
    frame_bytes / with_frame_bytes: u32 = 65_536, 1_024 => 104_857_600, "bytes";
    /// The longest fragment that this side cuts its own messages into; shorter if the peer takes
    /// shorter frames only. Between the fragments of large messages others get through.
    fragment_bytes / with_fragment_bytes: u32 = 32_768, 1_024 => 104_857_600, "bytes";
    /// How long a body is at least that this side compresses.
    compress_min / with_compress_min: u32 = 512, 1 => 104_857_600, "bytes";
    /// The most metadata of one message, either way.
    metadata_bytes / with_metadata_bytes: u32 = 8_192, 64 => 65_535, "bytes";
    /// The longest message taken from a peer. Advertised, so that the peer refuses to send more.
    message_bytes / with_message_bytes: u32 = 16_777_216, 1_024 => 104_857_600, "bytes";
    /// How much memory decoding one message may take, beside the message itself.
    decode_bytes / with_decode_bytes: u32 = 67_108_864, 1_048_576 => 1_073_741_824, "bytes";
    /// How deep the values of one message may nest. Each level takes up to 6 KiB of the thread's
    /// stack in an unoptimised build, which is why there is a highest value.
    decode_depth / with_decode_depth: u32 = 64, 1 => 128, "levels";
    /// The longest schema of a server that a client compares with its own.
    schema_bytes / with_schema_bytes: u32 = 262_144, 1_024 => 8_388_608, "bytes";
    /// How much memory messages that are unfinished, compressed or large may take, over all
    /// connections that share it. One connection may hold as much of it as is free beside it, which
    /// is half where it is alone. A message beyond that is answered `Overloaded`.
    decode_total_bytes / with_decode_total_bytes: u32 = 1_073_741_824, 1_048_576 => u32::MAX, "bytes";
    /// How long nothing may come of a message that is unfinished while nothing keeps the peer. It is
    /// given up within twice that time, a call answered `Overloaded`.
    message_stall / with_message_stall: Duration = Duration::from_secs(30), MILLISECOND => DAY, "ms";
    /// The largest plaintext of one record, offered to the peer; the lesser of both offers holds. Smaller
    /// ones show their first messages sooner on a slow way, larger ones are moved less.
    record_bytes / with_record_bytes: u32 = 65_519, 1_024 => 65_519, "bytes";
    /// Calls in flight on one connection, each way: how many of the peer's calls are served at a
    /// time (advertised; one more is answered `Overloaded`), and how many of its own calls this
    /// side has open (less if the peer serves less).
    calls_in_flight / with_calls_in_flight: u32 = 128, 1 => 65_536, "calls";
    /// How many bytes of items a peer may send on one stream before some of them were taken.
    /// Advertised.
    stream_window / with_stream_window: u32 = 262_144, 1_024 => 1_073_741_824, "bytes";
    /// How many bytes of one-way messages a peer may send before the handlers of some of them have
    /// ended. Advertised.
    events_window / with_events_window: u32 = 1_048_576, 1_024 => 1_073_741_824, "bytes";
    /// How long the slot of a call that timed out, or that nobody waits for, is kept for its
    /// late reply.
    late_reply_grace / with_late_reply_grace: Duration = Duration::from_secs(30), MILLISECOND => HOUR, "ms";
    /// How long a server waits for the first byte of a client.
    first_byte_timeout / with_first_byte_timeout: Duration = Duration::from_secs(3), MILLISECOND => HOUR, "ms";
    /// How long the whole handshake may take, on either side.
    handshake_timeout / with_handshake_timeout: Duration = Duration::from_secs(10), MILLISECOND => HOUR, "ms";
    /// How many bytes a peer may send before the handshake is done.
    pre_auth_bytes / with_pre_auth_bytes: u32 = 4_096, 1_024 => 65_536, "bytes";
    /// How far a peer's clock may be from this side's: always with a shared key, where a server
    /// refuses all else, and otherwise where the clock policy says so.
    clock_skew / with_clock_skew: Duration = Duration::from_secs(30), MILLISECOND => HOUR, "ms";
    /// How many first messages a server with a shared key remembers, so that it takes none twice.
    /// They are forgotten after two to four times the [`clock_skew`](Self::clock_skew). With so many
    /// remembered new clients are refused as `Busy`.
    replay_entries / with_replay_entries: u32 = 100_000, 1 => 10_000_000, "messages";
    /// How many pings of the peer are answered in each
    /// [`pings_interval`](Self::pings_interval); one more closes. This side sends at most half as
    /// many, and no more than half the default.
    pings / with_pings: u32 = 10, 2 => 65_536, "pings";
    /// The interval in which [`pings`](Self::pings) are counted.
    pings_interval / with_pings_interval: Duration = Duration::from_secs(10), MILLISECOND => HOUR, "ms";
    /// How many calls a peer may cancel in each [`control_interval`](Self::control_interval), beyond
    /// those that were answered. This side cancels half as many in twice the time, and no more than
    /// half the default; beyond that the peer is told later.
    cancels / with_cancels: u32 = 100, 2 => 65_536, "cancels";
    /// How many frames of little use (credit beyond what was spent, or next to none; repeated
    /// GoAways) a peer may send in each [`control_interval`](Self::control_interval).
    control_frames / with_control_frames: u32 = 100, 1 => 65_536, "frames";
    /// The interval in which [`cancels`](Self::cancels) and
    /// [`control_frames`](Self::control_frames) are counted.
    control_interval / with_control_interval: Duration = Duration::from_secs(10), MILLISECOND => HOUR, "ms";
    /// After how long without a byte from the peer it is asked for a sign of life; zero for never.
    /// Advertised, so that it does not take the pings for a flood.
    heartbeat / with_heartbeat: Duration = Duration::from_secs(15), Duration::ZERO => HOUR, "ms";
    /// After how many heartbeats without a byte from the peer it counts as dead.
    heartbeats_missed / with_heartbeats_missed: u32 = 3, 1 => 1_000, "heartbeats";
    /// How long a connection may be open without any call, stream or message; zero for ever.
    idle_timeout / with_idle_timeout: Duration = Duration::ZERO, Duration::ZERO => YEAR, "ms";
    /// How old a connection may become before this side goes away; zero for ever.
    max_age / with_max_age: Duration = DAY, Duration::ZERO => YEAR, "ms";
    /// How many bytes of frames without any effect (replies nobody waits for, pongs nobody asked
    /// for) a peer may send before useful frames have paid for them.
    overhead_bytes / with_overhead_bytes: u32 = 25_600, 1_024 => 104_857_600, "bytes";
    /// How many bytes of refusals and pongs may wait for a peer that does not read them.
    refusal_bytes / with_refusal_bytes: u32 = 262_144, 1_024 => 104_857_600, "bytes";
    /// The longest retry-after that is believed; a peer that says more is read as this.
    retry_after / with_retry_after: Duration = HOUR, MILLISECOND => HOUR, "ms";
    /// How much output may wait before no further handler is started and one-way messages are
    /// held back. A quarter more, where it is made of messages of a sixteenth of it and less.
    write_high_water / with_write_high_water: u32 = 65_536, 1_024 => 104_857_600, "bytes";
    /// How long a write may make no progress before the connection is closed.
    write_stall / with_write_stall: Duration = Duration::from_secs(30), MILLISECOND => HOUR, "ms";
    /// How long a side that closes waits for its last octets to be taken and for the peer to close
    /// too.
    linger / with_linger: Duration = Duration::from_secs(1), MILLISECOND => HOUR, "ms";
    /// Connections a server has open at a time.
    connections / with_connections: u32 = 10_000, 1 => 1_048_576, "connections";
    /// Connections of a server whose handshake is unfinished.
    ///
    /// One counts until its peer was let in, or is gone. The one that comes next takes the place of
    /// the oldest from the source that has most; it is refused only if all are exempt from the
    /// limits on one source.
    half_open / with_half_open: u32 = 1_024, 1 => 1_048_576, "connections";
    /// Connections of a server that come from one source, an IPv4 address or an IPv6 network of 64
    /// bits. By default as many as there may be [`connections`](Self::connections).
    connections_per_source / with_connections_per_source: u32 = 1_048_576, 1 => 1_048_576, "connections";
    /// Handshakes from one source that are unfinished, or that failed within the
    /// [`failure_memory`](Self::failure_memory). What comes beyond is refused.
    half_open_per_source / with_half_open_per_source: u32 = 32, 1 => 1_048_576, "handshakes";
    /// How long it takes until as many failed handshakes are forgotten as one source may have; they
    /// are forgotten one after the other.
    failure_memory / with_failure_memory: Duration = Duration::from_secs(10), MILLISECOND => HOUR, "ms";
    /// Sources that are remembered at a time. The one whose failures would be forgotten first makes
    /// room for another.
    sources / with_sources: u32 = 65_536, 1 => 1_048_576, "sources";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_inside_their_ranges() {
        let limits = Limits::default();
        let again = limits
            .clone()
            .with_frame_bytes(limits.frame_bytes())
            .and_then(|l| l.with_pings(limits.pings()))
            .and_then(|l| l.with_handshake_timeout(limits.handshake_timeout()));
        assert_eq!(again, Ok(limits));
    }

    #[test]
    fn a_value_outside_its_range_is_refused_with_the_range() {
        let error = Limits::default().with_pre_auth_bytes(10).unwrap_err();
        assert_eq!(
            error.to_string(),
            "limit pre_auth_bytes is 10 bytes, it must be from 1024 to 65536"
        );
        let error = Limits::default().with_write_stall(Duration::ZERO).unwrap_err();
        assert_eq!((error.given, error.min, error.unit), (0, 1, "ms"));
    }

    #[test]
    fn the_page_about_the_wire_has_each_limit_with_its_default() {
        let page = include_str!("../../docs/wire.md");
        let (_, table) = page.split_once("| limit | default | unit |").unwrap();
        let told: Vec<_> = table
            .lines()
            .skip(2)
            .take_while(|line| line.starts_with('|'))
            .map(|line| line.splitn(5, " | ").take(3).collect::<Vec<_>>().join(" | "))
            .collect();
        let list = Limits::default().list().into_iter();
        let drawn: Vec<_> = list
            .map(|(name, value, unit)| format!("| `{name}` | {} | {unit}", grouped(value)))
            .collect();
        assert_eq!(told, drawn);
    }

    /// `65536` as `65,536`.
    fn grouped(number: u64) -> String {
        match (number / 1_000, number % 1_000) {
            (0, rest) => rest.to_string(),
            (more, rest) => format!("{},{rest:03}", grouped(more)),
        }
    }

    #[test]
    fn each_limit_is_listed_once() {
        let list = Limits::default().list();
        let mut names: Vec<_> = list.iter().map(|row| row.0).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), list.len());
        assert!(list.contains(&("handshake_timeout", 10_000, "ms")));
    }
}
