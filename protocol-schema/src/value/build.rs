//! From the model of a schema to types with a layout.

use std::collections::BTreeMap;

use super::defaults;
use super::layout::{
    BLOCK_MAX, Body, Field, Flags, Id, Node, Root, RootKind, Scalar, Size, Slot, Struct, Types,
    Union, Variant, With, float_width, int_width, std_width,
};
use super::lookup::TypeError;
use crate::ir::{self, ArrayLen, Bound, Item, Payload, Schema, Type, TypeKind, ValueKind};

/// How deep a type may be written, aliases taken for what they stand for.
const TYPE_DEPTH_MAX: u32 = 128;

type Build<T> = Result<T, TypeError>;

/// Collects the types that a root reaches.
pub(super) struct Builder<'s> {
    schema: &'s Schema,
    types: Types,
    named: BTreeMap<&'s str, BTreeMap<&'s str, Id>>,
    /// Named types that have a place, and are not yet looked into: the chain of types may be as
    /// long as the schema, so it is no recursion.
    todo: Vec<(Id, &'s Item)>,
    depth: u32,
}

impl<'s> Builder<'s> {
    pub(super) fn new(schema: &'s Schema) -> Self {
        let types = Types::default();
        Self { schema, types, named: BTreeMap::new(), todo: Vec::new(), depth: 0 }
    }

    /// The root of one type.
    pub(super) fn root(self, name: &str, ty: &Type) -> Build<(Types, Root)> {
        if ty.kind == TypeKind::Unit {
            return self.finish(name, RootKind::Nothing);
        }
        let field = ir::Field::unnamed(ty.clone());
        self.single(name, &field)
    }

    /// The root of a message.
    pub(super) fn message(mut self, name: &str, payload: &Payload) -> Build<(Types, Root)> {
        match payload {
            Payload::Unit => self.finish(name, RootKind::Nothing),
            Payload::Tuple(field) => self.single(name, field),
            Payload::Fields(fields) => {
                let body = self.body(fields)?;
                self.finish(name, RootKind::Fields(body))
            }
        }
    }

    fn single(mut self, name: &str, field: &ir::Field) -> Build<(Types, Root)> {
        let id = self.ty(&field.ty)?;
        // What is still to be looked into may be the struct itself.
        self.work()?;
        let kind = match self.types.evolvable(id) {
            Some(_) => RootKind::Struct(id),
            None => RootKind::Single(self.body(std::slice::from_ref(field))?),
        };
        self.finish(name, kind)
    }

    fn finish(mut self, name: &str, mut kind: RootKind) -> Build<(Types, Root)> {
        self.work()?;
        self.sizes()?;
        if let RootKind::Fields(body) | RootKind::Single(body) = &mut kind {
            lay_out(body, &self.types.sizes)?;
        }
        Ok((self.types, Root { name: name.to_owned(), kind }))
    }

    fn work(&mut self) -> Build<()> {
        while let Some((id, item)) = self.todo.pop() {
            let node = self.item(item)?;
            if let Some(place) = self.types.nodes.get_mut(id.0) {
                *place = node;
            }
        }
        Ok(())
    }

    fn add(&mut self, node: Node) -> Id {
        self.types.nodes.push(node);
        Id(self.types.nodes.len() - 1)
    }

    fn ty(&mut self, ty: &Type) -> Build<Id> {
        self.depth += 1;
        if self.depth > TYPE_DEPTH_MAX {
            return Err(TypeError::TooDeep);
        }
        let node = match &ty.kind {
            TypeKind::Bool => Node::Bool,
            TypeKind::Int(int) => Node::Int(*int),
            TypeKind::Float(float) => Node::Float(*float),
            TypeKind::String => Node::String,
            TypeKind::Bytes => Node::Bytes,
            TypeKind::Vec(inner) => Node::Vec(self.ty(inner)?),
            TypeKind::Set(inner) => Node::Set(self.ty(inner)?),
            TypeKind::Map(key, value) => {
                let entry = self.tuple(&[&**key, &**value], &["key", "value"])?;
                Node::Map(self.add(entry))
            }
            TypeKind::Option(inner) => Node::Option(self.ty(inner)?),
            TypeKind::Array(inner, length) => Node::Array(self.ty(inner)?, self.length(length)?),
            TypeKind::Tuple(types) => {
                let names: Vec<String> = (0..types.len()).map(|place| place.to_string()).collect();
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                self.tuple(&types.iter().collect::<Vec<_>>(), &names)?
            }
            TypeKind::Std(std) => Node::Std(*std),
            TypeKind::Secret(inner) => Node::Secret(self.ty(inner)?),
            TypeKind::Named(name) => {
                let id = self.named(name)?;
                self.depth -= 1;
                return Ok(id);
            }
            TypeKind::Unit => return Err(TypeError::NoValue { name: "()".to_owned() }),
            TypeKind::Stream(_) => return Err(TypeError::NoValue { name: "Stream".to_owned() }),
            TypeKind::Extern(_) => return Err(TypeError::Extern),
        };
        self.depth -= 1;
        Ok(self.add(node))
    }

