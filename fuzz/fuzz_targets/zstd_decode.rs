#![no_main]
//! `zstd_decode`, for the fuzzer.
use network_protocol_fuzz::compress::zstd_decode;
libfuzzer_sys::fuzz_target!(|data: &[u8]| zstd_decode(data));
