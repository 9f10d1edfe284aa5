//! A type of others without what it is on the wire, and the other way round.

use protocol_macros::Wire;

#[derive(Wire)]
pub struct Peer {
    #[np(with = crate::ip)]
    pub ip: std::net::IpAddr,
    #[np(wire = u16)]
    pub port: Port,
}

pub struct Port;

fn main() {}

extern crate protocol_runtime as network_protocol;
