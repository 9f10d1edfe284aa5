use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

static USERS: LocalUsers = LocalUsers::same();

fn tcp(host: &str, port: u16) -> Address {
    Address::Tcp { host: host.into(), port }
}

fn local(name: &str) -> Address {
    Address::Local { name: name.into() }
}

#[test]
fn addresses_are_read_and_shown_the_same() {
    for (text, address) in [
        ("tcp://127.0.0.1:9000", tcp("127.0.0.1", 9000)),
        ("tcp://localhost:0", tcp("localhost", 0)),
        ("tcp://chat.example.com:65535", tcp("chat.example.com", 65535)),
        ("tcp://[::1]:9000", tcp("::1", 9000)),
        ("tcp://[fe80::1%eth0]:80", tcp("fe80::1%eth0", 80)),
        ("local:///run/chat.sock", local("/run/chat.sock")),
        ("local://./chat.sock", local("./chat.sock")),
        ("local://chat", local("chat")),
        ("mem://here", Address::Mem { name: "here".into() }),
        ("mem://a/b c", Address::Mem { name: "a/b c".into() }),
    ] {
        assert_eq!(text.parse(), Ok(address.clone()), "{text}");
        assert_eq!(address.to_string(), text);
    }
}

#[test]
fn a_wrong_address_says_how_to_write_it() {
    for (text, mend) in [
        ("127.0.0.1:9000", "write `tcp://127.0.0.1:9000`"),
        ("", "names no transport"),
        ("http://example.com:80", "use `tcp://host:port`, `tls://host:port`, `local://path` or"),
        ("tcp://example.com", "write `tcp://example.com:9000`"),
        ("tcp://[::1]", "write `tcp://[::1]:9000`"),
        ("tcp://::1:9000", "write `tcp://[::1]:9000`"),
        ("tcp://::1", "stands in brackets"),
        ("tcp://2001:db8::7:443", "write `tcp://[2001:db8::7]:443`"),
        ("tcp://[nonsense]:1", "no IPv6 address"),
        ("tcp://[::1:1", "no IPv6 address"),
        ("tls://example.com", "write `tls://example.com:9000`"),
        ("tls://::1:9000", "write `tls://[::1]:9000`"),
        ("tcp://:9000", "write `tcp://0.0.0.0:9000`"),
        ("tcp://host:port", "`port` is no port"),
        ("tcp://host:65536", "from 0 to 65535"),
        ("tcp://host:+1", "from 0 to 65535"),
        ("tcp://host:-1", "from 0 to 65535"),
        ("tcp://host:", "`` is no port"),
        ("tcp://host:1/path", "leave out"),
        ("tcp://user@host:1", "leave out"),
        ("mem://", "has no name"),
        ("local://", "write `local:///run/chat.sock`"),
        ("local://a\0b", "no zero"),
    ] {
        let error = text.parse::<Address>().expect_err(text).to_string();
        assert!(error.contains(mend), "{text}: {error}");
    }
}

#[test]
fn several_addresses_are_read_in_their_order() {
    for (text, expected) in [
        ("tcp://a:1", vec![tcp("a", 1)]),
        ("tcp://a:1,b:2,[::1]:3", vec![tcp("a", 1), tcp("b", 2), tcp("::1", 3)]),
        ("local:///run/a,tcp://b:2", vec![local("/run/a"), tcp("b", 2)]),
        ("tcp://b:2,local:///run/a,b", vec![tcp("b", 2), local("/run/a,b")]),
        ("tcp://a:1, b:2, local:///run/a, b", vec![tcp("a", 1), tcp("b", 2), local("/run/a, b")]),
        ("mem://a,b,mem://c", vec!["mem://a,b".parse().unwrap(), "mem://c".parse().unwrap()]),
    ] {
        assert_eq!(Address::several(text), Ok(expected), "{text}");
    }
    for (text, mend) in [
        ("tcp://a:1,", "has no port"),
        ("tcp://a:1,b", "write `tcp://b:9000`"),
        ("a:1,b:2", "write `tcp://a:1`"),
        ("tcp://a:1,http://b:2", "no transport of this build"),
    ] {
        let error = Address::several(text).expect_err(text).to_string();
        assert!(error.contains(mend), "{text}: {error}");
    }
    let several = "tcp://a:1,b:2".parse::<Address>().unwrap_err();
    assert_eq!(several, AddressError::Several);
}

