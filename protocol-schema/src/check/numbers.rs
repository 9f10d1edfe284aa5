//! Rules on wire numbers, and the numbers of entries where nobody wrote one.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::{Diagnostic, Diagnostics};
use crate::ir::{
    Field, Flag, Item, Message, Name, Number, Payload, Repr, ScalarVariant, UnionVariant,
};
use crate::span::Span;

use super::codes;

/// The largest tag of a union: the wire has a byte for it, and 0 and 255 have other meanings.
const TAG_MAX: u32 = 254;

/// The largest number of a message.
const MESSAGE_MAX: u32 = 4_095;

/// The largest number of a field. The size of a block sets the true limit, and more bits than
/// these do not fit into one.
const FIELD_MAX: u32 = 131_063;

/// Something with a number and a name.
trait Entry {
    fn number(&self) -> Number;
    fn give(&mut self, number: u32);
    fn name(&self) -> &Name;
}

macro_rules! entries {
    ($($ty:ty),*) => {
        $(impl Entry for $ty {
            fn number(&self) -> Number {
                self.number
            }

            fn give(&mut self, number: u32) {
                self.number.value = number;
            }

            fn name(&self) -> &Name {
                &self.name
            }
        })*
    };
}

entries!(Field, ScalarVariant, Flag, UnionVariant, Message);

/// What the numbers of a list must be.
#[derive(Clone, Copy)]
struct Range {
    /// One entry, in the words of a message.
    entry: &'static str,
    first: u32,
    last: u32,
    /// Why it ends there.
    reason: &'static str,
}

const FIELDS: Range = Range {
    entry: "field",
    first: 0,
    last: FIELD_MAX,
    reason: "no more flags fit into a block of 16,383 bytes",
};

const TAGS: Range = Range {
    entry: "variant",
    first: 1,
    last: TAG_MAX,
    reason: "a tag is one byte, where 0 says that the value is absent",
};

const MESSAGES: Range = Range {
    entry: "message",
    first: 1,
    last: MESSAGE_MAX,
    reason: "message 0 is the protocol's own, and a frame has 12 bits for the number",
};

/// Numbers of one item's entries: written on all or on none, dense, within what the wire carries.
pub(super) fn item(item: &mut Item, found: &mut Diagnostics) {
    match item {
        Item::Const(_) | Item::Alias(_) => {}
        Item::Flags(item) => list(&mut item.flags, &item.removed, flags(item.repr), found),
        Item::Struct(item) => list(&mut item.fields, &[], FIELDS, found),
        Item::Scalar(item) => list(&mut item.variants, &item.removed, scalars(item.repr), found),
        Item::Union(item) => {
            list(&mut item.variants, &item.removed, TAGS, found);
            for variant in &mut item.variants {
                payload(&mut variant.payload, found);
            }
        }
        Item::Protocol(item) => {
            list(&mut item.messages, &item.removed, MESSAGES, found);
            for message in &mut item.messages {
                payload(&mut message.payload, found);
            }
        }
    }
}

fn payload(payload: &mut Payload, found: &mut Diagnostics) {
    match payload {
        Payload::Unit | Payload::Tuple(_) => {}
        Payload::Fields(fields) => list(fields, &[], FIELDS, found),
    }
}

/// Lists without numbers, in a schema that is to have them.
pub(super) fn written(item: &Item, stable: Span, found: &mut Diagnostics) {
    let of_payload = |payload: &Payload, found: &mut Diagnostics| match payload {
        Payload::Unit | Payload::Tuple(_) => {}
        Payload::Fields(fields) => unwritten(fields, FIELDS, stable, found),
    };
    match item {
        Item::Const(_) | Item::Alias(_) => {}
        Item::Flags(item) => unwritten(&item.flags, flags(item.repr), stable, found),
        Item::Struct(item) => unwritten(&item.fields, FIELDS, stable, found),
        Item::Scalar(item) => unwritten(&item.variants, scalars(item.repr), stable, found),
        Item::Union(item) => {
            unwritten(&item.variants, TAGS, stable, found);
            item.variants.iter().for_each(|variant| of_payload(&variant.payload, found));
        }
        Item::Protocol(item) => {
            unwritten(&item.messages, MESSAGES, stable, found);
            item.messages.iter().for_each(|message| of_payload(&message.payload, found));
        }
    }
}

