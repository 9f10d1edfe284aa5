#![cfg(all(feature = "lz4", feature = "zstd"))]

use proptest::prelude::*;

use super::*;

const BOTH: [Algorithm; 2] = [Algorithm::Lz4, Algorithm::Zstd];
const MAX: usize = 16 << 20;

/// What people write.
const TEXT: &str = "It is a truth universally acknowledged, that a single man in possession of a good \
     fortune, must be in want of a wife. However little known the feelings or views of such a man \
     may be on his first entering a neighbourhood, this truth is so well fixed in the minds of the \
     surrounding families, that he is considered the rightful property of some one or other of \
     their daughters.\n";

/// The block that `lz4` 1.9 makes of the text.
const LZ4: &[&str] = &[
    "f0534974206973206120747275746820756e6976657273616c6c792061636b6e6f776c6564676564",
    "2c207468617420612073696e676c65206d616e20696e20706f7373657373696f6e206f6620612067",
    "6f6f6420666f7274756e652c206d75737420626529004277616e742300f006776966652e20486f77",
    "65766572206c6974746c65206900f0086e20746865206665656c696e6773206f7220766965777336",
    "00617375636820617500f11c6d6179206265206f6e2068697320666972737420656e746572696e67",
    "2061206e65696768626f7572686f6fb500236973da00f001697320736f2077656c6c206669786564",
    "9600007100416d696e646500000d0080737572726f756e644d008366616d696c696573fb00206865",
    "2801a1636f6e73696465726564ae00f102726967687466756c2070726f7065727479ae00206f6da1",
    "001065c300506f746865721500f0027468656972206461756768746572732e0a",
];
/// The frame that `zstd` 1.5 makes of the text, from a file: it knows how long it is.
const ZSTD: &[&str] = &[
    "28b52ffd6078008d0700c6d2301980356d03414f6be5e5dafb76a3246499ea9919c8d0419fa50729",
    "002900280026e84353bd2a1e7ce6abc23fe54c5dde326bc178193f09cf502827ce29cd23ec90cda2",
    "5c97d5bc02019a6e08275acbd9f9896fd697f00cfed9b5e33ce209033c38b1b457e904afa2c2821f",
    "da44e281585c0199487db3e3ac181f30e2739e8c6a353544930809a6d8cfe57296dfbb57d388d58c",
    "0f1355944d01690003cdaf29a886d36e366f167fe817a826e8c4e60f98071f44d614cbf1fc303d2c",
    "dce8ed5851641cc21000103aa30937f5901116fb2d391496d068a263818cadd5358789337956c4c0",
    "c315c8ca42a38644162833",
];
/// The same at level 19 from a pipe: it has a window, and does not say how long it is.
const ZSTD_PIPE: &[&str] = &[
    "28b52ffd00685d0700a6d3311790a939e8279b0424a5bf25110adf388772657fae6f17102b002b00",
    "2900774a6aae76cf74e6216aaf11a34ec79e255504a9068a4f713ace0e06d2454a24d189db2a520b",
    "5549f35584c8b0b2e69a879f285ef3d8936d6aa46a7552eaa9e8848f1b5460f34319396aaf0b55b9",
    "8c066c4be199960beb10579a6b16bbf1162b6e9a928f5e369fbf43b8ae80ce6d253d76b4325725de",
    "348f6a5717ba2006690041a2153a8b94e2d1485df16abbdab88542230e114dcb28748ec5e8f2b433",
    "345fa3f4d30d627aecc5020b00c2c83566da32552c7e930ca67134e2d0fd6cc359d3c143483684ab",
    "9a414501",
];
/// The same with a checksum behind it.
const ZSTD_CHECK: &[&str] = &[
    "28b52ffd6478008d0700c6d2301980356d03414f6be5e5dafb76a3246499ea9919c8d0419fa50729",
    "002900280026e84353bd2a1e7ce6abc23fe54c5dde326bc178193f09cf502827ce29cd23ec90cda2",
    "5c97d5bc02019a6e08275acbd9f9896fd697f00cfed9b5e33ce209033c38b1b457e904afa2c2821f",
    "da44e281585c0199487db3e3ac181f30e2739e8c6a353544930809a6d8cfe57296dfbb57d388d58c",
    "0f1355944d01690003cdaf29a886d36e366f167fe817a826e8c4e60f98071f44d614cbf1fc303d2c",
    "dce8ed5851641cc21000103aa30937f5901116fb2d391496d068a263818cadd5358789337956c4c0",
    "c315c8ca42a3864416283352b20da9",
];

