//! The declared fields of a data set as a tree, for those who go down a document.

use super::schema::{Kind, Schema};
use crate::json::name::Name;

/// A field, or an object that declared fields stand in.
pub(crate) type Place = usize;

/// All fields of a data set.
#[derive(Debug)]
pub(crate) struct Shape(Vec<Node>);

#[derive(Debug)]
struct Node {
    name: Name<'static>,
    kind: Option<Kind>,
    /// By the keys of their names.
    parts: Vec<(u32, Place)>,
}

impl Shape {
    /// The tree of a schema.
    pub(crate) fn of(schema: &'static Schema) -> Self {
        let mut shape = Self(vec![Node { name: Name::of(""), kind: None, parts: Vec::new() }]);
        for field in schema.slots.iter().chain(schema.nested) {
            let place = field.name.split('.').fold(0, |place, name| shape.part_or_new(place, Name::of(name)));
            if let Some(node) = shape.0.get_mut(place) {
                node.kind = Some(field.kind);
            }
        }
        shape
    }

    fn part_or_new(&mut self, place: Place, name: Name<'static>) -> Place {
        if let Some(part) = self.part(place, name) {
            return part;
        }
        let part = self.0.len();
        self.0.push(Node { name, kind: None, parts: Vec::new() });
        if let Some(node) = self.0.get_mut(place) {
            let at = node.parts.partition_point(|(key, _)| *key < name.key);
            node.parts.insert(at, (name.key, part));
        }
        part
    }

    /// What stands under a name in an object.
    pub(crate) fn part(&self, place: Place, name: Name<'_>) -> Option<Place> {
        let parts = &self.0.get(place)?.parts;
        let first = parts.partition_point(|(key, _)| *key < name.key);
        let same = parts.get(first..)?.iter().take_while(|(key, _)| *key == name.key);
        same.map(|(_, part)| *part).find(|part| self.0.get(*part).is_some_and(|node| node.name == name))
    }

    /// What stands under names with dots between them.
    pub(crate) fn at(&self, place: Place, dotted: &str) -> Option<Place> {
        dotted.split('.').try_fold(place, |place, name| self.part(place, Name::of(name)))
    }

    /// The type of a field that no others stand in.
    pub(crate) fn leaf(&self, place: Place) -> Option<Kind> {
        self.0.get(place).filter(|node| node.parts.is_empty()).and_then(|node| node.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecs::EVENT;

    #[test]
    fn declared_fields_are_found_by_their_names() {
        let shape = Shape::of(&EVENT);
        let entities = shape.at(0, "microsoft_defender_cloud.event.entities").unwrap();
        assert_eq!(shape.leaf(entities), None);
        assert_eq!(shape.at(entities, "location.asn").and_then(|place| shape.leaf(place)), Some(Kind::Long));
        assert_eq!(shape.part(entities, Name::of("address")).and_then(|place| shape.leaf(place)), Some(Kind::Ip));
        let host = shape.part(entities, Name::of("host")).unwrap();
        assert_eq!((shape.leaf(host), shape.part(host, Name::of("name"))), (None, None));
    }
}
