//! All types and protocols of all schemas, each through both doors.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::fs;
use std::path::PathBuf;

use network_protocol::fingerprint::Fingerprint;
use network_protocol::schema::{ProtocolSchema, TypeSchema};
use network_protocol::wire::{
    DecodeOptions, OwnedView, Root, Wire, decode, decode_exact, decode_root, encode, encode_root,
    view, view_exact,
};
use network_protocol::{Bytes, DecodeError, Protocol};
use protocol_schema::ir::{self, Item, Payload};
use protocol_schema::text::{self, SourceMap};

use crate::graph::{self, Builder, Graph, Kind, Ty};

/// A type through one of the doors.
#[derive(Clone, Copy)]
pub struct Door {
    pub schema: fn() -> Option<&'static TypeSchema>,
    pub decode: fn(&[u8], Reading) -> Result<Decoded, DecodeError>,
    /// What a view shows, if that is asked for. Nothing (`()`) has no view.
    pub view: Option<See>,
}

/// Opens bytes as a view, and prints it if asked.
pub type See = fn(&[u8], Reading) -> Result<Option<String>, DecodeError>;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    pub exact: bool,
    /// Whether the value is to be printed.
    pub text: bool,
}

#[derive(Debug, PartialEq)]
pub struct Decoded {
    /// The value, encoded again.
    pub bytes: Vec<u8>,
    pub text: Option<String>,
}

impl Door {
    /// A type that is read from bytes it does not keep.
    fn golden<T: Root + Debug>() -> Self {
        Self {
            schema: T::schema,
            decode: |bytes, reading| {
                let decoded = if reading.exact { decode_exact(bytes) } else { decode(bytes) };
                decoded.map(|value: T| Decoded::of(&value, reading))
            },
            view: None,
        }
    }

    /// A type that shares the bytes it is read from.
    fn twin<T: Root + Debug>() -> Self {
        Self {
            schema: T::schema,
            decode: |bytes, reading| {
                let options = DecodeOptions { exact: reading.exact, ..DecodeOptions::default() };
                let decoded = decode_root(&Bytes::copy_from_slice(bytes), &options);
                decoded.map(|value: T| Decoded::of(&value, reading))
            },
            view: None,
        }
    }

    /// With its view: through the bytes it lies in, and with bytes of its own.
    fn viewed<T: Wire>(self) -> Self {
        let view = |bytes: &[u8], reading: Reading| {
            let view = if reading.exact { view_exact::<T>(bytes) } else { view::<T>(bytes) };
            let text = view.map(|view| reading.text.then(|| format!("{view:?}")));
            let shared = Bytes::copy_from_slice(bytes);
            let owned = if reading.exact {
                OwnedView::<T>::new_exact(shared)
            } else {
                OwnedView::<T>::new(shared)
            };
            assert_eq!(owned.map(|owned| reading.text.then(|| format!("{:?}", owned.get()))), text);
            text
        };
        Self { view: Some(view), ..self }
    }
}

impl Decoded {
    fn of<T: Root + Debug>(value: &T, reading: Reading) -> Self {
        let bytes = encode(value).expect("no longer than what it was read from");
        // Behind something else it is the same.
        let mut behind = vec![7];
        encode_root(value, &mut behind).expect("as before");
        assert_eq!(behind[1..], bytes);
        Self { bytes, text: reading.text.then(|| format!("{value:?}")) }
    }
}

/// A protocol through one of the doors.
#[derive(Clone, Copy)]
pub struct ProtocolDoor {
    pub name: &'static str,
    pub version: u32,
    pub min: u32,
    pub schema: fn() -> &'static ProtocolSchema,
    pub fingerprint: fn() -> Fingerprint,
    pub pass: Pass,
}

/// Reads the body of a message and encodes it again; `None` for a number that is not known.
type Pass = fn(u16, &[u8], bool) -> Result<Option<(u16, Vec<u8>)>, DecodeError>;

