//! Microsoft Defender for Cloud as an input that any component host can load.
#![allow(dead_code)]
#[cfg(target_arch = "wasm32")]
mod component;
pub mod contract;
mod defender;
#[cfg(target_arch = "wasm32")]
mod dependencies;
mod ecs;
mod event_hub;
mod id;
mod json;
pub mod mapping;
pub mod plugin;
pub mod settings;
pub mod walk;
