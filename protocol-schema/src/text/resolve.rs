//! From types as written to the types of the IR.
//!
//! Names that are not built in become [`TypeKind::Named`] as they are written, paths too; what
//! they mean is said by the imports (`scope`), and whether they exist is a rule and lives in
//! [`check`](crate::check).

use std::collections::BTreeSet;

use crate::check::codes;
use crate::check::vocabulary::{GENERIC, built_in};
use crate::diag::Diagnostic;
use crate::ir::{ArrayLen, Bound, ExternId, Name, Reply, Schema, Type, TypeKind, ValueKind};
use crate::span::Span;

use super::cursor::Cursor;
use super::lexer::NAME_BYTES_MAX;
use super::tree::{Length, Path, TypeTree, TypeTreeKind};
use super::walk::{Part, parts};

/// Stands for a type that was reported: no rule looks into it, so one mistake stays one.
pub(super) const REPORTED: TypeKind = TypeKind::Extern(UNKNOWABLE);

/// Stands for what nobody can look up.
pub(super) const UNKNOWABLE: ExternId = ExternId(u32::MAX);

/// The types a schema may name: fields, payloads, consts and arguments of other types.
pub(super) fn lower(cursor: &mut Cursor<'_>, tree: TypeTree) -> Type {
    let span = tree.span;
    let kind = match tree.kind {
        TypeTreeKind::Path { path, parameters } if parameters.is_empty() => name(&path),
        TypeTreeKind::Path { path, parameters } => generic(cursor, &path, parameters, span),
        TypeTreeKind::Array { element, length } => array(cursor, *element, length),
        TypeTreeKind::Tuple(elements) if elements.is_empty() => TypeKind::Unit,
        TypeTreeKind::Tuple(elements) => {
            TypeKind::Tuple(elements.into_iter().map(|tree| lower(cursor, tree)).collect())
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
        | TypeTreeKind::Tuple(_)
        | TypeTreeKind::Reported) => {
            Reply { ok: lower(cursor, TypeTree { kind, span }), err: None }
        }
    }
}

fn name(path: &Path) -> TypeKind {
    let mut names = path.before.iter().chain([&path.last]);
    if names.any(|name| !name.text.is_ascii() || name.text.len() >= NAME_BYTES_MAX) {
        // The lexer reported it, and nothing it could mean is nearer than that.
        return REPORTED;
    }
    let built_in = path.single().and_then(|name| built_in(&name.text));
    built_in.unwrap_or_else(|| TypeKind::Named(path.text()))
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
    let Some((_, count)) = GENERIC.iter().find(|(name, _)| *name == text) else {
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
    let mut parameters = parameters.into_iter().map(|tree| Box::new(lower(cursor, tree)));
    let (Some(first), second) = (parameters.next(), parameters.next()) else {
        return REPORTED;
    };
    match (text.as_str(), second) {
        ("Vec", _) => TypeKind::Vec(first),
        ("Option", _) => TypeKind::Option(first),
        ("Set", _) => TypeKind::Set(first),
        ("Secret", _) => TypeKind::Secret(first),
        ("Stream", _) => TypeKind::Stream(first),
        ("Map", Some(value)) => TypeKind::Map(first, value),
        _ => REPORTED,
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
        Length::Path(path) => {
            let name = Name::new(path.text(), path.span);
            TypeKind::Array(element, ArrayLen::Const(name))
        }
    }
}

/// Hides types and values whose declarations were reported already, so that no use of them is.
pub(super) fn hide(schema: &mut Schema, reported: &BTreeSet<String>) {
    if reported.is_empty() {
        return;
    }
    let declared: BTreeSet<String> =
        schema.items.iter().map(|item| item.name().text.clone()).collect();
    let hidden = |name: &str| {
        let first = name.split("::").next().unwrap_or(name);
        reported.contains(first) && !declared.contains(first)
    };
    let first = |names: &[Name]| names.first().is_some_and(|name| hidden(&name.text));
    parts(&mut schema.items, &mut |part| match part {
        Part::Type(ty) => {
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
        }
        Part::Bound(bound) => {
            if let Bound::Const(names) = bound
                && first(names)
            {
                *bound = Bound::Extern(UNKNOWABLE);
            }
        }
        Part::Value(value) => {
            if let ValueKind::Path(names) = &value.kind
                && first(names)
            {
                value.kind = ValueKind::Extern(UNKNOWABLE);
            }
        }
    });
}
