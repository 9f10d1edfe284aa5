//! `acme::audited(level = 3)`: attributes of somebody else, kept in the model as they stand and
//! understood by nobody here.

use proc_macro2::{Delimiter, Spacing, TokenTree};
use protocol_schema::diag::Diagnostic;
use protocol_schema::ir::{Name, Value, ValueKind, Vendor, VendorArgument, VendorArguments};
use quote::ToTokens as _;

use super::entries;
use crate::rules;
use crate::source::Source;

/// Whether what follows the first word makes it a path.
pub(super) fn is_path(rest: &[TokenTree]) -> bool {
    matches!(rest, [TokenTree::Punct(first), TokenTree::Punct(second), ..]
        if first.as_char() == ':' && first.spacing() == Spacing::Joint && second.as_char() == ':')
}

/// Reads an attribute of a path; says what is wrong with one that is none.
pub(super) fn read(source: &mut Source, entry: &[TokenTree]) -> Option<Vendor> {
    let vendor = attribute(source, entry);
    if vendor.is_none()
        && let Some(first) = entry.first()
    {
        let at = source.spot(first.span());
        let message = "an attribute of another tool is a path, `path(…)` or `path = value`";
        let wrong = Diagnostic::error(rules::ATTRIBUTE_ARGUMENTS, at, message);
        source.found.push(
            wrong.note("its values are numbers, strings, `true`, `false`, paths and lists of them"),
        );
    }
    vendor
}

fn attribute(source: &mut Source, entry: &[TokenTree]) -> Option<Vendor> {
    let (path, rest) = path(source, entry)?;
    let arguments = match rest {
        [] => VendorArguments::None,
        [TokenTree::Punct(equals), value @ ..] if equals.as_char() == '=' => {
            VendorArguments::Value(self::value(source, value)?)
        }
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::Parenthesis => {
            let entries = entries(group.stream());
            let entries = entries.iter().filter(|entry| !entry.is_empty());
            let arguments: Option<_> = entries.map(|entry| argument(source, entry)).collect();
            VendorArguments::List(arguments?)
        }
        _ => return None,
    };
    Some(Vendor { path, arguments })
}

fn argument(source: &mut Source, entry: &[TokenTree]) -> Option<VendorArgument> {
    // A word alone is an attribute, `true` and `false` are values.
    let is_value = matches!(entry, [TokenTree::Ident(word)] if word == "true" || word == "false");
    if !is_value && matches!(entry.first()?, TokenTree::Ident(_)) {
        return attribute(source, entry).map(VendorArgument::Attr);
    }
    value(source, entry).map(VendorArgument::Value)
}

/// The names of a path, and what follows.
fn path<'t>(source: &mut Source, entry: &'t [TokenTree]) -> Option<(Vec<Name>, &'t [TokenTree])> {
    let (TokenTree::Ident(first), mut rest) = entry.split_first()? else {
        return None;
    };
    let mut names = vec![source.name(first)];
    while is_path(rest) {
        let [_, _, TokenTree::Ident(next), behind @ ..] = rest else {
            return None;
        };
        names.push(source.name(next));
        rest = behind;
    }
    Some((names, rest))
}

fn value(source: &mut Source, tokens: &[TokenTree]) -> Option<Value> {
    if let [TokenTree::Group(group)] = tokens
        && group.delimiter() == Delimiter::Bracket
    {
        let entries = entries(group.stream());
        let entries = entries.iter().filter(|entry| !entry.is_empty());
        let values: Option<_> = entries.map(|entry| value(source, entry)).collect();
        return Some(Value { kind: ValueKind::List(values?), span: source.spot(group.span()) });
    }
    let tokens: proc_macro2::TokenStream = tokens.iter().cloned().collect();
    let expression: syn::Expr = syn::parse2(tokens).ok()?;
    literal(source, &expression)
}

/// A value that a schema file can write as well.
fn literal(source: &mut Source, expression: &syn::Expr) -> Option<Value> {
    let span = source.at(expression);
    let kind = if let syn::Expr::Lit(written) = expression {
        of_literal(&written.lit)?
    } else if let syn::Expr::Unary(unary) = expression
        && matches!(unary.op, syn::UnOp::Neg(_))
    {
        negative(&literal(source, &unary.expr)?.kind)?
    } else if let syn::Expr::Path(_) = expression {
        let tokens: Vec<TokenTree> = expression.to_token_stream().into_iter().collect();
        let (names, rest) = path(source, &tokens)?;
        rest.is_empty().then_some(ValueKind::Path(names))?
    } else {
        return None;
    };
    Some(Value { kind, span })
}

fn of_literal(literal: &syn::Lit) -> Option<ValueKind> {
    Some(if let syn::Lit::Int(number) = literal {
        ValueKind::Int { magnitude: number.base10_parse().ok()?, negative: false }
    } else if let syn::Lit::Float(number) = literal {
        ValueKind::Float(number.base10_parse().ok()?)
    } else if let syn::Lit::Str(text) = literal {
        ValueKind::Str(text.value())
    } else if let syn::Lit::ByteStr(bytes) = literal {
        ValueKind::Bytes(bytes.value())
    } else if let syn::Lit::Bool(truth) = literal {
        ValueKind::Bool(truth.value)
    } else {
        return None;
    })
}

fn negative(value: &ValueKind) -> Option<ValueKind> {
    if let ValueKind::Int { magnitude, negative } = value {
        return Some(ValueKind::Int { magnitude: *magnitude, negative: !negative });
    }
    if let ValueKind::Float(number) = value { Some(ValueKind::Float(-number)) } else { None }
}
