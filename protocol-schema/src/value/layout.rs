//! Types with where their parts lie: what decoding and encoding walk over. Where that is, the
//! layout of the schema says.

use std::collections::BTreeMap;

use crate::ir::{Float, Int, Std};
use crate::layout::{Bit, Place, Size};

/// The place of a type in [`Types`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Id(pub(super) usize);

/// All types that a root reaches, each once if it has a name.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Types {
    pub(super) nodes: Vec<Node>,
    pub(super) sizes: Vec<Size>,
}

/// A type. Aliases are looked through when one is made.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Bool,
    Int(Int),
    Float(Float),
    String,
    Bytes,
    /// The second is a list of tuples with a key and a value.
    Vec(Id),
    Map(Id),
    Set(Id),
    Option(Id),
    Array(Id, usize),
    Tuple(Body),
    Std(Std),
    Secret(Id),
    Struct(Struct),
    Scalar(Scalar),
    Flags(Flags),
    Union(Union),
}

/// A struct.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Struct {
    pub(super) fixed: bool,
    pub(super) body: Body,
}

/// An enum that is a number.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scalar {
    pub(super) name: String,
    pub(super) width: usize,
    pub(super) variants: Vec<(u128, String)>,
    pub(super) closed: bool,
    /// What number 0 reads as when no variant of a closed enum has it.
    pub(super) absent: Option<u128>,
}

/// A set of named bits.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Flags {
    pub(super) width: usize,
    pub(super) flags: Vec<(u32, String)>,
}

/// A tagged union.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Union {
    pub(super) name: String,
    pub(super) variants: Vec<Variant>,
    pub(super) closed: bool,
    /// What an absent closed union reads as: a variant without fields.
    pub(super) absent: Option<u8>,
}

/// A variant of a union.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Variant {
    pub(super) tag: u8,
    pub(super) name: String,
    pub(super) body: Body,
    /// One value without a name.
    pub(super) bare: bool,
}

/// Fields in the order of their numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Body {
    pub(super) fields: Vec<Field>,
    /// How long the block is.
    pub(super) block: usize,
    /// Each flag byte, and the bits of it that fields have.
    pub(super) flags: BTreeMap<usize, u8>,
    /// Whether a field may have a tail.
    pub(super) tail: bool,
}

/// A field, and where it lies.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    /// Empty for the value of a tuple variant, the position in a tuple.
    pub(super) name: String,
    pub(super) ty: Id,
    pub(super) removed: bool,
    pub(super) with: With,
    pub(super) slot: Slot,
}

/// What a field says beside its type.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct With {
    /// The bits of its default.
    pub(super) xor: u128,
    pub(super) varint: bool,
    pub(super) max: Option<u64>,
}

impl With {
    /// Nothing.
    pub(super) const NONE: Self = Self { xor: 0, varint: false, max: None };

    /// What a field says about the value in its option.
    pub(super) const fn inside(self) -> Self {
        Self { max: self.max, ..Self::NONE }
    }
}

/// Where a value lies in a block: its bytes, and its bits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Slot {
    pub(super) at: usize,
    pub(super) bits: [Bit; 2],
}

impl Slot {
    /// Element `i` of a run of values of that size which starts at `base`.
    pub(super) fn element(base: usize, i: usize, size: Size) -> Self {
        let first = i.saturating_mul(size.bits);
        let bit = |n: usize| Bit {
            byte: base.saturating_add(n / 8),
            bit: u8::try_from(n % 8).unwrap_or_default(),
        };
        Self {
            at: base.saturating_add(i.saturating_mul(size.block)),
            bits: [bit(first), bit(first.saturating_add(1))],
        }
    }

    /// The same in a body that starts at `base`.
    pub(super) fn moved(self, base: usize) -> Self {
        let moved = |bit: Bit| Bit { byte: bit.byte.saturating_add(base), ..bit };
        Self { at: self.at.saturating_add(base), bits: self.bits.map(moved) }
    }
}

impl From<Place> for Slot {
    fn from(place: Place) -> Self {
        match place {
            Place::Nowhere => Self::default(),
            Place::Bytes(at) => Self { at, ..Self::default() },
            Place::Bit(bit) => Self { at: bit.byte, bits: [bit; 2] },
            Place::TwoBits(present, value) => Self { at: present.byte, bits: [present, value] },
        }
    }
}

impl Size {
    /// How long the blocks, or the bitmap, of `count` such values are.
    pub(super) fn run(self, count: usize) -> Option<usize> {
        if self.bits > 0 {
            count.checked_mul(self.bits).map(|bits| bits.div_ceil(8))
        } else {
            count.checked_mul(self.block)
        }
    }
}

/// A message, a reply, an error, or any value that stands alone.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Root {
    /// As users call it.
    pub(super) name: String,
    pub(super) kind: RootKind,
}

/// What a root consists of.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum RootKind {
    /// No bytes.
    Nothing,
    /// The body of an evolvable struct.
    Struct(Id),
    /// The fields of a message.
    Fields(Body),
    /// One field @0, of which the root is the value.
    Single(Body),
}

impl Types {
    /// The type at a place.
    pub(super) fn node(&self, id: Id) -> &Node {
        // Places come from the builder, which never takes a node away.
        self.nodes.get(id.0).unwrap_or(&Node::Bool)
    }

    pub(super) fn size(&self, id: Id) -> Size {
        self.sizes.get(id.0).copied().unwrap_or_default()
    }

    /// The type, looked at through `Secret`.
    pub(super) fn peeled(&self, id: Id) -> &Node {
        let node = self.node(id);
        if let Node::Secret(inner) = node { self.peeled(*inner) } else { node }
    }

    /// The body of a type that evolves.
    pub(super) fn evolvable(&self, id: Id) -> Option<&Body> {
        let Node::Struct(Struct { fixed: false, body }) = self.peeled(id) else { return None };
        Some(body)
    }
}

impl Node {
    /// What its values are, in words.
    pub(super) fn describe(&self) -> &str {
        match self {
            Self::Bool => "a bool",
            Self::Int(int) => int.name(),
            Self::Float(float) => float.name(),
            Self::String => "a string",
            Self::Bytes => "bytes",
            Self::Vec(_) => "a list",
            Self::Map(_) => "a map",
            Self::Set(_) => "a set",
            Self::Option(_) => "null or a value",
            Self::Array(..) => "an array",
            Self::Tuple(_) => "an array for a tuple",
            Self::Std(std) => std.name(),
            Self::Secret(_) => "a secret",
            Self::Struct(_) => "an object",
            Self::Scalar(item) => &item.name,
            Self::Flags(_) => "an array of flags",
            Self::Union(item) => &item.name,
        }
    }
}

impl Body {
    /// The length of the block where a value must take up room.
    pub(super) fn element_len(&self) -> usize {
        self.block.max(1)
    }

    /// How many fields have a value.
    pub(super) fn values(&self) -> usize {
        self.fields.iter().filter(|field| !field.removed).count()
    }

    /// Adds a field that stands at a place.
    pub(super) fn push(&mut self, field: Field, place: Place) {
        if let Place::Bit(_) | Place::TwoBits(..) = place {
            for bit in field.slot.bits {
                *self.flags.entry(bit.byte).or_default() |= 1 << bit.bit;
            }
        }
        self.fields.push(field);
    }
}

/// How many bytes an integer has.
pub(super) fn int_width(int: Int) -> usize {
    usize::from(int.bits() / 8)
}

/// How many bytes a float has.
pub(super) fn float_width(float: Float) -> usize {
    usize::from(float.bits() / 8)
}
