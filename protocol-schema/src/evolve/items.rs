//! Items: what they are, and what they hold.

use super::compare::{At, Compare};
use super::entries::{Kind, Slot, Slots, is_moved};
use super::fields::Frame;
use super::rules::{
    CLOSED_CHANGED, CLOSED_DEFAULT, CLOSED_VARIANTS, CONST_CHANGED, DEFAULT_VARIANT_CHANGED,
    ERROR_MARK_CHANGED, FIXED_CHANGED, KIND_CHANGED, REPR_CHANGED, TYPE_CHANGED, VARIANT_ADDED,
    VARIANT_REMOVED, VARIANT_RENAMED,
};
use super::same::text;
use crate::ir::{
    Alias, Const, Field, Flag, Flags, Item, Payload, Repr, ScalarEnum, ScalarVariant, Struct,
    Union, UnionVariant, ValueKind,
};

impl<'a> Compare<'a> {
    pub(super) fn item(&mut self, at: &At<'a>, old: &'a Item, new: &'a Item) {
        match (old, new) {
            (Item::Const(was), Item::Const(is)) => self.constant(at, was, is),
            (Item::Alias(was), Item::Alias(is)) => self.alias(at, was, is),
            (Item::Struct(was), Item::Struct(is)) => self.structure(at, was, is),
            (Item::Scalar(was), Item::Scalar(is)) => self.scalar(at, was, is),
            (Item::Union(was), Item::Union(is)) => self.union(at, was, is),
            (Item::Flags(was), Item::Flags(is)) => self.flags(at, was, is),
            (Item::Protocol(was), Item::Protocol(is)) => self.protocol(at, was, is),
            (Item::Scalar(was), Item::Union(_)) => {
                let message = format!("its variants are tags, and were a `{}`", was.repr.name());
                self.report(at, &REPR_CHANGED, message);
            }
            (Item::Union(_), Item::Scalar(is)) => {
                let message = format!("it is a `{}`, and was a union", is.repr.name());
                self.report(at, &REPR_CHANGED, message);
            }
            // What holds an alias tells what has become of it.
            (Item::Alias(_), _) | (_, Item::Alias(_)) => {}
            (was, is) => {
                let message = format!("it is {}, and was {}", kind(is), kind(was));
                self.report(at, &KIND_CHANGED, message);
            }
        }
    }

