//! The codec of data types: `Wire`, and `Body` for what evolves.

mod errors;
mod fields;
mod known;
mod mapped;
mod scalars;
mod structs;
mod unions;
mod views;

pub(super) use fields::ordered;
pub(super) use scalars::scalar;
pub(super) use structs::{evolvable, is_converted_only, message_value, structure};
pub(super) use unions::union;
pub(super) use views::view_type;
