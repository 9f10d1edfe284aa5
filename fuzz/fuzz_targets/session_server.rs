#![no_main]
//! `session_server`, for the fuzzer.
use network_protocol_fuzz::connection::session_server;
libfuzzer_sys::fuzz_target!(|data: &[u8]| session_server(data));
