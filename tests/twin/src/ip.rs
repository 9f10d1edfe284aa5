//! An address as a schema carries it: four bytes or sixteen.

use std::net::IpAddr;

use network_protocol::Bytes;

/// The bytes of an address.
#[must_use]
pub fn to_wire(address: &Option<IpAddr>) -> Option<Bytes> {
    address.map(|address| match address {
        IpAddr::V4(address) => Bytes::copy_from_slice(&address.octets()),
        IpAddr::V6(address) => Bytes::copy_from_slice(&address.octets()),
    })
}

/// The address of these bytes.
///
/// # Errors
///
/// For bytes that are neither four nor sixteen.
pub fn from_wire(bytes: Option<Bytes>) -> Result<Option<IpAddr>, String> {
    let Some(bytes) = bytes else {
        return Ok(None);
    };
    let v4 = <[u8; 4]>::try_from(&*bytes).map(IpAddr::from);
    let v6 = || <[u8; 16]>::try_from(&*bytes).map(IpAddr::from);
    let address = v4.or_else(|_| v6());
    address.map(Some).map_err(|_| format!("an address does not have {} bytes", bytes.len()))
}