    fn tuple(&mut self, types: &[&Type], names: &[&str]) -> Build<Node> {
        let mut body = Body::default();
        for (ty, name) in types.iter().zip(names) {
            body.fields.push(Field {
                name: (*name).to_owned(),
                ty: self.ty(ty)?,
                removed: false,
                with: With::NONE,
                slot: Slot::default(),
            });
        }
        Ok(Node::Tuple(body))
    }

    fn named(&mut self, name: &str) -> Build<Id> {
        let unknown = || TypeError::Name { name: name.to_owned(), nearest: None };
        let item = self.schema.find(name).ok_or_else(unknown)?;
        match item {
            Item::Alias(alias) => self.ty(&alias.ty),
            Item::Const(_) | Item::Protocol(_) => Err(unknown()),
            Item::Struct(_) | Item::Scalar(_) | Item::Union(_) | Item::Flags(_) => {
                let package = name.rsplit_once("::").map_or("", |(package, _)| package);
                let package = self
                    .schema
                    .foreign
                    .iter()
                    .map(|foreign| foreign.package.as_str())
                    .find(|known| *known == package)
                    .unwrap_or("");
                let met = self.named.entry(package).or_default();
                if let Some(id) = met.get(item.name().text.as_str()) {
                    return Ok(*id);
                }
                self.types.nodes.push(Node::Bool);
                let id = Id(self.types.nodes.len() - 1);
                met.insert(&item.name().text, id);
                self.todo.push((id, item));
                Ok(id)
            }
        }
    }

    fn item(&mut self, item: &Item) -> Build<Node> {
        Ok(match item {
            Item::Struct(item) => {
                Node::Struct(Struct { fixed: item.fixed, body: self.body(&item.fields)? })
            }
            Item::Scalar(item) => Node::Scalar(scalar(item)),
            Item::Flags(item) => {
                let mut flags: Vec<(u32, String)> = item
                    .flags
                    .iter()
                    .map(|flag| (flag.number.value, flag.name.text.clone()))
                    .collect();
                flags.sort();
                Node::Flags(Flags { width: usize::from(item.repr.bits() / 8), flags })
            }
            Item::Union(item) => Node::Union(self.union(item)?),
            Item::Const(_) | Item::Alias(_) | Item::Protocol(_) => {
                return Err(TypeError::NoValue { name: item.name().text.clone() });
            }
        })
    }

    fn union(&mut self, item: &ir::Union) -> Build<Union> {
        let mut variants = Vec::new();
        for variant in &item.variants {
            let (fields, bare) = match &variant.payload {
                Payload::Unit => (&[][..], false),
                Payload::Tuple(field) => (std::slice::from_ref(&**field), true),
                Payload::Fields(fields) => (&fields[..], false),
            };
            variants.push(Variant {
                tag: u8::try_from(variant.number.value).unwrap_or(u8::MAX),
                name: variant.name.text.clone(),
                body: self.body(fields)?,
                bare,
            });
        }
        let default = item.variants.iter().find(|variant| variant.default);
        let absent = default
            .filter(|variant| variant.payload == Payload::Unit)
            .and_then(|variant| u8::try_from(variant.number.value).ok());
        Ok(Union { name: item.name.text.clone(), variants, closed: item.closed, absent })
    }

