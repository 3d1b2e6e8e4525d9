//! Resources, as both data sets tell of them: which cloud, which machines, and one spelling for ids of Azure.

use bumpalo::Bump;

use crate::defender::arm_id::ArmId;

/// A cloud that Defender looks after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cloud {
    /// Microsoft's own.
    Azure,
    /// Amazon's.
    Aws,
    /// Google's.
    Gcp,
}

impl Cloud {
    /// The cloud of that name, in any letter case.
    pub(crate) fn named(source: &str) -> Option<Self> {
        [Self::Azure, Self::Aws, Self::Gcp].into_iter().find(|cloud| cloud.name().eq_ignore_ascii_case(source))
    }

    /// Whether a resource is in another cloud than Azure.
    pub(crate) fn is_foreign(cloud: Option<Self>) -> bool {
        matches!(cloud, Some(Self::Aws | Self::Gcp))
    }

    /// Its `cloud.provider`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Azure => "azure",
            Self::Aws => "aws",
            Self::Gcp => "gcp",
        }
    }
}

/// Whether a resource of that type, of a provider of that name, is a machine.
pub(crate) fn is_machine(cloud: Option<Cloud>, namespace: Option<&str>, types: Option<&str>) -> bool {
    let is_of = |name: &str| namespace.is_some_and(|given| given.eq_ignore_ascii_case(name));
    match last_of(types.unwrap_or_default()).to_ascii_lowercase().as_str() {
        "virtualmachines" | "onpremisemachines" => true,
        "machines" => is_of("Microsoft.HybridCompute"),
        "instance" | "instances" => (cloud == Some(Cloud::Aws) && is_of("EC2")) || (cloud == Some(Cloud::Gcp) && is_of("Compute")),
        _ => false,
    }
}

/// The last of nested types.
pub(crate) fn last_of(types: &str) -> &str {
    types.rsplit('/').next().unwrap_or_default()
}

/// Whether a provider is Microsoft's, whose names have no case.
pub(crate) fn is_of_azure(namespace: &str) -> bool {
    namespace.get(.."microsoft.".len()).is_some_and(|start| start.eq_ignore_ascii_case("microsoft."))
}

/// An id in one spelling: one of Azure Resource Manager in lower case.
pub(crate) fn in_one_spelling<'a>(arena: &'a Bump, id: &'a str) -> &'a str {
    if ArmId::new(id).is_some() { lower(arena, id) } else { id }
}

/// A subscription in one spelling, as both come.
pub(crate) fn subscription<'a>(arena: &'a Bump, subscription: &'a str) -> &'a str {
    let is_spelled_otherwise = is_uuid(subscription) && subscription.bytes().any(|byte| byte.is_ascii_uppercase());
    if is_spelled_otherwise { arena.alloc_str(&subscription.to_ascii_lowercase()) } else { subscription }
}

/// Whether a text is five groups of digits.
pub(crate) fn is_uuid(text: &str) -> bool {
    text.len() == 36 && text.bytes().enumerate().all(|(at, byte)| if matches!(at, 8 | 13 | 18 | 23) { byte == b'-' } else { byte.is_ascii_hexdigit() })
}

/// A text without capitals, the same if it has none.
pub(crate) fn lower<'a>(arena: &'a Bump, text: &'a str) -> &'a str {
    if !text.is_ascii() {
        return if text.chars().any(char::is_uppercase) { arena.alloc_str(&text.to_lowercase()) } else { text };
    }
    if !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return text;
    }
    let copy = arena.alloc_str(text);
    copy.make_ascii_lowercase();
    copy
}

/// A link that a browser follows.
pub(crate) fn with_scheme<'a>(arena: &'a Bump, url: &'a str) -> &'a str {
    if url.contains("://") { url } else { arena.alloc_str(&format!("https://{url}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_is_five_groups_of_digits() {
        assert!(is_uuid("7C1D2E30-0000-4000-8000-0000000000a1"));
        for text in ["", "7c1d2e30", "7c1d2e30-0000-4000-8000-0000000000a1-", "7c1d2e30-0000-4000-8000-0000000000g1", "Quarry"] {
            assert!(!is_uuid(text), "{text}");
        }
    }

    #[test]
    fn machines_are_known_by_type_and_provider() {
        for (cloud, namespace, types, expected) in [
            (None, Some("Microsoft.Compute"), "virtualMachineScaleSets/virtualMachines", true),
            (None, Some("microsoft.hybridcompute"), "machines", true),
            (None, Some("Microsoft.MachineLearning"), "machines", false),
            (None, None, "onPremiseMachines", true),
            (Some(Cloud::Aws), Some("ec2"), "instance", true),
            (Some(Cloud::Gcp), Some("ec2"), "instance", false),
            (Some(Cloud::Gcp), Some("compute"), "instances", true),
            (None, Some("Microsoft.KeyVault"), "vaults", false),
        ] {
            assert_eq!(is_machine(cloud, namespace, Some(types)), expected, "{namespace:?} {types}");
        }
    }
}
