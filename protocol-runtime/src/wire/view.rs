//! Values where they lie in the bytes: lists that are opened, not read, and bytes that carry their
//! own view.
//!
//! A view is made of bytes that were checked as a whole, and its getters cannot fail; they trust
//! nothing all the same, and read zeros and nothing where bytes are missing.

use std::fmt;
use std::marker::PhantomData;

use bytes::Bytes;
use zerocopy::{FromBytes, Immutable, KnownLayout};

use super::Wire;
use super::error::DecodeError;
use super::layout::Slot;
use super::reader::{DecodeOptions, Reader};
use super::structs::Ends;
use super::tail::Tail;

/// The block and the tail of a struct or variant.
#[derive(Clone, Copy, Debug)]
pub struct BodyView<'a> {
    /// The fields' blocks, as its writer wrote them.
    pub block: &'a [u8],
    /// The fields' tails.
    pub tail: Tail<'a>,
}

impl<'a> BodyView<'a> {
    /// Reads an owned value of the body.
    ///
    /// # Errors
    ///
    /// Those of decoding; none in bytes that were checked, unless the value takes more memory than
    /// the default [`budget`](DecodeOptions::budget).
    pub fn decode<T>(
        &self,
        read: impl FnOnce(&[u8], &mut Reader<'_>) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        let mut reader = Reader::new(self.tail.rest(), &DecodeOptions::default());
        read(self.block, &mut reader)
    }
}

/// Where the elements of a list lie.
#[derive(Clone, Copy, Debug)]
pub struct RawList<'a> {
    count: usize,
    blocks: &'a [u8],
    tails: Tail<'a>,
    /// Of structs that evolve: how long each block is, and where each tail ends.
    pub(super) stride: usize,
    pub(super) ends: Ends<'a>,
}

impl<'a> RawList<'a> {
    /// A list of `count` elements.
    #[inline]
    #[must_use]
    pub const fn new(count: usize, blocks: &'a [u8], tails: Tail<'a>) -> Self {
        Self { count, blocks, tails, stride: 0, ends: Ends::None }
    }

    /// How many elements there are.
    #[inline]
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }

    /// The blocks, or the bitmap.
    #[inline]
    #[must_use]
    pub const fn blocks(&self) -> &'a [u8] {
        self.blocks
    }

    /// The tails, one after the other.
    #[inline]
    #[must_use]
    pub const fn tails(&self) -> Tail<'a> {
        self.tails
    }
}

/// A list where it lies.
///
/// [`get`](Self::get) takes the same time for every element if the elements have no tails, or are
/// structs that evolve; otherwise it goes over those before it, and [`iter`](Self::iter) is the
/// better way.
pub struct ListView<'a, T> {
    raw: RawList<'a>,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for ListView<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for ListView<'_, T> {}

impl<T> Default for ListView<'_, T> {
    /// An empty list.
    #[inline]
    fn default() -> Self {
        Self::new(RawList::new(0, &[], Tail::new(&[])))
    }
}

impl<'a, T> ListView<'a, T> {
    /// The list of these elements.
    #[inline]
    #[must_use]
    pub const fn new(raw: RawList<'a>) -> Self {
        Self { raw, of: PhantomData }
    }

    /// How many elements there are.
    #[inline]
    #[must_use]
    pub const fn len(&self) -> usize {
        self.raw.count
    }

    /// Whether there are none.
    #[inline]
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.raw.count == 0
    }
}

impl<'a, T: Wire> ListView<'a, T> {
    /// The element at `index`.
    #[inline]
    #[must_use]
    pub fn get(&self, index: usize) -> Option<T::View<'a>> {
        (index < self.raw.count).then(|| T::element(&self.raw, index))
    }

    /// The elements one after the other.
    #[inline]
    #[must_use]
    pub const fn iter(&self) -> ListIter<'a, T> {
        ListIter { raw: self.raw, next: 0, tails: self.raw.tails, of: PhantomData }
    }

    /// The elements as a slice, where they are plain memory and happen to be aligned.
    #[must_use]
    pub fn as_slice(&self) -> Option<&'a [T]>
    where
        T: FromBytes + Immutable + KnownLayout,
    {
        if !T::PLAIN || size_of::<T>() != T::BLOCK || cfg!(target_endian = "big") {
            return None;
        }
        <[T]>::ref_from_bytes(self.raw.blocks).ok()
    }
}

impl<'a> ListView<'a, u8> {
    /// The bytes.
    #[inline]
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.raw.blocks
    }
}

impl<T: Wire> fmt::Debug for ListView<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'a, T: Wire> IntoIterator for ListView<'a, T> {
    type Item = T::View<'a>;
    type IntoIter = ListIter<'a, T>;

    #[inline]
    fn into_iter(self) -> ListIter<'a, T> {
        self.iter()
    }
}

impl<'a, T: Wire> IntoIterator for &ListView<'a, T> {
    type Item = T::View<'a>;
    type IntoIter = ListIter<'a, T>;

    #[inline]
    fn into_iter(self) -> ListIter<'a, T> {
        self.iter()
    }
}

/// The elements of a [`ListView`], one after the other.
pub struct ListIter<'a, T> {
    raw: RawList<'a>,
    next: usize,
    tails: Tail<'a>,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for ListIter<'_, T> {
    fn clone(&self) -> Self {
        Self { raw: self.raw, next: self.next, tails: self.tails, of: PhantomData }
    }
}

