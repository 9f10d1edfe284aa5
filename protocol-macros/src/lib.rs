//! The Rust door of `network-protocol`: `#[protocol]` and `#[derive(Wire)]`.
//!
//! Use them through the facade crate `network-protocol`, which re-exports both together with the
//! runtime their output needs. `include_schema!` and `schema!` bring in what a `.np` file declares.
//! Rules and emission live in `protocol-schema`, shared with the `.np` door: this crate turns Rust
//! items into its model and draws its diagnostics on the user's tokens. It never decides what goes
//! on the wire, and never looks beyond the one item.
//!
//! Each mistake is reported on its own token, and all mistakes of an item at once; what uses the
//! item is not refused as well. Codes from
//! `NP0900` are mistakes only this door can see; lower codes are the rules both doors share.

#![forbid(unsafe_code)]

mod attr;
mod expand;
mod include;
mod inert;
mod item;
mod report;
mod rules;
mod schema;
mod source;

/// Makes a protocol of an enum: each variant is a message.
///
/// The enum stays as it is written. Beside it stand, for an enum called `Chat`:
///
/// - a struct `ChatJoin` for each variant `Join { … }` with named fields (a variant with one
///   unnamed field carries that type itself, a unit variant carries nothing),
/// - `trait ChatHandler` with one method for each message from the client, to be implemented by
///   the server, and `trait ChatClientHandler` for those from the server, if there are any,
/// - `ChatClient`, which calls the messages, and `ChatPeer`, which sends those from the server.
///
/// ```text
/// use network_protocol as np;
///
/// #[np::protocol(package = "acme::chat", version = 2, min = 1)]
/// #[derive(Clone, Debug)]
/// pub enum Chat {
///     /// Join a room.
///     #[np(id = 1, reply = Result<Joined, JoinError>)]
///     Join { room: u64, nick: String },
///     /// Say something; one-way, as it has no reply.
///     #[np(id = 2)]
///     Say { room: u64, text: String },
///     /// From the server, at any time.
///     #[np(id = 3, from(server))]
///     Notice(String),
///     #[np(id = 4, reply = u64)]
///     Ping,
/// }
/// ```
///
/// # On the enum
///
/// | `#[protocol(…)]` | |
/// |---|---|
/// | `package = "acme::chat"` | goes before the name: the peers know this protocol as `acme::chat::Chat` |
/// | `version = 2` | this side's version, from 1; 1 if it is not given |
/// | `min = 1` | the oldest version of a peer that is still served; 1 if it is not given |
/// | `crate = path` | where the facade is, if not at `::network_protocol` |
///
/// | `#[np(…)]` | |
/// |---|---|
/// | `removed(6, 9)` | the numbers of messages that are gone; they are never used again |
///
/// The standard derives that stand below `#[protocol]` (`Clone`, `Copy`, `Debug`, `PartialEq`,
/// `Eq`, `PartialOrd`, `Ord`, `Hash`) hold for the message structs as well. Derives above it are
/// not seen.
///
/// # On a variant
///
/// | `#[np(…)]` | |
/// |---|---|
/// | `id = 1` | the number on the wire, from 1 without gaps; by position if no variant has one |
/// | `reply = T` | what is answered: `()`, any wire type, `Stream<T>`, or `Result<T, E>` of one of these with an `#[np(error)]` enum `E`; one-way without it |
/// | `from(server)` | the server sends it; otherwise the client does |
/// | `name = Ident` | another name for the struct of this message |
/// | `idempotent` | asking twice does no harm, so a call may be tried again |
/// | `timeout("5s")` | how long a call waits unless it says otherwise: `ms`, `s`, `m` or `h` |
/// | `compress` | compressed wherever both sides can, as are its answer and its items; without effect where there is a `Secret` in any of them |
/// | `view` | its handler reads it where it lies |
/// | `spawn` | its handler runs on a task of its own, because it computes for long |
/// | `no_cancel` | its handler runs to its end, whoever gives the call up |
/// | `removed(1: u32)` | a field that is gone, with the type it had |
///
/// `Result` and `Stream` are read by the last segment of their path, with their parameters, as a
/// macro cannot see through an alias: they are no types of values but parts of a signature.
/// Nothing else is read by how it is spelled.
///
/// # On a field
///
/// All that [`derive(Wire)`](macro@Wire) reads on fields. One field may be a `Stream<T>`, if the
/// message has a reply: it is an argument of the call and no part of the message, so the enum is
/// emitted without it. Fields and variants take no `#[cfg]`, since both peers must agree on them.
#[proc_macro_attribute]
pub fn protocol(
    arguments: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    expand::protocol(&arguments.into(), item.into()).into()
}

