//! Schemas of other versions, and what a reader of one makes of a value of another: the rule of
//! evolution, in terms of values.

use crate::dice::Dice;
use crate::encoder::Encoder;
use crate::graph::{Field, Graph, Kind, Named, Std, Ty, Variant};
use crate::value::Value;

impl Graph {
    /// This schema as it was before some fields and variants came, or will be when more did.
    /// Each type keeps its place.
    pub fn other_version(&self, dice: &mut Dice) -> Self {
        let mut other = self.clone();
        let len = other.named.len();
        for place in 0..len {
            match &mut other.named[place].kind {
                Kind::Scalar { .. } | Kind::Flags { .. } => {}
                Kind::Struct { fixed: true, .. } | Kind::Union { closed: true, .. } => {}
                Kind::Struct { fields, .. } => other_fields(fields, len, dice, self),
                Kind::Union { variants, .. } => {
                    for variant in variants.iter_mut() {
                        other_fields(&mut variant.fields, len, dice, self);
                    }
                    if dice.one_in(2) {
                        let fields =
                            if dice.one_in(3) { Vec::new() } else { appended(0, len, dice) };
                        let tag = variants.last().map_or(1, |last| last.tag + 1);
                        variants.push(Variant { tag, name: format!("New{tag}"), fields });
                    } else if dice.one_in(2) {
                        variants.pop();
                    }
                }
            }
        }
        // What appended fields may hold: a struct that evolves, and one that does not.
        for (name, fixed) in [("Extra", false), ("Frozen", true)] {
            let types = [Ty::Bool, Ty::String, Ty::Int { width: 2, signed: true }];
            let fields = types.into_iter().zip(0..).map(|(ty, number)| field(number, ty)).collect();
            other.named.push(Named { name: name.into(), kind: Kind::Struct { fixed, fields } });
        }
        let fields = vec![field(0, Ty::String)];
        let variants = vec![Variant { tag: 1, name: "Only".into(), fields }];
        let kind = Kind::Union { error: false, closed: true, variants, default: None };
        other.named.push(Named { name: "Shut".into(), kind });
        other
    }

    /// What a reader of this schema sees of `value`, which `encoder` writes as a `ty` of its own.
    pub fn read(&self, encoder: &mut Encoder<'_>, writer: &Self, ty: &Ty, value: &Value) -> Value {
        match (ty, value) {
            (Ty::Secret(inner), _) => self.read(encoder, writer, inner, value),
            (Ty::Tuple(items), Value::List(values)) => {
                let pairs = items.iter().zip(values);
                Value::List(
                    pairs.map(|(ty, value)| self.read(encoder, writer, ty, value)).collect(),
                )
            }
            (Ty::Map(key, item), Value::List(_)) => {
                let pair = Ty::Tuple(vec![(**key).clone(), (**item).clone()]);
                self.read(encoder, writer, &Ty::Vec(Box::new(pair)), value)
            }
            (Ty::Vec(item) | Ty::Array(item, _), Value::List(values)) => {
                let read = values.iter().map(|value| self.read(encoder, writer, item, value));
                Value::List(read.collect())
            }
            (Ty::Option(inner), Value::Option(Some(value))) => {
                Value::Option(Some(Box::new(self.read(encoder, writer, inner, value))))
            }
            (Ty::Named(place), _) => {
                match (&self.at(*place).kind, &writer.at(*place).kind, value) {
                    (
                        Kind::Struct { fields: own, .. },
                        Kind::Struct { fields: theirs, .. },
                        Value::Struct(values),
                    ) => Value::Struct(self.read_fields(encoder, writer, (own, theirs), values)),
                    (
                        Kind::Union { variants: own, .. },
                        Kind::Union { variants: theirs, .. },
                        Value::Variant(tag, values),
                    ) => {
                        let of_tag = |all: &[Variant]| {
                            all.iter().find(|variant| variant.tag == *tag).cloned()
                        };
                        let theirs = of_tag(theirs).expect("a variant of the writer's");
                        match of_tag(own) {
                            Some(own) => {
                                let fields = (&own.fields[..], &theirs.fields[..]);
                                let read = self.read_fields(encoder, writer, fields, values);
                                Value::Variant(*tag, read)
                            }
                            None => Value::Raw(*tag, encoder.variant_body(&theirs.fields, values)),
                        }
                    }
                    _ => value.clone(),
                }
            }
            _ => value.clone(),
        }
    }

