//! `run`, as it is run by hand: the built program between servers on loopback.

mod commands;
mod hosted;
mod killed;
mod once;
mod secrets;
mod service;
mod setup;
mod states;
mod walk_through;
