//! IR to Rust tokens: one emitter for both doors. Never formats text, never reads a file.

use proc_macro2::TokenStream;

use crate::ir::{ExternId, Item, Schema};
use crate::span::Span;

/// What a door tells the emitter: how its handles read, and what it needs.
pub struct Door<'a> {
    /// The path of the facade, `::network_protocol` unless it was overridden.
    pub facade: TokenStream,
    /// Whether the types are emitted as well (`.np`), or stand in the source already (Rust).
    pub types: bool,
    /// The visibility of what is emitted.
    pub vis: TokenStream,
    /// From a handle to the compiler's span.
    pub span: &'a dyn Fn(Span) -> proc_macro2::Span,
    /// From a key to the type as the user wrote it.
    pub external: &'a dyn Fn(ExternId) -> TokenStream,
}

/// Emits one item of `package` (`acme::chat`, or empty).
#[must_use]
pub fn item(_item: &Item, _package: &str, _door: &Door<'_>) -> TokenStream {
    TokenStream::new()
}

/// Emits a whole schema.
#[must_use]
pub fn schema(_schema: &Schema, _door: &Door<'_>) -> TokenStream {
    TokenStream::new()
}

/// Prints a schema as Rust items with `#[protocol]` and `#[derive(Wire)]`.
#[must_use]
pub fn rust_door(_schema: &Schema, _facade: &TokenStream) -> TokenStream {
    TokenStream::new()
}
