use super::super::throttle::{INTERVAL, LINES, Throttle};
use super::*;
use crate::limits::LimitError;

const SECOND: Duration = Duration::from_secs(1);

/// Sources, a clock that is moved by hand, and numbers for connections.
struct World {
    sources: Sources,
    now: Instant,
    next: u64,
}

impl World {
    fn new(limits: impl FnOnce(Limits) -> Result<Limits, LimitError>) -> Self {
        let limits = limits(Limits::default()).unwrap();
        Self { sources: Sources::new(&limits), now: crate::driver::now(), next: 0 }
    }

    /// A connection that begins, unless it is refused.
    fn begin(&mut self, source: Source) -> Result<u64, Refusal> {
        self.sources.check(source, self.now)?;
        self.next += 1;
        assert!(self.sources.enter(source, self.next, self.now));
        Ok(self.next)
    }

    /// As many as are let in, at most `most`.
    fn begin_all(&mut self, source: Source, most: usize) -> Vec<u64> {
        (0..most).map_while(|_| self.begin(source).ok()).collect()
    }

    fn fail(&mut self, source: Source, number: u64) {
        self.sources.failed(source, number, self.now);
        self.sources.closed(source, self.now);
    }

    fn refusal(&mut self, source: Source) -> Refusal {
        self.sources.check(source, self.now).unwrap_err()
    }
}

fn v4(last: u8) -> Source {
    Source::of(IpAddr::from([192, 0, 2, last]))
}

/// The `number`th network that a provider's /32 is divided into.
fn v6(number: u32) -> Source {
    let [a, b, c, d] = number.to_be_bytes();
    let octets = [0x20, 1, 0xd, 0xb8, a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 1];
    Source::of(IpAddr::from(octets))
}

#[test]
fn a_source_is_an_address_or_the_network_of_a_subscriber() {
    let of = |text: &str| Source::of(text.parse().unwrap());
    assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
    assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
    assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
}

#[test]
fn a_source_has_so_many_unfinished_handshakes_and_others_do_not_feel_it() {
    for max in [1, 5, 32] {
        let mut world = World::new(|limits| limits.with_half_open_per_source(max));
        let begun = world.begin_all(v4(1), 100);
        assert_eq!(begun.len(), usize::try_from(max).unwrap());
        let refusal = Refusal { limit: "half_open_per_source", retry_after: None };
        assert_eq!(world.begin(v4(1)), Err(refusal));
        assert!(world.begin(v4(2)).is_ok());
        // One that is done makes room for one.
        world.sources.opened(v4(1), begun[0]);
        assert_eq!(world.begin_all(v4(1), 100).len(), 1);
    }
}

#[test]
fn handshakes_that_are_done_count_no_more() {
    let mut world = World::new(Ok);
    for _ in 0..1_000 {
        let number = world.begin(v4(1)).unwrap();
        world.sources.opened(v4(1), number);
    }
    for _ in 0..1_000 {
        world.sources.closed(v4(1), world.now);
    }
    assert_eq!(world.sources.len(), 0);
}

#[test]
fn failures_count_as_unfinished_ones_do_and_are_forgotten_one_by_one() {
    for memory in [SECOND * 10, SECOND * 60] {
        let mut world = World::new(|limits| limits.with_failure_memory(memory));
        let each = memory / 32;
        for number in world.begin_all(v4(1), 32) {
            world.fail(v4(1), number);
        }
        assert_eq!(world.refusal(v4(1)).retry_after, Some(each));
        world.now += each / 2;
        assert_eq!(world.refusal(v4(1)).retry_after, Some(each / 2));
        world.now += each / 2;
        assert_eq!(world.begin_all(v4(1), 100).len(), 1);
        // The unfinished one and those that are left count together.
        world.now += each * 10;
        assert_eq!(world.begin_all(v4(1), 100).len(), 10);
        world.now += memory;
        assert_eq!(world.begin_all(v4(1), 100).len(), 32 - 11);
    }
}

#[test]
fn who_fails_again_and_again_is_let_in_at_the_rate_at_which_it_is_forgotten() {
    let mut world = World::new(Ok);
    let mut let_in = 0;
    for _ in 0..60_000 {
        world.now += Duration::from_millis(1);
        if let Ok(number) = world.begin(v4(1)) {
            world.fail(v4(1), number);
            let_in += 1;
        }
    }
    // In a minute: 32 at first, and 3.2 each second.
    assert!((32 + 190..=32 + 193).contains(&let_in), "{let_in}");
}

