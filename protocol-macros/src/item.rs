//! A Rust item to the model: every rule about what Rust can say and the model cannot.
//!
//! Plain tokens in, so it is tested without the compiler. A field's type is never looked at,
//! whatever it is called: only the compiler knows what a name stands for. `Stream<…>` and
//! `Result<…>` are the exceptions, which are no types of values but parts of a signature.

mod choice;
mod protocol;
#[cfg(test)]
mod tests;

use proc_macro2::{TokenStream, TokenTree};
use protocol_schema::diag::Diagnostic;
use protocol_schema::ir::{Docs, Field, Item, Number, Payload, RustType, Struct, Type, TypeKind};
use protocol_schema::span::Span as Handle;
use quote::ToTokens as _;

pub(crate) use self::protocol::protocol;
use crate::attr::{Attributes, Place, Removed};
use crate::rules;
use crate::source::Source;

/// An item as it was read.
pub(crate) struct Read {
    pub(crate) item: Item,
    /// `acme::chat`, or empty.
    pub(crate) package: String,
    /// Where the facade is, if somebody said so.
    pub(crate) facade: Option<syn::Path>,
}

/// Reads the item below `#[derive(Wire)]`; `None` if nothing can be made of it.
pub(crate) fn wire(source: &mut Source, input: &syn::DeriveInput) -> Option<Read> {
    generics(source, &input.generics);
    match &input.data {
        syn::Data::Struct(data) => Some(structure(source, input, &data.fields)),
        syn::Data::Enum(data) => choice::choice(source, input, data),
        syn::Data::Union(data) => {
            let at = source.at(&data.union_token);
            let wrong = Diagnostic::error(rules::RUST_UNION, at, "a Rust `union` cannot be sent");
            source.found.push(wrong.note("it does not know which of its fields it holds").fix(
                "use an enum, which is a tagged union",
                at,
                "enum",
            ));
            None
        }
    }
}

fn structure(source: &mut Source, input: &syn::DeriveInput, fields: &syn::Fields) -> Read {
    let said = Attributes::of(source, &input.attrs, Place::Struct);
    plain(source, &said, &input.attrs);
    let meta = said.meta();
    let fields = match fields {
        syn::Fields::Named(fields) => named(source, &fields.named, said.removed_fields),
        syn::Fields::Unnamed(fields) => {
            let at = source.at(fields);
            let wrong =
                Diagnostic::error(rules::UNNAMED_FIELDS, at, "a tuple struct has no field names");
            source.found.push(
                wrong.note("a field's name is shown in schemas, logs and other languages").fix(
                    "name its fields",
                    at,
                    format!("struct {} {{ value: … }}", input.ident),
                ),
            );
            source.lacks_a_part();
            vec![]
        }
        syn::Fields::Unit => {
            let at = source.at(&input.ident);
            let wrong = Diagnostic::error(
                rules::UNNAMED_FIELDS,
                at,
                "a unit struct has no fields to add to",
            );
            let braces = format!("struct {} {{}}", input.ident);
            source.found.push(wrong.fix("give it braces, so that it can grow", at, braces));
            source.lacks_a_part();
            vec![]
        }
    };
    let item = Struct {
        docs: docs(&input.attrs),
        name: source.name(&input.ident),
        fixed: said.fixed.is_some(),
        plain: said.plain.is_some(),
        fields,
        derives: vec![],
        meta,
    };
    Read { item: Item::Struct(item), package: String::new(), facade: said.facade }
}

/// ```text
/// #[np(fixed, plain)] struct Point { x: f32 }            // not repr(C)
/// ```
fn plain(source: &mut Source, said: &Attributes, attributes: &[syn::Attribute]) {
    let Some(at) = said.plain else { return };
    if !representation(attributes).iter().any(|ident| ident == "C") {
        let wrong = Diagnostic::error(rules::PLAIN_REPR, at, "a plain struct must be `#[repr(C)]`");
        source.found.push(wrong.note("otherwise the compiler orders its fields as it likes").fix(
            "write `#[repr(C)]` above it",
            at,
            "#[repr(C)]",
        ));
    }
}

/// The words of every `#[repr(…)]`.
pub(crate) fn representation(attributes: &[syn::Attribute]) -> Vec<proc_macro2::Ident> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("repr"))
        .filter_map(|attribute| attribute.meta.require_list().ok())
        .flat_map(|list| list.tokens.clone())
        .filter_map(|token| match token {
            TokenTree::Ident(ident) => Some(ident),
            TokenTree::Group(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => None,
        })
        .collect()
}

