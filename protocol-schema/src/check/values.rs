//! Rules on values: those of consts, and the defaults of fields.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::{Diagnostic, Diagnostics};
use crate::ir::{Const, Float, Int, Item, Name, Type, TypeKind, Value, ValueKind};
use crate::span::Span;

use super::codes;
use super::index::{Index, Meant, joined};
use super::types::consts;
use super::vocabulary::{Suggestions, nearest};

/// Halfway between the largest f32 and the power of two above it: from here on a number is
/// rounded to infinity.
const F32_END: f64 = 3.402_823_567_797_336_6e38;

/// A name with lower-case letters. In emitted code, a pattern such as `let len` would mean a
/// const of that name.
pub(super) fn case(item: &Const, found: &mut Diagnostics) {
    upper_case(&item.name, "const", codes::CONST_CASE, found);
}

/// As [`case`], for whatever becomes a const in Rust.
pub(super) fn upper_case(
    name: &Name,
    what: &str,
    code: crate::diag::Code,
    found: &mut Diagnostics,
) {
    if name.text.contains(char::is_lowercase) {
        let instead = super::snake_case(&name.text).to_uppercase();
        let message = format!("the {what} `{}` has lower-case letters in its name", name.text);
        found.push(Diagnostic::error(code, name.span, message).fix(
            format!("write `{instead}`"),
            name.span,
            instead,
        ));
    }
}

/// The values of all consts.
pub(super) fn of_consts(values: &mut Values<'_, '_>, found: &mut Diagnostics) {
    for item in values.index.own() {
        if let Item::Const(item) = item {
            values.constant(item, found);
        }
    }
}

/// How often the nearest variant is looked for, and among how many.
const SEARCHES_MAX: usize = 32;
const WORDS_MAX: usize = 1_000;

/// The rules on values of one schema.
pub(super) struct Values<'a, 'i> {
    index: &'a Index<'i>,
    consts: Suggestions<'i>,
    /// The variants of enums and flags that were asked for, by the address of the item.
    entries: BTreeMap<usize, BTreeSet<&'a str>>,
    searches_left: usize,
}

impl<'a, 'i> Values<'a, 'i> {
    pub(super) fn new(index: &'a Index<'i>) -> Self {
        let entries = BTreeMap::new();
        Self { index, consts: consts(index), entries, searches_left: SEARCHES_MAX }
    }

    /// A type that is none of a const, and a value that is not of it.
    fn constant(&mut self, item: &'a Const, found: &mut Diagnostics) {
        let Some(peeled) = self.index.peel(&item.ty) else {
            return;
        };
        let good = match &peeled.ty.kind {
            _ if peeled.secret => false,
            TypeKind::Bool
            | TypeKind::Int(_)
            | TypeKind::Float(_)
            | TypeKind::String
            | TypeKind::Bytes => true,
            TypeKind::Named(name) => match self.index.get(name) {
                Some(Item::Scalar(_)) => true,
                Some(Item::Alias(_) | Item::Struct(_) | Item::Union(_) | Item::Flags(_)) => false,
                // Told by another rule.
                Some(Item::Const(_) | Item::Protocol(_)) | None => return,
            },
            TypeKind::Extern(_) => return,
            TypeKind::Unit
            | TypeKind::Vec(_)
            | TypeKind::Option(_)
            | TypeKind::Array(..)
            | TypeKind::Tuple(_)
            | TypeKind::Map(..)
            | TypeKind::Set(_)
            | TypeKind::Std(_)
            | TypeKind::Secret(_)
            | TypeKind::Stream(_) => false,
        };
        if !good {
            let message = "a const is a number, a `bool`, a `String`, `Bytes` or a scalar enum";
            found.push(Diagnostic::error(codes::CONST_TYPE, item.ty.span, message));
            return;
        }
        if self.index.value(&item.value).is_none() {
            let message = format!("the const `{}` is its own value", item.name.text);
            found.push(Diagnostic::error(codes::ENDLESS_CONST, item.value.span, message));
            return;
        }
        self.of(&item.ty, &item.value, found);
    }

