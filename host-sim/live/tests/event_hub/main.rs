//! A hub as a source, against a broker on this machine.

mod blobs;
mod checkpoints;
mod conditions;
mod examined;
mod microsoft;
mod overheard;
mod processes;
mod reading;
mod setup;
mod starts;
