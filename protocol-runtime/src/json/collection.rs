//! What holds other values: options, lists, arrays, tuples, maps and sets.
#![expect(
    clippy::disallowed_types,
    reason = "users hold them; the hasher is drawn at random, and the order is not used"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::hash::Hash;
use std::marker::PhantomData;

use serde_core::de::{self, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_core::ser::{SerializeMap, SerializeSeq, SerializeTuple, Serializer};

use super::{Allowance, Mapped, Part, Show, refuse};
use crate::wire::map::{HashMap, HashSet};

impl<T: Mapped> Mapped for Option<T> {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Some(value) => to.serialize_some(&Show(value)),
            None => to.serialize_none(),
        }
    }

    fn read<'de, D: Deserializer<'de>>(from: D, allowed: &Allowance) -> Result<Self, D::Error> {
        from.deserialize_option(Optional(Part::new(allowed)))
    }
}

struct Optional<'c, T>(Part<'c, T>);

impl<'de, T: Mapped> Visitor<'de> for Optional<'_, T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("null or a value")
    }

    fn visit_none<E: de::Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Option<T>, D::Error> {
        T::read(from, self.0.allowed).map(Some)
    }
}

fn write_all<'i, T: Mapped + 'i, S: Serializer>(
    items: impl ExactSizeIterator<Item = &'i T>,
    to: S,
) -> Result<S::Ok, S::Error> {
    let mut seq = to.serialize_seq(Some(items.len()))?;
    for item in items {
        seq.serialize_element(&Show(item))?;
    }
    seq.end()
}

/// Reads elements one after another into whatever takes them.
struct Each<'c, T, C, F> {
    allowed: &'c Allowance,
    /// What one element takes in memory, with what holds it.
    size: usize,
    into: C,
    add: F,
    item: PhantomData<T>,
}

impl<'de, T, C, F> Visitor<'de> for Each<'_, T, C, F>
where
    T: Mapped,
    F: FnMut(&mut C, T) -> Result<(), &'static str>,
{
    type Value = C;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<C, A::Error> {
        while let Some(item) = seq.next_element_seed(Part::<T>::new(self.allowed))? {
            self.allowed.charge(1, self.size)?;
            (self.add)(&mut self.into, item).map_err(refuse)?;
        }
        Ok(self.into)
    }
}

/// How much more than its entry a map or set takes for it, roughly.
const ENTRY: usize = 16;

impl<T: Mapped> Mapped for Vec<T> {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        write_all(self.iter(), to)
    }

    fn read<'de, D: Deserializer<'de>>(from: D, allowed: &Allowance) -> Result<Self, D::Error> {
        let add = |items: &mut Self, item| {
            items.push(item);
            Ok(())
        };
        let (into, item) = (Self::new(), PhantomData);
        // A vector that grows by doubling may be twice as long as what is in it.
        from.deserialize_seq(Each { allowed, size: 2 * size_of::<T>(), into, add, item })
    }
}

impl<T: Mapped, const N: usize> Mapped for [T; N] {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut tuple = to.serialize_tuple(N)?;
        for item in self {
            tuple.serialize_element(&Show(item))?;
        }
        tuple.end()
    }

    fn read<'de, D: Deserializer<'de>>(from: D, allowed: &Allowance) -> Result<Self, D::Error> {
        let add = |items: &mut Vec<T>, item| {
            if items.len() == N {
                return Err("an array has too many elements");
            }
            items.push(item);
            Ok(())
        };
        let (into, item) = (Vec::new(), PhantomData);
        let items =
            from.deserialize_tuple(N, Each { allowed, size: size_of::<T>(), into, add, item })?;
        Self::try_from(items).map_err(|_| refuse("an array has too few elements"))
    }
}

macro_rules! tuple {
    ($n:literal $($ty:ident $i:tt)+) => {
        impl<$($ty: Mapped),+> Mapped for ($($ty,)+) {
            fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                let mut tuple = to.serialize_tuple($n)?;
                $(tuple.serialize_element(&Show(&self.$i))?;)+
                tuple.end()
            }

            fn read<'de, D: Deserializer<'de>>(
                from: D,
                allowed: &Allowance,
            ) -> Result<Self, D::Error> {
                struct Elements<'c, $($ty),+>(&'c Allowance, PhantomData<($($ty,)+)>);

                impl<'de, $($ty: Mapped),+> Visitor<'de> for Elements<'_, $($ty),+> {
                    type Value = ($($ty,)+);

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str(concat!("an array of length ", $n))
                    }

                    fn visit_seq<Q: SeqAccess<'de>>(
                        self,
                        mut seq: Q,
                    ) -> Result<Self::Value, Q::Error> {
                        let tuple = ($(next::<$ty, Q>(&mut seq, self.0, $i, &self)?,)+);
                        end(&mut seq, $n, &self)?;
                        Ok(tuple)
                    }
                }

                from.deserialize_tuple($n, Elements(allowed, PhantomData))
            }
        }
    };
}

tuple! { 1 T0 0 }
tuple! { 2 T0 0 T1 1 }
tuple! { 3 T0 0 T1 1 T2 2 }
tuple! { 4 T0 0 T1 1 T2 2 T3 3 }
tuple! { 5 T0 0 T1 1 T2 2 T3 3 T4 4 }
tuple! { 6 T0 0 T1 1 T2 2 T3 3 T4 4 T5 5 }
tuple! { 7 T0 0 T1 1 T2 2 T3 3 T4 4 T5 5 T6 6 }
tuple! { 8 T0 0 T1 1 T2 2 T3 3 T4 4 T5 5 T6 6 T7 7 }
tuple! { 9 T0 0 T1 1 T2 2 T3 3 T4 4 T5 5 T6 6 T7 7 T8 8 }
tuple! { 10 T0 0 T1 1 T2 2 T3 3 T4 4 T5 5 T6 6 T7 7 T8 8 T9 9 }
tuple! { 11 T0 0 T1 1 T2 2 T3 3 T4 4 T5 5 T6 6 T7 7 T8 8 T9 9 T10 10 }
tuple! { 12 T0 0 T1 1 T2 2 T3 3 T4 4 T5 5 T6 6 T7 7 T8 8 T9 9 T10 10 T11 11 }

