//! A hub as a source, against a broker on this machine.

mod checkpoints;
mod conditions;
mod reading;
mod setup;
mod starts;
