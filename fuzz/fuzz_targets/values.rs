#![no_main]
//! `values`, for the fuzzer.
use network_protocol_fuzz::values::values;
libfuzzer_sys::fuzz_target!(|data: &[u8]| values(data));