    fn read_fields(
        &self,
        encoder: &mut Encoder<'_>,
        writer: &Self,
        (own, theirs): (&[Field], &[Field]),
        values: &[Value],
    ) -> Vec<Value> {
        let read = own.iter().enumerate().map(|(i, field)| match (theirs.get(i), values.get(i)) {
            _ if field.removed => Value::Nothing,
            (Some(theirs), Some(value)) if !theirs.removed => {
                self.read(encoder, writer, &field.ty, value)
            }
            _ => self.zero_field(field).expect("only what has a zero comes and goes"),
        });
        read.collect()
    }
}

/// Cuts fields off at the end, appends some, removes one, or brings a removed one back. A field
/// that has no zero stays: the rule forbids to add or remove such ones.
fn other_fields(fields: &mut Vec<Field>, named: usize, dice: &mut Dice, graph: &Graph) {
    let fixed = fields.iter().rposition(|field| graph.zero_field(field).is_none());
    let first = fixed.map_or(0, |place| place + 1);
    match dice.below(7) {
        0 | 1 => fields.extend(appended(fields.len(), named, dice)),
        2 | 3 if fields.len() > first => {
            let len = first + dice.below(fields.len() - first);
            fields.truncate(len);
        }
        4 if !fields.is_empty() => {
            let place = dice.below(fields.len());
            let field = &mut fields[place];
            if field.removed || graph.zero_field(field).is_some() {
                field.removed = !field.removed;
            }
        }
        _ => {}
    }
}

/// One to three more fields of any type, in a schema of so many named types.
fn appended(from: usize, named: usize, dice: &mut Dice) -> Vec<Field> {
    let count = 1 + dice.below(3);
    let one = |number| {
        let mut field = field(number, any(named, dice));
        match field.ty {
            Ty::Bool if dice.one_in(2) => field.default = Some(1),
            Ty::Int { width, .. } | Ty::Float { width } | Ty::Varint { width, .. }
                if dice.one_in(3) =>
            {
                field.default = Some(u128::from(dice.roll()) & (u128::MAX >> (128 - 8 * width)));
            }
            _ => {}
        }
        // It came, and went again.
        field.removed = dice.one_in(6);
        field
    };
    (from..from + count).map(one).collect()
}

fn field(number: usize, ty: Ty) -> Field {
    Field::new(number, format!("new{number}"), ty)
}

fn any(named: usize, dice: &mut Dice) -> Ty {
    let (extra, frozen, shut) = (Ty::Named(named), Ty::Named(named + 1), Ty::Named(named + 2));
    let boxed = |ty: &Ty| Box::new(ty.clone());
    match dice.below(20) {
        0 => Ty::Bool,
        1 => Ty::Int { width: dice.pick(&[1, 2, 4, 8, 16]), signed: dice.one_in(2) },
        2 => Ty::Float { width: dice.pick(&[4, 8]) },
        3 => Ty::String,
        4 => Ty::Bytes,
        5 => Ty::Option(Box::new(Ty::Bool)),
        6 => Ty::Option(Box::new(dice.pick(&[&Ty::String, &extra, &frozen]).clone())),
        7 => Ty::Array(Box::new(Ty::Bool), 5),
        8 => Ty::Array(Box::new(extra), 2),
        // Of any type at all: behind a list nothing is endless.
        9 => Ty::Vec(Box::new(Ty::Named(dice.below(named + 2)))),
        10 => extra,
        11 => Ty::Varint { width: dice.pick(&[2, 4, 8]), signed: dice.one_in(2) },
        12 => Ty::Tuple(vec![Ty::Bool, extra, Ty::String]),
        13 => Ty::Map(boxed(&Ty::String), boxed(dice.pick(&[&extra, &frozen, &Ty::Bool]))),
        14 => Ty::Map(boxed(&Ty::Int { width: 4, signed: true }), boxed(&shut)),
        15 => Ty::Set(boxed(dice.pick(&[&Ty::String, &Ty::Bool, &Ty::Std(Std::Uuid)]))),
        16 => Ty::Std(dice.pick(&[Std::Uuid, Std::Timestamp, Std::Duration, Std::SocketAddr])),
        17 => Ty::Secret(boxed(dice.pick(&[&Ty::String, &extra, &Ty::Std(Std::Uuid)]))),
        18 => Ty::Option(boxed(&shut)),
        _ => frozen,
    }
}
