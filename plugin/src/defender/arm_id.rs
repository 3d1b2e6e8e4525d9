//! What an id of Azure Resource Manager is made of. Such ids have no case, so whatever is looked for in one is found in any.

use std::borrow::Cow;

const SUBSCRIPTIONS: &str = "/subscriptions/";
const PROVIDERS: &str = "/providers/";
const CONNECTORS: &str = "/providers/Microsoft.Security/securityConnectors/";
const SECURITY: &str = "/providers/Microsoft.Security/";
const ASSESSMENTS: &str = "/providers/Microsoft.Security/assessments/";

/// The namespace of what belongs to no provider: subscriptions and resource groups.
const RESOURCES: &str = "Microsoft.Resources";

/// An id of Azure Resource Manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ArmId<'a>(&'a str);

/// Of which kind a resource is, as its id spells it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Kind<'a> {
    /// The namespace of its provider.
    pub namespace: &'a str,
    /// Its type there, with the types of what it is part of; empty if the id names none.
    pub types: Cow<'a, str>,
}

impl<'a> ArmId<'a> {
    /// The id that a text is, if it is one.
    pub(crate) fn new(text: &'a str) -> Option<Self> {
        [SUBSCRIPTIONS, PROVIDERS].into_iter().any(|start| after(text, start).is_some()).then_some(Self(text))
    }

    /// The subscription that the resource is in, or that it is.
    pub(crate) fn subscription(self) -> Option<&'a str> {
        segments(after(self.0, SUBSCRIPTIONS)?).next().filter(|subscription| !subscription.is_empty())
    }

    /// The last segment.
    pub(crate) fn name(self) -> &'a str {
        self.0.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
    }

    /// What stands behind the last `/providers/`; a subscription and a resource group have a kind without.
    pub(crate) fn kind(self) -> Option<Kind<'a>> {
        let Some(at) = rfind(self.0, PROVIDERS) else { return self.kind_without_provider() };
        let mut segments = segments(self.0.get(at + PROVIDERS.len()..)?).filter(|segment| !segment.is_empty());
        let namespace = segments.next()?;
        let mut types = Cow::Borrowed(segments.next().unwrap_or_default());
        for inner in segments.skip(1).step_by(2) {
            let types = types.to_mut();
            types.push('/');
            types.push_str(inner);
        }
        Some(Kind { namespace, types })
    }

    fn kind_without_provider(self) -> Option<Kind<'a>> {
        let mut segments = segments(self.0).filter(|segment| !segment.is_empty()).step_by(2);
        let types = match (segments.next()?, segments.next(), segments.next()) {
            (subscriptions, None, _) => subscriptions,
            (_, Some(groups), None) if groups.eq_ignore_ascii_case("resourceGroups") => groups,
            _ => return None,
        };
        Some(Kind { namespace: RESOURCES, types: types.into() })
    }

    /// Whether it stands for something in another cloud: it is in the subscription of the connector then, which says nothing about the resource.
    pub(crate) fn is_of_connector(self) -> bool {
        find(self.0, CONNECTORS).is_some()
    }
}

/// The resource that an assessment belongs to, by the id of the assessment or of one of its findings.
pub(crate) fn assessed_resource(assessment: &str) -> Option<&str> {
    assessment.get(..find(assessment, ASSESSMENTS)?).filter(|resource| !resource.is_empty())
}

/// The resource that a finding belongs to: what stands before the last provider that is Defender itself.
pub(crate) fn last_assessed_resource(finding: &str) -> Option<&str> {
    finding.get(..rfind(finding, SECURITY)?).filter(|resource| !resource.is_empty())
}

fn after<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(start.len())?;
    head.eq_ignore_ascii_case(start).then_some(rest)
}

/// Where a part that begins with a slash stands first.
fn find(text: &str, part: &str) -> Option<usize> {
    (0..text.len()).find(|&at| is_at(text, at, part))
}

/// Where such a part stands last.
fn rfind(text: &str, part: &str) -> Option<usize> {
    (0..text.len()).rev().find(|&at| is_at(text, at, part))
}

