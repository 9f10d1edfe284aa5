//! Connections that nothing happens on, and what each of them costs the server.

use crate::clients::{call_for, clients};
use crate::host::Protection;
use crate::process::{MARK, Process};

/// Connects so many, and says how many KiB each costs the server once nothing happens any more.
async fn hold(count: usize, protection: Protection) -> f64 {
    let connections = count + 100;
    let role = format!("server security={} connections={connections}", protection.word());
    let mut server = Process::start(&role);
    let address = server.line();
    // The first ones cost what is made once.
    let first = clients(&address, protection, 50).await;
    call_for(&first, std::time::Duration::from_millis(200)).await;
    server.until("connections", |now| now == first.len()).await;
    let before = server.size();
    let held = clients(&address, protection, count).await;
    server.until("connections", |now| now == first.len() + count).await;
    let after = server.size();
    assert!(after.files >= before.files + count, "{} files", after.files);
    // They are all there still.
    for load in held.iter().step_by(count / 50) {
        assert_eq!(load.next(1).await, Ok(2));
    }
    let kib = u32::try_from(after.bytes.saturating_sub(before.bytes) / 1_024).unwrap();
    let each = f64::from(kib) / f64::from(u32::try_from(count).unwrap());
    println!("{MARK}{count} idle connections, {protection:?}: {each:.1} KiB each");
    each
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_connection_costs_the_server_little() {
    for protection in [Protection::Plain, Protection::Keys] {
        let each = hold(300, protection).await;
        assert!(each < 32.0, "{protection:?}: {each} KiB");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "full form: cargo test --release --test load -- --ignored --nocapture idle::"]
async fn ten_thousand_idle_connections() {
    for (protection, most) in [(Protection::Plain, 4.0), (Protection::Keys, 8.0)] {
        let each = hold(10_000, protection).await;
        assert!(each <= most, "{protection:?}: {each} KiB");
    }
}
