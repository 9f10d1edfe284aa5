//! The text of the types of the package `std`.

use std::fmt::Write;
use std::net::SocketAddr;

const SECS_PER_DAY: i64 = 86_400;
/// In 400 years, after which the calendar repeats itself.
const DAYS_PER_ERA: i64 = 146_097;
/// From 0000-03-01, where an era starts, to 1970-01-01.
const EPOCH: i64 = 719_468;

/// `67e55044-10b1-426f-9247-bb680e5fe0c8`.
pub(super) fn uuid(bytes: &[u8; 16]) -> String {
    let mut text = String::with_capacity(36);
    for (i, byte) in bytes.iter().enumerate() {
        if matches!(i, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.extend(
            [byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16).unwrap_or('0')),
        );
    }
    text
}

/// Capital letters will do.
pub(super) fn parse_uuid(text: &str) -> Option<[u8; 16]> {
    let groups: Vec<&str> = text.split('-').collect();
    if groups.iter().map(|group| group.len()).collect::<Vec<_>>() != [8, 4, 4, 4, 12] {
        return None;
    }
    let digits: Option<Vec<u8>> = groups
        .concat()
        .chars()
        .map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let digits = digits?;
    let (pairs, _) = digits.as_chunks::<2>();
    let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    bytes.try_into().ok()
}

/// RFC 3339 in UTC, with as many digits of a second as it needs; years before 0 and after 9999
/// with a sign.
pub(super) fn timestamp(secs: i64, nanos: u32) -> String {
    let (year, month, day) = date(secs.div_euclid(SECS_PER_DAY));
    let second = secs.rem_euclid(SECS_PER_DAY);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    let year = match year {
        0..=9999 => format!("{year:04}"),
        _ => format!("{year:+05}"),
    };
    let fraction = fraction(nanos);
    format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}

/// RFC 3339 with any offset, and years with a sign. There are no leap seconds.
pub(super) fn parse_timestamp(text: &str) -> Option<(i64, u32)> {
    let sign_len = usize::from(text.starts_with(['+', '-']));
    let year_len = match sign_len {
        0 => 4,
        _ => text.get(1..)?.find('-').filter(|len| *len >= 4)?,
    };
    let (year, rest) = text.split_at_checked(sign_len + year_len)?;
    let mut text = Cursor { rest };
    let plain = year.get(sign_len..)?;
    let year: i64 =
        if plain.bytes().all(|b| b.is_ascii_digit()) { year.parse().ok()? } else { return None };
    text.eat("-")?;
    let month = text.digits(2)?;
    text.eat("-")?;
    let day = text.digits(2)?;
    if !(1..=days_in(year, month)?).contains(&day) {
        return None;
    }
    text.eat("T").or_else(|| text.eat("t"))?;
    let hour = text.digits(2)?;
    text.eat(":")?;
    let minute = text.digits(2)?;
    text.eat(":")?;
    let second = text.digits(2)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let nanos = text.fraction()?;
    let offset = text.offset()?;
    let of_day = hour * 3_600 + minute * 60 + second - offset;
    // In 128 bits: the day or the offset may pass the range where the time does not.
    let secs = i128::from(day_number(year, month, day)?) * i128::from(SECS_PER_DAY);
    Some((i64::try_from(secs + i128::from(of_day)).ok()?, nanos))
}

/// `1.5s`.
pub(super) fn duration(secs: u64, nanos: u32) -> String {
    format!("{secs}{}s", fraction(nanos))
}

pub(super) fn parse_duration(text: &str) -> Option<(u64, u32)> {
    let len = text.bytes().take_while(u8::is_ascii_digit).count();
    let (secs, rest) = text.split_at_checked(len)?;
    let mut rest = Cursor { rest };
    let nanos = rest.fraction()?;
    (rest.rest == "s").then_some(())?;
    Some((secs.parse().ok()?, nanos))
}

/// Without flow label and scope, which are not carried.
pub(super) fn parse_address(text: &str) -> Option<SocketAddr> {
    let address: SocketAddr = text.parse().ok()?;
    Some(SocketAddr::new(address.ip(), address.port()))
}

/// The digits behind the second.
fn fraction(nanos: u32) -> String {
    let mut text = String::new();
    if nanos > 0 && write!(text, ".{nanos:09}").is_ok() {
        text.truncate(text.trim_end_matches('0').len());
    }
    text
}

/// Text that is read from the front.
struct Cursor<'t> {
    rest: &'t str,
}

impl Cursor<'_> {
    fn eat(&mut self, text: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(text)?;
        Some(())
    }

    fn digits(&mut self, count: usize) -> Option<i64> {
        let (digits, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        if digits.bytes().all(|b| b.is_ascii_digit()) { digits.parse().ok() } else { None }
    }

    /// The nanoseconds of `.5`, one to nine digits; 0 without a point.
    fn fraction(&mut self) -> Option<u32> {
        if self.eat(".").is_none() {
            return Some(0);
        }
        let len = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        if !(1..=9).contains(&len) {
            return None;
        }
        let (digits, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        format!("{digits:0<9}").parse().ok()
    }

    /// The seconds of `Z`, `+01:00` or `-05:30`, at the end of the text.
    fn offset(&mut self) -> Option<i64> {
        if self.rest.eq_ignore_ascii_case("z") {
            return Some(0);
        }
        let sign = if self.eat("+").is_some() { 1 } else { -1 };
        if sign < 0 {
            self.eat("-")?;
        }
        let hours = self.digits(2)?;
        self.eat(":")?;
        let minutes = self.digits(2)?;
        let exists = self.rest.is_empty() && hours <= 23 && minutes <= 59;
        exists.then_some(sign * (hours * 3_600 + minutes * 60))
    }
}

/// Year, month and day of a day since 1970, in the proleptic Gregorian calendar. Years are counted
/// from March, so that the day that some have is their last.
fn date(days: i64) -> (i64, i64, i64) {
    let (era, day) =
        ((days + EPOCH).div_euclid(DAYS_PER_ERA), (days + EPOCH).rem_euclid(DAYS_PER_ERA));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    // Five months from March, or from August, have 153 days.
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next, month, day)
}

/// The day since 1970 of a date that exists.
fn day_number(year: i64, month: i64, day: i64) -> Option<i64> {
    let (year, month) =
        if month > 2 { (year, month - 3) } else { (year.checked_sub(1)?, month + 9) };
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    let day = 365 * year + year / 4 - year / 100 + (153 * month + 2) / 5 + day - 1;
    era.checked_mul(DAYS_PER_ERA)?.checked_add(day - EPOCH)
}

fn days_in(year: i64, month: i64) -> Option<i64> {
    match month {
        4 | 6 | 9 | 11 => Some(30),
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => Some(29),
        2 => Some(28),
        1..=12 => Some(31),
        _ => None,
    }
}
