//! From types as written to the types of the IR: built-in names, and what is not compiled yet.
//!
//! Names of a schema's own items become [`TypeKind::Named`]; whether they exist is a rule and
//! lives in [`check`](crate::check).

use std::collections::BTreeSet;

use crate::check::codes;
use crate::check::vocabulary::{GENERIC, built_in};
use crate::diag::Diagnostic;
use crate::ir::{ArrayLen, ExternId, Field, Item, Payload, Reply, Schema, Type, TypeKind};
use crate::span::Span;

use super::cursor::Cursor;
use super::lexer::NAME_BYTES_MAX;
use super::tree::{Length, Path, TypeTree, TypeTreeKind};

/// Stands for a type that was reported: no rule looks into it, so one mistake stays one.
const REPORTED: TypeKind = TypeKind::Extern(ExternId(u32::MAX));

/// The types a schema may name: fields, payloads, consts and arguments of other types.
pub(super) fn lower(cursor: &mut Cursor<'_>, tree: TypeTree) -> Type {
    let span = tree.span;
    let kind = match tree.kind {
        TypeTreeKind::Path { path, parameters } if parameters.is_empty() => {
            name(cursor, &path, span)
        }
        TypeTreeKind::Path { path, parameters } => generic(cursor, &path, parameters, span),
        TypeTreeKind::Array { element, length } => array(cursor, *element, length),
        TypeTreeKind::Tuple { elements: 0 } => TypeKind::Unit,
        TypeTreeKind::Tuple { .. } => {
            cursor.unsupported(span, "tuples are");
            REPORTED
        }
        TypeTreeKind::Reported => REPORTED,
    };
    Type { kind, span }
}

/// A reply, where `Result` is at home.
pub(super) fn lower_reply(cursor: &mut Cursor<'_>, tree: TypeTree) -> Reply {
    let result = matches!(&tree.kind, TypeTreeKind::Path { path, parameters }
        if parameters.len() == 2 && path.single().is_some_and(|name| name.text == "Result"));
    let span = tree.span;
    match tree.kind {
        TypeTreeKind::Path { parameters, .. } if result => {
            let mut parameters = parameters.into_iter().map(|tree| lower(cursor, tree));
            let ok = parameters.next().unwrap_or(Type { kind: REPORTED, span });
            Reply { ok, err: parameters.next() }
        }
        kind @ (TypeTreeKind::Path { .. }
        | TypeTreeKind::Array { .. }
        | TypeTreeKind::Tuple { .. }
        | TypeTreeKind::Reported) => {
            Reply { ok: lower(cursor, TypeTree { kind, span }), err: None }
        }
    }
}

fn name(cursor: &mut Cursor<'_>, path: &Path, span: Span) -> TypeKind {
    let Some(name) = path.single() else {
        let standard = path.before.first().is_some_and(|first| first.text == "std");
        let what = if standard {
            format!("`{}` is", path.text())
        } else {
            format!("`{}` is of another package, and imports are", path.text())
        };
        cursor.unsupported(span, &what);
        return REPORTED;
    };
    if !name.text.is_ascii() || name.text.len() >= NAME_BYTES_MAX {
        // The lexer reported it, and nothing it could mean is nearer than that.
        return REPORTED;
    }
    built_in(&name.text).unwrap_or_else(|| TypeKind::Named(name.text.clone()))
}

