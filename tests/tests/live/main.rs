//! `run`, as it is run by hand: the built program between servers on loopback.

mod commands;
mod hosted;
mod hub;
mod killed;
mod once;
mod secrets;
mod service;
mod setup;
mod soak;
mod states;
mod walk_through;
