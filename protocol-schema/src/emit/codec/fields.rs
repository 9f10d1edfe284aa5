//! Fields: where they lie in a block, and the statements that write and read them.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use crate::emit::Door;
use crate::ir::{Field, Type};

/// One field of a body: how its value is reached, and its type.
pub(super) struct Part<'i> {
    /// `a` in `self.a`, `0` in a tuple's place.
    pub(super) label: String,
    pub(super) ty: &'i Type,
}

/// Fields in number order.
pub(in crate::emit) fn ordered(fields: &[Field]) -> Vec<&Field> {
    let mut fields: Vec<&Field> = fields.iter().collect();
    fields.sort_by_key(|field| field.number.value);
    fields
}

/// The names `f0`, `f1`, … of values that were read or matched.
pub(super) fn locals(count: usize) -> Vec<Ident> {
    (0..count).map(|i| format_ident!("f{i}")).collect()
}

/// `const <name>: Layout<N> = …`.
pub(super) fn layout(name: &Ident, types: &[&Type], door: &Door<'_>) -> TokenStream {
    let v1 = door.alias();
    let count = Literal::usize_unsuffixed(types.len());
    let types = types.iter().map(|ty| door.ty(ty));
    quote! {
        const #name: #v1::Layout<#count> = #v1::layout([#(#v1::Shape::of::<#types>()),*]);
    }
}

/// Statements that write `values` (references to the parts) into a block at `base`.
///
/// They stand at the place of the part's type, so that rustc complains there if it has no
/// encoding.
pub(super) fn writes(
    layout: &Ident,
    parts: &[Part<'_>],
    values: &[TokenStream],
    base: &TokenStream,
    door: &Door<'_>,
) -> TokenStream {
    let v1 = door.alias();
    let writes = parts.iter().zip(values).enumerate().map(|(i, (part, value))| {
        let i = Literal::usize_unsuffixed(i);
        let write = quote_spanned!(door.place(part.ty)=> #v1::Wire::encode);
        quote!(#write(#value, #layout.slots[#i].from(#base), out);)
    });
    quote!(#(#writes)*)
}

/// Statements that read each part of `block` into `f0`, `f1`, …
pub(super) fn reads(
    layout: &Ident,
    owner: &str,
    parts: &[Part<'_>],
    base: Option<&TokenStream>,
    door: &Door<'_>,
) -> TokenStream {
    let v1 = door.alias();
    let from = base.map(|base| quote!(.from(#base)));
    let reads = parts.iter().zip(locals(parts.len())).enumerate().map(|(i, (part, local))| {
        let (label, ty) = (&part.label, door.ty(part.ty));
        let i = Literal::usize_unsuffixed(i);
        let field = quote_spanned!(door.place(part.ty)=> #v1::field);
        quote! {
            let #local: #ty = #field(
                block,
                #layout.slots[#i] #from,
                tail,
                &#v1::Place { owner: #owner, field: #label },
            )?;
        }
    });
    quote!(#(#reads)*)
}

/// Refuses flag bits that no field has, when reading exactly.
pub(super) fn spare_bits(layout: &Ident, v1: &TokenStream) -> TokenStream {
    quote! {
        if tail.exact() && #layout.has_spare_bits(block) {
            return ::core::result::Result::Err(
                #v1::DecodeError::new(#v1::DecodeErrorKind::UnknownBits),
            );
        }
    }
}

pub(super) fn parts<'i>(fields: &[&'i Field]) -> Vec<Part<'i>> {
    fields.iter().map(|field| Part { label: field.name.text.clone(), ty: &field.ty }).collect()
}
