//! Delivery to an endpoint on this machine that plays every fault.

mod bulk;
mod faults;
#[path = "../support/mod.rs"]
mod support;
mod trust;
