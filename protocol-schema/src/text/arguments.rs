//! The arguments of attributes, each in the form its attribute takes.

use std::collections::BTreeMap;

use crate::check::codes;
use crate::diag::Diagnostic;
use crate::ir::{Bound, Side, Value, ValueKind, Vendor, VendorArgument, VendorArguments};
use crate::span::Span;

use super::attrs::{Meaning, Place};
use super::cursor::Cursor;
use super::tree::{Argument, Arguments, AttrTree, Path, ValueTree, ValueTreeKind};

/// An attribute of another tool, kept as it stands.
pub(super) fn vendor(tree: AttrTree) -> Vendor {
    let arguments = match tree.arguments {
        Arguments::None => VendorArguments::None,
        Arguments::Value(tree) => VendorArguments::Value(value(tree)),
        Arguments::List(list) => {
            VendorArguments::List(list.into_iter().map(vendor_argument).collect())
        }
    };
    Vendor { path: tree.path.into_names(), arguments }
}

fn vendor_argument(argument: Argument) -> VendorArgument {
    match argument {
        Argument::Attr(tree) => VendorArgument::Attr(vendor(tree)),
        Argument::Value(tree) => VendorArgument::Value(value(tree)),
    }
}

/// A value as the model has it.
pub(super) fn value(tree: ValueTree) -> Value {
    let kind = match tree.kind {
        ValueTreeKind::Int { magnitude, negative } => ValueKind::Int { magnitude, negative },
        ValueTreeKind::Float(value) => ValueKind::Float(value),
        ValueTreeKind::Str(value) => ValueKind::Str(value),
        ValueTreeKind::Bool(value) => ValueKind::Bool(value),
        ValueTreeKind::Bytes(value) => ValueKind::Bytes(value),
        ValueTreeKind::Path(path) => ValueKind::Path(path.into_names()),
        ValueTreeKind::List(list) => ValueKind::List(list.into_iter().map(value).collect()),
    };
    Value { kind, span: tree.span }
}

/// `3` or `3, min = 1`. Without `min` every older version is served.
pub(super) fn version(list: &[Argument]) -> Option<(u32, u32)> {
    match list {
        [Argument::Value(version)] => Some((number(version)?, 1)),
        [Argument::Value(version), Argument::Attr(AttrTree { path, arguments, .. })]
            if is(path, "min") =>
        {
            let Arguments::Value(min) = arguments else {
                return None;
            };
            Some((number(version)?, number(min)?))
        }
        _ => None,
    }
}

/// The version of `since(…)`.
pub(super) fn since(list: &[Argument]) -> Option<u32> {
    let [Argument::Value(version)] = list else {
        return None;
    };
    number(version).filter(|version| *version > 0)
}

fn number(value: &ValueTree) -> Option<u32> {
    let ValueTreeKind::Int { magnitude, negative: false } = value.kind else {
        return None;
    };
    u32::try_from(magnitude).ok()
}

/// The end that sends a message.
pub(super) fn side(list: &[Argument]) -> Option<Side> {
    match list {
        [Argument::Attr(AttrTree { path, arguments: Arguments::None, .. })] => {
            if is(path, "server") {
                Some(Side::Server)
            } else {
                is(path, "client").then_some(Side::Client)
            }
        }
        _ => None,
    }
}

/// The only argument, a string.
pub(super) fn text(list: &[Argument]) -> Option<&str> {
    match list {
        [Argument::Value(ValueTree { kind: ValueTreeKind::Str(text), .. })] => Some(text),
        _ => None,
    }
}

/// The limit of a field: a number, or the name of a const.
pub(super) fn bound(list: Vec<Argument>) -> Option<Bound> {
    let [argument] = <[Argument; 1]>::try_from(list).ok()?;
    match argument {
        Argument::Value(tree) => {
            let ValueTreeKind::Int { magnitude, negative: false } = tree.kind else {
                return None;
            };
            // Above every limit; the rule says so at its place.
            Some(Bound::Literal(u64::try_from(magnitude).unwrap_or(u64::MAX), tree.span))
        }
        Argument::Attr(AttrTree { path, arguments: Arguments::None, .. }) => {
            Some(Bound::Const(path.into_names()))
        }
        Argument::Attr(_) => None,
    }
}

/// The milliseconds of `5s`, `250ms`, `2m` or `1h`; at least one.
#[must_use]
pub fn milliseconds(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (count, unit) = text.split_at_checked(digits)?;
    let each = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    count.parse::<u64>().ok()?.checked_mul(each).filter(|all| *all > 0)
}

