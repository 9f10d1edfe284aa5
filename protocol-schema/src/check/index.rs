//! The items of a schema by name, with those of other packages that it uses: what each name means,
//! through aliases and consts.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::ir::{
    ArrayLen, Bound, Flags, Item, Name, ScalarEnum, Schema, Std, Type, TypeKind, Value, ValueKind,
};

use super::graph::order_of_aliases;
use super::types::children;

/// The items of a schema by name; of two with one name, the first.
pub(crate) struct Index<'a> {
    items: Vec<&'a Item>,
    /// How many of them are the schema's own; these come first.
    own: usize,
    by_name: BTreeMap<Cow<'a, str>, usize>,
    /// For each alias what it stands for in the end.
    aliases: Vec<Option<Peeled<'a>>>,
    /// For each const its value in the end: no name of another const.
    consts: Vec<Option<&'a Value>>,
    /// For each alias how much it stands for; `None` where that is more than a type may be.
    extents: Vec<Option<Extent>>,
}

/// How much a type is where its aliases are written out.
#[derive(Clone, Copy, Default)]
pub(crate) struct Extent {
    /// How deep it nests.
    pub(crate) depth: usize,
    /// How many types stand in it.
    pub(crate) parts: usize,
}

impl Extent {
    /// How deep a type may nest.
    pub(crate) const DEPTH_MAX: usize = 32;
    /// How many types may stand in one. Aliases double them in a line each.
    pub(crate) const PARTS_MAX: usize = 128;

    pub(crate) const fn is_allowed(&self) -> bool {
        self.depth <= Self::DEPTH_MAX && self.parts <= Self::PARTS_MAX
    }
}

/// A type behind its aliases and `Secret`s.
#[derive(Clone, Copy)]
pub(crate) struct Peeled<'a> {
    pub(crate) ty: &'a Type,
    /// Whether there was a `Secret`.
    pub(crate) secret: bool,
}

/// What the path of a value means.
#[derive(Clone, Copy)]
pub(crate) enum Meant<'a> {
    /// A const.
    Const(usize),
    /// A variant of a scalar enum, declared or not.
    Variant(&'a ScalarEnum, &'a Name),
    /// A flag, declared or not.
    Flag(&'a Flags, &'a Name),
}

impl<'a> Index<'a> {
    /// Of a schema and what it uses of other packages.
    pub(crate) fn of(schema: &'a Schema) -> Self {
        let mut index = Self::new(&schema.items);
        for foreign in &schema.foreign {
            let path = format!("{}::{}", foreign.package, foreign.item.name().text);
            let position = index.items.len();
            index.items.push(&foreign.item);
            index.by_name.entry(Cow::Owned(path)).or_insert(position);
        }
        index.finish()
    }

    /// Of one item alone.
    pub(crate) fn alone(item: &'a Item) -> Self {
        Self::new(std::slice::from_ref(item)).finish()
    }

    fn new(items: &'a [Item]) -> Self {
        let mut by_name = BTreeMap::new();
        for (position, item) in items.iter().enumerate() {
            by_name.entry(Cow::Borrowed(item.name().text.as_str())).or_insert(position);
        }
        let own = items.len();
        let items = items.iter().collect();
        let (aliases, consts, extents) = (Vec::new(), Vec::new(), Vec::new());
        Self { items, own, by_name, aliases, consts, extents }
    }

    fn finish(mut self) -> Self {
        self.aliases = ends(self.items.len(), |position| self.behind(position));
        self.consts = ends(self.items.len(), |position| self.value_behind(position));
        self.extents = vec![None; self.items.len()];
        // Each behind those it names, so that nothing is walked twice, however long the chain is.
        for position in order_of_aliases(&self) {
            if let Some(Item::Alias(alias)) = self.items.get(position)
                && let Some(extent) = self.extent(&alias.ty).filter(Extent::is_allowed)
                && let Some(place) = self.extents.get_mut(position)
            {
                *place = Some(extent);
            }
        }
        self
    }

