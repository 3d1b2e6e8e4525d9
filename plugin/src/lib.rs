//! Microsoft Defender for Cloud as an input that any component host can load.
//!
//! [`plugin::Plugin`] is all of it in plain types; the component, which only wasm builds, says the same in WIT.

#[cfg(target_arch = "wasm32")]
mod component;
pub mod contract;
mod defender;
#[cfg(target_arch = "wasm32")]
mod dependencies;
mod ecs;
mod event_hub;
pub mod id;
mod json;
pub mod mapping;
mod messages;
pub mod plugin;
pub mod problem;
pub mod settings;
mod url;
pub mod walk;
