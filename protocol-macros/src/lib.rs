//! The Rust door of `network-protocol`: `#[protocol]` and `#[derive(Wire)]`.
//!
//! Use them through the facade crate `network-protocol`, which re-exports both together with the
//! runtime their output needs. Rules and emission live in `protocol-schema`, shared with the
//! `.np` door: this crate turns Rust items into its model and draws its diagnostics on the
//! user's tokens. It never decides what goes on the wire, and never looks beyond the one item.
//!
//! Each mistake is reported on its own token, and all mistakes of an item at once. Codes from
//! `NP0900` are mistakes only this door can see; lower codes are the rules both doors share.

#![forbid(unsafe_code)]

mod attr;
mod expand;
mod include;
mod item;
mod report;
mod rules;
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
/// The standard derives that stand below `#[protocol]` (`Clone`, `Copy`, `Debug`, `PartialEq`,
/// `Eq`, `PartialOrd`, `Ord`, `Hash`) hold for the message structs as well. Derives above it are
/// not seen.
///
/// # On a variant
///
/// | `#[np(…)]` | |
/// |---|---|
/// | `id = 1` | the number on the wire, from 1 without gaps; by position if no variant has one |
/// | `reply = T` | what is answered: `()`, any wire type, or `Result<T, E>` with an `#[np(error)]` enum `E`; one-way without it |
/// | `from(server)` | the server sends it; otherwise the client does |
/// | `name = Ident` | another name for the struct of this message |
///
/// `Result` is read by the last segment of its path and needs both types, as a macro cannot see
/// through an alias.
///
/// # On a field
///
/// `#[np(id = 0)]` is its number, from 0 without gaps; by position if no field has one. Fields
/// and variants take no `#[cfg]`, since both peers must agree on them.
#[proc_macro_attribute]
pub fn protocol(
    arguments: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    expand::protocol(arguments.into(), item.into()).into()
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
/// # Enums
///
/// With `#[repr(u8)]`, `u16`, `u32` or `u64` an enum is a number on the wire and has unit
/// variants only, numbered from 0 by `#[np(id = n)]`, by discriminants, or by position. Without
/// it the enum is a tagged union, tags from 1. Either kind needs the variant marked
/// `#[np(unknown)]`, which keeps what a newer peer sends. `#[np(error)]` on a union makes it an
/// error type: `Display` and `Error` are implemented, and a reply may be `Result<_, ThatEnum>`.
///
/// # Everywhere
///
/// `#[np(id = n)]` on fields and variants is the number on the wire, `#[np(crate = path)]` on
/// the item says where the facade is. A `#[cfg]` on a field or variant changes what goes on the
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
