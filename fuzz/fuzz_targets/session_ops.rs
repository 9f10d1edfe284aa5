#![no_main]
//! `session_ops`, for the fuzzer.
use network_protocol_fuzz::connection::session_ops;
libfuzzer_sys::fuzz_target!(|data: &[u8]| session_ops(data));
