//! The header of a frame: 12 bytes, and the rules that can be checked on them alone.
//!
//! `u32 len ‖ u8 kind ‖ u8 flags ‖ u16 method ‖ u32 call`, little-endian; `len` counts the bytes
//! after the header. A header that exists obeys the rules, so nothing later needs to ask.

use std::fmt;

use thiserror::Error;

use super::id::CallId;

/// How many bytes a header has.
pub const HEADER: usize = 12;

/// The highest number of a message within its protocol.
pub const NUMBER_MAX: u16 = 0x0fff;

/// The most protocols one connection carries.
pub const PROTOCOLS_MAX: usize = 16;

/// What a frame is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// A call's message.
    Request = 1,
    /// A call's reply.
    Reply = 2,
    /// A call's failure.
    Error = 3,
    /// A one-way message.
    Event = 4,
    /// A question whether the peer is there.
    Ping = 9,
    /// The answer to a ping.
    Pong = 10,
    /// The last frame of a side.
    Close = 12,
}

impl Kind {
    /// Every kind, in the order of their numbers.
    pub const ALL: [Self; 7] =
        [Self::Request, Self::Reply, Self::Error, Self::Event, Self::Ping, Self::Pong, Self::Close];

    /// The number on the wire.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Request => 1,
            Self::Reply => 2,
            Self::Error => 3,
            Self::Event => 4,
            Self::Ping => 9,
            Self::Pong => 10,
            Self::Close => 12,
        }
    }

    /// The kind with this number.
    const fn from_number(number: u8) -> Result<Self, BadFrame> {
        match number {
            1 => Ok(Self::Request),
            2 => Ok(Self::Reply),
            3 => Ok(Self::Error),
            4 => Ok(Self::Event),
            9 => Ok(Self::Ping),
            10 => Ok(Self::Pong),
            12 => Ok(Self::Close),
            // Numbered by the format, for streams, cancellation and drain.
            5..=8 | 11 => Err(BadFrame::Unsupported(number)),
            _ => Err(BadFrame::UnknownKind(number)),
        }
    }

    /// Whether the frame belongs to one call; the others concern the connection.
    #[must_use]
    pub const fn of_a_call(self) -> bool {
        matches!(self, Self::Request | Self::Reply | Self::Error)
    }

    /// Whether the frame names a message.
    #[must_use]
    pub const fn has_method(self) -> bool {
        matches!(self, Self::Request | Self::Event)
    }

    /// Whether the frame is about the connection itself, so that its body is small.
    #[must_use]
    pub const fn is_control(self) -> bool {
        matches!(self, Self::Ping | Self::Pong | Self::Close)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// Which rule of frames the peer broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BadFrame {
    /// No such kind is defined.
    #[error("unknown kind {0}")]
    UnknownKind(u8),
    /// The format numbers this kind, and this version of the library does not take it.
    #[error("kind {0} is not supported")]
    Unsupported(u8),
    /// Flags that must be zero are set.
    #[error("flags {0:#04x} are not supported")]
    Flags(u8),
    /// A kind that names no message has a method.
    #[error("{kind} with method {method:#06x}")]
    Method {
        /// The kind.
        kind: Kind,
        /// The method.
        method: u16,
    },
    /// A frame of a call without a call, or a frame of the connection with one.
    #[error("{kind} with call {call}")]
    Call {
        /// The kind.
        kind: Kind,
        /// The call.
        call: u32,
    },
    /// The call's number is one that only the other side may use.
    #[error("{kind} with call {call}, which has the wrong parity")]
    Parity {
        /// The kind.
        kind: Kind,
        /// The call.
        call: CallId,
    },
    /// A request with the number of a call that is still open.
    #[error("request on call {0}, which is open")]
    Open(CallId),
    /// An answer to a call that was never made.
    #[error("{kind} for call {call}, which was never made")]
    NeverMade {
        /// The kind.
        kind: Kind,
        /// The call.
        call: CallId,
    },
    /// A message of a protocol that was not accepted.
    #[error("a message of protocol {0}, which was not accepted")]
    Protocol(u8),
}

/// Which message: the protocol's place in Accept, and the message's number in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Method {
    protocol: u8,
    number: u16,
}

impl Method {
    /// The method of a message; `None` if one of the numbers is too high.
    #[must_use]
    pub fn new(protocol: u8, number: u16) -> Option<Self> {
        let fits = usize::from(protocol) < PROTOCOLS_MAX && number <= NUMBER_MAX;
        fits.then_some(Self { protocol, number })
    }

    /// The protocol's place in Accept.
    #[must_use]
    pub const fn protocol(self) -> u8 {
        self.protocol
    }

    /// The message's number in its protocol.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.number
    }

    fn to_wire(self) -> u16 {
        u16::from(self.protocol) << 12 | self.number
    }

    fn from_wire(method: u16) -> Self {
        let [_, high] = method.to_le_bytes();
        Self { protocol: high >> 4, number: method & NUMBER_MAX }
    }
}

/// What a frame is, by its header.
///
/// There is one variant for each kind, with just what that kind may say, so a header that breaks
/// the rules cannot be spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
    /// A call's message.
    Request {
        /// The call.
        call: CallId,
        /// The message.
        method: Method,
    },
    /// A call's reply.
    Reply {
        /// The call.
        call: CallId,
    },
    /// A call's failure.
    Error {
        /// The call.
        call: CallId,
    },
    /// A one-way message.
    Event {
        /// The message.
        method: Method,
    },
    /// A question whether the peer is there.
    Ping,
    /// The answer to a ping.
    Pong,
    /// The last frame of a side.
    Close,
}

