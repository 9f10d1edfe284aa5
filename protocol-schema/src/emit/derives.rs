//! What emitted types can do: the derives that everything has, and those that were asked for.
//!
//! A derive that stands on the item in the schema is emitted as it is. One that a generator was
//! told for many items at once goes only to those that can have it.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::ir::{Field, Item, Name, Payload, Struct, Type, TypeKind};

use super::{Door, names};

/// What every emitted type can have, as floats can stand in any.
pub(super) const BASE: &[&str] = &["Clone", "Debug", "PartialEq"];

/// What an enum that is a number can have as well.
pub(super) const SCALAR_BASE: &[&str] = &["Clone", "Copy", "Debug", "PartialEq", "Eq", "Hash"];

/// What flags have always.
pub(super) const FLAGS_BASE: &[&str] =
    &["Clone", "Copy", "Debug", "Default", "PartialEq", "Eq", "PartialOrd", "Ord", "Hash"];

/// The derives of an item, each once: `base`, and those of `extra` that it can have.
pub(super) fn derive_list(
    name: &Name,
    extra: &[Name],
    base: &[&str],
    door: &Door<'_>,
) -> Vec<Ident> {
    let known = base.iter().map(|one| names::ident(one, Span::call_site()));
    let mut seen: BTreeSet<&str> = base.iter().copied().collect();
    let extra = extra.iter().filter(|derive| {
        seen.insert(&derive.text) && (written(derive) || can(door, &name.text, &derive.text))
    });
    let extra: Vec<Ident> = extra.map(|derive| door.ident(derive)).collect();
    known.chain(extra).collect()
}

/// Whether a derive stands in a schema, rather than in what a generator was told.
fn written(derive: &Name) -> bool {
    derive.span != crate::span::Span::NONE
}

/// Whether the item called `name` can have a derive.
fn can(door: &Door<'_>, name: &str, derive: &str) -> bool {
    Possible { door, derive, met: BTreeSet::new() }.item(name)
}

/// Looks for what an item holds that has no such trait. What is being looked at already does not
/// count against it.
struct Possible<'a> {
    door: &'a Door<'a>,
    derive: &'a str,
    met: BTreeSet<String>,
}

impl Possible<'_> {
    fn item(&mut self, name: &str) -> bool {
        let Some(item) = self.door.schema.and_then(|schema| schema.find(name)) else {
            return true;
        };
        if !self.met.insert(name.to_owned()) {
            return true;
        }
        match item {
            Item::Const(_) => true,
            Item::Alias(item) => self.ty(&item.ty),
            Item::Flags(_) => FLAGS_BASE.contains(&self.derive),
            Item::Scalar(item) => match self.derive {
                "Default" => item.variants.iter().any(|variant| variant.default),
                derive => SCALAR_BASE.contains(&derive) || asked(&item.derives, derive),
            },
            Item::Struct(item) => {
                self.has(&item.derives) && item.fields.iter().all(|field| self.field(field))
            }
            Item::Union(item) => match self.derive {
                "Default" => item.variants.iter().any(|variant| variant.default),
                // What is kept of an unknown variant is shared bytes.
                "Copy" | "PartialOrd" | "Ord" if !item.closed => false,
                _ => {
                    self.has(&item.derives)
                        && item.variants.iter().all(|variant| self.payload(&variant.payload))
                }
            },
            Item::Protocol(item) => match self.derive {
                "Default" => false,
                _ => item.messages.iter().all(|message| self.payload(&message.payload)),
            },
        }
    }

    fn has(&self, derives: &[Name]) -> bool {
        BASE.contains(&self.derive) || asked(derives, self.derive)
    }

    fn payload(&mut self, payload: &Payload) -> bool {
        match payload {
            Payload::Unit => true,
            Payload::Tuple(field) => self.field(field),
            Payload::Fields(fields) => fields.iter().all(|field| self.field(field)),
        }
    }

    fn field(&mut self, field: &Field) -> bool {
        let default = self.derive == "Default" && field.default.is_some();
        field.removed || default || (field.rust.ty.is_none() && self.ty(&field.ty))
    }

    fn ty(&mut self, ty: &Type) -> bool {
        let derive = self.derive;
        match &ty.kind {
            TypeKind::Unit | TypeKind::Bool | TypeKind::Int(_) => true,
            TypeKind::Float(_) => !matches!(derive, "Eq" | "Ord" | "Hash"),
            TypeKind::String | TypeKind::Bytes => derive != "Copy",
            TypeKind::Vec(item) => derive == "Default" || (derive != "Copy" && self.ty(item)),
            TypeKind::Option(item) => derive == "Default" || self.ty(item),
            // Those of more than 32 elements are made one by one.
            TypeKind::Array(item, _) => self.ty(item),
            TypeKind::Tuple(parts) => parts.iter().all(|part| self.ty(part)),
            TypeKind::Map(key, value) => {
                derive == "Default" || (derive != "Copy" && self.ty(key) && self.ty(value))
            }
            TypeKind::Set(key) => derive == "Default" || (derive != "Copy" && self.ty(key)),
            TypeKind::Std(crate::ir::Std::SocketAddr) => derive != "Default",
            TypeKind::Std(_) => true,
            TypeKind::Secret(inner) => self.ty(inner),
            TypeKind::Stream(_) => true,
            TypeKind::Named(name) => self.item(&name.clone()),
            // A box, to something on the circle that is being looked at.
            TypeKind::Extern(_) => derive != "Copy",
        }
    }
}

fn asked(derives: &[Name], derive: &str) -> bool {
    derives.iter().any(|one| one.text == derive)
}

/// Splits `Default` off the derives of a struct for which the derive would give wrong values, or
/// none, and writes it out.
pub(super) fn default_impl(
    item: &Struct,
    derives: &mut Vec<Ident>,
    door: &Door<'_>,
) -> Option<TokenStream> {
    let is_array = |field: &Field| matches!(door.behind(&field.ty).kind, TypeKind::Array(..));
    let mut there = item.fields.iter().filter(|field| !field.removed);
    let by_hand = there.any(|field| field.default.is_some() || is_array(field));
    let at = derives.iter().position(|derive| derive == "Default")?;
    if !by_hand {
        return None;
    }
    derives.remove(at);
    let name = door.ident(&item.name);
    let fields = item.fields.iter().filter(|field| !field.removed).map(|field| {
        let name = door.ident(&field.name);
        let value = match &field.default {
            Some(value) => door.value(value, &field.ty),
            None if is_array(field) => {
                quote!(::core::array::from_fn(|_| ::core::default::Default::default()))
            }
            None => quote!(::core::default::Default::default()),
        };
        quote!(#name: #value)
    });
    let quiet = door.quiet();
    Some(quote! {
        #quiet
        #[automatically_derived]
        impl ::core::default::Default for #name {
            fn default() -> Self {
                Self { #(#fields),* }
            }
        }
    })
}
