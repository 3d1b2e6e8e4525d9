//! Options that several commands take.

use std::num::NonZeroUsize;
use std::path::Path;
use std::thread;
use std::time::Duration;

use anyhow::Context;
use chrono::DateTime;
use clap::{Args, ValueEnum};
use host_sim_runtime::contract::Timestamp;
use host_sim_runtime::{Addresses, Cache, Clock, Component, Distrust, Engine, Instance, Limits};
use host_sim_workbench::checked::{Check, Checked};
use host_sim_workbench::files::Shape;
use host_sim_workbench::id_field::IdField;

use super::console::Console;
use super::end::Usage;

/// What a component may use.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub(super) struct LimitOptions {
    /// Memory that the component may use; an instance that has more than 64 MiB is replaced after its batch
    #[arg(long, value_name = "MIB", default_value_t = 256, value_parser = clap::value_parser!(u16).range(1..=4096))]
    memory_limit: u16,
    /// Addresses that each instance of the component sets aside: the 4 GiB that it could ever name, which cost no memory, or no more than its memory
    /// limit, which is a tenth slower, for where `ulimit -v` or the like limits addresses
    #[arg(long, value_name = "WHICH", default_value = "all")]
    addresses: AddressesOption,
    /// How long one call of the component may run; `none` makes a component that you trust faster, and one that never ends is never stopped
    #[arg(long, value_name = "SECONDS|none", default_value = "30", value_parser = time_limit)]
    time_limit: TimeLimit,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum AddressesOption {
    All,
    Limited,
}

/// A type of its own, as an option in `Args` would be one that may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct TimeLimit(Option<Duration>);

impl LimitOptions {
    /// A runtime with these limits and the user's cache. A command asks for one of them, so what the cache tells is said once.
    pub(super) fn engine(&self) -> anyhow::Result<Engine> {
        let addresses = match self.addresses {
            AddressesOption::All => Addresses::All,
            AddressesOption::Limited => Addresses::Limited,
        };
        let limits = Limits { memory: usize::from(self.memory_limit) << 20, addresses, call: self.time_limit.0, ..Limits::default() };
        Ok(Engine::new(limits, Cache::of_user().telling(warn))?)
    }
}

/// Says that compiled code is neither taken from a folder nor kept there. It is no remark, so `--quiet` leaves it.
fn warn(folder: &Path, distrust: &Distrust) {
    let console = Console::quiet();
    let named = folder.display();
    console.warning(&format!("the folder for compiled components `{named}` is not used: {distrust}; the component is compiled anew, and not kept"));
    if folder.canonicalize().is_ok_and(|folder| distrust.path().parent() == Some(&folder)) {
        console.hint(&format!("remove `{}`: its folder is good, so the next run keeps the component there", distrust.path().display()));
        return;
    }
    console.hint("let `HOST_SIM_CACHE` name a folder of your own, which nobody else may write to, nor to those above it; empty, it asks for none");
}

/// How a component runs.
#[derive(Debug, Args)]
pub(super) struct RunOptions {
    /// Settings of the component as a JSON object, or `@` and the name of a file that holds it
    #[arg(long, value_name = "JSON|@FILE")]
    pub(super) settings: Option<String>,
    /// Write `{"source", "dataset", "id", "document"}` instead of the bare document
    #[arg(long)]
    envelope: bool,
    /// Write the id of each document into it as well, as a member of this name at its top; it has to be a name that documents do not have
    #[arg(long, value_name = "NAME", value_parser = IdField::new)]
    id_field: Option<IdField>,
    /// End with exit status 3 where documents are not read in full: any, or more than a share of a data set's documents, as in `unreadable=0.05`
    #[arg(long, value_name = "WHAT", value_parser = unreadable)]
    fail_on: Option<Unreadable>,
    /// What time the component is told, in RFC 3339 [default: the clock]
    #[arg(long, value_name = "TIME", value_parser = timestamp)]
    now: Option<Timestamp>,
    /// How many batches of messages are decoded at the same time, each by an instance of its own [default: as many as there are cores]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// What is checked of each document: that it is one line of UTF-8, or that it is JSON as well, which costs a tenth more; one that is none is
    /// reported with the message or response that it came of
    #[arg(long, value_name = "WHAT", default_value = "lines")]
    check: CheckOption,
    /// Say only what is wrong: no progress, no summary, no remarks
    #[arg(long, short)]
    pub(super) quiet: bool,
    #[command(flatten)]
    limits: LimitOptions,
}

/// How large a share of a data set's documents may be not read in full.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Unreadable(f64);

#[derive(Debug, Clone, Copy, ValueEnum)]
enum CheckOption {
    Lines,
    Json,
}

impl RunOptions {
    /// A component whose documents are checked as asked for.
    pub(super) fn checked(&self, instance: Instance) -> Checked<Instance> {
        let check = match self.check {
            CheckOption::Lines => Check::Lines,
            CheckOption::Json => Check::Json,
        };
        Checked::new(instance, check)
    }

