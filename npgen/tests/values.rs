//! `npgen decode` and `npgen encode` from outside: what they print, where, and their exit codes.

#![cfg(feature = "cli")]
#![expect(clippy::unwrap_used, reason = "what fails in a helper fails the test")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use protocol_schema::value::parse_json;

/// The schemas of the workspace and their vectors.
fn schemas() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas")
}

/// The schema of the tests here.
fn chat() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas/chat.np");
    path.display().to_string()
}

fn run(arguments: &[&str], input: &[u8]) -> (Option<i32>, Vec<u8>, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_npgen"))
        .args(arguments)
        .env_remove("CLICOLOR_FORCE")
        .env("NO_COLOR", "1")
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that refuses its arguments reads nothing.
    drop(child.stdin.take().unwrap().write_all(input));
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    (status.code(), stdout, String::from_utf8(stderr).unwrap())
}

/// What is printed by a run in which nothing is wrong.
fn printed(arguments: &[&str], input: &[u8]) -> String {
    let (code, stdout, stderr) = run(arguments, input);
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "{arguments:?}");
    String::from_utf8(stdout).unwrap()
}

/// What is said by a run that ends with this code.
fn refused(expected: i32, arguments: &[&str], input: &[u8]) -> String {
    let (code, stdout, stderr) = run(arguments, input);
    assert_eq!((code, stdout.as_slice()), (Some(expected), &[][..]), "{arguments:?}: {stderr}");
    stderr
}

#[test]
fn a_vector_becomes_its_json_and_its_bytes_again() {
    let vectors = std::fs::read_to_string(schemas().join("vectors/values.json")).unwrap();
    let vectors = parse_json(&vectors).unwrap();
    let mut cases = 0;
    for entry in vectors["types"].as_array().unwrap() {
        let schema = schemas().join(entry["schema"].as_str().unwrap()).display().to_string();
        let case = &entry["cases"][0];
        if schema.ends_with("everything.np") && cases > 40 {
            continue;
        }
        let (name, hex) = (entry["type"].as_str().unwrap(), case["hex"].as_str().unwrap());
        let meant = ["--schema", &schema, name];
        let decode = ["decode", "--hex", "--exact", "--show-secrets"];
        let json = printed(&[&decode[..], &meant].concat(), hex.as_bytes());
        assert_eq!(json, format!("{}\n", case["value"]), "{name}");
        let bytes = printed(&[&["encode", "--hex"][..], &meant].concat(), json.as_bytes());
        assert_eq!(bytes, format!("{hex}\n"), "{name}");
        cases += 1;
    }
    assert!(cases > 40, "{cases}");
}

#[test]
fn bytes_come_and_go_raw_in_hexadecimal_and_in_base64() {
    let schema = chat();
    let json = "{\"nick\":\"Ada\",\"color\":[1,2,3],\"presence\":\"Here\",\"email\":null}\n";
    let hex = "060301020301004164 61";
    let person = ["--schema", schema.as_str(), "Person"];
    let with = |first: &[&'static str]| -> Vec<String> {
        first.iter().copied().chain(person).map(str::to_owned).collect()
    };
    let go = |first: &[&'static str], input: &[u8]| {
        let arguments = with(first);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let (code, stdout, stderr) = run(&arguments, input);
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{first:?}");
        stdout
    };
    let raw = go(&["encode", "-o", "-"], json.as_bytes());
    assert_eq!(raw, go(&["encode"], json.as_bytes()), "to a pipe without asking");
    let digits: String = raw.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(digits, hex.replace(' ', ""));
    assert_eq!(go(&["decode"], &raw), json.as_bytes());
    assert_eq!(go(&["decode", "--hex"], b"0x06 03 010203\n01 00 416461"), json.as_bytes());
    let base64 = go(&["encode", "--base64"], json.as_bytes());
    assert_eq!(go(&["decode", "--base64"], &base64), json.as_bytes());
    let pretty = go(&["decode", "--pretty"], &raw);
    assert!(String::from_utf8(pretty).unwrap().starts_with("{\n  \"nick\": \"Ada\",\n"));
}