fn bytes(lines: &[&str]) -> Vec<u8> {
    hex::decode(lines.concat()).unwrap()
}

/// A body as a peer would send it.
fn body(len: u32, block: &[u8]) -> Vec<u8> {
    [&len.to_le_bytes(), block].concat()
}

fn len(raw: &[u8]) -> u32 {
    raw.len().try_into().unwrap()
}

fn compressed(algorithm: Algorithm, raw: &[u8]) -> Option<Vec<u8>> {
    let mut out = vec![0xAA; 3];
    let done = Compressor::new(algorithm).unwrap().compress(raw, &mut out);
    let tail = out.split_off(3);
    assert_eq!(out, [0xAA; 3], "what was there stays");
    assert!(done || tail.is_empty(), "nothing is appended if it does not shrink");
    done.then_some(tail)
}

/// Bytes that no compressor makes smaller.
fn noise(count: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..count).map(|_| next()).collect()
}

/// A frame of zstd by its header's bytes and its blocks.
fn frame(header: &[u8], blocks: &[u8]) -> Vec<u8> {
    [&[0x28, 0xB5, 0x2F, 0xFD], header, blocks].concat()
}

/// The header of a block: whether it is the last, its kind, its size.
fn block(last: bool, kind: u32, size: u32) -> [u8; 3] {
    let [low, middle, high, _] = (u32::from(last) | kind << 1 | size << 3).to_le_bytes();
    [low, middle, high]
}

/// LZ4 blocks by their description, a byte at a time.
fn plain_lz4(mut block: &[u8]) -> Option<Vec<u8>> {
    fn length(first: u8, block: &mut &[u8]) -> Option<usize> {
        let mut length = usize::from(first);
        let mut more = first == 15;
        while more {
            let (byte, rest) = block.split_first()?;
            length += usize::from(*byte);
            more = *byte == 255;
            *block = rest;
        }
        Some(length)
    }
    let mut out = Vec::new();
    loop {
        let (token, rest) = block.split_first()?;
        block = rest;
        let literals = length(token >> 4, &mut block)?;
        out.extend_from_slice(block.get(..literals)?);
        block = &block[literals..];
        if block.is_empty() {
            return Some(out);
        }
        let (offset, rest) = block.split_first_chunk()?;
        block = rest;
        let offset = usize::from(u16::from_le_bytes(*offset));
        let from = out.len().checked_sub(offset).filter(|_| offset > 0)?;
        for at in from..from + length(token & 15, &mut block)? + 4 {
            out.push(out[at]);
        }
    }
}

#[test]
fn f35_real_text_shrinks_and_comes_back() {
    let long = TEXT.repeat(40);
    for algorithm in BOTH {
        for text in [TEXT, &long] {
            let small = compressed(algorithm, text.as_bytes()).unwrap();
            assert!(small.len() < text.len(), "{algorithm}: {} of {}", small.len(), text.len());
            assert_eq!(raw_len(&small, MAX), Ok(text.len()));
            assert_eq!(decompress(algorithm, &small, MAX).unwrap(), text.as_bytes());
        }
        assert!(compressed(algorithm, long.as_bytes()).unwrap().len() < long.len() / 20);
    }
}

#[test]
fn f35_what_does_not_shrink_stays_as_it_is() {
    for algorithm in BOTH {
        for count in [0, 1, 4, 5, 64, 5_000, 70_000] {
            assert_eq!(compressed(algorithm, &noise(count)), None, "{algorithm} {count}");
        }
        // A compressor that gave up once goes on with the next body.
        assert!(compressed(algorithm, TEXT.as_bytes()).is_some());
    }
}