#[test]
fn a_source_has_so_many_connections() {
    let mut world = World::new(|limits| limits.with_connections_per_source(3));
    for _ in 0..3 {
        let number = world.begin(v4(1)).unwrap();
        world.sources.opened(v4(1), number);
    }
    let refusal = Refusal { limit: "connections_per_source", retry_after: None };
    assert_eq!(world.begin(v4(1)), Err(refusal));
    assert!(world.begin(v4(2)).is_ok());
    world.sources.closed(v4(1), world.now);
    assert!(world.begin(v4(1)).is_ok());
}

#[test]
fn a_source_is_forgotten_with_its_last_failure() {
    let mut world = World::new(Ok);
    for source in 0..100 {
        let number = world.begin(v6(source)).unwrap();
        world.fail(v6(source), number);
    }
    assert_eq!(world.sources.len(), 100);
    world.now += SECOND;
    // Each that comes lets two go whose time has passed.
    for source in 0..100 {
        let number = world.begin(v4(1)).unwrap();
        world.sources.opened(v4(1), number);
        assert_eq!(world.sources.len(), 99_usize.saturating_sub(source * 2).max(1));
    }
}

#[test]
fn the_table_never_grows_and_rotating_through_it_locks_nobody_out() {
    for max in [100, 3_000] {
        let limits = |limits: Limits| limits.with_sources(max)?.with_failure_memory(SECOND * 3_600);
        let mut world = World::new(limits);
        let table = usize::try_from(max).unwrap();
        // One that is there stays, and one that fails often is remembered before those that fail once.
        let stays = world.begin(v4(1)).unwrap();
        for number in world.begin_all(v4(2), 32) {
            world.fail(v4(2), number);
        }
        for source in 0..max + 10_000 {
            let number = world.begin(v6(source)).unwrap();
            world.fail(v6(source), number);
            assert!(world.sources.len() <= table);
        }
        assert_eq!(world.sources.len(), table);
        assert!(world.begin(v4(3)).is_ok(), "a newcomer");
        assert_eq!(world.refusal(v4(2)).limit, "half_open_per_source");
        world.sources.opened(v4(1), stays);
        assert_eq!(world.begin_all(v4(1), 100).len(), 32, "it has no failures");
        consistent(&world.sources);
    }
}

#[test]
fn a_table_full_of_connections_takes_more_and_does_not_count_them() {
    let mut world = World::new(|limits| limits.with_sources(10));
    for source in 0..10 {
        world.begin(v6(source)).unwrap();
    }
    assert!(world.sources.check(v4(1), world.now).is_ok());
    assert!(!world.sources.enter(v4(1), 99, world.now));
    assert_eq!(world.sources.len(), 10);
    // Those that are known are counted as before.
    assert_eq!(world.begin_all(v6(1), 100).len(), 31);
}

#[test]
fn the_oldest_of_the_greatest_crowd_gives_way() {
    let mut world = World::new(Ok);
    assert_eq!(world.sources.gives_way(Some(v4(1))), None);
    let first = world.begin(v4(9)).unwrap();
    let crowd = world.begin_all(v4(5), 3);
    let other = world.begin_all(v4(1), 3);
    // Of two crowds the one that began earlier; for an exempt newcomer the same.
    assert_eq!(world.sources.gives_way(Some(v4(3))), Some(crowd[0]));
    assert_eq!(world.sources.gives_way(None), Some(crowd[0]));
    // Who would be the greatest gives way to himself.
    assert_eq!(world.sources.gives_way(Some(v4(1))), Some(other[0]));
    world.sources.opened(v4(5), crowd[0]);
    assert_eq!(world.sources.gives_way(Some(v4(3))), Some(other[0]));
    for number in &other {
        world.fail(v4(1), *number);
    }
    assert_eq!(world.sources.gives_way(Some(v4(3))), Some(crowd[1]));
    for number in [crowd[1], crowd[2]] {
        world.fail(v4(5), number);
    }
    assert_eq!(world.sources.gives_way(Some(v4(3))), Some(first));
}

/// What the indexes say is what the table says.
fn consistent(sources: &Sources) {
    let idle = sources.table.iter().filter(|(_, entry)| entry.connections == 0);
    let idle: BTreeSet<_> = idle.map(|(source, entry)| (entry.forgotten, *source)).collect();
    assert_eq!(sources.idle, idle);
    let crowds = sources.table.iter().filter_map(|(source, entry)| {
        Some((entry.half_open.len(), Reverse(*entry.half_open.first()?), *source))
    });
    assert_eq!(sources.crowds, crowds.collect());
}

