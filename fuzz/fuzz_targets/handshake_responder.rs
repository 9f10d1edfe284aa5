#![no_main]
//! `handshake_responder`, for the fuzzer.
use network_protocol_fuzz::connection::handshake_responder;
libfuzzer_sys::fuzz_target!(|data: &[u8]| handshake_responder(data));
