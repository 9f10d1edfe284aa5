//! Why a connection is refused or closed: one numbered list for Reject and Close.

use std::fmt;

/// Writes the enum, its numbers and its texts from one table.
macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $text:literal;)*) => {
        /// Why a connection is refused or closed.
        ///
        /// The numbers are part of the wire format. A number that this side does not know is
        /// kept as [`Reason::Other`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Reason {
            $($(#[$doc])* #[doc = concat!("\n\nNumber ", stringify!($code), ".")] $name,)*
            /// A number that a newer peer knows.
            Other(u16),
        }

        impl Reason {
            /// The reason with this number.
            #[must_use]
            pub const fn from_code(code: u16) -> Self {
                match code {
                    $($code => Self::$name,)*
                    other => Self::Other(other),
                }
            }

            /// Its name, for metrics.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                    Self::Other(_) => "Other",
                }
            }

            /// The number on the wire.
            #[must_use]
            pub const fn code(self) -> u16 {
                match self {
                    $(Self::$name => $code,)*
                    Self::Other(code) => code,
                }
            }
        }

        impl fmt::Display for Reason {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$name => f.write_str($text),)*
                    Self::Other(code) => write!(f, "reason {code}"),
                }
            }
        }

        #[cfg(test)]
        const CODES: &[u16] = &[$($code,)*];
    };
}

reasons! {
    /// Nothing more to say: the ordinary end.
    Normal = 0, "done";
    /// The side that closes is going down.
    ShuttingDown = 1, "shutting down";
    /// Too many connections or handshakes; try later.
    Busy = 2, "busy";
    /// Who the peer is is known, and it may not connect.
    Unauthorized = 3, "unauthorized";
    /// The number of the wire format in the preface is not supported.
    Format = 4, "wire format not supported";
    /// The kind of security in the preface is not the one that is asked for.
    Security = 5, "security not acceptable";
    /// The preface breaks the rules.
    BadPreface = 6, "malformed preface";
    /// None of the offered protocols is served.
    NoProtocol = 7, "no offered protocol is served";
    /// An offered protocol is served, but no version suits both sides.
    ProtocolVersion = 8, "no common protocol version";
    /// The handshake failed.
    BadHandshake = 9, "handshake failed";
    /// A limit of time passed.
    Timeout = 10, "timed out";
    /// A record could not be opened.
    BadRecord = 11, "malformed record";
    /// A frame breaks the rules.
    BadFrame = 12, "malformed frame";
    /// A frame is longer than the limit.
    FrameTooLarge = 13, "frame too large";
    /// Too many frames of a cheap kind.
    CalmDown = 14, "too many frames without use";
    /// The peer does not read what is sent to it.
    SlowReader = 15, "peer does not read";
    /// The side that closes has a fault of its own.
    Internal = 16, "internal fault";
    /// More was sent than there was credit for, or more credit given than can be counted.
    FlowControl = 17, "flow control broken";
    /// Nothing was said on the connection for as long as the side that closes allows.
    IdleTimeout = 18, "idle for too long";
    /// The connection is as old as the side that closes lets one become.
    MaxAge = 19, "connection too old";
    /// The peer gave no sign of life.
    Dead = 20, "no sign of life";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_dense_and_go_both_ways() {
        for (expected, &code) in (0..).zip(CODES) {
            assert_eq!(code, expected);
            assert_eq!(Reason::from_code(code).code(), code);
        }
        let next = u16::try_from(CODES.len()).unwrap();
        assert_eq!(Reason::from_code(next), Reason::Other(next));
        assert_eq!(Reason::Other(900).code(), 900);
    }
}
