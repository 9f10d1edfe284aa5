//! Every form of Rust item that is accepted, and that it means what it says: through the runtime,
//! without the facade.

#![forbid(unsafe_code)]
#![expect(missing_docs, reason = "what is declared here is for these tests only")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on is a failed test")]

use protocol_macros::{Wire, protocol};
use protocol_runtime::__private::v1::zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};
use protocol_runtime::__private::v1::{
    Bytes, DecodeOptions, Protocol, RawVariant, Root, decode_root, encode_root,
};

fn encoded<T: Root>(value: &T) -> Vec<u8> {
    let mut out = vec![];
    encode_root(value, &mut out).unwrap();
    out
}

fn decoded<T: Root>(bytes: &[u8]) -> T {
    decode_root(&Bytes::copy_from_slice(bytes), &DecodeOptions::default()).unwrap()
}

/// Goes through bytes unchanged.
#[track_caller]
fn check<T: Root + PartialEq + std::fmt::Debug>(value: &T) {
    assert_eq!(decoded::<T>(&encoded(value)), *value);
}

type Key = u64;
type List<T> = Vec<T>;

/// Aliases, raw names, recursion by way of `Self`.
#[derive(Wire, Clone, Debug, Default, PartialEq)]
#[np(crate = protocol_runtime)]
pub struct Node {
    /// A raw name.
    pub r#type: Key,
    pub(crate) r#gen: Option<String>,
    children: List<Self>,
}

/// The same as [`Node`] for the wire, spelled without aliases, numbers written.
#[derive(Wire, Clone, Debug, Default, PartialEq)]
#[np(crate = protocol_runtime)]
pub struct Spelled {
    #[np(id = 2)]
    children: Vec<Self>,
    #[np(id = 0)]
    key: u64,
    #[np(id = 1)]
    r#gen: Option<String>,
}

