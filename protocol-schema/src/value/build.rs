//! From the model of a schema to types with a layout.

use std::collections::BTreeMap;

use super::layout::{
    Body, Field, Flags, Id, Node, Root, RootKind, Scalar, Struct, Types, Union, Variant, With,
};
use super::lookup::TypeError;
use crate::ir::{self, ArrayLen, Bound, Item, Payload, Schema, Type, TypeKind};
use crate::layout::{self, BLOCK_BYTES_MAX, Layouts, Place, Places, Size};
use crate::text::type_text;

/// How deep a type may be written, aliases taken for what they stand for.
const TYPE_DEPTH_MAX: u32 = 128;

type Build<T> = Result<T, TypeError>;

/// Collects the types that a root reaches.
pub(super) struct Builder<'s> {
    layouts: Layouts<'s>,
    types: Types,
    /// The types that have names, by what they are called here.
    named: BTreeMap<String, Id>,
    /// Named types that have a place, and are not yet looked into: the chain of types may be as
    /// long as the schema, so it is no recursion.
    todo: Vec<(Id, &'s Item)>,
    depth: u32,
}

impl<'s> Builder<'s> {
    pub(super) fn new(schema: &'s Schema) -> Self {
        let (layouts, types) = (Layouts::new(schema), Types::default());
        Self { layouts, types, named: BTreeMap::new(), todo: Vec::new(), depth: 0 }
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

    fn finish(mut self, name: &str, kind: RootKind) -> Build<(Types, Root)> {
        self.work()?;
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

    fn add(&mut self, node: Node, size: Size) -> Id {
        self.types.nodes.push(node);
        self.types.sizes.push(size);
        Id(self.types.nodes.len() - 1)
    }

    fn ty(&mut self, ty: &Type) -> Build<Id> {
        self.depth += 1;
        if self.depth > TYPE_DEPTH_MAX {
            return Err(TypeError::TooDeep);
        }
        let ty = self.layouts.written(ty).ok_or(TypeError::TooDeep)?;
        let id = if let TypeKind::Named(name) = &ty.kind {
            self.named(ty, name)?
        } else {
            let node = self.node(ty)?;
            let size = self.layouts.size(ty).ok_or(TypeError::TooLarge)?;
            self.add(node, size)
        };
        self.depth -= 1;
        Ok(id)
    }

    fn node(&mut self, ty: &Type) -> Build<Node> {
        Ok(match &ty.kind {
            TypeKind::Bool => Node::Bool,
            TypeKind::Int(int) => Node::Int(*int),
            TypeKind::Float(float) => Node::Float(*float),
            TypeKind::String => Node::String,
            TypeKind::Bytes => Node::Bytes,
            TypeKind::Vec(inner) => Node::Vec(self.ty(inner)?),
            TypeKind::Set(inner) => Node::Set(self.key(inner)?),
            TypeKind::Map(key, value) => {
                let key = self.key(key)?;
                let entry = [("key".to_owned(), key), ("value".to_owned(), self.ty(value)?)];
                let (body, size) = self.tuple(entry)?;
                Node::Map(self.add(Node::Tuple(body), size))
            }
            TypeKind::Option(inner) => {
                let id = self.ty(inner)?;
                if let Node::Option(_) = self.types.peeled(id) {
                    return Err(TypeError::NestedOption);
                }
                Node::Option(id)
            }
            TypeKind::Array(inner, length) => Node::Array(self.ty(inner)?, self.length(length)?),
            TypeKind::Tuple(types) => {
                let mut elements = Vec::with_capacity(types.len());
                for (place, ty) in types.iter().enumerate() {
                    elements.push((place.to_string(), self.ty(ty)?));
                }
                Node::Tuple(self.tuple(elements)?.0)
            }
            TypeKind::Std(std) => Node::Std(*std),
            TypeKind::Secret(inner) => Node::Secret(self.ty(inner)?),
            TypeKind::Named(name) => return Err(unknown(name)),
            TypeKind::Unit => return Err(TypeError::NoValue { name: "()".to_owned() }),
            TypeKind::Stream(_) => return Err(TypeError::NoValue { name: "Stream".to_owned() }),
            TypeKind::Extern(_) => return Err(TypeError::Extern),
        })
    }

    fn key(&mut self, ty: &Type) -> Build<Id> {
        let id = self.ty(ty)?;
        if self.layouts.is_key(ty) { Ok(id) } else { Err(TypeError::NoKey { ty: type_text(ty) }) }
    }

    /// A body of elements, and what it takes of the one it stands in.
    fn tuple(&self, elements: impl IntoIterator<Item = (String, Id)>) -> Build<(Body, Size)> {
        let (mut body, mut places) = (Body::default(), Places::default());
        for (name, ty) in elements {
            let place = places.take(self.types.size(ty));
            let with = With::NONE;
            body.push(Field { name, ty, removed: false, with, slot: place.into() }, place);
        }
        let size = places.size();
        if size.block > BLOCK_BYTES_MAX {
            return Err(TypeError::TooLarge);
        }
        (body.block, body.tail) = (size.block, size.tail);
        Ok((body, size))
    }

    fn named(&mut self, ty: &Type, name: &str) -> Build<Id> {
        if let Some(id) = self.named.get(name) {
            return Ok(*id);
        }
        let item = self.layouts.find(name).ok_or_else(|| unknown(name))?;
        match item {
            Item::Const(_) | Item::Alias(_) | Item::Protocol(_) => Err(unknown(name)),
            Item::Struct(_) | Item::Scalar(_) | Item::Union(_) | Item::Flags(_) => {
                let size = self.layouts.size(ty).ok_or(TypeError::TooLarge)?;
                let id = self.add(Node::Bool, size);
                self.named.insert(name.to_owned(), id);
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
        let laid = self.layouts.body(fields).filter(|laid| laid.block <= BLOCK_BYTES_MAX);
        let Some(laid) = laid else {
            // A type without a size says itself why.
            let mut without = fields.iter().filter(|field| self.layouts.field(field).is_none());
            return match without.next() {
                Some(field) => Err(self.ty(&field.ty).err().unwrap_or(TypeError::TooLarge)),
                None => Err(TypeError::TooLarge),
            };
        };
        let mut body = Body { block: laid.block, tail: laid.tail, ..Body::default() };
        for layout::Slot { field, place, .. } in laid.slots {
            // A stream travels in frames of its own.
            if place == Place::Nowhere {
                continue;
            }
            let name = field.name.text.clone();
            let (ty, with) = (self.ty(&field.ty)?, self.with(field)?);
            let removed = field.removed;
            body.push(Field { name, ty, removed, with, slot: place.into() }, place);
        }
        Ok(body)
    }

    fn with(&self, field: &ir::Field) -> Build<With> {
        let wrong = || TypeError::Default { field: field.name.text.clone() };
        let xor = match &field.default {
            None => 0,
            Some(value) => self.layouts.default_bits(&field.ty, value).ok_or_else(wrong)?,
        };
        let max = match &field.max {
            None => None,
            Some(Bound::Extern(_)) => return Err(TypeError::Extern),
            Some(max) => Some(self.layouts.bound(max).ok_or_else(wrong)?),
        };
        Ok(With { xor, varint: field.varint, max })
    }

    fn length(&self, length: &ArrayLen) -> Build<usize> {
        let length = self.layouts.length(length).filter(|length| *length > 0);
        let length = length.ok_or(TypeError::NoLength)?;
        usize::try_from(length).map_err(|_| TypeError::TooLarge)
    }
}

fn unknown(name: &str) -> TypeError {
    TypeError::Name { name: name.to_owned(), nearest: None }
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
