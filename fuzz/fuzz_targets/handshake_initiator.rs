#![no_main]
//! `handshake_initiator`, for the fuzzer.
use network_protocol_fuzz::connection::handshake_initiator;
libfuzzer_sys::fuzz_target!(|data: &[u8]| handshake_initiator(data));
