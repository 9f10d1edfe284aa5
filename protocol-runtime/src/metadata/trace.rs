//! The place of a call in a trace, as W3C Trace Context (level 1) writes it down.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::MetaKey;

/// The key of a call's place in its trace, in the form of [`TraceParent`].
pub const TRACEPARENT: MetaKey<String> = MetaKey::new("traceparent");

/// The place of a call in a trace: `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`.
///
/// ```
/// # use protocol_runtime::metadata::TraceParent;
/// let text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
/// let parent: TraceParent = text.parse()?;
/// assert_eq!(parent.trace_id().to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
/// assert!(parent.is_sampled());
/// assert_eq!(parent.to_string(), text);
/// # Ok::<(), protocol_runtime::metadata::BadTraceParent>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TraceParent {
    trace: TraceId,
    span: SpanId,
    flags: u8,
}

/// The identity of a trace; never zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TraceId(u128);

/// The identity of a span within its trace; never zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SpanId(u64);

/// A text is no [`TraceParent`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "not a traceparent: it is version, trace, span and flags in lower-case hex, with dashes between, and no id is zero"
)]
pub struct BadTraceParent;

/// The flag that says that somebody keeps the trace.
const SAMPLED: u8 = 1;
/// How long the text of version 0 is.
const LEN: usize = 55;

impl TraceParent {
    /// A place in a trace; `None` if one of the two is zero, which no id is.
    #[must_use]
    pub fn new(trace: u128, span: u64, sampled: bool) -> Option<Self> {
        let flags = if sampled { SAMPLED } else { 0 };
        (trace != 0 && span != 0).then_some(Self {
            trace: TraceId(trace),
            span: SpanId(span),
            flags,
        })
    }

    /// The trace.
    #[must_use]
    pub const fn trace_id(&self) -> TraceId {
        self.trace
    }

    /// The span: the parent of whatever gets this.
    #[must_use]
    pub const fn span_id(&self) -> SpanId {
        self.span
    }

    /// Whether the caller may have kept it.
    #[must_use]
    pub const fn is_sampled(&self) -> bool {
        self.flags & SAMPLED != 0
    }

    /// Another span of the same trace; `None` if its id is zero.
    #[must_use]
    pub fn with_span(self, span: u64) -> Option<Self> {
        (span != 0).then_some(Self { span: SpanId(span), ..self })
    }
}

impl FromStr for TraceParent {
    type Err = BadTraceParent;

    /// Reads version 0, and what version 0 has of a later one.
    fn from_str(text: &str) -> Result<Self, BadTraceParent> {
        let (known, more) = text.split_at_checked(LEN).ok_or(BadTraceParent)?;
        let mut parts = known.split('-');
        let mut part = |len: usize| {
            let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            let part = parts.next().filter(|part| part.len() == len && part.bytes().all(hex));
            part.and_then(|part| u128::from_str_radix(part, 16).ok()).ok_or(BadTraceParent)
        };
        let (version, trace, span, flags) = (part(2)?, part(32)?, part(16)?, part(2)?);
        let ends = match version {
            0 => more.is_empty(),
            0xFF => false,
            _ => more.is_empty() || more.starts_with('-'),
        };
        let span = u64::try_from(span).unwrap_or_default();
        Self::new(trace, span, flags & u128::from(SAMPLED) != 0)
            .filter(|_| ends)
            .ok_or(BadTraceParent)
    }
}

impl fmt::Display for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{}-{}-{:02x}", self.trace, self.span, self.flags)
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn read(text: &str) -> Option<String> {
        text.parse::<TraceParent>().ok().map(|parent| parent.to_string())
    }

    #[test]
    fn the_example_of_the_recommendation_is_read_and_written() {
        assert_eq!(read(EXAMPLE).as_deref(), Some(EXAMPLE));
        let not_kept = EXAMPLE.replace("-01", "-00");
        assert_eq!(read(&not_kept), Some(not_kept));
    }

    #[test]
    fn of_a_later_version_the_known_part_counts() {
        for later in ["cc", "01", "fe"] {
            let text = EXAMPLE.replacen("00", later, 1);
            assert_eq!(read(&text).as_deref(), Some(EXAMPLE), "{text}");
            let more = format!("{text}-what-comes-then");
            assert_eq!(read(&more).as_deref(), Some(EXAMPLE), "{more}");
            assert_eq!(read(&format!("{text}.")), None);
        }
        // Flags that nobody knows yet are not passed on.
        assert_eq!(read(&EXAMPLE.replace("-01", "-ff")).as_deref(), Some(EXAMPLE));
    }

    #[test]
    fn what_the_recommendation_forbids_is_refused() {
        let cases = [
            String::new(),
            EXAMPLE.to_uppercase(),
            EXAMPLE.replacen("00", "ff", 1),
            EXAMPLE.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32)),
            EXAMPLE.replace("00f067aa0ba902b7", &"0".repeat(16)),
            format!("{EXAMPLE}-"),
            format!(" {EXAMPLE}"),
            EXAMPLE.replace('-', "_"),
            EXAMPLE.replace("4bf9", "+bf9"),
            EXAMPLE.replace("-01", "-0"),
            "é".repeat(40),
        ];
        for text in cases {
            assert_eq!(read(&text), None, "{text}");
        }
    }
}