/// Ids are short, so that a search that prepares itself would take longer than this.
fn is_at(text: &str, at: usize, part: &str) -> bool {
    let bytes = text.as_bytes();
    bytes[at] == b'/' && bytes.get(at..at + part.len()).is_some_and(|own| own.eq_ignore_ascii_case(part.as_bytes()))
}

/// What stands between slashes.
fn segments(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    core::iter::from_fn(move || {
        let text = rest?;
        let slash = text.bytes().position(|byte| byte == b'/');
        rest = slash.map(|at| &text[at + 1..]);
        Some(slash.map_or(text, |at| &text[..at]))
    })
}

/// The name behind the last of such a part in an id.
pub(crate) fn behind_last<'a>(id: &'a str, part: &str) -> Option<&'a str> {
    segments(id.get(rfind(id, part)? + part.len()..)?).next().filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(id: &str, subscription: Option<&str>, name: &str, kind: Option<(&str, &str)>) {
        let id = ArmId::new(id).expect(id);
        assert_eq!(id.subscription(), subscription, "{id:?}");
        assert_eq!(id.name(), name, "{id:?}");
        assert_eq!(id.kind(), kind.map(|(namespace, types)| Kind { namespace, types: types.into() }), "{id:?}");
    }

    #[test]
    fn an_id_says_subscription_name_and_kind() {
        let group = "/subscriptions/s/resourceGroups/g";
        check("/subscriptions/s", Some("s"), "s", Some(("Microsoft.Resources", "subscriptions")));
        check("/Subscriptions/s/", Some("s"), "s", Some(("Microsoft.Resources", "Subscriptions")));
        check(group, Some("s"), "g", Some(("Microsoft.Resources", "resourceGroups")));
        check(&format!("{group}/providers/Microsoft.Compute/virtualMachines/vm"), Some("s"), "vm", Some(("Microsoft.Compute", "virtualMachines")));
        check(&format!("{group}/PROVIDERS/microsoft.sql/servers/x/databases/y"), Some("s"), "y", Some(("microsoft.sql", "servers/databases")));
        check(&format!("{group}/providers/A.B/c/d/providers/E.F/g/h/i"), Some("s"), "i", Some(("E.F", "g/i")));
        check(&format!("{group}/providers/A.B"), Some("s"), "A.B", Some(("A.B", "")));
        check("/providers/Microsoft.Management/managementGroups/m", None, "m", Some(("Microsoft.Management", "managementGroups")));
        check("/subscriptions/s/elsewhere/x", Some("s"), "x", None);
        check("/subscriptions//x", None, "x", Some(("Microsoft.Resources", "subscriptions")));
        check("/providers/", None, "providers", None);
    }

    #[test]
    fn anything_else_is_no_id() {
        for text in ["", "/", "subscriptions/s", "/subscriptions", "arn:aws:s3:::bucket", "/repositories/r/images/sha256:00", "/süb"] {
            assert_eq!(ArmId::new(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_in_another_cloud_is_below_a_connector() {
        let of_connector = |id| ArmId::new(id).expect(id).is_of_connector();
        assert!(of_connector("/subscriptions/s/resourcegroups/g/providers/microsoft.security/securityconnectors/c/securityentitydata/aws-x"));
        assert!(!of_connector("/subscriptions/s/resourceGroups/g/providers/Microsoft.Security/pricings/c"));
    }

    #[test]
    fn an_assessment_belongs_to_what_stands_before_it() {
        let check = |id, resource| assert_eq!(assessed_resource(id), resource, "{id}");
        check("/subscriptions/s/providers/Microsoft.Security/assessments/a", Some("/subscriptions/s"));
        check("/subscriptions/s/providers/microsoft.security/Assessments/a/subAssessments/b", Some("/subscriptions/s"));
        check("/p/providers/Microsoft.Security/assessments/a/providers/Microsoft.Security/assessments/b", Some("/p"));
        check("/providers/Microsoft.Security/assessments/a", None);
        check("/subscriptions/s", None);
        check("", None);
    }
}
