#![no_main]
//! `record_open`, for the fuzzer.
use network_protocol_fuzz::connection::record_open;
libfuzzer_sys::fuzz_target!(|data: &[u8]| record_open(data));
