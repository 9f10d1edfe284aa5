#![no_main]
//! `preface`, for the fuzzer.
use network_protocol_fuzz::connection::preface;
libfuzzer_sys::fuzz_target!(|data: &[u8]| preface(data));