    /// What an alias says.
    fn behind(&self, position: usize) -> Step<Peeled<'a>> {
        let Some(Item::Alias(alias)) = self.items.get(position) else {
            return Step::None;
        };
        let (mut ty, mut secret) = (&alias.ty, false);
        while let TypeKind::Secret(inner) = &ty.kind {
            (ty, secret) = (inner, true);
        }
        if let TypeKind::Named(name) = &ty.kind
            && let Some(next) = self.position(name)
            && let Some(Item::Alias(_)) = self.items.get(next)
        {
            return Step::Next(next, secret);
        }
        Step::End(Peeled { ty, secret })
    }

    /// What a const says.
    fn value_behind(&self, position: usize) -> Step<&'a Value> {
        let Some(Item::Const(item)) = self.items.get(position) else {
            return Step::None;
        };
        if let ValueKind::Path(names) = &item.value.kind
            && let Some(Meant::Const(next)) = self.meant(names)
        {
            return Step::Next(next, false);
        }
        Step::End(&item.value)
    }

    /// All items; the schema's own come first.
    pub(crate) fn items(&self) -> &[&'a Item] {
        &self.items
    }

    /// The schema's own items.
    pub(crate) fn own(&self) -> &[&'a Item] {
        self.items.get(..self.own).unwrap_or_default()
    }

    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&'a Item> {
        self.position(name).and_then(|position| self.items.get(position)).copied()
    }

    /// The type behind aliases and `Secret`; `None` where an alias stands for itself.
    pub(crate) fn peel<'t>(&self, ty: &'t Type) -> Option<Peeled<'t>>
    where
        'a: 't,
    {
        let (mut ty, mut secret) = (ty, false);
        while let TypeKind::Secret(inner) = &ty.kind {
            (ty, secret) = (inner, true);
        }
        if let TypeKind::Named(name) = &ty.kind
            && let Some(position) = self.position(name)
            && let Some(Item::Alias(_)) = self.items.get(position)
        {
            let end = self.aliases.get(position).copied().flatten()?;
            return Some(Peeled { ty: end.ty, secret: secret || end.secret });
        }
        Some(Peeled { ty, secret })
    }

    /// How much a type is; `None` if it names an alias that is too much by itself, or endless.
    pub(crate) fn extent(&self, ty: &Type) -> Option<Extent> {
        if let TypeKind::Named(name) = &ty.kind
            && let Some(position) = self.position(name)
            && let Some(Item::Alias(_)) = self.items.get(position)
        {
            return self.extents.get(position).copied().flatten();
        }
        let mut extent = Extent { depth: 0, parts: 1 };
        for child in children(ty) {
            let inner = self.extent(child)?;
            extent.depth = extent.depth.max(inner.depth.saturating_add(1));
            extent.parts = extent.parts.saturating_add(inner.parts);
        }
        Some(extent)
    }

    /// Whether values of a type may be keys of maps and elements of sets; `None` where another
    /// rule or the Rust compiler tells what the type is.
    pub(crate) fn is_key(&self, ty: &Type) -> Option<bool> {
        self.extent(ty)?;
        let peeled = self.peel(ty)?;
        match &peeled.ty.kind {
            TypeKind::Extern(_) | TypeKind::Unit | TypeKind::Stream(_) => None,
            TypeKind::Named(name) => match self.get(name)? {
                Item::Struct(_) | Item::Scalar(_) | Item::Union(_) | Item::Flags(_) => Some(false),
                Item::Const(_) | Item::Alias(_) | Item::Protocol(_) => None,
            },
            _ if peeled.secret => Some(false),
            TypeKind::Bool | TypeKind::Int(_) | TypeKind::String | TypeKind::Bytes => Some(true),
            TypeKind::Std(Std::Uuid | Std::Timestamp | Std::Duration) => Some(true),
            TypeKind::Array(inner, _) => self.is_key(inner),
            TypeKind::Tuple(elements) => {
                let mut all = Some(true);
                for element in elements {
                    match self.is_key(element) {
                        Some(true) => {}
                        Some(false) => return Some(false),
                        None => all = None,
                    }
                }
                all
            }
            TypeKind::Std(Std::SocketAddr)
            | TypeKind::Float(_)
            | TypeKind::Vec(_)
            | TypeKind::Option(_)
            | TypeKind::Map(..)
            | TypeKind::Set(_)
            | TypeKind::Secret(_) => Some(false),
        }
    }

    /// The item that a type is in the end, behind aliases and `Secret`.
    pub(crate) fn item(&self, ty: &Type) -> Option<&'a Item> {
        match &self.peel(ty)?.ty.kind {
            TypeKind::Named(name) => self.get(name),
            TypeKind::Unit
            | TypeKind::Bool
            | TypeKind::Int(_)
            | TypeKind::Float(_)
            | TypeKind::String
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
            | TypeKind::Extern(_) => None,
        }
    }

    /// What the path of a value means: a const, or a variant or flag of something.
    pub(crate) fn meant<'n>(&self, names: &'n [Name]) -> Option<Meant<'n>>
    where
        'a: 'n,
    {
        let (last, before) = names.split_last()?;
        if !before.is_empty() {
            match self.get(&joined(before)) {
                Some(Item::Scalar(item)) => return Some(Meant::Variant(item, last)),
                Some(Item::Flags(item)) => return Some(Meant::Flag(item, last)),
                Some(
                    Item::Const(_)
                    | Item::Alias(_)
                    | Item::Struct(_)
                    | Item::Union(_)
                    | Item::Protocol(_),
                )
                | None => {}
            }
            if let Some(item) = self.alias_of(&joined(before)) {
                return match item {
                    Item::Scalar(item) => Some(Meant::Variant(item, last)),
                    Item::Flags(item) => Some(Meant::Flag(item, last)),
                    Item::Const(_)
                    | Item::Alias(_)
                    | Item::Struct(_)
                    | Item::Union(_)
                    | Item::Protocol(_) => None,
                };
            }
        }
        let position = self.position(&joined(names))?;
        matches!(self.items.get(position), Some(Item::Const(_))).then_some(Meant::Const(position))
    }

    fn alias_of(&self, name: &str) -> Option<&'a Item> {
        let Some(Item::Alias(alias)) = self.get(name) else {
            return None;
        };
        self.item(&alias.ty)
    }

    /// The value of a const in the end; `None` where it stands for itself.
    pub(crate) fn const_value(&self, position: usize) -> Option<&'a Value> {
        self.consts.get(position).copied().flatten()
    }

    /// The value that a value is in the end.
    pub(crate) fn value<'t>(&self, value: &'t Value) -> Option<&'t Value>
    where
        'a: 't,
    {
        if let ValueKind::Path(names) = &value.kind
            && let Some(Meant::Const(position)) = self.meant(names)
        {
            return self.const_value(position);
        }
        Some(value)
    }

    /// The const called `name`, if it is an integer that is not negative.
    pub(crate) fn unsigned(&self, name: &str) -> Option<u128> {
        let position = self.position(name)?;
        let Some(Item::Const(item)) = self.items.get(position) else {
            return None;
        };
        match (&self.peel(&item.ty)?.ty.kind, &self.const_value(position)?.kind) {
            (TypeKind::Int(_), ValueKind::Int { magnitude, negative }) => {
                (!negative || *magnitude == 0).then_some(*magnitude)
            }
            _ => None,
        }
    }

    /// The number of elements, if it is one that can be.
    pub(crate) fn length(&self, length: &ArrayLen) -> Option<u32> {
        match length {
            ArrayLen::Literal(length) => Some(*length),
            ArrayLen::Const(name) => {
                u32::try_from(self.unsigned(&name.text)?).ok().filter(|length| *length > 0)
            }
        }
    }

    /// The most that a field may hold, if that is known here.
    pub(crate) fn bound(&self, bound: &Bound) -> Option<u64> {
        match bound {
            Bound::Literal(max, _) => Some(*max),
            Bound::Const(names) => u64::try_from(self.unsigned(&joined(names))?).ok(),
            Bound::Extern(_) => None,
        }
    }
}