/// Whether `text` is names with `::` between them.
pub(super) fn is_path(text: &str) -> bool {
    let name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    text.len() <= TEXT_BYTES_MAX && text.split("::").all(name)
}

/// The longest path or Rust type in an attribute, in bytes.
const TEXT_BYTES_MAX: usize = 1_024;

/// `derive(…)` on what becomes a Rust type, `type = "…"` and `with = "…"` on a field.
pub(super) fn rust(
    cursor: &mut Cursor<'_>,
    place: Place,
    list: Vec<Argument>,
    meaning: &mut Meaning,
) -> Option<()> {
    let mut good = Some(());
    for argument in list {
        let Argument::Attr(AttrTree { path, arguments, span }) = argument else {
            return None;
        };
        good = match (path.single()?.text.as_str(), arguments) {
            ("derive", Arguments::List(list)) => derives(cursor, place, span, list, meaning),
            ("type", Arguments::Value(tree)) => {
                let text = rust_text(cursor, place, span, tree)?;
                is_type(&text).then_some(())?;
                set(cursor, &mut meaning.rust.ty, (text, span), "type")
            }
            ("with", Arguments::Value(tree)) => {
                let text = rust_text(cursor, place, span, tree)?;
                is_path(text.strip_prefix("::").unwrap_or(&text)).then_some(())?;
                set(cursor, &mut meaning.rust.with, (text, span), "with")
            }
            _ => return None,
        }
        .and(good);
    }
    if let (None, Some((_, span))) = (&meaning.rust.ty, &meaning.rust.with) {
        let message = "`with` converts to a Rust type, which `type = \"…\"` names beside it";
        cursor.error(codes::ATTRIBUTE_ARGUMENTS, *span, message);
    }
    good
}

/// The text of `type = "…"` or `with = "…"`, which stand on a field.
fn rust_text(cursor: &mut Cursor<'_>, place: Place, span: Span, tree: ValueTree) -> Option<String> {
    let ValueTreeKind::Str(text) = tree.kind else {
        return None;
    };
    if !matches!(place, Place::Field | Place::Payload) {
        let message = "a Rust type is chosen for a field";
        cursor.error(codes::MISPLACED_ATTRIBUTE, span, message);
    }
    Some(text)
}

fn set(
    cursor: &mut Cursor<'_>,
    slot: &mut Option<(String, Span)>,
    value: (String, Span),
    what: &str,
) -> Option<()> {
    if let Some((_, first)) = slot {
        let message = format!("`{what}` is written twice");
        cursor.found.push(
            Diagnostic::error(codes::DUPLICATE_ATTRIBUTE, value.1, message)
                .also(*first, "written here first"),
        );
    } else {
        *slot = Some(value);
    }
    Some(())
}

/// Whether `text` looks like a Rust type: names, marks of types, and brackets that close.
fn is_type(text: &str) -> bool {
    let mut open = Vec::new();
    for c in text.chars() {
        match c {
            '<' => open.push('>'),
            '(' => open.push(')'),
            '[' => open.push(']'),
            '>' | ')' | ']' => {
                if open.pop() != Some(c) {
                    return false;
                }
            }
            ':' | ',' | ';' | ' ' | '_' => {}
            c if c.is_ascii_alphanumeric() => {}
            _ => return false,
        }
    }
    open.is_empty() && !text.trim().is_empty() && text.len() <= TEXT_BYTES_MAX
}

fn derives(
    cursor: &mut Cursor<'_>,
    place: Place,
    span: Span,
    list: Vec<Argument>,
    meaning: &mut Meaning,
) -> Option<()> {
    if !matches!(place, Place::Struct | Place::Enum | Place::Flags | Place::Protocol) {
        let message = "derives stand on a struct, an enum, flags or a protocol";
        cursor.error(codes::MISPLACED_ATTRIBUTE, span, message);
        return Some(());
    }
    let known = meaning.derives.iter().map(|name| (name.text.clone(), name.span));
    let mut seen: BTreeMap<String, Span> = known.collect();
    for entry in list {
        let Argument::Attr(AttrTree { path, arguments: Arguments::None, span }) = entry else {
            return None;
        };
        // The code around the generated module brings it into scope.
        let name = path.single()?.clone();
        if let Some(first) = seen.get(&name.text) {
            let message = format!("`{}` is derived twice", name.text);
            cursor.found.push(
                Diagnostic::error(codes::DUPLICATE_ATTRIBUTE, span, message)
                    .also(*first, "written here first"),
            );
        } else {
            seen.insert(name.text.clone(), span);
            meaning.derives.push(name);
        }
    }
    Some(())
}

fn is(path: &Path, name: &str) -> bool {
    path.single().is_some_and(|single| single.text == name)
}