impl ProtocolDoor {
    fn of<P: Protocol>() -> Self {
        Self {
            name: P::NAME,
            version: P::VERSION,
            min: P::MIN_VERSION,
            schema: P::schema,
            fingerprint: P::fingerprint,
            pass: |number, body, exact| {
                let options = DecodeOptions { exact, ..DecodeOptions::default() };
                let decoded = P::decode(number, &Bytes::copy_from_slice(body), &options)?;
                Ok(decoded.map(|message| {
                    let (number, mut out) = (message.number(), Vec::new());
                    message.encode(&mut out).expect("no longer than what it was read from");
                    (number, out)
                }))
            },
        }
    }
}

/// A schema: its file, and what either door makes of it.
pub struct Schema {
    pub file: &'static str,
    pub source: ir::Schema,
    /// Each type that the file declares, and the struct of each message with named fields.
    pub types: Vec<(String, Door, Door)>,
    /// Types without a name that stand alone somewhere.
    pub roots: Vec<(String, Door, Door)>,
    pub protocols: Vec<(ProtocolDoor, ProtocolDoor)>,
}

impl Schema {
    pub fn package(&self) -> String {
        let names: Vec<&str> = self.source.package.iter().map(|name| &name.text[..]).collect();
        names.join("::")
    }

    /// All types, with and without a name.
    pub fn all(&self) -> impl Iterator<Item = &(String, Door, Door)> {
        self.types.iter().chain(&self.roots)
    }

    /// The types as data, by name, and the protocols; of the golden crate or of the twin.
    pub fn graph(&self, twin: bool) -> Described {
        let mut builder = Builder::default();
        let one = |golden: Door, door: Door| if twin { door } else { golden };
        let types = self
            .all()
            .map(|(name, golden, door)| {
                (name.clone(), builder.root((one(*golden, *door).schema)()))
            })
            .collect();
        let protocols = self
            .protocols
            .iter()
            .map(|(golden, door)| builder.protocol((if twin { door } else { golden }.schema)()))
            .collect();
        let mut graph = builder.graph;
        graph.source_order = source_order(&self.source);
        for named in &mut graph.named {
            if let Kind::Struct { fields, .. } = &mut named.kind {
                for field in fields {
                    field.converted = converted(&self.source, &named.name, &field.name);
                }
            }
        }
        Described { graph, types, protocols }
    }
}

/// A schema as data.
#[derive(Clone, Debug, PartialEq)]
pub struct Described {
    pub graph: Graph,
    pub types: BTreeMap<String, Ty>,
    pub protocols: Vec<graph::Protocol>,
}

/// Whether something else stands in Rust for a field of a struct.
fn converted(schema: &ir::Schema, owner: &str, name: &str) -> bool {
    let fields = schema.items.iter().filter_map(|item| match item {
        Item::Struct(item) if item.name.text == owner => Some(&item.fields),
        _ => None,
    });
    fields.flatten().any(|field| field.name.text == name && field.rust.ty.is_some())
}

/// The names of fields in the order of the file, by the name of the type or variant.
fn source_order(schema: &ir::Schema) -> BTreeMap<String, Vec<String>> {
    let names = |fields: &[ir::Field]| fields.iter().map(|field| field.name.text.clone()).collect();
    let mut order = BTreeMap::new();
    for item in &schema.items {
        let name = &item.name().text;
        match item {
            Item::Struct(item) => {
                order.insert(name.clone(), names(&item.fields));
            }
            Item::Union(item) => {
                for variant in &item.variants {
                    if let Payload::Fields(fields) = &variant.payload {
                        order.insert(format!("{name}::{}", variant.name.text), names(fields));
                    }
                }
            }
            Item::Protocol(item) => {
                for message in &item.messages {
                    if let Payload::Fields(fields) = &message.payload {
                        order.insert(message.body_type_name(item), names(fields));
                    }
                }
            }
            Item::Const(_) | Item::Alias(_) | Item::Scalar(_) | Item::Flags(_) => {}
        }
    }
    order
}

pub fn schemas_dir() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas"))
}