/// Names as one path.
pub(crate) fn joined(names: &[Name]) -> String {
    names.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join("::")
}

/// What stands at one place of a chain.
enum Step<T> {
    /// Its end.
    End(T),
    /// The next place, and whether a `Secret` stands before it.
    Next(usize, bool),
    /// It is no chain.
    None,
}

/// What can be passed along a chain.
trait Passed: Copy {
    /// As it is before a place with a `Secret`.
    fn behind_secret(self) -> Self;
}

impl Passed for Peeled<'_> {
    fn behind_secret(self) -> Self {
        Self { secret: true, ..self }
    }
}

impl Passed for &Value {
    fn behind_secret(self) -> Self {
        self
    }
}

/// The ends of all chains, each place visited once; `None` for those without an end.
fn ends<T: Passed>(count: usize, step: impl Fn(usize) -> Step<T>) -> Vec<Option<T>> {
    let mut ends: Vec<Option<T>> = vec![None; count];
    let mut visited = vec![false; count];
    for start in 0..count {
        let mut chain = Vec::new();
        let mut at = start;
        let mut end = loop {
            match visited.get_mut(at) {
                Some(visited) if !*visited => *visited = true,
                // Met before: its end is known, or it is a circle.
                _ => break ends.get(at).copied().flatten(),
            }
            match step(at) {
                Step::End(end) => {
                    chain.push((at, false));
                    break Some(end);
                }
                Step::Next(next, secret) => {
                    chain.push((at, secret));
                    at = next;
                }
                Step::None => break None,
            }
        };
        for (position, secret) in chain.into_iter().rev() {
            end = if secret { end.map(Passed::behind_secret) } else { end };
            if let Some(place) = ends.get_mut(position) {
                *place = end;
            }
        }
    }
    ends
}