#[test]
fn a_file_is_read_and_written_and_a_part_of_a_message_is_named_by_it() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("values");
    std::fs::create_dir_all(&folder).unwrap();
    let file = |name: &str| folder.join(name).display().to_string();
    std::fs::write(file("error.json"), "{\"Full\": 9}").unwrap();
    let schema = chat();
    let error = ["--schema", &schema, "Chat.Join.error"];
    let (json, bytes) = (file("error.json"), file("error.bin"));
    assert_eq!(printed(&[&["encode", "-o", &bytes][..], &error, &[&json]].concat(), b""), "");
    assert_eq!(printed(&[&["decode"][..], &error, &[&bytes]].concat(), b""), "{\"Full\":9}\n");
    let missing = file("none.bin");
    let said = refused(2, &[&["decode"][..], &error, &[&missing]].concat(), b"");
    assert!(said.contains("none.bin") && said.contains("not found"), "{said}");
    let nowhere = file("none/error.bin");
    let said = refused(2, &[&["encode", "-o", &nowhere][..], &error, &[&json]].concat(), b"");
    assert!(said.starts_with("error: cannot write"), "{said}");
    // What nobody writes today is read, unless it is to be exact.
    let ping = ["--schema", &schema, "--hex", "Chat.Ping.reply"];
    assert_eq!(printed(&[&["decode"][..], &ping].concat(), b""), "\"0\"\n");
    let said = refused(1, &[&["decode", "--exact"][..], &ping].concat(), b"");
    assert!(said.contains("Chat.Ping.reply: a value is absent"), "{said}");
}

#[test]
fn a_mistake_in_bytes_is_named_by_path_and_place_and_shown() {
    let schema = chat();
    let people = ["decode", "--schema", &schema, "--hex", "Chat.Join.reply"];
    let said =
        refused(1, &people, b"0102 06c0 0300 0600 03010203 0000 03040506 0100 416461 426fff");
    let expected = "\
error: Chat.Join.reply[1].nick: text is not valid UTF-8
  --> <stdin>: byte 25
   |
 0 | 01 02 06 c0 03 00 06 00 03 01 02 03 00 00 03 04  ................
10 | 05 06 01 00 41 64 61 42 6f ff                    ....AdaBo.
   |                            ^^
";
    assert_eq!(said, expected);
    // A place behind the last byte.
    let said = refused(1, &people, b"0105");
    assert!(said.contains("byte 2\n") && said.ends_with("|       ^^\n"), "{said}");
    let said = refused(1, &["decode", "--schema", &schema, "--hex", "Person"], b"0g");
    assert_eq!(said, "error: the input is not hexadecimal\n");
}

