//! A hub as a source, against a broker on this machine.

mod blobs;
mod checkpoints;
mod conditions;
mod microsoft;
mod processes;
mod reading;
mod setup;
mod starts;