fn unwritten<E: Entry>(entries: &[E], range: Range, stable: Span, found: &mut Diagnostics) {
    // Some without and some with a number are told as such.
    if entries.iter().any(|entry| entry.number().written.is_some()) {
        return;
    }
    if let Some(first) = entries.first() {
        let (kind, name) = (range.entry, first.name());
        let message = format!("the {kind} `{}` has no number, and the file is stable", name.text);
        found.push(
            Diagnostic::error(codes::UNWRITTEN_NUMBER, name.span, message)
                .also(stable, "said here")
                .note("`npgen fmt --ids` writes all numbers"),
        );
    }
}

fn scalars(repr: Repr) -> Range {
    let (last, reason) = match repr {
        Repr::U8 => (u32::from(u8::MAX), "the enum is a u8"),
        Repr::U16 => (u32::from(u16::MAX), "the enum is a u16"),
        Repr::U32 | Repr::U64 => (u32::MAX, "numbers have 32 bits"),
    };
    Range { entry: "variant", first: 0, last, reason }
}

fn flags(repr: Repr) -> Range {
    let last = u32::from(repr.bits()) - 1;
    Range { entry: "flag", first: 0, last, reason: "a flag is a bit, and there are no more" }
}

fn list<E: Entry>(entries: &mut [E], removed: &[Number], range: Range, found: &mut Diagnostics) {
    let written = entries.iter().filter(|entry| entry.number().written.is_some()).count();
    if written == 0 && removed.is_empty() {
        assign(entries, range, found);
    } else if written < entries.len() {
        mixed(entries, removed, range, found);
    } else {
        let slots = slots(entries, removed);
        let spoilt = in_range(&slots, range, found) | different(&slots, range, found);
        if !spoilt {
            dense(&slots, range, found);
        }
    }
}

/// A number that is taken.
#[derive(Clone, Copy)]
struct Slot<'a> {
    value: u32,
    span: Span,
    /// `None` where something was removed.
    name: Option<&'a Name>,
}

fn slots<'a, E: Entry>(entries: &'a [E], removed: &[Number]) -> Vec<Slot<'a>> {
    let here = entries.iter().map(|entry| {
        let (number, name) = (entry.number(), entry.name());
        let span = number.written.unwrap_or(name.span);
        Slot { value: number.value, span, name: (name.text != "_").then_some(name) }
    });
    let removed = removed.iter().map(|number| {
        let span = number.written.unwrap_or_default();
        Slot { value: number.value, span, name: None }
    });
    here.chain(removed).collect()
}

/// Gives numbers by position.
fn assign<E: Entry>(entries: &mut [E], range: Range, found: &mut Diagnostics) {
    let mut next = Some(range.first);
    for entry in entries {
        match next.filter(|next| *next <= range.last) {
            Some(value) => {
                entry.give(value);
                next = value.checked_add(1);
            }
            None => {
                let message = format!("there is no {} after @{}", range.entry, range.last);
                found.push(
                    Diagnostic::error(codes::NUMBER_RANGE, entry.name().span, message)
                        .note(range.reason),
                );
                return;
            }
        }
    }
}

