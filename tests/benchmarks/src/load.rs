//! Figures of loading: from a file to an instance that has said what it is, as a fresh process does it.

use std::time::Instant;

use anyhow::ensure;
use host_sim_runtime::{Artifact, Cache, Code, Component, Engine, Limits};
use tests::{Scratch, component};

use crate::effort::Effort;
use crate::report::Report;
use crate::sampling::median;

/// Measures loads with and without compiled code at hand. `cache` has it.
pub(crate) fn measure(scratch: &Scratch, cache: &Cache, effort: &Effort, report: &mut Report) -> anyhow::Result<()> {
    let cached: Vec<f64> = (0..effort.cached_loads).map(|_| load(cache, Code::Cached)).collect::<anyhow::Result<_>>()?;
    report.add("load.cached_ms".into(), median(cached));
    let empty = |number: usize| Cache::in_folder(scratch.path().join(format!("cold-{number}")));
    let cold: Vec<f64> = (0..effort.cold_loads).map(|number| load(&empty(number), Code::Compiled)).collect::<anyhow::Result<_>>()?;
    report.add("load.cold_ms".into(), median(cold));
    Ok(())
}

/// How many milliseconds a load takes.
fn load(cache: &Cache, expected: Code) -> anyhow::Result<f64> {
    let started = Instant::now();
    let engine = Engine::new(Limits::default(), cache.clone())?;
    let artifact = Artifact::read(&engine, component())?;
    let instance = Component::admit(&artifact)?.start()?;
    let taken = started.elapsed();
    ensure!(artifact.code() == expected, "the code of `{}` is {:?}, not {expected:?}", instance.description().name, artifact.code());
    Ok(taken.as_secs_f64() * 1e3)
}
