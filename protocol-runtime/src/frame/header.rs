//! The header of a frame: 12 bytes, and the rules that can be checked on them alone.
//!
//! `u32 len ‖ u8 kind ‖ u8 flags ‖ u16 method ‖ u32 call`, little-endian; `len` counts the bytes
//! after the header. A header that exists obeys the rules, so nothing later needs to ask.

use std::fmt;

use thiserror::Error;

use super::id::CallId;

/// How many bytes a header has.
pub const HEADER: usize = 12;

/// The longest body of a frame that concerns the connection: today's fields and room for those
/// of a newer peer.
pub const CONTROL_MAX: u32 = 1_024;

/// The highest number of a message within its protocol.
pub const NUMBER_MAX: u16 = 0x0fff;

/// The most protocols one connection carries.
pub const PROTOCOLS_MAX: usize = 16;

/// Writes the kinds, their numbers and their order from one table.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $number:literal;)*) => {
        /// What a frame is for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Kind {
            $($(#[$doc])* $name = $number,)*
        }

        impl Kind {
            /// Every kind, in the order of their numbers.
            pub const ALL: [Self; 12] = [$(Self::$name,)*];

            /// The number on the wire.
            #[must_use]
            pub const fn number(self) -> u8 {
                match self {
                    $(Self::$name => $number,)*
                }
            }

            /// The kind with this number.
            const fn from_number(number: u8) -> Result<Self, BadFrame> {
                match number {
                    $($number => Ok(Self::$name),)*
                    _ => Err(BadFrame::UnknownKind(number)),
                }
            }
        }
    };
}

kinds! {
    /// A call's message.
    Request = 1;
    /// A call's reply, or that its answer is a stream.
    Reply = 2;
    /// A call's failure.
    Error = 3;
    /// A one-way message.
    Event = 4;
    /// One value of a stream.
    Item = 5;
    /// The end of a stream.
    End = 6;
    /// More that may be sent: of a stream, or of one-way messages.
    Credit = 7;
    /// Nobody waits for a call any more.
    Cancel = 8;
    /// A question whether the peer is there.
    Ping = 9;
    /// The answer to a ping.
    Pong = 10;
    /// No further calls are run.
    GoAway = 11;
    /// The last frame of a side.
    Close = 12;
}

impl Kind {
    /// Whether the frame belongs to one call; the others concern the connection, and Credit either.
    #[must_use]
    pub const fn of_a_call(self) -> bool {
        matches!(
            self,
            Self::Request | Self::Reply | Self::Error | Self::Item | Self::End | Self::Cancel
        )
    }

    /// Whether the frame names a message.
    #[must_use]
    pub const fn has_method(self) -> bool {
        matches!(self, Self::Request | Self::Event)
    }

    /// Whether the frame carries a message, or a fragment of one.
    #[must_use]
    pub const fn is_message(self) -> bool {
        matches!(self, Self::Request | Self::Reply | Self::Error | Self::Event | Self::Item)
    }

    /// The longest body of a frame that carries no message of the application: today's fields and
    /// room for those of a newer peer, or nothing at all.
    #[must_use]
    pub const fn body_max(self) -> Option<u32> {
        match self {
            Self::Request | Self::Reply | Self::Error | Self::Event | Self::Item => None,
            Self::End | Self::Cancel => Some(0),
            Self::Credit | Self::Ping | Self::Pong | Self::GoAway | Self::Close => {
                Some(CONTROL_MAX)
            }
        }
    }

