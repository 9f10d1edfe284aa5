//! The numbers of calls: odd from the client, even from the server, never 0.

use std::fmt;
use std::num::NonZeroU32;

/// Which end of a connection a side is: who spoke first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The side that connected and sent the preface.
    Client,
    /// The side that was connected to.
    Server,
}

impl Role {
    /// The other end.
    #[must_use]
    pub const fn peer(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }

    /// As it is shown: `client` or `server`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
        }
    }
}

/// The number of a call on its connection.
///
/// Numbers of one side rise by 2 and wrap at 2³², so a number is unique among the open calls of a
/// connection and tells which side made the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(NonZeroU32);

impl CallId {
    /// The id with this number; `None` for 0, which means the connection itself.
    #[must_use]
    pub const fn new(number: u32) -> Option<Self> {
        match NonZeroU32::new(number) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    /// The number on the wire.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0.get()
    }

    /// The side that makes calls with such a number.
    #[must_use]
    pub const fn caller(self) -> Role {
        if self.get() % 2 == 1 { Role::Client } else { Role::Server }
    }

    /// The first number a side uses.
    pub(crate) const fn first(role: Role) -> Self {
        match role {
            Role::Client => Self(NonZeroU32::MIN),
            Role::Server => Self(NonZeroU32::MIN.saturating_add(1)),
        }
    }

    /// The number after this one on the same side: two more, past the end from the start again,
    /// and never 0.
    pub(crate) const fn next(self) -> Self {
        match Self::new(self.get().wrapping_add(2)) {
            Some(next) => next,
            None => Self::first(Role::Server),
        }
    }

    /// The place of this number in a table of `size` slots, a power of two.
    pub(crate) fn slot(self, size: usize) -> usize {
        let half = usize::try_from(self.get() >> 1).unwrap_or(usize::MAX);
        half & size.wrapping_sub(1)
    }

    /// Whether this number comes after `other`, where numbers wrap: by serial-number arithmetic,
    /// "after" is less than half the numbers ahead.
    pub(crate) const fn is_after(self, other: Self) -> bool {
        let ahead = self.get().wrapping_sub(other.get());
        ahead != 0 && ahead < 1 << 31
    }
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u32) -> CallId {
        CallId::new(number).unwrap()
    }

    #[test]
    fn zero_is_no_call() {
        assert_eq!(CallId::new(0), None);
    }

    #[test]
    fn numbers_rise_by_two_and_wrap_past_zero() {
        assert_eq!(CallId::first(Role::Client).next(), id(3));
        assert_eq!(CallId::first(Role::Server).next(), id(4));
        assert_eq!(id(u32::MAX).next(), id(1));
        assert_eq!(id(u32::MAX - 1).next(), id(2));
    }

    #[test]
    fn the_parity_names_the_caller() {
        assert_eq!(id(u32::MAX).caller(), Role::Client);
        assert_eq!(id(2).caller(), Role::Server);
    }

    #[test]
    fn order_holds_across_the_wrap() {
        assert!(id(3).is_after(id(1)));
        assert!(!id(1).is_after(id(1)));
        assert!(!id(1).is_after(id(3)));
        assert!(id(1).is_after(id(u32::MAX)));
        assert!(!id(u32::MAX).is_after(id(1)));
    }
}