#[test]
fn a_mistake_in_json_is_named_by_its_path() {
    let schema = chat();
    let line = ["encode", "--schema", &schema, "--hex", "Chat.Say"];
    for (json, why) in [
        (r#"{"rom":1}"#, "error: Chat.Say: there is no field `rom`; did you mean `room`?\n"),
        (
            r#"{"line":{"Picture":{"mime":7}}}"#,
            "error: Chat.Say.line.Picture.mime: expected a string, found the number 7\n",
        ),
        (
            r#"{"room":1,"room":2}"#,
            "error: `<stdin>` is not JSON: the key `room` is there twice at line 1 column 16\n",
        ),
        ("", "error: `<stdin>` is not JSON: EOF while parsing a value at line 1 column 0\n"),
    ] {
        assert_eq!(refused(1, &line, json.as_bytes()), why);
    }
    assert_eq!(refused(1, &line, b"\xff"), "error: `<stdin>` is not UTF-8 text\n");
}

#[test]
fn a_type_that_is_not_there_is_named_with_the_nearest_and_none_with_all() {
    let schema = chat();
    let said = refused(2, &["decode", "--schema", &schema, "Persn"], b"");
    assert_eq!(said, "error: the schema has no type `Persn`; did you mean `Person`?\n");
    let said = refused(2, &["decode", "--schema", &schema, "Chat.Say.reply"], b"");
    assert_eq!(said, "error: `Chat.Say` has no `reply`: nothing is answered to it\n");
    for arguments in [&["encode", "--schema", &schema][..], &["decode", "--schema", &schema]] {
        let said = refused(2, arguments, b"");
        for name in ["which type is meant?", "\n  Person\n", "\n  Chat.Join.reply\n"] {
            assert!(said.contains(name), "{said}");
        }
    }
    let said = refused(2, &["decode", "--schema", &schema, "Zebra"], b"");
    assert!(said.contains("no type `Zebra`\n  Person\n"), "{said}");
}

#[test]
fn what_is_no_type_is_told_with_what_is() {
    let schema = chat();
    let said = |name: &str| refused(2, &["decode", "--schema", &schema, name], b"");
    assert_eq!(
        said("Person { @0 nick: String }"),
        "error: `Person { @0 nick: String }` is no type, from `{ @0 nick: String }`; did you mean `Person`?\n"
    );
    assert_eq!(
        said("Chat.Notice(String)"),
        "error: the schema has no type `Chat.Notice(String)`; did you mean `Chat.Notice`?\n"
    );
    assert!(said("Map<f32, u8>").starts_with("error: `f32` is no key: "));
    let said = refused(1, &["decode", "--schema", &schema, "--hex", "Person"], b"07");
    assert!(said.contains("Person: 7 more bytes are announced, and 0 are left\n"), "{said}");
}

#[test]
fn a_value_that_no_reader_would_follow_is_not_written() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("values_deep");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("a.np"), "package a; struct T { @0 t: Vec<T> }").unwrap();
    let folder = folder.display().to_string();
    let go = |command, levels| {
        let json = format!("{}{{}}{}", "{\"t\":[".repeat(levels), "]}".repeat(levels));
        run(&[command, "--schema", &folder, "--hex", "T"], json.as_bytes())
    };
    let (code, bytes, said) = go("encode", 64);
    assert_eq!((code, said.as_str()), (Some(0), ""));
    let (code, json, said) = run(&["decode", "--schema", &folder, "--hex", "T"], &bytes);
    assert_eq!((code, said.as_str(), json.len()), (Some(0), "", 64 * 8 + 8 + 1));
    let (code, bytes, said) = go("encode", 65);
    assert_eq!((code, bytes.len()), (Some(1), 0));
    assert_eq!(said, "error: T: structs and unions nest 65 deep, readers follow 64\n");
}

#[test]
fn of_two_types_with_one_name_the_package_is_asked_for() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("values_packages");
    std::fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    write("a.np", "package a; struct One { @0 n: u8 } struct Same { @0 n: u8 }");
    write("b.np", "package b; use a::Same; struct One { @0 s: String } struct Two { @0 s: Same }");
    let folder = folder.display().to_string();
    let decode =
        |name: &'static str| ["decode", "--schema", &folder, "--hex", name].map(str::to_owned);
    let of = |name| decode(name).to_vec();
    let arguments = of("One");
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    assert_eq!(
        refused(2, &arguments, b""),
        "error: several schemas have a type `One`\nhelp: write `a::One` or `b::One`\n"
    );
    for (name, hex, json) in [
        ("b::One", "01 02 6869", "{\"s\":\"hi\"}\n"),
        ("a::One", "01 07", "{\"n\":7}\n"),
        ("Same", "01 07", "{\"n\":7}\n"),
        ("Two", "01 01 07", "{\"s\":{\"n\":7}}\n"),
        ("Vec<u8>", "01 01 07", "[7]\n"),
    ] {
        let arguments = of(name);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        assert_eq!(printed(&arguments, hex.as_bytes()), json, "{name}");
    }
}

#[test]
fn a_schema_with_mistakes_is_drawn_and_wrong_arguments_end_with_two() {
    let broken = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas/three_mistakes.np");
    let broken = broken.display().to_string();
    let said = refused(1, &["decode", "--schema", &broken, "Person"], b"");
    assert!(said.contains("error[NP") && said.ends_with("error: 3 errors\n"), "{said}");
    refused(2, &["decode", "--hex", "--base64", "u8"], b"");
    refused(2, &["encode", "--no-such", "u8"], b"");
}
