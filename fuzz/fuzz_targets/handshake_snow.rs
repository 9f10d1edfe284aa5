#![no_main]
//! `handshake_snow`, for the fuzzer.
use network_protocol_fuzz::handshake_snow::handshake_snow;
libfuzzer_sys::fuzz_target!(|data: &[u8]| handshake_snow(data));
