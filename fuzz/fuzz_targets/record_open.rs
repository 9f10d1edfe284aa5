#![no_main]
use network_protocol_fuzz::connection::record_open;
libfuzzer_sys::fuzz_target!(|data: &[u8]| record_open(data));
