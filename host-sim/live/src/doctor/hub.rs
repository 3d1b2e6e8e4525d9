//! What an input needs of a hub: the hub itself, its consumer group, and the container of its checkpoints.

use std::sync::Arc;

use super::Finding;
use crate::config::{EventHub, Input};
use crate::event_hub::{self, Outcome, SignIn, Trial};
use crate::health::of_failure;
use crate::redactor::Redactor;

/// Tries a hub.
pub(super) fn examine(input: &Input, hub: &EventHub, redactor: &Arc<Redactor>, tell: &mut impl FnMut(Finding)) {
    let sign_in = SignIn { azure: input.azure.clone(), redactor: Arc::clone(redactor) };
    event_hub::examine(hub, &sign_in, |Trial { what, outcome }| {
        let what = format!("input {} {what}", input.id);
        tell(match outcome {
            Outcome::Works(text) => Finding::works(what, text),
            Outcome::Look(text) => Finding::look(what, text),
            Outcome::Fails(text) => Finding::fails(what, of_failure(&text)),
        });
    });
}
