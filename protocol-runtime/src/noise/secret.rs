//! Where 32 secret bytes live: on the heap from the first to the last, and then wiped.
//!
//! A value that is moved leaves its bytes behind where it was, on the stack or, with the unused
//! bytes of the next value there, wherever that goes. What is moved here is a pointer.

use core::ops::Deref;

use zeroize::Zeroizing;

/// 32 secret bytes.
pub(super) struct Secret(Box<Zeroizing<[u8; 32]>>);

impl Secret {
    pub(super) fn copy_of(bytes: &[u8; 32]) -> Self {
        let mut secret = Self::zeros();
        secret.0.copy_from_slice(bytes);
        secret
    }

    /// The bytes that `fill` writes.
    pub(super) fn filled<E>(fill: impl FnOnce(&mut [u8; 32]) -> Result<(), E>) -> Result<Self, E> {
        let mut secret = Self::zeros();
        fill(&mut secret.0)?;
        Ok(secret)
    }

    fn zeros() -> Self {
        Self(Box::new(Zeroizing::new([0; 32])))
    }
}

impl Deref for Secret {
    type Target = [u8; 32];

    fn deref(&self) -> &[u8; 32] {
        &self.0
    }
}
