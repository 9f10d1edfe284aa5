//! `Secret<T>`: a value that is not to be seen in logs.

use std::fmt;

use zeroize::Zeroize;

/// A value that is kept out of logs: its `Debug` shows nothing of it, and nothing is reached
/// without saying so ([`expose`](Self::expose)).
///
/// On the wire, in JSON and in a schema's fingerprint it is what it holds: whoever writes it means
/// to pass it on.
///
/// What it does not do: the memory is not wiped when it is dropped (a `T` that does that by itself
/// keeps doing it, and [`Zeroize`] is there for those that can), copies made while decoding or
/// growing a buffer are not tracked, and `==` takes as long as `T`'s does, so it is no way to check
/// a password.
///
/// ```
/// use protocol_runtime::types::Secret;
///
/// let token = Secret::new("hunter2".to_owned());
/// assert_eq!(format!("{token:?}"), "Secret(…)");
/// assert_eq!(token.expose(), "hunter2");
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Keeps `value` out of logs.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// The value, no longer kept out of anything.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl<T: Zeroize> Zeroize for Secret<T> {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}
