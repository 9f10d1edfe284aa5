//! What goes along with a call beside its message: named values, by typed keys.
//!
//! Plain data. Whatever is in it came from, or goes to, the peer: nothing here is trusted, and a
//! value that is marked as sensitive is never shown.

mod trace;

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use crate::frame::control::Meta;
use crate::wire::{DecodeError, DecodeOptions, EncodeError, Root, decode_root, encode};

pub use self::trace::{BadTraceParent, SpanId, TRACEPARENT, TraceId, TraceParent};

/// The name of a value, and its type.
///
/// ```
/// # use protocol_runtime::metadata::{MetaKey, Metadata};
/// const TENANT: MetaKey<u64> = MetaKey::new("tenant");
/// let mut metadata = Metadata::new();
/// metadata.insert(&TENANT, &7)?;
/// assert_eq!(metadata.get(&TENANT), Some(Ok(7)));
/// # Ok::<(), protocol_runtime::wire::EncodeError>(())
/// ```
#[derive(Debug)]
pub struct MetaKey<T> {
    name: &'static str,
    flags: u8,
    value: PhantomData<fn() -> T>,
}

/// The value is not shown in logs.
const SENSITIVE: u8 = 1;
/// The value does not go on to calls that follow from this one.
const NO_PROPAGATE: u8 = 2;

impl<T> MetaKey<T> {
    /// A key with this name. Its values go on to the calls that a handler makes.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, flags: 0, value: PhantomData }
    }

    /// The same key for values that are not shown in logs.
    #[must_use]
    pub const fn sensitive(mut self) -> Self {
        self.flags |= SENSITIVE;
        self
    }

    /// The same key for values that are for one call only, not for those that follow from it.
    #[must_use]
    pub const fn no_propagate(mut self) -> Self {
        self.flags |= NO_PROPAGATE;
        self
    }

    /// The name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

/// Named values that go along with a message.
#[derive(Clone, Default, PartialEq)]
pub struct Metadata {
    entries: BTreeMap<String, Meta>,
}

impl Metadata {
    /// No values.
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: BTreeMap::new() }
    }

    /// Sets the value of a key, in place of the one that it had.
    ///
    /// # Errors
    ///
    /// If the value cannot be encoded. Nothing was changed.
    pub fn insert<T: Root>(&mut self, key: &MetaKey<T>, value: &T) -> Result<(), EncodeError> {
        let value = encode(value)?.into();
        self.entries.insert(key.name.to_owned(), Meta { flags: key.flags, value });
        Ok(())
    }

    /// The value of a key, if there is one. An error if it is not of the key's type: a peer may
    /// send anything.
    #[must_use]
    pub fn get<T: Root>(&self, key: &MetaKey<T>) -> Option<Result<T, DecodeError>> {
        let options = DecodeOptions { exact: false, ..DecodeOptions::default() };
        self.entries.get(key.name).map(|meta| decode_root(&meta.value, &options))
    }

    /// Takes the value of a key out. Whether there was one.
    pub fn remove<T>(&mut self, key: &MetaKey<T>) -> bool {
        self.entries.remove(key.name).is_some()
    }

    /// The names of the values, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What goes on to calls that follow from the one that this came with.
    #[must_use]
    pub fn propagated(&self) -> Self {
        let goes_on = |entry: &(&String, &Meta)| entry.1.flags & NO_PROPAGATE == 0;
        let entries = self.entries.iter().filter(goes_on);
        Self { entries: entries.map(|(name, meta)| (name.clone(), meta.clone())).collect() }
    }

    /// Adds the values of `other` for names that have none here.
    pub fn inherit(&mut self, other: &Self) {
        for (name, meta) in &other.entries {
            if !self.entries.contains_key(name) {
                self.entries.insert(name.clone(), meta.clone());
            }
        }
    }

    /// As it goes over the wire.
    pub(crate) const fn entries(&self) -> &BTreeMap<String, Meta> {
        &self.entries
    }

    /// As it came over the wire.
    pub(crate) const fn from_entries(entries: BTreeMap<String, Meta>) -> Self {
        Self { entries }
    }
}

impl fmt::Debug for Metadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for (name, meta) in &self.entries {
            if meta.flags & SENSITIVE == 0 {
                map.entry(name, &meta.value);
            } else {
                map.entry(name, &format_args!("…"));
            }
        }
        map.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: MetaKey<u64> = MetaKey::new("tenant");
    const TOKEN: MetaKey<String> = MetaKey::new("token").sensitive().no_propagate();

    fn both() -> Metadata {
        let mut metadata = Metadata::new();
        metadata.insert(&TENANT, &7).unwrap();
        metadata.insert(&TOKEN, &"hush".to_owned()).unwrap();
        metadata
    }

    #[test]
    fn a_value_is_read_by_the_type_of_its_key() {
        let metadata = both();
        assert_eq!(metadata.get(&TENANT), Some(Ok(7)));
        assert_eq!(metadata.get(&TOKEN), Some(Ok("hush".to_owned())));
        assert_eq!(metadata.get(&MetaKey::<u64>::new("other")), None);
        assert!(metadata.get(&MetaKey::<String>::new("tenant")).is_some_and(|read| read.is_err()));
    }

    #[test]
    fn a_sensitive_value_is_not_shown() {
        let shown = format!("{:?}", both());
        assert!(shown.contains("tenant") && shown.contains("token"), "{shown}");
        assert!(!shown.contains("hush"), "{shown}");
    }

    #[test]
    fn only_what_may_go_on_goes_on_and_own_values_come_first() {
        let mut own = Metadata::new();
        own.inherit(&both().propagated());
        assert_eq!(own.names().collect::<Vec<_>>(), ["tenant"]);
        own.insert(&TENANT, &8).unwrap();
        own.inherit(&both());
        assert_eq!(own.get(&TENANT), Some(Ok(8)));
        assert!(own.remove(&TOKEN) && !own.remove(&TOKEN));
    }
}