fn compile(file: &str) -> ir::Schema {
    let text = fs::read_to_string(schemas_dir().join(file)).expect("a schema");
    let mut map = SourceMap::new();
    let id = map.add(file.to_owned(), text);
    // Packages are in folders: `acme::common` is `acme/common.np`.
    let mut load = |map: &mut SourceMap, package: &str| {
        let file = format!("{}.np", package.replace("::", "/"));
        let text = fs::read_to_string(schemas_dir().join(&file)).ok()?;
        Some(map.add(file, text))
    };
    let compiled = text::compile_with(&mut map, id, &mut load);
    assert!(!compiled.has_errors(), "{file}: {:?}", compiled.diagnostics);
    compiled.schema
}

/// A name as the schema has it: `r#type` is called `type`, and a `BTreeMap` a `Map`.
fn plain(name: &str) -> String {
    const WORDS: &[(&str, &str)] = &[
        ("r#", ""),
        ("::network_protocol::", ""),
        ("::std::collections::BTree", ""),
        ("::std::time::", ""),
        ("::std::net::", "std::"),
    ];
    WORDS.iter().fold(name.to_owned(), |name, (rust, np)| name.replace(rust, np))
}

type Listed = (&'static str, Door);

fn pairs(golden: Vec<Listed>, twin: Vec<Listed>) -> Vec<(String, Door, Door)> {
    let both = golden.into_iter().zip(twin);
    both.map(|((name, golden), (_, twin))| (plain(name), golden, twin)).collect()
}

macro_rules! schema {
    ($module:ident: $($list:tt)*) => {
        schema!($module ($module) concat!(stringify!($module), ".np"), $($list)*);
    };
    (
        $name:ident ($($module:ident)::+) $file:expr,
        [$($ty:ident),*] [$($root:ty),*] [$($protocol:ident),*]
    ) => {
        mod $name {
            schema!(@door golden ($($module)::+) [$($ty),*] [$($root),*] [$($protocol),*]);
            schema!(@door twin ($($module)::+) [$($ty),*] [$($root),*] [$($protocol),*]);

            pub(super) fn schema() -> crate::doors::Schema {
                let file = $file;
                crate::doors::Schema {
                    file,
                    source: crate::doors::compile(file),
                    types: crate::doors::pairs(golden::types(), twin::types()),
                    roots: crate::doors::pairs(golden::roots(), twin::roots()),
                    protocols: golden::protocols().into_iter().zip(twin::protocols()).collect(),
                }
            }
        }
    };
    // The types are named where nothing else is in scope: some are called `Vec` or `Option`.
    (
        @door $door:ident ($($module:ident)::+)
        [$($ty:ident),*] [$($root:ty),*] [$($protocol:ident),*]
    ) => {
        mod $door {
            use ::$door::$($module)::+::*;

            pub(super) fn types() -> ::std::vec::Vec<crate::doors::Listed> {
                ::std::vec![$((
                    stringify!($ty),
                    crate::doors::Door::$door::<$ty>().viewed::<$ty>(),
                )),*]
            }

            pub(super) fn roots() -> ::std::vec::Vec<crate::doors::Listed> {
                ::std::vec![
                    ("()", crate::doors::Door::$door::<()>()),
                    $((
                        stringify!($root),
                        crate::doors::Door::$door::<$root>().viewed::<$root>(),
                    )),*
                ]
            }

            pub(super) fn protocols() -> ::std::vec::Vec<crate::doors::ProtocolDoor> {
                ::std::vec![$(crate::doors::ProtocolDoor::of::<$protocol>()),*]
            }
        }
    };
}

schema!(chat:
    [
        Vec3, Presence, Body, User, Line, Joined, JoinError, ChatJoin, ChatSay, ChatHistory
    ]
    [Vec<Line>, String, bool, u64]
    [Chat]
);

schema!(control:
    [
        Offer, PeerLimits, Preface, Accept, Hello, Ping, Pong, Close, ErrorBody, Credit, GoAway,
        Meta
    ]
    []
    []
);

schema!(everything:
    [
        Numbers, Flags, Straddling, Empty, Unnumbered, Shuffled, Point, Triangle, Gap, Frozen,
        Level8, Level16, Level32, Level64, Shape, Growing, Nothing, Options, Lists, Arrays, Tree,
        Left, Right, Expression, Everything, Wide, Long, Wider, Blocks, Failure, EveryTell,
        EveryEchoFields, EveryNoFields, EveryPushed, EveryAsked
    ]
    [
        bool, u8, u16, u32, u64, u128, i8, i16, i32, i64, i128, f32, f64, String,
        ::network_protocol::Bytes, Vec<bool>, Vec<u8>, Vec<u16>, Vec<String>, Vec<Vec<u8>>,
        Vec<Option<bool>>, Vec<Unnumbered>, Vec<Option<Unnumbered>>, Vec<Empty>, Vec<Shape>,
        Vec<Point>, Vec<Level16>, Option<bool>, Option<u32>, Option<String>, Option<Point>,
        Option<Numbers>, [bool; 12], [u16; 3], [u8; 254], [u8; 255], [[u8; 2]; 2],
        [Option<String>; 3], [Unnumbered; 2]
    ]
    [Every, Small]
);

schema!(flows:
    [
        Entry, FlowError, FlowsTail, FlowsUpload, FlowsSum, FlowsTalk, FlowsDouble, FlowsLongest,
        FlowsCountLonger
    ]
    []
    [Flows]
);

schema!(logs: [Count, Totals, ShipError, LogsShip] [] [Logs]);

schema!(message: [Content] [] [Message, Pushed]);

schema!(names:
    [
        Result, Option, Locals, lower_case, r#struct, package, r#enum, Vec, Some, Box, Option_,
        Option_2, String_, Clone, Copy, Debug, Default, Send, Sync, Future, From, Into, Iterator,
        Drop, Fn, Sized, PartialEq, Eq, Ord, ToString, Cx, Bool, Wire, Root, Field, Struct,
        Decode, Encode, Reader, Writer, Arc, Client, Server, Handler, Serve, Protocol, Error, T,
        H, Prelude, Ok, Err, NamesType, NamesFrom, Nameswith_underscore, NamesSelf_,
        Namescrate_, Unspeakable, UnspeakableFixed, Relation, Relative, ClosedRelative, String, Bytes
    ]
    []
    [Names, protocol]
);

schema!(newer: [Rights, Item, Target, State, Part, Order, ShopPlace, ShopBecame] [Vec<Item>] [Shop]);

schema!(older: [Item, Target, State, Order, ShopPlace, ShopBecame] [Vec<Item>] [Shop]);

schema!(sample (acme::chat) "sample.np",
    [
        Vec3, Rights, Presence, Keep, Shape, Body, User, Line, Joined, JoinError, ChatJoin, ChatSay,
        ChatTail, ChatUpload
    ]
    [
        Vec<Vec3>, Vec<User>, Vec<Shape>, Option<Shape>, Vec<Rights>,
        ::std::collections::BTreeMap<String, Shape>, ::std::collections::BTreeSet<bool>,
        ::std::collections::BTreeMap<(bool, [u8; 2]), User>,
        ::std::collections::BTreeSet<::network_protocol::Timestamp>,
        ::std::collections::BTreeMap<i16, ::network_protocol::Secret<String>>,
        ::std::collections::BTreeMap<::std::time::Duration, Vec<Body>>,
        (bool, Option<bool>, u16, String), ((bool, bool), [Option<bool>; 5]), (Shape,),
        [(bool, Keep); 3], Vec<(Option<String>, bool)>, Option<(u8, bool)>,
        ::network_protocol::Uuid, Vec<::network_protocol::Uuid>, ::std::net::SocketAddr, Vec<Keep>
    ]
    [Chat]
);

schema!(common (acme::common) "acme/common.np", [Page, Order, Tag] [] []);

/// Each schema in `schemas/`, by its file's name.
pub fn schemas() -> Vec<Schema> {
    vec![
        chat::schema(),
        control::schema(),
        everything::schema(),
        flows::schema(),
        logs::schema(),
        message::schema(),
        names::schema(),
        newer::schema(),
        older::schema(),
        sample::schema(),
        common::schema(),
    ]
}
