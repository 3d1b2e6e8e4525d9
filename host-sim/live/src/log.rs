//! What a host says of itself while it runs, a line each: for people, or as JSON under the names of ECS. No secret is in it, and nothing that acts on a terminal.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use host_sim_runtime::Clock;
use host_sim_runtime::contract::Timestamp;
use serde_json::{Map, Value};

use crate::config::{self, LogFormat, LogLevel};
use crate::redactor::Redactor;
use crate::text::one_line;
use crate::time::written;

/// Takes lines, without their ends.
pub type Lines = dyn Fn(LogLevel, &str) + Send + Sync;

/// A log that several threads write to.
#[derive(Clone)]
pub struct Log {
    settings: config::Log,
    redactor: Arc<Redactor>,
    lines: Arc<Lines>,
    clock: Clock,
}

impl fmt::Debug for Log {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Log").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Log {
    /// A log whose lines go to `lines`.
    pub fn new(settings: config::Log, redactor: Arc<Redactor>, lines: Arc<Lines>) -> Self {
        Self { settings, redactor, lines, clock: Clock::System }
    }

    /// Says something of the host as a whole.
    pub fn host(&self, level: LogLevel, message: &str, fields: &[(&str, Value)]) {
        self.say(level, None, message, fields);
    }

    /// Says something of an input.
    pub fn input(&self, level: LogLevel, input: &str, message: &str, fields: &[(&str, Value)]) {
        self.say(level, Some(input), message, fields);
    }

    fn say(&self, level: LogLevel, input: Option<&str>, message: &str, fields: &[(&str, Value)]) {
        if level > self.settings.level {
            return;
        }
        let message = self.clean(message);
        let fields: Vec<(&str, Value)> = fields.iter().map(|(name, value)| (*name, self.clean_value(value))).collect();
        let now = self.clock.now();
        let line = match self.settings.format {
            LogFormat::Text => text(now, level, input, &message, &fields),
            LogFormat::Json => json(now, level, input, &message, fields),
        };
        (self.lines)(level, &line);
    }

    /// Secrets go first: of one that is cut or escaped the rest would stay.
    pub(crate) fn clean(&self, text: &str) -> String {
        one_line(&self.redactor.text(text))
    }

    fn clean_value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.clean(text)),
            other => other.clone(),
        }
    }
}

const fn name(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Error => "error",
        LogLevel::Warn => "warn",
        LogLevel::Info => "info",
        LogLevel::Debug => "debug",
        LogLevel::Trace => "trace",
    }
}

fn text(now: Timestamp, level: LogLevel, input: Option<&str>, message: &str, fields: &[(&str, Value)]) -> String {
    let mut line = format!("{} {:<5} ", written(now), name(level));
    if let Some(input) = input {
        let _ = write!(line, "{input}: ");
    }
    line.push_str(message);
    for (name, value) in fields {
        let _ = write!(line, " {name}={value}");
    }
    line
}

fn json(now: Timestamp, level: LogLevel, input: Option<&str>, message: &str, fields: Vec<(&str, Value)>) -> String {
    let mut line = Map::new();
    line.insert("@timestamp".into(), written(now).into());
    line.insert("log.level".into(), name(level).into());
    line.insert("message".into(), message.into());
    line.insert("ecs.version".into(), "8.11.0".into());
    line.insert("service.name".into(), "host-sim".into());
    line.extend(input.map(|input| ("labels.input".to_owned(), input.into())));
    line.extend(fields.into_iter().map(|(name, value)| (format!("host_sim.{name}"), value)));
    Value::Object(line).to_string()
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use serde_json::{Value, json};

    use super::{Log, LogFormat, LogLevel, config};
    use crate::redactor::Redactor;

    fn said(format: LogFormat, level: LogLevel) -> Vec<String> {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&lines);
        let take = move |_: LogLevel, line: &str| kept.lock().expect("nobody panics").push(line.to_owned());
        let log = Log::new(config::Log { format, level }, Arc::new(Redactor::new(["hunter22"])), Arc::new(take));
        log.host(LogLevel::Info, "starts", &[("version", json!("1"))]);
        log.input(LogLevel::Warn, "posture", "says\n\u{1b}[31mhunter22", &[("pages", json!(3)), ("why", json!("hunter22\n"))]);
        log.host(LogLevel::Debug, "more", &[]);
        lines.lock().expect("nobody panics").clone()
    }

    #[test]
    fn a_line_is_for_people_or_for_programs() {
        let lines = said(LogFormat::Text, LogLevel::Info);
        let without_time: Vec<&str> = lines.iter().map(|line| &line[25..]).collect();
        assert_eq!(without_time, ["info  starts version=\"1\"", "warn  posture: says\\n\\u{1b}[31m[redacted] pages=3 why=\"[redacted]\\\\n\""]);
        let lines = said(LogFormat::Json, LogLevel::Warn);
        let [line] = lines.as_slice() else { panic!("{lines:?}") };
        let line: Value = serde_json::from_str(line).expect("JSON");
        assert_eq!((&line["log.level"], &line["labels.input"], &line["host_sim.pages"]), (&json!("warn"), &json!("posture"), &json!(3)));
        assert_eq!(said(LogFormat::Text, LogLevel::Trace).len(), 3);
    }
}