/// Numbers on some entries only.
fn mixed<E: Entry>(entries: &[E], removed: &[Number], range: Range, found: &mut Diagnostics) {
    let numbers = || entries.iter().map(|entry| entry.number()).chain(removed.iter().copied());
    let written = numbers().filter(|number| number.written.is_some());
    let taken: BTreeSet<u32> = written.map(|number| number.value).collect();
    let with = numbers().find_map(|number| number.written);
    let Some(without) = entries.iter().find(|entry| entry.number().written.is_none()) else {
        return;
    };
    let name = without.name();
    let message =
        format!("the {} `{}` has no number, and others beside it have one", range.entry, name.text);
    let mut diagnostic = Diagnostic::error(codes::MIXED_NUMBERS, name.span, message)
        .note("numbers are written on all entries of a list or on none");
    if let Some(with) = with {
        diagnostic = diagnostic.also(with, "a number is written here");
    }
    if let Some(free) = next_free(&taken, range) {
        let replacement = format!("@{free} {}", name.text);
        diagnostic = diagnostic.fix(format!("give it @{free}"), name.span, replacement);
    }
    found.push(diagnostic);
}

/// Numbers outside of what the wire carries.
fn in_range(slots: &[Slot<'_>], range: Range, found: &mut Diagnostics) -> bool {
    let mut spoilt = false;
    for Slot { value, span, .. } in slots.iter().copied() {
        if (range.first..=range.last).contains(&value) {
            continue;
        }
        spoilt = true;
        let Range { entry: kind, first, last, reason } = range;
        let message = if value == u32::MAX {
            format!("this number is too large: those of {kind}s are @{first} to @{last}")
        } else {
            format!("@{value} is no number of a {kind}: those are @{first} to @{last}")
        };
        found.push(Diagnostic::error(codes::NUMBER_RANGE, span, message).note(reason));
    }
    spoilt
}

/// A number written twice.
fn different(slots: &[Slot<'_>], range: Range, found: &mut Diagnostics) -> bool {
    let mut taken: BTreeSet<u32> = slots.iter().map(|slot| slot.value).collect();
    let mut first: BTreeMap<u32, Slot<'_>> = BTreeMap::new();
    let mut spoilt = false;
    // Below it all are taken.
    let mut free = range.first;
    for slot in slots {
        let Slot { value, span, .. } = *slot;
        let Some(earlier) = first.get(&value) else {
            first.insert(value, *slot);
            continue;
        };
        spoilt = true;
        let message = match earlier.name {
            Some(name) => format!("@{value} is already the number of `{}`", name.text),
            None => format!("@{value} is the number of something that was removed"),
        };
        let mut diagnostic = Diagnostic::error(codes::DUPLICATE_NUMBER, span, message)
            .also(earlier.span, "used here first");
        if let Some(number) = next_free(&taken, Range { first: free, ..range }) {
            taken.insert(number);
            free = number;
            diagnostic = diagnostic.note(format!("the next free number is @{number}")).fix(
                format!("write @{number}"),
                span,
                format!("@{number}"),
            );
        }
        found.push(diagnostic);
    }
    spoilt
}

/// Numbers that nobody has, below others.
fn dense(slots: &[Slot<'_>], range: Range, found: &mut Diagnostics) {
    let mut numbers: Vec<(u32, Span)> = slots.iter().map(|slot| (slot.value, slot.span)).collect();
    numbers.sort_unstable();
    let mut expected = range.first;
    for (value, span) in numbers {
        if value != expected {
            let missing = match value - expected {
                1 => format!("@{expected} is missing"),
                _ => format!("@{expected} to @{} are missing", value - 1),
            };
            found.push(
                Diagnostic::error(codes::NUMBER_GAP, span, format!("{missing} before @{value}"))
                    .note(format!("the next free number is @{expected}"))
                    .fix(format!("write @{expected}"), span, format!("@{expected}")),
            );
        }
        expected = value.saturating_add(1);
    }
}

/// The lowest number nobody has.
fn next_free(taken: &BTreeSet<u32>, range: Range) -> Option<u32> {
    let mut free = range.first;
    for value in taken.range(range.first..) {
        if *value != free {
            break;
        }
        free = free.checked_add(1)?;
    }
    (free <= range.last).then_some(free)
}
