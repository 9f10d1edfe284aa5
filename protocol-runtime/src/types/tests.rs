use std::time::{Duration, SystemTime, UNIX_EPOCH};

use zeroize::Zeroize;

use super::{OutOfRange, Secret, Timestamp, Uuid};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn times_have_the_text_of_rfc_3339() {
    for (secs, nanos, text) in [
        (0, 0, "1970-01-01T00:00:00Z"),
        (0, 1, "1970-01-01T00:00:00.000000001Z"),
        (-1, 999_000_000, "1969-12-31T23:59:59.999Z"),
        (1_770_091_506, 500_000_000, "2026-02-03T04:05:06.5Z"),
        (951_782_400, 0, "2000-02-29T00:00:00Z"),
        (-2_203_891_200, 0, "1900-03-01T00:00:00Z"),
        (-62_167_219_200, 0, "0000-01-01T00:00:00Z"),
        (-62_167_219_201, 0, "-0001-12-31T23:59:59Z"),
        (253_402_300_799, 999_999_999, "9999-12-31T23:59:59.999999999Z"),
        (253_402_300_800, 0, "+10000-01-01T00:00:00Z"),
        (i64::MAX, 999_999_999, "+292277026596-12-04T15:30:07.999999999Z"),
        (i64::MIN, 0, "-292277022657-01-27T08:29:52Z"),
    ] {
        let time = Timestamp::new(secs, nanos).unwrap();
        assert_eq!(time.to_string(), text);
        assert_eq!(at(text), time);
    }
    assert_eq!(Timestamp::new(0, 1_000_000_000), None);
}

#[test]
fn days_follow_each_other_through_leap_years() {
    let mut day = at("1895-12-30T00:00:00Z");
    let mut last = day.to_string();
    while day < at("2105-01-02T00:00:00Z") {
        day = day.checked_add(Duration::from_secs(86_400)).unwrap();
        let text = day.to_string();
        assert!(last < text, "{last} {text}");
        assert_eq!(at(&text), day);
        last = text;
    }
    assert_eq!(last, "2105-01-02T00:00:00Z");
}

#[test]
fn offsets_and_small_letters_are_read() {
    let noon = at("2026-02-03T12:00:00Z");
    for text in [
        "2026-02-03T13:00:00+01:00",
        "2026-02-03T06:30:00-05:30",
        "2026-02-04T11:59:00+23:59",
        "2026-02-03t12:00:00.000z",
        "2026-02-03T12:00:00-00:00",
        "+2026-02-03T12:00:00Z",
    ] {
        assert_eq!(at(text), noon, "{text}");
    }
    // The last moment, written where it is an hour later, in a second that UTC does not have.
    assert_eq!(at("+292277026596-12-04T16:30:07+01:00").secs(), i64::MAX);
}

#[test]
fn what_is_no_time_is_refused() {
    for text in [
        "",
        "2026-02-03",
        "2026-02-03T04:05:06",
        "2026-02-03 04:05:06Z",
        "2026-02-29T04:05:06Z",
        "2100-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "2026-01-32T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z",
        "2026-12-31T23:59:60Z",
        "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00.1234567890Z",
        "2026-01-01T00:00:00+1:00",
        "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00ZZ",
        "226-01-01T00:00:00Z",
        "+226-01-01T00:00:00Z",
        "+-226-01-01T00:00:00Z",
        "20é6-01-01T00:00:00Z",
        "+292277026596-12-04T15:30:08Z",
        "-292277022657-01-27T08:29:51Z",
        "+99999999999999999999-01-01T00:00:00Z",
        "+9223372036854775807-01-01T00:00:00Z",
    ] {
        assert!(text.parse::<Timestamp>().is_err(), "{text}");
    }
}

#[test]
fn times_are_apart_by_durations() {
    let (early, late) = (at("1969-12-31T23:59:59.75Z"), at("1970-01-01T00:00:01.5Z"));
    let apart = Duration::from_millis(1_750);
    assert_eq!(late.since(early), Some(apart));
    assert_eq!(early.since(late), None);
    assert_eq!(early.checked_add(apart), Some(late));
    assert_eq!(late.checked_sub(apart), Some(early));
    assert_eq!(Timestamp::MAX.since(Timestamp::MIN), Some(Duration::new(u64::MAX, 999_999_999)));
    assert_eq!(Timestamp::MAX.checked_add(Duration::from_nanos(1)), None);
    assert_eq!(Timestamp::MIN.checked_sub(Duration::from_nanos(1)), None);
    let all = Duration::new(u64::MAX, 999_999_999);
    assert_eq!(Timestamp::MIN.checked_add(all), Some(Timestamp::MAX));
    assert_eq!(Timestamp::MAX.checked_sub(all), Some(Timestamp::MIN));
}

#[test]
fn times_go_to_the_system_and_back() {
    for time in [at("1969-12-31T23:59:59.75Z"), at("2026-02-03T04:05:06.789Z")] {
        assert_eq!(SystemTime::try_from(time).map(Timestamp::from), Ok(time));
    }
    let earlier = UNIX_EPOCH - Duration::from_nanos(1);
    assert_eq!(Timestamp::from(earlier), Timestamp::new(-1, 999_999_999).unwrap());
    // Whether the system goes so far depends on it, but not that nothing breaks.
    let far = SystemTime::try_from(Timestamp::MAX);
    assert!(far == Err(OutOfRange) || far.map(Timestamp::from) == Ok(Timestamp::MAX));
}

#[test]
fn a_uuid_reads_its_text_in_either_case_and_nothing_else() {
    let id = Uuid::from_bytes(*b"\x67\xe5\x50\x44\x10\xb1\x42\x6f\x92\x47\xbb\x68\x0e\x5f\xe0\xc8");
    let text = "67e55044-10b1-426f-9247-bb680e5fe0c8";
    assert_eq!(format!("{id} {id:?}"), format!("{text} {text}"));
    assert_eq!(text.to_uppercase().parse(), Ok(id));
    assert_eq!([id, Uuid::nil()].iter().min(), Some(&Uuid::NIL));
    for wrong in [
        "",
        "67e5504410b1426f9247bb680e5fe0c8",
        "67e55044-10b1-426f-9247-bb680e5fe0c",
        "67e55044-10b1-426f-9247-bb680e5fe0c88",
        "67e55044-10b1-426f-9247_bb680e5fe0c8",
        "67e55044-10b1-426f-9247-bb680e5fe0cg",
        "{67e55044-10b1-426f-9247-bb680e5fe0c8}",
        "+7e55044-10b1-426f-9247-bb680e5fe0c8",
    ] {
        assert!(wrong.parse::<Uuid>().is_err(), "{wrong}");
    }
}

#[test]
fn a_secret_is_wiped_on_demand() {
    let mut token = Secret::from("hunter2".to_owned());
    assert_eq!(format!("{token:?} {:#?}", Some(&token)), "Secret(…) Some(\n    Secret(…),\n)");
    token.zeroize();
    assert_eq!(token.into_inner(), "");
}