#[test]
fn after_whatever_happens_the_indexes_agree_with_the_table() {
    let limits = |limits: Limits| limits.with_sources(20)?.with_half_open_per_source(4);
    let mut world = World::new(limits);
    let mut there: Vec<(Source, u64, bool)> = Vec::new();
    let mut random: u64 = 1;
    for _ in 0..20_000 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let draw = |max: usize, at: u32| usize::try_from(random >> at).unwrap() % max;
        let at = (!there.is_empty()).then(|| draw(there.len().max(1), 40));
        match (draw(5, 33), at) {
            (0 | 1, _) => {
                let source = v6(u32::try_from(draw(40, 45)).unwrap());
                if world.sources.check(source, world.now).is_ok() {
                    world.next += 1;
                    if world.sources.enter(source, world.next, world.now) {
                        there.push((source, world.next, true));
                    }
                }
            }
            (2, Some(at)) if there[at].2 => {
                world.sources.opened(there[at].0, there[at].1);
                there[at].2 = false;
            }
            (2 | 3, Some(at)) => {
                let (source, number, half_open) = there.swap_remove(at);
                if half_open {
                    world.sources.failed(source, number, world.now);
                }
                world.sources.closed(source, world.now);
            }
            _ => world.now += Duration::from_millis(100),
        }
        consistent(&world.sources);
        assert!(world.sources.len() <= 20);
    }
    assert!(world.next > 2_000, "{}", world.next);
}

#[test]
fn loopback_and_trusted_networks_are_exempt() {
    let networks = ["10.0.0.0/8", "2001:db8::/32", "192.0.2.7"].map(|text| text.parse().unwrap());
    let mut exempt = Exempt { loopback: true, networks: networks.to_vec() };
    let counted = |exempt: &Exempt, text: &str| exempt.source(text.parse().unwrap()).is_some();
    let trusted =
        ["10.0.0.1", "10.255.255.255", "::ffff:10.1.2.3", "2001:db8:ffff::1", "192.0.2.7"];
    let local = ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"];
    for text in trusted.iter().chain(&local) {
        assert!(!counted(&exempt, text), "{text}");
    }
    for text in ["11.0.0.0", "9.255.255.255", "2001:db9::1", "192.0.2.6", "::10.0.0.1", "fe80::1"] {
        assert!(counted(&exempt, text), "{text}");
    }
    exempt.loopback = false;
    assert!(local.iter().all(|text| counted(&exempt, text)));
    assert!(trusted.iter().all(|text| !counted(&exempt, text)));
}

#[test]
fn networks_are_written_in_one_way() {
    let parse = |text: &str| text.parse::<Network>();
    let everywhere = parse("0.0.0.0/0").unwrap();
    assert!(everywhere.contains("255.1.2.3".parse().unwrap()));
    assert!(!everywhere.contains("2001:db8::1".parse().unwrap()));
    assert!(parse("::/0").unwrap().contains("2001:db8::1".parse().unwrap()));
    assert_eq!(parse("192.0.2.1"), parse("192.0.2.1/32"));
    assert_eq!(parse("::ffff:10.0.0.0/104"), parse("10.0.0.0/8"));
    for (text, says) in [
        ("10.0.0.1/8", "`10.0.0.1/8` is no network: it would begin at 10.0.0.0/8"),
        ("2001:db8::1/64", "`2001:db8::1/64` is no network: it would begin at 2001:db8::/64"),
        ("10.0.0.0/33", "`10.0.0.0/33` is no network: the prefix is 0 to 32 bits long"),
        ("::/129", "`::/129` is no network: the prefix is 0 to 128 bits long"),
        ("10.0.0.0/+8", "`10.0.0.0/+8` is no network: the prefix is 0 to 32 bits long"),
        ("10.0.0.0/", "`10.0.0.0/` is no network: the prefix is 0 to 32 bits long"),
        (
            "localhost",
            "`localhost` is no network: write an address and the length of its prefix, as `10.0.0.0/8`",
        ),
    ] {
        assert_eq!(parse(text).unwrap_err(), says);
    }
}

#[test]
fn of_many_lines_some_are_written_and_the_others_counted() {
    let (mut throttle, mut now) = (Throttle::default(), crate::driver::now());
    let lines = |throttle: &mut Throttle, now| {
        (0..1_000).filter_map(|_| throttle.pass(now)).collect::<Vec<_>>()
    };
    assert_eq!(lines(&mut throttle, now), [0; 10]);
    now += INTERVAL - SECOND;
    assert!(lines(&mut throttle, now).is_empty());
    now += SECOND;
    let second = lines(&mut throttle, now);
    assert_eq!(second.len(), usize::try_from(LINES).unwrap());
    assert_eq!(second[..2], [1_990, 0]);
}
