//! Maps and sets: lists whose keys rise strictly, so that each has one form and no key stands twice.
//!
//! A map is written as a list of pairs, a set as a list. What arrives is never hashed before its
//! order is checked, and never with a hasher whose seed a peer could know.
#![expect(
    clippy::disallowed_types,
    reason = "users hold them; the hasher is drawn at random, and the order is not used"
)]

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
pub use std::collections::{HashMap, HashSet};
use std::fmt;
use std::hash::Hash;

use bytes::Bytes;

use super::Wire;
use super::error::{DecodeError, DecodeErrorKind as Kind};
use super::layout::{Shape, Slot, layout};
use super::list::blocks_len;
use super::reader::{Reader, load};
use super::tail::Tail;
use super::view::{ArrayView, ListView};
use super::writer::{Writer, put, short_length};
use crate::schema::TypeSchema;
use crate::types::{Timestamp, Uuid};

/// A key of a map, or an element of a set: integers, `bool`, `String`, `Bytes`, `Uuid`, `Timestamp`,
/// `Duration`, and arrays and tuples of these.
///
/// Keys stand in their natural order, which is that of `Ord`: numbers by value, text and bytes by
/// their bytes, time by time, arrays and tuples from left to right.
#[diagnostic::on_unimplemented(
    message = "NP0805: `{Self}` cannot be the key of a map or an element of a set",
    label = "not an integer, `bool`, `String`, `Bytes`, `Uuid`, `Timestamp` or `Duration`, nor an array or tuple of these",
    note = "use one of those as the key, or a `Vec` of pairs"
)]
pub trait Key: Wire + Ord {
    /// How two keys stand to each other where they lie.
    fn cmp_views(one: Self::View<'_>, other: Self::View<'_>) -> Ordering;

    /// How this key stands to one that lies in bytes.
    fn cmp_view(&self, view: Self::View<'_>) -> Ordering;
}

macro_rules! key {
    ($($ty:ty)*) => {$(
        impl Key for $ty {
            #[inline]
            fn cmp_views(one: Self::View<'_>, other: Self::View<'_>) -> Ordering {
                one.cmp(&other)
            }

            #[inline]
            fn cmp_view(&self, view: Self::View<'_>) -> Ordering {
                self.cmp(&view)
            }
        }
    )*};
}

key! {
    bool u8 u16 u32 u64 u128 i8 i16 i32 i64 i128 Uuid Timestamp std::time::Duration
}

impl Key for String {
    #[inline]
    fn cmp_views(one: &str, other: &str) -> Ordering {
        one.cmp(other)
    }

    #[inline]
    fn cmp_view(&self, view: &str) -> Ordering {
        self.as_str().cmp(view)
    }
}

impl Key for Bytes {
    #[inline]
    fn cmp_views(one: &[u8], other: &[u8]) -> Ordering {
        one.cmp(other)
    }

    #[inline]
    fn cmp_view(&self, view: &[u8]) -> Ordering {
        (**self).cmp(view)
    }
}

impl<T: Key, const N: usize> Key for [T; N] {
    fn cmp_views(one: ArrayView<'_, T, N>, other: ArrayView<'_, T, N>) -> Ordering {
        let pairs = one.iter().zip(other.iter());
        pairs.fold(Ordering::Equal, |so_far, (one, other)| {
            so_far.then_with(|| T::cmp_views(one, other))
        })
    }

    fn cmp_view(&self, view: ArrayView<'_, T, N>) -> Ordering {
        let pairs = self.iter().zip(view.iter());
        pairs.fold(Ordering::Equal, |so_far, (one, other)| so_far.then_with(|| one.cmp_view(other)))
    }
}

/// What a view of a map or set can be searched by: the key itself, or what it borrows as.
pub trait Find<Q: ?Sized>: Key {
    /// How what is searched for stands to a key that lies in bytes.
    fn find(wanted: &Q, view: Self::View<'_>) -> Ordering;
}

impl<K: Key> Find<Self> for K {
    #[inline]
    fn find(wanted: &Self, view: Self::View<'_>) -> Ordering {
        wanted.cmp_view(view)
    }
}

impl Find<str> for String {
    #[inline]
    fn find(wanted: &str, view: &str) -> Ordering {
        wanted.cmp(view)
    }
}

impl Find<[u8]> for Bytes {
    #[inline]
    fn find(wanted: &[u8], view: &[u8]) -> Ordering {
        wanted.cmp(view)
    }
}

/// A map where it lies.
///
/// [`get`](Self::get) searches by halves if neither keys nor values have a tail; otherwise it goes
/// over the entries up to the one it looks for.
pub struct MapView<'a, K, V>(ListView<'a, (K, V)>);

impl<K, V> Clone for MapView<'_, K, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V> Copy for MapView<'_, K, V> {}

impl<K, V> Default for MapView<'_, K, V> {
    /// An empty map.
    fn default() -> Self {
        Self(ListView::default())
    }
}