impl<T> fmt::Debug for ListIter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ListIter({} of {})", self.next, self.raw.count)
    }
}

impl<'a, T: Wire> Iterator for ListIter<'a, T> {
    type Item = T::View<'a>;

    #[inline]
    fn next(&mut self) -> Option<T::View<'a>> {
        if self.next >= self.raw.count {
            return None;
        }
        let view = T::next_element(&self.raw, self.next, &mut self.tails);
        self.next += 1;
        Some(view)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.raw.count - self.next;
        (left, Some(left))
    }
}

impl<T: Wire> ExactSizeIterator for ListIter<'_, T> {}

/// An array where it lies.
pub struct ArrayView<'a, T, const N: usize> {
    body: BodyView<'a>,
    of: PhantomData<fn() -> T>,
}

impl<T, const N: usize> Clone for ArrayView<'_, T, N> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, const N: usize> Copy for ArrayView<'_, T, N> {}

impl<'a, T: Wire, const N: usize> ArrayView<'a, T, N> {
    /// The array with this block and this tail.
    #[inline]
    #[must_use]
    pub const fn new(body: BodyView<'a>) -> Self {
        Self { body, of: PhantomData }
    }

    /// The element at `index`.
    #[inline]
    #[must_use]
    pub fn get(&self, index: usize) -> Option<T::View<'a>> {
        if index >= N {
            return None;
        }
        let mut tail = self.body.tail;
        if T::HAS_TAIL {
            for before in 0..index {
                T::skip(self.body.block, Slot::element::<T>(0, before), &mut tail);
            }
        }
        Some(T::view(self.body.block, Slot::element::<T>(0, index), tail))
    }

    /// The elements one after the other.
    #[inline]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = T::View<'a>> + use<'a, T, N> {
        self.to_array().into_iter()
    }

    /// The elements.
    #[inline]
    #[must_use]
    pub fn to_array(&self) -> [T::View<'a>; N] {
        let mut tail = self.body.tail;
        std::array::from_fn(|i| {
            let slot = Slot::element::<T>(0, i);
            let view = T::view(self.body.block, slot, tail);
            T::skip(self.body.block, slot, &mut tail);
            view
        })
    }
}

impl<T: Wire, const N: usize> fmt::Debug for ArrayView<'_, T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.to_array()).finish()
    }
}

/// What stands in a box where it lies: looked into on demand, since a type that holds itself cannot
/// hold its own view.
pub struct Lazy<'a, T> {
    place: LazyPlace<'a>,
    of: PhantomData<fn() -> T>,
}

/// Where the value lies.
#[derive(Clone, Copy)]
enum LazyPlace<'a> {
    Field(&'a [u8], Slot, Tail<'a>),
    Element(RawList<'a>, usize),
    Root(&'a [u8]),
}

impl<T> Clone for Lazy<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Lazy<'_, T> {}

impl<'a, T: Wire> Lazy<'a, T> {
    /// A field.
    #[inline]
    pub(super) const fn field(block: &'a [u8], slot: Slot, tail: Tail<'a>) -> Self {
        Self { place: LazyPlace::Field(block, slot, tail), of: PhantomData }
    }

    /// An element of a list.
    #[inline]
    pub(super) const fn element(list: RawList<'a>, i: usize) -> Self {
        Self { place: LazyPlace::Element(list, i), of: PhantomData }
    }

    /// A whole message.
    #[inline]
    pub(super) const fn root(bytes: &'a [u8]) -> Self {
        Self { place: LazyPlace::Root(bytes), of: PhantomData }
    }

    /// The value.
    #[inline]
    #[must_use]
    pub fn get(&self) -> T::View<'a> {
        match self.place {
            LazyPlace::Field(block, slot, tail) => T::view(block, slot, tail),
            LazyPlace::Element(list, i) => T::element(&list, i),
            LazyPlace::Root(bytes) => T::view_root(bytes),
        }
    }
}

impl<T: Wire> fmt::Debug for Lazy<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

/// A message and its view in one: cheap to clone, and free to go to another task.
///
/// The bytes are checked once, when it is made; each [`get`](Self::get) then is only a few loads.
pub struct OwnedView<T> {
    bytes: Bytes,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for OwnedView<T> {
    fn clone(&self) -> Self {
        Self { bytes: self.bytes.clone(), of: PhantomData }
    }
}

impl<T: Wire> OwnedView<T> {
    /// Opens a message of this schema's version, an older or a newer one.
    ///
    /// # Errors
    ///
    /// [`DecodeError`], as [`view`](fn@super::view).
    pub fn new(bytes: Bytes) -> Result<Self, DecodeError> {
        super::view::<T>(&bytes)?;
        Ok(Self { bytes, of: PhantomData })
    }

    /// Opens the one canonical form of a message of exactly this schema.
    ///
    /// # Errors
    ///
    /// [`DecodeError`], as [`view_exact`](fn@super::view_exact).
    pub fn new_exact(bytes: Bytes) -> Result<Self, DecodeError> {
        super::view_exact::<T>(&bytes)?;
        Ok(Self { bytes, of: PhantomData })
    }

    /// The value where it lies.
    #[inline]
    #[must_use]
    pub fn get(&self) -> T::View<'_> {
        T::view_root(&self.bytes)
    }

    /// The message.
    #[inline]
    #[must_use]
    pub const fn bytes(&self) -> &Bytes {
        &self.bytes
    }
}

impl<T: Wire> fmt::Debug for OwnedView<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OwnedView").field(&self.get()).finish()
    }
}
