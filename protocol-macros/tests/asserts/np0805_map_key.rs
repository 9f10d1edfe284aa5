//! A map whose keys have no order on the wire.

use std::collections::BTreeMap;

use protocol_macros::Wire;

#[derive(Wire)]
#[np(crate = protocol_runtime)]
pub struct Index {
    pub map: BTreeMap<Option<u8>, u8>,
}

fn main() {}