/// A name before `<…>` is a built-in one: items of a schema have no parameters. That is why a
/// schema may well declare a `Result` or an `Option` of its own.
fn generic(
    cursor: &mut Cursor<'_>,
    path: &Path,
    parameters: Vec<TypeTree>,
    span: Span,
) -> TypeKind {
    let text = path.text();
    let Some((_, count, compiled)) = GENERIC.iter().find(|(name, ..)| *name == text) else {
        let diagnostic =
            Diagnostic::error(codes::TYPE_PARAMETERS, span, format!("`{text}` has no parameters"));
        let instead = match text.as_str() {
            "Box" | "Arc" | "Rc" => cursor.span_text(parameters.first().map_or(span, |p| p.span)),
            "HashMap" | "BTreeMap" => "Map<K, V>",
            "HashSet" | "BTreeSet" => "Set<T>",
            "Array" | "List" => "Vec<T>",
            _ => "",
        };
        cursor.found.push(match instead {
            "" => diagnostic.note("only built-in types have parameters"),
            _ => diagnostic.note(format!("in a schema this is written `{instead}`")),
        });
        return REPORTED;
    };
    if !compiled {
        cursor.unsupported(span, &format!("`{text}` is"));
        return REPORTED;
    }
    if parameters.len() != *count {
        let plural = if *count == 1 { "" } else { "s" };
        let message = format!("`{text}` takes {count} parameter{plural}, not {}", parameters.len());
        cursor.error(codes::TYPE_PARAMETERS, span, message);
        return REPORTED;
    }
    if text == "Result" {
        cursor.found.push(
            Diagnostic::error(
                codes::MISPLACED_RESULT,
                span,
                "`Result` is only the whole of a reply",
            )
            .note("a message says `-> Result<T, E>`; elsewhere, an enum says what there is"),
        );
        return REPORTED;
    }
    let Some(inner) = parameters.into_iter().next().map(|tree| lower(cursor, tree)) else {
        return REPORTED;
    };
    match text.as_str() {
        "Vec" => TypeKind::Vec(Box::new(inner)),
        _ => TypeKind::Option(Box::new(inner)),
    }
}

fn array(cursor: &mut Cursor<'_>, element: TypeTree, length: Length) -> TypeKind {
    let element = Box::new(lower(cursor, element));
    match length {
        Length::Number(value, span) => match u32::try_from(value) {
            Ok(value) => TypeKind::Array(element, ArrayLen::Literal(value)),
            Err(_) => {
                let message = format!("an array of {value} elements is too large");
                cursor.error(codes::ARRAY_LENGTH, span, message);
                REPORTED
            }
        },
        Length::Path(path) => match path.single() {
            Some(name) => TypeKind::Array(element, ArrayLen::Const(name.clone())),
            None => {
                let what = format!("`{}` is of another package, and imports are", path.text());
                cursor.unsupported(path.span, &what);
                REPORTED
            }
        },
    }
}

/// Hides types whose declarations were reported already, so that no use of them is.
pub(super) fn hide(schema: &mut Schema, reported: &BTreeSet<String>) {
    if reported.is_empty() {
        return;
    }
    let declared: BTreeSet<String> =
        schema.items.iter().map(|item| item.name().text.clone()).collect();
    let hidden = |name: &str| reported.contains(name) && !declared.contains(name);
    for_each_type(schema, &mut |ty| {
        let hide = if let TypeKind::Named(name) = &ty.kind {
            hidden(name)
        } else if let TypeKind::Array(_, ArrayLen::Const(name)) = &ty.kind {
            hidden(&name.text)
        } else {
            false
        };
        if hide {
            ty.kind = REPORTED;
        }
    });
}

fn for_each_type(schema: &mut Schema, act: &mut dyn FnMut(&mut Type)) {
    for item in &mut schema.items {
        match item {
            Item::Const(_) | Item::Scalar(_) | Item::Flags(_) => {}
            Item::Alias(item) => each(&mut item.ty, act),
            Item::Struct(item) => fields(&mut item.fields, act),
            Item::Union(item) => {
                item.variants.iter_mut().for_each(|variant| payload(&mut variant.payload, act));
            }
            Item::Protocol(item) => {
                for message in &mut item.messages {
                    payload(&mut message.payload, act);
                    if let Some(reply) = &mut message.reply {
                        each(&mut reply.ok, act);
                        reply.err.iter_mut().for_each(|ty| each(ty, act));
                    }
                }
            }
        }
    }
}

fn payload(payload: &mut Payload, act: &mut dyn FnMut(&mut Type)) {
    match payload {
        Payload::Unit => {}
        Payload::Tuple(field) => each(&mut field.ty, act),
        Payload::Fields(list) => fields(list, act),
    }
}

fn fields(list: &mut [Field], act: &mut dyn FnMut(&mut Type)) {
    list.iter_mut().for_each(|field| each(&mut field.ty, act));
}

fn each(ty: &mut Type, act: &mut dyn FnMut(&mut Type)) {
    act(ty);
    if let TypeKind::Vec(inner) | TypeKind::Option(inner) | TypeKind::Array(inner, _) = &mut ty.kind
    {
        each(inner, act);
    }
}
