//! The rules a schema must keep, one function for each, on the [`ir`](crate::ir) alone.
//!
//! A rule of an *item* needs nothing but the item, so the Rust door, which sees one item at a
//! time, has it too. A rule of the *schema* looks across items. No rule looks into a
//! [`TypeKind::Extern`](crate::ir::TypeKind::Extern): only the Rust compiler knows what that is.

pub mod codes;

mod fields;
pub(crate) mod graph;
pub(crate) mod index;
mod layout;
mod names;
mod numbers;
mod protocols;
mod secrets;
mod types;
mod values;
pub(crate) mod vocabulary;

#[cfg(test)]
mod tests;

use crate::diag::Diagnostics;
use crate::ir::{Item, Schema};

use index::Index;

pub use codes::{CODES, Rule};
pub use names::snake_case;
pub use protocols::{WIRE_NAME_BYTES_MAX, wire_name, wire_name_length};
pub use secrets::holds_secret;
pub use vocabulary::nearest;

pub(crate) use layout::mark_plain;

/// Checks one item alone, and gives numbers to its entries where nobody wrote one.
pub fn item(item: &mut Item, found: &mut Diagnostics) {
    rules_of_item(item, found);
    names::generated(std::slice::from_ref(item), found);
    let index = Index::alone(item);
    types::positions(&index, item, found);
    values_and_fields(&index, &|_| false, found);
    layout::item(item, found);
}

/// Checks a schema: the rules of each item, and those across items. Gives numbers to the entries
/// of items where nobody wrote one.
pub fn schema(schema: &mut Schema, found: &mut Diagnostics) {
    readable(schema, &[], found);
}

/// As [`schema`], for one of which some items could not be read to their end: no rule asks of
/// these what may stand in the part that is missing.
pub(crate) fn readable(schema: &mut Schema, damaged: &[bool], found: &mut Diagnostics) {
    let is_damaged = |index: usize| damaged.get(index).copied().unwrap_or(false);
    for (index, item) in schema.items.iter_mut().enumerate() {
        if !is_damaged(index) {
            rules_of_item(item, found);
        }
        if let Some(stable) = schema.stable {
            numbers::written(item, stable, found);
        }
    }
    let index = Index::of(schema);
    names::items(schema, found);
    names::built_in(schema, found);
    names::generated(&schema.items, found);
    let locals: Vec<&str> = schema.uses.iter().map(|import| import.local.text.as_str()).collect();
    types::known(&index, &locals, found);
    types::array_consts(&index, found);
    types::extents(&index, found);
    for (position, item) in schema.items.iter().enumerate() {
        if !is_damaged(position) {
            types::positions(&index, item, found);
        }
    }
    values_and_fields(&index, &is_damaged, found);
    protocols::errors(&index, found);
    secrets::compressed(&index, found);
    for item in &schema.items {
        if let Item::Protocol(protocol) = item {
            wire_name_length(&schema.package, protocol, found);
        }
    }
    graph::aliases(&index, found);
    let order = graph::order(&index, found);
    layout::schema(index, &order, &is_damaged, found);
}

fn values_and_fields<'a>(
    index: &'a Index<'a>,
    is_damaged: &dyn Fn(usize) -> bool,
    found: &mut Diagnostics,
) {
    let mut values = values::Values::new(index);
    values::of_consts(&mut values, found);
    fields::rules(index, &mut values, is_damaged, found);
}

fn rules_of_item(item: &mut Item, found: &mut Diagnostics) {
    names::reserved(item, found);
    names::entries(item, found);
    numbers::item(item, found);
    match item {
        Item::Alias(_) => {}
        Item::Const(item) => values::case(item, found),
        Item::Struct(item) => {
            types::empty_fixed(item, found);
            types::plain(item, found);
        }
        Item::Scalar(item) => {
            names::unknown_scalar(item, found);
            names::default_scalar(item, found);
        }
        Item::Union(item) => {
            names::unknown_union(item, found);
            names::default_union(item, found);
        }
        Item::Flags(item) => names::flags(item, found),
        Item::Protocol(item) => {
            names::methods(item, found);
            protocols::messages(item, found);
            protocols::version(item, found);
            protocols::since(item, found);
            protocols::one_way(item, found);
            protocols::views(item, found);
            item.messages.iter().for_each(|message| types::streams(message, found));
        }
    }
}
