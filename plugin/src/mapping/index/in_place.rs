//! What rules did not bring to its type, because they do not look for it there: values give way where they stand, and all that points to them still does.

use core::cell::Cell;

use super::fit::Fit;
use super::fits;
use crate::ecs::Place;
use crate::json::tree::{Member, Value};

impl<'a> Fit<'_, 'a> {
    /// Brings members to the types of their fields where they stand. What is no object where one should be is left out, and told.
    pub(super) fn in_place(&mut self, members: &'a [Member<'a>], place: Place) {
        for member in members {
            let (value, part) = (member.value.get(), self.part(place, member.keyed_name()));
            self.within(member, |fit| match part.map(|part| (part, fit.index.shape.leaf(part))) {
                Some((_, Some(kind))) if !fits::leaf(value, kind) => member.value.set(fit.leaf(value, kind)),
                Some((part, None)) => fit.objects_in_place(&member.value, part),
                _ => {}
            });
        }
    }

    fn objects_in_place(&mut self, cell: &Cell<Value<'a>>, place: Place) {
        match cell.get() {
            Value::Object(members) => self.in_place(members, place),
            Value::Array(elements) => elements.iter().for_each(|element| self.objects_in_place(element, place)),
            value if value.is_blank() => {}
            scalar => {
                self.errors.unexpected(&self.path.join("."), scalar, "an object");
                cell.set(Value::Null);
            }
        }
    }
}