    fn body(&mut self, fields: &[ir::Field]) -> Build<Body> {
        let mut fields: Vec<&ir::Field> = fields.iter().collect();
        fields.sort_by_key(|field| field.number.value);
        let mut body = Body::default();
        for field in fields {
            // A stream travels in frames of its own.
            if matches!(field.ty.kind, TypeKind::Stream(_)) {
                continue;
            }
            let xor = match &field.default {
                None => 0,
                Some(value) => defaults::bits(self.schema, &field.ty, value)
                    .ok_or_else(|| TypeError::Default { field: field.name.text.clone() })?,
            };
            body.fields.push(Field {
                name: field.name.text.clone(),
                ty: self.ty(&field.ty)?,
                removed: field.removed,
                with: With { xor, varint: field.varint, max: self.max(field)? },
                slot: Slot::default(),
            });
        }
        Ok(body)
    }

    fn max(&self, field: &ir::Field) -> Build<Option<u64>> {
        Ok(match &field.max {
            None => None,
            Some(Bound::Literal(max, _)) => Some(*max),
            Some(Bound::Const(path)) => {
                let value = defaults::constant(self.schema, path).and_then(whole);
                Some(value.ok_or_else(|| TypeError::Default { field: field.name.text.clone() })?)
            }
            Some(Bound::Extern(_)) => return Err(TypeError::Extern),
        })
    }

    fn length(&self, length: &ArrayLen) -> Build<usize> {
        let length = match length {
            ArrayLen::Literal(length) => Some(u64::from(*length)),
            ArrayLen::Const(name) => {
                defaults::constant(self.schema, std::slice::from_ref(name)).and_then(whole)
            }
        };
        length
            .filter(|length| *length > 0)
            .and_then(|length| usize::try_from(length).ok())
            .ok_or(TypeError::TooLarge)
    }

    /// Computes what each type takes, those first that others hold by value.
    fn sizes(&mut self) -> Build<()> {
        let count = self.types.nodes.len();
        let mut known: Vec<Option<Size>> = vec![None; count];
        // On the path, or known already.
        let mut entered = vec![false; count];
        let mut enter =
            |id: Id| entered.get_mut(id.0).is_some_and(|entered| !std::mem::replace(entered, true));
        let mut path = Vec::new();
        for start in 0..count {
            if enter(Id(start)) {
                path.push(Id(start));
            }
            while let Some(id) = path.last().copied() {
                let is_open = |id: &Id| known.get(id.0).is_some_and(Option::is_none);
                if let Some(needed) = held(self.types.node(id)).into_iter().find(is_open) {
                    if !enter(needed) {
                        return Err(TypeError::TooDeep);
                    }
                    path.push(needed);
                    continue;
                }
                path.pop();
                let size = self.size(id, &known)?;
                if let Some(place) = known.get_mut(id.0) {
                    *place = Some(size);
                }
            }
        }
        self.types.sizes = known.into_iter().map(Option::unwrap_or_default).collect();
        let sizes = &self.types.sizes;
        self.types.nodes.iter_mut().flat_map(bodies).try_for_each(|body| lay_out(body, sizes))
    }

    /// The size of a type whose parts are known.
    fn size(&self, id: Id, known: &[Option<Size>]) -> Build<Size> {
        let size_of = |id: Id| known.get(id.0).copied().flatten().unwrap_or_default();
        let fixed = |block: usize| Size { bits: 0, block, tail: false };
        let one = Size { bits: 0, block: 1, tail: true };
        let size = match self.types.node(id) {
            Node::Bool => Size { bits: 1, block: 0, tail: false },
            Node::Int(int) => fixed(int_width(*int)),
            Node::Float(float) => fixed(float_width(*float)),
            Node::Std(std) => fixed(std_width(*std)),
            Node::Scalar(item) => fixed(item.width),
            Node::Flags(item) => fixed(item.width),
            Node::String | Node::Bytes | Node::Vec(_) | Node::Map(_) | Node::Set(_) => one,
            Node::Union(_) | Node::Struct(Struct { fixed: false, .. }) => one,
            Node::Option(inner) => {
                let inner = self.types.peeled(*inner);
                if matches!(inner, Node::Option(_)) {
                    return Err(TypeError::NoElement);
                }
                let is_bool = matches!(inner, Node::Bool);
                Size { bits: 1 + usize::from(is_bool), block: 0, tail: !is_bool }
            }
            Node::Secret(inner) => size_of(*inner),
            Node::Array(element, length) => {
                let element = size_of(*element);
                let block = element.run(*length).ok_or(TypeError::TooLarge)?;
                Size { bits: 0, block, tail: element.tail }
            }
            Node::Tuple(body) | Node::Struct(Struct { fixed: true, body }) => {
                let mut body = body.clone();
                body.lay_out(|field| field_size(field, size_of(field.ty)));
                Size { bits: 0, block: body.block, tail: body.tail }
            }
        };
        check_block(size.block)?;
        if let Node::Vec(element) | Node::Set(element) | Node::Array(element, _) =
            self.types.node(id)
            && self.is_nothing(*element)
        {
            return Err(TypeError::NoElement);
        }
        Ok(size)
    }