    /// The flags that a frame of this kind may have.
    const fn flags(self) -> u8 {
        match self {
            Self::Request => 0b1111,
            Self::Reply | Self::Event => 0b1011,
            Self::Item => 0b1001,
            Self::Error => 0b1000,
            Self::End
            | Self::Credit
            | Self::Cancel
            | Self::Ping
            | Self::Pong
            | Self::GoAway
            | Self::Close => 0,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// What a frame says of its body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags(u8);

impl Flags {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// The body of the message is compressed.
    pub const COMPRESSED: Self = Self(1);
    /// Metadata stands before the body.
    pub const METADATA: Self = Self(2);
    /// How long the caller waits stands before the body.
    pub const DEADLINE: Self = Self(4);
    /// The message goes on in another frame.
    pub const MORE: Self = Self(8);

    /// The flags in one byte.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether all of `flags` are set.
    #[must_use]
    pub const fn has(self, flags: Self) -> bool {
        self.0 & flags.0 == flags.0
    }

    /// These and `flags`.
    #[must_use]
    pub const fn with(self, flags: Self) -> Self {
        Self(self.0 | flags.0)
    }

    /// These without `flags`.
    #[must_use]
    pub const fn without(self, flags: Self) -> Self {
        Self(self.0 & !flags.0)
    }
}

/// Which rule of frames the peer broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BadFrame {
    /// No such kind is defined.
    #[error("unknown kind {0}")]
    UnknownKind(u8),
    /// Flags that a frame of this kind, or one that goes on with a message, must not have.
    #[error("{kind} with flags {flags:#04x}")]
    Flags {
        /// The kind.
        kind: Kind,
        /// The flags.
        flags: u8,
    },
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
    /// What stands before the body of a message is cut off, or cannot be read.
    #[error("{0} whose metadata or deadline cannot be read")]
    Prefix(Kind),
    /// A frame in a direction of a call that has no stream, or whose stream is not open.
    #[error("{kind} for call {call}, which has no open stream that way")]
    NoStream {
        /// The kind.
        kind: Kind,
        /// The call.
        call: CallId,
    },
    /// A frame in a direction of a call while a message in that direction is unfinished.
    #[error("{kind} for call {call}, of which a message is unfinished")]
    Unfinished {
        /// The kind.
        kind: Kind,
        /// The call; 0 for one-way messages.
        call: u32,
    },
    /// More unfinished messages at a time than are allowed.
    #[error("more than {0} unfinished messages")]
    TooManyUnfinished(usize),
    /// A reply with a body, or in fragments, to a call whose answer is a stream.
    #[error("reply with a body to call {0}, whose answer is a stream")]
    StreamReply(CallId),
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
    /// One value of a call's stream.
    Item {
        /// The call.
        call: CallId,
    },
    /// The end of a call's stream.
    End {
        /// The call.
        call: CallId,
    },
    /// More that may be sent.
    Credit {
        /// The call of the stream; none for one-way messages.
        call: Option<CallId>,
    },
    /// Nobody waits for a call any more.
    Cancel {
        /// The call.
        call: CallId,
    },
    /// A question whether the peer is there.
    Ping,
    /// The answer to a ping.
    Pong,
    /// No further calls are run.
    GoAway,
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
            Self::Item { .. } => Kind::Item,
            Self::End { .. } => Kind::End,
            Self::Credit { .. } => Kind::Credit,
            Self::Cancel { .. } => Kind::Cancel,
            Self::Ping => Kind::Ping,
            Self::Pong => Kind::Pong,
            Self::GoAway => Kind::GoAway,
            Self::Close => Kind::Close,
        }
    }

    /// The call that the frame belongs to, if any.
    #[must_use]
    pub const fn call(self) -> Option<CallId> {
        match self {
            Self::Request { call, .. }
            | Self::Reply { call }
            | Self::Error { call }
            | Self::Item { call }
            | Self::End { call }
            | Self::Cancel { call } => Some(call),
            Self::Credit { call } => call,
            Self::Event { .. } | Self::Ping | Self::Pong | Self::GoAway | Self::Close => None,
        }
    }

    /// The header of a frame without flags and with `len` bytes after it.
    #[must_use]
    pub fn to_bytes(self, len: u32) -> [u8; HEADER] {
        self.flagged(Flags::NONE, len)
    }

    /// The header of a frame with `len` bytes after it.
    #[must_use]
    #[inline]
    pub fn flagged(self, flags: Flags, len: u32) -> [u8; HEADER] {
        let method = match self {
            Self::Request { method, .. } | Self::Event { method } => method.to_wire(),
            Self::Reply { .. }
            | Self::Error { .. }
            | Self::Item { .. }
            | Self::End { .. }
            | Self::Credit { .. }
            | Self::Cancel { .. }
            | Self::Ping
            | Self::Pong
            | Self::GoAway
            | Self::Close => 0,
        };
        let [l0, l1, l2, l3] = len.to_le_bytes();
        let [m0, m1] = method.to_le_bytes();
        let [c0, c1, c2, c3] = self.call().map_or(0, CallId::get).to_le_bytes();
        [l0, l1, l2, l3, self.kind().number(), flags.bits(), m0, m1, c0, c1, c2, c3]
    }

