//! IR to Rust tokens: one emitter for both doors. Never formats text, never reads a file.
//!
//! What is emitted follows the item: its type (`.np` only) and message structs with flat names,
//! then everything else inside `const _: () = { … }`, by absolute paths.

mod client;
mod codec;
mod docs;
mod handler;
mod names;
mod protocol;
mod rust_door;
mod schemas;
mod types;

use proc_macro2::TokenStream;
use quote::quote;

use crate::ir::{ExternId, Item, Schema};
use crate::span::Span;

pub use rust_door::rust_door;

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

impl Door<'_> {
    /// The path of the module that generated code names.
    fn v1(&self) -> TokenStream {
        let facade = &self.facade;
        quote!(#facade::__private::v1)
    }

    /// What that module is called inside `const _: () = { … }`, so that people can read what
    /// stands there.
    fn alias(&self) -> TokenStream {
        quote!(_np)
    }

    /// Brings the alias into scope.
    fn import(&self) -> TokenStream {
        let (v1, alias) = (self.v1(), self.alias());
        quote!(use #v1 as #alias;)
    }
}

/// Emits one checked item of `package` (`acme::chat`, or empty).
#[must_use]
pub fn item(item: &Item, package: &str, door: &Door<'_>) -> TokenStream {
    match item {
        Item::Const(item) => types::constant(item, door),
        Item::Struct(item) => {
            let ty = door.types.then(|| types::structure(item, door));
            let codec = codec::structure(item, door);
            quote!(#ty #codec)
        }
        Item::Scalar(item) => {
            let ty = door.types.then(|| types::scalar(item, door));
            let codec = codec::scalar(item, door);
            quote!(#ty #codec)
        }
        Item::Union(item) => {
            let ty = door.types.then(|| types::union(item, door));
            let codec = codec::union(item, door);
            quote!(#ty #codec)
        }
        Item::Protocol(item) => protocol::protocol(item, package, door),
    }
}

/// Emits a whole checked schema, its documentation apart.
#[must_use]
pub fn schema(schema: &Schema, door: &Door<'_>) -> TokenStream {
    let package = names::package(schema);
    schema.items.iter().map(|one| item(one, &package, door)).collect()
}
