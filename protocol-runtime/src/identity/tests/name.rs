//! One server has one name.

use crate::identity::ServerName;

#[track_caller]
fn reads(text: &str, host: &str, port: u16, shown: &str) {
    let name: ServerName = text.parse().unwrap();
    assert_eq!((name.host(), name.port(), name.to_string().as_str()), (host, port, shown));
    assert_eq!(shown.parse(), Ok(name.clone()), "what is written is read back");
    assert_eq!(ServerName::new(name.host(), port), Ok(name));
}

#[test]
fn every_way_to_write_a_server_is_read_as_one() {
    reads("example.com:9000", "example.com", 9000, "example.com:9000");
    reads("EXAMPLE.Com:9000", "example.com", 9000, "example.com:9000");
    reads("127.0.0.1:1", "127.0.0.1", 1, "127.0.0.1:1");
    reads("[::1]:9000", "::1", 9000, "[::1]:9000");
    reads("[0:0:0::0001]:09000", "::1", 9000, "[::1]:9000");
    reads("[2001:DB8::1]:65535", "2001:db8::1", 65535, "[2001:db8::1]:65535");
    reads("[fe80::1%eth0]:80", "fe80::1%eth0", 80, "[fe80::1%eth0]:80");
    reads("my_host-2:80", "my_host-2", 80, "my_host-2:80");
    reads("bücher.example:80", "bücher.example", 80, "bücher.example:80");
}

#[test]
fn what_is_no_server_is_refused_with_how_to_write_one() {
    let long = format!("{}:80", "a".repeat(254));
    for text in [
        "",
        ":",
        ":80",
        "host",
        "host:",
        "host:0",
        "host:65536",
        "host:+80",
        "host:8 0",
        "::1:80",
        "[::1]",
        "[::1]:",
        "[host]:80",
        "[127.0.0.1]:80",
        "[::1:80",
        "::1]:80",
        "[]:80",
        "[::1]]:80",
        "a b:80",
        "a\t:80",
        "a\n:80",
        "#a:80",
        "a/b:80",
        "user@a:80",
        "tcp://a:80",
        "a%b:80",
        "[fe80::1%]:80",
        "[fe80::1% ]:80",
        "a\x1b[1m:80",
        &long,
    ] {
        let error = text.parse::<ServerName>().unwrap_err().to_string();
        assert!(error.contains("write `host:port`"), "{error}");
        assert!(!error.contains(char::is_control), "{error:?}");
    }
    for (host, port) in [("", 80), ("a b", 80), ("[::1]", 80), ("a", 0), ("a:b", 80)] {
        assert!(ServerName::new(host, port).is_err(), "{host}");
    }
}
