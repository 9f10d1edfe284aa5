//! A Rust item to the model: every rule about what Rust can say and the model cannot.
//!
//! Plain tokens in, so it is tested without the compiler. A field's type is never looked at,
//! whatever it is called: only the compiler knows what a name stands for.

mod choice;
mod protocol;
#[cfg(test)]
mod tests;

use proc_macro2::{TokenStream, TokenTree};
use protocol_schema::diag::Diagnostic;
use protocol_schema::ir::{Docs, Field, Item, Number, Payload, Struct, Type, TypeKind};

pub(crate) use self::protocol::protocol;
use crate::attr::{Attributes, Place};
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
    let fields = match fields {
        syn::Fields::Named(fields) => named(source, &fields.named),
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
fn representation(attributes: &[syn::Attribute]) -> Vec<proc_macro2::Ident> {
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

/// What a variant or a message carries.
fn payload(source: &mut Source, variant: &syn::Variant) -> Payload {
    match &variant.fields {
        syn::Fields::Unit => Payload::Unit,
        syn::Fields::Named(fields) => Payload::Fields(named(source, &fields.named)),
        syn::Fields::Unnamed(fields) => {
            for field in &fields.unnamed {
                Attributes::of(source, &field.attrs, Place::Unnamed);
                configured(source, &field.attrs);
            }
            match (fields.unnamed.first(), fields.unnamed.len()) {
                (Some(only), 1) => Payload::Tuple(value(source, &only.ty)),
                (_, count) => {
                    variant_shape(source, variant, count);
                    Payload::Unit
                }
            }
        }
    }
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

fn named(source: &mut Source, fields: &List<syn::Field>) -> Vec<Field> {
    fields.iter().filter_map(|field| self::field(source, field)).collect()
}

fn field(source: &mut Source, field: &syn::Field) -> Option<Field> {
    let said = Attributes::of(source, &field.attrs, Place::Field);
    configured(source, &field.attrs);
    Some(Field {
        docs: docs(&field.attrs),
        number: said.id.unwrap_or(Number::UNWRITTEN),
        name: source.name(field.ident.as_ref()?),
        ty: value(source, &field.ty),
    })
}

/// A type where a value stands. `()` and `Stream<…>` are read by how they are written.
fn value(source: &mut Source, ty: &syn::Type) -> Type {
    let bare = bare(ty);
    if let syn::Type::Tuple(tuple) = bare
        && tuple.elems.is_empty()
    {
        return Type { kind: TypeKind::Unit, span: source.at(ty) };
    }
    if let Some(last) = last_segment(bare)
        && last.ident == "Stream"
        && matches!(last.arguments, syn::PathArguments::AngleBracketed(_))
    {
        let at = source.at(ty);
        source.error(rules::NOT_SUPPORTED_YET, at, "streams are not supported yet");
    }
    source.external(ty)
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
