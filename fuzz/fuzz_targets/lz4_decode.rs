#![no_main]
//! `lz4_decode`, for the fuzzer.
use network_protocol_fuzz::compress::lz4_decode;
libfuzzer_sys::fuzz_target!(|data: &[u8]| lz4_decode(data));
