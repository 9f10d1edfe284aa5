//! IR to Rust tokens: one emitter for both doors. Never formats text, never reads a file.
//!
//! What is emitted follows the item: its type (`.np` only) and message structs with flat names,
//! then everything else inside `const _: () = { … }`, by absolute paths. What is named in there
//! begins with `_`, so that the schema's own types and constants, which it also names, stay visible.

mod boxes;
mod client;
mod codec;
mod derives;
mod docs;
mod door;
mod flags;
mod handler;
mod names;
mod protocol;
mod rust_door;
mod schemas;
mod types;
mod values;

#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::quote;

use crate::ir::{Item, Schema};

pub use door::Door;
pub use rust_door::{rust_door, rust_door_item};

/// Emits one checked item of `package` (`acme::chat`, or empty), all of whose types are Rust's.
///
/// For an item of a `.np` file there is [`schema_item`], which sees what stands around it.
#[must_use]
pub fn item(item: &Item, package: &str, door: &Door<'_>) -> TokenStream {
    match item {
        Item::Const(item) => types::constant(item, door),
        Item::Alias(item) => types::alias(item, door),
        Item::Flags(item) => flags::flags(item, door),
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
    boxes::with_boxes(schema, door, |schema, door| {
        schema.items.iter().map(|one| item(one, &package, door)).collect()
    })
}

/// Emits one item of a checked schema; nothing if it has none of that name.
#[must_use]
pub fn schema_item(schema: &Schema, name: &str, door: &Door<'_>) -> TokenStream {
    let package = names::package(schema);
    boxes::with_boxes(schema, door, |schema, door| {
        let named = schema.items.iter().filter(|one| one.name().text == name);
        named.map(|one| item(one, &package, door)).collect()
    })
}

/// A Rust type or path as a schema gives it.
fn rust_text(text: &str) -> TokenStream {
    text.parse().unwrap_or_default()
}
