//! The declared fields of a data set as a tree, for those who go down a document.

use super::schema::{Kind, Schema, Slot};
use crate::json::name::Name;

/// A field, or an object that declared fields stand in.
pub(crate) type Place = usize;

/// All fields of a data set.
#[derive(Debug)]
pub(crate) struct Shape {
    nodes: Vec<Node>,
    /// Nodes by their names and what they stand in: an open table of which at least half is empty.
    table: Vec<Place>,
    /// The fields that documents hold values of, by their slots.
    slots: Vec<Place>,
}

#[derive(Debug)]
struct Node {
    name: Name<'static>,
    around: Place,
    kind: Option<Kind>,
    /// Whether no others stand in it.
    is_leaf: bool,
}

/// No node stands here: the top stands in nothing.
const FREE: Place = 0;

impl Shape {
    /// The tree of a schema.
    pub(crate) fn of(schema: &'static Schema) -> Self {
        let top = Node { name: Name::of(""), around: 0, kind: None, is_leaf: false };
        let mut shape = Self { nodes: vec![top], table: vec![FREE; 256], slots: Vec::new() };
        for field in schema.slots.iter().chain(schema.nested) {
            let place = field.name.split('.').fold(0, |place, name| shape.part_or_new(place, Name::of(name)));
            if let Some(node) = shape.nodes.get_mut(place) {
                node.kind = Some(field.kind);
            }
        }
        shape.slots = schema.slots.iter().map(|field| shape.at(0, field.name).unwrap_or_default()).collect();
        shape
    }

    fn part_or_new(&mut self, around: Place, name: Name<'static>) -> Place {
        if let Some(part) = self.part(around, name) {
            return part;
        }
        let part = self.nodes.len();
        self.nodes.push(Node { name, around, kind: None, is_leaf: true });
        if let Some(node) = self.nodes.get_mut(around) {
            node.is_leaf = false;
        }
        if self.nodes.len() * 2 > self.table.len() {
            self.table = vec![FREE; self.table.len() * 2];
            (1..self.nodes.len()).for_each(|place| self.enter(place));
        } else {
            self.enter(part);
        }
        part
    }

    fn enter(&mut self, place: Place) {
        let node = &self.nodes[place];
        let free = self.row(node.around, node.name).find(|at| self.table[*at] == FREE);
        if let Some(free) = free {
            self.table[free] = place;
        }
    }

    /// Where in the table a node may stand, best first.
    fn row(&self, around: Place, name: Name<'_>) -> impl Iterator<Item = usize> + use<> {
        let size = self.table.len();
        let first = (name.key as usize).wrapping_add(around.wrapping_mul(0x9e37_79b9));
        (0..size).map(move |step| first.wrapping_add(step) & (size - 1))
    }

    /// What stands under a name in an object.
    #[inline]
    pub(crate) fn part(&self, around: Place, name: Name<'_>) -> Option<Place> {
        for at in self.row(around, name) {
            let place = self.table[at];
            let node = &self.nodes[place];
            if place == FREE {
                return None;
            }
            if node.around == around && node.name == name {
                return Some(place);
            }
        }
        None
    }

    /// The field of a slot.
    pub(crate) fn of_slot(&self, slot: Slot) -> Place {
        self.slots.get(slot).copied().unwrap_or_default()
    }

    /// What stands under names with dots between them.
    pub(crate) fn at(&self, place: Place, dotted: &str) -> Option<Place> {
        dotted.split('.').try_fold(place, |place, name| self.part(place, Name::of(name)))
    }

    /// Every place there is.
    pub(crate) fn places(&self) -> impl Iterator<Item = Place> + use<> {
        0..self.nodes.len()
    }

    /// Its name in what it stands in.
    pub(crate) fn name(&self, place: Place) -> Name<'static> {
        self.nodes.get(place).map_or(Name::of(""), |node| node.name)
    }

    /// What a place stands in, and what that stands in, up to the top.
    pub(crate) fn around(&self, place: Place) -> impl Iterator<Item = Place> {
        core::iter::successors(Some(place), |place| self.nodes.get(*place).map(|node| node.around).filter(|_| *place != 0)).skip(1)
    }

    /// The type of a field that no others stand in.
    pub(crate) fn leaf(&self, place: Place) -> Option<Kind> {
        self.nodes.get(place).filter(|node| node.is_leaf).and_then(|node| node.kind)
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
