//! The first version of what generated code names.

pub use std::any::TypeId;
pub use std::sync::{Arc, OnceLock};

pub use bytes::Bytes;

pub use crate::fingerprint::Fingerprint;
pub use crate::protocol::{Protocol, side};
pub use crate::schema::{
    End, FieldSchema, MessageSchema, ProtocolSchema, ReplySchema, ScalarSchema, StructSchema,
    TypeSchema, UnionSchema, VariantSchema,
};
pub use crate::wire::body::{
    Body, decode_list as decode_struct_list, decode_nested as decode_struct,
    decode_root as decode_struct_root, encode_list as encode_struct_list,
    encode_nested as encode_struct, encode_root as encode_struct_root,
};
pub use crate::wire::layout::{Layout, Shape, Slot, layout};
pub use crate::wire::union::{
    RawVariant, decode_raw, decode_union, decode_unit, decode_variant, encode_raw, encode_unit,
    encode_variant,
};
pub use crate::wire::{
    AppError, DecodeError, DecodeErrorKind, DecodeOptions, EncodeError, Place, Reader, Root, Wire,
    Writer, decode_plain_list, decode_root, encode_plain_list, encode_root,
};
