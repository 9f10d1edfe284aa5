//! Maps and sets: their order, their bytes, and looking things up where they lie.
#![expect(clippy::disallowed_types, reason = "users hold hashed maps")]

use std::cell::Cell;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::time::Duration;

use bytes::Bytes;
use protocol_runtime::schema::TypeSchema;
use protocol_runtime::types::{Timestamp, Uuid};
use protocol_runtime::wire::map::Key;
use protocol_runtime::wire::{
    DecodeError, DecodeErrorKind as Kind, DecodeOptions, Reader, Slot, Tail, Wire, decode,
    decode_exact, encode, view,
};

use crate::{exact, refused, tolerated};

fn text(text: &str) -> String {
    text.to_owned()
}

#[test]
fn a_map_is_a_list_of_pairs_and_a_set_a_list() {
    exact(&BTreeMap::from([(1_u8, 2_u16), (3, 4)]), "01 02 01 0200 03 0400");
    let map = BTreeMap::from([(text("a"), text("x")), (text("bc"), text("yz"))]);
    exact(&map, "01 02 0101 0202 6178 6263797a");
    exact(&BTreeSet::from([1_u16, 256]), "01 02 0100 0001");
    exact(&BTreeSet::from([false, true]), "01 02 02");
    exact(&BTreeMap::from([(false, true), (true, false)]), "01 02 02 01");
    exact(&BTreeMap::from([(7_u8, Some(9_u8))]), "01 01 07 01 09");
    exact(&BTreeMap::<u8, u8>::new(), "01 00");
    tolerated("", &BTreeSet::<String>::new());
}

#[test]
fn keys_rise_in_their_natural_order() {
    exact(&BTreeSet::from([-1_i16, 0, 1]), "01 03 ffff 0000 0100");
    exact(&BTreeSet::from([(1_u8, text("b")), (2, text("a"))]), "01 02 0101 0201 62 61");
    exact(&BTreeSet::from([[0_u8, 9], [1, 0]]), "01 02 0009 0100");
    let times = [Timestamp::new(-1, 5).unwrap(), Timestamp::UNIX_EPOCH];
    exact(&BTreeSet::from(times), "01 02 ffffffffffffffff05000000 000000000000000000000000");
    exact(&BTreeSet::from([Duration::ZERO]), "01 01 000000000000000000000000");
    exact(&BTreeSet::from([Uuid::NIL]), "01 01 00000000000000000000000000000000");
    exact(&BTreeSet::from([text(""), text("a"), text("aa"), text("b")]), "01 04 00010201 61616162");
}

#[test]
fn keys_that_do_not_rise_are_refused() {
    refused::<BTreeMap<u8, u16>>("01 02 03 0200 01 0400", Kind::KeyOrder);
    refused::<BTreeMap<u8, u16>>("01 02 01 0200 01 0400", Kind::KeyOrder);
    refused::<BTreeSet<i16>>("01 02 0000 ffff", Kind::KeyOrder);
    refused::<BTreeSet<String>>("01 02 0101 6161", Kind::KeyOrder);
    refused::<BTreeMap<String, u8>>("01 02 01000100 6261", Kind::KeyOrder);
    refused::<BTreeSet<bool>>("01 02 00", Kind::KeyOrder);
    refused::<BTreeSet<[u8; 2]>>("01 02 0001 0000", Kind::KeyOrder);
    refused::<BTreeSet<(u8, String)>>("01 02 0101 0101 62 61", Kind::KeyOrder);
    refused::<HashMap<u8, u8>>("01 02 0100 0100", Kind::KeyOrder);
    refused::<HashSet<u8>>("01 02 0201", Kind::KeyOrder);
    refused::<Vec<BTreeSet<u8>>>("01 02 0002 0201", Kind::KeyOrder);
    refused::<Option<BTreeMap<u8, u8>>>("01 01 02 0200 0100", Kind::KeyOrder);
}

#[test]
fn hashed_ones_have_the_same_bytes() {
    let pairs = (0..500_u32).map(|n| (n.wrapping_mul(2_654_435_761), text("x")));
    let (hashed, sorted): (HashMap<_, _>, BTreeMap<_, _>) =
        (pairs.clone().collect(), pairs.collect());
    assert_eq!(encode(&hashed), encode(&sorted));
    assert_eq!(decode_exact(&encode(&sorted).unwrap()), Ok(hashed));
    let keys = (0..300_u16).map(|n| text(&n.to_string()));
    let (hashed, sorted): (HashSet<_>, BTreeSet<_>) = (keys.clone().collect(), keys.collect());
    assert_eq!(encode(&hashed), encode(&sorted));
    assert_eq!(decode_exact(&encode(&sorted).unwrap()), Ok(hashed));
}

#[test]
fn a_view_finds_what_the_map_has() {
    let map: BTreeMap<u32, u64> = (0..1_000).map(|n| (n * 3, n.into())).collect();
    let bytes = encode(&map).unwrap();
    let opened = view::<BTreeMap<u32, u64>>(&bytes).unwrap();
    assert_eq!(opened.len(), 1_000);
    for key in 0..3_001 {
        assert_eq!(opened.get(&key), map.get(&key).copied());
    }
    assert!(opened.keys().eq(map.keys().copied()) && opened.values().eq(map.values().copied()));
}

