//! Recordings, as host-sim reads them.
#![no_main]

// Only the parsers: all of the host would bring the WebAssembly runtime, which takes long to build for a fuzzer.
extern crate self as host_sim_runtime;
extern crate self as host_sim_workbench;

#[allow(dead_code)]
#[path = "../../../host-sim/runtime/src/contract.rs"]
mod contract;
#[allow(dead_code)]
#[path = "../../../host-sim/workbench/src/members.rs"]
mod members;
#[path = "../../../host-sim/workbench/src/recording/mod.rs"]
pub mod recording;
#[path = "../../src/recordings.rs"]
mod recordings;
#[allow(dead_code)]
#[path = "../../../host-sim/workbench/src/text.rs"]
mod text;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| recordings::check(bytes));
