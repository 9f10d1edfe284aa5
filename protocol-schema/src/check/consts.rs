//! Rules on consts.

use crate::diag::{Diagnostic, Diagnostics};
use crate::ir::{Const, Float, Int, Type, TypeKind, ValueKind};

use super::codes;
use super::vocabulary::{built_in_names, nearest};

/// Halfway between the largest f32 and the power of two above it: from here on a number is
/// rounded to infinity.
const F32_END: f64 = 3.402_823_567_797_336_6e38;

/// A name with lower-case letters. In emitted code, a pattern such as `let len` would mean a
/// const of that name.
pub(super) fn case(item: &Const, found: &mut Diagnostics) {
    let name = &item.name;
    if name.text.contains(char::is_lowercase) {
        let instead = super::snake_case(&name.text).to_uppercase();
        let message = format!("the const `{}` has lower-case letters in its name", name.text);
        found.push(Diagnostic::error(codes::CONST_CASE, name.span, message).fix(
            format!("write `{instead}`"),
            name.span,
            instead,
        ));
    }
}

/// A type that is none of a const, a value of another type, or one that does not fit.
pub(super) fn value(item: &Const, found: &mut Diagnostics) {
    let span = item.value.span;
    match (&item.ty.kind, &item.value.kind) {
        (TypeKind::Bool, ValueKind::Bool(_))
        | (TypeKind::String, ValueKind::Str(_))
        | (TypeKind::Extern(_), _) => {}
        (TypeKind::Int(int), ValueKind::Int { magnitude, negative }) => {
            if !fits(*int, *magnitude, *negative) {
                let message = format!("this value does not fit {}", with_article(int.name()));
                found.push(
                    Diagnostic::error(codes::CONST_RANGE, span, message).note(range_of(*int)),
                );
            }
        }
        (TypeKind::Float(float), ValueKind::Float(value)) => {
            if *float == Float::F32 && value.abs() >= F32_END {
                found.push(Diagnostic::error(
                    codes::CONST_RANGE,
                    span,
                    "this value is too large for an f32",
                ));
            }
        }
        (TypeKind::Float(float), ValueKind::Int { magnitude, negative }) => {
            let sign = if *negative { "-" } else { "" };
            let message = format!("{} is written with a point", with_article(float.name()));
            let instead = format!("{sign}{magnitude}.0");
            found.push(Diagnostic::error(codes::CONST_VALUE, span, message).fix(
                format!("write `{instead}`"),
                span,
                instead,
            ));
        }
        (TypeKind::Bool, _) => other(item, "bool", found),
        (TypeKind::Int(int), _) => other(item, int.name(), found),
        (TypeKind::Float(float), _) => other(item, float.name(), found),
        (TypeKind::String, _) => other(item, "String", found),
        (
            TypeKind::Unit
            | TypeKind::Bytes
            | TypeKind::Vec(_)
            | TypeKind::Option(_)
            | TypeKind::Array(..)
            | TypeKind::Tuple(_)
            | TypeKind::Map(..)
            | TypeKind::Set(_)
            | TypeKind::Std(_)
            | TypeKind::Secret(_)
            | TypeKind::Stream(_)
            | TypeKind::Named(_),
            _,
        ) => no_type(&item.ty, found),
    }
}

fn other(item: &Const, ty: &str, found: &mut Diagnostics) {
    let message = format!("this is no `{ty}`");
    found.push(
        Diagnostic::error(codes::CONST_VALUE, item.value.span, message)
            .also(item.ty.span, "the type is said here"),
    );
}

fn no_type(ty: &Type, found: &mut Diagnostics) {
    let message = "a const is a number, a `bool` or a `String`";
    let diagnostic = Diagnostic::error(codes::CONST_TYPE, ty.span, message);
    let meant =
        if let TypeKind::Named(name) = &ty.kind { nearest(name, built_in_names()) } else { None };
    found.push(match meant {
        Some(meant) => diagnostic.fix(format!("write `{meant}`"), ty.span, meant),
        None => diagnostic,
    });
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
