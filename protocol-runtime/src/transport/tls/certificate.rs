//! What is read of a certificate beside its signature: when it is valid, its key, its names.
//!
//! It judges nothing: whether a certificate is to be trusted is for the verifier. What cannot be
//! read is `None`, and never a guess.

use rustls_pki_types::UnixTime;
use sha2::{Digest as _, Sha256};

use crate::error::Pin;
use crate::transport::PeerCertificate;
use crate::types::Timestamp;

/// Names of one certificate that are read.
const NAMES_MAX: usize = 64;
/// Octets of one name.
const NAME_BYTES_MAX: usize = 256;

const SEQUENCE: u8 = 0x30;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
/// `[0]`, explicit: the version.
const VERSION: u8 = 0xA0;
/// `[3]`, explicit: the extensions.
const EXTENSIONS: u8 = 0xA3;
const OBJECT: u8 = 0x06;
const BOOLEAN: u8 = 0x01;
const OCTETS: u8 = 0x04;
/// 2.5.29.17, the names beside the subject.
const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1D, 0x11];

/// A certificate, as far as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Certificate {
    /// In seconds since 1970.
    pub(super) not_before: u64,
    pub(super) not_after: u64,
    /// Whether it says of itself who signed it.
    pub(super) self_issued: bool,
    pub(super) pin: Pin,
    pub(super) names: Vec<String>,
}

impl Certificate {
    pub(super) fn read(der: &[u8]) -> Option<Self> {
        let mut outer = Der(der);
        let mut whole = Der(outer.expect(SEQUENCE)?);
        let mut fields = Der(whole.expect(SEQUENCE)?);
        fields.skip_if(VERSION)?;
        // The serial number and the algorithm.
        fields.next()?;
        fields.next()?;
        let issuer = fields.next()?.whole;
        let mut validity = Der(fields.expect(SEQUENCE)?);
        let (not_before, not_after) = (time(&validity.next()?)?, time(&validity.next()?)?);
        let self_issued = fields.next()?.whole == issuer;
        let pin = Pin::new(Sha256::digest(fields.next()?.whole).into());
        let mut names = Vec::new();
        while let Some(field) = fields.next() {
            if field.tag == EXTENSIONS {
                names = alt_names(Der(field.content).expect(SEQUENCE)?)?;
            }
        }
        Some(Self { not_before, not_after, self_issued, pin, names })
    }

    /// How long ago its time was over, or in how much time it begins.
    pub(super) fn dates(&self, now: UnixTime) -> Dates {
        let now = now.as_secs();
        if now < self.not_before {
            Dates::Ahead(self.not_before.abs_diff(now))
        } else if now > self.not_after {
            Dates::Ago(now.abs_diff(self.not_after))
        } else {
            Dates::Valid
        }
    }

    pub(super) fn into_peer(self) -> PeerCertificate {
        PeerCertificate { spki_sha256: *self.pin.as_bytes(), names: self.names }
    }
}

/// Whether a certificate is valid at a time, else by how many seconds it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dates {
    Valid,
    Ahead(u64),
    Ago(u64),
}

/// Elements of DER, one after the other.
struct Der<'a>(&'a [u8]);

struct Element<'a> {
    tag: u8,
    content: &'a [u8],
    /// With its tag and length.
    whole: &'a [u8],
}

impl<'a> Der<'a> {
    fn next(&mut self) -> Option<Element<'a>> {
        let start = self.0;
        let (&[tag, first], rest) = start.split_first_chunk()?;
        let (len, head) = if first < 0x80 {
            (usize::from(first), 2)
        } else {
            let count = usize::from(first & 0x7F);
            if !(1..=4).contains(&count) {
                return None;
            }
            let octets = rest.get(..count)?;
            let len = octets.iter().fold(0_usize, |len, &octet| len << 8 | usize::from(octet));
            (len, 2 + count)
        };
        let (whole, rest) = start.split_at_checked(head.checked_add(len)?)?;
        self.0 = rest;
        Some(Element { tag, content: whole.get(head..)?, whole })
    }

    fn expect(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.next().filter(|element| element.tag == tag).map(|element| element.content)
    }

    /// Goes past an element that may be left out.
    fn skip_if(&mut self, tag: u8) -> Option<()> {
        if self.0.first() == Some(&tag) {
            self.next()?;
        }
        Some(())
    }
}

/// Seconds since 1970; 0 for a time before that.
fn time(element: &Element<'_>) -> Option<u64> {
    let text = std::str::from_utf8(element.content).ok()?;
    let (year, rest) = match element.tag {
        UTC_TIME => {
            let (year, rest) = text.split_at_checked(2)?;
            let century = if year < "50" { "20" } else { "19" };
            (format!("{century}{year}"), rest)
        }
        GENERALIZED_TIME => {
            let (year, rest) = text.split_at_checked(4)?;
            (year.to_owned(), rest)
        }
        _ => return None,
    };
    let rest = rest.strip_suffix('Z').filter(|rest| rest.len() == 10 && rest.is_ascii())?;
    let part = |at: usize| rest.get(at..at + 2);
    let (month, day) = (part(0)?, part(2)?);
    let (hour, minute, second) = (part(4)?, part(6)?, part(8)?);
    let text = format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z");
    let at: Timestamp = text.parse().ok()?;
    Some(u64::try_from(at.secs()).unwrap_or(0))
}

/// The names among the extensions.
fn alt_names(extensions: &[u8]) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut extensions = Der(extensions);
    while let Some(extension) = extensions.next() {
        let mut extension = Der(extension.content);
        if extension.expect(OBJECT)? != SUBJECT_ALT_NAME {
            continue;
        }
        extension.skip_if(BOOLEAN)?;
        let mut value = Der(extension.expect(OCTETS)?);
        let mut list = Der(value.expect(SEQUENCE)?);
        while let Some(element) = list.next() {
            names.extend(name(&element));
        }
    }
    names.truncate(NAMES_MAX);
    Some(names)
}

/// A name of a kind that programs are known by.
fn name(element: &Element<'_>) -> Option<String> {
    match (element.tag, element.content) {
        // A mail address, a host name, a URI.
        (0x81 | 0x82 | 0x86, text) => {
            let visible = text.len() <= NAME_BYTES_MAX && text.iter().all(u8::is_ascii_graphic);
            visible.then(|| String::from_utf8_lossy(text).into_owned())
        }
        (0x87, &[a, b, c, d]) => Some(std::net::Ipv4Addr::new(a, b, c, d).to_string()),
        (0x87, octets) => {
            let octets: [u8; 16] = octets.try_into().ok()?;
            Some(std::net::Ipv6Addr::from(octets).to_string())
        }
        _ => None,
    }
}
