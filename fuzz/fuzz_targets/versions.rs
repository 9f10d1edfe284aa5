#![no_main]
//! `versions`, for the fuzzer.
use network_protocol_fuzz::versions::versions;
libfuzzer_sys::fuzz_target!(|data: &[u8]| versions(data));
