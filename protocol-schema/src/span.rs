//! Where something stands in a source, as a handle that only the door that made it can read.
//!
//! The `.np` door keeps a table from handles to files and byte ranges, the Rust door one to
//! compiler spans. Nothing between the doors looks inside.

/// An opaque position in a source.
///
/// [`Span::NONE`] stands for something nobody wrote, such as a number that was assigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span(pub u32);

impl Span {
    /// No position: the thing was not written by anybody.
    pub const NONE: Self = Self(u32::MAX);
}

impl Default for Span {
    fn default() -> Self {
        Self::NONE
    }
}
