//! Networks in the notation `10.0.0.0/8`, for the sources that a server trusts. Resolves no names.

use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

/// The addresses that begin with the same bits. IPv4 is held as its part of IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Network {
    bits: u128,
    mask: u128,
}

/// The bits before an IPv4 address, written as IPv6.
const MAPPED: u32 = 96;

impl Network {
    pub(super) fn contains(self, ip: IpAddr) -> bool {
        mapped(ip).to_bits() & self.mask == self.bits
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = |why: &str| format!("`{text}` is no network: {why}");
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let ip: IpAddr = address
            .parse()
            .map_err(|_| wrong("write an address and the length of its prefix, as `10.0.0.0/8`"))?;
        let (before, most) = if ip.is_ipv4() { (MAPPED, 32) } else { (0, 128) };
        let length = match length {
            None => most,
            Some(length) => {
                let canonical = length.bytes().all(|byte| byte.is_ascii_digit());
                let length = length.parse().ok().filter(|length| canonical && *length <= most);
                length.ok_or_else(|| wrong(&format!("the prefix is 0 to {most} bits long")))?
            }
        };
        // Of 128 bits none are left to shift out when the prefix is empty.
        let mask = u128::MAX.checked_shl(128 - (before + length)).unwrap_or(0);
        let all = mapped(ip).to_bits();
        if all & !mask != 0 {
            let first = Ipv6Addr::from_bits(all & mask);
            let first = first
                .to_ipv4_mapped()
                .filter(|_| ip.is_ipv4())
                .map_or_else(|| first.to_string(), |first| first.to_string());
            return Err(wrong(&format!("it would begin at {first}/{length}")));
        }
        Ok(Self { bits: all, mask })
    }
}

/// One kind of address for both: an IPv4 peer of a socket for IPv6 shows as this too.
fn mapped(ip: IpAddr) -> Ipv6Addr {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped(),
        IpAddr::V6(ip) => ip,
    }
}
