#![no_main]
//! `views`, for the fuzzer.
use network_protocol_fuzz::views::views;
libfuzzer_sys::fuzz_target!(|data: &[u8]| views(data));
