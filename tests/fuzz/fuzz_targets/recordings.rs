//! Recordings, as host-sim reads them.
#![no_main]

// Only the parsers: all of host-sim would bring the WebAssembly runtime, which takes long to build for a fuzzer.
extern crate self as host_sim;

#[allow(dead_code)]
#[path = "../../../host-sim/src/contract.rs"]
mod contract;
#[path = "../../../host-sim/src/recording/mod.rs"]
pub mod recording;
#[path = "../../src/recordings.rs"]
mod recordings;

pub use contract::{Message, Position};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| recordings::check(bytes));
