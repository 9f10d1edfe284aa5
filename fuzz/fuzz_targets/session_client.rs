#![no_main]
use network_protocol_fuzz::connection::session_client;
libfuzzer_sys::fuzz_target!(|data: &[u8]| session_client(data));
