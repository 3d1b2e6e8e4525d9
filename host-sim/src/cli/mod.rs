//! The command line: what is asked, and how the program ends.

mod check;
mod completions;
mod config;
mod configuration;
mod console;
mod dataset;
mod dead_letters;
mod decode;
mod diff;
mod doctor;
mod ecs_check;
mod elastic;
mod end;
mod explain;
mod findings;
mod identity;
mod init;
mod input;
mod inspect;
mod live_lines;
mod machine;
mod man;
mod offline;
mod options;
mod record;
mod recorded;
mod redrive;
mod repeats;
mod replay;
mod run;
mod settings;
mod signals;
mod status;
mod test;

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use host_sim_runtime::{ConfigureError, LoadError, Stop};

use self::console::Console;
use self::end::{End, Hinted, Usage};

const EXIT_STATUS: &str = "Exit status:
  0  done; also when the reader of the output has gone
  1  failed; also `test` with a case that differs, and `doctor` where something fails
  2  wrong usage, also settings that the component refuses, and a configuration that is wrong
  3  done, with problems: one that is an error, or a walk that is not complete; `diff` and `inspect` with differences,
     `ecs-check` with findings, `redrive` with documents that are left, `status` where no host runs or an input has failed, `elastic` where something is refused
  129, 130, 143  ended by SIGHUP, SIGINT, SIGTERM; files that were not whole are removed. `run` takes them: its help says how

Environment:
  HOST_SIM_CACHE  folder for compiled components, which nobody else may write to; empty for none
                  [default: `host-sim` in the user's folder of caches]
                  It is used if it and its files belong to the user that the program runs as, and nobody else (but root)
                  may change them or a folder above; else the component is compiled anew, and a warning says why.
                  Elsewhere than on Unix, where that is not known, nothing is kept";

/// Runs an input component on recordings: documents on stdout, everything else on stderr.
#[derive(Debug, Parser)]
#[command(name = "host-sim", version, after_help = EXIT_STATUS, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Decode(decode::Decode),
    Replay(replay::Replay),
    Inspect(inspect::Inspect),
    Test(test::Test),
    Diff(diff::Diff),
    Explain(explain::Explain),
    EcsCheck(ecs_check::EcsCheckCommand),
    Elastic(elastic::Elastic),
    Findings(findings::Findings),
    Init(init::Init),
    Check(check::Check),
    Doctor(doctor::Doctor),
    Run(run::Run),
    Status(status::Status),
    Redrive(redrive::Redrive),
    Record(record::Record),
    Config(config::Config),
    Completions(completions::Completions),
    Man(man::Manual),
}

/// Runs the command that the arguments ask for.
pub(crate) fn main() -> ExitCode {
    let command = Cli::parse().command;
    if let Err(error) = signals::watch() {
        Console::quiet().warning(&format!("signals are not waited for: {error}"));
    }
    let result = match command {
        Command::Decode(decode) => decode.run(),
        Command::Replay(replay) => replay.run(),
        Command::Inspect(inspect) => inspect.run(),
        Command::Test(test) => test.run(),
        Command::Diff(diff) => diff.run(),
        Command::Explain(explain) => explain.run(),
        Command::EcsCheck(check) => check.run(),
        Command::Elastic(elastic) => elastic.run(),
        Command::Findings(findings) => findings.run(),
        Command::Init(init) => init.run(),
        Command::Check(check) => check.run(),
        Command::Doctor(doctor) => doctor.run(),
        Command::Run(run) => run.run(),
        Command::Status(status) => status.run(),
        Command::Redrive(redrive) => redrive.run(),
        Command::Record(record) => record.run(),
        Command::Config(config) => config.run(),
        Command::Completions(completions) => completions.run(),
        Command::Man(manual) => manual.run(),
    };
    match result {
        Ok(End::Done) => ExitCode::SUCCESS,
        Ok(End::Failed) => ExitCode::FAILURE,
        Ok(End::Wrong) => ExitCode::from(2),
        Ok(End::DoneWithProblems) => ExitCode::from(3),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let console = Console::quiet();
            console.error(&format!("{error:#}"));
            if let Some(Hinted { hint, .. }) = error.downcast_ref() {
                console.hint(hint);
            }
            if lacks_room(&error) {
                console.hint(ROOM);
            }
            ExitCode::from(if error.is::<Usage>() { 2 } else { 1 })
        }
    }
}

/// What to do where the system refuses memory or addresses.
const ROOM: &str = "raise the limit of this process (`ulimit -v`, `ulimit -d`), give fewer `--jobs`, or give `--addresses limited`: \
    an instance sets aside 4 GiB of addresses without it, and with it no more than `--memory-limit`";

/// Whether the system gave this process no more memory or addresses.
fn lacks_room(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let stopped = matches!(cause.downcast_ref(), Some(Stop::NoRoom(_))) || matches!(cause.downcast_ref(), Some(ConfigureError::Stopped(Stop::NoRoom(_))));
        stopped || matches!(cause.downcast_ref(), Some(LoadError::NoRoom(_)))
    })
}

/// Whether the reader of our output has gone, as `head` does when it has seen enough.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let closed = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
    error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>()).any(closed)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::{Cli, is_closed_pipe};

    #[test]
    fn the_arguments_are_consistent_and_every_command_shows_an_example() {
        let mut command = Cli::command();
        command.build();
        command.clone().debug_assert();
        for command in command.get_subcommands_mut().filter(|command| command.get_name() != "help") {
            let help = command.render_long_help().to_string();
            assert!(help.contains("Example"), "{help}");
        }
    }

    #[test]
    fn only_a_closed_pipe_is_no_error() {
        let error = |kind: std::io::ErrorKind| anyhow::Error::from(std::io::Error::from(kind)).context("cannot write");
        assert!(is_closed_pipe(&error(std::io::ErrorKind::BrokenPipe)));
        assert!(!is_closed_pipe(&error(std::io::ErrorKind::StorageFull)));
    }
}
