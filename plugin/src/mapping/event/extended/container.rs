//! `container.*` and `orchestrator.*`.

use super::Alert;
use super::account::alone;
use super::graph::NodeId;
use super::texts::{first, or_null, said, value};
use crate::defender::node::{CLOUD_NODE, Kind, NODE, Position};
use crate::defender::property::keys;
use crate::ecs::EVENT;
use crate::json::tree::Value;
use crate::mapping::record::{Record, rules};
use crate::mapping::resource::{in_one_spelling, lower};

rules! { EVENT;
    ID "container.id" = "profile extended: `ContainerId` of the container, else property `containerid` of an alert about Kubernetes";
    NAME "container.name" = "profile extended: `Name` of the container, else property `containername` or `container` of an alert about Kubernetes";
    IMAGE "container.image.name" = "profile extended: `ImageId` of its image without tag and digest, else property `containerimage` or `imagename` of an alert about Kubernetes";
    TAG "container.image.tag" = "profile extended: the tag in that";
    DIGEST "container.image.hash.all" = "profile extended: the digest in that";
    ORCHESTRATOR "orchestrator.type" = "profile extended: kubernetes if an entity or the resource is of Kubernetes";
    CLUSTER_NAME "orchestrator.cluster.name" =
        "profile extended: `ResourceName` of an entity of AWS or GCP, else of `CloudResource` of the cluster, else its `Name`, else the last segment of the id of a resource that is a cluster, else property `clustername`";
    CLUSTER_ID "orchestrator.cluster.id" =
        "profile extended: `AmazonResourceId` or `FullResourceName` of an entity, else `ResourceId` of `CloudResource` of the cluster, else the id of a resource that is a cluster; an ARM id in lower case";
    NAMESPACE "orchestrator.namespace" = "profile extended: the `Namespace` of the pod, else the first K8s-namespace, else property `namespace`";
    RESOURCE_TYPE "orchestrator.resource.type" =
        "profile extended: pod, else the type of the first other entity of Kubernetes, else by property `podname`, `servicename` or `resourcetype`";
    RESOURCE_NAME "orchestrator.resource.name" = "profile extended: the name of the same, else property `podname`, `servicename` or `resourcename`";
}

/// The parts of the id of an image.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Image<'a> {
    name: Option<&'a str>,
    tag: Option<&'a str>,
    digest: Option<&'a str>,
}

impl<'a> Image<'a> {
    /// `name[:tag][@digest]`; a colon before the last slash is a port.
    fn of(id: &'a str) -> Self {
        let (rest, digest) = id.split_once('@').map_or((id, None), |(rest, digest)| (rest, Some(digest)));
        let (name, tag) = match rest.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
            _ => (rest, None),
        };
        let some = |text: &'a str| Some(text).filter(|text| !text.is_empty());
        Self { name: some(name), tag: tag.and_then(some), digest: digest.and_then(some) }
    }
}

/// Fills all of them.
pub(super) fn apply<'a>(record: &mut Record<'a>, alert: &Alert<'a, '_>) {
    let Alert { graph, properties, resource, .. } = alert;
    let has_node = graph.all().any(|node| graph.kind(node).is_of_kubernetes());
    let is_of_kubernetes = alert.said.is_of_kubernetes() || has_node || resource.is_cluster;
    let words = is_of_kubernetes && !properties.is_empty();
    let is_named = |node: &NodeId| [NODE.container_id, NODE.name].into_iter().any(|source| said(graph.object(*node).get(source.name)).is_some());
    let container = graph.of_kind(Kind::Container).find(is_named);
    let object = container.map_or(Value::Null, |container| graph.object(container));
    let words_of = |keys: &'static [usize]| if words { keys } else { &[] };
    if container.is_some() || words {
        record.fill(&ID, |read| {
            let own = first(read, object, &[NODE.container_id]);
            or_null(own.or_else(|| properties.first(read, words_of(keys![containerid]))))
        });
        record.fill(&NAME, |read| {
            let own = first(read, object, &[NODE.name]);
            or_null(own.or_else(|| properties.first(read, words_of(keys![containername container]))))
        });
    }
    let of_container = container.and_then(|container| record.look(|read| graph.follow(read, container, Position::Image)));
    let image = of_container.or_else(|| {
        let mut images = graph.of_kind(Kind::ContainerImage);
        images.next().filter(|_| images.next().is_none())
    });
    if image.is_some() || words {
        let mut parts = Image::default();
        record.fill(&IMAGE, |read| {
            let own = image.and_then(|image| first(read, graph.object(image), &[NODE.image_id]));
            let id = own.or_else(|| properties.first(read, words_of(keys![containerimage imagename])));
            parts = id.map(Image::of).unwrap_or_default();
            or_null(parts.name)
        });
        for (rule, part) in [(&TAG, parts.tag), (&DIGEST, parts.digest)] {
            record.fill(rule, |read| {
                read.field(IMAGE.slot);
                alone(read, part)
            });
        }
    }
    if has_node || resource.is_cluster {
        record.fill(&ORCHESTRATOR, |_| Value::Text("kubernetes"));
    }
    if is_of_kubernetes {
        cluster(record, alert);
        parts_of_cluster(record, alert, container);
    }
}

