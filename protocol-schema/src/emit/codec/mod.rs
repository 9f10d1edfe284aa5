//! The codec of data types: `Wire`, and `Body` for what evolves.

mod errors;
mod fields;
mod scalars;
mod structs;
mod unions;
mod views;

pub(super) use fields::ordered;
pub(super) use scalars::scalar;
pub(super) use structs::{evolvable, structure};
pub(super) use unions::union;
