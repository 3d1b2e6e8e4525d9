//! What tokens are asked for.

use url::{Origin, Url};

use super::SignInError;
use crate::config::Cloud;
use crate::text::one_line;

/// Azure Resource Manager in the configured cloud, under both of its names, and where the setting `url` leads.
#[derive(Debug)]
pub(super) struct Audiences(Vec<Origin>);

impl Audiences {
    pub(super) fn new(cloud: Cloud, url: Option<&Url>) -> Self {
        let of_cloud = cloud.names().audiences.into_iter().filter_map(|audience| Url::parse(audience).ok());
        // Where `url` leads to another cloud, the configuration is refused; here nothing depends on that.
        let own = url.filter(|url| url.host_str().is_some_and(|host| Cloud::of_host(host).is_none_or(|of| of == cloud)));
        Self(of_cloud.chain(own.cloned()).map(|url| url.origin()).collect())
    }

    /// Whether a token may be asked for with all of these scopes.
    pub(super) fn check(&self, scopes: &[String]) -> Result<(), SignInError> {
        match scopes.iter().find(|scope| !self.has(scope)) {
            Some(scope) => Err(SignInError::Audience { scope: one_line(scope) }),
            None => Ok(()),
        }
    }

    fn has(&self, scope: &str) -> bool {
        // Scopes are sent with a blank between them, so one with a blank would be two.
        let is_one = scope.bytes().all(|byte| byte.is_ascii_graphic());
        let Ok(url) = Url::parse(scope) else { return false };
        let is_plain = url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
        is_one && is_plain && url.path().len() > 1 && self.0.contains(&url.origin())
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::Audiences;
    use crate::config::Cloud;

    #[test]
    fn tokens_are_for_the_resource_manager_of_the_cloud_and_for_the_url() {
        let url = Url::parse("https://127.0.0.1:8443/arm").expect("a url");
        let audiences = Audiences::new(Cloud::UsGovernment, Some(&url));
        for (scope, expected) in [
            ("https://management.usgovcloudapi.net/.default", true),
            ("https://management.core.usgovcloudapi.net//.default", true),
            ("https://127.0.0.1:8443/.default", true),
            ("https://management.azure.com/.default", false),
            ("https://management.chinacloudapi.cn/.default", false),
            ("https://graph.microsoft.com/.default", false),
            ("https://vault.azure.net/.default", false),
            ("https://127.0.0.1/.default", false),
            ("https://management.usgovcloudapi.net", false),
            ("https://management.usgovcloudapi.net.evil.test/.default", false),
            ("https://evil.test@management.usgovcloudapi.net/.default", false),
            ("https://management.usgovcloudapi.net/.default https://graph.microsoft.com/.default", false),
            ("https://management.usgovcloudapi.net/.default\t", false),
            ("api://management.usgovcloudapi.net/.default", false),
            (".default", false),
            ("", false),
        ] {
            assert_eq!(audiences.check(&[scope.to_owned()]).is_ok(), expected, "{scope}");
        }
        let both = ["https://management.usgovcloudapi.net/.default".to_owned(), "https://graph.microsoft.com/.default".to_owned()];
        let error = audiences.check(&both).expect_err("one of them is not allowed");
        assert!(error.to_string().contains("`https://graph.microsoft.com/.default`"), "{error}");
    }

    #[test]
    fn each_cloud_has_both_names_of_its_own() {
        for cloud in Cloud::ALL {
            let audiences = Audiences::new(cloud, None);
            for other in Cloud::ALL {
                for audience in other.names().audiences {
                    assert_eq!(audiences.check(&[format!("{audience}/.default")]).is_ok(), cloud == other, "{audience}");
                }
            }
        }
    }
}
