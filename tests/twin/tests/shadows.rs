//! Code of both doors beside types that are called like those of Rust's prelude: it names everything by
//! absolute path, so it never means these, and it may be made for them.

#![forbid(unsafe_code)]

use network_protocol as np;
use network_protocol::Protocol as _;

/// Types, traits and functions that are in the way.
macro_rules! in_the_way {
    () => {
        pub struct String;
        pub struct Vec;
        pub struct Box;
        pub struct Bytes;
        pub struct Arc;
        pub enum Option {
            None,
            Some,
        }
        pub use Option::{None, Some};
        pub type Result<T> = ::core::result::Result<T, String>;
        pub fn Ok() {}
        pub fn Err() {}
        pub fn drop() {}
        pub trait Clone {}
        pub trait Copy {}
        pub trait Debug {}
        pub trait Default {}
        pub trait From {}
        pub trait Into {}
        pub trait Iterator {}
        pub trait PartialEq {}
        pub trait Eq {}
        pub trait Hash {}
        pub trait Send {}
        pub trait Sync {}
        pub trait Sized {}
        pub trait Fn {}
        pub trait FnOnce {}
        pub trait Drop {}
        pub trait Wire {}
        pub mod core {}
        pub mod std {}
        pub mod alloc {}
        pub mod bytes {}
    };
}

/// A file of schemas in such a module.
#[expect(non_snake_case, reason = "functions are in the way as well")]
pub mod file {
    in_the_way!();
    network_protocol::schema!("../../schemas/logs.np");

    pub mod chat {
        in_the_way!();
        network_protocol::schema!("../../schemas/chat.np");
    }
}

/// Rust items in such a module.
#[expect(non_snake_case, reason = "functions are in the way as well")]
pub mod items {
    in_the_way!();

    #[network_protocol::protocol(package = "example::shadows")]
    #[derive(Clone, Debug, PartialEq)]
    pub enum Shadows {
        #[np(id = 1, reply = Result<Entry, Refused>)]
        Put {
            #[np(id = 0, max(9))]
            name: ::std::string::String,
            #[np(id = 1)]
            entry: Entry,
        },
        #[np(id = 2)]
        Say(#[np(max(9))] ::std::string::String),
        #[np(id = 3, from(server))]
        Told(::std::vec::Vec<Kind>),
    }

    #[derive(network_protocol::Wire, Clone, Debug, PartialEq)]
    pub struct Entry {
        #[np(id = 0)]
        pub texts: ::std::vec::Vec<::std::string::String>,
        #[np(id = 1, default = Kind::B)]
        pub kind: Kind,
        #[np(id = 2, varint)]
        pub count: u64,
        #[np(id = 3)]
        pub shape: Shape,
        #[np(id = 4)]
        pub pair: Pair,
        #[np(id = 5)]
        pub rights: Rights,
    }

    #[derive(network_protocol::Wire, Clone, Copy, Debug, PartialEq)]
    #[np(fixed)]
    pub struct Pair {
        #[np(id = 0)]
        pub a: u16,
        #[np(id = 1)]
        pub b: u16,
    }

    #[derive(network_protocol::Wire, Clone, Copy, Debug, PartialEq)]
    #[repr(u8)]
    pub enum Kind {
        #[np(id = 0)]
        A,
        #[np(id = 1)]
        B,
        #[np(unknown)]
        Unknown(u8),
    }

    #[derive(network_protocol::Wire, Clone, Debug, PartialEq)]
    pub enum Shape {
        #[np(id = 1)]
        Dot,
        #[np(id = 2)]
        Text(::std::string::String),
        #[np(unknown)]
        Unknown(network_protocol::RawVariant),
    }

    #[derive(network_protocol::Wire, Clone, Debug, PartialEq)]
    #[np(error)]
    pub enum Refused {
        #[np(id = 1)]
        Full {
            #[np(id = 0)]
            most: u32,
        },
        #[np(unknown)]
        Unknown(network_protocol::RawVariant),
    }

    network_protocol::flags! {
        pub struct Rights: u8 {
            @0 READ,
            @1 WRITE,
        }
    }
}

/// Types and constants that are called as emitted code calls its own.
pub mod inside {
    pub const COUNT: usize = 3;
    pub const SCHEMA: usize = 4;
    pub const LAYOUT: usize = 5;
    pub const PLACES: usize = 6;
    pub const BLOCK: usize = 7;

    #[derive(network_protocol::Wire, Clone, Debug, PartialEq)]
    pub struct S {
        #[np(id = 0)]
        pub a: [u8; COUNT],
        #[np(id = 1)]
        pub b: [u16; SCHEMA],
        #[np(id = 2)]
        pub c: [A; LAYOUT],
        #[np(id = 3)]
        pub d: [D; PLACES],
        #[np(id = 4)]
        pub e: E,
        #[np(id = 5)]
        pub f: [bool; BLOCK],
    }