async fn carries_bytes_both_ways(address: &str) {
    let mut listener = Listener::bind(&address.parse().unwrap(), &USERS, None).await.unwrap();
    let real = listener.address().clone();
    let (client, server) = tokio::join!(Stream::connect(&real, &USERS, None), listener.accept());
    let (mut client, mut server) = (client.unwrap().stream, server.unwrap());
    assert!(server.from.starts_with(real.transport()), "{}", server.from);

    client.write_all(b"there").await.unwrap();
    server.stream.write_all(b"back").await.unwrap();
    let (mut there, mut back) = ([0; 5], [0; 4]);
    server.stream.read_exact(&mut there).await.unwrap();
    client.read_exact(&mut back).await.unwrap();
    assert_eq!((&there, &back), (b"there", b"back"));

    client.shutdown().await.unwrap();
    assert_eq!(server.stream.read(&mut there).await.unwrap(), 0);
}

#[tokio::test]
async fn streams_carry_bytes_both_ways() {
    carries_bytes_both_ways("tcp://127.0.0.1:0").await;
    carries_bytes_both_ways("tcp://localhost:0").await;
    carries_bytes_both_ways(&format!("local://np-transport-{}", std::process::id())).await;
    carries_bytes_both_ways("mem://transport-both-ways").await;
}

#[tokio::test]
async fn a_connection_to_itself_is_none() {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let at = socket.local_addr().unwrap();
    let mut stream = socket.connect(at).await.unwrap();
    stream.write_all(b"hello").await.unwrap();
    stream.read_exact(&mut [0; 5]).await.unwrap();
    let refused = tcp::other_than_itself(stream).unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
}

#[tokio::test]
async fn port_0_becomes_the_real_port() {
    let listener = Listener::bind(&tcp("127.0.0.1", 0), &USERS, None).await.unwrap();
    let Address::Tcp { port, .. } = *listener.address() else { panic!("a tcp address") };
    assert_ne!(port, 0);
    let taken = Listener::bind(&tcp("127.0.0.1", port), &USERS, None).await.unwrap_err();
    assert_eq!(taken.kind(), io::ErrorKind::AddrInUse);
}

#[tokio::test]
async fn tcp_streams_have_nodelay_on_both_sides() {
    let mut listener = Listener::bind(&tcp("127.0.0.1", 0), &USERS, None).await.unwrap();
    let address = listener.address().clone();
    let (client, server) = tokio::join!(Stream::connect(&address, &USERS, None), listener.accept());
    let (client, server) = (client.unwrap().stream, server.unwrap().stream);
    let (Stream::Dialed(client), Stream::Tcp(server)) = (client, server) else {
        panic!("tcp streams")
    };
    assert!(client.tcp().nodelay().unwrap() && server.nodelay().unwrap());
}

#[tokio::test]
async fn a_memory_name_belongs_to_one_listener_and_is_freed_with_it() {
    let address: Address = "mem://transport-one".parse().unwrap();
    let missing = Stream::connect(&address, &USERS, None).await.unwrap_err();
    assert_eq!(missing.kind(), io::ErrorKind::ConnectionRefused);

    let first = Listener::bind(&address, &USERS, None).await.unwrap();
    assert_eq!(
        Listener::bind(&address, &USERS, None).await.unwrap_err().kind(),
        io::ErrorKind::AddrInUse
    );
    drop(first);
    let _second = Listener::bind(&address, &USERS, None).await.unwrap();
}

#[tokio::test]
async fn a_failed_accept_leaves_the_listener_working() {
    let address: Address = "mem://transport-fail".parse().unwrap();
    let mut listener = Listener::bind(&address, &USERS, None).await.unwrap();
    fail_accept("transport-fail", io::ErrorKind::ConnectionAborted.into()).await;
    assert_eq!(listener.accept().await.unwrap_err().kind(), io::ErrorKind::ConnectionAborted);
    let (client, server) = tokio::join!(Stream::connect(&address, &USERS, None), listener.accept());
    assert!(client.is_ok() && server.is_ok());
}
