//! An option of an option: no bytes tell its two ways of being empty apart. The alias hides it
//! from the macro, not from the compiler.

use protocol_macros::Wire;

type Maybe = Option<u32>;

#[derive(Wire)]
#[np(crate = protocol_runtime)]
pub struct Reading {
    pub value: Option<Maybe>,
}

fn main() {}
