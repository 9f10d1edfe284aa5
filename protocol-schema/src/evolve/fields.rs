//! Fields: of structs, of variants and of messages.

use std::collections::BTreeMap;

use super::compare::{At, Compare};
use super::entries::{Kind, Slot, Slots, called};
use super::rules::{
    CLOSED_FIELDS, DEFAULT_CHANGED, FIELD_ADDED, FIELD_REMOVED, FIELD_RENAMED, FIXED_LAYOUT,
    MAX_LOOSENED, MAX_TIGHTENED, NO_ZERO, STREAM_CHANGED, TYPE_CHANGED, VARINT_CHANGED,
    VARINT_WIDENED,
};
use super::same::text;
use super::values::{Default, default, has_no_zero};
use crate::ir::{Field, Int, Type, TypeKind};

/// How the layout of a list of fields may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// Fields may be appended.
    Open,
    /// Those of a `#[fixed]` struct.
    Fixed,
    /// Those of a variant of a `#[closed]` union.
    Closed,
}

impl Frame {
    fn kind(self) -> Kind {
        let (added, removed) = match self {
            Self::Open => (&FIELD_ADDED, &FIELD_REMOVED),
            Self::Fixed => (&FIXED_LAYOUT, &FIXED_LAYOUT),
            Self::Closed => (&CLOSED_FIELDS, &CLOSED_FIELDS),
        };
        Kind { what: "field", added, removed, renamed: &FIELD_RENAMED, keeps_room: true }
    }
}

