//! `run`, as it is run by hand: the built program between servers on loopback.

mod commands;
mod killed;
mod once;
mod secrets;
mod setup;
mod walk_through;