    #[derive(network_protocol::Wire, Clone, Copy, Debug, PartialEq, Default)]
    pub struct D {
        #[np(id = 0)]
        pub a: u8,
    }

    #[derive(network_protocol::Wire, Clone, Copy, Debug, PartialEq, Default)]
    #[np(fixed)]
    pub struct A {
        #[np(id = 0)]
        pub a: u8,
    }

    #[derive(network_protocol::Wire, Clone, Debug, PartialEq)]
    pub enum E {
        #[np(id = 1)]
        S(::std::boxed::Box<S>),
        #[np(id = 2)]
        D {
            #[np(id = 0)]
            a: A,
        },
        #[np(unknown)]
        Unknown(network_protocol::RawVariant),
    }

    #[derive(network_protocol::Wire, Clone, Debug, PartialEq)]
    pub struct H {
        #[np(id = 0)]
        pub s: S,
    }

    #[network_protocol::protocol(package = "example::inside")]
    #[derive(Clone, Debug, PartialEq)]
    pub enum Inside {
        #[np(id = 1, reply = Result<S, E>)]
        Put(H),
        #[np(id = 2, reply = H)]
        Get {
            #[np(id = 0)]
            d: [D; COUNT],
        },
    }
}

#[test]
fn types_and_constants_may_be_called_as_emitted_code_calls_its_own() {
    use inside::{A, D, E, H, S};
    let end = E::D { a: A { a: 7 } };
    let s =
        S { a: [1; 3], b: [2; 4], c: [A { a: 3 }; 5], d: [D { a: 4 }; 6], e: end, f: [true; 7] };
    let value = H { s: S { e: E::S(Box::new(s.clone())), ..s } };
    let bytes = np::wire::encode(&value).unwrap();
    assert_eq!(np::wire::decode_exact::<H>(&bytes).unwrap(), value);
    let seen = np::wire::view::<H>(&bytes).unwrap();
    assert_eq!(seen.s().c().get(4).map(|a| a.a()), Some(3));
    assert_eq!(inside::Inside::schema().name, "example::inside::Inside");
}

/// Types that are called so and travel.
pub mod travelling {
    #[derive(network_protocol::Wire, Clone, Debug, PartialEq)]
    pub struct String {
        #[np(id = 0)]
        pub text: ::std::string::String,
        #[np(id = 1)]
        pub more: ::std::vec::Vec<String>,
    }

    #[derive(network_protocol::Wire, Clone, Debug, PartialEq)]
    pub struct Vec {
        #[np(id = 0)]
        pub items: ::std::vec::Vec<String>,
        #[np(id = 1)]
        pub option: ::core::option::Option<Option>,
    }

    #[derive(network_protocol::Wire, Clone, Debug, PartialEq)]
    pub enum Option {
        #[np(id = 1)]
        None,
        #[np(id = 2)]
        Some(Bytes),
        #[np(unknown)]
        Unknown(network_protocol::RawVariant),
    }

    #[derive(network_protocol::Wire, Clone, Debug, PartialEq)]
    pub struct Bytes {
        #[np(id = 0)]
        pub bytes: network_protocol::Bytes,
    }

    #[derive(network_protocol::Wire, Clone, Debug, PartialEq)]
    #[np(fixed)]
    pub struct Box {
        #[np(id = 0)]
        pub r#type: u8,
        #[np(id = 1)]
        pub r#gen: u8,
        #[np(id = 2, rename = "self")]
        pub this: u8,
    }

    #[derive(network_protocol::Wire, Clone, Debug, PartialEq)]
    pub struct Result {
        #[np(id = 0)]
        pub boxed: Box,
    }

