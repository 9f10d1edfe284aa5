//! `npctl call`: each way in which a call ends, and its exit code.

use std::fs;

use network_protocol as np;

use crate::common::{Dir, key, npctl, pair};
use crate::desk::{Desk, Served, finish};

#[test]
fn a_call_needs_nothing_but_the_address_and_the_name() {
    let (dir, server) = (Dir::new("call_asks"), Served::plain());
    assert_eq!(server.call(&dir, &["Desk.Echo", "\"hé\\u001b\""]).good(), "\"hé\\u001b\"\n");
    assert_eq!(server.call(&dir, &["test::desk::Desk.Half", "8"]).good(), "4\n");
    assert_eq!(server.call(&dir, &["Clock.Now"]).good(), "12\n");
    assert_eq!(server.call(&dir, &["Desk.Tenant"]).good(), "null\n");
    let told = server.call(&dir, &["Desk.Tenant", "--meta", "a=b", "--meta", "tenant=x=y"]);
    assert_eq!(told.good(), "\"x=y\"\n");
    assert_eq!(server.call(&dir, &["Desk.Note", "\"milk\""]).good(), "");
    assert_eq!(server.told(), "noted milk");
}

#[cfg(unix)]
#[test]
fn a_server_on_this_machine_is_called_by_the_path_of_its_socket() {
    let dir = Dir::new("call_local");
    let address = format!("local://{}", dir.path("desk.sock").display());
    let server = Served::at(&address, |server| server.insecure_plain());
    assert_eq!(server.call(&dir, &["Desk.Half", "8"]).good(), "4\n");
}

#[test]
fn an_address_needs_no_scheme() {
    let (dir, server) = (Dir::new("call_bare"), Served::plain());
    let bare = server.address.trim_start_matches("tcp://");
    let run = npctl(&dir, &["call", bare, "Desk.Half", "8", "--insecure-plain"]);
    assert_eq!(run.good(), "4\n");
}

#[test]
fn the_content_comes_from_an_argument_a_file_or_the_standard_input() {
    let (dir, server) = (Dir::new("call_body"), Served::plain());
    let order = r#"{"id":7,"lines":[{"item":"tea","count":2,"key":"k"}]}"#;
    fs::write(dir.path("order.json"), order).unwrap();
    let hidden = order.replace("\"k\"", "\"Secret(…)\"") + "\n";
    let shown = order.to_owned() + "\n";
    let target = "Desk.Place";
    assert_eq!(server.call(&dir, &[target, "-d", "@order.json"]).good(), hidden);
    assert_eq!(server.call(&dir, &[target, "-d", order, "--show-secrets"]).good(), shown);
    assert_eq!(server.feed(&dir, &[target, "-", "--compress"], order).good(), hidden);
    let pretty = server.call(&dir, &[target, order, "--pretty"]);
    assert!(pretty.good().starts_with("{\n  \"id\": 7,\n"), "{pretty:?}");
    let missing = server.call(&dir, &[target, "-d", "@nothing.json"]);
    assert!(missing.refused(2).contains("nothing.json"));
}

