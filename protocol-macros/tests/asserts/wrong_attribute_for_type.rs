//! Attributes on fields whose types cannot have them: only the compiler knows what a type is.

use protocol_macros::Wire;

type Name = String;

#[derive(Wire)]
#[np(crate = protocol_runtime)]
pub struct User {
    #[np(max(3))]
    pub age: u32,
    #[np(default = Name::new())]
    pub name: Name,
}

fn main() {}
