//! The entities of an alert as a graph: objects at any depth, and what refers to them. One pass over the entities, one look-up a reference.

mod look;

use self::look::Look;
use crate::defender::node::{Kind, NODE, Position, k8s_type};
use crate::json::tree::{Member, Value};
use crate::mapping::record::Reader;

/// What lies deeper is not looked into.
const DEEPEST: usize = 64;

/// The place of a node in the order: depth first, parents before children.
pub(super) type NodeId = usize;

/// All objects of the entities that are nodes, or that something may refer to.
#[derive(Default)]
pub(super) struct Graph<'a> {
    nodes: Vec<Node<'a>>,
    /// A bit for each kind that there is a node of.
    kinds: u32,
    edges: Vec<Edge<'a>>,
    /// Ids and the first object that has each, sorted.
    ids: Vec<(&'a str, NodeId)>,
}

#[derive(Clone, Copy)]
struct Node<'a> {
    object: Value<'a>,
    kind: Kind,
    /// Whether a host stands around it.
    inside_host: bool,
    first: Option<usize>,
    last: Option<usize>,
}

/// From a node to what stands in one of its positions.
struct Edge<'a> {
    position: Position,
    /// The member, for `explain`.
    member: &'a Member<'a>,
    to: To<'a>,
    next: Option<usize>,
}

enum To<'a> {
    Node(NodeId),
    Reference(&'a str),
    Nothing,
}

/// What stands around an object.
#[derive(Clone, Copy)]
struct Around<'a> {
    parent: Option<NodeId>,
    position: Option<(Position, Kind, &'a Member<'a>)>,
    inside_host: bool,
    level: usize,
}

impl<'a> Graph<'a> {
    /// The graph of the value of `Entities`.
    pub(super) fn of(entities: Value<'a>) -> Self {
        let mut graph = Self::default();
        let top = Around { parent: None, position: None, inside_host: false, level: 1 };
        match entities {
            Value::Array(elements) => elements.iter().for_each(|element| graph.add(element.get(), top)),
            Value::Object(_) => graph.add(entities, top),
            _ => return graph,
        }
        graph.ids.sort();
        graph.ids.dedup_by(|later, earlier| later.0 == earlier.0);
        for at in 0..graph.edges.len() {
            let Edge { position, to, .. } = &graph.edges[at];
            let found = match to {
                To::Reference(id) => graph.find(id),
                To::Node(node) => Some(*node),
                To::Nothing => None,
            };
            let found = found.filter(|&node| position.takes(graph.nodes[node].kind));
            graph.edges[at].to = found.map_or(To::Nothing, To::Node);
        }
        graph
    }

    fn add(&mut self, value: Value<'a>, around: Around<'a>) {
        if around.level > DEEPEST {
            return;
        }
        match value {
            Value::Array(elements) => elements.iter().for_each(|element| self.add(element.get(), Around { level: around.level + 1, ..around })),
            Value::Object(members) => self.add_object(members, around),
            _ => {}
        }
    }

