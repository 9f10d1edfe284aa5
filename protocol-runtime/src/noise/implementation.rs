//! Who computes, where there is a choice.
//!
//! Programs have none at run time: what is compiled in as `accel` is used. Tests choose, so that
//! all that is said of one implementation is shown of each.

/// Whether keys made from now on are those of aws-lc-rs.
#[cfg(all(feature = "accel", not(test)))]
pub(super) const fn is_accelerated() -> bool {
    true
}

#[cfg(all(feature = "accel", test))]
pub(super) fn is_accelerated() -> bool {
    CHOSEN.get() == Implementation::Accel
}

/// An implementation of the ciphers and of X25519.
#[cfg(test)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Implementation {
    Plain,
    #[cfg(feature = "accel")]
    Accel,
}

#[cfg(test)]
impl Implementation {
    pub(super) const ALL: &[Self] = &[
        Self::Plain,
        #[cfg(feature = "accel")]
        Self::Accel,
    ];

    /// The one that programs get.
    const DEFAULT: Self = match Self::ALL {
        [.., last] => *last,
        [] => Self::Plain,
    };

    /// Has this one compute for the keys that the calling thread makes from now on.
    pub(super) fn choose(self) {
        CHOSEN.set(self);
    }
}

#[cfg(test)]
std::thread_local! {
    static CHOSEN: core::cell::Cell<Implementation> =
        const { core::cell::Cell::new(Implementation::DEFAULT) };
}
