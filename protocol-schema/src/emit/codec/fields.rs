//! Fields: where they lie in a block, and the statements that write, read and check them.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use crate::emit::Door;
use crate::ir::{Field, Payload, Type, UnionVariant};

/// One field of a body: how it is called, and what it is.
pub(super) struct Part<'i> {
    /// `a` in `self.a`, `0` in a tuple's place.
    pub(super) label: String,
    pub(super) field: &'i Field,
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

pub(super) fn parts<'i>(fields: &[&'i Field]) -> Vec<Part<'i>> {
    let part = |field: &&'i Field| Part { label: field.name.text.clone(), field, ty: &field.ty };
    fields.iter().map(part).collect()
}

/// The fields of a variant as a body; a tuple's value is field 0.
pub(super) fn variant_parts<'i>(variant: &'i UnionVariant) -> Vec<Part<'i>> {
    match &variant.payload {
        Payload::Unit => Vec::new(),
        Payload::Tuple(field) => {
            vec![Part { label: variant.name.text.clone(), field, ty: &field.ty }]
        }
        Payload::Fields(fields) => parts(&ordered(fields)),
    }
}

/// The fields of one body, and the const that holds their layout.
pub(super) struct Fields<'i, 'd> {
    pub(super) parts: Vec<Part<'i>>,
    pub(super) layout: Ident,
    /// How errors call the type.
    pub(super) owner: String,
    pub(super) door: &'d Door<'d>,
}

impl Fields<'_, '_> {
    /// `const <name>: Layout<N> = …`.
    pub(super) fn layout(&self) -> TokenStream {
        let (v1, name) = (self.door.alias(), &self.layout);
        let count = Literal::usize_unsuffixed(self.parts.len());
        let types = self.parts.iter().map(|part| self.door.ty(part.ty));
        quote! {
            const #name: #v1::Layout<#count> = #v1::layout([#(#v1::Shape::of::<#types>()),*]);
        }
    }

    /// The slot of field `i`.
    pub(super) fn slot(&self, i: usize) -> TokenStream {
        let (layout, i) = (&self.layout, Literal::usize_unsuffixed(i));
        quote!(#layout.slots[#i])
    }

    /// One statement a field, over its number and what is at its place.
    fn each(&self, statement: impl Fn(usize, &Part<'_>) -> TokenStream) -> TokenStream {
        self.parts.iter().enumerate().map(|(i, part)| statement(i, part)).collect()
    }

    /// Statements that write the blocks of `values` (references to the parts) into `block`.
    ///
    /// They stand at the place of the part's type, so that rustc complains there if it has no
    /// encoding.
    pub(super) fn write_blocks(&self, values: &[TokenStream]) -> TokenStream {
        let v1 = self.door.alias();
        self.each(|i, part| {
            let (value, slot) = (values.get(i), self.slot(i));
            let write = quote_spanned!(self.door.place(part.ty)=> #v1::Wire::encode_block);
            quote!(#write(#value, block, #slot);)
        })
    }

    /// Statements that append the tails of `values` to `out`.
    pub(super) fn write_tails(&self, values: &[TokenStream]) -> TokenStream {
        let v1 = self.door.alias();
        self.each(|i, part| {
            let value = values.get(i);
            let write = quote_spanned!(self.door.place(part.ty)=> #v1::Wire::encode_tail);
            quote!(#write(#value, out);)
        })
    }

    /// Statements that read each part of `block` into `f0`, `f1`, …
    pub(super) fn reads(&self) -> TokenStream {
        let v1 = self.door.alias();
        let locals = locals(self.parts.len());
        self.each(|i, part| {
            let (ty, slot, place) = (self.door.ty(part.ty), self.slot(i), self.place(part));
            let local = locals.get(i);
            let field = quote_spanned!(self.door.place(part.ty)=> #v1::field);
            quote!(let #local: #ty = #field(block, #slot, tail, #place)?;)
        })
    }

    /// Statements that go through each part of `block`.
    pub(super) fn checks(&self) -> TokenStream {
        let v1 = self.door.alias();
        self.each(|i, part| {
            let (ty, slot, place) = (self.door.ty(part.ty), self.slot(i), self.place(part));
            quote!(#v1::check_field::<#ty>(block, #slot, tail, #place)?;)
        })
    }

    /// What an error in the part says.
    fn place(&self, part: &Part<'_>) -> TokenStream {
        let (v1, owner, label) = (self.door.alias(), &self.owner, &part.label);
        quote!(&#v1::Place { owner: #owner, field: #label })
    }

    /// Moves `tail` behind field `i` of `block`.
    pub(super) fn skip(&self, i: usize, part: &Part<'_>) -> TokenStream {
        let (v1, ty, slot) = (self.door.alias(), self.door.ty(part.ty), self.slot(i));
        quote!(<#ty as #v1::Wire>::skip(block, #slot, tail);)
    }

    /// Field `i` of `block` where it lies, its tail at `tail`.
    pub(super) fn view(&self, i: usize, part: &Part<'_>, tail: &TokenStream) -> TokenStream {
        let (v1, ty, slot) = (self.door.alias(), self.door.ty(part.ty), self.slot(i));
        quote!(<#ty as #v1::Wire>::view(block, #slot, #tail))
    }

    /// Where the texts end, one after the other, from `at` on.
    pub(super) fn text_ends(&self) -> TokenStream {
        let v1 = self.door.alias();
        self.each(|i, part| {
            let (ty, slot) = (self.door.ty(part.ty), self.slot(i));
            quote!(let at = <#ty as #v1::Wire>::text_end(block, #slot, tails, at);)
        })
    }

    /// Makes `block` a block of the length that this schema gives it, from the one at `at`:
    /// a longer one is cut, a shorter one extended with zeros.
    pub(super) fn own_block(&self, at: &TokenStream) -> TokenStream {
        let (v1, layout) = (self.door.alias(), &self.layout);
        quote! {
            let extended;
            let block: &[u8; #layout.block_len] = match #v1::own_block(block, #at) {
                ::core::option::Option::Some(block) => block,
                ::core::option::Option::None => {
                    extended = #v1::extended(block, #at);
                    &extended
                }
            };
        }
    }

    /// The same for writing, where the block is there.
    pub(super) fn own_block_mut(&self, at: &TokenStream) -> TokenStream {
        let (v1, layout) = (self.door.alias(), &self.layout);
        quote! {
            let ::core::option::Option::Some(block) =
                #v1::own_block_mut::<{ #layout.block_len }>(block, #at)
            else {
                return;
            };
        }
    }

    /// Refuses flag bits that no field has, when reading exactly.
    pub(super) fn spare_bits(&self) -> TokenStream {
        let (v1, layout) = (self.door.alias(), &self.layout);
        quote! {
            if tail.exact() && #layout.has_spare_bits(block) {
                return ::core::result::Result::Err(
                    #v1::DecodeError::new(#v1::DecodeErrorKind::UnknownBits),
                );
            }
        }
    }
}