/// Makes a wire type of a struct or an enum.
///
/// ```text
/// use network_protocol::{RawVariant, Wire};
///
/// /// Evolvable: fields may be added at the end, old and new peers understand each other.
/// #[derive(Wire, Clone, Debug, PartialEq)]
/// pub struct User {
///     pub id: u64,
///     pub name: String,
///     pub avatar: Option<[u8; 16]>,
/// }
///
/// /// Frozen for ever, and stored inline.
/// #[derive(Wire, Clone, Copy, Debug, PartialEq)]
/// #[np(fixed)]
/// pub struct Point { pub x: f32, pub y: f32 }
///
/// /// A plain number on the wire; numbers this side does not know are kept.
/// #[derive(Wire, Clone, Copy, Debug, PartialEq)]
/// #[repr(u8)]
/// pub enum Presence { Offline, Online, Away, #[np(unknown)] Unknown(u8) }
///
/// /// A tagged union; variants this side does not know are kept as raw bytes.
/// #[derive(Wire, Clone, Debug, PartialEq)]
/// pub enum Body {
///     Text(String),
///     Image { mime: String, data: Vec<u8> },
///     Left,
///     #[np(unknown)]
///     Unknown(RawVariant),
/// }
/// ```
///
/// # Structs
///
/// Fields are named; a generic struct has no one layout and is refused. `#[np(fixed)]` freezes
/// the layout. `#[np(fixed, plain)]` says besides that the layout in memory is the layout on the
/// wire, so that a list of them is copied whole; such a struct is `#[repr(C)]`, has no padding,
/// and derives `FromBytes`, `IntoBytes` and `Immutable` of the crate `zerocopy`, by which the
/// compiler checks it. The bytes on the wire are the same with and without `plain`.
///
/// A field that is no longer needed leaves its number and its type behind, on the struct:
/// `#[np(removed(3: u32))]`, or `#[np(removed(#[np(varint)] 3: u32))]` if it was a varint.
/// Positions are counted past it.
///
/// # Enums
///
/// With `#[repr(u8)]`, `u16`, `u32` or `u64` an enum is a number on the wire and has unit
/// variants only, numbered from 0 by `#[np(id = n)]`, by discriminants, or by position. Without
/// it the enum is a tagged union, tags from 1. Either kind needs the variant marked
/// `#[np(unknown)]`, which keeps what a newer peer sends, unless it is `#[np(closed)]`: then an
/// unknown value is an error, and no variant is ever added. `#[np(error)]` on a union makes it an
/// error type: `Display` and `Error` are implemented, and a reply may be `Result<_, ThatEnum>`.
/// `#[np(default)]` on a variant of a closed enum says what a value that is not there reads as.
/// `#[np(removed(3))]` on an enum keeps the number of a variant that is gone.
///
/// # Fields
///
/// | `#[np(…)]` | |
/// |---|---|
/// | `id = 0` | the number, from 0 without gaps; by position if no field has one |
/// | `max(64)` | at most so many bytes of a string or elements of a list; any constant expression |
/// | `default = Presence::Online` | the value that costs nothing on the wire, and that readers see where an older writer had no such field; any constant expression |
/// | `varint` | an integer that is written in as few bytes as it needs |
/// | `with = module, wire = T` | a type of others, which goes over the wire as a `T`: `module::to_wire(&Field) -> T` and `module::from_wire(T) -> Result<Field, E>`, where `E` can be displayed |
///
/// The field's own type is any that implements `Wire`: numbers, `bool`, `String`,
/// `Bytes`, `Vec`, `Option`, arrays, tuples, `BTreeMap` and `HashMap`, `BTreeSet` and `HashSet`,
/// `Box`, the types of `network_protocol::types`, flags, and everything derived. Aliases are as
/// good as what they stand for.
///
/// # Everywhere
///
/// | `#[np(…)]` | |
/// |---|---|
/// | `since(2)` | the version of the protocol that brought it |
/// | `deprecated("use `x`")` | why it should not be used; Rust's own `#[deprecated]` is read as well |
/// | `was("old::Name")` | what a type or protocol was called before |
/// | `acme::audited` | any path: kept for the tools of others |
/// | `crate = path` | on an item: where the facade is |
///
/// These have no effect on the bytes. A `#[cfg]` on a field or variant changes what goes on the
/// wire; a derive cannot see it, so it is not refused: do not write one.
#[proc_macro_derive(Wire, attributes(np))]
pub fn wire(item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    expand::wire(item.into()).into()
}

/// Includes what `npgen::build` generated for a package from its schema file.
///
/// ```ignore
/// network_protocol::include_schema!("acme::chat");
/// ```
///
/// Goes with a `build.rs` that compiles the schema; what is included are plain items.
#[proc_macro]
pub fn include_schema(package: proc_macro::TokenStream) -> proc_macro::TokenStream {
    include::include_schema(package.into()).into()
}

/// Emits what a `.np` file declares, without a build script.
///
/// ```ignore
/// network_protocol::schema!("schema/chat.np");
/// ```
///
/// The path is from the folder of `Cargo.toml`. What comes of it are plain items, as from
/// `include_schema!`; the file is read again when it changes. A package that the file uses,
/// `acme::common`, is looked for in the folder of the file, as `acme/common.np`, `acme.common.np`
/// or `common.np`; its types are expected in the module `crate::acme::common`, or where the macro
/// is told:
///
/// ```ignore
/// mod common {
///     network_protocol::schema!("schema/common.np");
/// }
/// network_protocol::schema!("schema/chat.np", "acme::common" = crate::common);
/// ```
///
/// `crate = path` says where the facade is, if not at `::network_protocol`. A mistake in the file
/// is a compile error at the path, with the place in its text: `schema/chat.np:3:9: NP0301: …`.
#[proc_macro]
pub fn schema(file: proc_macro::TokenStream) -> proc_macro::TokenStream {
    schema::schema(file.into()).into()
}
