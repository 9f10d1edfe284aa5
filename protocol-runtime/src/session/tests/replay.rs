//! Recordings, clocks and what a server with a shared key remembers.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::pair::{CLIENT_MS, Pair, Protection, SERVER_MS, Side, config, shared, start};
use super::script::{Recording, delivered, failure};
use crate::error::{Error, Rejected, Skew};
use crate::frame::reason::Reason;
use crate::limits::Limits;
use crate::session::{
    ClockPolicy, Config, Event, ReplayFilter, Role, Security, ServerSecurity, Status,
};

const SECOND: u64 = 1_000;
const HOUR: u64 = 3_600 * SECOND;
const YEARS_50: u64 = 50 * 365 * 24 * HOUR;

fn filter(started: u64) -> Arc<ReplayFilter> {
    Arc::new(ReplayFilter::new(&Limits::default(), started))
}

/// A server with a shared key, at this time of day, that has seen what `replay` remembers.
fn server(replay: &Arc<ReplayFilter>, unix_ms: u64) -> Config {
    let security = ServerSecurity::SharedKey { key: shared(), replay: replay.clone() };
    Config { unix_ms, ..config(Security::Server(security)) }
}

/// The first flight of a client at this time of day.
fn first_flight(protection: Protection, unix_ms: u64) -> Vec<u8> {
    let config = Config { unix_ms, ..config(protection.of(Role::Client)) };
    Side::new(config, start()).transmit()
}

/// What a server makes of a first flight.
fn heard(server: Config, octets: &[u8]) -> Result<(), Error> {
    let mut side = Side::seeded(77, server, start());
    side.receive(start(), octets);
    let events = side.take_events();
    if side.session.status() == Status::Open { Ok(()) } else { Err(failure(&events)) }
}

fn skew(theirs: u64, ours: u64) -> Error {
    Error::ClockSkew { by: Skew::between(theirs, ours) }
}

#[test]
fn h3_f10_a_recorded_client_gets_no_session_that_does_anything() {
    for protection in Protection::NOISE {
        let recording = Recording::new(protection, 1);
        let said: Vec<&[u8]> = recording.of_client().collect();
        for whole in [false, true] {
            // It draws other randomness than it did then, as each server does for each connection.
            let config = config(protection.of(Role::Server));
            let mut server = Side::seeded(77, config, recording.now);
            for octets in
                if whole { vec![said.concat()] } else { said.iter().map(|s| s.to_vec()).collect() }
            {
                server.receive(recording.now, &octets);
                server.transmit();
            }
            server.session.handle_eof();
            let events = server.take_events();
            let given = delivered(&events);
            // Patterns of two messages are open before the client has proved to be there.
            assert!(given.is_empty() || given == [Event::Established], "{protection:?} {given:?}");
            failure(&events);
        }
    }
}

#[test]
fn h3_u5_with_a_shared_key_a_recording_is_known_by_every_connection_and_after_a_restart() {
    let replay = filter(SERVER_MS);
    let octets = first_flight(Protection::Psk, CLIENT_MS);
    assert_eq!(heard(server(&replay, SERVER_MS), &octets), Ok(()));
    for later in [0, SECOND, 30 * SECOND] {
        assert_eq!(heard(server(&replay, SERVER_MS + later), &octets), Err(Error::Replayed));
    }
    // Until its time is over, whatever else is remembered by then.
    let late = CLIENT_MS + 30 * SECOND;
    assert_eq!(heard(server(&replay, late), &octets), Err(Error::Replayed));
    assert_eq!(heard(server(&replay, late + 1), &octets), Err(skew(CLIENT_MS, late + 1)));
    // A server that was started anew remembers nothing, and knows that.
    let restarted = filter(CLIENT_MS + 1);
    let again = heard(server(&restarted, CLIENT_MS + 1), &octets);
    assert_eq!(again, Err(Error::StaleTimestamp));
    assert_eq!(restarted.remembered(), 0);
    // Another client of the same time is another client.
    let config = Config { unix_ms: CLIENT_MS, ..config(Protection::Psk.of(Role::Client)) };
    let other = Side::seeded(5, config, start()).transmit();
    assert_eq!(heard(server(&replay, SERVER_MS), &other), Ok(()));
}

#[test]
fn u5_the_time_cannot_be_changed_and_the_same_time_is_not_the_same_message() {
    // Time and nonce travel encrypted: there is nothing in the flight that says when it was sent.
    let octets = first_flight(Protection::Psk, CLIENT_MS);
    let time = CLIENT_MS.to_le_bytes();
    assert!(octets.windows(8).all(|window| window != time));
}