impl<'a, K: Key, V: Wire> MapView<'a, K, V> {
    /// How many entries there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a key.
    #[must_use]
    pub fn get<Q: ?Sized>(&self, key: &Q) -> Option<V::View<'a>>
    where
        K: Find<Q>,
    {
        search(&self.0, |(view, _)| K::find(key, view)).map(|(_, value)| value)
    }

    /// Whether there is such a key.
    #[must_use]
    pub fn contains_key<Q: ?Sized>(&self, key: &Q) -> bool
    where
        K: Find<Q>,
    {
        self.get(key).is_some()
    }

    /// The entries, their keys rising.
    pub fn iter(
        &self,
    ) -> impl ExactSizeIterator<Item = (K::View<'a>, V::View<'a>)> + use<'a, K, V> {
        self.0.iter()
    }

    /// The keys, rising.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = K::View<'a>> + use<'a, K, V> {
        self.0.iter().map(|(key, _)| key)
    }

    /// The values, in the order of their keys.
    pub fn values(&self) -> impl ExactSizeIterator<Item = V::View<'a>> + use<'a, K, V> {
        self.0.iter().map(|(_, value)| value)
    }
}

impl<K: Key, V: Wire> fmt::Debug for MapView<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// A set where it lies.
///
/// [`contains`](Self::contains) searches by halves if the elements have no tails; otherwise it goes
/// over those up to the one it looks for.
pub struct SetView<'a, K>(ListView<'a, K>);

impl<K> Clone for SetView<'_, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for SetView<'_, K> {}

impl<K> Default for SetView<'_, K> {
    /// An empty set.
    fn default() -> Self {
        Self(ListView::default())
    }
}

impl<'a, K: Key> SetView<'a, K> {
    /// How many elements there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the set has this element.
    #[must_use]
    pub fn contains<Q: ?Sized>(&self, key: &Q) -> bool
    where
        K: Find<Q>,
    {
        search(&self.0, |view| K::find(key, view)).is_some()
    }

    /// The elements, rising.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = K::View<'a>> + use<'a, K> {
        self.0.iter()
    }
}

impl<K: Key> fmt::Debug for SetView<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// Looks for an element in a list that rises; `wanted` says how what is wanted stands to one.
fn search<'a, T: Wire>(
    list: &ListView<'a, T>,
    wanted: impl Fn(T::View<'a>) -> Ordering,
) -> Option<T::View<'a>> {
    if T::HAS_TAIL {
        // An element is found by going over those before it.
        for view in list.iter() {
            match wanted(view) {
                Ordering::Less => return None,
                Ordering::Equal => return Some(view),
                Ordering::Greater => {}
            }
        }
        return None;
    }
    let (mut low, mut high) = (0, list.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let view = list.get(middle)?;
        match wanted(view) {
            Ordering::Less => high = middle,
            Ordering::Equal => return Some(view),
            Ordering::Greater => low = middle + 1,
        }
    }
    None
}

/// Refuses keys that do not rise.
fn check_rising<T>(items: &[T], cmp: impl Fn(&T, &T) -> Ordering) -> Result<(), DecodeError> {
    let rising = items.windows(2).all(|pair| match pair {
        [one, other] => cmp(one, other) == Ordering::Less,
        _ => true,
    });
    if rising { Ok(()) } else { Err(Kind::KeyOrder.into()) }
}

/// Goes through a list whose elements rise by `cmp`.
fn check_list<'a, T: Wire>(
    count: usize,
    tail: &mut Reader<'a>,
    cmp: impl Fn(T::View<'a>, T::View<'a>) -> Ordering,
) -> Result<(), DecodeError> {
    let bytes = tail.take_rest();
    tail.set_bytes(bytes);
    T::check_list(count, tail)?;
    let mut views = ListView::<T>::new(T::open_list(count, Tail::new(bytes))).iter();
    let Some(mut last) = views.next() else { return Ok(()) };
    for view in views {
        if cmp(last, view) != Ordering::Less {
            return Err(Kind::KeyOrder.into());
        }
        last = view;
    }
    Ok(())
}

/// Writes entries whose keys rise, without their count.
fn encode_entries<'i, K: Wire, V: Wire>(
    entries: impl ExactSizeIterator<Item = (&'i K, &'i V)>,
    out: &mut Writer<'_>,
) {
    let layout = const { layout([Shape::of::<K>(), Shape::of::<V>()]) };
    let [key_at, value_at] = layout.slots;
    let Some(len) = blocks_len::<(K, V)>(entries.len()) else { return out.too_long(usize::MAX) };
    let base = out.reserve(len);
    for (i, (key, value)) in entries.enumerate() {
        let block = out.reserved(base + i * layout.block_len, layout.block_len);
        key.encode_block(block, key_at);
        value.encode_block(block, value_at);
        key.encode_tail(out);
        value.encode_tail(out);
    }
}

/// About how many bytes a map or set takes for an entry beside the entry.
const ENTRY: usize = 16;

