//! The resource that an alert is about: by its entities, properties and identifiers.

use super::super::Parts;
use super::super::graph::{Graph, NodeId};
use super::super::properties::Properties;
use super::super::texts::{first, said};
use super::{Resource, is_arn, is_azure, is_google};
use crate::defender::arm_id::ArmId;
use crate::defender::hub::RECORD;
use crate::defender::node::{CLOUD_NODE, IDENTIFIER, Kind, NODE, NODE_METADATA};
use crate::defender::property::keys;
use crate::json::tree::Value;
use crate::mapping::record::Reader;
use crate::mapping::resource::Cloud;

impl<'a> Resource<'a> {
    /// Of an alert. Which host it is about may depend on it, so that the host's own id is looked at last, by [`Self::complete`].
    pub(in crate::mapping::event::extended) fn of_alert(read: &mut Reader<'_, 'a>, parts: &Parts<'a>, graph: &Graph<'a>, properties: &Properties<'a>) -> Self {
        let foreign = graph.of_kind(Kind::AmazonResource).chain(graph.of_kind(Kind::GcpResource)).next();
        let azure = || graph.of_kind(Kind::AzureResource);
        let is_center = |node: &NodeId| {
            let metadata = graph.object(*node).get(CLOUD_NODE.metadata.name);
            match metadata.get(NODE_METADATA.is_graph_center.name) {
                Value::Bool(is_center) => is_center,
                Value::Text(text) => text.eq_ignore_ascii_case("true"),
                _ => false,
            }
        };
        let arm = text(read, parts)
            .or_else(|| properties.first(read, keys![effectiveazureresourceid]))
            .or_else(|| identifier(read, parts))
            .or_else(|| first(read, graph.object(azure().find(is_center)?), &[CLOUD_NODE.resource_id]))
            .or_else(|| azure().find_map(|node| first(read, graph.object(node), &[CLOUD_NODE.resource_id])));
        let mut resource = Self { arm, foreign, ..Self::default() };
        if let Some(node) = foreign {
            let object = graph.object(node);
            resource.id = first(read, object, &[CLOUD_NODE.amazon_resource_id, CLOUD_NODE.full_resource_name]);
            resource.name = first(read, object, &[CLOUD_NODE.resource_name]);
            resource.types = first(read, object, &[CLOUD_NODE.resource_type]);
        }
        resource
    }

    /// Says the rest, once the host is known.
    pub(in crate::mapping::event::extended) fn complete(
        mut self,
        read: &mut Reader<'_, 'a>,
        graph: &Graph<'a>,
        properties: &Properties<'a>,
        host: Option<NodeId>,
    ) -> Self {
        let of_host = host.and_then(|host| said(graph.object(host).get(NODE.azure_id.name)));
        if self.arm.is_none()
            && let Some(host) = host
        {
            self.arm = first(read, graph.object(host), &[NODE.azure_id]);
        }
        self.id = self.id.or(self.arm);
        let amazon = graph.has(Kind::AmazonResource);
        let types = || {
            let own = graph.all().filter(|node| graph.kind(*node).is_resource()).filter_map(|node| said(graph.object(node).get(CLOUD_NODE.resource_type.name)));
            own.chain(properties.each(keys![resourcetype]))
        };
        let begins = |word: &str| types().any(|text| text.get(..3).is_some_and(|head| head.eq_ignore_ascii_case(word)));
        self.cloud = if amazon || self.id.is_some_and(is_arn) || begins("AWS") {
            Some(Cloud::Aws)
        } else if graph.has(Kind::GcpResource) || self.id.is_some_and(is_google) || begins("GCP") {
            Some(Cloud::Gcp)
        } else {
            let own = [self.arm, of_host].into_iter().flatten().find(|id| is_azure(id));
            self.account = own.and_then(|id| ArmId::new(id)?.subscription());
            own.map(|_| Cloud::Azure)
        };
        if self.foreign.is_none() {
            self.types = None;
            let own = self.id.and_then(|id| {
                graph
                    .of_kind(Kind::AzureResource)
                    .find(|node| graph.object(*node).get(CLOUD_NODE.resource_id.name).text().is_some_and(|own| own.trim().eq_ignore_ascii_case(id)))
            });
            self.name = own.and_then(|node| first(read, graph.object(node), &[CLOUD_NODE.resource_name]));
        }
        let kubernetes = types().any(|text| ["EKS", "GKE", "Kubernetes"].into_iter().any(|word| contains(text, word)));
        self.by_id(read.arena);
        let is_of_types =
            |names: &[&str]| self.types.is_some_and(|types| names.iter().any(|name| crate::mapping::resource::last_of(types).eq_ignore_ascii_case(name)));
        let of_node = |names: &str| contains(names, "EKS") || contains(names, "GKE") || contains(names, "Kubernetes");
        let is_foreign_cluster = self.foreign.is_some_and(|node| said(graph.object(node).get(CLOUD_NODE.resource_type.name)).is_some_and(of_node));
        self.is_cluster = is_of_types(&["managedClusters", "connectedClusters"])
            || is_foreign_cluster
            || (kubernetes && !properties.is_empty() && properties.each(keys![resourcetype]).any(of_node));
        self
    }
}

fn text<'a>(read: &mut Reader<'_, 'a>, parts: &Parts<'a>) -> Option<&'a str> {
    let member = parts.member(RECORD.azure_resource_id)?;
    let text = said(member.value.get())?;
    read.take(Some(member));
    Some(text)
}

fn identifier<'a>(read: &mut Reader<'_, 'a>, parts: &Parts<'a>) -> Option<&'a str> {
    let identifiers = parts.member(RECORD.resource_identifiers)?.value.get();
    let listed = identifiers.elements().iter().map(|element| element.get()).chain([identifiers]);
    listed.into_iter().find_map(|identifier| first(read, identifier, &[IDENTIFIER.azure_resource_id]))
}

fn contains(text: &str, word: &str) -> bool {
    text.as_bytes().windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}