impl<'a> Compare<'a> {
    /// Compares two lists of fields.
    pub(super) fn fields(
        &mut self,
        at: &At<'a>,
        frame: Frame,
        old: &[&'a Field],
        new: &[&'a Field],
    ) {
        let (old_streams, old): (Vec<&Field>, Vec<&Field>) = old.iter().partition(is_stream);
        let (new_streams, new): (Vec<&Field>, Vec<&Field>) = new.iter().partition(is_stream);
        self.streams(at, &old_streams, &new_streams);
        self.numbers(at, frame.kind(), &slots(&old), &slots(&new));
        let names: BTreeMap<&str, u32> = old.iter().filter_map(named).collect();
        let before: BTreeMap<u32, &'a Field> =
            old.iter().map(|field| (field.number.value, *field)).collect();
        for is in new {
            // What has another number was told of.
            let moved = named(&is).and_then(|(name, _)| names.get(name));
            if moved.is_some_and(|number| *number != is.number.value) {
                continue;
            }
            match before.get(&is.number.value) {
                Some(was) => self.field(at, was, is),
                None if frame == Frame::Open && has_no_zero(&self.new.index, is) => {
                    let at = at.inside(&is.name.text, None, Some(is.name.span), Some(&is.meta));
                    let message = format!(
                        "{} was added, and `{}` has no zero that old peers could mean; \
                         `Option<{}>` has one",
                        called("field", &is.name.text),
                        text(&is.ty),
                        text(&is.ty)
                    );
                    self.report(&at, &NO_ZERO, message);
                }
                None => {}
            }
        }
    }

    /// Compares a field with what it was, removed or not.
    pub(super) fn field(&mut self, at: &At<'a>, was: &'a Field, is: &'a Field) {
        let name = if is.removed { &was.name } else { &is.name };
        let at = at.inside(&name.text, Some(was.name.span), Some(is.name.span), Some(&is.meta));
        let what = what(is, was);
        if was.varint != is.varint {
            let state = if is.varint { "is a varint now" } else { "is no varint any more" };
            self.report(&at, &VARINT_CHANGED, format!("{what} {state}"));
        } else if is.varint
            && let (Some(before), Some(after)) = (self.old_int(&was.ty), self.new_int(&is.ty))
            && before != after
        {
            let grows = before.is_signed() == after.is_signed() && before.bits() < after.bits();
            let rule = if grows { &VARINT_WIDENED } else { &TYPE_CHANGED };
            let message = format!("{what} is a varint `{}`, was `{}`", after.name(), before.name());
            self.report(&at, rule, message);
        } else if !self.types(&at, &was.ty, &is.ty) {
            let message = format!("{what} is `{}`, was `{}`", text(&is.ty), text(&was.ty));
            self.report(&at, &TYPE_CHANGED, message);
        }
        if is.removed {
            if has_no_zero(&self.old.index, was) {
                let message = format!("{what} was removed, and `{}` has no zero", text(&was.ty));
                self.report(&at, &NO_ZERO, message);
            }
            return;
        }
        if !was.removed {
            self.default(&at, &what, was, is);
            self.max(&at, &what, was, is);
        }
    }

    fn default(&mut self, at: &At<'a>, what: &str, was: &Field, is: &Field) {
        let (before, after) = (default(&self.old.index, was), default(&self.new.index, is));
        if before == after || before == Default::Unknown || after == Default::Unknown {
            return;
        }
        let message = format!("the default of {what} is another one");
        self.report(at, &DEFAULT_CHANGED, message);
    }

    fn max(&mut self, at: &At<'a>, what: &str, was: &Field, is: &Field) {
        let before = was.max.as_ref().and_then(|max| self.old.index.bound(max));
        let after = is.max.as_ref().and_then(|max| self.new.index.bound(max));
        if was.max.is_some() != before.is_some() || is.max.is_some() != after.is_some() {
            return;
        }
        let limit =
            |max: Option<u64>| max.map_or("had no limit".to_owned(), |max| format!("held {max}"));
        match (before, after) {
            (before, Some(after)) if before.is_none_or(|before| before > after) => {
                let message = format!("{what} holds at most {after}, and {}", limit(before));
                self.report(at, &MAX_TIGHTENED, message);
            }
            (Some(before), after) if after.is_none_or(|after| before < after) => {
                let holds = after.map_or("any".to_owned(), |after| after.to_string());
                let message = format!("{what} holds {holds}, and {}", limit(Some(before)));
                self.report(at, &MAX_LOOSENED, message);
            }
            _ => {}
        }
    }

    fn streams(&mut self, at: &At<'a>, old: &[&'a Field], new: &[&'a Field]) {
        match (old, new) {
            ([was], [is]) => {
                let at = at.inside(
                    &is.name.text,
                    Some(was.name.span),
                    Some(is.name.span),
                    Some(&is.meta),
                );
                let same = self.types(&at, &was.ty, &is.ty);
                if !same || was.number.value != is.number.value {
                    let message = format!(
                        "the stream `@{} {}`, was `@{} {}`",
                        is.number.value,
                        text(&is.ty),
                        was.number.value,
                        text(&was.ty)
                    );
                    self.report(&at, &STREAM_CHANGED, message);
                } else if was.name.text != is.name.text {
                    let message =
                        format!("the stream `{}` was called `{}`", is.name.text, was.name.text);
                    self.report(&at, &FIELD_RENAMED, message);
                }
            }
            ([was], []) => {
                let at = at.inside(&was.name.text, Some(was.name.span), None, None);
                let message = format!("the stream `{}` is gone", was.name.text);
                self.report(&at, &STREAM_CHANGED, message);
            }
            ([], [is]) => {
                let at = at.inside(&is.name.text, None, Some(is.name.span), Some(&is.meta));
                let message = format!("the stream `{}` was added", is.name.text);
                self.report(&at, &STREAM_CHANGED, message);
            }
            _ => {}
        }
    }

    fn old_int(&self, ty: &Type) -> Option<Int> {
        int(&self.old.index.peel(ty)?.ty.kind)
    }

    fn new_int(&self, ty: &Type) -> Option<Int> {
        int(&self.new.index.peel(ty)?.ty.kind)
    }
}

fn int(kind: &TypeKind) -> Option<Int> {
    if let TypeKind::Int(int) = kind { Some(*int) } else { None }
}

fn is_stream(field: &&&Field) -> bool {
    matches!(field.ty.kind, TypeKind::Stream(_))
}

/// The name of a field that has one, and its number.
fn named<'f>(field: &&'f Field) -> Option<(&'f str, u32)> {
    let named = !field.removed && !field.name.text.is_empty();
    named.then_some((field.name.text.as_str(), field.number.value))
}

fn slots<'a>(fields: &[&'a Field]) -> Slots<'a> {
    let live = fields.iter().filter(|field| !field.removed);
    let removed = fields.iter().filter(|field| field.removed);
    Slots {
        live: live
            .map(|field| Slot { number: field.number.value, name: &field.name, meta: &field.meta })
            .collect(),
        removed: removed.map(|field| field.number.value).collect(),
    }
}

fn what(is: &Field, was: &Field) -> String {
    let number = is.number.value;
    match (is.removed, is.name.text.as_str()) {
        (true, _) if was.removed => format!("the removed field @{number}"),
        (true, _) => format!("field `{}` (@{number})", was.name.text),
        (false, "") => "what it carries".to_owned(),
        (false, name) => format!("field `{name}` (@{number})"),
    }
}