    fn constant(&mut self, at: &At<'a>, was: &Const, is: &Const) {
        let value = |side: &crate::check::index::Index<'_>, item: &Const| {
            side.value(&item.value).map(|value| plain(&value.kind))
        };
        if value(&self.old.index, was) != value(&self.new.index, is) {
            self.report(at, &CONST_CHANGED, "its value is another one");
        }
    }

    fn alias(&mut self, at: &At<'a>, was: &Alias, is: &Alias) {
        if !self.types(at, &was.ty, &is.ty) {
            let message =
                format!("it stands for `{}`, and stood for `{}`", text(&is.ty), text(&was.ty));
            self.report(at, &TYPE_CHANGED, message);
        }
    }

    fn structure(&mut self, at: &At<'a>, was: &'a Struct, is: &'a Struct) {
        if was.fixed != is.fixed {
            let state =
                if is.fixed { "it is `#[fixed]` now" } else { "it is no longer `#[fixed]`" };
            self.report(at, &FIXED_CHANGED, state);
            return;
        }
        let frame = if is.fixed { Frame::Fixed } else { Frame::Open };
        let (old, new): (Vec<&Field>, Vec<&Field>) =
            (was.fields.iter().collect(), is.fields.iter().collect());
        self.fields(at, frame, &old, &new);
    }

    fn scalar(&mut self, at: &At<'a>, was: &'a ScalarEnum, is: &'a ScalarEnum) {
        if !self.repr(at, was.repr, is.repr) || !self.closed(at, was.closed, is.closed) {
            return;
        }
        let slots = |item: &'a ScalarEnum| {
            let slot = |variant: &'a ScalarVariant| Slot {
                number: variant.number.value,
                name: &variant.name,
                meta: &variant.meta,
            };
            Slots::new(item.variants.iter().map(slot).collect(), &item.removed)
        };
        self.numbers(at, variants(is.closed), &slots(was), &slots(is));
        let default = |item: &ScalarEnum| {
            let marked = item.variants.iter().find(|variant| variant.default);
            marked.map(|variant| variant.number.value)
        };
        self.default_variant(at, is.closed, default(was), default(is));
    }

    fn flags(&mut self, at: &At<'a>, was: &'a Flags, is: &'a Flags) {
        if !self.repr(at, was.repr, is.repr) {
            return;
        }
        let slots = |item: &'a Flags| {
            let slot = |flag: &'a Flag| Slot {
                number: flag.number.value,
                name: &flag.name,
                meta: &flag.meta,
            };
            Slots::new(item.flags.iter().map(slot).collect(), &item.removed)
        };
        let kind = Kind { what: "flag", ..variants(false) };
        self.numbers(at, kind, &slots(was), &slots(is));
    }

    fn union(&mut self, at: &At<'a>, was: &'a Union, is: &'a Union) {
        if was.error != is.error {
            let state =
                if is.error { "it is `#[error]` now" } else { "it is no longer `#[error]`" };
            self.report(at, &ERROR_MARK_CHANGED, state);
        }
        if !self.closed(at, was.closed, is.closed) {
            return;
        }
        let slots = |item: &'a Union| {
            let slot = |variant: &'a UnionVariant| Slot {
                number: variant.number.value,
                name: &variant.name,
                meta: &variant.meta,
            };
            Slots::new(item.variants.iter().map(slot).collect(), &item.removed)
        };
        self.numbers(at, variants(is.closed), &slots(was), &slots(is));
        let default = |item: &Union| {
            let marked = item.variants.iter().find(|variant| variant.default);
            marked.map(|variant| variant.number.value)
        };
        self.default_variant(at, is.closed, default(was), default(is));
        let frame = if is.closed { Frame::Closed } else { Frame::Open };
        for after in &is.variants {
            let same = |before: &&'a UnionVariant| before.number.value == after.number.value;
            let entry =
                |variant: &'a UnionVariant| (variant.name.text.as_str(), variant.number.value);
            let moved = |before: &'a UnionVariant| {
                let (old, new) = (was.variants.iter().map(entry), is.variants.iter().map(entry));
                is_moved(old, new, entry(before), entry(after))
            };
            if let Some(before) = was.variants.iter().find(same).filter(|before| !moved(before)) {
                let (old, new) = (Some(before.name.span), Some(after.name.span));
                let at = at.inside(&after.name.text, old, new, Some(&after.meta));
                self.payload(&at, frame, &before.payload, &after.payload);
            }
        }
    }

    /// Compares what a variant carries.
    fn payload(&mut self, at: &At<'a>, frame: Frame, was: &'a Payload, is: &'a Payload) {
        if let (Payload::Tuple(was), Payload::Tuple(is)) = (was, is) {
            self.field(at, was, is);
        } else {
            self.fields(at, frame, &body(was), &body(is));
        }
    }

    fn repr(&mut self, at: &At<'a>, was: Repr, is: Repr) -> bool {
        if was != is {
            let message = format!("it is a `{}`, was a `{}`", is.name(), was.name());
            self.report(at, &REPR_CHANGED, message);
        }
        was == is
    }

    fn closed(&mut self, at: &At<'a>, was: bool, is: bool) -> bool {
        if was != is {
            let state = if is { "it is `#[closed]` now" } else { "it is no longer `#[closed]`" };
            self.report(at, &CLOSED_CHANGED, state);
        }
        was == is
    }

    fn default_variant(&mut self, at: &At<'a>, closed: bool, was: Option<u32>, is: Option<u32>) {
        if was != is {
            let rule = if closed { &CLOSED_DEFAULT } else { &DEFAULT_VARIANT_CHANGED };
            let name = |number: Option<u32>| {
                number.map_or("no variant".to_owned(), |number| format!("@{number}"))
            };
            let message = format!("its `#[default]` is {}, was {}", name(is), name(was));
            self.report(at, rule, message);
        }
    }
}

/// The fields of a payload: one without a name stands for `V(T)`.
pub(super) fn body(payload: &Payload) -> Vec<&Field> {
    match payload {
        Payload::Unit => Vec::new(),
        Payload::Tuple(only) => vec![only],
        Payload::Fields(fields) => fields.iter().collect(),
    }
}

fn variants(closed: bool) -> Kind {
    let (added, removed) = if closed {
        (&CLOSED_VARIANTS, &CLOSED_VARIANTS)
    } else {
        (&VARIANT_ADDED, &VARIANT_REMOVED)
    };
    Kind { what: "variant", added, removed, renamed: &VARIANT_RENAMED, keeps_room: false }
}

fn kind(item: &Item) -> &'static str {
    match item {
        Item::Const(_) => "a const",
        Item::Alias(_) => "an alias",
        Item::Struct(_) => "a struct",
        Item::Scalar(_) | Item::Union(_) => "an enum",
        Item::Flags(_) => "flags",
        Item::Protocol(_) => "a protocol",
    }
}

/// A value without the place where it was written.
fn plain(kind: &ValueKind) -> String {
    match kind {
        ValueKind::Path(names) => crate::check::index::joined(names),
        ValueKind::List(values) => {
            values.iter().map(|value| plain(&value.kind)).collect::<Vec<_>>().join(", ")
        }
        ValueKind::Int { .. }
        | ValueKind::Float(_)
        | ValueKind::Str(_)
        | ValueKind::Bytes(_)
        | ValueKind::Bool(_)
        | ValueKind::Extern(_) => format!("{kind:?}"),
    }
}
