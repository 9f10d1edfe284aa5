//! What a compressed body costs the side that reads it: no more than the limit, however much it would
//! become, and nothing of what stood in memory before.
//!
//! An allocator counts what is held at most, and on Linux the kernel is asked as well, which sees
//! what C allocates.
#![cfg(all(feature = "lz4", feature = "zstd"))]
#![expect(unsafe_code, reason = "an allocator that counts what is held")]
#![expect(clippy::unwrap_used, reason = "helpers of tests, which may panic")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use protocol_runtime::compress::{Algorithm, CompressError, Compressor, decompress};

const MARKER: u8 = 0x5A;
const CAP: usize = 16 << 20;
const MIB: usize = 1 << 20;
/// What an error may cost: its own text at most.
const LITTLE: usize = 4 << 10;

#[global_allocator]
static ALLOCATOR: Counting = Counting { held: AtomicUsize::new(0), peak: AtomicUsize::new(0) };

/// Counts what is held, and gives out memory that is full of a marker.
struct Counting {
    held: AtomicUsize,
    peak: AtomicUsize,
}

impl Counting {
    fn took(&self, size: usize) {
        let held = self.held.fetch_add(size, SeqCst) + size;
        self.peak.fetch_max(held, SeqCst);
    }
}

// SAFETY: passes everything on to the system's allocator, and writes only to what that gave.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.took(layout.size());
        // SAFETY: the caller's promise is the same.
        let block = unsafe { System.alloc(layout) };
        if !block.is_null() {
            // SAFETY: the block is as large, and nobody's yet.
            unsafe { block.write_bytes(MARKER, layout.size()) };
        }
        block
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        self.took(layout.size());
        // SAFETY: the caller's promise is the same.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        self.held.fetch_sub(layout.size(), SeqCst);
        // SAFETY: the caller's promise is the same.
        unsafe { System.dealloc(block, layout) }
    }
}

/// One at a time: what is counted is the whole process.
static ALONE: Mutex<()> = Mutex::new(());

/// What `run` held at most, beside what was held before.
fn peak<T>(run: impl FnOnce() -> T) -> (T, usize) {
    let before = ALLOCATOR.held.load(SeqCst);
    ALLOCATOR.peak.store(before, SeqCst);
    let done = run();
    (done, ALLOCATOR.peak.load(SeqCst) - before)
}

/// The memory that the process had at most while `run` ran, beside what it had before.
#[cfg(target_os = "linux")]
fn resident<T>(run: impl FnOnce() -> T) -> (T, usize) {
    let line = |name: &str| {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
        line.split_whitespace().next().unwrap().parse::<usize>().unwrap() << 10
    };
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = line("VmRSS:");
    let done = run();
    (done, line("VmHWM:").saturating_sub(before))
}

#[cfg(not(target_os = "linux"))]
fn resident<T>(run: impl FnOnce() -> T) -> (T, usize) {
    (run(), 0)
}

fn body(len: u32, block: &[u8]) -> Vec<u8> {
    [&len.to_le_bytes(), block].concat()
}

/// A block of LZ4 that becomes at least as much, 255 bytes for each of its own.
fn lz4_bomb(size: usize) -> Vec<u8> {
    let mut block = vec![0x1F, b'a', 1, 0];
    block.resize(4 + size / 255, 255);
    block.extend_from_slice(&[0, 0x50]);
    block.extend_from_slice(b"ended");
    block
}

/// A frame of zstd that becomes as many times 128 KiB, a block of 4 bytes each.
fn zstd_bomb(blocks: usize) -> Vec<u8> {
    let mut frame = vec![0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x68];
    for number in 1..=blocks {
        let last = u32::from(number == blocks);
        frame.extend_from_slice(&(last | 1 << 1 | (128 << 10) << 3).to_le_bytes()[..3]);
        frame.push(b'a');
    }
    frame
}

