//! Tries everything that a host needs, once, and says of each what to mend. Nothing is stored anywhere.

mod azure;
mod hub;
mod output;

use std::fmt;
use std::sync::Arc;

use host_sim_runtime::Component;

use crate::config::{Config, Source};
use crate::outlet::Outlet;
use crate::redactor::Redactor;
use crate::state::{StateError, StateFolder};
use crate::text::one_line;

/// What came of trying something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How it is.
    pub verdict: Verdict,
    /// What was tried.
    pub what: String,
    /// What there is to say of it; where it fails, what to do.
    pub text: String,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It works.
    Works,
    /// It works, and somebody should look.
    Look,
    /// It does not work.
    Fails,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { verdict, what, text } = self;
        let word = match verdict {
            Verdict::Works => "ok  ",
            Verdict::Look => "look",
            Verdict::Fails => "FAIL",
        };
        write!(formatter, "{word}  {what}{}{text}", if text.is_empty() { "" } else { ": " })
    }
}

impl Finding {
    fn works(what: impl Into<String>, text: impl Into<String>) -> Self {
        Self { verdict: Verdict::Works, what: what.into(), text: text.into() }
    }

    fn look(what: impl Into<String>, text: impl Into<String>) -> Self {
        Self { verdict: Verdict::Look, what: what.into(), text: text.into() }
    }

    fn fails(what: impl Into<String>, text: impl Into<String>) -> Self {
        Self { verdict: Verdict::Fails, what: what.into(), text: text.into() }
    }
}

/// Tries everything. `component` loads that of an input; `told` is told each finding as soon as there is one.
pub fn examine(
    config: &Config,
    component: impl Fn(&std::path::Path) -> Result<Component, String>,
    outlet: Result<Outlet, String>,
    redactor: &Arc<Redactor>,
    mut told: impl FnMut(&Finding),
) {
    let mut tell = |finding: Finding| told(&Finding { text: one_line(&redactor.text(&finding.text)), ..finding });
    tell(state(config));
    for input in &config.inputs {
        match (&input.source, component(&input.component)) {
            (_, Err(why)) => tell(Finding::fails(format!("input {}", input.id), why)),
            (Source::Poll(poll), Ok(component)) => azure::first_pages(input, poll, &component, redactor, &mut tell),
            (Source::EventHub(hub), Ok(_)) => hub::examine(input, hub, redactor, &mut tell),
        }
    }
    match outlet {
        Ok(outlet) => output::examine(config, &outlet, &mut tell),
        Err(why) => tell(Finding::fails("output", why)),
    }
}

fn state(config: &Config) -> Finding {
    let what = format!("state {}", config.state.display());
    match StateFolder::open(&config.state) {
        Ok(opened) if opened.set_aside.is_empty() => Finding::works(what, ""),
        Ok(opened) => {
            let moved: Vec<String> = opened.set_aside.iter().map(|moved| format!("`{}`", moved.to.display())).collect();
            Finding::look(what, format!("a file was damaged and is set aside as {}: inputs begin anew where it said how far they were", moved.join(", ")))
        }
        Err(StateError::Locked { .. }) => Finding::works(what, "a running host has it"),
        Err(error) => Finding::fails(what, error.to_string()),
    }
}