#[test]
fn others_are_read() {
    let text = TEXT.as_bytes();
    let cases = [(Algorithm::Lz4, LZ4), (Algorithm::Zstd, ZSTD), (Algorithm::Zstd, ZSTD_PIPE)];
    for (algorithm, lines) in cases {
        let body = body(len(text), &bytes(lines));
        assert_eq!(decompress(algorithm, &body, text.len()).unwrap(), text);
    }
}

#[test]
fn the_block_is_what_its_description_says() {
    let long = TEXT.repeat(400);
    for text in [TEXT.as_bytes(), long.as_bytes(), &[7; 70_000]] {
        let small = compressed(Algorithm::Lz4, text).unwrap();
        assert_eq!(plain_lz4(&small[PREFIX..]).unwrap(), text);
    }
    assert_eq!(plain_lz4(&bytes(LZ4)).unwrap(), TEXT.as_bytes());
    // zstd: the frame has neither dictionary nor checksum, and says how long its content is.
    let small = compressed(Algorithm::Zstd, TEXT.as_bytes()).unwrap();
    assert_eq!(small[PREFIX + 4] & 0b1111, 0);
    assert_ne!(small[PREFIX + 4] & 0b1110_0000, 0);
}

#[test]
fn the_limit_is_met_by_the_length_in_front() {
    for algorithm in BOTH {
        let small = compressed(algorithm, TEXT.as_bytes()).unwrap();
        let whole = TEXT.len();
        assert!(decompress(algorithm, &small, whole).is_ok());
        let over = CompressError::DecompressLimit { len: len(TEXT.as_bytes()), max: whole - 1 };
        assert_eq!(decompress(algorithm, &small, whole - 1), Err(over));
        assert_eq!(raw_len(&small, whole - 1), Err(over));
    }
}

#[test]
fn z2_a_length_that_lies_is_found() {
    for algorithm in BOTH {
        let small = compressed(algorithm, TEXT.as_bytes()).unwrap();
        let real = len(TEXT.as_bytes());
        for lie in [0, 1, real - 1, real + 1] {
            let error = decompress(algorithm, &body(lie, &small[PREFIX..]), MAX).unwrap_err();
            assert_eq!(error, CompressError::WrongLength { len: lie }, "{algorithm}");
        }
        let error = decompress(algorithm, &body(u32::MAX, &small[PREFIX..]), MAX);
        assert_eq!(error, Err(CompressError::DecompressLimit { len: u32::MAX, max: MAX }));
        for short in 0..PREFIX {
            let error = decompress(algorithm, &small[..short], MAX);
            assert_eq!(error, Err(CompressError::Short { len: short }));
        }
    }
    // A frame that does not say how long it is, so that its content has to be looked at.
    let pipe = bytes(ZSTD_PIPE);
    let real = len(TEXT.as_bytes());
    for lie in [0, real - 1, real + 1] {
        let error = decompress(Algorithm::Zstd, &body(lie, &pipe), MAX).unwrap_err();
        let too_short = CompressError::Malformed(Algorithm::Zstd);
        assert!([CompressError::WrongLength { len: lie }, too_short].contains(&error), "{error}");
    }
}

#[test]
fn z2_a_block_says_by_its_size_how_much_it_can_hold() {
    let most = decompress(Algorithm::Lz4, &body(256 * 11, &[0x1F; 11]), MAX);
    assert_eq!(most, Err(CompressError::Implausible { len: 256 * 11, block: 11 }));
    // One block of one repeated byte, and one that is not compressed at all.
    let same = [&block(false, 1, 128 << 10)[..], &[7]].concat();
    let last = [&block(true, 0, 2)[..], &[1, 2]].concat();
    let window = [0x00, 0x68];
    let frame = frame(&window, &[same, last].concat());
    let holds = (128 << 10) + 2;
    assert_eq!(decompress(Algorithm::Zstd, &body(holds, &frame), MAX).unwrap().len(), 131_074);
    let more = decompress(Algorithm::Zstd, &body(holds + 1, &frame), MAX);
    assert_eq!(more, Err(CompressError::Implausible { len: holds + 1, block: frame.len() }));
}

