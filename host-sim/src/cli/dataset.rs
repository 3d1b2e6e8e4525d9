//! Which data set is meant.

use host_sim_runtime::contract::Description;

use super::end::Usage;

/// The position of a data set whose records the component decodes.
pub(super) fn dataset(description: &Description, name: &str) -> anyhow::Result<u32> {
    let position = description.position(name);
    if let Some(position) = position.filter(|position| description.dataset(*position).is_some_and(|dataset| dataset.decodes)) {
        return Ok(position);
    }
    let names: Vec<String> = description.datasets.iter().filter(|dataset| dataset.decodes).map(|dataset| format!("`{}`", dataset.name)).collect();
    Err(Usage(format!("`{name}` is not a data set that the component decodes; it decodes {}", names.join(", "))).into())
}