#[test]
fn h5_f14_a_clock_that_is_off_is_refused_with_a_shared_key_and_reported_elsewhere() {
    let ours = SERVER_MS;
    let clocks = [
        ours + 31 * SECOND,
        ours - 31 * SECOND,
        ours + HOUR,
        ours - HOUR,
        ours + YEARS_50,
        ours - YEARS_50,
        0,
        u64::MAX,
    ];
    for (theirs, ours) in clocks.map(|theirs| (theirs, ours)).into_iter().chain([
        (ours, 0),
        (ours, u64::MAX),
        (0, u64::MAX),
        (u64::MAX, 0),
    ]) {
        let octets = first_flight(Protection::Psk, theirs);
        let refused = heard(server(&filter(0), ours), &octets);
        assert_eq!(refused, Err(skew(theirs, ours)), "{theirs} {ours}");
        for protection in Protection::ALL.into_iter().filter(|one| *one != Protection::Psk) {
            warned_or_refused(protection, theirs, ours);
        }
    }
    for theirs in [ours - 30 * SECOND, ours, ours + 30 * SECOND] {
        let octets = first_flight(Protection::Psk, theirs);
        assert_eq!(heard(server(&filter(0), ours), &octets), Ok(()));
    }
    // Where both clocks stand at an end of time they agree.
    for end in [0, u64::MAX] {
        let octets = first_flight(Protection::Psk, end);
        assert_eq!(heard(server(&filter(end), end), &octets), Ok(()));
    }
}

/// Without a shared key each side connects and says how far the other is off; if it is to enforce
/// the limit it refuses, wherever it learns the time.
fn warned_or_refused(protection: Protection, theirs: u64, ours: u64) {
    for enforces in [None, Some(Role::Client), Some(Role::Server)] {
        let clock = |role| {
            if enforces == Some(role) { ClockPolicy::Enforce } else { ClockPolicy::Warn }
        };
        let side =
            |role, unix_ms| Config { unix_ms, clock: clock(role), ..config(protection.of(role)) };
        let mut pair = Pair::with(side(Role::Client, theirs), side(Role::Server, ours));
        pair.settle();
        let told = matches!(protection, Protection::Xx | Protection::Xk);
        let refuses = enforces.filter(|role| *role == Role::Client || told);
        for (role, seen) in [(Role::Client, (ours, theirs)), (Role::Server, (theirs, ours))] {
            let side = pair.side(role);
            if refuses == Some(role) {
                assert_eq!(failure(&side.take_events()), skew(seen.0, seen.1));
            } else if refuses.is_none() {
                assert_eq!(side.session.status(), Status::Open);
                let established = side.session.established().unwrap();
                let by = (role == Role::Client || told).then(|| Skew::between(seen.0, seen.1));
                assert_eq!(established.clock_skew, by, "{protection:?} {role:?}");
            }
        }
    }
}

#[test]
fn h5_a_step_of_the_clock_opens_nothing_again() {
    let replay = filter(SERVER_MS);
    let octets = first_flight(Protection::Psk, SERVER_MS);
    let at = |unix_ms| server(&replay, unix_ms);
    assert_eq!(heard(at(SERVER_MS), &octets), Ok(()));
    // An hour ahead, where everything is forgotten, and back: what comes now is new.
    assert_eq!(heard(at(SERVER_MS + HOUR), &octets), Err(skew(SERVER_MS, SERVER_MS + HOUR)));
    let soon = SERVER_MS + SECOND;
    assert_eq!(heard(at(soon), &octets), Err(Error::StaleTimestamp));
    assert_eq!(heard(at(soon), &first_flight(Protection::Psk, soon)), Ok(()));
    // The same with a client whose clock was wrong alike.
    let ahead = SERVER_MS + HOUR;
    assert_eq!(heard(at(ahead), &first_flight(Protection::Psk, ahead)), Ok(()));
    assert_eq!(heard(at(ahead), &octets), Err(skew(SERVER_MS, ahead)));
    let later = ahead + 5 * 60 * SECOND;
    assert_eq!(heard(at(later), &octets), Err(skew(SERVER_MS, later)));
    assert_eq!(replay.remembered(), 0);
    let back = SERVER_MS + 10 * SECOND;
    assert_eq!(heard(at(back), &octets), Err(Error::StaleTimestamp));
    // What was seen while it was wrong counts as long as it is wrong.
    let fresh = first_flight(Protection::Psk, back);
    assert_eq!(heard(at(back), &fresh), Err(Error::StaleTimestamp));
    assert_eq!(heard(at(ahead + 1), &first_flight(Protection::Psk, ahead + 1)), Ok(()));
}

#[test]
fn h5_a_session_counts_on_from_the_time_it_was_told() {
    for protection in [Protection::Xx, Protection::Xk] {
        let mut pair = Pair::new(protection);
        pair.carry(Role::Client);
        pair.now += Duration::from_secs(5);
        pair.settle();
        let told = |side: &Side| side.session.established().unwrap().peer_unix_ms;
        // The server wrote its time before, the client writes its own now.
        assert_eq!(told(&pair.client), Some(SERVER_MS));
        assert_eq!(told(&pair.server), Some(CLIENT_MS + 5 * SECOND));
        let skew = pair.client.session.established().unwrap().clock_skew.unwrap();
        assert_eq!(skew.as_millis(), -5_500);
    }
}

