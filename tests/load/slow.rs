//! Clients that ask for much and read nothing, and those that are served beside them.

use std::time::Duration;

use tokio::task::JoinSet;

use crate::clients::{call_for, clients};
use crate::host::{Load, Protection};
use crate::place::{Ceiling, Place};
use crate::process::{MARK, Process, mebibytes, most};
use crate::raw::Raw;

/// How much is asked for at a time, and how often by each.
const OCTETS: u32 = 65_536;
const ASKED: u32 = 128;

struct Form {
    readers: usize,
    honest: usize,
    seconds: u64,
    write_stall_ms: u64,
    mebibytes: u64,
    /// What a reader may cost the server's process, in KiB.
    kibibytes_each: u64,
}

/// So many readers that ask and do not read, some at a time.
async fn slow_readers(address: &str, protection: Protection, count: usize) -> Vec<Raw> {
    let (mut readers, mut opening) = (Vec::new(), JoinSet::new());
    for _ in 0..count {
        let address = address.to_owned();
        opening.spawn(async move {
            let mut raw = Raw::open(&address, protection).await.unwrap();
            (0..ASKED).for_each(|_| raw.call(Load::Fill(OCTETS)));
            raw.send().await.unwrap();
            raw
        });
        if opening.len() == 50 {
            readers.push(opening.join_next().await.unwrap().unwrap());
        }
    }
    while let Some(reader) = opening.join_next().await {
        readers.push(reader.unwrap());
    }
    readers
}

async fn serve_beside(form: &Form, protection: Protection) {
    let ceiling = Ceiling::new("slow", form.mebibytes * 1_024 * 1_024);
    let place = Place { memory: ceiling, ..Place::default() };
    let role = format!("server security={} write_stall={}", protection.word(), form.write_stall_ms);
    let mut server = Process::start_in(&place, &role);
    let address = server.line();
    let honest = clients(&address, protection, form.honest).await;
    let time = Duration::from_secs(form.seconds);
    let alone = call_for(&honest, time).await;
    let before = server.size().bytes;
    let id = server.id();
    let ((coming, beside, (held, readers)), most) = most(id, async {
        let coming = tokio::spawn({
            let honest = honest.clone();
            async move { call_for(&honest, time).await }
        });
        let readers = slow_readers(&address, protection, form.readers).await;
        // Until everything that is taken for them is full.
        let mut started = server.count("started");
        loop {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let now = server.count("started");
            if now == started {
                break;
            }
            started = now;
        }
        let coming = coming.await.unwrap();
        let held = server.count("connections");
        let beside = call_for(&honest, time).await;
        (coming, beside, (held, readers))
    })
    .await;
    // Whoever read nothing for so long is gone, and the others are not. The system takes some more
    // for those that stay when it has got rid of what it had taken for others.
    let limit = Duration::from_millis(2 * form.write_stall_ms) + Duration::from_secs(30);
    server.until_within(limit, "connections", |now| now == form.honest).await;
    let after = call_for(&honest, Duration::from_secs(1)).await;
    let kills = place.memory.as_ref().map_or(0, Ceiling::kills);
    let peak = place.memory.as_ref().and_then(Ceiling::peak).map_or(0.0, mebibytes);
    let each = most.saturating_sub(before) / 1_024 / u64::try_from(readers.len()).unwrap();
    println!(
        "{MARK}{} slow readers ({held} connections at once), {protection:?}: {} beside them p50 {:.1?}, \
         p99 {:.1?}; while they come p50 {:.1?}, p99 {:.1?}; alone p50 {:.1?}, p99 {:.1?}; the server has {:.1} MiB at most, {:.1} before, \
         {peak:.1} with the kernel's, {each} KiB a reader",
        readers.len(),
        form.honest,
        beside.at(500),
        beside.at(990),
        coming.at(500),
        coming.at(990),
        alone.at(500),
        alone.at(990),
        mebibytes(most),
        mebibytes(before),
    );
    let errors =
        alone.errors.len() + coming.errors.len() + beside.errors.len() + after.errors.len();
    assert_eq!(errors, 0, "{:?}", beside.errors.first());
    assert_eq!(kills, 0);
    assert!(server.is_running());
    assert!(most < form.mebibytes * 1_024 * 1_024, "{most}");
    assert!(each <= form.kibibytes_each, "{each} KiB a reader");
    // Two times nearly nothing is nearly nothing.
    let p99 = (alone.at(990) * 2).max(Duration::from_millis(100));
    assert!(beside.at(990) < p99, "{:?} beside {:?} alone", beside.at(990), alone.at(990));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s7_slow_readers_are_cut_off_and_others_served_beside_them() {
    let form = Form {
        readers: 100,
        honest: 10,
        seconds: 1,
        write_stall_ms: 5_000,
        mebibytes: 128,
        // The peak while they come, of few and without optimisation; what one costs is for the full
        // form to judge.
        kibibytes_each: 256,
    };
    for protection in [Protection::Plain, Protection::Keys] {
        serve_beside(&form, protection).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "full form: cargo test --release --test load -- --ignored --nocapture slow::"]
async fn s7_nine_thousand_slow_readers_in_a_gibibyte() {
    let form = Form {
        readers: 9_000,
        honest: 100,
        seconds: 10,
        write_stall_ms: 60_000,
        mebibytes: 1_024,
        kibibytes_each: 116,
    };
    for protection in [Protection::Plain, Protection::Keys] {
        serve_beside(&form, protection).await;
    }
}
