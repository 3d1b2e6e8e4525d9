//! Messages of a hub.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::messages::event(bytes));