    /// A value that is not of its type, or does not fit it.
    pub(super) fn of(&mut self, ty: &'a Type, value: &'a Value, found: &mut Diagnostics) {
        let Some(peeled) = self.index.peel(ty) else {
            return;
        };
        match (&peeled.ty.kind, &value.kind) {
            (TypeKind::Extern(_), _)
            | (_, ValueKind::Extern(_))
            | (TypeKind::Bool, ValueKind::Bool(_))
            | (TypeKind::String, ValueKind::Str(_))
            | (TypeKind::Bytes, ValueKind::Bytes(_)) => {}
            (_, ValueKind::Path(names)) => self.path(ty, peeled.ty, names, value.span, found),
            (TypeKind::Int(int), ValueKind::Int { magnitude, negative }) => {
                if !fits(*int, *magnitude, *negative) {
                    let message = format!("this value does not fit {}", with_article(int.name()));
                    found.push(
                        Diagnostic::error(codes::CONST_RANGE, value.span, message)
                            .note(range_of(*int)),
                    );
                }
            }
            (TypeKind::Float(float), ValueKind::Float(number)) => {
                if *float == Float::F32 && number.abs() >= F32_END {
                    let message = "this value is too large for an f32";
                    found.push(Diagnostic::error(codes::CONST_RANGE, value.span, message));
                }
            }
            (TypeKind::Float(float), ValueKind::Int { magnitude, negative }) => {
                let sign = if *negative { "-" } else { "" };
                let message = format!("{} is written with a point", with_article(float.name()));
                let instead = format!("{sign}{magnitude}.0");
                found.push(Diagnostic::error(codes::CONST_VALUE, value.span, message).fix(
                    format!("write `{instead}`"),
                    value.span,
                    instead,
                ));
            }
            (TypeKind::Named(name), ValueKind::List(list))
                if matches!(self.index.get(name), Some(Item::Flags(_))) =>
            {
                list.iter().for_each(|value| self.of(ty, value, found));
            }
            _ => other(ty, value.span, found),
        }
    }

    /// A const of another type, or a variant of another enum.
    fn path(
        &mut self,
        written: &Type,
        ty: &Type,
        names: &'a [Name],
        span: Span,
        found: &mut Diagnostics,
    ) {
        let target = if let TypeKind::Named(name) = &ty.kind { self.index.get(name) } else { None };
        match self.index.meant(names) {
            Some(Meant::Const(position)) => {
                let Some(Item::Const(item)) = self.index.items().get(position) else {
                    return;
                };
                let Some(of) = self.index.peel(&item.ty) else {
                    return;
                };
                if !same(&of.ty.kind, &ty.kind) {
                    let message = format!(
                        "the const `{}` is a `{}`",
                        joined(names),
                        crate::text::type_text(&item.ty)
                    );
                    found.push(
                        Diagnostic::error(codes::CONST_VALUE, span, message)
                            .also(written.span, "the type is said here"),
                    );
                }
            }
            Some(Meant::Variant(of, variant)) => match target {
                Some(Item::Scalar(item)) if std::ptr::eq(item, of) => {
                    let known = of.variants.iter().map(|known| known.name.text.as_str());
                    let address = std::ptr::from_ref(of).addr();
                    self.entry(address, ("variant", &of.name), variant, known, found);
                }
                _ => other(written, span, found),
            },
            Some(Meant::Flag(of, flag)) => match target {
                Some(Item::Flags(item)) if std::ptr::eq(item, of) => {
                    let known = of.flags.iter().map(|known| known.name.text.as_str());
                    let address = std::ptr::from_ref(of).addr();
                    self.entry(address, ("flag", &of.name), flag, known, found);
                }
                _ => other(written, span, found),
            },
            None => self.unknown(target, names, span, found),
        }
    }