/// ```text
/// struct Pair<T> { a: T }      struct Name<'a> { text: &'a str }      struct S where u8: Copy { … }
/// ```
fn generics(source: &mut Source, generics: &syn::Generics) {
    if !generics.params.is_empty() {
        let at = source.at(&generics.params);
        let borrows = generics.lifetimes().next().is_some();
        let message = match borrows {
            true => "a wire type borrows nothing, so it has no lifetimes",
            false => "a wire type has no generic parameters",
        };
        let help = match borrows {
            true => "own the data: `String`, `Bytes`, `Vec<T>`",
            false => "write the type that is sent, or one item for each",
        };
        let wrong = Diagnostic::error(rules::GENERICS, at, message);
        source
            .found
            .push(wrong.note("both peers must agree on one layout by its name").fix(help, at, ""));
    } else if let Some(clause) = &generics.where_clause {
        let at = source.at(clause);
        let wrong = Diagnostic::error(rules::GENERICS, at, "a wire type has no `where` clause");
        source.found.push(wrong.fix("remove it", at, ""));
    }
}

type List<T> = syn::punctuated::Punctuated<T, syn::Token![,]>;

/// What a variant or a message carries; `removed` stands on it.
fn payload(source: &mut Source, variant: &syn::Variant, removed: Vec<Removed>) -> Payload {
    let named = matches!(variant.fields, syn::Fields::Named(_));
    if let Some(first) = removed.first()
        && !named
    {
        let message = format!("`{}` has no named fields, so none can be removed", variant.ident);
        source.error(rules::MISPLACED_ATTRIBUTE, first.name.span, message);
    }
    match &variant.fields {
        syn::Fields::Unit => Payload::Unit,
        syn::Fields::Named(fields) => Payload::Fields(self::named(source, &fields.named, removed)),
        syn::Fields::Unnamed(fields) => {
            let mut values: Vec<Field> =
                fields.unnamed.iter().map(|field| unnamed(source, field)).collect();
            match (values.pop(), values.len()) {
                (Some(only), 0) => Payload::Tuple(Box::new(only)),
                (last, others) => {
                    variant_shape(source, variant, others + usize::from(last.is_some()));
                    Payload::Unit
                }
            }
        }
    }
}

fn unnamed(source: &mut Source, field: &syn::Field) -> Field {
    let said = Attributes::of(source, &field.attrs, Place::Unnamed);
    configured(source, &field.attrs);
    let value = value(source, &field.ty);
    described(source, Field::unnamed(value), &said, &field.ty)
}

/// ```text
/// enum Shape { Box(Point, Point), Nothing() }
/// ```
fn variant_shape(source: &mut Source, variant: &syn::Variant, count: usize) {
    let at = source.at(&variant.fields);
    let name = &variant.ident;
    let wrong = match count {
        0 => {
            let message = format!("`{name}` carries an empty list of values");
            let wrong = Diagnostic::error(rules::VARIANT_SHAPE, at, message);
            wrong.fix(format!("write `{name}` if it carries nothing"), at, "")
        }
        count => {
            let message = format!("`{name}` carries {count} values without names");
            let wrong = Diagnostic::error(rules::VARIANT_SHAPE, at, message);
            wrong.fix(format!("name them: `{name} {{ first: …, second: … }}`"), at, "")
        }
    };
    source.found.push(wrong);
    source.lacks_a_part();
}

fn named(source: &mut Source, fields: &List<syn::Field>, removed: Vec<Removed>) -> Vec<Field> {
    let mut all: Vec<Field> =
        fields.iter().filter_map(|field| self::field(source, field)).collect();
    let gone: Vec<Number> = removed.iter().map(|field| field.number).collect();
    count_on(0, &gone, all.iter_mut().map(|field| (&mut field.number, field.name.span)));
    all.extend(removed);
    all
}

/// Numbers entries of which none has a number by position, past those that are removed. Without
/// any of these that is left to the shared rules.
fn count_on<'e>(
    first: u32,
    removed: &[Number],
    entries: impl Iterator<Item = (&'e mut Number, Handle)>,
) {
    let mut entries: Vec<_> = entries.collect();
    if removed.is_empty() || entries.iter().any(|(number, _)| number.written.is_some()) {
        return;
    }
    let mut free = (first..).filter(|next| removed.iter().all(|gone| gone.value != *next));
    for ((number, at), value) in entries.iter_mut().zip(&mut free) {
        **number = Number { value, written: Some(*at) };
    }
}

fn field(source: &mut Source, field: &syn::Field) -> Option<Field> {
    let said = Attributes::of(source, &field.attrs, Place::Field);
    configured(source, &field.attrs);
    let number = said.id.unwrap_or(Number::UNWRITTEN);
    let name = said.named(source, field.ident.as_ref()?);
    let ty = value(source, &field.ty);
    let read = Field { docs: docs(&field.attrs), ..Field::new(number, name, ty) };
    Some(described(source, read, &said, &field.ty))
}

