use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

/// What comes out of a stream that 64 KiB of zeros were written to, in portions, and how long it took.
async fn through(mut faults: Faults) -> (Vec<usize>, Vec<u8>, std::io::Result<()>, Duration) {
    let (mut near, far) = tokio::io::duplex(128 * 1024);
    let mut far = faults.wrap(far);
    let before = crate::driver::now();
    near.write_all(&[0; 64 * 1024]).await.unwrap();
    drop(near);
    let (mut portions, mut octets) = (Vec::new(), Vec::new());
    let end = loop {
        match far.read_buf(&mut octets).await {
            Ok(0) => break Ok(()),
            Ok(len) => portions.push(len),
            Err(error) => break Err(error),
        }
    };
    (portions, octets, end, crate::driver::now() - before)
}

#[tokio::test(start_paused = true)]
async fn without_faults_a_stream_is_what_it_was() {
    let (_, octets, end, took) = through(Faults::new(1)).await;
    assert_eq!((octets.len(), took), (64 * 1024, Duration::ZERO));
    assert!(octets.iter().all(|octet| *octet == 0));
    end.unwrap();
}

#[tokio::test(start_paused = true)]
async fn each_fault_does_what_it_says() {
    let (portions, octets, ..) = through(Faults::new(2).slices(5)).await;
    assert_eq!(octets.len(), 64 * 1024);
    assert!(portions.iter().all(|len| (1..=5).contains(len)));

    let (.., took) = through(Faults::new(3).delays(Duration::from_millis(8))).await;
    assert!(took > Duration::ZERO && took < Duration::from_secs(1), "{took:?}");

    let (_, octets, end, _) = through(Faults::new(4).losses(1_000)).await;
    assert!(octets.len() < 1_000);
    assert_eq!(end.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);

    let (_, octets, ..) = through(Faults::new(5).corrupts(1_000)).await;
    let broken: u32 = octets.iter().map(|octet| octet.count_ones()).sum();
    assert!((30..=100).contains(&broken), "{broken}");
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_has_the_same_faults() {
    let faults = |seed| {
        let faults = Faults::new(seed).slices(100).corrupts(500).losses(60_000);
        async { through(faults.delays(Duration::from_millis(3))).await }
    };
    let (one, same, other) = (faults(6).await, faults(6).await, faults(7).await);
    assert_eq!((&one.0, &one.1, one.3), (&same.0, &same.1, same.3));
    assert_ne!(one.0, other.0);
}