    /// Whether elements of the type would take up no room. All others take some at least.
    fn is_nothing(&self, id: Id) -> bool {
        if let Node::Tuple(body) | Node::Struct(Struct { fixed: true, body }) =
            self.types.peeled(id)
        {
            return body.fields.is_empty();
        }
        false
    }
}

fn lay_out(body: &mut Body, sizes: &[Size]) -> Build<()> {
    body.lay_out(|field| field_size(field, sizes.get(field.ty.0).copied().unwrap_or_default()));
    check_block(body.block)
}

fn check_block(block: usize) -> Build<()> {
    match u64::try_from(block) {
        Ok(block) if block <= BLOCK_MAX => Ok(()),
        _ => Err(TypeError::TooLarge),
    }
}

const fn field_size(field: &Field, own: Size) -> Size {
    if field.with.varint { Size { bits: 0, block: 1, tail: true } } else { own }
}

fn bodies(node: &mut Node) -> Vec<&mut Body> {
    match node {
        Node::Tuple(body) | Node::Struct(Struct { body, .. }) => vec![body],
        Node::Union(item) => item.variants.iter_mut().map(|variant| &mut variant.body).collect(),
        Node::Bool
        | Node::Int(_)
        | Node::Float(_)
        | Node::String
        | Node::Bytes
        | Node::Vec(_)
        | Node::Map(_)
        | Node::Set(_)
        | Node::Option(_)
        | Node::Array(..)
        | Node::Std(_)
        | Node::Secret(_)
        | Node::Scalar(_)
        | Node::Flags(_) => Vec::new(),
    }
}

/// The types whose sizes that of a type is made of.
fn held(node: &Node) -> Vec<Id> {
    match node {
        Node::Secret(inner) | Node::Array(inner, _) => vec![*inner],
        Node::Tuple(body) | Node::Struct(Struct { fixed: true, body }) => {
            body.fields.iter().map(|field| field.ty).collect()
        }
        Node::Bool
        | Node::Int(_)
        | Node::Float(_)
        | Node::String
        | Node::Bytes
        | Node::Vec(_)
        | Node::Map(_)
        | Node::Set(_)
        | Node::Option(_)
        | Node::Std(_)
        | Node::Struct(_)
        | Node::Scalar(_)
        | Node::Flags(_)
        | Node::Union(_) => Vec::new(),
    }
}

fn scalar(item: &ir::ScalarEnum) -> Scalar {
    let mut variants: Vec<(u128, String)> = item
        .variants
        .iter()
        .map(|variant| (u128::from(variant.number.value), variant.name.text.clone()))
        .collect();
    variants.sort();
    let has_zero = variants.iter().any(|(number, _)| *number == 0);
    let default = item.variants.iter().find(|variant| variant.default && !has_zero);
    Scalar {
        name: item.name.text.clone(),
        width: usize::from(item.repr.bits() / 8),
        variants,
        closed: item.closed,
        absent: default.map(|variant| u128::from(variant.number.value)),
    }
}

fn whole(value: &ir::Value) -> Option<u64> {
    match &value.kind {
        ValueKind::Int { magnitude, negative: false } => u64::try_from(*magnitude).ok(),
        ValueKind::Int { .. }
        | ValueKind::Float(_)
        | ValueKind::Str(_)
        | ValueKind::Bytes(_)
        | ValueKind::Bool(_)
        | ValueKind::Path(_)
        | ValueKind::List(_)
        | ValueKind::Extern(_) => None,
    }
}