/// A field with what its attributes say; `ty` is what it is in Rust.
fn described(source: &mut Source, field: Field, said: &Attributes, ty: &syn::Type) -> Field {
    let mut field = field;
    field.default = said.default.as_ref().map(|value| source.value(value));
    field.varint = said.varint.is_some();
    field.max.clone_from(&said.max);
    field.meta = said.meta();
    match (&said.with, &said.wire) {
        (Some(with), Some(wire)) => {
            let text = |tokens: TokenStream| Some((tokens.to_string(), field.ty.span));
            field.rust =
                RustType { ty: text(source.written(ty)), with: text(source.written(with)) };
            field.ty = source.external(wire);
        }
        (Some(with), None) => {
            half(source, &with.to_token_stream(), "with", "wire = T", "what it is on the wire");
        }
        (None, Some(wire)) => {
            let tokens = wire.to_token_stream();
            half(source, &tokens, "wire", "with = module", "how the two become each other");
        }
        (None, None) => {}
    }
    field
}

/// ```text
/// struct Peer { #[np(with = crate::ip)] ip: IpAddr }                 // and what goes on the wire?
/// ```
fn half(source: &mut Source, written: &TokenStream, has: &str, lacks: &str, why: &str) {
    let at = source.at(written);
    let message = format!("`{has}` stands alone: it does not say {why}");
    let wrong = Diagnostic::error(rules::HALF_A_CONVERSION, at, message);
    source.found.push(
        wrong
            .note("the module has `to_wire(&Rust) -> T` and `from_wire(T) -> Result<Rust, E>`")
            .fix(format!("add `{lacks}`"), at, ""),
    );
}

/// A type where a value stands. `()` and `Stream<…>` are read by how they are written.
fn value(source: &mut Source, ty: &syn::Type) -> Type {
    if let Some(items) = stream(ty) {
        source.stream(ty);
        let items = source.external(items);
        return Type { kind: TypeKind::Stream(Box::new(items)), span: source.at(ty) };
    }
    if let syn::Type::Tuple(tuple) = bare(ty)
        && tuple.elems.is_empty()
    {
        return Type { kind: TypeKind::Unit, span: source.at(ty) };
    }
    source.external(ty)
}

/// What flows in a `Stream<T>`, which is known by its name: it is stripped from the enum before
/// there is a compiler to ask.
pub(crate) fn stream(ty: &syn::Type) -> Option<&syn::Type> {
    let last = last_segment(bare(ty)).filter(|last| last.ident == "Stream")?;
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match (arguments.args.first(), arguments.args.len()) {
        (Some(syn::GenericArgument::Type(items)), 1) => Some(items),
        _ => None,
    }
}

/// The type without parentheses, and without the invisible ones that `macro_rules!` leaves.
fn bare(ty: &syn::Type) -> &syn::Type {
    let mut ty = ty;
    loop {
        if let syn::Type::Group(group) = ty {
            ty = &group.elem;
        } else if let syn::Type::Paren(paren) = ty {
            ty = &paren.elem;
        } else {
            return ty;
        }
    }
}

fn last_segment(ty: &syn::Type) -> Option<&syn::PathSegment> {
    let syn::Type::Path(path) = ty else {
        return None;
    };
    path.path.segments.last().filter(|_| path.qself.is_none())
}

/// ```text
/// enum Chat { #[cfg(feature = "files")] Upload { … } }
/// ```
fn configured(source: &mut Source, attributes: &[syn::Attribute]) {
    for attribute in attributes {
        let path = attribute.path();
        let conditional = path.is_ident("cfg")
            || (path.is_ident("cfg_attr")
                && attribute.meta.require_list().is_ok_and(|list| mentions_np(&list.tokens)));
        if conditional {
            let at = source.at(attribute);
            let wrong = Diagnostic::error(
                rules::CONFIGURED,
                at,
                "what goes on the wire cannot depend on `cfg`",
            );
            source.found.push(
                wrong
                    .note("two peers built with other features would disagree without noticing")
                    .fix(
                        "keep the declaration, and refuse what is not built in when it is used",
                        at,
                        "",
                    ),
            );
        }
    }
}

/// Whether a `cfg_attr` of these tokens gives one of our attributes.
pub(crate) fn mentions_np(tokens: &TokenStream) -> bool {
    tokens
        .clone()
        .into_iter()
        .any(|token| matches!(token, TokenTree::Ident(ident) if ident == "np"))
}

/// The lines of documentation; `#[doc(hidden)]` and computed texts are not read.
fn docs(attributes: &[syn::Attribute]) -> Docs {
    let mut lines = vec![];
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        if let syn::Meta::NameValue(pair) = &attribute.meta
            && let syn::Expr::Lit(literal) = &pair.value
            && let syn::Lit::Str(text) = &literal.lit
        {
            for line in text.value().split('\n') {
                lines.push(line.strip_prefix(' ').unwrap_or(line).to_owned());
            }
        }
    }
    Docs(lines)
}