/// Reads the count of a map or set.
#[inline]
fn count_of(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<usize, DecodeError> {
    let [short] = load(block, slot.block);
    tail.length(short)
}

/// Reads entries in order.
fn decode_entries<K: Key, V: Wire>(
    block: &[u8],
    slot: Slot,
    tail: &mut Reader<'_>,
) -> Result<Vec<(K, V)>, DecodeError> {
    let count = count_of(block, slot, tail)?;
    if count == 0 {
        return Ok(Vec::new());
    }
    let entries = <(K, V)>::decode_list(count, tail)?;
    check_rising(&entries, |(one, _), (other, _)| one.cmp(other))?;
    // The list is charged; the map comes on top while it is made of it.
    tail.charge(count, size_of::<(K, V)>() + ENTRY)?;
    Ok(entries)
}

/// Reads elements in order.
fn decode_keys<K: Key>(
    block: &[u8],
    slot: Slot,
    tail: &mut Reader<'_>,
) -> Result<Vec<K>, DecodeError> {
    let count = count_of(block, slot, tail)?;
    if count == 0 {
        return Ok(Vec::new());
    }
    let keys = K::decode_list(count, tail)?;
    check_rising(&keys, K::cmp)?;
    tail.charge(count, size_of::<K>() + ENTRY)?;
    Ok(keys)
}

/// What all maps and sets have in common: `$item` is the element of the list that they are.
macro_rules! like_a_list {
    ($item:ty, $view:ident, $cmp:expr, $key:ty) => {
        const BITS: usize = 0;
        const BLOCK: usize = {
            assert!(<$key>::IS_KEY, "NP0805: this type cannot be the key of a map or set");
            1
        };
        const HAS_TAIL: bool = true;
        const PLAIN: bool = false;

        #[inline]
        fn encode_block(&self, block: &mut [u8], slot: Slot) {
            put(block, slot.block, short_length(self.len()));
        }

        fn check(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<(), DecodeError> {
            match count_of(block, slot, tail)? {
                0 => Ok(()),
                count => check_list::<$item>(count, tail, $cmp),
            }
        }

        #[inline]
        fn view<'a>(block: &'a [u8], slot: Slot, tail: Tail<'a>) -> Self::View<'a> {
            $view(Vec::<$item>::view(block, slot, tail))
        }

        #[inline]
        fn skip(block: &[u8], slot: Slot, tail: &mut Tail<'_>) {
            Vec::<$item>::skip(block, slot, tail);
        }
    };
}

impl<K: Key, V: Wire> Wire for BTreeMap<K, V> {
    like_a_list! { (K, V), MapView, |(one, _), (other, _)| K::cmp_views(one, other), K }

    type View<'a> = MapView<'a, K, V>;

    fn encode_tail(&self, out: &mut Writer<'_>) {
        out.length(self.len());
        if !self.is_empty() {
            encode_entries(self.iter(), out);
        }
    }

    fn decode(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<Self, DecodeError> {
        // In order already, so this takes a time that grows with the count.
        decode_entries(block, slot, tail).map(Self::from_iter)
    }

    fn schema() -> &'static TypeSchema {
        const { &TypeSchema::Map(K::schema, V::schema) }
    }
}

impl<K: Key + Hash, V: Wire> Wire for HashMap<K, V> {
    like_a_list! { (K, V), MapView, |(one, _), (other, _)| K::cmp_views(one, other), K }

    type View<'a> = MapView<'a, K, V>;

    fn encode_tail(&self, out: &mut Writer<'_>) {
        out.length(self.len());
        if !self.is_empty() {
            let mut entries: Vec<_> = self.iter().collect();
            entries.sort_unstable_by_key(|(key, _)| *key);
            encode_entries(entries.into_iter(), out);
        }
    }

    fn decode(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<Self, DecodeError> {
        decode_entries(block, slot, tail).map(Self::from_iter)
    }

    fn schema() -> &'static TypeSchema {
        const { &TypeSchema::Map(K::schema, V::schema) }
    }
}

impl<K: Key> Wire for BTreeSet<K> {
    like_a_list! { K, SetView, K::cmp_views, K }

    type View<'a> = SetView<'a, K>;

    fn encode_tail(&self, out: &mut Writer<'_>) {
        out.length(self.len());
        if !self.is_empty() {
            K::encode_elements(self.iter(), out);
        }
    }

    fn decode(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<Self, DecodeError> {
        decode_keys(block, slot, tail).map(Self::from_iter)
    }

    fn schema() -> &'static TypeSchema {
        const { &TypeSchema::Set(K::schema) }
    }
}

impl<K: Key + Hash> Wire for HashSet<K> {
    like_a_list! { K, SetView, K::cmp_views, K }

    type View<'a> = SetView<'a, K>;

    fn encode_tail(&self, out: &mut Writer<'_>) {
        out.length(self.len());
        if !self.is_empty() {
            let mut keys: Vec<_> = self.iter().collect();
            keys.sort_unstable();
            K::encode_elements(keys.into_iter(), out);
        }
    }

    fn decode(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<Self, DecodeError> {
        decode_keys(block, slot, tail).map(Self::from_iter)
    }

    fn schema() -> &'static TypeSchema {
        const { &TypeSchema::Set(K::schema) }
    }
}
