//! The state of an input, out of what its parts say.

use serde::{Deserialize, Serialize};

/// How an input is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InputState {
    /// It has not shown yet that it works.
    Starting,
    /// All is well, whether there is something to do or not.
    Healthy,
    /// It works, and somebody should look.
    Degraded,
    /// It does not work, and tries again.
    Failed,
    /// It has ended.
    Stopped,
}

impl InputState {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Starting, Self::Healthy, Self::Degraded, Self::Failed, Self::Stopped];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
        }
    }
}

/// What does not work where an input cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// What it reads from, or its component.
    Source,
    /// Where documents go.
    Output,
    /// What it keeps.
    State,
}

/// What is known of the parts of an input.
#[derive(Debug, Default)]
pub(super) struct Parts {
    has_worked: bool,
    has_stopped: bool,
    /// Why it does not go on.
    failure: Option<(Cause, String)>,
    /// What is wrong with what it reads.
    source: Option<String>,
    /// Why documents wait.
    output: Option<String>,
}

impl Parts {
    /// A part works, so it is not why the input does not go on.
    pub(super) fn works(&mut self, part: Cause) {
        self.has_worked |= part == Cause::Source;
        if self.failure.as_ref().is_some_and(|(cause, _)| *cause == part) {
            self.failure = None;
        }
    }

    pub(super) fn fails(&mut self, cause: Cause, text: String) {
        self.failure = Some((cause, text));
    }

    pub(super) fn starts(&mut self) {
        self.has_stopped = false;
    }

    pub(super) fn degrades(&mut self, text: Option<String>) {
        self.source = text;
    }

    pub(super) fn output(&mut self, text: Option<String>) {
        self.output = text;
    }

    pub(super) fn stops(&mut self) {
        self.has_stopped = true;
        self.output = None;
    }

    /// The state and its words: those of the worst.
    pub(super) fn shown(&self) -> (InputState, String) {
        let Self { has_worked, has_stopped, failure, source, output } = self;
        let failed = failure.as_ref().map(|(_, text)| text);
        let words: Vec<&str> = [failed, output.as_ref(), source.as_ref()].into_iter().flatten().map(String::as_str).collect();
        let text = words.join("; ");
        let state = if *has_stopped {
            InputState::Stopped
        } else if failure.is_some() {
            InputState::Failed
        } else if output.is_some() || source.is_some() {
            InputState::Degraded
        } else if *has_worked {
            InputState::Healthy
        } else {
            InputState::Starting
        };
        (state, text)
    }
}

#[cfg(test)]
mod tests {
    use super::{Cause, InputState, Parts};

    #[test]
    fn the_worst_is_shown_and_what_is_over_is_over() {
        let mut parts = Parts::default();
        assert_eq!(parts.shown(), (InputState::Starting, String::new()));
        parts.works(Cause::Source);
        assert_eq!(parts.shown().0, InputState::Healthy);
        parts.output(Some("full".into()));
        parts.degrades(Some("a list".into()));
        assert_eq!(parts.shown(), (InputState::Degraded, "full; a list".into()));
        parts.fails(Cause::Output, "no privilege".into());
        parts.works(Cause::Source);
        assert_eq!(parts.shown(), (InputState::Failed, "no privilege; full; a list".into()), "another part does not mend it");
        parts.works(Cause::Output);
        parts.output(None);
        parts.degrades(None);
        assert_eq!(parts.shown(), (InputState::Healthy, String::new()), "idle, and well");
        parts.stops();
        assert_eq!(parts.shown().0, InputState::Stopped);
    }
}