#[test]
fn h6_a_full_filter_refuses_and_forgets_nothing() {
    let replay = filter(SERVER_MS);
    let seen = first_flight(Protection::Psk, SERVER_MS);
    assert_eq!(heard(server(&replay, SERVER_MS), &seen), Ok(()));
    for n in 1..100_000_u32 {
        assert_eq!(replay.admit(SERVER_MS, SERVER_MS, &n.to_le_bytes()), Ok(()));
    }
    assert_eq!(replay.remembered(), 100_000);
    // One that was never seen, and one that was.
    let mut pair =
        Pair::with(config(Protection::Psk.of(Role::Client)), server(&replay, SERVER_MS + SECOND));
    pair.settle();
    let full = failure(&pair.server.take_events());
    let retry_after = Duration::from_millis(119_000);
    assert_eq!(full, Error::ReplayFull { retry_after });
    assert!(full.to_string().contains("replay_entries"), "{full}");
    // The client is told to wait, and says nothing more.
    let rejected = Rejected {
        reason: Reason::Busy,
        format_min: 0,
        format_max: 0,
        retry_after: Some(retry_after),
    };
    assert_eq!(failure(&pair.client.take_events()), Error::Rejected(rejected));
    assert!(pair.client.transmit().is_empty());
    let late = SERVER_MS + 30 * SECOND;
    assert_eq!(heard(server(&replay, late), &seen), Err(Error::Replayed));
    assert_eq!(replay.remembered(), 100_000);
    // There is room when it said so.
    let room = SERVER_MS + SECOND + 119_000;
    assert_eq!(heard(server(&replay, room), &first_flight(Protection::Psk, room)), Ok(()));
    assert!(replay.remembered() <= 100_000);
}

#[test]
fn what_shows_a_filter_shows_no_message() {
    let replay = filter(SERVER_MS);
    replay.admit(SERVER_MS, SERVER_MS, b"x").unwrap();
    assert_eq!(format!("{replay:?}"), "ReplayFilter { remembered: 1, max: 100000, .. }");
}

#[test]
fn a_skew_is_told_as_people_say_it() {
    let text = |theirs, ours| Skew::between(theirs, ours).to_string();
    assert_eq!(text(31_500, 0), "31 s ahead");
    assert_eq!(text(0, 9_999), "9999 ms behind");
    assert_eq!(text(5, 5), "0 ms ahead");
    assert_eq!(Skew::between(0, u64::MAX).as_millis(), -i64::MAX);
    assert_eq!(Skew::between(u64::MAX, 0).size(), Duration::from_millis(u64::MAX / 2));
}

/// What happens to a filter.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// The clock goes on, or is set.
    Clock(u64),
    /// A message arrives, one of few; its time is as far from the clock as it was when it was made.
    Message { number: u8, off: i64 },
    /// A message that was there before arrives again.
    Again(prop::sample::Index),
}

fn step() -> impl Strategy<Value = Step> {
    let ends = prop::sample::select(vec![0, 1, SERVER_MS, u64::MAX - 1, u64::MAX]);
    prop_oneof![
        3 => (0..200_000_u64).prop_map(|ms| Step::Clock(SERVER_MS + ms)),
        1 => ends.prop_map(Step::Clock),
        1 => any::<u64>().prop_map(Step::Clock),
        6 => (any::<u8>(), -40_000..40_000_i64)
            .prop_map(|(number, off)| Step::Message { number, off }),
        4 => any::<prop::sample::Index>().prop_map(Step::Again),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_message_is_taken_twice_whatever_the_clock_does(
        steps in prop::collection::vec(step(), 0..120),
        max in 1_u32..20,
    ) {
        let limits = Limits::default().with_replay_entries(max).unwrap();
        let replay = ReplayFilter::new(&limits, SERVER_MS);
        let (mut clock, mut made, mut taken) = (SERVER_MS, Vec::new(), BTreeSet::new());
        for (at, step) in steps.into_iter().enumerate() {
            let (message, time) = match step {
                Step::Clock(now) => {
                    clock = now;
                    continue;
                }
                Step::Message { number, off } => {
                    let message = (at, number, clock.saturating_add_signed(off));
                    made.push(message);
                    (message, message.2)
                }
                Step::Again(_) if made.is_empty() => continue,
                Step::Again(index) => {
                    let message = made[index.index(made.len())];
                    (message, message.2)
                }
            };
            let octets = format!("{message:?}");
            if replay.admit(clock, time, octets.as_bytes()).is_ok() {
                prop_assert!(taken.insert(message), "{:?} was taken twice", message);
                prop_assert!(time.abs_diff(clock) <= 30_000 && time >= SERVER_MS);
            }
            prop_assert!(replay.remembered() <= usize::try_from(max).unwrap());
        }
    }

    #[test]
    fn honest_clients_get_in_while_the_clock_only_goes_on(
        gaps in prop::collection::vec((0..50_000_u64, -30_000..=30_000_i64), 1..200),
    ) {
        let replay = ReplayFilter::new(&Limits::default(), 0);
        let mut clock = SERVER_MS;
        for (number, (gap, off)) in gaps.into_iter().enumerate() {
            clock += gap;
            let time = clock.saturating_add_signed(off);
            let taken = replay.admit(clock, time, &number.to_le_bytes());
            prop_assert_eq!(taken, Ok(()));
        }
    }
}
