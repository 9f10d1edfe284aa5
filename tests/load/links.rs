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