fn cluster<'a>(record: &mut Record<'a>, alert: &Alert<'a, '_>) {
    let Alert { graph, properties, resource, .. } = alert;
    let foreign = resource.foreign.map_or(Value::Null, |node| graph.object(node));
    let node = graph.of_kind(Kind::K8sCluster).next();
    let own = node.map_or(Value::Null, |node| graph.object(node));
    let cloud = node.and_then(|node| graph.one(node, Position::CloudResource)).map_or(Value::Null, |node| graph.object(node));
    let of_resource = Some(resource).filter(|resource| resource.is_cluster);
    record.fill(&CLUSTER_NAME, |read| {
        let name = first(read, foreign, &[CLOUD_NODE.resource_name]).or_else(|| first(read, cloud, &[CLOUD_NODE.resource_name]));
        let name = name.or_else(|| first(read, own, &[NODE.name])).or_else(|| {
            read.field(super::resource::fields::ID.slot);
            of_resource?.last_segment()
        });
        or_null(name.or_else(|| properties.first(read, keys![clustername])))
    });
    record.fill(&CLUSTER_ID, |read| {
        let sources = [CLOUD_NODE.amazon_resource_id, CLOUD_NODE.full_resource_name];
        let id = first(read, foreign, &sources).or_else(|| first(read, cloud, &sources)).or_else(|| first(read, cloud, &[CLOUD_NODE.resource_id]));
        let id = id.or_else(|| {
            read.field(super::resource::fields::ID.slot);
            of_resource?.id
        });
        or_null(id.map(|id| in_one_spelling(read.arena, id)))
    });
}

fn parts_of_cluster<'a>(record: &mut Record<'a>, alert: &Alert<'a, '_>, container: Option<NodeId>) {
    let Alert { graph, properties, .. } = alert;
    let of_container = container.and_then(|container| graph.one(container, Position::Pod));
    let pod = of_container.or_else(|| graph.of_kind(Kind::K8sPod).next());
    record.fill(&NAMESPACE, |read| {
        let of_pod = pod.and_then(|pod| match graph.follow(read, pod, Position::Namespace) {
            Some(namespace) => first(read, graph.object(namespace), &[NODE.name]),
            None => first(read, graph.object(pod), &[NODE.namespace]),
        });
        let own = of_pod.or_else(|| graph.of_kind(Kind::K8sNamespace).find_map(|node| first(read, graph.object(node), &[NODE.name])));
        or_null(own.or_else(|| properties.first(read, keys![namespace])))
    });
    let is_named = |node: &NodeId| said(graph.object(*node).get(NODE.name.name)).is_some();
    if let Some(node) = pod.filter(is_named).or_else(|| graph.of_kind(Kind::K8sOther).find(is_named)) {
        record.fill(&RESOURCE_TYPE, |read| {
            first(read, graph.object(node), &[NODE.type_]);
            match graph.k8s_type(node) {
                Some(own) => Value::Text(lower(read.arena, own)),
                None => Value::Text("pod"),
            }
        });
        record.fill(&RESOURCE_NAME, |read| value(read, graph.object(node), &[NODE.name]));
        return;
    }
    for (kind, keys) in [("pod", keys![podname]), ("service", keys![servicename])] {
        if let Some(name) = record.look(|read| properties.first(read, keys)) {
            record.fill(&RESOURCE_TYPE, |read| {
                properties.first(read, keys);
                Value::Text(kind)
            });
            record.fill(&RESOURCE_NAME, |read| {
                properties.first(read, keys);
                Value::Text(name)
            });
            return;
        }
    }
    if alert.said.is_of_kubernetes() {
        record.fill(&RESOURCE_TYPE, |read| or_null(properties.first(read, keys![resourcetype]).map(|own| lower(read.arena, own))));
        record.fill(&RESOURCE_NAME, |read| properties.value(read, keys![resourcename]));
    }
}

#[cfg(test)]
mod tests {
    use super::Image;

    #[test]
    fn an_image_has_a_name_a_tag_and_a_digest() {
        for (id, name, tag, digest) in [
            ("registry.example:5000/shop/cart:4.1@sha256:ab", Some("registry.example:5000/shop/cart"), Some("4.1"), Some("sha256:ab")),
            ("registry.example:5000/shop/cart", Some("registry.example:5000/shop/cart"), None, None),
            ("cart@sha256:ab", Some("cart"), None, Some("sha256:ab")),
            ("cart:4", Some("cart"), Some("4"), None),
            (":", None, None, None),
            ("", None, None, None),
        ] {
            assert_eq!(Image::of(id), Image { name, tag, digest }, "{id}");
        }
    }
}