#[test]
fn z3_zstd_is_one_frame_and_nothing_else() {
    let text = TEXT.as_bytes();
    let real = len(text);
    let good = bytes(ZSTD);
    let refused = |block: &[u8], why: Forbidden| {
        let error = decompress(Algorithm::Zstd, &body(real, block), MAX);
        assert_eq!(error, Err(CompressError::Forbidden(why)));
    };
    // Sixteen magic numbers of frames to skip, in front and behind, once and in a flood.
    for low in 0x50..=0x5F {
        let skip = [low, 0x2A, 0x4D, 0x18, 0, 0, 0, 0];
        refused(&[&skip[..], &good].concat(), Forbidden::Skippable);
        refused(&[&good[..], &skip].concat(), Forbidden::Trailing);
    }
    refused(&[0x50, 0x2A, 0x4D, 0x18, 0, 0, 0, 0].repeat(100_000), Forbidden::Skippable);
    refused(&[&good[..], &good].concat(), Forbidden::Trailing);
    refused(&[&good[..], &[0]].concat(), Forbidden::Trailing);
    refused(&bytes(ZSTD_CHECK), Forbidden::Checksum);
    for size in 1..=3 {
        let with = [&good[..4], &[good[4] | size], &[1, 0, 0, 0], &good[5..]].concat();
        refused(&with, Forbidden::Dictionary);
    }
}

#[test]
fn z3_the_window_is_bounded() {
    let judge = |window: u8, len: u32| {
        let blocks = [&block(true, 1, len.min(100))[..], &[7]].concat();
        decompress(Algorithm::Zstd, &body(len, &frame(&[0x00, window], &blocks)), usize::MAX)
    };
    let forbidden = Err(CompressError::Forbidden(Forbidden::Window));
    let log = |log: u8| (log - 10) << 3;
    assert_eq!(judge(log(10), 100).unwrap(), [7; 100][..]);
    assert_eq!(judge(log(23), 100).unwrap(), [7; 100][..]);
    for window in [log(23) + 1, log(24), log(27), log(31), 0xFF] {
        assert_eq!(judge(window, 100), forbidden);
    }
    // A window of 16 MiB is no more than such a content needs.
    let holds = Err(CompressError::Implausible { len: 16 << 20, block: 10 });
    assert_eq!(judge(log(24), 16 << 20), holds);
    assert_eq!(judge(log(24), (16 << 20) - 1), forbidden);
}

#[test]
fn a_frame_that_breaks_the_format_is_malformed() {
    let malformed = Err(CompressError::Malformed(Algorithm::Zstd));
    let judge = |block: &[u8]| decompress(Algorithm::Zstd, &body(100, block), MAX);
    let last = [&block(true, 1, 100)[..], &[7]].concat();
    assert!(judge(&frame(&[0x20, 100], &last)).is_ok());
    assert_eq!(judge(&frame(&[0x28, 100], &last)), malformed, "a reserved bit");
    assert_eq!(judge(&frame(&[0x20, 100], &block(true, 3, 100))), malformed, "a reserved kind");
    let large = [&block(true, 1, (128 << 10) + 1)[..], &[7]].concat();
    assert_eq!(judge(&frame(&[0x00, 0x68], &large)), malformed, "a block that is too large");
    assert_eq!(judge(b"not zstd at all"), malformed);
    let text = bytes(ZSTD);
    for end in 0..text.len() {
        let cut = decompress(Algorithm::Zstd, &body(len(TEXT.as_bytes()), &text[..end]), MAX);
        assert_eq!(cut, malformed, "cut at {end}");
    }
}

