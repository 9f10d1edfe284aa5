//! Where keys get their randomness: handed in, so that tests can repeat a handshake.

/// A source of bytes that nobody can guess.
pub trait Random {
    /// Fills `out`.
    ///
    /// # Errors
    /// [`RandomError`] when the source failed. `out` then holds nothing to be used.
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError>;
}

/// The operating system's source.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsRandom;

impl Random for OsRandom {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
        getrandom::fill(out).map_err(|error| RandomError { os_code: error.raw_os_error() })
    }
}

/// The source of randomness failed. Nothing was made from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the source of randomness failed{}", os_code.map(|code| format!(" (code {code})")).unwrap_or_default())]
pub struct RandomError {
    /// What the operating system said, where it said something.
    pub os_code: Option<i32>,
}
