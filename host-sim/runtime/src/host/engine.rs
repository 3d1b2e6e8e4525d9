//! The runtime, set up once: limits, clock ticks, cache of compiled code.

use std::time::Duration;

use wasmtime::Config;

use super::cache::Cache;
use super::limits::{Addresses, Limits};
use super::load_error::LoadError;

/// How often the clock of running calls moves on.
pub(super) const TICK: Duration = Duration::from_millis(10);

/// The runtime that components are loaded into. A clone is the same one.
#[derive(Debug, Clone)]
pub struct Engine {
    pub(super) runtime: wasmtime::Engine,
    pub(super) limits: Limits,
    pub(super) cache: Cache,
}

impl Engine {
    /// Sets a runtime up. Where calls have a limit, a thread ticks for it until it and all that was loaded into it are dropped.
    pub fn new(limits: Limits, cache: Cache) -> Result<Self, LoadError> {
        let mut config = Config::new();
        config.epoch_interruption(limits.call.is_some());
        config.generate_address_map(false).native_unwind_info(cfg!(windows));
        // What no guest of ours is compiled to is only surface for an attack.
        config.wasm_tail_call(false).wasm_memory64(false).wasm_relaxed_simd(false);
        if limits.addresses == Addresses::Limited {
            config.memory_reservation(u64::try_from(limits.memory).unwrap_or(u64::MAX)).memory_reservation_for_growth(0);
        }
        let runtime = wasmtime::Engine::new(&config).map_err(|error| LoadError::of(&error, LoadError::Runtime))?;
        if limits.call.is_some() {
            start_ticking(&runtime)?;
        }
        Ok(Self { runtime, limits, cache })
    }
}

fn start_ticking(runtime: &wasmtime::Engine) -> Result<(), LoadError> {
    let runtime = runtime.weak();
    let tick = move || {
        while let Some(runtime) = runtime.upgrade() {
            runtime.increment_epoch();
            drop(runtime);
            std::thread::sleep(TICK);
        }
    };
    std::thread::Builder::new().name("ticks".into()).spawn(tick).map_err(|error| LoadError::Runtime(error.to_string()))?;
    Ok(())
}
