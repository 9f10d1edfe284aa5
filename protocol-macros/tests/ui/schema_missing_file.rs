//! A schema file that is not where it is said to be.

protocol_macros::schema!("schema/nowhere.np");

fn main() {}
