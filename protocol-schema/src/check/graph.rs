//! The items of a schema by name, and which of them hold which by value.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, Diagnostics};
use crate::ir::{ArrayLen, Item, Payload, Type, TypeKind, ValueKind};
use crate::span::Span;

use super::codes;
use super::types::inner;

/// The items of a schema by name; of two with one name, the first.
pub(crate) struct Index<'a> {
    pub(crate) items: &'a [Item],
    by_name: BTreeMap<&'a str, usize>,
}

impl<'a> Index<'a> {
    pub(crate) fn new(items: &'a [Item]) -> Self {
        let mut by_name = BTreeMap::new();
        for (position, item) in items.iter().enumerate() {
            by_name.entry(item.name().text.as_str()).or_insert(position);
        }
        Self { items, by_name }
    }

    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&'a Item> {
        self.position(name).and_then(|position| self.items.get(position))
    }

    /// The number of elements, if it is one that can be.
    pub(crate) fn length(&self, length: &ArrayLen) -> Option<u32> {
        let name = match length {
            ArrayLen::Literal(length) => return Some(*length),
            ArrayLen::Const(name) => name,
        };
        let Some(Item::Const(item)) = self.get(&name.text) else {
            return None;
        };
        match (&item.ty.kind, &item.value.kind) {
            (TypeKind::Int(_), ValueKind::Int { magnitude, negative: false }) => {
                u32::try_from(*magnitude).ok().filter(|length| *length > 0)
            }
            _ => None,
        }
    }
}

/// The items in an order in which each stands behind those it holds by value.
pub(super) struct Order {
    pub(super) positions: Vec<usize>,
    /// For each item whether it holds itself, and so has no size.
    pub(super) endless: Vec<bool>,
}

/// An item that another one holds by value.
struct Edge<'a> {
    to: usize,
    span: Span,
    name: &'a str,
}

/// Finds types that hold themselves other than by way of a `Vec`, and an order of the others.
///
/// Each group of types that hold each other is told once. The walk keeps its own stack, as the
/// chain of types may be as long as the schema.
pub(super) fn order(index: &Index<'_>, found: &mut Diagnostics) -> Order {
    let count = index.items.len();
    let edges: Vec<Vec<Edge<'_>>> = index.items.iter().map(|item| held(index, item)).collect();
    let mut order = Order { positions: Vec::with_capacity(count), endless: vec![false; count] };
    let mut state = vec![State::Fresh; count];
    let mut path: Vec<(usize, std::slice::Iter<'_, Edge<'_>>)> = Vec::new();
    for start in 0..count {
        if state.get(start) == Some(&State::Fresh) {
            enter(start, &mut state, &mut path, &edges);
        }
        while let Some((position, rest)) = path.last_mut() {
            let Some(edge) = rest.next() else {
                set(&mut state, *position, State::Left);
                order.positions.push(*position);
                path.pop();
                continue;
            };
            match state.get(edge.to) {
                Some(State::Fresh) => enter(edge.to, &mut state, &mut path, &edges),
                Some(State::Entered) => {
                    let path: Vec<usize> = back_to(edge.to, &path, &mut order.endless);
                    if path.last() == Some(&edge.to) {
                        found.push(endless(index, edge, &path));
                    }
                }
                Some(State::Left) | None => {}
            }
        }
    }
    order
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Fresh,
    Entered,
    Left,
}

fn set(state: &mut [State], position: usize, to: State) {
    if let Some(state) = state.get_mut(position) {
        *state = to;
    }
}

fn enter<'a, 'b>(
    position: usize,
    state: &mut [State],
    path: &mut Vec<(usize, std::slice::Iter<'b, Edge<'a>>)>,
    edges: &'b [Vec<Edge<'a>>],
) {
    set(state, position, State::Entered);
    path.push((position, edges.get(position).map(Vec::as_slice).unwrap_or_default().iter()));
}

/// The path from its end back to `to`, marked as endless. It ends early, without `to`, where it
/// meets a part that was told before: all of it belongs to the same group.
fn back_to<T>(to: usize, path: &[(usize, T)], endless: &mut [bool]) -> Vec<usize> {
    let mut back = Vec::new();
    for (position, _) in path.iter().rev() {
        let Some(mark) = endless.get_mut(*position) else {
            break;
        };
        if std::mem::replace(mark, true) {
            break;
        }
        back.push(*position);
        if *position == to {
            break;
        }
    }
    back
}

fn endless(index: &Index<'_>, edge: &Edge<'_>, path: &[usize]) -> Diagnostic {
    const NAMES_MAX: usize = 8;
    let name = |position: &usize| index.items.get(*position).map(|item| item.name());
    let names: Vec<&str> =
        path.iter().rev().filter_map(name).map(|name| name.text.as_str()).collect();
    let message = format!("`{}` holds itself, and so would never end", edge.name);
    let diagnostic = Diagnostic::error(codes::ENDLESS_TYPE, edge.span, message).fix(
        "hold any number of them",
        edge.span,
        format!("Vec<{}>", edge.name),
    );
    let way = match names.get(..NAMES_MAX) {
        Some(start) => format!("{} → …", start.join(" → ")),
        None => names.join(" → "),
    };
    match names.len() {
        0 | 1 => diagnostic,
        _ => diagnostic.note(format!("it does so by way of {way} → {}", edge.name)),
    }
}

fn held<'a>(index: &Index<'a>, item: &'a Item) -> Vec<Edge<'a>> {
    let mut edges = Vec::new();
    let mut hold = |ty: &'a Type| {
        if let Some((name, span)) = by_value(ty)
            && let Some(to) = index.position(name)
            && matches!(index.get(name), Some(Item::Struct(_) | Item::Union(_)))
        {
            edges.push(Edge { to, span, name });
        }
    };
    match item {
        Item::Const(_) | Item::Alias(_) | Item::Scalar(_) | Item::Flags(_) | Item::Protocol(_) => {}
        Item::Struct(item) => item.fields.iter().for_each(|field| hold(&field.ty)),
        Item::Union(item) => {
            for variant in &item.variants {
                match &variant.payload {
                    Payload::Unit => {}
                    Payload::Tuple(field) => hold(&field.ty),
                    Payload::Fields(fields) => fields.iter().for_each(|field| hold(&field.ty)),
                }
            }
        }
    }
    edges
}

/// The item a type holds by value: itself, in an option or in an array, but not in a list.
fn by_value(ty: &Type) -> Option<(&str, Span)> {
    let mut ty = ty;
    loop {
        if let TypeKind::Named(name) = &ty.kind {
            return Some((name, ty.span));
        }
        if matches!(ty.kind, TypeKind::Vec(_)) {
            return None;
        }
        ty = inner(ty)?;
    }
}