    fn entry(
        &mut self,
        address: usize,
        (what, of): (&str, &Name),
        name: &Name,
        known: impl Iterator<Item = &'a str> + Clone,
        found: &mut Diagnostics,
    ) {
        let entries = self.entries.entry(address).or_insert_with(|| known.clone().collect());
        if entries.contains(name.text.as_str()) {
            return;
        }
        let message = format!("`{}` has no {what} `{}`", of.text, name.text);
        let diagnostic = Diagnostic::error(codes::UNKNOWN_VALUE, name.span, message);
        let near = self.search().and_then(|()| nearest(&name.text, known.take(WORDS_MAX)));
        found.push(match near {
            Some(meant) => diagnostic.fix(format!("write `{meant}`"), name.span, meant),
            None => diagnostic,
        });
    }

    /// Whether there is still to be looked for the nearest of many words.
    fn search(&mut self) -> Option<()> {
        self.searches_left = self.searches_left.checked_sub(1)?;
        Some(())
    }

    /// The name of nothing that has a value.
    fn unknown(
        &mut self,
        target: Option<&Item>,
        names: &[Name],
        span: Span,
        found: &mut Diagnostics,
    ) {
        let text = joined(names);
        let message = format!("there is no value `{text}`");
        let diagnostic = Diagnostic::error(codes::UNKNOWN_VALUE, span, message);
        let target = target.filter(|_| self.search().is_some());
        let variants: Vec<&str> = match target {
            Some(Item::Scalar(item)) => {
                item.variants.iter().map(|v| v.name.text.as_str()).collect()
            }
            Some(Item::Flags(item)) => item.flags.iter().map(|f| f.name.text.as_str()).collect(),
            _ => Vec::new(),
        };
        let meant = match (target, names) {
            // `Online`, or `Presense::Online`.
            (Some(item), [.., last]) => variants
                .iter()
                .find(|known| **known == last.text)
                .copied()
                .or_else(|| nearest(&last.text, variants.iter().copied().take(WORDS_MAX)))
                .map(|variant| format!("{}::{variant}", item.name().text)),
            (None, _) | (_, []) => self.consts.nearest(&text).map(str::to_owned),
        };
        found.push(match meant {
            Some(meant) => diagnostic.fix(format!("write `{meant}`"), span, meant),
            None => diagnostic,
        });
    }

    /// Whether the limit of a field names a const; if not, that is told.
    pub(super) fn limit(&mut self, names: &[Name], span: Span, found: &mut Diagnostics) -> bool {
        let known = matches!(self.index.meant(names), Some(Meant::Const(_)));
        if !known {
            self.unknown(None, names, span, found);
        }
        known
    }
}

fn other(ty: &Type, span: Span, found: &mut Diagnostics) {
    let message = format!("this is no `{}`", crate::text::type_text(ty));
    found.push(
        Diagnostic::error(codes::CONST_VALUE, span, message).also(ty.span, "the type is said here"),
    );
}

/// Whether two types behind their aliases are one.
fn same(a: &TypeKind, b: &TypeKind) -> bool {
    match (a, b) {
        (TypeKind::Extern(_), _) | (_, TypeKind::Extern(_)) => true,
        _ => a == b,
    }
}

fn fits(int: Int, magnitude: u128, negative: bool) -> bool {
    let (signed, bits) = (int.is_signed(), int.bits());
    if !signed {
        return (!negative || magnitude == 0) && (bits == 128 || magnitude >> bits == 0);
    }
    let limit = 1_u128 << (bits - 1);
    if negative { magnitude <= limit } else { magnitude < limit }
}

fn range_of(int: Int) -> String {
    let bits = int.bits();
    let max = u128::MAX >> (128 - bits);
    if int.is_signed() {
        let max = max >> 1;
        format!("it holds -{} to {max}", max + 1)
    } else {
        format!("it holds 0 to {max}")
    }
}

/// `an i32`, `a u32`; read out, every name that starts with `i` or `f` starts with a vowel.
fn with_article(name: &str) -> String {
    let article = if name.starts_with('u') { "a" } else { "an" };
    format!("{article} {name}")
}
