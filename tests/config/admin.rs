//! `[admin]`

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use network_protocol::admin::{Admin, AdminError};
use network_protocol::config::{AdminConfig, NetworkConfig};

fn config(change: impl FnOnce(&mut AdminConfig)) -> NetworkConfig {
    NetworkConfig::default_with_overrides(|config| {
        config.admin.enabled = true;
        config.admin.address = "127.0.0.1:0".into();
        change(&mut config.admin);
    })
}

async fn listen(config: &NetworkConfig) -> Admin {
    let builder = config.admin_builder().unwrap().unwrap();
    builder.listen(&config.admin.address).await.unwrap()
}

/// What comes until the endpoint closes the connection.
fn rest(mut stream: &TcpStream) -> String {
    let mut text = String::new();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.read_to_string(&mut text).unwrap();
    text
}

fn asked(admin: &Admin) -> TcpStream {
    let mut stream = TcpStream::connect(admin.address()).unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    stream
}

#[test]
fn enabled_says_whether_there_is_one() {
    assert!(config(|_| ()).admin_builder().unwrap().is_some());
    assert!(config(|admin| admin.enabled = false).admin_builder().unwrap().is_none());
    assert!(NetworkConfig::default().admin_builder().unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn address_is_where_it_answers() {
    let admin = listen(&config(|admin| admin.address = "127.0.0.2:0".into())).await;
    assert_eq!(admin.address().ip().to_string(), "127.0.0.2");
    assert!(rest(&asked(&admin)).starts_with("HTTP/1.1 200"));

    let bad = config(|admin| admin.address = "localhost".into());
    assert_eq!(bad.validate().len(), 1, "{:?}", bad.validate());
}

#[tokio::test]
async fn allow_remote_is_asked_for_by_name() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:9001"] {
        let closed = config(|admin| admin.address = address.into());
        let text = closed.admin_builder().unwrap_err().to_string();
        assert!(text.contains("admin.address") && text.contains("allow_remote"), "{text}");
        // One that changes the address afterwards is refused too.
        let builder = config(|_| ()).admin_builder().unwrap().unwrap();
        let refused = builder.listen(address).await.unwrap_err();
        assert!(matches!(refused, AdminError::Remote { .. }), "{refused}");
    }
    let open = config(|admin| {
        admin.address = "0.0.0.0:0".into();
        admin.allow_remote = true;
    });
    assert!(listen(&open).await.address().ip().is_unspecified());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn max_connections_is_how_many_it_has_at_a_time() {
    for (limit, gives_way) in [(1, true), (2, false)] {
        let admin = listen(&config(|admin| {
            admin.max_connections = limit;
            admin.request_timeout = Duration::from_secs(60);
        }))
        .await;
        let silent = TcpStream::connect(admin.address()).unwrap();
        assert!(!rest(&asked(&admin)).is_empty());
        // Who has not said what it wants makes room for who comes.
        silent.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
        let closed = (&silent).read(&mut [0]).is_ok_and(|count| count == 0);
        assert_eq!(closed, gives_way);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn request_timeout_is_how_long_a_request_may_take() {
    for timeout in [Duration::from_millis(200), Duration::from_millis(1_500)] {
        let admin = listen(&config(|admin| admin.request_timeout = timeout)).await;
        let mut stream = TcpStream::connect(admin.address()).unwrap();
        let began = Instant::now();
        stream.write_all(b"GET / HTTP/1.1\r\n").unwrap();
        assert_eq!(rest(&stream), "");
        let took = began.elapsed();
        assert!(took >= timeout && took < timeout + Duration::from_secs(1), "{took:?}");
    }
}
