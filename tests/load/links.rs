//! Networks that fail: a plug that is pulled for a while or for good, packets that go one way only,
//! addresses at which nobody answers.

use std::time::{Duration, Instant};

use crate::host::Protection;
use crate::place::Link;
use crate::process::{MARK, Process};

const SECOND: Duration = Duration::from_secs(1);

/// A server here and its address.
fn server(link: &Link, protection: Protection, options: &str) -> (Process, String) {
    let role =
        format!("server security={} listen=tcp://{}:0 {options}", protection.word(), Link::HERE);
    let mut server = Process::start_in(&link.place(true), role.trim_end());
    let address = server.line();
    (server, address)
}

/// A client there.
fn client(link: &Link, protection: Protection, address: &str, options: &str) -> Process {
    let role = format!("client security={} to={address} {options}", protection.word());
    Process::start_in(&link.place(false), role.trim_end())
}

#[test]
fn t2_a_link_that_is_down_for_a_second_costs_no_connection() {
    let Some(link) = Link::new("t2s") else { return };
    for protection in [Protection::Plain, Protection::Keys] {
        let (mut server, address) = server(&link, protection, "");
        let mut client = client(&link, protection, &address, "");
        assert_eq!(client.line(), "connected");
        assert_eq!(client.ask("call"), "Ok(2)");
        link.set_up(false);
        std::thread::sleep(SECOND);
        link.set_up(true);
        let begin = Instant::now();
        assert_eq!(client.ask("call"), "Ok(2)");
        println!(
            "{MARK}link down for a second, {protection:?}: answered {:.1?} after it was up",
            begin.elapsed()
        );
        assert_eq!(server.count("connections"), 1);
    }
}

#[test]
fn t3_nobody_at_an_address_is_an_error_by_the_deadline_of_connecting() {
    let Some(link) = Link::new("t3") else { return };
    let address = format!("tcp://{}:7777", link.black_hole());
    let begin = Instant::now();
    let mut client = client(&link, Protection::Plain, &address, "connect=1500");
    let line = client.line();
    assert!(line.starts_with("not connected after ") && line.contains("TimedOut"), "{line}");
    assert!(begin.elapsed() < SECOND * 6, "{:?}", begin.elapsed());
    println!("{MARK}black hole: {line}");
}

const HEARTBEAT: Duration = Duration::from_millis(300);
/// As long as the other side may say nothing: three are missed, and one is under way. Then come the
/// leave-taking of a side that is not heard, and a machine that does other things too.
const FOUND: Duration = Duration::from_millis(300 * 4 + 1_000 + 2_000);

/// What is done to a connection that nothing happens on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Unplugged,
    /// What the server sends arrives nowhere.
    OneWay,
    ServerStopped,
    ClientStopped,
}

/// Both sides find out in time, by heartbeats and nothing else.
fn find(fault: Fault, protection: Protection) {
    let Some(link) = Link::new("f18") else { return };
    let heartbeat = format!("heartbeat={}", HEARTBEAT.as_millis());
    let (mut server, address) = server(&link, protection, &heartbeat);
    let mut client = client(&link, protection, &address, &heartbeat);
    assert_eq!(client.line(), "connected");
    assert_eq!(client.ask("call"), "Ok(2)");
    // It outlives many heartbeats on both sides that are answered.
    std::thread::sleep(HEARTBEAT * 8);
    assert_eq!(client.ask("call"), "Ok(2)");
    assert_eq!(server.count("connections"), 1);
    match fault {
        Fault::Unplugged => link.set_up(false),
        Fault::OneWay => link.lose_what_goes_there(),
        Fault::ServerStopped => server.signal("STOP"),
        Fault::ClientStopped => client.signal("STOP"),
    }
    let begin = Instant::now();
    if fault != Fault::ClientStopped {
        let line = client.line();
        let took = begin.elapsed();
        println!("{MARK}{fault:?}, {protection:?}: the client knows after {took:.1?}: {line}");
        assert!(line.starts_with("closed: Failed("), "{line}");
        assert!(took > HEARTBEAT * 2 && took < FOUND, "{took:?}");
    }
    if fault != Fault::ServerStopped {
        while server.count("connections") > 0 {
            std::thread::sleep(Duration::from_millis(20));
            assert!(begin.elapsed() < FOUND * 2, "the server does not notice");
        }
        let took = begin.elapsed();
        println!("{MARK}{fault:?}, {protection:?}: the server knows after {took:.1?}");
        assert!(took < FOUND, "{took:?}");
    }
}

#[test]
fn t2_a_link_that_is_down_for_good_is_found_by_both_sides() {
    for protection in [Protection::Plain, Protection::Keys] {
        find(Fault::Unplugged, protection);
    }
}

#[test]
fn t2_a_link_that_goes_one_way_only_is_found_by_both_sides() {
    for protection in [Protection::Plain, Protection::Keys] {
        find(Fault::OneWay, protection);
    }
}

#[test]
fn f18_a_server_that_stands_still_is_found_by_its_client() {
    find(Fault::ServerStopped, Protection::Keys);
}

#[test]
fn f18_a_client_that_stands_still_is_found_by_its_server() {
    find(Fault::ClientStopped, Protection::Keys);
}

#[test]
fn t9_a_gap_in_which_nobody_ran_costs_no_connection() {
    let Some(link) = Link::new("t9") else { return };
    let heartbeat = format!("heartbeat={}", HEARTBEAT.as_millis());
    let (mut server, address) = server(&link, Protection::Keys, &heartbeat);
    let mut client = client(&link, Protection::Keys, &address, &heartbeat);
    assert_eq!(client.line(), "connected");
    client.signal("STOP");
    server.signal("STOP");
    std::thread::sleep(HEARTBEAT * 10);
    server.signal("CONT");
    client.signal("CONT");
    assert_eq!(client.ask("call"), "Ok(2)");
    std::thread::sleep(HEARTBEAT * 5);
    assert_eq!(client.ask("call"), "Ok(2)");
    assert_eq!(server.count("connections"), 1);
}
