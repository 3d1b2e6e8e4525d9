//! Microsoft Defender for Cloud as an input that any component host can load.
#![allow(dead_code)]
#[cfg(target_arch = "wasm32")]
mod component;
pub mod contract;
mod defender;
mod ecs;
mod event_hub;
pub mod id;
mod json;
pub mod mapping;
pub mod plugin;
pub mod settings;
pub mod walk;
