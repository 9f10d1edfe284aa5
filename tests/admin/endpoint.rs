//! Paths, methods, limits, and what they show.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use network_protocol::admin::{AdminBuilder, AdminError};

use crate::common::*;

#[tokio::test]
async fn the_state_of_each_connection_is_shown_with_what_it_is_busy_with() {
    let clerk = Clerk::default();
    let server = serve(&clerk).await;
    let admin = admin(&server).await;
    let client = connect(&server).await;
    let call = tokio::spawn({
        let client = client.clone();
        async move { client.wait().await }
    });
    clerk.waiting.acquire().await.unwrap().forget();

    let state = get(&admin, "/stats.json").await.json();
    let shown = &state["servers"][0];
    assert_eq!((&shown["phase"], &shown["served_in_flight"]), (&"serving".into(), &1.into()));
    assert_eq!(shown["address"], server.address());
    let one = &shown["connections"][0];
    assert_eq!((&one["peer"], &one["transport"]), (&"anonymous".into(), &"tcp".into()));
    assert!(one["cipher"].as_str().unwrap().starts_with("Noise_NN_25519_"), "{one}");
    assert_eq!((&one["served_in_flight"], &one["let_in"]), (&1.into(), &true.into()));
    assert!(one["octets_in"].as_u64() > Some(0) && one["octets_out"].as_u64() > Some(0));
    assert!(one["address"].as_str().unwrap().starts_with("tcp://127.0.0.1:"), "{one}");

    let page = get(&admin, "/").await;
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    for text in ["anonymous", "Noise_NN_25519_", one["address"].as_str().unwrap(), "serving"] {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    clerk.gate.add_permits(1);
    assert_eq!(call.await.unwrap().unwrap(), 7);
}

#[tokio::test]
async fn each_message_is_shown_with_how_often_and_how_fast() {
    let server = serve(&Clerk::default()).await;
    let admin = admin(&server).await;
    let client = connect(&server).await;
    for _ in 0..5 {
        client.halve(4).await.unwrap();
    }
    client.halve(3).await.unwrap_err();
    let state = get(&admin, "/stats.json").await.json();
    let messages = state["messages"].as_array().unwrap();
    let halve = |side: &str| {
        let mut all = messages.iter();
        all.find(|one| one["message"] == "Halve" && one["side"] == side).unwrap()
    };
    for side in ["handler", "caller"] {
        let one = halve(side);
        assert_eq!((&one["ok"], &one["failed"]), (&5.into(), &1.into()), "{one}");
        assert_eq!(one["protocol"], "test::admin::Desk");
        assert!(one["p50_us"].as_u64() <= one["p99_us"].as_u64());
        assert!(one["p99_us"].as_u64() <= one["max_us"].as_u64() && one["max_us"] != 0, "{one}");
    }
    assert!(get(&admin, "/").await.body.contains("Halve"));

    let text = get(&admin, "/metrics").await;
    assert_eq!(text.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    for line in [
        "# HELP network_protocol_calls_started_total calls and one-way messages that began",
        "# TYPE network_protocol_call_duration_seconds histogram",
        "network_protocol_call_duration_seconds_bucket{",
    ] {
        assert!(text.body.contains(line), "{line}: {}", text.body);
    }
    let ok = "network_protocol_calls_finished_total{side=\"handler\",protocol=\"test::admin::Desk\",message=\"Halve\",outcome=\"ok\"} 5";
    assert!(text.body.contains(ok), "{}", text.body);
}

#[tokio::test]
async fn a_server_that_drains_is_alive_and_not_ready() {
    let clerk = Clerk::default();
    let server = serve(&clerk).await;
    let admin = admin(&server).await;
    assert_eq!(get(&admin, "/readyz").await.status, 200);
    let client = connect(&server).await;
    let call = tokio::spawn(async move { client.wait().await });
    clerk.waiting.acquire().await.unwrap().forget();
    let drain = tokio::spawn({
        let server = server.clone();
        async move { server.drain().await }
    });
    tokio::task::yield_now().await;

    let ready = get(&admin, "/readyz").await;
    assert_eq!((ready.status, ready.body), (503, format!("{} is draining\n", server.address())));
    assert_eq!(get(&admin, "/healthz").await.status, 200);
    assert!(get(&admin, "/").await.body.contains("class=\"draining\""));
    clerk.gate.add_permits(1);
    assert_eq!(call.await.unwrap().unwrap(), 7);
    drain.await.unwrap().unwrap();
    assert!(get(&admin, "/readyz").await.body.ends_with("is stopped\n"));
    // The endpoint keeps no server.
    drop(server);
    assert_eq!(get(&admin, "/stats.json").await.json()["servers"][0]["phase"], "stopped");
}

#[tokio::test]
async fn methods_and_paths_that_are_not_there_are_told_so() {
    let server = serve(&Clerk::default()).await;
    let admin = admin(&server).await;
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "BREW"] {
        let answer = ask(&admin, method, "/").await;
        assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD")), "{method}");
    }
    for path in ["/nothing", "//", "/metrics/", "/../healthz"] {
        assert_eq!(get(&admin, path).await.status, 404, "{path}");
    }
    assert_eq!(get(&admin, "/healthz?a=b").await.status, 200);
    for path in ["/", "/metrics", "/stats.json", "/healthz", "/readyz"] {
        let (whole, head) = (get(&admin, path).await, ask(&admin, "HEAD", path).await);
        assert_eq!((head.status, head.body.as_str()), (whole.status, ""), "{path}");
        assert_eq!(head.header("content-type"), whole.header("content-type"));
        for answer in [whole, head] {
            let length = answer.header("content-length").unwrap().parse::<usize>().unwrap();
            assert!(length > 0, "{path}");
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
            let policy = answer.header("content-security-policy").unwrap();
            assert!(policy.contains("default-src 'none'"), "{policy}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_is_no_request_or_too_large_is_refused_and_the_endpoint_goes_on() {
    let server = serve(&Clerk::default()).await;
    let admin = admin(&server).await;
    let address = admin.address();
    let status = |text: String| send(address, text.as_bytes()).map(|answer| answer.status);
    let long = "x".repeat(20_000);
    let many: String = (0..200).map(|number| format!("h{number}: x\r\n")).collect();
    assert_eq!(
        status(format!("GET / HTTP/1.1\r\nhost: localhost\r\na: {long}\r\n\r\n")),
        Some(431)
    );
    assert_eq!(status(format!("GET / HTTP/1.1\r\nhost: localhost\r\n{many}\r\n")), Some(431));
    assert_eq!(status("no http\r\n\r\n".into()), Some(400));
    assert_eq!(status("GET /healthz HTTP/1.0\r\n\r\n".into()), Some(200));
    // One request for each connection.
    let twice = "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(2);
    let answer = send(address, twice.as_bytes()).unwrap();
    assert_eq!((answer.body.as_str(), answer.header("connection")), ("ok\n", Some("close")));
    assert_eq!(get(&admin, "/healthz").await.status, 200);
}

#[tokio::test]
async fn a_name_that_somebody_else_gave_to_this_machine_is_refused() {
    let server = serve(&Clerk::default()).await;
    let admin = admin(&server).await;
    let address = admin.address();
    let asked = move |host: String| async move {
        let text = format!("GET /stats.json HTTP/1.1\r\nHost: {host}\r\n\r\n");
        let sent = tokio::task::spawn_blocking(move || send(address, text.as_bytes()).unwrap());
        sent.await.unwrap().status
    };
    for host in ["evil.example", "localhost.evil.example:9001", "127.0.0.1.evil.example", "a b"] {
        assert_eq!(asked(host.into()).await, 421, "{host}");
    }
    for host in ["evil@localhost", "localhost\r\nHost: evil.example"] {
        assert_eq!(asked(host.into()).await, 421, "{host}");
    }
    for host in ["localhost", "LOCALHOST:9001", "127.0.0.1:1", "[::1]:9001"] {
        assert_eq!(asked(host.into()).await, 200, "{host}");
    }
    for (request, status) in [
        ("GET /healthz HTTP/1.1\r\n\r\n", 421),
        ("GET http://evil.example/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 421),
        ("GET http://localhost/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 200),
    ] {
        let sent = tokio::task::spawn_blocking(move || send(address, request.as_bytes()));
        assert_eq!(sent.await.unwrap().unwrap().status, status, "{request}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn who_does_not_say_what_it_wants_keeps_nobody_from_an_answer() {
    let server = serve(&Clerk::default()).await;
    let admin = admin(&server).await;
    let half = || {
        let mut stream = TcpStream::connect(admin.address()).unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\n").unwrap();
        stream
    };
    let _waiting: Vec<TcpStream> = (0..200).map(|_| half()).collect();
    let answered = tokio::time::timeout(Duration::from_secs(5), get(&admin, "/healthz"));
    assert_eq!(answered.await.unwrap().status, 200);
}

#[tokio::test]
async fn an_endpoint_listens_on_this_machine_unless_it_is_told_otherwise() {
    for address in ["0.0.0.0:0", "[::]:0", "[::ffff:192.0.2.1]:0"] {
        let refused = AdminBuilder::new().listen(address).await.unwrap_err();
        assert!(matches!(refused, AdminError::Remote { .. }), "{refused}");
    }
    let open = AdminBuilder::new().allow_remote().listen("0.0.0.0:0").await.unwrap();
    assert!(open.address().ip().is_unspecified());
    let named = AdminBuilder::new().listen("localhost:9001").await.unwrap_err();
    assert_eq!(named, AdminError::Address { address: "localhost:9001".into() });
    let first = AdminBuilder::new().listen("127.0.0.1:0").await.unwrap();
    let taken = first.address().to_string();
    let second = AdminBuilder::new().listen(&taken).await.unwrap_err();
    assert!(second.to_string().contains(&taken), "{second}");
    // Dropping it gives the address back.
    drop(first);
    let again = async {
        while AdminBuilder::new().listen(&taken).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), again).await.unwrap();
}

#[tokio::test]
async fn an_endpoint_without_metrics_says_how_to_have_them() {
    let server = serve(&Clerk::default()).await;
    let admin = AdminBuilder::new().server(&server).listen("127.0.0.1:0").await.unwrap();
    let metrics = get(&admin, "/metrics").await;
    assert_eq!(metrics.status, 404);
    assert!(metrics.body.contains("prometheus"), "{}", metrics.body);
    assert!(get(&admin, "/stats.json").await.json()["messages"].is_null());
    assert!(get(&admin, "/").await.body.contains("Not counted"));
}