    fn add_object(&mut self, members: &'a [Member<'a>], around: Around<'a>) {
        let look = Look::at(members);
        if look.is_reference {
            if let (Some(parent), Some((position, _, member)), Some(id)) = (around.parent, around.position, look.reference) {
                self.link(parent, position, member, To::Reference(id));
            }
            return;
        }
        let kind = look.kind(around.position.map(|(_, kind, _)| kind));
        let mut inner = Around { parent: None, position: None, inside_host: around.inside_host, level: around.level + 1 };
        let is_target = look.id.is_some() && look.says_something;
        if kind.is_some() || is_target {
            let node = self.nodes.len();
            let kind = kind.unwrap_or(Kind::Other);
            self.kinds |= 1 << kind as u32;
            self.nodes.push(Node { object: Value::Object(members), kind, inside_host: around.inside_host, first: None, last: None });
            if let (Some(id), true) = (look.id, is_target) {
                self.ids.push((id, node));
            }
            if let (Some(parent), Some((position, _, member))) = (around.parent, around.position) {
                self.link(parent, position, member, To::Node(node));
            }
            inner.parent = Some(node);
            inner.inside_host |= kind == Kind::Host;
        }
        for member in members {
            let value = member.value.get();
            if matches!(value, Value::Object(_) | Value::Array(_)) {
                let position = Position::of(member.keyed_name()).map(|(position, kind)| (position, kind, member));
                self.add(value, Around { position, ..inner });
            }
        }
    }

    fn link(&mut self, from: NodeId, position: Position, member: &'a Member<'a>, to: To<'a>) {
        let edge = self.edges.len();
        self.edges.push(Edge { position, member, to, next: None });
        let node = &mut self.nodes[from];
        match node.last.replace(edge) {
            None => node.first = Some(edge),
            Some(last) => self.edges[last].next = Some(edge),
        }
    }

    fn find(&self, id: &str) -> Option<NodeId> {
        let at = self.ids.binary_search_by(|(own, _)| (*own).cmp(id)).ok()?;
        self.ids.get(at).map(|(_, node)| *node)
    }

    /// How many nodes there are.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The object that a node is.
    pub(super) fn object(&self, node: NodeId) -> Value<'a> {
        self.nodes[node].object
    }

    /// What a node is.
    pub(super) fn kind(&self, node: NodeId) -> Kind {
        self.nodes[node].kind
    }

    /// Whether a node stands inside a host.
    pub(super) fn is_inside_host(&self, node: NodeId) -> bool {
        self.nodes[node].inside_host
    }

    /// All nodes in their order.
    pub(super) fn all(&self) -> core::ops::Range<NodeId> {
        0..self.nodes.len()
    }

    /// The nodes of one kind in their order.
    pub(super) fn of_kind(&self, kind: Kind) -> impl DoubleEndedIterator<Item = NodeId> {
        let nodes: &[Node<'a>] = if self.has(kind) { &self.nodes } else { &[] };
        nodes.iter().enumerate().filter(move |(_, node)| node.kind == kind).map(|(node, _)| node)
    }

    /// Whether there is a node of that kind.
    pub(super) fn has(&self, kind: Kind) -> bool {
        self.kinds & (1 << kind as u32) != 0
    }

    /// Whether there is a node of one of these kinds.
    pub(super) fn has_any(&self, kinds: &[Kind]) -> bool {
        kinds.iter().any(|kind| self.has(*kind))
    }

    /// What stands in a position of a node.
    pub(super) fn each(&self, node: NodeId, position: Position) -> impl Iterator<Item = NodeId> {
        let mut next = self.nodes[node].first;
        core::iter::from_fn(move || {
            while let Some(edge) = next.and_then(|at| self.edges.get(at)) {
                next = edge.next;
                if let (To::Node(to), true) = (&edge.to, edge.position == position) {
                    return Some(*to);
                }
            }
            None
        })
    }

    /// The first that stands there.
    pub(super) fn one(&self, node: NodeId, position: Position) -> Option<NodeId> {
        self.each(node, position).next()
    }

    /// The first that stands there, for a rule.
    pub(super) fn follow(&self, read: &mut Reader<'_, 'a>, node: NodeId, position: Position) -> Option<NodeId> {
        let mut next = self.nodes[node].first;
        while let Some(edge) = next.and_then(|at| self.edges.get(at)) {
            next = edge.next;
            if let (To::Node(to), true) = (&edge.to, edge.position == position) {
                read.take(Some(edge.member));
                return Some(*to);
            }
        }
        None
    }

    /// Which nodes stand in a position of any other.
    pub(super) fn targets(&self, position: Position) -> impl Iterator<Item = NodeId> {
        self.edges.iter().filter(move |edge| edge.position == position).filter_map(|edge| match edge.to {
            To::Node(to) => Some(to),
            _ => None,
        })
    }

    /// An object that stands in a member, or that the member refers to.
    pub(super) fn object_in(&self, value: Value<'a>) -> Value<'a> {
        match value {
            Value::Object(members) => {
                let look = Look::at(members);
                match look.reference.filter(|_| look.is_reference) {
                    Some(id) => self.find(id).map_or(Value::Null, |node| self.object(node)),
                    None => value,
                }
            }
            _ => Value::Null,
        }
    }

    /// What a part of Kubernetes is called there.
    pub(super) fn k8s_type(&self, node: NodeId) -> Option<&'a str> {
        k8s_type(self.object(node).get(NODE.type_.name).text()?)
    }
}

#[cfg(test)]
mod tests {
    use bumpalo::Bump;

    use super::*;
    use crate::json::parse::{Names, value};

    #[track_caller]
    fn kinds(text: &str, expected: &[Kind]) {
        let arena = Bump::new();
        let graph = Graph::of(value(&arena, text, Names::Lower).expect("JSON"));
        assert_eq!(graph.all().map(|node| graph.kind(node)).collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn nodes_are_known_by_type_position_or_a_telling_member() {
        kinds(r#"{"Type":"host"}"#, &[Kind::Host]);
        kinds(
            r#"[{"Type":"process","ImageFile":{"Name":"a"},"Account":[{"Name":"b"}]},{"Address":"c"}]"#,
            &[Kind::Process, Kind::File, Kind::Account, Kind::Ip],
        );
        kinds(r#"[{"Type":" ","HostName":"a","Address":""}]"#, &[Kind::Host]);
        kinds(r#"[{"$ref":"1"},{"$id":"2","$ref":"1"},{"a":{"Type":"dns"}},"b",7]"#, &[Kind::Dns]);
        kinds(r#"[{"$id":"1"},{"$id":"1","a":1}]"#, &[Kind::Other]);
    }

    #[test]
    fn a_reference_leads_to_the_first_object_of_its_id_that_says_something() {
        let arena = Bump::new();
        let text = r#"[{"$id":3},{"Type":"process","Host":{"$ref":"3"},"ImageFile":{"$ref":3},"Account":{"$ref":"9"}},{"$id":"3","Type":"host"},{"$id":"3","Type":"file"}]"#;
        let graph = Graph::of(value(&arena, text, Names::Lower).expect("JSON"));
        assert_eq!(graph.one(0, Position::Host), Some(1));
        assert_eq!(graph.one(0, Position::ImageFile), None, "it is no file");
        assert_eq!(graph.one(0, Position::Account), None, "it leads nowhere");
    }

    #[test]
    fn nobody_looks_deeper_than_64_levels() {
        let nested = |levels: usize| format!("{}{{\"Type\":\"dns\"}}{}", "[".repeat(levels), "]".repeat(levels));
        kinds(&nested(64), &[Kind::Dns]);
        kinds(&nested(65), &[]);
    }
}
