//! `std::Timestamp`: a point in time, with a text form (RFC 3339). Never reads a clock.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use thiserror::Error;

const NANOS_PER_SEC: u32 = 1_000_000_000;
const SECS_PER_DAY: i64 = 86_400;

/// A point in time: seconds since 1970 in UTC, without leap seconds, and nanoseconds on top.
///
/// Its text is that of RFC 3339 in UTC, with as many digits of a second as it needs. Years that
/// RFC 3339 does not have, before 0 and after 9999, are written with a sign, as ISO 8601 has them,
/// so that every value has a text and every text is read back.
///
/// ```
/// use protocol_runtime::types::Timestamp;
///
/// let at: Timestamp = "2026-02-03T04:05:06.5Z".parse().unwrap();
/// assert_eq!((at.secs(), at.nanos()), (1_770_091_506, 500_000_000));
/// assert_eq!(at.to_string(), "2026-02-03T04:05:06.5Z");
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    secs: i64,
    nanos: u32,
}

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const UNIX_EPOCH: Self = Self { secs: 0, nanos: 0 };
    /// The first point in time.
    pub const MIN: Self = Self { secs: i64::MIN, nanos: 0 };
    /// The last point in time.
    pub const MAX: Self = Self { secs: i64::MAX, nanos: NANOS_PER_SEC - 1 };

    /// Seconds since 1970, which may be negative, and nanoseconds that come on top of them;
    /// `None` for 10⁹ nanoseconds and more.
    #[must_use]
    pub const fn new(secs: i64, nanos: u32) -> Option<Self> {
        if nanos < NANOS_PER_SEC { Some(Self { secs, nanos }) } else { None }
    }

    /// Seconds since 1970.
    #[must_use]
    pub const fn from_secs(secs: i64) -> Self {
        Self { secs, nanos: 0 }
    }

    /// Seconds since 1970, rounded down.
    #[must_use]
    pub const fn secs(self) -> i64 {
        self.secs
    }

    /// Nanoseconds after [`secs`](Self::secs): less than 10⁹.
    #[must_use]
    pub const fn nanos(self) -> u32 {
        self.nanos
    }

    /// A later point in time; `None` when there is none so late.
    #[must_use]
    pub fn checked_add(self, span: Duration) -> Option<Self> {
        let (nanos, carry) = match self.nanos + span.subsec_nanos() {
            nanos if nanos < NANOS_PER_SEC => (nanos, 0),
            nanos => (nanos - NANOS_PER_SEC, 1),
        };
        let secs = self.secs.checked_add_unsigned(span.as_secs())?.checked_add(carry)?;
        Some(Self { secs, nanos })
    }

    /// An earlier point in time; `None` when there is none so early.
    #[must_use]
    pub fn checked_sub(self, span: Duration) -> Option<Self> {
        let (nanos, borrow) = match self.nanos.checked_sub(span.subsec_nanos()) {
            Some(nanos) => (nanos, 0),
            None => (self.nanos + NANOS_PER_SEC - span.subsec_nanos(), 1),
        };
        let secs = self.secs.checked_sub_unsigned(span.as_secs())?.checked_sub(borrow)?;
        Some(Self { secs, nanos })
    }

    /// How long `earlier` was before this; `None` when it was not.
    #[must_use]
    pub fn since(self, earlier: Self) -> Option<Duration> {
        if earlier > self {
            return None;
        }
        let (nanos, borrow) = match self.nanos.checked_sub(earlier.nanos) {
            Some(nanos) => (nanos, 0),
            None => (self.nanos + NANOS_PER_SEC - earlier.nanos, 1),
        };
        // Not negative, so it fits, also where the difference passes an `i64`.
        Some(Duration::new(self.secs.abs_diff(earlier.secs) - borrow, nanos))
    }
}

/// The clock of the system is ahead of, or behind, what a [`Timestamp`] holds. No system is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the time passes the range of a timestamp")]
pub struct OutOfRange;

impl From<SystemTime> for Timestamp {
    /// Times that a `SystemTime` has and a timestamp does not become the last or the first one.
    fn from(time: SystemTime) -> Self {
        match time.duration_since(UNIX_EPOCH) {
            Ok(after) => Self::UNIX_EPOCH.checked_add(after).unwrap_or(Self::MAX),
            Err(before) => Self::UNIX_EPOCH.checked_sub(before.duration()).unwrap_or(Self::MIN),
        }
    }
}

impl TryFrom<Timestamp> for SystemTime {
    type Error = OutOfRange;

    fn try_from(at: Timestamp) -> Result<Self, OutOfRange> {
        let time = match at.since(Timestamp::UNIX_EPOCH) {
            Some(after) => UNIX_EPOCH.checked_add(after),
            None => Timestamp::UNIX_EPOCH.since(at).and_then(|span| UNIX_EPOCH.checked_sub(span)),
        };
        time.ok_or(OutOfRange)
    }
}

/// Year, month and day of a day since 1970, and back, in the proleptic Gregorian calendar: the
/// algorithms `civil_from_days` and `days_from_civil` of Howard Hinnant, "chrono-Compatible
/// Low-Level Date Algorithms". A year starts in March there, and 400 of them are an era.
mod civil {
    const DAYS_PER_ERA: i64 = 146_097;
    /// From 0000-03-01 to 1970-01-01.
    const SHIFT: i64 = 719_468;

