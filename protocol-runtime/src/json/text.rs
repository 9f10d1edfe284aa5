//! What is a string in JSON: text, bytes, and the std types.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_core::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use serde_core::ser::{Serialize, Serializer};

use super::{Allowance, Mapped, refuse};
use crate::types::{Secret, Timestamp, Uuid, fraction, write_fraction};
use crate::wire::DecodeOptions;

impl Mapped for String {
    const TEXT_KEY: bool = true;

    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self)
    }

    fn read<'de, D: Deserializer<'de>>(from: D, allowed: &Allowance) -> Result<Self, D::Error> {
        from.deserialize_string(Owned(allowed))
    }
}

struct Owned<'c>(&'c Allowance);

impl Visitor<'_> for Owned<'_> {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<String, E> {
        self.0.charge(text.len(), 1)?;
        Ok(text.to_owned())
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<String, E> {
        self.0.charge(text.len(), 1)?;
        Ok(text)
    }
}

/// Reads a string and makes something of it.
pub(super) struct Text<F> {
    /// What is wanted, for the message when it is not there.
    pub(super) what: &'static str,
    pub(super) read: F,
}

impl<T, F: FnOnce(&str) -> Option<T>> Visitor<'_> for Text<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        let what = self.what;
        let wrong = || E::invalid_value(de::Unexpected::Str(text), &what);
        (self.read)(text).ok_or_else(wrong)
    }
}

impl Mapped for Bytes {
    const TEXT_KEY: bool = true;

    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        write_bytes(self, to)
    }

    fn read<'de, D: Deserializer<'de>>(from: D, allowed: &Allowance) -> Result<Self, D::Error> {
        let human = from.is_human_readable();
        let bytes = if human {
            from.deserialize_str(Base64(allowed))?
        } else {
            from.deserialize_byte_buf(Plain(allowed))?
        };
        Ok(bytes.into())
    }
}

pub(super) fn write_bytes<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
    if to.is_human_readable() {
        to.serialize_str(&STANDARD.encode(bytes))
    } else {
        to.serialize_bytes(bytes)
    }
}

struct Base64<'c>(&'c Allowance);

impl Visitor<'_> for Base64<'_> {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("base64 with padding, as a string")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Vec<u8>, E> {
        self.0.charge(text.len(), 1)?;
        let wrong = |_| E::invalid_value(de::Unexpected::Str(text), &self);
        STANDARD.decode(text).map_err(wrong)
    }
}

struct Plain<'c>(&'c Allowance);

impl<'de> Visitor<'de> for Plain<'_> {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
        self.0.charge(bytes.len(), 1)?;
        Ok(bytes.to_vec())
    }

    fn visit_byte_buf<E: de::Error>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
        self.0.charge(bytes.len(), 1)?;
        Ok(bytes)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<u8>, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = seq.next_element()? {
            self.0.charge(1, 1)?;
            bytes.push(byte);
        }
        Ok(bytes)
    }
}

/// Those that have a text, and in other formats are `$plain`.
macro_rules! text {
    ($(
        $ty:ty, $what:literal, $show:expr, $parse:expr, $to_plain:expr, $from_plain:expr;
    )*) => {$(
        impl Mapped for $ty {
            const TEXT_KEY: bool = true;

            fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                if to.is_human_readable() {
                    to.collect_str(&$show(self))
                } else {
                    $to_plain(self).serialize(to)
                }
            }

            fn read<'de, D: Deserializer<'de>>(from: D, _: &Allowance) -> Result<Self, D::Error> {
                if from.is_human_readable() {
                    return from.deserialize_str(Text { what: $what, read: $parse });
                }
                let plain = Deserialize::deserialize(from)?;
                let value: Option<Self> = $from_plain(plain);
                value.ok_or_else(|| refuse(concat!("not ", $what)))
            }
        }
    )*};
}

text! {
    Uuid, "a UUID, such as 67e55044-10b1-426f-9247-bb680e5fe0c8",
        |value: &Self| *value, parse,
        |value: &Self| value.into_bytes(), |bytes| Some(Self::from_bytes(bytes));
    Timestamp, "a time, such as 2026-02-03T04:05:06.5Z",
        |value: &Self| *value, parse,
        |value: &Self| (value.secs(), value.nanos()), |(secs, nanos)| Self::new(secs, nanos);
    Duration, "seconds, such as 1.5s",
        |value: &Self| Seconds(*value), seconds,
        |value: &Self| (value.as_secs(), value.subsec_nanos()),
        |(secs, nanos)| (nanos < 1_000_000_000).then(|| Self::new(secs, nanos));
}

fn parse<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

/// A duration as text.
struct Seconds(Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.as_secs())?;
        write_fraction(f, self.0.subsec_nanos())?;
        f.write_str("s")
    }
}

fn seconds(text: &str) -> Option<Duration> {
    let len = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at_checked(len)?;
    let (nanos, rest) = fraction(rest)?;
    (rest == "s").then(|| digits.parse().ok())?.map(|secs| Duration::new(secs, nanos))
}

impl Mapped for SocketAddr {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        // As it is after a journey: flow label and scope are not carried.
        let carried = Self::new(self.ip(), self.port());
        if to.is_human_readable() { to.collect_str(&carried) } else { carried.serialize(to) }
    }

    fn read<'de, D: Deserializer<'de>>(from: D, _: &Allowance) -> Result<Self, D::Error> {
        let address = if from.is_human_readable() {
            let what = "an address and a port, such as [::1]:80";
            from.deserialize_str(Text { what, read: parse })?
        } else {
            Self::deserialize(from)?
        };
        Ok(Self::new(address.ip(), address.port()))
    }
}

/// `Serialize` and `Deserialize` as mapped, so that users' own types may hold these.
macro_rules! serde {
    ($($ty:ty)*) => {$(
        impl Serialize for $ty {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                self.write(to)
            }
        }

        impl<'de> Deserialize<'de> for $ty {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                Self::read(from, &Allowance::new(&DecodeOptions::default()))
            }
        }
    )*};
}

serde! { Uuid Timestamp }

impl<T: Mapped> Mapped for Secret<T> {
    const TEXT_KEY: bool = T::TEXT_KEY;

    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.expose().write(to)
    }

    fn read<'de, D: Deserializer<'de>>(from: D, allowed: &Allowance) -> Result<Self, D::Error> {
        // What was the matter might show what it was.
        let hidden =
            |_| refuse("not a value of its type (it is a secret, so nothing more is said)");
        T::read(from, allowed).map(Self::new).map_err(hidden)
    }
}

impl<T: Mapped> Mapped for Box<T> {
    const TEXT_KEY: bool = T::TEXT_KEY;

    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        T::write(self, to)
    }

    fn read<'de, D: Deserializer<'de>>(from: D, allowed: &Allowance) -> Result<Self, D::Error> {
        allowed.charge(1, size_of::<T>())?;
        allowed.nested(|| T::read(from, allowed)).map(Self::new)
    }
}