#[test]
fn z4_an_offset_before_the_beginning_finds_nothing() {
    let marker = [0x5A_u8; 64];
    // One literal, then a match that begins before it; and one at the very beginning.
    for block in [
        vec![0x1F, b'a', 2, 0, 10, 0x50, b'e', b'n', b'd', b'e', b'd'],
        vec![0x1F, b'a', 0xFF, 0xFF, 10, 0x50, b'e', b'n', b'd', b'e', b'd'],
        vec![0x0F, 1, 0, 10, 0x50, b'e', b'n', b'd', b'e', b'd'],
        vec![0x1F, b'a', 0, 0, 10, 0x50, b'e', b'n', b'd', b'e', b'd'],
    ] {
        assert_eq!(plain_lz4(&block), None);
        for len in [34, 35, 36] {
            let error = decompress(Algorithm::Lz4, &body(len, &block), MAX).unwrap_err();
            assert_eq!(error, CompressError::Malformed(Algorithm::Lz4));
        }
        // The crate itself, into a buffer that held something.
        let mut used = marker;
        assert!(lz4_flex::block::decompress_into(&block, &mut used).is_err());
    }
    let good = [0x1F, b'a', 1, 0, 10, 0x50, b'e', b'n', b'd', b'e', b'd'];
    let raw = plain_lz4(&good).unwrap();
    assert_eq!(decompress(Algorithm::Lz4, &body(len(&raw), &good), MAX).unwrap(), raw);
}

#[test]
fn algorithms_have_numbers_and_bits() {
    for algorithm in BOTH {
        assert_eq!(Algorithm::from_code(algorithm.code()), Some(algorithm));
        assert!(Algorithm::AVAILABLE.contains(&algorithm));
        assert_eq!(Compressor::new(algorithm).map(Compressor::algorithm), Some(algorithm));
    }
    assert_eq!(Algorithm::from_code(0), None);
    assert_eq!(Algorithm::from_code(3), None);
    assert_eq!(Algorithm::Lz4.bit() | Algorithm::Zstd.bit(), 3);
}

proptest! {
    #[test]
    fn whatever_shrinks_comes_back(
        parts in prop::collection::vec((prop::collection::vec(any::<u8>(), 1..40), 1_usize..60), 0..12),
    ) {
        let raw: Vec<u8> = parts.iter().flat_map(|(part, times)| part.repeat(*times)).collect();
        for algorithm in BOTH {
            if let Some(small) = compressed(algorithm, &raw) {
                prop_assert!(small.len() < raw.len());
                prop_assert_eq!(decompress(algorithm, &small, raw.len()).unwrap(), &raw[..]);
            }
        }
    }

    #[test]
    fn a_damaged_block_becomes_what_its_description_says_or_nothing(
        times in 1_usize..8, at in any::<prop::sample::Index>(), with in any::<u8>(), more in 0_u32..3,
    ) {
        let raw = TEXT.repeat(times);
        for algorithm in BOTH {
            let mut small = compressed(algorithm, raw.as_bytes()).unwrap();
            let at = PREFIX + at.index(small.len() - PREFIX);
            small[at] ^= with;
            let front = len(raw.as_bytes()) - 1 + more;
            small[..PREFIX].copy_from_slice(&front.to_le_bytes());
            let Ok(read) = decompress(algorithm, &small, MAX) else {
                continue;
            };
            prop_assert_eq!(len(&read), front);
            if algorithm == Algorithm::Lz4 {
                prop_assert_eq!(plain_lz4(&small[PREFIX..]), Some(read.to_vec()));
            }
        }
    }
}

#[test]
fn a_higher_level_makes_less_and_is_read_alike() {
    let words = ["lorem ", "ipsum ", "dolor ", "sit ", "amet ", "elit ", "sed "];
    let mut state = 7_u32;
    let text: String = (0..50_000)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            words[usize::try_from(state >> 16).unwrap() % words.len()]
        })
        .collect();
    let compressor = Compressor::new(Algorithm::Zstd).unwrap();
    let mut sizes = Vec::new();
    // Back and forth, as what is kept of one level must not serve another.
    for level in [1, 22, 1, 22] {
        let mut out = Vec::new();
        let level = CompressionLevel::new(level).unwrap();
        assert!(compressor.with_level(level).compress(text.as_bytes(), &mut out));
        assert_eq!(decompress(Algorithm::Zstd, &out, text.len()).unwrap(), text.as_bytes());
        sizes.push(out.len());
    }
    assert!(sizes[1] < sizes[0], "{sizes:?}");
    assert_eq!(sizes[..2], sizes[2..]);
    assert_eq!((CompressionLevel::new(0), CompressionLevel::new(23)), (None, None));
}
