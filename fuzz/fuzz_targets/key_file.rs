#![no_main]
//! `key_file`, for the fuzzer.
use network_protocol_fuzz::key_file::key_file;
libfuzzer_sys::fuzz_target!(|data: &[u8]| key_file(data));
