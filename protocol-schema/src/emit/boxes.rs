//! Recursion: what a Rust type may hold only behind a `Box`.
//!
//! A schema never writes one. Every reference that lies on a circle of references by value, and
//! stands in an `Option` or in a variant of an open union, is boxed: whatever the order in which
//! things are declared, and so that a new item elsewhere changes nothing. Boxes are no part of the
//! encoding.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;

use crate::ir::{ExternId, Field, Item, Payload, Schema, Type, TypeKind};

use super::Door;

/// Emits `schema` with a box where a type would have no size without it.
pub(super) fn with_boxes(
    schema: &Schema,
    door: &Door<'_>,
    emit: impl FnOnce(&Schema, &Door<'_>) -> TokenStream,
) -> TokenStream {
    let circles = Circles::of(schema);
    if circles.0.is_empty() {
        return emit(schema, &Door { schema: Some(schema), ..door.clone() });
    }
    let mut boxed = schema.clone();
    let mut boxes = Boxes { door, circles: &circles, made: Vec::new() };
    for item in &mut boxed.items {
        boxes.item(item);
    }
    let made = boxes.made;
    let external = |id: ExternId| from_table(&made, id);
    emit(&boxed, &Door { schema: Some(&boxed), external: &external, ..door.clone() })
}

fn from_table(made: &[TokenStream], id: ExternId) -> TokenStream {
    let at = usize::try_from(id.0).ok();
    at.and_then(|at| made.get(at)).cloned().unwrap_or_default()
}

/// Calls `visit` with each type that is part of `ty`, itself or behind an `Option`.
fn by_value<'t>(ty: &'t Type, visit: &mut dyn FnMut(&'t str)) {
    match &ty.kind {
        TypeKind::Named(name) => visit(name),
        TypeKind::Option(inner) | TypeKind::Array(inner, _) | TypeKind::Secret(inner) => {
            by_value(inner, visit);
        }
        TypeKind::Tuple(parts) => parts.iter().for_each(|part| by_value(part, visit)),
        // What stands on the heap anyway, and what refers to nothing.
        TypeKind::Vec(_)
        | TypeKind::Map(..)
        | TypeKind::Set(_)
        | TypeKind::Stream(_)
        | TypeKind::Unit
        | TypeKind::Bool
        | TypeKind::Int(_)
        | TypeKind::Float(_)
        | TypeKind::String
        | TypeKind::Bytes
        | TypeKind::Std(_)
        | TypeKind::Extern(_) => {}
    }
}

fn fields(payload: &Payload) -> &[Field] {
    match payload {
        Payload::Unit => &[],
        Payload::Tuple(field) => std::slice::from_ref(field),
        Payload::Fields(fields) => fields,
    }
}

/// The types that an item holds.
fn types(item: &Item) -> Vec<&Type> {
    match item {
        Item::Alias(item) => vec![&item.ty],
        Item::Struct(item) => item.fields.iter().map(|field| &field.ty).collect(),
        Item::Union(item) => {
            let fields = item.variants.iter().flat_map(|variant| fields(&variant.payload));
            fields.map(|field| &field.ty).collect()
        }
        Item::Const(_) | Item::Scalar(_) | Item::Flags(_) | Item::Protocol(_) => Vec::new(),
    }
}

/// For each type that holds itself in the end, the circle it lies on.
struct Circles(BTreeMap<String, usize>);

impl Circles {
    fn of(schema: &Schema) -> Self {
        let own = schema.items.iter().map(|item| (item.name().text.clone(), item));
        let foreign = schema.foreign.iter().map(|foreign| {
            (format!("{}::{}", foreign.package, foreign.item.name().text), &foreign.item)
        });
        let items: Vec<(String, &Item)> = own.chain(foreign).collect();
        let index: BTreeMap<&str, usize> =
            items.iter().enumerate().map(|(at, (name, _))| (name.as_str(), at)).collect();
        let edges: Vec<Vec<usize>> = items
            .iter()
            .map(|(_, item)| {
                let mut edges = Vec::new();
                for ty in types(item) {
                    by_value(ty, &mut |name| edges.extend(index.get(name)));
                }
                edges
            })
            .collect();
        let circle = components(&edges);
        let mut on_circle = BTreeMap::new();
        for (((name, _), own), targets) in items.iter().zip(&circle).zip(&edges) {
            let back = targets.iter().any(|target| circle.get(*target) == Some(own));
            if back {
                on_circle.insert(name.clone(), *own);
            }
        }
        Self(on_circle)
    }
}

/// For each node the number of its strongly connected component (Kosaraju): two nodes have the
/// same exactly if each reaches the other.
fn components(edges: &[Vec<usize>]) -> Vec<usize> {
    let mut back = vec![Vec::new(); edges.len()];
    for (from, targets) in edges.iter().enumerate() {
        for target in targets {
            if let Some(sources) = back.get_mut(*target) {
                sources.push(from);
            }
        }
    }
    let (mut finished, mut seen) = (Vec::new(), vec![false; edges.len()]);
    for start in 0..edges.len() {
        visit(edges, start, &mut seen, &mut |node| finished.push(node));
    }
    let (mut component, mut seen) = (vec![usize::MAX; edges.len()], vec![false; edges.len()]);
    for root in finished.into_iter().rev() {
        visit(&back, root, &mut seen, &mut |node| {
            if let Some(own) = component.get_mut(node) {
                *own = root;
            }
        });
    }
    component
}

/// Walks what was not seen yet, depth first, and calls `leave` for each node after what it leads to.
fn visit(edges: &[Vec<usize>], start: usize, seen: &mut [bool], leave: &mut dyn FnMut(usize)) {
    let mut enter = |node: usize| {
        seen.get_mut(node).is_some_and(|seen| !std::mem::replace(seen, true)).then_some((node, 0))
    };
    let mut stack: Vec<(usize, usize)> = enter(start).into_iter().collect();
    while let Some((node, next)) = stack.last_mut() {
        match edges.get(*node).and_then(|targets| targets.get(*next)) {
            Some(target) => {
                *next += 1;
                stack.extend(enter(*target));
            }
            None => {
                leave(*node);
                stack.pop();
            }
        }
    }
}

struct Boxes<'a> {
    door: &'a Door<'a>,
    circles: &'a Circles,
    /// The boxed types as Rust writes them, by [`ExternId`].
    made: Vec<TokenStream>,
}

