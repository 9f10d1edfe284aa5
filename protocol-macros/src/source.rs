//! What stands behind the handles of the model: compiler spans, the user's types and expressions,
//! and what was found wrong while reading. Never judges anything itself.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use protocol_schema::diag::{Code, Diagnostic, Diagnostics};
use protocol_schema::ir::{ExternId, Name, Type, TypeKind, Value, ValueKind};
use protocol_schema::span::Span as Handle;
use quote::ToTokens;
use syn::ext::IdentExt as _;

/// The tables from handles to tokens.
#[derive(Default)]
pub(crate) struct Tables {
    /// First and last token of each place.
    spans: Vec<(Span, Span)>,
    /// Types and expressions, as the user wrote them.
    external: Vec<TokenStream>,
    /// `Stream<T>` wherever it was written: no emitted code says it the user's way.
    streams: Vec<TokenStream>,
}

impl Tables {
    /// The first and the last token of a place; the macro call itself for a place nobody wrote.
    pub(crate) fn range(&self, at: Handle) -> (Span, Span) {
        let index = usize::try_from(at.0).unwrap_or(usize::MAX);
        self.spans.get(index).copied().unwrap_or_else(|| (Span::call_site(), Span::call_site()))
    }

    /// The type or the expression as the user wrote it.
    pub(crate) fn external(&self, id: ExternId) -> TokenStream {
        let index = usize::try_from(id.0).unwrap_or(usize::MAX);
        self.external.get(index).cloned().unwrap_or_default()
    }
}

impl Tables {
    /// Names every stream as the user did, so that it has to mean something, and so that rustc
    /// counts what it was imported by as used.
    pub(crate) fn streams(&self) -> Option<TokenStream> {
        let streams = &self.streams;
        (!streams.is_empty()).then(|| {
            quote::quote! {
                const _: ::core::option::Option<(#(#streams,)*)> = ::core::option::Option::None;
            }
        })
    }
}

/// The tables while they are being filled, with the mistakes found on the way.
pub(crate) struct Source {
    tables: Tables,
    /// What `Self` stands for.
    this: Ident,
    /// What is wrong so far.
    pub(crate) found: Diagnostics,
    incomplete: bool,
}

impl Source {
    /// Nothing read yet of the item called `this`.
    pub(crate) fn new(this: Ident) -> Self {
        Self { tables: Tables::default(), this, found: Diagnostics::new(), incomplete: false }
    }

    /// A handle for the place of some tokens.
    pub(crate) fn at(&mut self, tokens: &dyn ToTokens) -> Handle {
        let mut tokens = tokens.to_token_stream().into_iter();
        let Some(first) = tokens.next() else {
            return Handle::NONE;
        };
        let last = tokens.last().map_or_else(|| first.span(), |token| token.span());
        self.keep(first.span(), last)
    }

    /// A handle for one span.
    pub(crate) fn spot(&mut self, span: Span) -> Handle {
        self.keep(span, span)
    }

    /// A name without `r#`, and its place.
    pub(crate) fn name(&mut self, ident: &Ident) -> Name {
        Name::new(ident.unraw().to_string(), self.spot(ident.span()))
    }

    /// A type only the compiler can resolve.
    pub(crate) fn external(&mut self, ty: &syn::Type) -> Type {
        Type { kind: TypeKind::Extern(self.entry(ty)), span: self.at(ty) }
    }

    /// An expression only the compiler can compute.
    pub(crate) fn expression(&mut self, expression: &syn::Expr) -> ExternId {
        self.entry(expression)
    }

    /// An expression where a value stands.
    pub(crate) fn value(&mut self, expression: &syn::Expr) -> Value {
        Value { kind: ValueKind::Extern(self.entry(expression)), span: self.at(expression) }
    }

    /// A stream, as the user wrote it.
    pub(crate) fn stream(&mut self, ty: &syn::Type) {
        let written = self.written(ty);
        self.tables.streams.push(written);
    }

    /// What was written, with `Self` named: the emitted code may stand where that is something
    /// else.
    pub(crate) fn written(&self, tokens: &dyn ToTokens) -> TokenStream {
        named_self(tokens.to_token_stream(), &self.this)
    }

    fn entry(&mut self, tokens: &dyn ToTokens) -> ExternId {
        let id = ExternId(u32::try_from(self.tables.external.len()).unwrap_or(u32::MAX));
        let tokens = self.written(tokens);
        self.tables.external.push(tokens);
        id
    }

    /// Adds a diagnostic that says all there is to say.
    pub(crate) fn error(&mut self, code: Code, at: Handle, message: impl Into<String>) {
        self.found.push(Diagnostic::error(code, at, message));
    }

    /// Something could not be read, so the model lacks a part: rules on the whole item would
    /// find mistakes that are not there.
    pub(crate) fn lacks_a_part(&mut self) {
        self.incomplete = true;
    }

    /// Whether rules on the whole item can be trusted.
    pub(crate) fn is_complete(&self) -> bool {
        !self.incomplete
    }

    /// Hands over the tables and what was found.
    pub(crate) fn finish(self) -> (Tables, Vec<Diagnostic>) {
        (self.tables, self.found.finish())
    }

    fn keep(&mut self, first: Span, last: Span) -> Handle {
        let handle = Handle(u32::try_from(self.tables.spans.len()).unwrap_or(u32::MAX));
        self.tables.spans.push((first, last));
        handle
    }
}

fn named_self(tokens: TokenStream, this: &Ident) -> TokenStream {
    tokens
        .into_iter()
        .map(|token| match token {
            TokenTree::Ident(ident) if ident == "Self" => {
                let mut named = this.clone();
                named.set_span(ident.span());
                TokenTree::Ident(named)
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), named_self(group.stream(), this));
                inner.set_span(group.span());
                TokenTree::Group(inner)
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => token,
        })
        .collect()
}