#[test]
fn a_view_is_searched_by_text_and_bytes() {
    let map: BTreeMap<String, Vec<u8>> =
        (0..300_usize).map(|n| (format!("{n:03}"), vec![7; n])).collect();
    let bytes = encode(&map).unwrap();
    let opened = view::<BTreeMap<String, Vec<u8>>>(&bytes).unwrap();
    for (key, value) in &map {
        assert_eq!(opened.get(key.as_str()).unwrap().as_bytes(), value);
        assert!(opened.contains_key(key));
    }
    assert!(opened.get("").is_none() && opened.get("0005").is_none() && opened.get("x").is_none());
    let set = BTreeSet::from([Bytes::from_static(b"a"), Bytes::from_static(b"c")]);
    let bytes = encode(&set).unwrap();
    let opened = view::<BTreeSet<Bytes>>(&bytes).unwrap();
    assert!(opened.contains(&b"a"[..]) && !opened.contains(&b"b"[..]) && opened.len() == 2);
    let set: HashSet<[u16; 2]> = HashSet::from([[1, 2], [3, 4]]);
    let bytes = encode(&set).unwrap();
    let opened = view::<HashSet<[u16; 2]>>(&bytes).unwrap();
    assert!(opened.contains(&[3, 4]) && !opened.contains(&[3, 5]));
}

#[test]
fn memory_is_charged_for_maps_as_well() {
    let map: BTreeMap<u32, u32> = (0..10_000).map(|n| (n, n)).collect();
    let bytes = encode(&map).unwrap();
    let read = |budget| {
        let options = DecodeOptions { budget, ..DecodeOptions::default() };
        BTreeMap::<u32, u32>::decode_root(&mut Reader::new(&bytes, &options))
    };
    assert_eq!(read(100_000).unwrap_err().kind(), Kind::BudgetExceeded);
    assert_eq!(read(1_000_000), Ok(map));
}

#[test]
fn a_count_without_entries_allocates_nothing() {
    refused::<BTreeMap<u64, u64>>(
        "01 ff 7f7f7f7f0f",
        Kind::Truncated { needed: 16 * u64::from(u32::MAX), left: 0 },
    );
}

/// A peer chooses keys that a hasher with a known seed would put in one place: multiples of a power
/// of two. What costs time is comparing, so it is comparisons that are counted.
#[test]
fn a_map_of_chosen_keys_is_read_in_near_linear_time() {
    const COUNT: u64 = 100_000;
    let list: Vec<(u64, u8)> = (0..COUNT).map(|n| (n << 40, 0)).collect();
    let bytes = encode(&list).unwrap();
    let read: HashMap<Counted, u8> = decode(&bytes).unwrap();
    assert_eq!(read.len(), list.len());
    assert!(COMPARED.get() < 4 * COUNT, "{}", COMPARED.take());
    COMPARED.set(0);
    let read: BTreeMap<Counted, u8> = decode(&bytes).unwrap();
    assert_eq!(read.len(), list.len());
    assert!(COMPARED.get() < 4 * COUNT, "{}", COMPARED.take());
}

thread_local! {
    static COMPARED: Cell<u64> = const { Cell::new(0) };
}

/// A `u64` that counts how often it is compared.
#[derive(Clone, Copy, Debug, Eq)]
struct Counted(u64);

impl Hash for Counted {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.0.hash(hasher);
    }
}

impl PartialEq for Counted {
    fn eq(&self, other: &Self) -> bool {
        COMPARED.set(COMPARED.get() + 1);
        self.0 == other.0
    }
}

impl Ord for Counted {
    fn cmp(&self, other: &Self) -> Ordering {
        COMPARED.set(COMPARED.get() + 1);
        self.0.cmp(&other.0)
    }
}

impl PartialOrd for Counted {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Wire for Counted {
    const BITS: usize = 0;
    const BLOCK: usize = 8;
    const HAS_TAIL: bool = false;
    const PLAIN: bool = true;
    const IS_KEY: bool = true;

    type View<'a> = u64;

    fn encode_block(&self, block: &mut [u8], slot: Slot) {
        self.0.encode_block(block, slot);
    }

    fn decode(block: &[u8], slot: Slot, tail: &mut Reader<'_>) -> Result<Self, DecodeError> {
        u64::decode(block, slot, tail).map(Self)
    }

    fn check(_: &[u8], _: Slot, _: &mut Reader<'_>) -> Result<(), DecodeError> {
        Ok(())
    }

    fn view<'a>(block: &'a [u8], slot: Slot, tail: Tail<'a>) -> u64 {
        u64::view(block, slot, tail)
    }

    fn schema() -> &'static TypeSchema {
        u64::schema()
    }
}

impl Key for Counted {
    fn cmp_views(one: u64, other: u64) -> Ordering {
        one.cmp(&other)
    }

    fn cmp_view(&self, view: u64) -> Ordering {
        self.0.cmp(&view)
    }
}

crate::properties! {
    [BTreeMap BTreeSet]
    numbers: BTreeMap<u16, i64>;
    texts: BTreeMap<String, String>;
    nested: BTreeMap<(u8, String), Vec<Option<bool>>>;
    maps_of_maps: BTreeMap<i8, BTreeMap<bool, Option<String>>>;
    sets: (BTreeSet<u8>, BTreeSet<bool>, BTreeSet<[i8; 2]>);
    of_text: BTreeSet<String>;
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config {
        cases: 64,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        ..Default::default()
    })]

    #[test]
    fn hashed_ones_go_there_and_back(map: HashMap<u16, String>, set: HashSet<(i8, bool)>) {
        let value = (map, set);
        let bytes = encode(&value).unwrap();
        assert_eq!(decode_exact(&bytes).as_ref(), Ok(&value));
        let (sorted, _): (BTreeMap<u16, String>, BTreeSet<(i8, bool)>) = decode(&bytes).unwrap();
        let opened = view::<(HashMap<u16, String>, HashSet<(i8, bool)>)>(&bytes).unwrap();
        assert_eq!(format!("{sorted:?}"), format!("{:?}", opened.0));
    }
}
