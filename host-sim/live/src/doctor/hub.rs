//! What an input needs of a hub: the hub itself, its consumer group, and the container of its checkpoints.

use super::Finding;
use crate::config::{EventHub, Input};
use crate::event_hub::{self, Outcome, Trial};
use crate::health::of_failure;

/// Tries a hub.
pub(super) fn examine(input: &Input, hub: &EventHub, tell: &mut impl FnMut(Finding)) {
    event_hub::examine(hub, input.azure.as_ref(), |Trial { what, outcome }| {
        let what = format!("input {} {what}", input.id);
        tell(match outcome {
            Outcome::Works(text) => Finding::works(what, text),
            Outcome::Look(text) => Finding::look(what, text),
            Outcome::Fails(text) => Finding::fails(what, of_failure(&text)),
        });
    });
}