    pub(super) fn from_days(days: i64) -> (i64, i64, i64) {
        let days = days + SHIFT;
        let era = days.div_euclid(DAYS_PER_ERA);
        let day_of_era = days.rem_euclid(DAYS_PER_ERA);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        (year_of_era + era * 400 + i64::from(month <= 2), month, day)
    }

    /// The month and the day must exist.
    pub(super) fn to_days(year: i64, month: i64, day: i64) -> Option<i64> {
        let year = year.checked_sub(i64::from(month <= 2))?;
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let month = if month > 2 { month - 3 } else { month + 9 };
        let day_of_year = (153 * month + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era.checked_mul(DAYS_PER_ERA)?.checked_add(day_of_era - SHIFT)
    }

    pub(super) fn month_len(year: i64, month: i64) -> Option<i64> {
        match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
            4 | 6 | 9 | 11 => Some(30),
            2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => Some(29),
            2 => Some(28),
            _ => None,
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil::from_days(self.secs.div_euclid(SECS_PER_DAY));
        let second = self.secs.rem_euclid(SECS_PER_DAY);
        match year {
            0..=9999 => write!(f, "{year:04}")?,
            _ => write!(f, "{year:+05}")?,
        }
        let (hour, minute) = (second / 3_600, second / 60 % 60);
        write!(f, "-{month:02}-{day:02}T{hour:02}:{minute:02}:{:02}", second % 60)?;
        write_fraction(f, self.nanos)?;
        f.write_str("Z")
    }
}

/// The digits behind the second, as many as there are without zeros at the end.
pub(crate) fn write_fraction(f: &mut impl fmt::Write, nanos: u32) -> fmt::Result {
    if nanos == 0 {
        return Ok(());
    }
    let digits = format!("{nanos:09}");
    write!(f, ".{}", digits.trim_end_matches('0'))
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is no point in time, or one that does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a time; write it as `2026-02-03T04:05:06.5Z`, with `Z` or an offset such as `+01:00`")]
pub struct ParseTimestampError;

impl FromStr for Timestamp {
    type Err = ParseTimestampError;

    /// Reads RFC 3339 with any offset, and years with a sign. Seconds 60 are refused: there are no
    /// leap seconds here.
    fn from_str(text: &str) -> Result<Self, ParseTimestampError> {
        parse(text).ok_or(ParseTimestampError)
    }
}

fn parse(text: &str) -> Option<Timestamp> {
    let (year, rest) = match text.as_bytes().first()? {
        b'+' | b'-' => {
            // Behind the sign as many digits as there are, at least four.
            let end = 1 + text.get(1..)?.find('-')?;
            let (year, rest) = text.split_at_checked(end)?;
            let digits = year.get(1..)?;
            let plain = digits.len() >= 4 && digits.bytes().all(|b| b.is_ascii_digit());
            (plain.then(|| year.parse().ok())??, rest)
        }
        _ => number(text, 4)?,
    };
    let (month, rest) = number(rest.strip_prefix('-')?, 2)?;
    let (day, rest) = number(rest.strip_prefix('-')?, 2)?;
    if !(1..=civil::month_len(year, month)?).contains(&day) {
        return None;
    }
    let (hour, rest) = number(rest.strip_prefix(['T', 't'])?, 2)?;
    let (minute, rest) = number(rest.strip_prefix(':')?, 2)?;
    let (second, rest) = number(rest.strip_prefix(':')?, 2)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (nanos, rest) = fraction(rest)?;
    let offset = offset(rest)?;
    // In 128 bits, for the first and the last day of all: a day, or an offset, may pass the range
    // where the time does not.
    let days = i128::from(civil::to_days(year, month, day)?);
    let secs =
        days * i128::from(SECS_PER_DAY) + i128::from(hour * 3_600 + minute * 60 + second - offset);
    Timestamp::new(i64::try_from(secs).ok()?, nanos)
}

/// `n` digits, and what is left.
fn number(text: &str, n: usize) -> Option<(i64, &str)> {
    let (digits, rest) = text.split_at_checked(n)?;
    let plain = digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse().ok())?.map(|value| (value, rest))
}

/// The nanoseconds of `.5`, one to nine digits, and what is left; 0 when there is no point.
pub(crate) fn fraction(text: &str) -> Option<(u32, &str)> {
    let Some(rest) = text.strip_prefix('.') else { return Some((0, text)) };
    let len = rest.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=9).contains(&len) {
        return None;
    }
    let (digits, rest) = rest.split_at_checked(len)?;
    let value: u32 = digits.parse().ok()?;
    let scale = 10_u32.checked_pow(9 - u32::try_from(len).ok()?)?;
    Some((value * scale, rest))
}

/// The seconds of `Z`, `+01:00` or `-05:30`.
fn offset(text: &str) -> Option<i64> {
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, rest) = number(text.get(1..)?, 2)?;
    let (minutes, rest) = number(rest.strip_prefix(':')?, 2)?;
    let exists = rest.is_empty() && hours <= 23 && minutes <= 59;
    exists.then_some(sign * (hours * 3_600 + minutes * 60))
}