impl Boxes<'_> {
    fn item(&mut self, item: &mut Item) {
        let Some(circle) = self.circles.0.get(&item.name().text).copied() else {
            return;
        };
        match item {
            Item::Alias(item) => self.options(&mut item.ty, circle),
            Item::Struct(item) => {
                item.fields.iter_mut().for_each(|field| self.options(&mut field.ty, circle));
            }
            Item::Union(item) => {
                for variant in &mut item.variants {
                    let fields = match &mut variant.payload {
                        Payload::Unit => &mut [],
                        Payload::Tuple(field) => std::slice::from_mut(&mut **field),
                        Payload::Fields(fields) => fields.as_mut_slice(),
                    };
                    for field in fields {
                        self.options(&mut field.ty, circle);
                        if !item.closed {
                            self.put(&mut field.ty, circle);
                        }
                    }
                }
            }
            Item::Const(_) | Item::Scalar(_) | Item::Flags(_) | Item::Protocol(_) => {}
        }
    }

    /// Boxes what stands in the options of a type, from the inside out.
    fn options(&mut self, ty: &mut Type, circle: usize) {
        match &mut ty.kind {
            TypeKind::Option(inner) => {
                self.options(inner, circle);
                self.put(inner, circle);
            }
            TypeKind::Array(inner, _) | TypeKind::Secret(inner) => self.options(inner, circle),
            TypeKind::Tuple(parts) => {
                parts.iter_mut().for_each(|part| self.options(part, circle));
            }
            TypeKind::Vec(_)
            | TypeKind::Map(..)
            | TypeKind::Set(_)
            | TypeKind::Stream(_)
            | TypeKind::Unit
            | TypeKind::Bool
            | TypeKind::Int(_)
            | TypeKind::Float(_)
            | TypeKind::String
            | TypeKind::Bytes
            | TypeKind::Std(_)
            | TypeKind::Named(_)
            | TypeKind::Extern(_) => {}
        }
    }

    /// Boxes a type if it leads back to where it stands.
    fn put(&mut self, ty: &mut Type, circle: usize) {
        let mut back = false;
        by_value(ty, &mut |name| back |= self.circles.0.get(name) == Some(&circle));
        if !back {
            return;
        }
        let made = &self.made;
        let external = |id: ExternId| from_table(made, id);
        let inner = Door { external: &external, ..self.door.clone() }.ty(ty);
        let Ok(id) = u32::try_from(self.made.len()) else {
            return;
        };
        self.made.push(quote!(::std::boxed::Box<#inner>));
        ty.kind = TypeKind::Extern(ExternId(id));
    }
}