#[test]
fn z1_a_bomb_is_refused_at_the_cap() {
    let _alone = ALONE.lock().unwrap();
    let bombs =
        [(Algorithm::Lz4, lz4_bomb(800 * MIB)), (Algorithm::Zstd, zstd_bomb((800 * MIB) >> 17))];
    for (algorithm, bomb) in bombs {
        // It says what it becomes: nothing is allocated.
        let real = 800 << 20;
        let honest = body(real, &bomb);
        let (error, held) = peak(|| decompress(algorithm, &honest, CAP));
        assert_eq!(error, Err(CompressError::DecompressLimit { len: real, max: CAP }));
        assert!(held < LITTLE, "{algorithm}: {held}");
        // It says just so much as is taken: no more than that is allocated.
        let lying = body(u32::try_from(CAP).unwrap(), &bomb);
        let ((error, held), resident) = resident(|| peak(|| decompress(algorithm, &lying, CAP)));
        assert!(error.is_err());
        assert!(held <= CAP + MIB, "{algorithm}: {held}");
        assert!(resident <= CAP + MIB, "{algorithm}: {resident}");
    }
    // One that is as large as is taken, and is what it says.
    let whole = body(u32::try_from(CAP).unwrap(), &zstd_bomb(CAP >> 17));
    let (raw, held) = peak(|| decompress(Algorithm::Zstd, &whole, CAP).map(|raw| raw.len()));
    assert_eq!(raw, Ok(CAP));
    assert!(held <= CAP + MIB, "{held}");
}

#[test]
fn z1_a_bomb_in_a_bomb_stays_in_it() {
    let _alone = ALONE.lock().unwrap();
    let inner = body(800 << 20, &zstd_bomb((800 * MIB) >> 17));
    for algorithm in [Algorithm::Lz4, Algorithm::Zstd] {
        let mut outer = Vec::new();
        assert!(Compressor::new(algorithm).unwrap().compress(&inner, &mut outer));
        let (raw, held) = peak(|| decompress(algorithm, &outer, CAP));
        assert_eq!(raw.unwrap(), inner);
        assert!(held < inner.len() + LITTLE, "{algorithm}: {held}");
    }
}

#[test]
fn z2_a_length_that_cannot_be_is_refused_before_anything_is_allocated() {
    let _alone = ALONE.lock().unwrap();
    let cap = u32::try_from(CAP).unwrap();
    for (algorithm, block) in [(Algorithm::Lz4, lz4_bomb(MIB)), (Algorithm::Zstd, zstd_bomb(8))] {
        for len in [cap, cap + 1, u32::MAX] {
            let (error, held) = peak(|| decompress(algorithm, &body(len, &block), CAP).map(drop));
            assert!(
                matches!(
                    error,
                    Err(CompressError::Implausible { .. } | CompressError::DecompressLimit { .. })
                ),
                "{error:?}"
            );
            assert!(held < block.len() + 4 + LITTLE, "{algorithm}: {held}");
        }
    }
}

#[test]
fn z4_nothing_that_stood_in_memory_comes_out_of_a_broken_block() {
    let _alone = ALONE.lock().unwrap();
    let text =
        b"the quick brown fox jumps over the lazy dog, and the lazy dog sleeps on. ".repeat(9);
    let mut taken = 0;
    for algorithm in [Algorithm::Lz4, Algorithm::Zstd] {
        let mut good = Vec::new();
        assert!(Compressor::new(algorithm).unwrap().compress(&text, &mut good));
        for at in 4..good.len() {
            for bit in 0..8 {
                let mut bad = good.clone();
                if let Some(byte) = bad.get_mut(at) {
                    *byte ^= 1 << bit;
                }
                let Ok(raw) = decompress(algorithm, &bad, CAP) else {
                    continue;
                };
                taken += 1;
                assert_eq!(raw.len(), text.len());
                assert!(!raw.windows(4).any(|four| four == [MARKER; 4]), "{algorithm} {at} {bit}");
            }
        }
    }
    assert!(taken > 100, "literals may change: {taken}");
}