    /// What the header says, beside its length.
    ///
    /// # Errors
    ///
    /// The rule that it breaks.
    #[inline(always)]
    pub fn from_bytes(header: [u8; HEADER]) -> Result<(Self, Flags), BadFrame> {
        const REQUEST: u8 = Kind::Request.number();
        const REPLY: u8 = Kind::Reply.number();
        const ITEM: u8 = Kind::Item.number();
        let [_, _, _, _, kind, flags, m0, m1, c0, c1, c2, c3] = header;
        let wire = u16::from_le_bytes([m0, m1]);
        // Almost all frames are one of these.
        let head = match (kind, CallId::new(u32::from_le_bytes([c0, c1, c2, c3]))) {
            (REQUEST, Some(call)) if flags & !Kind::Request.flags() == 0 => {
                Self::Request { call, method: Method::from_wire(wire) }
            }
            (REPLY, Some(call)) if flags & !Kind::Reply.flags() == 0 && wire == 0 => {
                Self::Reply { call }
            }
            (ITEM, Some(call)) if flags & !Kind::Item.flags() == 0 && wire == 0 => {
                Self::Item { call }
            }
            _ => return Self::judged(header),
        };
        Ok((head, Flags(flags)))
    }

    /// What any header says, or the rule that it breaks.
    #[inline(never)]
    fn judged(header: [u8; HEADER]) -> Result<(Self, Flags), BadFrame> {
        let [_, _, _, _, kind, flags, m0, m1, c0, c1, c2, c3] = header;
        let kind = Kind::from_number(kind)?;
        if flags & !kind.flags() != 0 {
            return Err(BadFrame::Flags { kind, flags });
        }
        let wire = u16::from_le_bytes([m0, m1]);
        if wire != 0 && !kind.has_method() {
            return Err(BadFrame::Method { kind, method: wire });
        }
        let method = Method::from_wire(wire);
        let number = u32::from_le_bytes([c0, c1, c2, c3]);
        let head = match (kind, CallId::new(number)) {
            (Kind::Request, Some(call)) => Self::Request { call, method },
            (Kind::Reply, Some(call)) => Self::Reply { call },
            (Kind::Error, Some(call)) => Self::Error { call },
            (Kind::Item, Some(call)) => Self::Item { call },
            (Kind::End, Some(call)) => Self::End { call },
            (Kind::Cancel, Some(call)) => Self::Cancel { call },
            (Kind::Credit, call) => Self::Credit { call },
            (Kind::Event, None) => Self::Event { method },
            (Kind::Ping, None) => Self::Ping,
            (Kind::Pong, None) => Self::Pong,
            (Kind::GoAway, None) => Self::GoAway,
            (Kind::Close, None) => Self::Close,
            (
                Kind::Request | Kind::Reply | Kind::Error | Kind::Item | Kind::End | Kind::Cancel,
                None,
            )
            | (Kind::Event | Kind::Ping | Kind::Pong | Kind::GoAway | Kind::Close, Some(_)) => {
                return Err(BadFrame::Call { kind, call: number });
            }
        };
        Ok((head, Flags(flags)))
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
            Head::Item { call },
            Head::End { call },
            Head::Credit { call: Some(call) },
            Head::Credit { call: None },
            Head::Cancel { call },
            Head::Ping,
            Head::Pong,
            Head::GoAway,
            Head::Close,
        ] {
            for flags in (0..=head.kind().flags()).filter(|f| f & !head.kind().flags() == 0) {
                let flags = Flags(flags);
                assert_eq!(Head::from_bytes(head.flagged(flags, 7)), Ok((head, flags)));
            }
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
        Head::from_bytes(bytes).map(|(head, _)| head)
    }

    #[test]
    fn each_rule_has_an_error_of_its_own() {
        let reply = Head::Reply { call: call(1) };
        assert_eq!(with(Head::Ping, 4, 0), Err(BadFrame::UnknownKind(0)));
        assert_eq!(with(Head::Ping, 4, 13), Err(BadFrame::UnknownKind(13)));
        for bit in [2, 4, 5, 6, 7] {
            let (kind, flags) = (Kind::Reply, 1 << bit);
            assert_eq!(with(reply, 5, flags), Err(BadFrame::Flags { kind, flags }));
        }
        for bit in 0..8 {
            let (kind, flags) = (Kind::Ping, 1 << bit);
            assert_eq!(with(Head::Ping, 5, flags), Err(BadFrame::Flags { kind, flags }));
        }
        let method = BadFrame::Method { kind: Kind::Reply, method: 0x1000 };
        assert_eq!(with(reply, 7, 0x10), Err(method));
        assert_eq!(with(reply, 8, 0), Err(BadFrame::Call { kind: Kind::Reply, call: 0 }));
        for head in [Head::Ping, Head::Pong, Head::GoAway, Head::Close] {
            let kind = head.kind();
            assert_eq!(with(head, 8, 1), Err(BadFrame::Call { kind, call: 1 }));
        }
    }

    #[test]
    fn kinds_agree_with_what_a_header_may_say() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_number(kind.number()), Ok(kind));
            assert!(!(kind.is_message() && kind.body_max().is_some()));
        }
    }
}
