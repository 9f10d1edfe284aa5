//! Uuids, times and addresses.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::time::Duration;

use proptest::prelude::{Strategy, any};
use protocol_runtime::types::{Timestamp, Uuid};
use protocol_runtime::wire::{DecodeErrorKind as Kind, encode};

use crate::{assert_same, exact, refused, tolerated};

#[test]
fn a_uuid_is_its_bytes_in_the_order_of_its_text() {
    let id: Uuid = "67e55044-10b1-426f-9247-bb680e5fe0c8".parse().unwrap();
    exact(&id, "10 67e5504410b1426f9247bb680e5fe0c8");
    exact(
        &vec![id, Uuid::NIL],
        "01 02 67e5504410b1426f9247bb680e5fe0c8 00000000000000000000000000000000",
    );
    tolerated("", &Uuid::NIL);
}

#[test]
fn a_time_is_seconds_and_nanoseconds() {
    exact(&Timestamp::new(1, 2).unwrap(), "0c 0100000000000000 02000000");
    exact(&Timestamp::new(-1, 999_999_999).unwrap(), "0c ffffffffffffffff ffc99a3b");
    exact(&Duration::new(u64::MAX, 999_999_999), "0c ffffffffffffffff ffc99a3b");
    tolerated("", &Timestamp::UNIX_EPOCH);
    tolerated("08 0500000000000000", &Duration::from_secs(5));
}

#[test]
fn a_whole_second_of_nanoseconds_is_refused() {
    refused::<Timestamp>("0c 0000000000000000 00ca9a3b", Kind::BadValue);
    refused::<Duration>("0c 0000000000000000 ffffffff", Kind::BadValue);
    refused::<Vec<Duration>>("01 01 0000000000000000 00ca9a3b", Kind::BadValue);
    refused::<Option<(Timestamp,)>>("01 01 0000000000000000 00ca9a3b", Kind::BadValue);
}

#[test]
fn an_address_is_its_family_address_and_port() {
    let v4 = SocketAddr::from(([127, 0, 0, 1], 80));
    exact(&v4, "13 00 7f000001000000000000000000000000 5000");
    let v6 = SocketAddr::from((Ipv6Addr::LOCALHOST, 0x1234));
    exact(&v6, "13 01 00000000000000000000000000000001 3412");
    tolerated("", &SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)));
}

#[test]
fn another_family_and_bytes_behind_a_short_address_are_refused() {
    refused::<SocketAddr>("13 02 00000000000000000000000000000001 3412", Kind::BadValue);
    refused::<SocketAddr>("13 00 7f000001000000000000000000000001 5000", Kind::BadValue);
    refused::<SocketAddr>("13 00 7f000001010000000000000000000000 5000", Kind::BadValue);
}

#[test]
fn flow_label_and_scope_are_not_carried() {
    let scoped = SocketAddr::V6(SocketAddrV6::new(Ipv6Addr::LOCALHOST, 1, 2, 3));
    let plain = SocketAddr::from((Ipv6Addr::LOCALHOST, 1));
    assert_eq!(encode(&scoped), encode(&plain));
}

fn timestamps() -> impl Strategy<Value = Timestamp> {
    (any::<i64>(), 0..1_000_000_000_u32)
        .prop_map(|(secs, nanos)| Timestamp::new(secs, nanos).unwrap())
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config {
        cases: 64,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        ..Default::default()
    })]

    #[test]
    fn any_time_goes_there_and_back(at in timestamps(), span: Duration) {
        let value = (at, Some(span), vec![at; 3]);
        let bytes = encode(&value).unwrap();
        assert_eq!(crate::decode_exact(&bytes), Ok(value));
        assert_same::<(Timestamp, Option<Duration>, Vec<Timestamp>)>(&bytes);
        assert_eq!(at.to_string().parse(), Ok(at));
    }

    #[test]
    fn any_address_goes_there_and_back(
        at: (std::net::IpAddr, u16),
        noise in proptest::collection::vec(any::<u8>(), 0..60),
    ) {
        let value = vec![SocketAddr::from(at)];
        let bytes = encode(&value).unwrap();
        assert_eq!(crate::decode_exact(&bytes), Ok(value));
        assert_same::<Vec<SocketAddr>>(&bytes);
        assert_same::<Vec<SocketAddr>>(&noise);
        assert_same::<SocketAddr>(&noise);
        assert_same::<(Timestamp, Duration)>(&noise);
    }

    #[test]
    fn any_uuid_goes_there_and_back(bytes: [u8; 16]) {
        let id = Uuid::from_bytes(bytes);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(crate::decode_exact(&encode(&vec![id; 2]).unwrap()), Ok(vec![id; 2]));
        assert_same::<Vec<Uuid>>(&encode(&vec![id; 2]).unwrap());
    }
}
