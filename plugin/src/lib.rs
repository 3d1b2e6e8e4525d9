//! Microsoft Defender for Cloud as an input that any component host can load.
#![allow(dead_code)]
pub mod contract;
mod event_hub;
mod id;
mod json;
pub mod mapping;
pub mod settings;