impl Head {
    /// The kind.
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Self::Request { .. } => Kind::Request,
            Self::Reply { .. } => Kind::Reply,
            Self::Error { .. } => Kind::Error,
            Self::Event { .. } => Kind::Event,
            Self::Ping => Kind::Ping,
            Self::Pong => Kind::Pong,
            Self::Close => Kind::Close,
        }
    }

    /// The header of a frame with `len` bytes after it.
    #[must_use]
    pub fn to_bytes(self, len: u32) -> [u8; HEADER] {
        let (method, call) = match self {
            Self::Request { call, method } => (method.to_wire(), call.get()),
            Self::Reply { call } | Self::Error { call } => (0, call.get()),
            Self::Event { method } => (method.to_wire(), 0),
            Self::Ping | Self::Pong | Self::Close => (0, 0),
        };
        let [l0, l1, l2, l3] = len.to_le_bytes();
        let [m0, m1] = method.to_le_bytes();
        let [c0, c1, c2, c3] = call.to_le_bytes();
        [l0, l1, l2, l3, self.kind().number(), 0, m0, m1, c0, c1, c2, c3]
    }

    /// What the header says, beside its length.
    ///
    /// # Errors
    ///
    /// The rule that it breaks.
    pub fn from_bytes(header: [u8; HEADER]) -> Result<Self, BadFrame> {
        let [_, _, _, _, kind, flags, m0, m1, c0, c1, c2, c3] = header;
        let kind = Kind::from_number(kind)?;
        if flags != 0 {
            return Err(BadFrame::Flags(flags));
        }
        let wire = u16::from_le_bytes([m0, m1]);
        if wire != 0 && !kind.has_method() {
            return Err(BadFrame::Method { kind, method: wire });
        }
        let method = Method::from_wire(wire);
        let number = u32::from_le_bytes([c0, c1, c2, c3]);
        let wrong = BadFrame::Call { kind, call: number };
        let call = CallId::new(number);
        match (kind, call) {
            (Kind::Request, Some(call)) => Ok(Self::Request { call, method }),
            (Kind::Reply, Some(call)) => Ok(Self::Reply { call }),
            (Kind::Error, Some(call)) => Ok(Self::Error { call }),
            (Kind::Event, None) => Ok(Self::Event { method }),
            (Kind::Ping, None) => Ok(Self::Ping),
            (Kind::Pong, None) => Ok(Self::Pong),
            (Kind::Close, None) => Ok(Self::Close),
            (Kind::Request | Kind::Reply | Kind::Error, None)
            | (Kind::Event | Kind::Ping | Kind::Pong | Kind::Close, Some(_)) => Err(wrong),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(number: u32) -> CallId {
        CallId::new(number).unwrap()
    }

    #[test]
    fn a_header_is_laid_out_as_documented() {
        let method = Method::new(3, 0x0456).unwrap();
        let bytes = Head::Request { call: call(0x0102_0304), method }.to_bytes(0x0a0b_0c0d);
        assert_eq!(hex::encode(bytes), "0d0c0b0a0100563404030201");
        assert_eq!(hex::encode(Head::Ping.to_bytes(8)), "080000000900000000000000");
    }

    #[test]
    fn every_header_reads_back_as_itself() {
        let method = Method::new(15, NUMBER_MAX).unwrap();
        let call = call(u32::MAX);
        for head in [
            Head::Request { call, method },
            Head::Reply { call },
            Head::Error { call },
            Head::Event { method },
            Head::Ping,
            Head::Pong,
            Head::Close,
        ] {
            assert_eq!(Head::from_bytes(head.to_bytes(7)), Ok(head));
        }
    }

    #[test]
    fn numbers_that_do_not_fit_a_method_are_refused() {
        assert_eq!(Method::new(16, 0), None);
        assert_eq!(Method::new(0, NUMBER_MAX + 1), None);
    }

    /// The header of `head` with one byte replaced.
    fn with(head: Head, at: usize, byte: u8) -> Result<Head, BadFrame> {
        let mut bytes = head.to_bytes(0);
        bytes[at] = byte;
        Head::from_bytes(bytes)
    }

    #[test]
    fn each_rule_has_an_error_of_its_own() {
        let reply = Head::Reply { call: call(1) };
        assert_eq!(with(Head::Ping, 4, 0), Err(BadFrame::UnknownKind(0)));
        assert_eq!(with(Head::Ping, 4, 13), Err(BadFrame::UnknownKind(13)));
        for kind in [5, 6, 7, 8, 11] {
            assert_eq!(with(Head::Ping, 4, kind), Err(BadFrame::Unsupported(kind)));
        }
        for bit in 0..8 {
            assert_eq!(with(reply, 5, 1 << bit), Err(BadFrame::Flags(1 << bit)));
        }
        let method = BadFrame::Method { kind: Kind::Reply, method: 0x1000 };
        assert_eq!(with(reply, 7, 0x10), Err(method));
        assert_eq!(with(reply, 8, 0), Err(BadFrame::Call { kind: Kind::Reply, call: 0 }));
        for head in [Head::Ping, Head::Pong, Head::Close] {
            let kind = head.kind();
            assert_eq!(with(head, 8, 1), Err(BadFrame::Call { kind, call: 1 }));
        }
    }

    #[test]
    fn kinds_agree_with_what_a_header_may_say() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_number(kind.number()), Ok(kind));
            assert!(!(kind.of_a_call() && kind.is_control()));
        }
    }
}
