//! What leaves for Azure, and what comes of it, against servers on loopback that play faults.

mod clouds;
mod faults;
mod origins;
mod secrets;
mod setup;
mod threads;