    /// A fresh instance of the component.
    pub(super) fn start(&self, component: &Path) -> anyhow::Result<Instance> {
        let loaded = Component::load(&self.limits.engine()?, component).with_context(|| format!("cannot load `{}`", component.display()))?;
        loaded.start().with_context(|| format!("cannot start `{}`", component.display()))
    }

    /// The member that ids are written to, if there is to be one. No document of the component may have it.
    pub(super) fn id_field(&self, instance: &mut Instance) -> anyhow::Result<Option<IdField>> {
        let Some(id_field) = &self.id_field else { return Ok(None) };
        for (position, dataset) in (0..).zip(instance.description().datasets.clone()) {
            if let Some(field) = id_field.clash(&instance.fields(position)?) {
                return Err(Usage(format!("`--id-field` names what documents of `{}` may have: `{field}`", dataset.name)).into());
            }
        }
        Ok(Some(id_field.clone()))
    }

    /// The share of documents that may be not read in full, if that is to be looked at.
    pub(super) fn most_unreadable(&self) -> Option<f64> {
        self.fail_on.map(|Unreadable(most)| most)
    }

    /// The file that the settings are in, if one is named.
    pub(super) fn settings_file(&self) -> Option<&Path> {
        self.settings.as_deref()?.strip_prefix('@').map(Path::new)
    }

    pub(super) fn clock(&self) -> Clock {
        self.now.map_or(Clock::System, Clock::Fixed)
    }

    pub(super) fn jobs(&self) -> NonZeroUsize {
        self.jobs.unwrap_or_else(|| thread::available_parallelism().unwrap_or(NonZeroUsize::MIN))
    }

    pub(super) fn shape(&self) -> Shape {
        if self.envelope { Shape::Envelope } else { Shape::Bare }
    }
}

/// A time that stands still, so that documents are the same on every run.
#[derive(Debug, Args)]
pub(super) struct FixedTime {
    /// What time the component is told, in RFC 3339
    #[arg(long, value_name = "TIME", default_value = "2026-01-01T00:00:00Z", value_parser = timestamp)]
    pub(super) now: Timestamp,
}

fn timestamp(text: &str) -> Result<Timestamp, String> {
    let time = DateTime::parse_from_rfc3339(text).map_err(|error| format!("{error}; a time is written like `2026-01-01T00:00:00Z`"))?;
    Timestamp::try_from(time.timestamp_millis()).map_err(|_| "it is before 1970".to_owned())
}

fn unreadable(text: &str) -> Result<Unreadable, String> {
    let wrong = || "neither `unreadable` nor a share, such as `unreadable=0.05`".to_owned();
    let share = match text.strip_prefix("unreadable").ok_or_else(wrong)? {
        "" => 0.0,
        share => share.strip_prefix('=').and_then(|share| share.parse().ok()).ok_or_else(wrong)?,
    };
    if (0.0..=1.0).contains(&share) { Ok(Unreadable(share)) } else { Err(wrong()) }
}

fn time_limit(text: &str) -> Result<TimeLimit, String> {
    if text == "none" {
        return Ok(TimeLimit(None));
    }
    let seconds: f64 = text.parse().map_err(|_| "neither a number of seconds nor `none`".to_owned())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if !duration.is_zero() => Ok(TimeLimit(Some(duration))),
        _ => Err("not a number of seconds above zero".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{TimeLimit, Unreadable, time_limit, timestamp, unreadable};

    #[test]
    fn a_time_is_rfc_3339_and_not_before_1970() {
        assert_eq!(timestamp("2026-01-01T00:00:00Z"), Ok(1_767_225_600_000));
        assert_eq!(timestamp("1970-01-01T01:00:00.5+01:00"), Ok(500));
        assert!(timestamp("1969-12-31T23:59:59Z").is_err());
        assert!(timestamp("2026-01-01").is_err_and(|error| error.contains("2026-01-01T00:00:00Z")));
    }

    #[test]
    fn a_share_is_between_none_and_all() {
        assert_eq!(unreadable("unreadable"), Ok(Unreadable(0.0)));
        assert_eq!(unreadable("unreadable=0.05"), Ok(Unreadable(0.05)));
        for bad in ["", "unread", "unreadable=", "unreadable=5%", "unreadable=1.5", "unreadable=-1", "unreadable=NaN", "unreadable0.5"] {
            assert!(unreadable(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_time_limit_is_above_zero_or_none() {
        assert_eq!(time_limit("0.5"), Ok(TimeLimit(Some(Duration::from_millis(500)))));
        assert_eq!(time_limit("none"), Ok(TimeLimit(None)));
        for bad in ["0", "-1", "inf", "NaN", "1e300", "x", "None", ""] {
            assert!(time_limit(bad).is_err(), "{bad}");
        }
    }
}
