#![no_main]
//! `frame_decode`, for the fuzzer.
use network_protocol_fuzz::connection::frame_decode;
libfuzzer_sys::fuzz_target!(|data: &[u8]| frame_decode(data));
