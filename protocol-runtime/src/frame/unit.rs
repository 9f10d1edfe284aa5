//! The units of a handshake: `u16 length ‖ bytes`, big-endian as other users of Noise have it.
//!
//! Length 0 announces a Reject: 32 bytes of numbers and no text, the same for every cause that a
//! stranger may learn of. A Reject is a hint; nothing authenticates it.

use std::time::Duration;

use bytes::BytesMut;

use super::prefix;
use super::reason::Reason;
use crate::error::{Error, Rejected};

/// How many bytes of length precede a unit.
pub const LENGTH: usize = 2;

/// How many bytes a Reject has after its length of 0.
pub const REJECT: usize = 32;

/// What came as a unit of the handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A message of the handshake; never empty.
    Message(BytesMut),
    /// The other side refuses.
    Reject(Rejected),
}

/// Takes a unit from the front of a buffer, or says `None` if it is not all there yet.
///
/// `left` is how many bytes the handshake may still take; a unit spends from it what it takes,
/// with its length.
///
/// # Errors
///
/// [`Error::HandshakeTooLarge`] as soon as the length is there, if the unit would take more.
pub fn take(bytes: &mut BytesMut, left: &mut u32) -> Result<Option<Unit>, Error> {
    let Some(length) = prefix(bytes).map(u16::from_be_bytes) else { return Ok(None) };
    let body = if length == 0 { REJECT } else { length.into() };
    let whole = body.saturating_add(LENGTH);
    let cost = u32::try_from(whole).unwrap_or(u32::MAX);
    let Some(rest) = left.checked_sub(cost) else {
        return Err(Error::HandshakeTooLarge { len: cost, max: *left });
    };
    if bytes.len() < whole {
        return Ok(None);
    }
    *left = rest;
    let unit = bytes.split_to(whole).split_off(LENGTH);
    Ok(Some(if length == 0 { Unit::Reject(read_reject(&unit)) } else { Unit::Message(unit) }))
}

/// Appends a unit whose bytes `write` appends. On an error `out` is as it was.
///
/// # Errors
///
/// What `write` says, or [`Error::HandshakeTooLarge`] if the bytes do not fit a unit or there are
/// none.
pub fn put<E: Into<Error>>(
    out: &mut Vec<u8>,
    write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
) -> Result<(), Error> {
    let start = out.len();
    out.extend_from_slice(&[0; LENGTH]);
    let written = write(out).map_err(Into::into).and_then(|()| {
        let len = out.len().saturating_sub(start).saturating_sub(LENGTH);
        match u16::try_from(len) {
            Ok(len) if len > 0 => Ok(len),
            _ => Err(Error::HandshakeTooLarge {
                len: u32::try_from(len).unwrap_or(u32::MAX),
                max: u16::MAX.into(),
            }),
        }
    });
    match written {
        Ok(len) => {
            if let Some(place) = out.get_mut(start..).and_then(<[u8]>::first_chunk_mut) {
                *place = len.to_be_bytes();
            }
            Ok(())
        }
        Err(error) => {
            out.truncate(start);
            Err(error)
        }
    }
}

/// Appends a Reject, with its length of 0.
pub fn put_reject(out: &mut Vec<u8>, rejected: Rejected) {
    let after = rejected.retry_after.unwrap_or_default().as_millis();
    let after = u32::try_from(after).unwrap_or(u32::MAX);
    out.extend_from_slice(&[0; LENGTH]);
    out.extend_from_slice(&rejected.reason.code().to_le_bytes());
    out.extend_from_slice(&[rejected.format_min, rejected.format_max]);
    out.extend_from_slice(&after.to_le_bytes());
    out.extend_from_slice(&[0; REJECT - 8]);
}

/// Reads a Reject. What a newer peer may write behind the known fields is ignored.
fn read_reject(bytes: &[u8]) -> Rejected {
    let [r0, r1, format_min, format_max, a0, a1, a2, a3] = prefix(bytes).unwrap_or_default();
    let after = u32::from_le_bytes([a0, a1, a2, a3]);
    Rejected {
        reason: Reason::from_code(u16::from_le_bytes([r0, r1])),
        format_min,
        format_max,
        retry_after: (after != 0).then(|| Duration::from_millis(after.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(bytes: &[u8]) -> BytesMut {
        let mut out = Vec::new();
        put(&mut out, |out| {
            out.extend_from_slice(bytes);
            Ok::<_, Error>(())
        })
        .unwrap();
        BytesMut::from(&out[..])
    }

    #[test]
    fn a_unit_comes_out_as_it_went_in_and_spends_its_bytes() {
        let mut bytes = message(b"hello");
        assert_eq!(&bytes[..], b"\0\x05hello");
        bytes.extend_from_slice(b"rest");
        let mut left = 10;
        let unit = take(&mut bytes, &mut left);
        assert_eq!(unit, Ok(Some(Unit::Message(BytesMut::from(&b"hello"[..])))));
        assert_eq!((&bytes[..], left), (&b"rest"[..], 3));
    }

    #[test]
    fn every_cut_of_a_unit_waits_for_the_rest() {
        let whole = message(b"hello");
        for end in 0..whole.len() {
            let mut cut = BytesMut::from(&whole[..end]);
            let mut left = 100;
            assert_eq!(take(&mut cut, &mut left), Ok(None));
            assert_eq!((cut.len(), left), (end, 100));
        }
    }

    #[test]
    fn a_unit_over_the_budget_is_refused_by_its_length_alone() {
        let mut bytes = BytesMut::from(&[0xff, 0xff][..]);
        let error = take(&mut bytes, &mut 4_096).unwrap_err();
        assert_eq!(error, Error::HandshakeTooLarge { len: 65_537, max: 4_096 });
    }

    #[test]
    fn an_empty_or_oversized_unit_is_not_written() {
        let mut out = vec![7];
        for len in [0, 65_536] {
            let error = put(&mut out, |out| {
                out.resize(out.len() + len, 0);
                Ok::<_, Error>(())
            });
            assert!(matches!(error, Err(Error::HandshakeTooLarge { .. })));
            assert_eq!(out, [7]);
        }
    }

    #[test]
    fn a_reject_is_32_bytes_and_reads_back() {
        let rejected = Rejected {
            reason: Reason::Busy,
            format_min: 1,
            format_max: 3,
            retry_after: Some(Duration::from_millis(0x0a0b)),
        };
        let mut out = Vec::new();
        put_reject(&mut out, rejected);
        assert_eq!(hex::encode(&out), "0000020001030b0a0000".to_owned() + &"00".repeat(24));
        let mut bytes = BytesMut::from(&out[..]);
        assert_eq!(take(&mut bytes, &mut 34), Ok(Some(Unit::Reject(rejected))));
        assert!(bytes.is_empty());
    }
}
