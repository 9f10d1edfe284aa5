#![no_main]
//! `codec`, for the fuzzer.
use network_protocol_fuzz::codec::codec;
libfuzzer_sys::fuzz_target!(|data: &[u8]| codec(data));
