//! Fields: where they lie in a block, and the statements that write, read and check them.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use super::known::Known;
use crate::emit::{Door, rust_text};
use crate::ir::{Field, Item, Payload, Struct, Type, TypeKind, UnionVariant};

/// One field of a body: how it is called, and what it is.
pub(super) struct Part<'i> {
    /// `a` in `self.a`, `0` in a tuple's place.
    pub(super) label: String,
    pub(super) field: &'i Field,
}

impl Part<'_> {
    /// The type of the schema.
    pub(super) fn ty(&self) -> &Type {
        &self.field.ty
    }

    /// Whether Rust has a value of it.
    pub(super) fn is_there(&self) -> bool {
        !self.field.removed
    }

    /// What carries it on the wire: the type of the schema, unless it is written otherwise.
    fn wire(&self, door: &Door<'_>) -> TokenStream {
        let (v1, mut ty) = (door.alias(), door.ty(&self.field.ty));
        if self.is_there() && self.field.default.is_some() {
            ty = quote!(<#ty as #v1::Xor>::Number);
        }
        if self.field.varint { quote!(#v1::Varint<#ty>) } else { ty }
    }

    /// Whether it may have a tail; true where that cannot be known.
    pub(super) fn has_tail(&self, door: &Door<'_>) -> bool {
        self.field.varint || !door.known(&self.field.ty, Known::NoTail)
    }

    /// Whether it may take flag bits; true where that cannot be known.
    fn has_bits(&self, door: &Door<'_>) -> bool {
        !door.known(&self.field.ty, Known::NoBits)
    }

    /// Whether anything in its slot may be refused; true where that cannot be known.
    fn is_checked(&self, door: &Door<'_>) -> bool {
        let Field { removed, varint, max, .. } = self.field;
        let free = door.known(&self.field.ty, Known::AnyBytes);
        *removed || *varint || max.is_some() || !free
    }

    /// What the layout has to know of it.
    fn shape(&self, door: &Door<'_>) -> TokenStream {
        let (v1, wire) = (door.alias(), self.wire(door));
        let shape = match door.types {
            true => quote!(#v1::Shape::of::<#wire>()),
            false => door.of_wire(self.ty(), &wire, "SHAPE"),
        };
        if self.field.removed {
            // What an older writer left there is nobody's text.
            return quote!(#shape.opaque());
        }
        let more = self.field.max.is_some() || self.field.default.is_some();
        if more { quote!(#shape.checked()) } else { shape }
    }

    /// Whether all of its tail may be text; true where that cannot be known.
    fn may_be_text(&self, door: &Door<'_>) -> bool {
        let ty = match &door.behind(&self.field.ty).kind {
            TypeKind::String
            | TypeKind::Array(..)
            | TypeKind::Tuple(_)
            | TypeKind::Secret(_)
            | TypeKind::Extern(_) => true,
            TypeKind::Named(name) => {
                let item = door.schema.and_then(|schema| schema.find(name));
                matches!(item, None | Some(Item::Struct(Struct { fixed: true, .. })))
            }
            TypeKind::Unit
            | TypeKind::Bool
            | TypeKind::Int(_)
            | TypeKind::Float(_)
            | TypeKind::Bytes
            | TypeKind::Vec(_)
            | TypeKind::Option(_)
            | TypeKind::Map(..)
            | TypeKind::Set(_)
            | TypeKind::Std(_)
            | TypeKind::Stream(_) => false,
        };
        ty && !self.field.removed && self.has_tail(door)
    }

    /// Whether all of its tail certainly is text.
    fn is_text(&self, door: &Door<'_>) -> bool {
        !self.field.removed && door.behind(&self.field.ty).kind == TypeKind::String
    }

    /// Whether any bytes in its slot are a value; nothing where they certainly are.
    fn plain(&self, door: &Door<'_>) -> Option<TokenStream> {
        if self.field.removed || self.field.varint || self.field.rust.with.is_some() {
            return Some(quote!(false));
        }
        let ty = door.ty(&self.field.ty);
        let number = matches!(self.field.ty.kind, TypeKind::Int(_) | TypeKind::Float(_));
        (!number).then(|| door.of_wire(self.ty(), &ty, "PLAIN"))
    }
}

/// How the value of a part is reached while it is written.
pub(super) enum Access {
    /// It is this place, such as `self.a`.
    Place(TokenStream),
    /// It is behind this reference.
    Reference(Ident),
}

impl Access {
    fn by_reference(&self) -> TokenStream {
        match self {
            Self::Place(place) => quote!(&#place),
            Self::Reference(name) => quote!(#name),
        }
    }

    fn by_value(&self) -> TokenStream {
        match self {
            Self::Place(place) => quote!(#place),
            Self::Reference(name) => quote!(*#name),
        }
    }
}

/// Fields in number order.
pub(in crate::emit) fn ordered(fields: &[Field]) -> Vec<&Field> {
    let mut fields: Vec<&Field> = fields.iter().collect();
    fields.sort_by_key(|field| field.number.value);
    fields
}

/// The names `f0`, `f1`, … of values that were read or matched.
pub(super) fn local(i: usize) -> Ident {
    format_ident!("f{i}")
}

pub(super) fn parts<'i>(fields: &[&'i Field]) -> Vec<Part<'i>> {
    fields.iter().map(|field| Part { label: field.name.text.clone(), field }).collect()
}

/// The fields of a variant as a body; a tuple's value is field 0.
pub(super) fn variant_parts<'i>(variant: &'i UnionVariant) -> Vec<Part<'i>> {
    match &variant.payload {
        Payload::Unit => Vec::new(),
        Payload::Tuple(field) => vec![Part { label: variant.name.text.clone(), field }],
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
        let shapes = self.parts.iter().map(|part| part.shape(self.door));
        let places = self.places_name();
        let runs = self.run_end();
        let (owner, labels) = (&self.owner, self.parts.iter().map(|part| &part.label));
        let places = (!self.parts.is_empty()).then(
            || quote!(static #places: [#v1::Place; #count] = #v1::places(#owner, [#(#labels),*]);),
        );
        quote! {
            const #name: #v1::Layout<#count> = #v1::layout([#(#shapes),*]);
            #places
            #runs
        }
    }

    /// The static that says where errors happened.
    fn places_name(&self) -> Ident {
        let layout = self.layout.to_string();
        Ident::new(&layout.replace("LAYOUT", "PLACES"), self.layout.span())
    }

    /// The parts that Rust has values of, with their places among all.
    pub(super) fn there(&self) -> impl Iterator<Item = (usize, &Part<'_>)> {
        self.parts.iter().enumerate().filter(|(_, part)| part.is_there())
    }

    /// A pattern of the values, or what makes them: `{ a: f0, b: f2 }`.
    pub(super) fn bindings(&self) -> TokenStream {
        let names = self.there().map(|(_, part)| self.door.ident(&part.field.name));
        let locals = self.there().map(|(i, _)| local(i));
        quote!({ #(#names: #locals),* })
    }

    /// How the values are reached that such a pattern matched.
    pub(super) fn matched(&self) -> Vec<Access> {
        (0..self.parts.len()).map(|i| Access::Reference(local(i))).collect()
    }

    /// How the values are reached in `self`.
    pub(super) fn own(&self) -> Vec<Access> {
        let place = |part: &Part<'_>| {
            let name = self.door.ident(&part.field.name);
            Access::Place(quote!(self.#name))
        };
        self.parts.iter().map(place).collect()
    }

    /// The slot of field `i`.
    pub(super) fn slot(&self, i: usize) -> TokenStream {
        let (layout, i) = (&self.layout, Literal::usize_unsuffixed(i));
        // A value by itself: without optimisation each mention of the layout is a copy of it.
        quote!(const { #layout.slots[#i] })
    }

    /// One statement a field, over its number and what is at its place.
    fn each(&self, statement: impl Fn(usize, &Part<'_>) -> TokenStream) -> TokenStream {
        self.parts.iter().enumerate().map(|(i, part)| statement(i, part)).collect()
    }

    /// Whether any bytes of the block are a value.
    pub(super) fn plain(&self) -> TokenStream {
        let plain: Vec<TokenStream> =
            self.parts.iter().filter_map(|part| part.plain(self.door)).collect();
        if plain.is_empty() { quote!(true) } else { quote!(#(#plain)&&*) }
    }

    /// What the schema knows of the one field, from a reference to the application's value.
    pub(super) fn to_wire(&self, value: &TokenStream) -> TokenStream {
        let module = self.parts.first().and_then(|part| self.door.module(part.field));
        quote!(#module::to_wire(#value))
    }

    /// The application's value, from what the schema knows of the one field.
    pub(super) fn accepted(&self, value: &TokenStream) -> TokenStream {
        let (v1, place) = (self.door.alias(), self.place(0));
        let module = self.parts.first().and_then(|part| self.door.module(part.field));
        quote!(#v1::accepted(#module::from_wire(#value), #place)?)
    }

    /// The reference to what is written of a value, and what must be said before.
    fn written(&self, part: &Part<'_>, access: &Access) -> (TokenStream, TokenStream) {
        let (v1, field) = (self.door.alias(), part.field);
        let (mut before, mut by_reference) = (quote!(), access.by_reference());
        let mut by_value = access.by_value();
        if let Some(module) = self.door.module(field) {
            before = quote!(let value = #module::to_wire(#by_reference););
            (by_reference, by_value) = (quote!(&value), quote!(value));
        }
        if let Some(default) = &field.default {
            let (ty, default) = (self.door.ty(&field.ty), self.door.value(default, &field.ty));
            by_value = quote!(#v1::mask::<#ty>(#by_value, #default));
            by_reference = quote!(&#by_value);
        }
        if field.varint {
            by_reference = quote!(&#v1::Varint(#by_value));
        }
        (before, by_reference)
    }

    /// Statements that write the blocks of `values` into `block`.
    ///
    /// They stand at the place of the part's type, so that rustc complains there if it has no
    /// encoding.
    pub(super) fn write_blocks(&self, values: &[Access]) -> TokenStream {
        let writes = self.parts.iter().zip(values).enumerate().map(|(i, (part, access))| {
            if !part.is_there() {
                return quote!();
            }
            let slot = self.slot(i);
            let (before, value) = self.written(part, access);
            let write = self.write(part, "encode_block");
            let write = self.door.at(part.field, &write, &quote!(#value, block, #slot));
            scoped(&before, &quote!(#write;))
        });
        writes.collect()
    }

    /// What writes the block or the tail of a part, at the place of its type, so that rustc
    /// complains there if it has no encoding.
    fn write(&self, part: &Part<'_>, name: &str) -> TokenStream {
        let (v1, at) = (self.door.alias(), self.door.place(part.ty()));
        if self.door.types || part.field.varint || part.field.default.is_some() {
            let name = Ident::new(name, at);
            return quote_spanned!(at=> #v1::Wire::#name);
        }
        self.door.of_wire(part.ty(), &part.wire(self.door), name)
    }

    /// Statements that append the tails of `values` to `out`, and keep those that pass a bound as
    /// mistakes.
    pub(super) fn write_tails(&self, values: &[Access]) -> TokenStream {
        let v1 = self.door.alias();
        let writes = self.parts.iter().zip(values).enumerate().map(|(i, (part, access))| {
            let field = part.field;
            if field.removed || !part.has_tail(self.door) {
                return quote!();
            }
            let (before, value) = self.written(part, access);
            let bound = field.max.as_ref().map(|max| {
                let (max, place) = (self.door.bound(max, &quote!(u64)), self.place(i));
                quote!(#v1::keep_max(#value, #max, #place, out);)
            });
            let write = self.write(part, "encode_tail");
            let write = self.door.at(field, &write, &quote!(#value, out));
            scoped(&before, &quote!(#bound #write;))
        });
        writes.collect()
    }

    /// Whether anything is appended, or may be a mistake.
    pub(super) fn has_tails(&self) -> bool {
        self.there().any(|(_, part)| part.has_tail(self.door))
    }

    /// What finds where texts end that follow each other; nothing where there cannot be any.
    fn run_end(&self) -> Option<TokenStream> {
        if !self.has_runs() {
            return None;
        }
        let name = self.run_end_name();
        let ends = self.parts.iter().enumerate().map(|(i, part)| {
            if !part.may_be_text(self.door) {
                return quote!();
            }
            let (wire, slot) = (part.wire(self.door), self.slot(i));
            let number = Literal::usize_unsuffixed(i);
            let from = (i > 0).then(|| quote!(from <= #number &&));
            let text_end = self.door.of_wire(part.ty(), &wire, "text_end");
            quote! {
                if #from #number < to {
                    at = #text_end(block, #slot, tails, at);
                }
            }
        });
        Some(quote! {
            #[inline(always)]
            fn #name(from: usize, to: usize, block: &[u8], tails: &[u8]) -> usize {
                let mut at = 0;
                #(#ends)*
                at
            }
        })
    }

    fn run_end_name(&self) -> Ident {
        let layout = self.layout.to_string();
        Ident::new(&layout.replace("LAYOUT", "run_end"), self.layout.span())
    }

    /// Whether texts may follow each other.
    fn has_runs(&self) -> bool {
        self.parts.iter().filter(|part| part.may_be_text(self.door)).count() > 1
    }

    /// The run of texts that starts with part `i`: where it ends in the tail, if one may start
    /// there.
    fn run(&self, i: usize, part: &Part<'_>) -> Option<(TokenStream, TokenStream)> {
        if !self.has_runs() || !part.may_be_text(self.door) {
            return None;
        }
        let mut before = self.parts.iter().take(i).rev();
        if before.find(|part| part.has_tail(self.door)).is_some_and(|part| part.is_text(self.door))
        {
            // It goes on with that one's.
            return None;
        }
        let (layout, name) = (&self.layout, self.run_end_name());
        let i = Literal::usize_unsuffixed(i);
        let run = quote!(#layout.runs[#i]);
        let end = quote!(#name(#i, const { #run.0 }, block, tail.rest()));
        Some((run, end))
    }

    /// Statements that read each part of `block` into `f0`, `f1`, …
    pub(super) fn reads(&self) -> TokenStream {
        self.each(|i, part| {
            let (bound, read) = self.read(i, part);
            let run = self.run(i, part);
            let run =
                run.map(|(run, end)| quote!(if const { #run.0 > 0 } { tail.enter_run(#end); }));
            let bound = quote!(#run #bound);
            if !part.is_there() {
                return quote!(#read?;);
            }
            let (local, ty) = (local(i), self.door.ty(part.ty()));
            let converted = self.door.module(part.field).map(|module| {
                let (v1, place) = (self.door.alias(), self.place(i));
                quote!(let #local = #v1::accepted(#module::from_wire(#local), #place)?;)
            });
            quote!(#bound let #local: #ty = #read?; #converted)
        })
    }

    /// Statements that go through each part of `block`.
    pub(super) fn checks(&self) -> TokenStream {
        let passed = self.has_runs().then(|| quote!(let mut passed = false;));
        let checks = self.each(|i, part| {
            if !part.is_checked(self.door) {
                return quote!();
            }
            let check = self.check(i, part);
            if !self.has_runs() || !part.may_be_text(self.door) {
                return check;
            }
            let run = self.run(i, part).map(|(run, end)| {
                quote! {
                    if const { #run.0 > 0 } {
                        passed = tail.pass_run(#end, const { #run.1 });
                    }
                }
            });
            let (layout, i) = (&self.layout, Literal::usize_unsuffixed(i));
            quote!(#run if !(passed && const { #layout.passes(#i) }) { #check })
        });
        quote!(#passed #checks)
    }

    /// Goes through part `i`.
    fn check(&self, i: usize, part: &Part<'_>) -> TokenStream {
        let (bound, read) = self.read(i, part);
        if !part.is_there() {
            return quote!(#read?;);
        }
        if part.field.default.is_some() {
            let ty = self.door.ty(part.ty());
            return quote!(#bound let _: #ty = #read?;);
        }
        let (v1, wire) = (self.door.alias(), part.wire(self.door));
        let (slot, place) = (self.slot(i), self.place(i));
        let check = match self.door.types || part.field.varint {
            true => quote!(#v1::check_field::<#wire>),
            false => self.door.of_wire(part.ty(), &wire, "check_field"),
        };
        let check = self.door.at(part.field, &check, &quote!(block, #slot, tail, #place));
        quote!(#bound #check?;)
    }

    /// What refuses a value over its bound, and what reads it as the type of the schema.
    fn read(&self, i: usize, part: &Part<'_>) -> (Option<TokenStream>, TokenStream) {
        let (v1, field, door) = (self.door.alias(), part.field, self.door);
        let (slot, place, ty) = (self.slot(i), self.place(i), door.ty(&field.ty));
        let at = door.place(part.ty());
        if field.removed {
            let wire = part.wire(door);
            return (None, quote!(#v1::removed::<#wire>(block, #slot, tail, #place)));
        }
        let bound = field.max.as_ref().map(|max| {
            let max = door.bound(max, &quote!(u64));
            quote!(#v1::check_max::<#ty>(block, #slot, tail, #max, #place)?;)
        });
        let read = match (&field.default, field.varint) {
            (None, false) => {
                let read = match door.types {
                    true => quote_spanned!(at=> #v1::field),
                    false => door.of_wire(part.ty(), &ty, "field"),
                };
                door.at(field, &read, &quote!(block, #slot, tail, #place))
            }
            (None, true) => {
                quote!(#v1::varint(block, #slot, tail, #place))
            }
            (Some(default), varint) => {
                let default = door.value(default, &field.ty);
                let read = if varint { quote!(masked_varint) } else { quote!(masked) };
                quote!(#v1::#read(block, #slot, tail, #place, #default))
            }
        };
        (bound, read)
    }

    /// What an error in part `i` says.
    fn place(&self, i: usize) -> TokenStream {
        let (places, i) = (self.places_name(), Literal::usize_unsuffixed(i));
        quote!(&#places[#i])
    }

    /// Moves `tail` behind field `i` of `block`; nothing where that is nowhere else.
    pub(super) fn skip(&self, i: usize, part: &Part<'_>) -> TokenStream {
        if !part.has_tail(self.door) {
            return quote!();
        }
        let (v1, wire, slot) = (self.door.alias(), part.wire(self.door), self.slot(i));
        if part.is_there() {
            let skip = self.door.of_wire(part.ty(), &wire, "skip");
            quote!(#skip(block, #slot, tail);)
        } else {
            quote!(#v1::skip_removed::<#wire>(block, #slot, tail);)
        }
    }

    /// Field `i` of `block` where it lies, its tail at `tail`.
    pub(super) fn view(&self, i: usize, part: &Part<'_>, tail: &TokenStream) -> TokenStream {
        let (v1, wire, slot) = (self.door.alias(), part.wire(self.door), self.slot(i));
        let view = self.door.of_wire(part.ty(), &wire, "view");
        let view = self.door.at(part.field, &view, &quote!(block, #slot, #tail));
        match &part.field.default {
            None => view,
            Some(default) => {
                let (ty, default) = (self.door.ty(part.ty()), self.door.value(default, part.ty()));
                quote!(#v1::unmask_view::<#ty>(#view, #default))
            }
        }
    }

    /// Whether the writer's block holds field `i`.
    pub(super) fn has(&self, i: usize, part: &Part<'_>) -> TokenStream {
        let (v1, wire, slot) = (self.door.alias(), part.wire(self.door), self.slot(i));
        quote!(#v1::has_field::<#wire>(self.0.block, #slot))
    }

    /// Where the texts end, one after the other, from `at` on.
    pub(super) fn text_ends(&self) -> TokenStream {
        self.each(|i, part| {
            if !part.has_tail(self.door) {
                return quote!();
            }
            let (wire, slot) = (part.wire(self.door), self.slot(i));
            let text_end = self.door.of_wire(part.ty(), &wire, "text_end");
            quote!(let at = #text_end(block, #slot, tails, at);)
        })
    }

    /// Makes `block` a block of the length that this schema gives it, from the one at `at`:
    /// a longer one is cut, a shorter one extended with zeros.
    pub(super) fn own_block(&self, at: &TokenStream) -> TokenStream {
        let (v1, layout) = (self.door.alias(), &self.layout);
        quote!(#v1::own_block!(block, #layout, #at);)
    }

    /// The same for writing, where the block is there.
    pub(super) fn own_block_mut(&self, at: &TokenStream) -> TokenStream {
        let (v1, layout) = (self.door.alias(), &self.layout);
        quote!(#v1::own_block_mut!(block, #layout, #at);)
    }

    /// Refuses flag bits that no field has, when reading exactly.
    pub(super) fn unknown_bits(&self) -> Option<TokenStream> {
        let (v1, layout) = (self.door.alias(), &self.layout);
        let any = self.parts.iter().any(|part| part.has_bits(self.door));
        any.then(|| quote!(#v1::unknown_bits(tail.exact() && #layout.has_spare_bits(block))?;))
    }

    /// Refuses flag bits that no field has, where nothing newer could give them a meaning.
    pub(super) fn padding_bits(&self) -> Option<TokenStream> {
        let (v1, layout) = (self.door.alias(), &self.layout);
        let any = self.parts.iter().any(|part| part.has_bits(self.door));
        any.then(|| quote!(#v1::padding_bits(#layout.has_spare_bits(block))?;))
    }

    /// Whether going through the fields looks at `block` and `tail` at all.
    pub(super) fn is_checked(&self) -> bool {
        let any = |part: &Part<'_>| part.is_checked(self.door) || part.has_bits(self.door);
        self.parts.iter().any(any)
    }
}

impl Door<'_> {
    /// `function(arguments)`, all of it where the type of `field` was written if that is what is
    /// asked: of the whole of a call rustc says again what is wrong with the type.
    fn at(&self, field: &Field, function: &TokenStream, arguments: &TokenStream) -> TokenStream {
        if self.types || field.varint || field.default.is_some() {
            return quote!(#function(#arguments));
        }
        quote_spanned!(self.place(&field.ty)=> #function(#arguments))
    }

    /// The module that converts between a type of the application and that of the schema.
    pub(super) fn module(&self, field: &Field) -> Option<TokenStream> {
        field.rust.with.as_ref().map(|(module, _)| rust_text(module))
    }
}

/// A statement in a block of its own where something must be said before.
fn scoped(before: &TokenStream, statement: &TokenStream) -> TokenStream {
    if before.is_empty() { statement.clone() } else { quote!({ #before #statement }) }
}