#[test]
fn wrong_json_is_refused_with_its_place_before_anything_is_sent() {
    let (dir, server) = (Dir::new("call_json"), Served::plain());
    let refused = |body: &str| server.call(&dir, &["Desk.Place", body]).refused(2).to_owned();
    let text = refused(r#"{"lines":[{"item":"tea"},{"count":"two"}]}"#);
    assert!(text.contains("Desk.Place.lines[1].count: "), "{text}");
    let text = refused(r#"{"line":[]}"#);
    assert!(text.contains("`lines`"), "{text}");
    let text = refused("{\"id\": }");
    assert!(text.contains("line 1 column 8"), "{text}");
}

#[test]
fn names_that_are_not_there_are_refused_with_the_nearest() {
    let (dir, server) = (Dir::new("call_names"), Served::plain());
    let text = |target: &str| server.call(&dir, &[target]).refused(2).to_owned();
    assert!(text("Desk.Eco").contains("did you mean `Echo`?"));
    assert!(text("Dask.Echo").contains("did you mean `Desk`?"));
    assert!(text("test::desk::Dusk.Echo").contains("did you mean `test::desk::Desk`?"));
    assert!(text("Nothing.Echo").contains("test::desk::Desk, Clock"));
    assert!(text("Desk").contains("write `Protocol.Message`"));
    assert!(text("Desk.News").contains("--events"));
}

#[test]
fn a_typed_error_is_shown_with_its_name() {
    let (dir, server) = (Dir::new("call_typed"), Served::plain());
    let run = server.call(&dir, &["Desk.Half", "7"]);
    let text = run.refused(1);
    assert_eq!(text, "error: `Desk.Half` was answered with `Odd`\n{\"Number\":7}\n");
}

#[test]
fn each_way_to_fail_has_an_exit_code() {
    let (dir, mut server) = (Dir::new("call_codes"), Served::plain());
    let text = server.call(&dir, &["Desk.Hang", "1", "--deadline", "50ms"]);
    assert!(text.refused(4).contains("--deadline"));
    assert!(server.call(&dir, &["Desk.Guarded", "1"]).refused(5).contains("not today"));
    server.call(&dir, &["Desk.Guarded", "2"]).refused(5);
    server.call(&dir, &["Desk.Guarded", "3"]).refused(7);
    server.call(&dir, &["Desk.Unhandled"]).refused(7);
    server.call(&dir, &["Desk.Echo", "1", "--no-such-option"]).refused(2);
    server.call(&dir, &["Desk.Note", "\"a\"", "--meta", "a=b"]).refused(2);

    let hanging = server.begin(&dir, &["Desk.Hang", "2"]);
    while server.told() != "hanging 2" {}
    server.fall();
    finish(hanging).refused(6);
    let text = server.call(&dir, &["Desk.Echo", "\"a\"", "--connect-timeout", "2s"]);
    assert!(text.refused(3).contains("cannot connect"));
}

#[test]
fn who_does_not_answer_is_waited_for_no_longer_than_was_said() {
    let dir = Dir::new("call_silent");
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let began = std::time::Instant::now();
    let late = npctl(&dir, &["call", &address, "A.B", "--deadline", "200ms"]);
    assert!(late.refused(4).contains("the deadline passed"), "{late:?}");
    for command in [&["call", &address, "A.B"][..], &["describe", &address]] {
        let run = npctl(&dir, &[command, &["--connect-timeout", "200ms"]].concat());
        assert!(run.refused(3).contains("handshake was not done in time"), "{run:?}");
    }
    // Ten seconds each are the rule.
    assert!(began.elapsed() < std::time::Duration::from_secs(8), "{:?}", began.elapsed());
    let zero = npctl(&dir, &["call", &address, "A.B", "--deadline", "0s"]);
    assert!(zero.refused(2).contains("a number above 0 and a unit"), "{zero:?}");
}

#[test]
fn nothing_that_a_terminal_obeys_is_printed_of_what_a_server_says() {
    let (dir, server) = (Dir::new("call_obeyed"), Served::plain());
    let said = "\"a\u{9b}31m\u{85}\u{7f}\u{202e}b\u{2067}é\"";
    let run = server.call(&dir, &["Desk.Echo", said]);
    assert_eq!(run.good(), "\"a\\u009b31m\\u0085\\u007f\\u202eb\\u2067é\"\n");
}

#[test]
fn what_has_no_content_needs_none_and_what_has_one_is_asked_for_it() {
    let (dir, server) = (Dir::new("call_nothing"), Served::plain());
    assert_eq!(server.call(&dir, &["Clock.Now", "{}"]).good(), "12\n");
    let run = server.call(&dir, &["Desk.Echo"]);
    assert!(run.refused(2).contains("`Desk.Echo` has a content, and none was given"), "{run:?}");
    let run = server.call(&dir, &["Desk.Echo", "-d", "@/dev/zero"]);
    assert!(run.refused(2).contains("`/dev/zero` is longer than 128 MiB"), "{run:?}");
}

#[test]
fn keys_are_named_as_programs_name_them() {
    let dir = Dir::new("call_keys");
    let server = Served::start(|server| server.identity(pair(1)));
    let call = |options: &[&str]| {
        npctl(&dir, &[&["call", &server.address, "Desk.Half", "2"], options].concat())
    };
    let (right, wrong) = (key(1).to_string(), key(2).to_string());
    assert_eq!(call(&["--server-key", &right]).good(), "1\n");
    call(&["--server-key", &wrong]).refused(5);
    assert_eq!(call(&[]).good(), "1\n", "trusted on first use");
    let text = call(&["--insecure-plain"]);
    assert!(text.refused(5).contains("--shared-key"));
    npctl(&dir, &["key", "new", "own.key"]).good();
    assert_eq!(call(&["--identity", "own.key"]).good(), "1\n");
    call(&["--identity", "none.key"]).refused(2);
    assert!(call(&["--shared-key", "none.key"]).refused(2).contains("`npctl key shared none.key`"));
    assert!(call(&["--server-auth"]).refused(2).contains("add `--server-key KEY`"));
    let known = dir.read("state/known_servers");
    assert!(known.contains(&right), "{known}");
}

#[test]
fn a_shared_key_and_a_server_alone_with_a_key_are_called_too() {
    let dir = Dir::new("call_shared");
    npctl(&dir, &["key", "shared", "both.key"]).good();
    let both = protocol_runtime::identity::SharedKeyFile::load(&dir.path("both.key")).unwrap();
    let server = Served::start(|server| server.shared_key(both));
    let run = npctl(&dir, &["call", &server.address, "Desk.Half", "2", "--shared-key", "both.key"]);
    assert_eq!(run.good(), "1\n");
    let server = Served::start(|server| server.identity(pair(3)).server_auth());
    let key = key(3).to_string();
    let options = ["call", &server.address, "Desk.Half", "2", "--server-auth"];
    let run = npctl(&dir, &[&options[..], &["--server-key", &key]].concat());
    assert_eq!(run.good(), "1\n");
    let server = Served::start(np::ServerBuilder::insecure_anonymous);
    let run = npctl(&dir, &["call", &server.address, "Desk.Half", "2", "--insecure-anonymous"]);
    assert_eq!(run.good(), "1\n");
}

#[test]
fn a_schema_from_a_file_is_what_counts() {
    let (dir, server) = (Dir::new("call_schema"), Served::plain());
    let text = np::reflect::to_np::<Desk>();
    fs::write(dir.path("desk.np"), &text).unwrap();
    let half =
        |options: &[&str]| server.call(&dir, &[&["Desk.Half", "6", "--schema"], options].concat());
    assert_eq!(half(&["desk.np"]).good(), "3\n");
    fs::write(dir.path("bad.np"), "package a;\nprotocol Desk { 7 }\n").unwrap();
    let bad = half(&["bad.np"]);
    assert!(bad.refused(2).contains("bad.np:2:"), "{bad:?}");
    let run = server.call(&dir, &["Desk.Haff", "6", "--schema", "desk.np"]);
    assert!(run.refused(2).contains("did you mean `Half`?"));
    // What a server tells of a protocol without a package can be used, too.
    let told = npctl(&dir, &["describe", &server.address, "Clock", "--insecure-plain"]);
    fs::write(dir.path("clock.np"), told.good()).unwrap();
    assert_eq!(server.call(&dir, &["Clock.Now", "--schema", "clock.np"]).good(), "12\n");
    // What means something else is not sent.
    let other = text.replace("id: u32", "id: String");
    assert_ne!(other, text);
    fs::write(dir.path("other.np"), other).unwrap();
    let run = server.call(&dir, &["Desk.Half", "6", "--schema", "other.np"]);
    assert!(run.refused(2).contains("test::desk::Desk"), "{run:?}");
}