    #[network_protocol::protocol(package = "example::travelling")]
    #[derive(Clone, Debug, PartialEq)]
    pub enum Travelling {
        #[np(id = 1, reply = Result)]
        Send(String),
        #[np(id = 2, reply = Option)]
        Clone {
            #[np(id = 0)]
            r#type: Vec,
            #[np(id = 1, rename = "self")]
            self_: Box,
        },
        #[np(id = 3, rename = "self")]
        Own,
    }
}

/// What the file says of the items above.
const TRAVELLING: &str = "\
package example::travelling;

#[fixed]
struct Box {
    @0 type: u8,
    @1 gen: u8,
    @2 self: u8,
}

struct Bytes_2 {
    @0 bytes: Bytes,
}

enum Option {
    @1 None,
    @2 Some(Bytes_2),
}

struct Result {
    @0 boxed: Box,
}

struct String_2 {
    @0 text: String,
    @1 more: Vec<String_2>,
}

struct Vec {
    @0 items: Vec<String_2>,
    @1 option: Option<Option>,
}

protocol Travelling {
    @1 Send(String_2) -> Result,
    @2 Clone {
        @0 type: Vec,
        @1 self: Box,
    } -> Option,
    @3 self,
}
";

/// What a value is again after a journey.
fn again<T: np::wire::Root>(value: &T) -> T {
    np::wire::decode_exact(&np::wire::encode(value).unwrap()).unwrap()
}

#[test]
fn a_file_beside_such_types_is_the_protocol_of_the_file() {
    assert_eq!(file::Logs::fingerprint(), golden::logs::Logs::fingerprint());
    assert_eq!(file::chat::Chat::fingerprint(), golden::chat::Chat::fingerprint());
    let count = |word: &str| file::Count { word: word.to_owned(), lines: 3 };
    let totals = file::Totals { lines: 3, bytes: 4, top: vec![count("a"), count("b")] };
    assert_eq!(again(&totals), totals);
}

#[test]
fn items_beside_such_types_travel() {
    use items::{Entry, Kind, Pair, Rights, Shadows, ShadowsPut, Shape};
    let entry = Entry {
        texts: vec!["a".to_owned(), String::new()],
        kind: Kind::Unknown(7),
        count: 300,
        shape: Shape::Text("text".to_owned()),
        pair: Pair { a: 1, b: 2 },
        rights: Rights::READ.union(Rights::WRITE),
    };
    assert_eq!(again(&entry), entry);
    let bytes = np::wire::encode(&entry).unwrap();
    let view = np::wire::view::<Entry>(&bytes).unwrap();
    assert_eq!((view.kind(), view.count(), view.pair().b()), (Kind::Unknown(7), 300, 2));
    let put = ShadowsPut { name: "name".to_owned(), entry };
    assert_eq!(again(&put), put);
    let full = items::Refused::Full { most: 3 };
    assert_eq!(full.to_string(), "full (most: 3)");
    assert!(Shadows::to_np().contains("@1 Put {"));
}

#[test]
fn types_that_are_called_so_travel() {
    use travelling::{Box, Bytes, Option, String, TravellingClone, Vec};
    let text = |text: &str| String { text: text.to_owned(), more: vec![] };
    let list = Vec {
        items: vec![String { text: "a".to_owned(), more: vec![text("b")] }],
        option: Some(Option::Some(Bytes { bytes: np::Bytes::from_static(b"c") })),
    };
    let boxed = Box { r#type: 1, r#gen: 2, this: 3 };
    let message = TravellingClone { r#type: list, self_: boxed };
    assert_eq!(again(&message), message);
    let bytes = np::wire::encode(&message).unwrap();
    let view = np::wire::view::<TravellingClone>(&bytes).unwrap();
    assert_eq!((view.self_().this(), view.self_().r#gen()), (3, 2));
    assert!(format!("{view:?}").contains("self_: Box { type: 1, gen: 2, this: 3 }"), "{view:?}");
}

#[test]
fn a_text_calls_them_so_that_each_name_means_one_thing() {
    assert_eq!(travelling::Travelling::to_np(), TRAVELLING);
    let mut map = protocol_schema::text::SourceMap::new();
    let file = map.add("travelling.np".to_owned(), TRAVELLING.to_owned());
    assert_eq!(protocol_schema::text::compile(&mut map, file).diagnostics, []);
}

#[test]
fn names_that_rust_cannot_say_have_an_underscore_in_it_and_in_nothing_else() {
    let value = twin::names::Unspeakable {
        self_: 1,
        Self_: vec!["a".to_owned()],
        super_: twin::names::Relation::Self_,
        crate_: "b".to_owned(),
        has_self: 2,
    };
    let bytes = np::wire::encode(&value).unwrap();
    let view = np::wire::view::<golden::names::Unspeakable>(&bytes).unwrap();
    assert!(view.has_self_() && view.self_() == 1 && view.has_self() == 2);
    assert_eq!(view.crate_(), "b");
    let same = np::wire::decode::<golden::names::Unspeakable>(&bytes).unwrap();
    assert_eq!((same.self_, same.super_), (1, golden::names::Relation::Self_));
    assert_eq!(np::wire::encode(&same).unwrap(), bytes);
    let (twin, golden) = (twin::names::Names::to_np(), golden::names::Names::to_np());
    assert_eq!(twin, golden);
    assert_eq!(twin::names::Names::fingerprint(), golden::names::Names::fingerprint());
    for line in
        ["#[since(1)]\n    @0 self: u8,", "@2 super: Relation = Relation::Self,", "@24 crate {"]
    {
        assert!(twin.contains(line), "{line} is not in {twin}");
    }
    assert!(!twin.contains("self_:") && !twin.contains("Self_") && !twin.contains("crate_"));
}

#[test]
fn errors_say_the_name_of_the_schema() {
    let long = twin::names::Unspeakable {
        self_: 1,
        Self_: vec![],
        super_: twin::names::Relation::self_,
        crate_: "much too long".to_owned(),
        has_self: 2,
    };
    let error = np::wire::encode(&long).unwrap_err().to_string();
    assert!(error.contains("Unspeakable.crate") && !error.contains("crate_"), "{error}");
}
