#![no_main]
//! `session_client`, for the fuzzer.
use network_protocol_fuzz::connection::session_client;
libfuzzer_sys::fuzz_target!(|data: &[u8]| session_client(data));
