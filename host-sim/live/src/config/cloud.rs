//! Azure's clouds: where each signs in, what it manages with, and what its services are called.

/// A cloud of Azure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Cloud {
    /// The one that most are in.
    #[default]
    Public,
    /// Azure Government.
    UsGovernment,
    /// Azure in China.
    China,
}

/// What belongs together in a cloud.
#[derive(Debug, PartialEq, Eq)]
pub struct Names {
    /// As the configuration calls the cloud.
    pub name: &'static str,
    /// Where tokens come from.
    pub login: &'static str,
    /// Azure Resource Manager.
    pub arm: &'static str,
    /// What tokens for Azure Resource Manager may be asked for, in both spellings.
    pub audiences: [&'static str; 2],
    /// What the hosts of Event Hubs end with.
    pub hub_suffix: &'static str,
    /// What the hosts of blob storage end with.
    pub blob_suffix: &'static str,
}

static PUBLIC: Names = Names {
    name: "public",
    login: "https://login.microsoftonline.com",
    arm: "https://management.azure.com",
    audiences: ["https://management.azure.com", "https://management.core.windows.net"],
    hub_suffix: "servicebus.windows.net",
    blob_suffix: "blob.core.windows.net",
};

static US_GOVERNMENT: Names = Names {
    name: "us-government",
    login: "https://login.microsoftonline.us",
    arm: "https://management.usgovcloudapi.net",
    audiences: ["https://management.usgovcloudapi.net", "https://management.core.usgovcloudapi.net"],
    hub_suffix: "servicebus.usgovcloudapi.net",
    blob_suffix: "blob.core.usgovcloudapi.net",
};

static CHINA: Names = Names {
    name: "china",
    login: "https://login.chinacloudapi.cn",
    arm: "https://management.chinacloudapi.cn",
    audiences: ["https://management.chinacloudapi.cn", "https://management.core.chinacloudapi.cn"],
    hub_suffix: "servicebus.chinacloudapi.cn",
    blob_suffix: "blob.core.chinacloudapi.cn",
};

impl Cloud {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Public, Self::UsGovernment, Self::China];

    /// What belongs to this one.
    pub fn names(self) -> &'static Names {
        match self {
            Self::Public => &PUBLIC,
            Self::UsGovernment => &US_GOVERNMENT,
            Self::China => &CHINA,
        }
    }

    /// The cloud whose sign-in, resource manager, Event Hubs or storage have this host.
    pub fn of_host(host: &str) -> Option<Self> {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let is_below = |suffix: &str| host.strip_suffix(suffix).is_some_and(|rest| rest.ends_with('.'));
        Self::ALL.into_iter().find(|cloud| {
            let names = cloud.names();
            let own = [names.login, names.arm, names.audiences[0], names.audiences[1]];
            own.iter().any(|url| url.strip_prefix("https://") == Some(&host)) || is_below(names.hub_suffix) || is_below(names.blob_suffix)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Cloud;

    #[test]
    fn a_host_tells_its_cloud() {
        for (host, cloud) in [
            ("management.azure.com", Some(Cloud::Public)),
            ("Management.Core.Windows.NET.", Some(Cloud::Public)),
            ("management.usgovcloudapi.net", Some(Cloud::UsGovernment)),
            ("login.chinacloudapi.cn", Some(Cloud::China)),
            ("x.servicebus.usgovcloudapi.net", Some(Cloud::UsGovernment)),
            ("x.blob.core.chinacloudapi.cn", Some(Cloud::China)),
            ("servicebus.windows.net", None),
            ("xservicebus.windows.net", None),
            ("127.0.0.1", None),
        ] {
            assert_eq!(Cloud::of_host(host), cloud, "{host}");
        }
    }
}
