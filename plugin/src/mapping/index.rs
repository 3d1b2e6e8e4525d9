//! Profile `extended`: a document is brought to what its index takes, so that none is refused. What is lost by that is reported, and then the text is kept.

mod fit;
mod fits;
mod in_place;

use std::collections::BTreeSet;

use self::fit::Fit;
use super::record::Record;
use crate::defender::assessment::reshaped::{CAN_ONBOARD_TO_BYOL, NSG_OPEN_PORTS};
use crate::defender::assessment::{ADDITIONAL, Additional, ELEMENT, PARTS, SUB_ADDITIONAL};
use crate::defender::part::{Otherwise, Part, Source};
use crate::ecs::{ASSESSMENT, EVENT, Kind, Place, Schema, Shape, Slot};
use crate::json::name::Name;
use crate::json::tree::Value;

/// Objects of a flattened field may stand one in the other so often: `depth_limit` of an index.
pub(crate) const DEEPEST: usize = 20;
/// A longer leaf of a flattened field is refused, in bytes.
pub(crate) const LONGEST: usize = 32_766;

/// Lists may stand one in the other so often. An index takes more, but not all that read its documents do.
pub(crate) const MOST_LISTS: usize = 32;

/// The record of a finding, in which its members stand.
const TREE: Slot = ASSESSMENT.slot("microsoft_defender_cloud.assessment");

/// What an index of a data set is told of its fields.
#[derive(Debug)]
pub(crate) struct Index {
    schema: &'static Schema,
    shape: Shape,
    typed: Typed,
    /// Where objects should stand, and rules deal with whatever else does.
    left: Vec<Place>,
    /// Fields that no rule brings to their types, unless Azure has them by another name.
    untyped: Vec<Place>,
    /// Objects whose members rules bring to their types in a list as well, or that have none which need it.
    lists: BTreeSet<Place>,
    /// A bit for each name under which a scalar may be out of place.
    no_scalars: [u64; 4],
}

/// Whether the record of a finding was as an index takes it, but for what rules bring to its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stood {
    Right,
    /// Some of it may stand where no rule looks for it.
    Odd,
}

/// Who brings members of a record to the types of their fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Typed {
    Here,
    /// Rules did, or will.
    ByRules,
}

impl Index {
    /// Of events.
    pub(super) fn of_events() -> Self {
        Self {
            schema: &EVENT,
            shape: Shape::of(&EVENT),
            typed: Typed::Here,
            left: Vec::new(),
            untyped: Vec::new(),
            lists: BTreeSet::new(),
            no_scalars: [u64::MAX; 4],
        }
    }

    /// Of findings. Their records are looked at before rules read them: what rules report, or read as a list of CVEs, is not touched.
    pub(super) fn of_findings() -> Self {
        let shape = Shape::of(&ASSESSMENT);
        let at = |source: Source| shape.part(place_of(&shape, source.part)?, source.name);
        let of_cves = [ADDITIONAL.cves, ADDITIONAL.cves_details, SUB_ADDITIONAL.cve_list].map(at);
        let reported = PARTS.iter().filter(|part| part.otherwise == Otherwise::Reported).map(|part| place_of(&shape, part));
        let left: Vec<_> = of_cves.into_iter().chain(reported).flatten().collect();
        let of_scores = at(ADDITIONAL.cves_details).and_then(|place| shape.part(place, ELEMENT.cvss.name));
        let typed = shape.places().filter(|place| shape.leaf(*place).is_some_and(|kind| !is_text(kind)));
        let around_typed: BTreeSet<Place> = typed.flat_map(|place| shape.around(place)).collect();
        let lists = shape.places().filter(|place| !around_typed.contains(place) || left.contains(place) || of_scores == Some(*place)).collect();
        let additional = place_of(&shape, Additional::PART);
        let untyped = [CAN_ONBOARD_TO_BYOL, NSG_OPEN_PORTS].iter().filter_map(|name| shape.part(additional?, *name)).collect::<Vec<_>>();
        let mut no_scalars = [0; 4];
        for place in shape.places().filter(|place| shape.leaf(*place).is_none() || untyped.contains(place)) {
            let (word, bit) = bit_of(shape.name(place));
            no_scalars[word] |= bit;
        }
        Self { schema: &ASSESSMENT, shape, typed: Typed::ByRules, left, untyped, lists, no_scalars }
    }