/// Element `i` of a tuple.
pub(super) fn next<'de, T: Mapped, Q: SeqAccess<'de>>(
    seq: &mut Q,
    allowed: &Allowance,
    i: usize,
    whole: &dyn de::Expected,
) -> Result<T, Q::Error> {
    let item = seq.next_element_seed(Part::<T>::new(allowed))?;
    item.ok_or_else(|| de::Error::invalid_length(i, whole))
}

/// Refuses what stands behind the last element.
pub(super) fn end<'de, Q: SeqAccess<'de>>(
    seq: &mut Q,
    len: usize,
    whole: &dyn de::Expected,
) -> Result<(), Q::Error> {
    match seq.next_element::<IgnoredAny>()? {
        Some(_) => Err(de::Error::invalid_length(len + 1, whole)),
        None => Ok(()),
    }
}

/// Writes a map whose keys rise: an object, or an array of pairs.
fn write_map<'i, K: Mapped + 'i, V: Mapped + 'i, S: Serializer>(
    entries: impl ExactSizeIterator<Item = (&'i K, &'i V)>,
    to: S,
) -> Result<S::Ok, S::Error> {
    if to.is_human_readable() && !K::TEXT_KEY {
        let mut seq = to.serialize_seq(Some(entries.len()))?;
        for (key, value) in entries {
            seq.serialize_element(&(Show(key), Show(value)))?;
        }
        return seq.end();
    }
    let mut map = to.serialize_map(Some(entries.len()))?;
    for (key, value) in entries {
        map.serialize_entry(&Show(key), &Show(value))?;
    }
    map.end()
}

/// Reads a map from an object, or from an array of pairs, in any order.
fn read_map<'de, K: Mapped, V: Mapped, C, D: Deserializer<'de>>(
    from: D,
    allowed: &Allowance,
    into: C,
    add: impl FnMut(&mut C, (K, V)) -> Result<(), &'static str>,
) -> Result<C, D::Error> {
    let size = size_of::<(K, V)>() + ENTRY;
    let pairs = from.is_human_readable() && !K::TEXT_KEY;
    let each = Each { allowed, size, into, add, item: PhantomData };
    if pairs { from.deserialize_seq(each) } else { from.deserialize_map(Entries(each)) }
}

struct Entries<'c, K, V, C, F>(Each<'c, (K, V), C, F>);

impl<'de, K, V, C, F> Visitor<'de> for Entries<'_, K, V, C, F>
where
    K: Mapped,
    V: Mapped,
    F: FnMut(&mut C, (K, V)) -> Result<(), &'static str>,
{
    type Value = C;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<C, A::Error> {
        let Each { allowed, size, mut into, mut add, .. } = self.0;
        while let Some(key) = map.next_key_seed(Part::<K>::new(allowed))? {
            allowed.charge(1, size)?;
            let value = map.next_value_seed(Part::<V>::new(allowed))?;
            add(&mut into, (key, value)).map_err(refuse)?;
        }
        Ok(into)
    }
}

const DUPLICATE_KEY: &str = "a key stands twice";
const DUPLICATE: &str = "an element of a set stands twice";

impl<K: Mapped + Ord, V: Mapped> Mapped for BTreeMap<K, V> {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        write_map(self.iter(), to)
    }

    fn read<'de, D: Deserializer<'de>>(from: D, allowed: &Allowance) -> Result<Self, D::Error> {
        read_map(from, allowed, Self::new(), |map, (key, value)| {
            map.insert(key, value).map_or(Ok(()), |_| Err(DUPLICATE_KEY))
        })
    }
}

impl<K: Mapped + Ord + Hash, V: Mapped> Mapped for HashMap<K, V> {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let sorted: BTreeMap<_, _> = self.iter().collect();
        write_map(sorted.into_iter(), to)
    }

    fn read<'de, D: Deserializer<'de>>(from: D, allowed: &Allowance) -> Result<Self, D::Error> {
        read_map(from, allowed, Self::new(), |map, (key, value)| {
            map.insert(key, value).map_or(Ok(()), |_| Err(DUPLICATE_KEY))
        })
    }
}

impl<T: Mapped + Ord> Mapped for BTreeSet<T> {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        write_all(self.iter(), to)
    }

    fn read<'de, D: Deserializer<'de>>(from: D, allowed: &Allowance) -> Result<Self, D::Error> {
        let add = |set: &mut Self, item| if set.insert(item) { Ok(()) } else { Err(DUPLICATE) };
        let (into, item) = (Self::new(), PhantomData);
        from.deserialize_seq(Each { allowed, size: size_of::<T>() + ENTRY, into, add, item })
    }
}

impl<T: Mapped + Ord + Hash> Mapped for HashSet<T> {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let sorted: BTreeSet<_> = self.iter().collect();
        write_all(sorted.into_iter(), to)
    }

    fn read<'de, D: Deserializer<'de>>(from: D, allowed: &Allowance) -> Result<Self, D::Error> {
        let add = |set: &mut Self, item| if set.insert(item) { Ok(()) } else { Err(DUPLICATE) };
        let (into, item) = (Self::new(), PhantomData);
        from.deserialize_seq(Each { allowed, size: size_of::<T>() + ENTRY, into, add, item })
    }
}
