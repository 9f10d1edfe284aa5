#![no_main]
//! `schema_text`, for the fuzzer.
use network_protocol_fuzz::schema_text::schema_text;
libfuzzer_sys::fuzz_target!(|data: &[u8]| schema_text(data));