#[test]
fn a_struct_means_the_same_however_it_is_spelled() {
    let leaf = Node { r#type: 7, r#gen: Some("x".into()), children: vec![] };
    let node = Node { r#type: 9, r#gen: None, children: vec![leaf.clone(), leaf] };
    check(&node);
    let spelled: Spelled = decoded(&encoded(&node));
    assert_eq!((spelled.key, spelled.children[0].r#gen.as_deref()), (9, Some("x")));
    assert_eq!(encoded(&spelled), encoded(&node));
}

/// Frozen, as it lies in memory.
#[derive(Wire, Clone, Copy, Debug, PartialEq, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[np(crate = protocol_runtime, fixed, plain)]
#[zerocopy(crate = "protocol_runtime::__private::v1::zerocopy")]
#[repr(C)]
pub struct Point {
    x: f32,
    y: f32,
}

/// Frozen.
#[derive(Wire, Clone, Debug, PartialEq)]
#[np(crate = protocol_runtime)]
#[np(fixed)]
pub struct Tagged {
    on: bool,
    at: Point,
    path: [Point; 2],
}

#[test]
fn fixed_structs_have_no_header() {
    let point = Point { x: 1.5, y: -2.0 };
    check(&Tagged { on: true, at: point, path: [point; 2] });
    check(&Path { points: vec![point; 3] });
}

/// A list of plain structs.
#[derive(Wire, Clone, Debug, PartialEq)]
#[np(crate = protocol_runtime)]
pub struct Path {
    points: Vec<Point>,
}

/// A number, by discriminants.
#[derive(Wire, Clone, Copy, Debug, PartialEq)]
#[np(crate = protocol_runtime)]
#[repr(u16)]
pub enum Level {
    /// Counted as Rust counts.
    High = 1,
    Higher,
    Low = 0,
    #[np(unknown)]
    Other(u16) = 0xffff,
}

/// Fields whose types are enums.
#[derive(Wire, Clone, Debug, PartialEq)]
#[np(crate = protocol_runtime)]
pub struct Levels {
    one: Level,
    two: Level,
    all: Vec<Level>,
}

#[test]
fn discriminants_are_the_numbers_on_the_wire() {
    check(&Levels { one: Level::Low, two: Level::Higher, all: vec![Level::High, Level::Other(9)] });
    let raw = encoded(&Raw { one: 0, two: 2 });
    let levels: Levels = decoded(&raw);
    assert_eq!((levels.one, levels.two), (Level::Low, Level::Higher));
}

/// What [`Levels`] is in numbers.
#[derive(Wire, Clone, Debug, PartialEq)]
#[np(crate = protocol_runtime)]
pub struct Raw {
    one: u16,
    two: u16,
}

/// A union with each shape of variant.
#[derive(Wire, Clone, Debug, PartialEq)]
#[np(crate = protocol_runtime, error)]
pub enum Failure {
    /// Nothing.
    NoSuchRoom,
    Full(u32),
    Banned {
        until: u64,
        reason: Option<String>,
    },
    Nested(Box<Self>),
    #[np(unknown)]
    Unknown(RawVariant),
}

#[test]
fn an_error_is_a_wire_type_and_a_rust_error() {
    check(&Failure::Banned { until: 3, reason: Some("spam".into()) });
    let error: Box<dyn std::error::Error + Send + Sync> = Box::new(Failure::Full(8));
    assert!(!error.to_string().is_empty());
}

/// A protocol of every kind of message.
#[protocol(package = "acme::chat", version = 3, min = 2, crate = protocol_runtime)]
#[derive(Clone, Debug, PartialEq)]
pub enum Chat {
    /// With a struct of its own.
    #[np(reply = Result<Vec<Node>, Failure>)]
    Join {
        /// Which.
        room: Key,
        r#type: Level,
    },
    /// With another name for it.
    #[np(name = Words)]
    Say { text: String },
    /// With another type.
    #[np(reply = ())]
    Put(Node),
    /// With nothing.
    #[np(reply = u64)]
    Ping,
    /// With no fields yet.
    #[np(from(server))]
    Bye {},
}

#[test]
fn a_protocol_knows_its_name_versions_and_messages() {
    assert_eq!((Chat::NAME, Chat::VERSION, Chat::MIN_VERSION), ("acme::chat::Chat", 3, 2));
    let numbers: Vec<u16> = [
        Chat::Join { room: 1, r#type: Level::Low },
        Chat::Say { text: "hi".into() },
        Chat::Put(Node::default()),
        Chat::Ping,
        Chat::Bye {},
    ]
    .iter()
    .map(Chat::number)
    .collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
}

#[test]
fn message_structs_have_their_names_and_the_derives_of_the_enum() {
    check(&ChatJoin { room: 4, r#type: Level::High });
    check(&Words { text: "hi".into() });
    check(&ChatBye {});
    let join = Chat::Join { room: 4, r#type: Level::High };
    let mut bytes = vec![];
    join.clone().encode(&mut bytes).unwrap();
    assert_eq!(bytes, encoded(&ChatJoin { room: 4, r#type: Level::High }));
    let body = Bytes::from(bytes);
    assert_eq!(Chat::decode(1, &body, &DecodeOptions::default()), Ok(Some(join)));
}

/// What is documented where it is declared has no undocumented part.
#[deny(missing_docs, warnings)]
pub mod documented {
    use super::protocol;

    /// A protocol.
    #[protocol(crate = protocol_runtime)]
    pub enum Quiet {
        /// A message.
        #[np(reply = u8)]
        Ask {
            /// A field.
            field: u8,
        },
        /// Another.
        #[np(from(server))]
        Tell,
    }
}

#[test]
fn items_may_stand_in_a_function() {
    #[derive(Wire, Clone, Debug, PartialEq)]
    #[np(crate = protocol_runtime)]
    struct Inner {
        value: u8,
    }

    #[protocol(crate = protocol_runtime)]
    enum Small {
        #[np(reply = Inner)]
        Get,
        Set(Inner),
    }

    check(&Inner { value: 3 });
    assert_eq!(Small::NAME, "Small");
    assert_eq!([Small::Get.number(), Small::Set(Inner { value: 0 }).number()], [1, 2]);
}

macro_rules! declare {
    ($name:ident, $number:literal, $field:ident: $ty:ty, $reply:ty) => {
        #[derive(Wire, Clone, Debug, PartialEq)]
        #[np(crate = protocol_runtime)]
        struct $name {
            #[np(id = $number)]
            $field: $ty,
        }

        #[protocol(crate = protocol_runtime)]
        enum Declared {
            #[np(id = 1, reply = $reply)]
            Get($name),
        }
    };
}

#[test]
fn items_may_come_from_a_macro() {
    declare!(Made, 0, value: Vec<u8>, Result<Made, Failure>);
    check(&Made { value: vec![1, 2] });
    assert!(Declared::schema().messages[0].reply.as_ref().unwrap().err.is_some());
    assert_eq!(Declared::Get(Made { value: vec![] }).number(), 1);
}

#[test]
fn names_do_not_count_for_the_identity_and_numbers_do() {
    mod first {
        #[super::protocol(package = "p", crate = protocol_runtime)]
        pub(super) enum P {
            #[np(id = 1)]
            A { x: u8, y: u16 },
            #[np(id = 2, reply = u8)]
            B,
        }
    }
    mod second {
        #[super::protocol(package = "p", crate = protocol_runtime)]
        pub(super) enum P {
            #[np(id = 2, reply = u8)]
            Ask,
            #[np(id = 1)]
            Tell {
                #[np(id = 1)]
                b: u16,
                #[np(id = 0)]
                a: u8,
            },
        }
    }
    mod third {
        #[super::protocol(package = "p", crate = protocol_runtime)]
        pub(super) enum P {
            A {
                x: u16,
                y: u8,
            },
            #[np(reply = u8)]
            B,
        }
    }
    assert_eq!(first::P::fingerprint(), second::P::fingerprint());
    assert_ne!(first::P::fingerprint(), third::P::fingerprint());
}
