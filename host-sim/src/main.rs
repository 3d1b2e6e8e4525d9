//! The command `host-sim`: data on stdout, talk on stderr.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
