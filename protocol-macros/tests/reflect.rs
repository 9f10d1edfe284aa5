//! A protocol declared in Rust, as text that a schema file could be.

#![forbid(unsafe_code)]
#![expect(missing_docs, reason = "what is declared here is for these tests only")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on is a failed test")]

use std::collections::{BTreeMap, HashSet};

use protocol_macros::{Wire, protocol};
use protocol_runtime::protocol::Protocol;
use protocol_runtime::types::{Secret, Stream, Timestamp, Uuid};
use protocol_runtime::{Bytes, RawVariant};
use protocol_schema::canonical::canonical;
use protocol_schema::ir::{Item, Schema};
use protocol_schema::text::{self, SourceMap};

fn compiled(text: &str) -> Schema {
    let mut map = SourceMap::new();
    let file = map.add("canonical.np".into(), text.into());
    let compiled = text::compile(&mut map, file);
    assert!(!compiled.has_errors(), "{text}\n{:#?}", compiled.diagnostics);
    compiled.schema
}

/// The text of a protocol; it compiles to the same protocol, and that has the same text.
#[track_caller]
fn text_of<P: Protocol>() -> String {
    let text = P::to_np();
    let schema = compiled(&text);
    assert_eq!(text::print(&canonical(&schema, None)), text);
    let fingerprint = schema.items.iter().find_map(|item| {
        let Item::Protocol(protocol) = item else { return None };
        protocol_schema::fingerprint::protocol(&schema, protocol)
    });
    assert_eq!(fingerprint.unwrap().to_be_bytes(), P::fingerprint().0, "{text}");
    text
}

/// Compares with a file, or writes it with `BLESS=1` in the environment.
#[track_caller]
fn expect(name: &str, text: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reflect").join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

const LONGEST: u64 = 4_096;
type RoomId = u64;

/// Docs are for people.
#[derive(Wire, Clone, Copy, Debug, PartialEq)]
#[np(crate = protocol_runtime, fixed)]
pub struct Vec3 {
    x: f32,
    y: f32,
    z: f32,
}

protocol_runtime::flags! {
    pub struct Rights: u8 {
        @0 READ,
        @1 WRITE,
        @2 _,
        @3 ADMIN,
    }
}

#[derive(Wire, Clone, Copy, Debug, PartialEq)]
#[np(crate = protocol_runtime, removed(3))]
#[repr(u8)]
pub enum Presence {
    Offline,
    Online,
    #[np(since(2))]
    Away,
    #[np(unknown)]
    Other(u8),
}

#[derive(Wire, Clone, Debug, PartialEq)]
#[np(crate = protocol_runtime, closed)]
pub enum Shape {
    Circle(f32),
    Box {
        min: Vec3,
        max: Vec3,
    },
    #[np(default)]
    Nothing,
}

#[derive(Wire, Clone, Debug, PartialEq)]
#[np(crate = protocol_runtime)]
pub enum Body {
    Text(#[np(max(LONGEST))] String),
    Nested {
        inner: Box<Self>,
    },
    Empty {},
    #[np(unknown)]
    Unknown(RawVariant),
}

#[derive(Wire, Clone, Debug, PartialEq)]
#[np(crate = protocol_runtime, was("Person"))]
#[np(removed(3: u32, #[np(varint)] 4: u64))]
pub struct User {
    id: RoomId,
    #[np(max(64))]
    name: String,
    #[np(default = Presence::Online)]
    presence: Presence,
    #[np(varint, default = -3)]
    score: i64,
    #[deprecated(note = "use \"rights\"")]
    admin: bool,
    #[np(since(2), default = Rights::READ.union(Rights::ADMIN))]
    rights: Rights,
    #[np(since(2), max(2 * 16))]
    tags: BTreeMap<String, String>,
    #[np(since(3))]
    token: Option<Secret<Uuid>>,
    best: (i32, f64),
    at: Timestamp,
    seen: HashSet<[u8; 4]>,
    #[np(default = 0.1)]
    ratio: f32,
    home: Option<Shape>,
    rooms: Vec<Self>,
}

#[derive(Wire, Clone, Debug, PartialEq)]
#[np(crate = protocol_runtime, error)]
pub enum JoinError {
    NoSuchRoom,
    Full(u32),
    #[np(unknown)]
    Unknown(RawVariant),
}

#[protocol(package = "acme::chat", version = 3, min = 2, crate = protocol_runtime)]
#[np(removed(6), was("acme::talk::Talk"))]
pub enum Chat {
    #[np(id = 2, reply = Result<User, JoinError>, name = Enter)]
    Join {
        #[np(id = 1)]
        nick: String,
        #[np(id = 0)]
        room: RoomId,
    },
    #[np(id = 1)]
    Say(Body),
    #[np(id = 3, reply = Result<Stream<User>, JoinError>, since(3))]
    Tail {},
    #[np(id = 4, reply = u64)]
    Upload { data: Stream<Bytes>, name: String },
    #[np(id = 5, from(server))]
    Notice(#[np(max(8))] String),
    #[np(id = 7, idempotent, timeout("90s"), reply = ())]
    Ping,
}

#[test]
fn everything_that_peers_and_other_versions_see_is_in_the_text() {
    expect("chat.np", &text_of::<Chat>());
}

pub mod far {
    use super::Wire;

    #[derive(Wire, Clone, Debug, PartialEq)]
    #[np(crate = protocol_runtime)]
    pub struct Page {
        first: u64,
    }
}

/// Of the same name as another.
#[derive(Wire, Clone, Debug, PartialEq)]
#[np(crate = protocol_runtime)]
pub struct Page {
    far: far::Page,
    text: Vec<std_like::String>,
}

pub mod std_like {
    use super::Wire;

    /// Of the same name as a built-in type.
    #[derive(Wire, Clone, Debug, PartialEq)]
    #[np(crate = protocol_runtime)]
    pub struct String {
        bytes: Vec<u8>,
    }
}

#[protocol(crate = protocol_runtime)]
pub enum Book {
    #[np(reply = far::Page)]
    Turn(Page),
}

#[test]
fn types_of_one_name_are_told_apart() {
    expect("book.np", &text_of::<Book>());
}

#[protocol(package = "acme::mail", crate = protocol_runtime)]
#[derive(Clone, Debug, PartialEq)]
pub enum Mail {
    /// Its struct is a field of another message, and of itself.
    Send {
        text: String,
        answers: Vec<MailSend>,
    },
    Forward {
        mail: MailSend,
        to: u64,
    },
    /// What flows is no part of its struct.
    #[np(reply = u64)]
    Attach {
        mail: u64,
        data: Stream<Bytes>,
    },
    #[np(reply = Vec<MailAttach>)]
    List,
}

#[test]
fn the_struct_of_a_message_may_be_a_field() {
    expect("mail.np", &text_of::<Mail>());
}
