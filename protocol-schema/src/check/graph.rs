//! Which items of a schema hold which by value, and which hold themselves.

use crate::diag::{Diagnostic, Diagnostics};
use crate::ir::{Item, Payload, Type, TypeKind};
use crate::span::Span;

use super::codes;
use super::index::Index;
use super::types::children;

/// The items in an order in which each stands behind those it holds by value.
pub(crate) struct Order {
    pub(crate) positions: Vec<usize>,
    /// For each item whether it holds itself, and so has no size.
    pub(crate) endless: Vec<bool>,
}

/// An item that another one holds.
struct Edge<'a> {
    to: usize,
    span: Span,
    name: &'a str,
}

/// Finds types that hold themselves other than by way of an option, a list, a map or an open
/// union, and an order of the others.
///
/// Each group of types that hold each other is told once.
pub(crate) fn order(index: &Index<'_>, found: &mut Diagnostics) -> Order {
    let edges: Vec<Vec<Edge<'_>>> = index.items().iter().map(|item| held(index, item)).collect();
    walk(&edges, &mut |edge, path| {
        let alias = |at: &usize| matches!(index.items().get(*at), Some(Item::Alias(_)));
        // A circle of nothing but aliases is told as such.
        if !path.iter().all(alias) {
            found.push(endless(index, edge, path));
        }
    })
}

/// The items in an order in which each alias stands behind those it names.
pub(super) fn order_of_aliases(index: &Index<'_>) -> Vec<usize> {
    walk(&aliases_named(index), &mut |_, _| {}).positions
}

/// Finds aliases that stand for themselves, by way of whatever: Rust has no such types.
pub(super) fn aliases(index: &Index<'_>, found: &mut Diagnostics) {
    walk(&aliases_named(index), &mut |edge, path| {
        let message = format!("the alias `{}` stands for itself", edge.name);
        let diagnostic = Diagnostic::error(codes::ENDLESS_ALIAS, edge.span, message);
        found.push(by_way_of(index, edge, path, diagnostic));
    });
}

/// The walk keeps its own stack, as the chain of types may be as long as the schema.
fn walk(edges: &[Vec<Edge<'_>>], tell: &mut dyn FnMut(&Edge<'_>, &[usize])) -> Order {
    let count = edges.len();
    let mut order = Order { positions: Vec::with_capacity(count), endless: vec![false; count] };
    let mut state = vec![State::Fresh; count];
    let mut path: Vec<(usize, std::slice::Iter<'_, Edge<'_>>)> = Vec::new();
    for start in 0..count {
        if state.get(start) == Some(&State::Fresh) {
            enter(start, &mut state, &mut path, edges);
        }
        while let Some((position, rest)) = path.last_mut() {
            let Some(edge) = rest.next() else {
                set(&mut state, *position, State::Left);
                order.positions.push(*position);
                path.pop();
                continue;
            };
            match state.get(edge.to) {
                Some(State::Fresh) => enter(edge.to, &mut state, &mut path, edges),
                Some(State::Entered) => {
                    let path: Vec<usize> = back_to(edge.to, &path, &mut order.endless);
                    if path.last() == Some(&edge.to) {
                        tell(edge, &path);
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
    let message = format!("`{}` holds itself, and so would never end", edge.name);
    let diagnostic = Diagnostic::error(codes::ENDLESS_TYPE, edge.span, message).fix(
        "hold one of them or none",
        edge.span,
        format!("Option<{}>", edge.name),
    );
    by_way_of(index, edge, path, diagnostic)
}

fn by_way_of(
    index: &Index<'_>,
    edge: &Edge<'_>,
    path: &[usize],
    diagnostic: Diagnostic,
) -> Diagnostic {
    const NAMES_MAX: usize = 8;
    let name = |position: &usize| index.items().get(*position).map(|item| item.name());
    let names: Vec<&str> =
        path.iter().rev().filter_map(name).map(|name| name.text.as_str()).collect();
    let way = match names.get(..NAMES_MAX) {
        Some(start) => format!("{} → …", start.join(" → ")),
        None => names.join(" → "),
    };
    match names.len() {
        0 | 1 => diagnostic,
        _ => diagnostic.note(format!("it does so by way of {way} → {}", edge.name)),
    }
}

/// What an item holds by value.
fn held<'a>(index: &Index<'a>, item: &'a Item) -> Vec<Edge<'a>> {
    let mut edges = Vec::new();
    let mut hold = |ty: &'a Type| by_value(index, ty, &mut edges);
    match item {
        Item::Const(_) | Item::Scalar(_) | Item::Flags(_) | Item::Protocol(_) => {}
        Item::Alias(item) => hold(&item.ty),
        Item::Struct(item) => item.fields.iter().for_each(|field| hold(&field.ty)),
        // A value that no older reader knows ends an open one.
        Item::Union(item) if !item.closed => {}
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

/// The items a type holds by value: itself, in an array or in a tuple.
fn by_value<'a>(index: &Index<'a>, ty: &'a Type, edges: &mut Vec<Edge<'a>>) {
    match &ty.kind {
        TypeKind::Named(name) => {
            if let Some(to) = index.position(name)
                && matches!(
                    index.get(name),
                    Some(Item::Alias(_) | Item::Struct(_) | Item::Union(_))
                )
            {
                edges.push(Edge { to, span: ty.span, name });
            }
        }
        TypeKind::Array(inner, _) | TypeKind::Secret(inner) => by_value(index, inner, edges),
        TypeKind::Tuple(elements) => {
            elements.iter().for_each(|element| by_value(index, element, edges));
        }
        TypeKind::Unit
        | TypeKind::Bool
        | TypeKind::Int(_)
        | TypeKind::Float(_)
        | TypeKind::String
        | TypeKind::Bytes
        | TypeKind::Vec(_)
        | TypeKind::Option(_)
        | TypeKind::Map(..)
        | TypeKind::Set(_)
        | TypeKind::Std(_)
        | TypeKind::Stream(_)
        | TypeKind::Extern(_) => {}
    }
}

fn aliases_named<'a>(index: &Index<'a>) -> Vec<Vec<Edge<'a>>> {
    index.items().iter().map(|item| named(index, item)).collect()
}

/// The aliases that an alias names.
fn named<'a>(index: &Index<'a>, item: &'a Item) -> Vec<Edge<'a>> {
    let Item::Alias(alias) = item else {
        return Vec::new();
    };
    let mut edges = Vec::new();
    let mut pending = vec![&alias.ty];
    while let Some(ty) = pending.pop() {
        if let TypeKind::Named(name) = &ty.kind
            && let (Some(to), Some(Item::Alias(_))) = (index.position(name), index.get(name))
        {
            edges.push(Edge { to, span: ty.span, name });
        }
        pending.extend(children(ty));
    }
    edges
}
