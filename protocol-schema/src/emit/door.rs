//! What a door tells the emitter: how its handles read, and what it needs.

use std::collections::BTreeMap;

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};

use crate::ir::{
    ExternId, Field, Item, Message, Meta, Payload, Schema, Type, TypeKind, UnionVariant,
};
use crate::span::Span;

/// One of the two doors, and where emitted code stands.
#[derive(Clone)]
pub struct Door<'a> {
    /// The path of the facade, `::network_protocol` unless it was overridden.
    pub facade: TokenStream,
    /// Whether the types are emitted as well (`.np`), or stand in the source already (Rust).
    pub types: bool,
    /// The visibility of what is emitted.
    pub vis: TokenStream,
    /// From a handle to the compiler's span.
    pub span: &'a dyn Fn(Span) -> proc_macro2::Span,
    /// From a key to the type or expression as the user wrote it.
    pub external: &'a dyn Fn(ExternId) -> TokenStream,
    /// Where the items of other packages stand in Rust, by the package's path.
    pub modules: BTreeMap<String, TokenStream>,
    /// What stands around the items that are emitted; without it no type is [`TypeKind::Named`].
    pub schema: Option<&'a Schema>,
}

impl<'a> Door<'a> {
    /// The door of `.np` files: types are emitted too, and are public.
    #[must_use]
    pub fn text(facade: TokenStream) -> Self {
        Self {
            facade,
            types: true,
            vis: quote!(pub),
            span: &|_| proc_macro2::Span::call_site(),
            // A schema file names no Rust type, so there is none to give back.
            external: &|_| TokenStream::new(),
            modules: BTreeMap::new(),
            schema: None,
        }
    }

    /// The door of Rust items, whose types stand in the source already.
    #[must_use]
    pub fn rust(
        facade: TokenStream,
        vis: TokenStream,
        span: &'a dyn Fn(Span) -> proc_macro2::Span,
        external: &'a dyn Fn(ExternId) -> TokenStream,
    ) -> Self {
        let modules = BTreeMap::new();
        Self { facade, types: false, vis, span, external, modules, schema: None }
    }

    /// The items of other packages stand there, by the package's path; where nothing is said, a
    /// package `acme::common` is the module `crate::acme::common`.
    #[must_use]
    pub fn modules(mut self, modules: BTreeMap<String, TokenStream>) -> Self {
        self.modules = modules;
        self
    }

    /// The path of the module that generated code names.
    pub(super) fn v1(&self) -> TokenStream {
        let facade = &self.facade;
        quote!(#facade::__private::v1)
    }

    /// What that module is called inside `const _: () = { … }`, so that people can read what
    /// stands there.
    pub(super) fn alias(&self) -> TokenStream {
        quote!(_np)
    }

    /// What the trait `Wire` has under that name for the Rust type `wire` of `ty`, all of it at the
    /// place where `ty` was written: what rustc has to say of a type that has no encoding, it then
    /// says once, however often the code asks.
    pub(super) fn of_wire(&self, ty: &Type, wire: &TokenStream, name: &str) -> TokenStream {
        self.of_wire_at(&self.alias(), ty, wire, name)
    }

    /// As [`Self::of_wire`], where the module of generated code is called `v1`.
    pub(super) fn of_wire_at(
        &self,
        v1: &TokenStream,
        ty: &Type,
        wire: &TokenStream,
        name: &str,
    ) -> TokenStream {
        let at = self.place(ty);
        let name = Ident::new(name, at);
        quote_spanned!(at=> <#wire as #v1::Wire>::#name)
    }

    /// Brings the alias into scope.
    pub(super) fn import(&self) -> TokenStream {
        let (v1, alias) = (self.v1(), self.alias());
        quote!(use #v1 as #alias;)
    }

    /// Silences the warnings about what the schema calls deprecated: whoever uses it is told, the
    /// code around its declaration is not.
    pub(super) fn quiet(&self) -> Option<TokenStream> {
        // Of types that stand in Rust nobody knows.
        let noisy = self.schema.is_none_or(has_deprecated);
        noisy.then(|| quote!(#[allow(deprecated)]))
    }

    /// Silences what is said about code that nobody wrote: lints of style, names that the schema
    /// chose, and what it calls deprecated. Whoever uses that is told all the same.
    pub(super) fn silent(&self) -> TokenStream {
        quote!(#[allow(clippy::all, clippy::pedantic, clippy::nursery, deprecated, non_snake_case)])
    }

    /// The item of that name, where the schema is known.
    pub(super) fn item(&self, name: &str) -> Option<&'a Item> {
        self.schema.and_then(|schema| schema.find(name))
    }

    /// What a type is behind aliases and `Secret`; itself where that cannot be known.
    pub(super) fn behind<'t>(&'t self, ty: &'t Type) -> &'t Type {
        let mut ty = ty;
        // As many steps as there can be different aliases: a circle of them is refused before.
        for _ in 0..=self.schema.map_or(0, |schema| schema.items.len() + schema.foreign.len()) {
            if let TypeKind::Secret(inner) = &ty.kind {
                ty = inner;
            } else if let TypeKind::Named(name) = &ty.kind
                && let Some(Item::Alias(alias)) = self.item(name)
            {
                ty = &alias.ty;
            } else {
                return ty;
            }
        }
        ty
    }
}

fn has_deprecated(schema: &Schema) -> bool {
    let foreign = schema.foreign.iter().map(|foreign| &foreign.item);
    schema.items.iter().chain(foreign).any(|item| {
        let is = |meta: &Meta| meta.deprecated.is_some();
        let field = |field: &Field| is(&field.meta);
        let payload = |payload: &Payload| match payload {
            Payload::Unit => false,
            Payload::Tuple(only) => field(only),
            Payload::Fields(fields) => fields.iter().any(field),
        };
        match item {
            Item::Const(item) => is(&item.meta),
            Item::Alias(item) => is(&item.meta),
            Item::Struct(item) => is(&item.meta) || item.fields.iter().any(field),
            Item::Scalar(item) => is(&item.meta) || item.variants.iter().any(|v| is(&v.meta)),
            Item::Flags(item) => is(&item.meta) || item.flags.iter().any(|flag| is(&flag.meta)),
            Item::Union(item) => {
                let variant = |v: &UnionVariant| is(&v.meta) || payload(&v.payload);
                is(&item.meta) || item.variants.iter().any(variant)
            }
            Item::Protocol(item) => {
                let message = |m: &Message| is(&m.meta) || payload(&m.payload);
                is(&item.meta) || item.messages.iter().any(message)
            }
        }
    })
}
