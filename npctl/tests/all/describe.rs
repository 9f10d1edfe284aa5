//! `npctl describe`: what a server tells of itself.

use network_protocol as np;

use crate::common::{Dir, Run, command};
use crate::desk::{Clock, Desk, Served};

fn describe(dir: &Dir, server: &Served, arguments: &[&str]) -> Run {
    let all = [&["describe", &server.address, "--insecure-plain"], arguments].concat();
    Run::of(command(dir, &all))
}

#[test]
fn a_server_lists_its_protocols_and_tells_their_text() {
    let (dir, server) = (Dir::new("describe"), Served::plain());
    assert_eq!(describe(&dir, &server, &["--list"]).good(), "test::desk::Desk\nClock\n");
    let (desk, clock) = (np::reflect::to_np::<Desk>(), np::reflect::to_np::<Clock>());
    assert_eq!(describe(&dir, &server, &["Desk"]).good(), desk);
    assert_eq!(describe(&dir, &server, &["test::desk::Desk"]).good(), desk);
    assert_eq!(describe(&dir, &server, &[]).good(), format!("{desk}\n{clock}"));
    let coloured = describe(&dir, &server, &["Clock", "--color", "always"]);
    assert!(coloured.good().contains("\u{1b}["), "{coloured:?}");
}

#[test]
fn a_message_is_told_with_the_types_it_needs_and_no_other() {
    let (dir, server) = (Dir::new("describe_message"), Served::plain());
    let run = describe(&dir, &server, &["Desk.Place"]);
    let text = run.good();
    assert!(["Order", "Line", "Place"].iter().all(|name| text.contains(name)), "{text}");
    assert!(!["Odd", "Echo"].iter().any(|name| text.contains(name)), "{text}");
    let run = describe(&dir, &server, &["Desk.Plaice"]);
    assert!(run.refused(2).contains("did you mean `Place`?"));
}

#[test]
fn the_model_is_json_for_scripts() {
    let (dir, server) = (Dir::new("describe_json"), Served::plain());
    let run = describe(&dir, &server, &["--json"]);
    let all: serde_json::Value = serde_json::from_str(run.good()).unwrap();
    let [desk, clock] = &all.as_array().unwrap()[..] else { panic!("{all}") };
    assert_eq!((&desk["name"], &clock["name"]), (&"test::desk::Desk".into(), &"Clock".into()));
    let fingerprint = <Desk as np::Protocol>::fingerprint().to_string();
    assert_eq!(desk["fingerprint"], fingerprint);
    let messages = desk["messages"].as_array().unwrap();
    let count = messages.iter().find(|message| message["name"] == "Count").unwrap();
    assert_eq!((&count["error"], &count["reply_is_stream"]), (&"Odd".into(), &true.into()));
    let one = describe(&dir, &server, &["Desk.News", "--json"]);
    let one: serde_json::Value = serde_json::from_str(one.good()).unwrap();
    assert_eq!((&one["from"], &one["reply"]), (&"server".into(), &serde_json::Value::Null));
}

#[test]
fn a_server_that_is_not_there_is_not_described() {
    let dir = Dir::new("describe_none");
    let mut server = Served::plain();
    server.fall();
    describe(&dir, &server, &[]).refused(3);
}
