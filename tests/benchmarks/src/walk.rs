//! Figures of walks: what the component holds, and how much it asks for.

use anyhow::{Context, ensure};
use host_sim_runtime::{Cache, Clock, Component, Engine, Limits, Walk, transport};
use serde_json::{Value, json};
use tests::component;

use crate::effort::Effort;
use crate::report::Report;
use crate::tenant::{SUBSCRIPTION, Tenant};

/// Measures one walk in `per-assessment` and one in `list-all`.
pub(crate) fn measure(cache: &Cache, effort: &Effort, report: &mut Report) -> anyhow::Result<()> {
    let one_by_one = walk(cache, effort.large_tenant, &json!({ "profile": "elastic", "subscription_id": SUBSCRIPTION, "sub_assessments": "per-assessment" }))?;
    report.add("walk.peak_guest_mib".into(), one_by_one.memory as f64 / f64::from(1 << 20));
    let listed = walk(cache, effort.listed_tenant, &json!({ "profile": "elastic", "subscription_id": SUBSCRIPTION, "sub_assessments": "list-all" }))?;
    // A poller that looks for findings assessment by assessment sends one request for each, and one for the list of them.
    report.add("walk.requests_over_n_plus_1".into(), listed.requests as f64 / (effort.listed_tenant + 1) as f64);
    Ok(())
}

struct Walked {
    requests: usize,
    /// Bytes of the instance's memory at the end, which is the most that it had.
    memory: usize,
}

fn walk(cache: &Cache, assessments: usize, settings: &Value) -> anyhow::Result<Walked> {
    let tenant = Tenant::new(assessments)?;
    let mut instance = Component::load(&Engine::new(Limits::default(), cache.clone())?, component())?.start()?;
    instance.configure(&settings.to_string())?;
    let mut requests = 0;
    let mut transport = transport::one_by_one(|request| {
        requests += 1;
        tenant.answer(request)
    });
    let mut walk = Walk::new(&mut instance, &mut transport, Clock::System, None);
    let (mut totals, mut documents) = (None, 0);
    while let Some(stride) = walk.next_step()? {
        documents += stride.step.documents.len();
        totals = stride.step.finished;
        ensure!(stride.step.problems.is_empty(), "the walk has a problem: {:?}", stride.step.problems);
    }
    let totals = totals.context("the walk has no end")?;
    ensure!(totals.complete && documents > assessments, "the walk is not complete: {totals:?}");
    Ok(Walked { requests, memory: instance.memory() })
}
