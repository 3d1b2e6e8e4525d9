//! What everything is compared with: serde_json reads a message into a `Value` and writes that again, natively.

use std::hint::black_box;

use host_sim_runtime::contract::Message;
use serde_json::Value;

/// Reads and writes each message once.
pub(crate) fn pass(messages: &[Message]) -> anyhow::Result<()> {
    for message in messages {
        let value: Value = serde_json::from_slice(black_box(&message.body))?;
        black_box(serde_json::to_vec(&value)?);
    }
    Ok(())
}
