//! The first version of what generated code names.

pub use std::any::TypeId;
pub use std::sync::{Arc, OnceLock};

pub use bytes::Bytes;
pub use zerocopy;

#[cfg(feature = "net")]
pub use crate::call::{Call, CallError, Notify};
#[cfg(feature = "net")]
pub use crate::caller::Caller;
#[cfg(feature = "net")]
pub use crate::connection::Connection;
#[cfg(feature = "net")]
pub use crate::cx::Cx;
pub use crate::fingerprint::Fingerprint;
pub use crate::protocol::{Protocol, side};
pub use crate::schema::{
    End, FieldSchema, FlagsSchema, MessageSchema, NumberSchema, ProtocolSchema, ReplySchema,
    ScalarSchema, StructSchema, TypeSchema, UnionSchema, VariantSchema,
};
#[cfg(feature = "net")]
pub use crate::serve::{Client, Serve};
pub use crate::wire::body::{
    Body, decode_fields as decode_variant, decode_list as decode_struct_list,
    decode_nested as decode_struct, decode_root as decode_struct_root,
    encode_list as encode_struct_list, encode_nested as encode_struct,
    encode_root as encode_struct_root,
};
pub use crate::wire::layout::{Layout, Shape, Slot, layout};
pub use crate::wire::reader::behind;
pub use crate::wire::union::{
    RawVariant, decode_raw, decode_union, decode_unit, encode_raw, encode_unit, encode_variant,
};
pub use crate::wire::{
    AppError, DecodeError, DecodeErrorKind, DecodeOptions, EncodeError, Place, Reader, Root, Wire,
    Writer, decode_plain_list, decode_root, encode_plain_list, encode_root, field,
};

/// Handlers and clients need the shell: with the feature `net` this is what stands in it.
#[cfg(feature = "net")]
#[doc(hidden)]
#[macro_export]
macro_rules! __net {
    ($($tokens:tt)*) => { $($tokens)* };
}

/// Handlers and clients need the shell: without the feature `net` this is nothing.
#[cfg(not(feature = "net"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __net {
    ($($tokens:tt)*) => {};
}

pub use crate::__net as net;
