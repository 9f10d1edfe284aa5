//! Ends of servers at bad moments: twice at once, amid handshakes, with the runtime.

use std::time::{Duration, Instant};

use network_protocol as np;
use np::{CallError, Client as _};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use crate::clients::client;
use crate::host::{Host, Load, Protection};
use crate::raw::{connect, until_closed};

const SECOND: Duration = Duration::from_secs(1);

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

async fn listen() -> np::Server {
    let server = np::server().insecure_plain().add::<Load, _>(Host::default());
    server.listen("tcp://127.0.0.1:0").await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t12_shutdown_twice_amid_handshakes_and_calls_ends_at_once_and_leaves_nothing() {
    let server = listen().await;
    let mut silent = Vec::new();
    for _ in 0..50 {
        silent.push(connect(server.address()).await.unwrap());
    }
    let load = client(server.address(), Protection::Plain).await.unwrap();
    let calls: Vec<_> = (0..50).map(|_| tokio::spawn(load.wait(100).into_future())).collect();
    while server.connections() < 51 || load.connection().stats().waiting_octets > 0 {
        tokio::task::yield_now().await;
    }
    let (begin, again) = (Instant::now(), server.clone());
    let connecting = tokio::spawn({
        let address = server.address().to_owned();
        // Some come while it stops.
        async move { while client(&address, Protection::Plain).await.is_ok() {} }
    });
    let both = async { tokio::join!(server.shutdown(SECOND * 10), again.shutdown(SECOND * 10)) };
    let (one, two) = timeout(SECOND * 10, both).await.unwrap();
    assert_eq!((one, two), (Ok(()), Ok(())));
    assert!(begin.elapsed() < SECOND * 3, "{:?}", begin.elapsed());
    assert_eq!(server.connections(), 0);
    for call in calls {
        let ended = timeout(SECOND * 5, call).await.unwrap().unwrap();
        assert!(
            matches!(
                ended,
                Ok(100)
                    | Err(CallError::Refused { .. }
                        | CallError::ConnectionLost { maybe_executed: false })
            ),
            "{ended:?}"
        );
    }
    timeout(SECOND * 10, connecting).await.unwrap().unwrap();
    for mut stream in silent {
        // Closed or reset.
        _ = timeout(SECOND * 5, until_closed(&mut stream)).await.unwrap();
    }
    timeout(SECOND, server.shutdown(SECOND)).await.unwrap().unwrap();
}

#[test]
fn t12_when_the_runtime_goes_in_mid_load_each_call_ends() {
    let (here, there) = (runtime(), runtime());
    let server = there.block_on(listen());
    let load = here.block_on(client(server.address(), Protection::Plain)).unwrap();
    let calls: Vec<_> = (0..50)
        .map(|at| here.spawn(load.wait(if at % 2 == 0 { 60_000 } else { 1 }).into_future()))
        .collect();
    here.block_on(async {
        while load.connection().stats().session.calls < 50 {
            tokio::task::yield_now().await;
        }
    });
    // The server goes with its runtime, and nothing waits for handlers that wait.
    there.shutdown_timeout(SECOND * 5);
    here.block_on(async {
        for call in calls {
            let ended = timeout(SECOND * 10, call).await.unwrap().unwrap();
            assert!(matches!(ended, Ok(1) | Err(CallError::ConnectionLost { .. })), "{ended:?}");
        }
        // Its handle is still good for nothing, and says so.
        timeout(SECOND * 10, server.shutdown(SECOND)).await.unwrap().unwrap();
    });
    // And the other way round: the client's runtime goes, and the server is done with it.
    here.shutdown_timeout(SECOND * 5);
    let (here, there) = (runtime(), runtime());
    let server = there.block_on(listen());
    let load = here.block_on(client(server.address(), Protection::Plain)).unwrap();
    let call = here.spawn(load.wait(60_000).into_future());
    here.block_on(async {
        while load.connection().stats().session.calls < 1 {
            tokio::task::yield_now().await;
        }
    });
    here.shutdown_timeout(SECOND * 5);
    assert!(call.is_finished());
    let gone = async {
        while server.connections() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    there.block_on(async { timeout(SECOND * 10, gone).await }).unwrap();
}
