//! Parts of a policy, found by dotted names, however deep each of them stands: `auth.oauth2.client.id` and `auth: { oauth2: { client.id: .. } }` are one.

use super::super::yaml::{Node, Value};

/// A mapping, or nothing.
#[derive(Clone)]
pub(super) struct Part(Vec<(String, Node)>);

impl Part {
    /// Of a node that is a mapping; of any other it is empty.
    pub(super) fn of(node: &Node) -> Self {
        match &node.value {
            Value::Map(entries) => Self(entries.iter().map(|entry| (entry.name.clone(), entry.node.clone())).collect()),
            _ => Self(Vec::new()),
        }
    }

    fn find(&self, name: &str) -> Option<Node> {
        if let Some((_, node)) = self.0.iter().find(|(known, _)| known == name) {
            return Some(node.clone()).filter(|node| !node.is_null());
        }
        let dots = name.match_indices('.').map(|(at, _)| name.split_at(at));
        dots.filter_map(|(first, rest)| {
            let (_, node) = self.0.iter().find(|(known, _)| known == first)?;
            Self::of(node).find(rest.trim_start_matches('.'))
        })
        .next()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    pub(super) fn part(&self, name: &str) -> Self {
        self.find(name).map_or(Self(Vec::new()), |node| Self::of(&node))
    }

    /// Mappings in a list.
    pub(super) fn list(&self, name: &str) -> Vec<Self> {
        match self.find(name).map(|node| node.value) {
            Some(Value::List(nodes)) => nodes.iter().map(Self::of).collect(),
            _ => Vec::new(),
        }
    }

    /// A scalar that is not empty.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        match self.find(name)?.value {
            Value::Scalar(scalar) => Some(scalar.text).filter(|text| !text.is_empty()),
            _ => None,
        }
    }

    /// Scalars of a list, or one alone.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        let of = |node: &Node| if let Value::Scalar(scalar) = &node.value { Some(scalar.text.clone()) } else { None };
        match self.find(name) {
            Some(Node { value: Value::List(nodes), .. }) => nodes.iter().filter_map(of).collect(),
            Some(node) => of(&node).into_iter().collect(),
            None => Vec::new(),
        }
    }
}