    /// Whether a field of that type is brought to it here.
    fn types(&self, place: Place, kind: Kind) -> bool {
        self.typed == Typed::Here || is_text(kind) || self.untyped.contains(&place)
    }

    /// Whether a scalar fits under a name that an index takes, wherever that is.
    fn takes_scalars(&self, name: Name<'_>) -> bool {
        let (word, bit) = bit_of(name);
        self.no_scalars[word] & bit == 0
    }

    /// Whether a list may stand there without a further look.
    fn lists(&self, place: Place) -> bool {
        self.typed == Typed::Here || self.lists.contains(&place)
    }

    /// Whether rules deal with what stands there and is no object.
    fn leaves(&self, place: Place) -> bool {
        self.left.contains(&place)
    }
}

/// The bit of a name among 256. Names may share one.
const fn bit_of(name: Name<'_>) -> (usize, u64) {
    ((name.key >> 6 & 3) as usize, 1 << (name.key & 63))
}

/// Where a part of an assessment stands, if fields are declared in it.
fn place_of(shape: &Shape, part: &Part) -> Option<Place> {
    match part.index {
        0 => Some(shape.of_slot(TREE)),
        _ => shape.part(place_of(shape, PARTS[part.parent])?, part.name),
    }
}

const fn is_text(kind: Kind) -> bool {
    matches!(kind, Kind::ConstantKeyword | Kind::Keyword | Kind::MatchOnlyText | Kind::Wildcard)
}

/// Brings all fields of a document to what an index takes, but for the record of a finding.
pub(super) fn apply(record: &mut Record<'_>, index: &Index) {
    for slot in record.document.filled() {
        let value = record.document.get(slot);
        // What a rule filled with a scalar has the type of its field, but for these, and those are fields of events.
        let is_container = matches!(value, Value::Array(_) | Value::Object(_));
        if value.is_null() || !is_container && index.typed == Typed::ByRules {
            continue;
        }
        let field = &index.schema.slots[slot];
        let is_looked_at = match field.kind {
            Kind::Object => index.typed == Typed::Here,
            Kind::Flattened | Kind::Ip => true,
            _ => is_container,
        };
        if !is_looked_at {
            continue;
        }
        let place = index.shape.of_slot(slot);
        let fits = match field.kind {
            Kind::Object => fits::declared(index, value, place, field.name.split('.').count()),
            kind => fits::leaf(value, kind),
        };
        if fits {
            continue;
        }
        let mut fit = Fit::new(record, index, field.name);
        let fitting = match field.kind {
            Kind::Object => fit.objects(value, place),
            kind => fit.leaf(value, kind),
        };
        record.document.set(slot, fitting);
    }
}

/// The record of a finding with names, depth and texts that an index takes. Rules bring the rest of it to its types, if it stood right.
pub(super) fn of_tree<'a>(record: &mut Record<'a>, index: &Index, tree: Value<'a>) -> (Value<'a>, Stood) {
    let (name, place) = (index.schema.slots[TREE].name, index.shape.of_slot(TREE));
    match tree {
        Value::Object(members) if !fits::declared(index, tree, place, name.split('.').count()) => {
            (Fit::new(record, index, name).object(members, place), Stood::Odd)
        }
        _ => (tree, Stood::Right),
    }
}

/// What rules did not bring to its type, because they do not look for it there.
#[cold]
pub(super) fn types<'a>(record: &mut Record<'a>, index: &Index, tree: Value<'a>) {
    Fit::new(record, index, index.schema.slots[TREE].name).in_place(tree.members(), index.shape.of_slot(TREE));
}
